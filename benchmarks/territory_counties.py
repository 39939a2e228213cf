"""Draw k territories of US counties with homes chosen by the engine, and let peers do what they can.

`counties FILE.json --k 50 --tolerance 0.05 --seconds 30 [--peers]`: every county may be a home; the cost is potential
× squared distance to the home. Deviation, contiguity and rms are recomputed by the evaluator; rms is the
potential-weighted root-mean-square distance to the territory's potential-weighted centroid. Where no plan can keep
every rule the row says infeasible and shows the plan that breaks them least; a second row shows the least tolerance
that works.
"""

import argparse
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from benchmarks.peers_territory import peer_rows
from benchmarks.territory_check import loose_areas, max_deviation, peak_mb, rms_km, territory_sums
from benchmarks.territory_input import InputError, check_map, positive, read_object
from benchmarks.warming import SETTINGS, square_map
from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.siting.location import locate_territories
from optimizer.siting.location_blocks import dead_ends
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.instance import BalanceMeasure

Row = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the sub-command takes."""
    parser.add_argument("file", type=Path, help="counties with potential, x_km, y_km and edges")
    parser.add_argument("--k", type=positive, default=50, help="number of territories")
    parser.add_argument(
        "--tolerance", type=float, default=0.05, help="greatest deviation from equal potential, a share"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="safety net, and time limit of each peer")
    parser.add_argument(
        "--effort", choices=[str(effort) for effort in Effort], default="quick", help="amount of search"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the random numbers")
    parser.add_argument("--workers", type=int, default=2, help="processes; never change the plan")
    parser.add_argument("--peers", action="store_true", help="run other libraries on the same map")


def run(arguments: argparse.Namespace) -> list[Row]:
    """Return the rows of the engine and its peers."""
    data = read_object(arguments.file)
    check_map(str(arguments.file), data, "potential")
    k, tolerance = arguments.k, arguments.tolerance
    if k > len(data["ids"]):
        raise InputError(f"--k {k}: there are only {len(data['ids'])} areas")
    compile_kernels()
    rows = [_engine(data, k, tolerance, arguments)]
    least = least_tolerance(data, k, tolerance)
    if least > tolerance:
        rows.append(_engine(data, k, least, arguments))
    if arguments.peers:
        rows += peer_rows(data, k=k, tolerance=tolerance, seconds=arguments.seconds, judge=judged)
    return rows


def compile_kernels() -> None:
    """Draw a map of 36 areas: what a fresh checkout compiles once, for up to a minute, is not taken from the time."""
    locate_territories(instance_of(square_map(6), 3, 0.3), SETTINGS)


def instance_of(data: dict[str, Any], k: int, tolerance: float) -> SitingInstance:
    """Return the map as a siting problem in which every area may be a home."""
    potential = np.array(data["potential"], dtype=np.int64)
    x, y = np.array(data["x_km"]), np.array(data["y_km"])
    squared = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    cost = np.rint(potential[:, None] * squared).astype(np.int64)
    cost[cost == CLOSED] += 1
    total = int(potential.sum())
    n = len(potential)
    edges = np.array(sorted({(min(a, b), max(a, b)) for a, b in data["edges"]}), dtype=np.int64)
    measure = BalanceMeasure(
        name="potential",
        unit="people",
        amounts=potential,
        targets=np.full(k, round(total / k), dtype=np.int64),
        lower=np.full(k, math.ceil(total * (1 - tolerance) / k - 1e-6), dtype=np.int64),
        upper=np.full(k, math.floor(total * (1 + tolerance) / k + 1e-6), dtype=np.int64),
        tolerance=tolerance,
    )
    return SitingInstance(
        area_ids=tuple(data["ids"]),
        edges=edges,
        n_homes=k,
        candidates=np.arange(n),
        fixed=np.zeros(0, dtype=np.int64),
        cost=cost,
        measures=(measure,),
        contiguous=True,
        area_names=tuple(data.get("name", ())),
    )


def least_tolerance(data: dict[str, Any], k: int, tolerance: float) -> float:
    """Return the least tolerance, in hundredths of a per cent, that parts behind a single area leave possible."""
    steps = math.ceil(tolerance * 10_000 - 1e-6)
    while dead_ends(instance_of(data, k, steps / 10_000)):
        steps += 1
    return max(tolerance, steps / 10_000)


def _engine(data: dict[str, Any], k: int, tolerance: float, arguments: argparse.Namespace) -> Row:
    instance = instance_of(data, k, tolerance)
    settings = SolverSettings(
        effort=Effort(arguments.effort), seconds=arguments.seconds, workers=arguments.workers, seed=arguments.seed
    )
    started = time.perf_counter()
    result = locate_territories(instance, settings)
    seconds = time.perf_counter() - started
    plan = result.plan or result.closest
    assert plan is not None
    labels = plan.home_of_area.tolist()
    return {
        "instance": f"counties k={k} ±{100 * tolerance:g} %",
        "method": "this engine",
        "status": str(result.status),
        "objective": None if result.plan is None else result.objective,
        "bound": result.bound,
        "published": None,
        "gap": None if result.plan is None else result.gap,
        "seconds": seconds,
        "peak_mb": peak_mb(),
        **judged(data, labels, k, tolerance),
        "note": " ".join(conflict.text for conflict in result.conflicts) or f"stopped by: {result.stopped_by}",
    }


def judged(data: dict[str, Any], labels: list[int], k: int, tolerance: float) -> Row:
    """Return what the evaluator finds: deviation, share of territories inside, contiguity, rms."""
    target = sum(data["potential"]) / k
    count = max(max(labels) + 1, k)
    sums = territory_sums(data["potential"], labels, count)
    inside = sum(abs(total - target) <= tolerance * target * (1 + 1e-12) for total in sums)
    return {
        "max_deviation": max_deviation(sums, [target] * count),
        "inside": f"{inside} of {count}",
        "contiguous": not loose_areas(data["edges"], labels),
        "rms_km": rms_km(data["potential"], data["x_km"], data["y_km"], labels),
    }
