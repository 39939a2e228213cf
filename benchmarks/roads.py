"""Measure how long road matrices take: python benchmarks/roads.py FILE.osm.pbf… [--size 1000] [--json]."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from scenarios.roads.engines import ContractionHierarchy, Dijkstra
from scenarios.roads.openstreetmap import read_extract
from scenarios.travel import great_circle_km

COLUMNS = ("extract", "junctions", "arcs", "engine", "size", "load_seconds", "build_seconds", "matrix_seconds",
           "matrix_cpu_seconds", "slowest_difference_ms", "median_circuity")  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return a result, the seconds that it took, and the CPU seconds, which say more on a crowded machine."""
    began, used = time.perf_counter(), time.process_time()
    return work(), time.perf_counter() - began, time.process_time() - used


def rows_of(path: Path, size: int) -> list[dict[str, Any]]:
    """Measure both engines on the same seeded junctions; the second is held against the first."""
    network, load, _ = timed(lambda: read_extract(path))
    some = np.sort(np.random.default_rng(1).choice(network.n_nodes, min(size, network.n_nodes), replace=False))
    straight = great_circle_km(
        network.lon[some][:, None], network.lat[some][:, None], network.lon[some], network.lat[some]
    )
    rows, first = [], None
    for name, engine in (("scipy", Dijkstra), ("cch", ContractionHierarchy)):
        ways, build, _ = timed(lambda engine=engine: engine(network))
        minutes, seconds, cpu = timed(lambda ways=ways: ways.minutes(some, some))
        first = minutes if first is None else first
        far = straight > 1.0
        circuity = float(
            np.median(ways.matrix(some[:50], some[:50])[1][far[:50, :50]] / straight[:50, :50][far[:50, :50]])
        )
        values = (path.name, network.n_nodes, len(network.tail), name, len(some), load, build, seconds, cpu,
                  float(np.abs(minutes - first).max()) * 60_000, circuity)  # fmt: skip
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extracts", nargs="+", type=Path)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = [row for path in arguments.extracts for row in rows_of(path, arguments.size)]
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for row in rows:
        print("| " + " | ".join(f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values()) + " |")


if __name__ == "__main__":
    main()
