"""Solve Hess problems: choose homes among all units, every territory within limits and connected.

A file maps names to instances with ids, pop, x_km, y_km, edges, k, L, U and published results. Costs are whole numbers:
population times the square of the distance rounded to whole kilometres; objectives are printed in millions of that.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.territory_check import homes_held, loose_areas, max_deviation, peak_mb, territory_sums, within
from benchmarks.territory_input import InputError, check_map, read_object
from benchmarks.warming import SETTINGS, square_map
from optimizer.siting.assignment import Homes, assign
from optimizer.siting.exact import choose_homes_exactly
from optimizer.siting.instance import SitingInstance
from optimizer.siting.pairs import neighbours_of
from optimizer.siting.plan import SitingResult
from optimizer.siting.separation import broken_cuts
from optimizer.solving import SolverSettings, Status
from optimizer.territory.instance import BalanceMeasure

COST_SCALE: Final = 1e6
"""Costs of one unit of the published objectives."""

WITH_CONTIGUITY: Final = ("cut", "lcut", "shir")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file, the selection and the safety net."""
    parser.add_argument("file", type=Path, help="JSON file of instances")
    parser.add_argument("--only", default="", help="names of instances, with commas between them")
    parser.add_argument("--seconds", type=float, default=60.0, help="safety net per instance")


def run(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Solve the instances of a file one after the other and check each plan."""
    given = read_object(arguments.file)
    names = [name for name in arguments.only.split(",") if name] or list(given)
    for name in names:
        if name not in given:
            raise InputError(f"--only {name}: {arguments.file} has no such instance")
        check_instance(name, given[name])
    compile_kernels()
    rows = []
    for name in names:
        rows.append(solve(name, given[name], arguments.seconds))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def check_instance(name: str, data: dict[str, Any]) -> None:
    """Make sure that an instance can be solved and compared."""
    check_map(name, data, "pop", ("k", "L", "U"))
    if not 1 <= data["k"] <= len(data["ids"]):
        raise InputError(f"{name}: 'k' is {data['k']}, but there are {len(data['ids'])} areas")
    for method in WITH_CONTIGUITY:
        if method in data and not (isinstance(data[method], dict) and "obj" in data[method]):
            raise InputError(f"{name}: 'obj' of {method!r} is missing")


def compile_kernels() -> None:
    """Solve a grid of 25 areas, so that compiling is not taken from the time of the first instance.

    So small a grid is solved without looking for cuts; two corners served by one home are cut in both memory layouts,
    and areas are dealt out to two given homes.
    """
    data = square_map(5, even=True)
    instance = instance_of({**data, "pop": data["potential"], "k": 5, "L": 5, "U": 5})
    choose_homes_exactly(instance, SETTINGS)
    share = np.zeros((25, 2))
    share[:24, 1], share[[0, 24], 0] = 1.0, 1.0
    allowed = np.ones((25, 2), dtype=np.bool_)
    for layout in (np.ascontiguousarray, np.asfortranarray):
        broken_cuts(layout(share), layout(allowed), np.array([0, 1]), neighbours_of(instance))
    homes = Homes(
        areas=np.array([0, 24]),
        cost=instance.cost[:, [0, 24]].astype(np.float64),
        allowed=allowed,
        amounts=np.ones((1, 25), dtype=np.int64),
        lower=np.array([[12, 12]]),
        upper=np.array([[13, 13]]),
        neighbours=neighbours_of(instance),
        contiguous=True,
    )
    assign(homes, cutoff=np.inf, work=0.1, deadline=time.monotonic() + SETTINGS.seconds)


def solve(name: str, data: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """Solve one instance and return its row."""
    began = time.perf_counter()
    result = choose_homes_exactly(instance_of(data), SolverSettings(seconds=seconds))
    elapsed = time.perf_counter() - began
    row = row_of(name, result, elapsed, scale=COST_SCALE, published=published(data))
    if result.plan is None:
        return row
    labels, homes = result.plan.home_of_area.tolist(), result.plan.homes.tolist()
    cost = 0
    for area, home in enumerate(labels):
        km = (
            (data["x_km"][area] - data["x_km"][homes[home]]) ** 2
            + (data["y_km"][area] - data["y_km"][homes[home]]) ** 2
        ) ** 0.5
        cost += data["pop"][area] * round(km) ** 2
    sums = territory_sums(data["pop"], labels, data["k"])
    assert cost == result.objective, f"{name}: the plan costs {cost}, the engine says {result.objective}"
    assert within(sums, data["L"], data["U"]), f"{name}: a territory is outside its limits"
    assert homes_held(labels, homes), f"{name}: a home is not in its territory"
    loose = loose_areas(data["edges"], labels, homes)
    assert not loose, f"{name}: {len(loose)} areas are cut off from their home"
    deviation = max_deviation(sums, [sum(data["pop"]) / data["k"]] * data["k"])
    return row | {"max_deviation": deviation, "contiguous": not loose}


def row_of(name: str, result: SitingResult, seconds: float, *, scale: float, published: float | None) -> dict[str, Any]:
    """Return the row of a result; an infeasible instance has neither objective nor bound."""
    known = result.status is not Status.INFEASIBLE and np.isfinite(result.bound)
    return {
        "instance": name,
        "status": str(result.status),
        "objective": None if result.plan is None or result.objective is None else result.objective / scale,
        "bound": result.bound / scale if known else None,
        "published": published,
        "gap": None if result.plan is None else result.gap,
        "seconds": round(seconds, 2),
        "peak_mb": round(peak_mb(), 1),
    }


def published(data: Mapping[str, Any]) -> float | None:
    """Return the best published objective with contiguity, if there is one."""
    values = [data[method]["obj"] for method in WITH_CONTIGUITY if method in data]
    return min(values) if values else None


def instance_of(data: Mapping[str, Any]) -> SitingInstance:
    """Return the solver's instance: every unit is a candidate."""
    population = np.array(data["pop"], dtype=np.int64)
    x, y = np.array(data["x_km"]), np.array(data["y_km"])
    km = np.rint(np.hypot(x[:, None] - x, y[:, None] - y)).astype(np.int64)
    edges = np.array(sorted({(min(a, b), max(a, b)) for a, b in data["edges"]}), dtype=np.int64).reshape(-1, 2)
    homes = data["k"]
    return SitingInstance(
        area_ids=tuple(str(name) for name in data["ids"]),
        edges=edges,
        n_homes=homes,
        candidates=np.arange(len(population)),
        fixed=np.zeros(0, dtype=np.int64),
        cost=population[:, None] * km**2,
        measures=(
            BalanceMeasure(
                name="population",
                unit="people",
                amounts=population,
                targets=np.full(homes, int(population.sum()) // homes),
                lower=np.full(homes, data["L"]),
                upper=np.full(homes, data["U"]),
                tolerance=0.005,
            ),
        ),
        contiguous=True,
    )
