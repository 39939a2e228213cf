"""Draw territories with other free libraries, each in a process of its own with a time limit.

None of them knows the rules together: what they leave out is written in the note. METIS balances and, when asked,
keeps parts contiguous; GerryChain walks between contiguous plans within a tolerance; pygeoda and spopt make contiguous
clusters of like areas without balance; k-means-constrained balances the number of areas, not what is in them.
"""

import importlib.util
import multiprocessing
import time
import warnings
from collections.abc import Callable
from queue import Empty
from typing import Any, Final

import numpy as np

Data = dict[str, Any]
Row = dict[str, Any]
Judge = Callable[[Data, list[int], int, float], Row]

GRACE: Final = 15.0
"""Seconds for starting a process and importing a library, on top of the time limit."""


def metis(data: Data, k: int, tolerance: float) -> list[int]:
    """Part the graph with METIS, contiguous, weighted by potential."""
    import pymetis  # noqa: PLC0415

    beside = _beside(data)
    options = pymetis.Options(contig=1, ufactor=max(1, round(1000 * tolerance)), seed=1)
    _, parts = pymetis.part_graph(
        k, adjacency=[np.array(n) for n in beside], vweights=list(data["potential"]), options=options, recursive=False
    )
    return [int(part) for part in parts]


def gerrychain(data: Data, k: int, tolerance: float) -> list[int]:
    """Walk by recombination from a recursive tree partition within the tolerance; keep the least cut edges."""
    import random  # noqa: PLC0415

    import networkx as nx  # noqa: PLC0415
    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, updaters  # noqa: PLC0415
    from gerrychain.proposals import recom  # noqa: PLC0415
    from gerrychain.tree import recursive_tree_part  # noqa: PLC0415

    random.seed(1)
    plain = nx.Graph(data["edges"])
    for area in plain:
        plain.nodes[area]["potential"] = data["potential"][area]
    graph = Graph.from_networkx(plain)
    target = sum(data["potential"]) / k
    begin = recursive_tree_part(graph, range(k), target, "potential", tolerance, 1)
    start = Partition(
        graph,
        begin,
        updaters={"potential": updaters.Tally("potential"), "cut_edges": updaters.cut_edges},
    )

    def propose(partition: Partition) -> Partition:
        return recom(partition, "potential", target, tolerance, 1)

    chain = MarkovChain(propose, [constraints.contiguous], accept.always_accept, start, total_steps=200)
    best = min(chain, key=lambda partition: len(partition["cut_edges"]))
    return [int(best.assignment[area]) for area in range(len(data["ids"]))]


def geoda_azp(data: Data, k: int, tolerance: float) -> list[int]:
    """Make clusters of near centres by pygeoda over Voronoi neighbours, a tenth of the mean potential at least."""
    import geopandas as gpd  # noqa: PLC0415
    import pygeoda  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    points = shapely.points(data["x_km"], data["y_km"])
    cells = shapely.voronoi_polygons(shapely.multipoints(points), ordered=True)
    weights = pygeoda.queen_weights(pygeoda.open(gpd.GeoDataFrame(geometry=list(cells.geoms))))
    least = (1 - tolerance) * sum(data["potential"]) / k / 10
    found = pygeoda.azp_greedy(
        k, weights, [data["x_km"], data["y_km"]], bound_variable=data["potential"], min_bound=least, random_seed=1
    )
    return [int(cluster) - 1 for cluster in found["Clusters"]]


def spopt_ward(data: Data, k: int, tolerance: float) -> list[int]:  # noqa: ARG001 - Ward knows no balance
    """Merge neighbouring areas by Ward's method in spopt."""
    import pandas as pd  # noqa: PLC0415
    from libpysal.weights import W  # noqa: PLC0415
    from spopt.region import WardSpatial  # noqa: PLC0415

    table = pd.DataFrame({"x": data["x_km"], "y": data["y_km"]})
    model = WardSpatial(table, W(dict(enumerate(_beside(data)))), ["x", "y"], n_clusters=k)
    model.solve()
    return [int(label) for label in model.labels_]


def kmeans_constrained(data: Data, k: int, tolerance: float) -> list[int]:
    """Cluster centres with k-means-constrained, as many areas in each cluster within the tolerance."""
    from k_means_constrained import KMeansConstrained  # noqa: PLC0415

    n = len(data["ids"])
    model = KMeansConstrained(
        k, size_min=int((1 - tolerance) * n / k), size_max=int((1 + tolerance) * n / k) + 1, n_init=1, random_state=1
    )
    labels = model.fit_predict(np.column_stack([data["x_km"], data["y_km"]]))
    return [int(label) for label in labels]


PEERS: Final = (
    ("METIS (pymetis)", "pymetis", metis, "balance and contiguity asked for; minimises cut edges"),
    ("GerryChain ReCom", "gerrychain", gerrychain, "200 steps, least cut edges"),
    ("pygeoda AZP", "pygeoda", geoda_azp, "balance cannot be asked for; neighbours are those of Voronoi cells"),
    ("spopt Ward", "spopt", spopt_ward, "balance cannot be asked for"),
    ("k-means-constrained", "k_means_constrained", kmeans_constrained, "balances numbers of areas; no contiguity"),
)
"""Name, package, function and what it cannot be asked for."""


def peer_rows(data: Data, *, k: int, tolerance: float, seconds: float, judge: Judge) -> list[Row]:
    """Return one row per peer: judged, or with the word why there is none."""
    rows = []
    for name, package, draw, note in PEERS:
        row: Row = {"instance": f"counties k={k} ±{100 * tolerance:g} %", "method": name}
        if importlib.util.find_spec(package) is None:
            rows.append({**row, "status": "skipped", "note": f"{package} is not installed: pip install {package}"})
            continue
        labels, spent, fault = _limited(draw, data, k, tolerance, seconds)
        if labels is None:
            rows.append({**row, "status": "unknown", "seconds": spent, "note": fault})
            continue
        found = judge(data, labels, k, tolerance)
        keeps = found["contiguous"] and found["max_deviation"] <= tolerance
        rows.append({**row, "status": "feasible" if keeps else "breaks rules", "seconds": spent, **found, "note": note})
    return rows


def _limited(
    draw: Callable[[Data, int, float], list[int]], data: Data, k: int, tolerance: float, seconds: float
) -> tuple[list[int] | None, float, str]:
    """Run a peer in a process; return its labels, its seconds, and what went wrong."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_work, args=(answers, draw.__name__, data, k, tolerance))
    process.start()
    try:
        labels, spent, fault = answers.get(timeout=seconds + GRACE)
    except Empty:
        labels, spent, fault = None, seconds, f"no plan within {seconds:g} s"
    process.kill()
    process.join()
    if labels is not None and spent > seconds:
        return None, spent, f"no plan within {seconds:g} s"
    return labels, spent, fault


def _work(answers: Any, name: str, data: Data, k: int, tolerance: float) -> None:  # noqa: ANN401 - a queue
    """Run a peer and send what it made, or the fault that stopped it: whatever a foreign library raises is its row."""
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    try:
        labels = globals()[name](data, k, tolerance)
    except Exception as fault:
        answers.put((None, time.perf_counter() - started, f"{type(fault).__name__}: {fault}"[:200]))
        return
    answers.put((labels, time.perf_counter() - started, ""))


def _beside(data: Data) -> list[list[int]]:
    beside: list[list[int]] = [[] for _ in data["ids"]]
    for a, b in data["edges"]:
        beside[a].append(b)
        beside[b].append(a)
    return beside
