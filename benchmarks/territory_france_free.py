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
from benchmarks.territory_france import WORKLOAD_SCALE, Communes, cut, made_up, read_communes, value
from benchmarks.territory_input import InputError, positive
from benchmarks.warming import SETTINGS
from optimizer.siting.instance import SitingInstance
from optimizer.siting.location import locate_territories
from optimizer.siting.plan import SitingResult
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.instance import BalanceMeasure, IntArray

COST_SCALE = 1000
"""Whole numbers per unit of workload × kilometre; the costliest pair stays below 2³¹."""
PERCENT = 5
ROWS_AT_ONCE = 2048


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the case takes, and the number of candidates."""
    territory_france.add_arguments(parser)
    parser.add_argument(
        "--free-homes", type=positive, required=True, help="communes, most populous first, that may hold one"
    )
    parser.set_defaults(seconds=180.0)


def run(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Choose homes, draw territories and check them; return one row."""
    communes = read_communes(arguments.folder)
    communes, homes = cut(communes, arguments.areas or len(communes.codes), arguments.reps)
    if arguments.free_homes < homes:
        raise InputError(f"--free-homes {arguments.free_homes}: {homes} reps need at least as many")
    compile_kernels()
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
    return [row if (result.plan or result.closest) is None else row | judged(communes, instance, result, bound)]


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


def compile_kernels() -> None:
    """Compile what designs territories, and what chooses homes, on small maps before the clock starts."""
    territory_france.compile_kernels()
    locate_territories(instance_of(made_up(8, 4), 16, 4), SETTINGS)


def judged(communes: Communes, instance: SitingInstance, result: SitingResult, bound: float) -> dict[str, Any]:
    """Return what the evaluator finds of the plan, or else of the closest one."""
    plan = result.plan or result.closest
    assert plan is not None
    x, y = communes.xy.T.tolist()
    workload = (communes.workload / WORKLOAD_SCALE).tolist()
    places, territory = instance.candidates[plan.homes].tolist(), plan.home_of_area.tolist()
    cost = sum(
        w * math.dist((x[a], y[a]), (x[places[t]], y[places[t]]))
        for a, (w, t) in enumerate(zip(workload, territory, strict=True))
    )
    deviation = 0.0
    for amounts in (communes.potential.tolist(), communes.workload.tolist()):
        sums = territory_sums(amounts, territory, len(places))
        deviation = max(deviation, max_deviation(sums, [sum(amounts) / len(places)] * len(places)))
    return {
        **value(cost, bound, kept=result.plan is not None),
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
