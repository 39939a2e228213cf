"""Solve square grids: n × n cells of weight one, n territories of n cells each, connected."""

import argparse
import sys
import time
from typing import Any, Final

import numpy as np

from benchmarks.territory_check import homes_held, loose_areas, max_deviation, territory_sums, within
from benchmarks.territory_hess import compile_kernels, row_of
from benchmarks.territory_input import positive
from optimizer.siting.exact import choose_homes_exactly
from optimizer.siting.instance import SitingInstance
from optimizer.solving import SolverSettings
from optimizer.territory.instance import BalanceMeasure

PUBLISHED: Final = {5: 239524, 6: 418572, 7: 647977, 8: 916840, 9: 1075716, 10: 1773006, 11: 2351750, 12: 3068868}
"""Proven optima; cost of a cell is int(100 · distance)², homes at the centres of cells one apart."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sizes and the safety net."""
    parser.add_argument("sizes", type=positive, nargs="+", help="cells along a side")
    parser.add_argument("--seconds", type=float, default=600.0, help="safety net per grid")


def run(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Solve grids one after the other and check each plan."""
    compile_kernels()
    rows = []
    for size in arguments.sizes:
        rows.append(solve(size, arguments.seconds))
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def solve(size: int, seconds: float) -> dict[str, Any]:
    """Solve one grid and return its row."""
    began = time.perf_counter()
    instance = grid(size)
    result = choose_homes_exactly(instance, SolverSettings(seconds=seconds))
    row = row_of(f"grid {size}", result, time.perf_counter() - began, scale=1.0, published=PUBLISHED.get(size))
    if result.plan is None:
        return row
    labels, homes = result.plan.home_of_area.tolist(), result.plan.homes.tolist()
    cost = 0
    for cell, home in enumerate(labels):
        (a, b), (c, d) = divmod(cell, size), divmod(homes[home], size)
        cost += int(100 * ((a - c) ** 2 + (b - d) ** 2) ** 0.5) ** 2
    edges = [(i, i + 1) for i in range(size**2) if (i + 1) % size] + [(i, i + size) for i in range(size**2 - size)]
    sums = territory_sums([1] * size**2, labels, size)
    assert cost == result.objective, f"{size}: the plan costs {cost}, the engine says {result.objective}"
    assert within(sums, size, size), f"{size}: a territory has not {size} cells"
    assert homes_held(labels, homes), f"{size}: a home is not in its territory"
    loose = loose_areas(edges, labels, homes)
    assert not loose, f"{size}: {len(loose)} cells are cut off from their home"
    return row | {"max_deviation": max_deviation(sums, [size] * size), "contiguous": not loose}


def grid(size: int) -> SitingInstance:
    """Return the grid; every cell is a candidate."""
    cells = np.arange(size**2)
    row, column = np.divmod(cells, size)
    distance = np.hypot(row[:, None] - row, column[:, None] - column)
    right, down = cells[column < size - 1], cells[row < size - 1]
    edges = np.array(
        sorted([*zip(right, right + 1, strict=True), *zip(down, down + size, strict=True)]), dtype=np.int64
    )
    exact = np.full(size, size, dtype=np.int64)
    return SitingInstance(
        area_ids=tuple(map(str, range(size**2))),
        edges=edges.reshape(-1, 2),
        n_homes=size,
        candidates=cells,
        fixed=np.zeros(0, dtype=np.int64),
        cost=np.floor(100 * distance).astype(np.int64) ** 2,
        measures=(
            BalanceMeasure(
                name="cells",
                unit="cells",
                amounts=np.ones(size**2, dtype=np.int64),
                targets=exact,
                lower=exact,
                upper=exact,
                tolerance=0.0,
            ),
        ),
        contiguous=True,
    )
