"""Design the French mainland with homes chosen by the engine among its most populous communes.

`france DIR --free-homes 2000`: the case of `territory_france`, in which every one of the 2,000 most populous communes
may hold a home and `--reps` of them are chosen. Cost, balance, contiguity and homes are recomputed by the evaluator.
"""

import argparse
import math
import time
from typing import Any

import numpy as np

from benchmarks import territory_france
from benchmarks.memory_probe import PeakMemory
from benchmarks.territory_check import homes_held, loose_areas, max_deviation, rms_km, territory_sums
from benchmarks.territory_france import ALL_AREAS, ALL_HOMES, WORKLOAD_SCALE, Communes, read_communes
from optimizer.siting.instance import SitingInstance
from optimizer.siting.location import locate_territories
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.instance import BalanceMeasure, IntArray

COST_SCALE = 1000
"""Whole numbers per unit of workload × kilometre; the costliest pair stays below 2³¹."""
PERCENT = 5
ROWS_AT_ONCE = 2048


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the case takes, and the number of candidates."""
    territory_france.add_arguments(parser)
    parser.add_argument("--free-homes", type=int, required=True, help="most populous communes that may hold a home")
    parser.set_defaults(seconds=180.0)


def run(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Choose homes, draw territories and check them; return one row."""
    communes = read_communes(arguments.folder)
    areas = min(arguments.areas or len(communes.codes), len(communes.codes))
    homes = arguments.reps or max(2, round(ALL_HOMES * areas / ALL_AREAS))
    if areas < len(communes.codes):
        communes = territory_france.first_from_the_north(communes, areas, homes)
    instance = instance_of(communes, arguments.free_homes, homes)
    settings = SolverSettings(
        effort=Effort(arguments.effort), seconds=arguments.seconds, workers=arguments.workers, seed=arguments.seed
    )
    with PeakMemory() as memory:
        started = time.perf_counter()
        result = locate_territories(instance, settings)
        seconds = time.perf_counter() - started
    bound = max(0.0, result.bound - 0.5 * len(communes.codes)) / COST_SCALE
    row: dict[str, Any] = {
        "instance": f"france {len(communes.codes)} × {homes} of {instance.n_candidates}",
        "status": result.status.value,
        "objective": None,
        "bound": bound,
        "published": None,
        "gap": None,
        "seconds": seconds,
        "peak_mb": memory.mb,
    }
    plan = result.plan or result.closest
    return [row if plan is None else row | judged(communes, instance.candidates[plan.homes], plan.home_of_area, bound)]


def instance_of(communes: Communes, candidates: int, homes: int) -> SitingInstance:
    """Return the case with homes to be chosen among the most populous communes."""
    order = np.lexsort((np.arange(len(communes.codes)), -communes.population))
    chosen = np.sort(order[:candidates])
    cost = np.empty((len(communes.codes), len(chosen)), dtype=np.int32)
    weight = communes.workload / WORKLOAD_SCALE * COST_SCALE
    for first in range(0, len(cost), ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        away = np.sqrt(((communes.xy[rows, None] - communes.xy[chosen]) ** 2).sum(axis=2))
        cost[rows] = np.rint(away * weight[rows, None])
    return SitingInstance(
        area_ids=communes.codes,
        edges=communes.edges,
        n_homes=homes,
        candidates=chosen,
        fixed=np.zeros(0, dtype=np.int64),
        cost=cost,
        measures=(
            _measure("potential", "people", communes.potential, homes, 1),
            _measure("workload", "hours", communes.workload, homes, WORKLOAD_SCALE),
        ),
        contiguous=True,
    )


def judged(communes: Communes, homes: IntArray, labels: IntArray, bound: float) -> dict[str, Any]:
    """Return what the evaluator finds."""
    x, y = communes.xy.T.tolist()
    workload = (communes.workload / WORKLOAD_SCALE).tolist()
    places, territory = homes.tolist(), labels.tolist()
    cost = sum(
        w * math.dist((x[a], y[a]), (x[places[t]], y[places[t]]))
        for a, (w, t) in enumerate(zip(workload, territory, strict=True))
    )
    deviation = 0.0
    for amounts in (communes.potential.tolist(), communes.workload.tolist()):
        sums = territory_sums(amounts, territory, len(places))
        deviation = max(deviation, max_deviation(sums, [sum(amounts) / len(places)] * len(places)))
    return {
        "objective": cost,
        "gap": (cost - bound) / cost,
        "max_deviation": deviation,
        "contiguous": homes_held(territory, places) and not loose_areas(communes.edges.tolist(), territory, places),
        "rms_km": rms_km(workload, x, y, territory),
    }


def _measure(name: str, unit: str, amounts: IntArray, homes: int, scale: int) -> BalanceMeasure:
    """Return a measure with equal shares; the limits are the last whole numbers inside the tolerance."""
    total = int(amounts.sum())
    return BalanceMeasure(
        name=name,
        unit=unit,
        amounts=amounts,
        targets=np.full(homes, round(total / homes), dtype=np.int64),
        lower=np.full(homes, -(-total * (100 - PERCENT) // (100 * homes)), dtype=np.int64),
        upper=np.full(homes, total * (100 + PERCENT) // (100 * homes), dtype=np.int64),
        tolerance=PERCENT / 100,
        scale=scale,
    )
