"""Design the French mainland: 34,334 communes, two measures within five per cent, homes fixed.

`france DIR` reads the case of scale. Workload, potential and distance are those of its README: potential is the
population up to 100,000; workload follows it with a factor from 0.7 to 1.3 that a checksum of the code gives; the cost
is workload times straight distance to the home. Amounts are exact whole numbers (workload in five-millionths);
costs are rounded to a thousandth, and the bound is lowered by what that can change. `--areas N` keeps the first N
communes from the north that hang together, and homes in proportion or `--reps K`: those of the file that lie inside,
thinned evenly from north to south where they are too many. `--sizes N,N,…` draws one such cut after the other and tells
in each row how fast time has grown so far: the exponent x of time ~ n^x, fitted by least squares of the logarithms.
"""

import argparse
import csv
import gzip
import json
import math
import sys
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from benchmarks.memory_probe import PeakMemory
from benchmarks.territory_check import homes_held, loose_areas, max_deviation, rms_km, territory_sums
from benchmarks.territory_input import InputError, positive, reading
from benchmarks.warming import SETTINGS, square_map
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.search import design_territories

KM_PER_DEGREE_EAST = 111.32 * np.cos(np.radians(46.5))
KM_PER_DEGREE_NORTH = 110.57
LARGEST_POTENTIAL = 100_000
WORKLOAD_SCALE = 5_000_000
"""Whole numbers per unit of workload: potential · (7,000 + 6 k) / 2 is whole, and a unit is 10,000,000 / 2 of them."""
COST_SCALE = 1000
"""Whole numbers per unit of workload × kilometre."""
TOLERANCE = 0.05
ALL_AREAS, ALL_HOMES = 34_334, 200
PUBLISHED_BOUND = 894_060.0
"""Lower bound that the case's README gives for the whole mainland."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Communes:
    """The communes of the case, north to south where some were left out."""

    codes: tuple[str, ...]
    xy: NDArray[np.float64]
    """Kilometres in the plane. Shape (communes, 2)."""
    population: IntArray
    edges: IntArray
    """Neighbours, first index below second. Shape (edges, 2)."""
    homes: IntArray
    """Index of each home. Shape (homes,)."""

    @property
    def potential(self) -> IntArray:
        """Population, at most 100,000. Shape (communes,)."""
        return np.minimum(self.population, LARGEST_POTENTIAL)

    @property
    def workload(self) -> IntArray:
        """Workload times `WORKLOAD_SCALE`, exact. Shape (communes,)."""
        checksum = np.array([zlib.crc32(code.encode("ascii")) % 1000 for code in self.codes], dtype=np.int64)
        return self.potential * (3500 + 3 * checksum)


def read_communes(folder: Path) -> Communes:
    """Read the mainland: the largest component of communes with a polygon of their own code."""
    with reading(folder):
        return _read(folder)


def _read(folder: Path) -> Communes:
    with gzip.open(folder / "fr_communes_2026.csv.gz", "rt", encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    with gzip.open(folder / "fr_communes_2018_topo.json.gz", "rt", encoding="utf-8") as file:
        (layer,) = json.load(file)["objects"].values()
    codes = tuple(sorted(g["properties"]["code"] for g in layer["geometries"] if g["properties"]["code"] in rows))
    index = {code: i for i, code in enumerate(codes)}
    sides: dict[int, list[int]] = {}
    for geometry in layer["geometries"]:
        commune = index.get(geometry["properties"]["code"])
        if commune is not None:
            for arc in _flat(geometry["arcs"]):
                sides.setdefault(arc if arc >= 0 else ~arc, []).append(commune)
    pairs = {(min(a, b), max(a, b)) for both in sides.values() for a in both for b in both if a != b}
    lon_lat = np.array([(float(rows[code]["lon"]), float(rows[code]["lat"])) for code in codes])
    with (folder / "homes_200.csv").open(encoding="utf-8") as file:
        homes = [index[row["code"]] for row in csv.DictReader(file)]
    everything = Communes(
        codes=codes,
        xy=lon_lat * (KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH),
        population=np.array([int(rows[code]["population"]) for code in codes], dtype=np.int64),
        edges=np.array(sorted(pairs), dtype=np.int64),
        homes=np.array(homes, dtype=np.int64),
    )
    return _keep(everything, _largest_component(len(codes), everything.edges))


def first_from_the_north(communes: Communes, n_areas: int, n_homes: int) -> Communes:
    """Keep the first communes from the north that hang together, and homes in proportion.

    Homes are those of the file that lie inside; if there are too many, some are left out evenly from north to south, so
    that no region loses all of its own; if there are too few, the largest communes that have no home yet are added.
    """
    order = np.lexsort((np.arange(len(communes.codes)), -communes.xy[:, 1]))
    north = _keep(communes, np.sort(order[:n_areas]))
    joined = _keep(north, _largest_component(len(north.codes), north.edges))
    inside = joined.homes[np.argsort(-joined.xy[joined.homes, 1], kind="stable")]
    if len(inside) > n_homes:
        inside = inside[(np.arange(n_homes) * len(inside)) // n_homes]
    homes = inside.tolist()
    for commune in np.argsort(-joined.potential, kind="stable").tolist():
        if len(homes) == n_homes:
            break
        if commune not in homes:
            homes.append(commune)
    return Communes(
        codes=joined.codes,
        xy=joined.xy,
        population=joined.population,
        edges=joined.edges,
        homes=np.array(homes, dtype=np.int64),
    )


def _keep(communes: Communes, kept: IntArray) -> Communes:
    """Return the communes of ascending indices `kept` and what lies between them."""
    new = np.full(len(communes.codes), -1, dtype=np.int64)
    new[kept] = np.arange(len(kept))
    edges, homes = new[communes.edges], new[communes.homes]
    return Communes(
        codes=tuple(communes.codes[i] for i in kept.tolist()),
        xy=communes.xy[kept],
        population=communes.population[kept],
        edges=edges[(edges >= 0).all(axis=1)],
        homes=homes[homes >= 0],
    )


def _largest_component(n: int, edges: IntArray) -> IntArray:
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
    _, component = connected_components(graph, directed=False)
    return np.flatnonzero(component == np.argmax(np.bincount(component)))


def _flat(arcs: list) -> list[int]:
    """Return the arc numbers of nested rings."""
    return [arcs] if isinstance(arcs, int) else [number for part in arcs for number in _flat(part)]


def instance_of(communes: Communes) -> TerritoryInstance:
    """Return the case as a territory instance."""
    areas, reps = len(communes.codes), len(communes.homes)
    distance = np.sqrt(((communes.xy[:, None] - communes.xy[communes.homes]) ** 2).sum(axis=2))
    cost = np.rint(distance * (communes.workload / WORKLOAD_SCALE * COST_SCALE)[:, None]).astype(np.int64)
    free = np.full(areas, -1, dtype=np.int64)
    return TerritoryInstance(
        area_ids=communes.codes,
        rep_ids=tuple(f"R{rep:03d}" for rep in range(reps)),
        edges=communes.edges,
        home_areas=communes.homes,
        travel_cost=cost,
        drive_minutes=np.rint(distance).astype(np.int64),
        measures=(
            _measure("potential", "people", communes.potential, reps, 1),
            _measure("workload", "hours", communes.workload, reps, WORKLOAD_SCALE),
        ),
        area_group=np.zeros(areas, dtype=np.int64),
        rep_group=np.full(reps, -1, dtype=np.int64),
        together=free,
        locks=np.zeros((0, 2), dtype=np.int64),
        forbidden=np.zeros((0, 2), dtype=np.int64),
        max_drive_minutes=NO_LIMIT,
        contiguous=True,
        current_rep=free,
        moved_amount=np.zeros(areas, dtype=np.int64),
        move_weight=0.0,
        moved_limit=NO_LIMIT,
    )


def _measure(name: str, unit: str, amounts: IntArray, reps: int, scale: int) -> BalanceMeasure:
    """Return a measure with equal shares; the limits are the last whole numbers inside the tolerance."""
    total, percent = int(amounts.sum()), round(100 * TOLERANCE)
    return BalanceMeasure(
        name=name,
        unit=unit,
        amounts=amounts,
        targets=np.full(reps, round(total / reps), dtype=np.int64),
        lower=np.full(reps, -(-total * (100 - percent) // (100 * reps)), dtype=np.int64),
        upper=np.full(reps, total * (100 + percent) // (100 * reps), dtype=np.int64),
        tolerance=TOLERANCE,
        scale=scale,
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("folder", type=Path, help="folder with the communes, their polygons and homes_200.csv")
    parser.add_argument("--areas", type=positive, help="only the first so many communes from the north")
    parser.add_argument("--sizes", type=_sizes, default=(), help="several such numbers, N,N,…, one row for each")
    parser.add_argument("--reps", type=positive, help="reps; in proportion to the communes where left out")
    parser.add_argument("--seconds", type=float, default=60.0, help="safety net of the design, after loading")
    parser.add_argument("--effort", choices=[e.value for e in Effort], default=Effort.QUICK.value)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)


def _sizes(text: str) -> tuple[int, ...]:
    """Read numbers with commas between them."""
    return tuple(positive(word) for word in text.split(","))


def run(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Design the territories of each size and check them; return a row for each."""
    communes = read_communes(arguments.folder)
    compile_kernels()
    sizes = arguments.sizes or (arguments.areas or len(communes.codes),)
    rows = [_row(communes, min(size, len(communes.codes)), arguments) for size in sizes]
    if arguments.sizes:
        for number, row in enumerate(rows, start=1):
            row["exponent"] = _exponent(rows[:number])
    return rows


def compile_kernels() -> None:
    """Draw 50 territories of 1,156 areas, enough to count as large, so that compiling is not taken from the time."""
    design_territories(instance_of(made_up(34, 50)), SETTINGS, explain=False)


def made_up(side: int, homes: int) -> Communes:
    """Return a square map as communes, homes spread over it."""
    data = square_map(side)
    return Communes(
        codes=tuple(data["ids"]),
        xy=np.column_stack([data["x_km"], data["y_km"]]),
        population=np.array(data["potential"], dtype=np.int64),
        edges=np.array(sorted(data["edges"]), dtype=np.int64),
        homes=np.arange(homes, dtype=np.int64) * side**2 // homes,
    )


def cut(communes: Communes, areas: int, reps: int | None) -> tuple[Communes, int]:
    """Return the first communes from the north, and so many reps as are asked for or as the file has in proportion."""
    areas = min(areas, len(communes.codes))
    whole = areas == len(communes.codes)
    share = len(communes.homes) * areas / len(communes.codes)
    reps = reps or (len(communes.homes) if whole else max(2, round(share)))
    if reps >= areas:
        raise InputError(f"{reps} reps for {areas} communes: there must be fewer")
    if not whole or reps != len(communes.homes):
        communes = first_from_the_north(communes, areas, reps)
    if reps < 1 or reps >= len(communes.codes):
        raise InputError(f"{reps} reps for {len(communes.codes)} communes: there must be one, and fewer than communes")
    if not communes.potential.any():
        raise InputError("nobody lives in the communes")
    return communes, reps


def _exponent(rows: Sequence[dict[str, Any]]) -> float | None:
    """Return x of seconds ~ areas^x over some rows; `None` for fewer than two."""
    if len(rows) < 2:
        return None
    areas, seconds = np.log([[row["areas"] for row in rows], [row["seconds"] for row in rows]])
    return float(np.polyfit(areas, seconds, 1)[0])


def value(cost: float, bound: float, *, kept: bool) -> dict[str, Any]:
    """Return objective and gap of a plan that keeps every rule; of another one what it costs, under its own name."""
    if not kept:
        return {"objective": None, "gap": None, "closest_cost": cost}
    return {"objective": cost, "gap": max(0.0, cost - bound) / cost if cost else 0.0}


def _row(communes: Communes, areas: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Design the territories of the first communes from the north and check them."""
    communes, reps = cut(communes, areas, arguments.reps)
    instance = instance_of(communes)
    settings = SolverSettings(
        effort=Effort(arguments.effort), seconds=arguments.seconds, workers=arguments.workers, seed=arguments.seed
    )
    with PeakMemory() as memory:
        started = time.perf_counter()
        result = design_territories(instance, settings)
        seconds = time.perf_counter() - started
    plan = result.plan or result.closest
    row: dict[str, Any] = {
        "instance": f"france {len(communes.codes)} × {len(communes.homes)}",
        "areas": len(communes.codes),
        "status": result.status.value,
        "objective": None,
        "bound": max(0.0, result.bound - 0.5 * len(communes.codes)) / COST_SCALE,
        "published": PUBLISHED_BOUND if len(communes.codes) == ALL_AREAS and reps == ALL_HOMES else None,
        "gap": None,
        "seconds": seconds,
        "peak_mb": memory.mb,
    }
    if plan is None:
        return row
    labels = plan.rep_of_area.tolist()
    workload = (communes.workload / WORKLOAD_SCALE).tolist()
    homes = communes.homes.tolist()
    x, y = communes.xy.T.tolist()
    cost = sum(
        w * math.dist((x[a], y[a]), (x[homes[r]], y[homes[r]]))
        for a, (w, r) in enumerate(zip(workload, labels, strict=True))
    )
    deviation = 0.0
    for amounts in (communes.potential.tolist(), communes.workload.tolist()):
        sums = territory_sums(amounts, labels, len(homes))
        deviation = max(deviation, max_deviation(sums, [sum(amounts) / len(homes)] * len(homes)))
    return row | {
        **value(cost, row["bound"], kept=result.plan is not None),
        "max_deviation": deviation,
        "contiguous": homes_held(labels, homes) and not loose_areas(communes.edges.tolist(), labels, homes),
        "rms_km": rms_km(workload, x, y, labels),
    }
