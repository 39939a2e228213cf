"""The core of a road graph: the same quickest ways between the junctions that are asked about."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import floyd_warshall

from scenarios.roads import engines
from scenarios.roads.core import core_of
from scenarios.roads.engines import ContractionHierarchy, Dijkstra
from scenarios.roads.network import RoadNetwork
from scenarios.roads.openstreetmap import read_extract

CASES = Path(__file__).parents[3].parent / "shared" / "cases" / "roads"


def all_ways(n_nodes, tail, head, weight):
    """Weights of lightest ways between all junctions, by another algorithm. Shape (nodes, nodes)."""
    return floyd_warshall(csr_array((np.asarray(weight, dtype=float), (tail, head)), shape=(n_nodes, n_nodes)))


def arcs_at_random(seed: int, n_nodes: int, streets: int):
    """A street map without a plan: each node joined to a few near ones, some one way only."""
    rng = np.random.default_rng(seed)
    pairs = {}
    for _ in range(streets):
        one = int(rng.integers(n_nodes))
        other = (one + int(rng.integers(1, 5))) % n_nodes
        pairs[one, other] = int(rng.integers(1, 40))
        if rng.random() < 0.7:
            pairs[other, one] = int(rng.integers(1, 40))
    ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1], np.array([pairs[tuple(pair)] for pair in ends.tolist()], dtype=np.int64)


@settings(deadline=None)
@given(seed=st.integers(0, 10**6), n_nodes=st.integers(5, 40), streets=st.integers(1, 120), asked=st.integers(1, 8))
def test_ways_between_those_asked_about_are_what_they_were(seed, n_nodes, streets, asked):
    """Whatever the streets: one-way, cut off, with equally long ways."""
    tail, head, weight = arcs_at_random(seed, n_nodes, streets)
    kept = np.unique(np.random.default_rng(seed + 1).integers(n_nodes, size=asked))
    core = core_of(n_nodes, tail, head, weight, kept=kept)
    some = np.ix_(kept, kept)
    assert np.array_equal(all_ways(n_nodes, *core)[some], all_ways(n_nodes, tail, head, weight)[some])


def test_a_street_between_two_that_are_asked_about_becomes_one_arc_each_way():
    """Bends go, dead ends go, what it takes is summed."""
    steps = [(0, 1, 3), (1, 2, 4), (2, 3, 5), (3, 2, 6), (2, 1, 7), (1, 0, 8), (2, 4, 1), (4, 2, 1)]
    tail, head, weight = (np.array(column) for column in zip(*sorted(steps), strict=True))
    core = core_of(5, tail, head, weight, kept=np.array([0, 3]))
    assert [column.tolist() for column in core] == [[0, 3], [3, 0], [12, 21]]


@pytest.mark.skipif(not CASES.exists(), reason="the real extracts are not here")
def test_engines_agree_on_a_large_matrix_of_real_roads(monkeypatch):
    """On Andorra the core, the whole graph and contraction hierarchies give the same minutes to the last bit."""
    pytest.importorskip("osmium")
    network = read_extract(CASES / "andorra_drive.osm.pbf")
    rng = np.random.default_rng(2)
    starts, ends = (rng.integers(network.n_nodes, size=size) for size in (150, 90))
    assert len(np.unique(starts)) >= engines.LEAST_FOR_CORE
    shrunk = Dijkstra(network).matrix(starts, ends)
    pytest.importorskip("routingkit_cch")
    assert np.array_equal(shrunk[0], ContractionHierarchy(network).minutes(starts, ends))
    monkeypatch.setattr(engines, "LEAST_FOR_CORE", 10**9)
    whole = Dijkstra(network).matrix(starts, ends)
    assert np.array_equal(shrunk[0], whole[0])
    assert np.array_equal(shrunk[1], whole[1])


def test_junctions_that_no_road_joins_stay_without_a_way(monkeypatch):
    """Cut off, or asked about twice: the same matrix as without a core."""
    tail, head, weight = arcs_at_random(4, 60, 70)
    network = RoadNetwork(
        lon=np.zeros(60), lat=np.zeros(60), tail=tail, head=head, milliseconds=weight, metres=weight,
        course=tuple(np.zeros((0, 2)) for _ in tail),
    )  # fmt: skip
    starts, ends = np.array([3, 3, 59, 20, 21]), np.array([21, 0, 3, 3])
    whole = Dijkstra(network).matrix(starts, ends)
    monkeypatch.setattr(engines, "LEAST_FOR_CORE", 1)
    shrunk = Dijkstra(network).matrix(starts, ends)
    assert not np.isfinite(whole[0]).all()
    assert np.array_equal(shrunk[0], whole[0])
    assert np.array_equal(shrunk[1], whole[1])
