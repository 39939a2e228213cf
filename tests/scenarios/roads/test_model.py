"""Drive minutes on a road graph."""

from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from shapely import LineString

from scenarios.faults import ScenarioError
from scenarios.roads.graphml import from_osmnx
from scenarios.roads.model import RoadModel
from scenarios.schema import RoadEngineName, Travel, TravelMethod
from scenarios.travel import travel_model

KMH = 60.0


def grid(side: int = 4, step: float = 0.01) -> "nx.MultiDiGraph[int]":
    """A made-up town: a square grid of two-way streets, and one one-way diagonal that is quick."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    for i in range(side * side):
        graph.add_node(i, x=2.0 + step * (i % side), y=48.0 + step * (i // side))
    for i in range(side * side):
        for j in (i + 1, i + side):
            if j < side * side and (j != i + 1 or j % side):
                for a, b in ((i, j), (j, i)):
                    seconds = 60.0 + 0.013 * (i + j) ** 1.7  # no two paths take equally long
                    graph.add_edge(a, b, length=1000.0 + 10 * i, travel_time=seconds, highway="residential", osmid=i)
    graph.add_edge(0, side * side - 1, length=5000.0, travel_time=30.0, highway="motorway", osmid=99)
    return graph


@pytest.fixture(params=[RoadEngineName.SCIPY, RoadEngineName.CCH])
def travel(request) -> Travel:
    """The scenario's section for each engine; an engine that is not installed is left out."""
    if request.param is RoadEngineName.CCH:
        pytest.importorskip("routingkit_cch")
    return Travel(engine=request.param)


def test_minutes_agree_with_networkx(travel):
    """At the junctions themselves the matrix is the shortest path of an independent implementation."""
    graph = grid()
    roads = RoadModel.on(from_osmnx(graph), travel)
    nodes = sorted(graph.nodes)
    lon, lat = [graph.nodes[n]["x"] for n in nodes], [graph.nodes[n]["y"] for n in nodes]
    minutes, km = roads.between(lon, lat, lon, lat)
    for a in nodes:
        expected = nx.single_source_dijkstra_path_length(graph, a, weight="travel_time")
        paths = nx.single_source_dijkstra_path(graph, a, weight="travel_time")
        for b in set(nodes) - {a}:
            assert minutes[a, b] == pytest.approx(expected[b] / 60, abs=1e-4)
            steps = zip(paths[b], paths[b][1:], strict=False)
            metres = sum(min(d["length"] for d in graph[p][q].values()) for p, q in steps)
            assert km[a, b] == pytest.approx(metres / 1000)


def test_one_way_streets_are_one_way(travel):
    """The quick diagonal serves one direction only."""
    minutes, _ = RoadModel.on(from_osmnx(grid()), travel).between(
        [2.0, 2.03], [48.0, 48.03], [2.0, 2.03], [48.0, 48.03]
    )
    assert minutes[0, 1] == pytest.approx(0.5)
    assert minutes[1, 0] > 5


def test_speed_factor_and_pairs_without_a_road():
    """A faster world takes less; an island is reached by the straight line."""
    graph = grid()
    graph.add_node(99, x=3.0, y=48.0)
    slow, fast = (RoadModel.on(from_osmnx(graph), Travel(speed_factor=f)) for f in (1.0, 2.0))
    a, b = (model.between([2.0], [48.0], [2.03, 3.0], [48.0, 48.0]) for model in (slow, fast))
    assert b[0] == pytest.approx(a[0] / 2)
    assert np.isfinite(a[0]).all()
    assert a[0][0, 1] == pytest.approx(float(slow.fallback.pairwise(2.0, 48.0, 3.0, 48.0)[0]))


def test_graph_file_is_read_and_missing_speeds_are_imputed(tmp_path: Path):
    """A GraphML file without travel times gets them by road class."""
    graph = grid()
    for *_, data in graph.edges(data=True):
        del data["travel_time"]
    ox.save_graphml(graph, tmp_path / "town.graphml")
    model = travel_model(Travel(method=TravelMethod.GRAPH, graph=str(tmp_path / "town.graphml")))
    minutes, km = model.between([2.0], [48.0], [2.01], [48.0])
    assert km[0, 0] == pytest.approx(1.0, rel=0.05)
    assert 0.5 < minutes[0, 0] < 4


def test_a_file_that_is_no_graph_is_a_fault(tmp_path: Path):
    """One clear message instead of a traceback."""
    (tmp_path / "x.graphml").write_text("not xml")
    with pytest.raises(ScenarioError, match=r"travel.graph: cannot be read as a road graph"):
        travel_model(Travel(method=TravelMethod.GRAPH, graph=str(tmp_path / "x.graphml")))


def test_lines_follow_the_roads(travel):
    """From position to position, by way of the junctions that an independent implementation finds."""
    graph = grid()
    model = RoadModel.on(from_osmnx(graph), travel)
    line = model.lines([2.0001, 2.02, 2.02], [48.0001, 48.01, 48.01])
    way = nx.dijkstra_path(graph, 0, 6, weight="travel_time")
    expected = [(2.0001, 48.0001), *((graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in way), (2.02, 48.01)]
    assert line[0] == pytest.approx(np.array(expected))
    assert len(line) == 2
    assert line[1] == pytest.approx(np.array([(2.02, 48.01), (2.02, 48.01)]))


def test_the_course_between_junctions_is_kept_also_backwards(travel):
    """A bend of a street is drawn in either direction, and of two parallel streets the quicker one is taken."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="EPSG:4326")
    for node, lon in ((0, 2.0), (1, 2.1)):
        graph.add_node(node, x=lon, y=48.0)
    bend = LineString([(2.0, 48.0), (2.05, 48.02), (2.1, 48.0)])
    graph.add_edge(0, 1, length=9000.0, travel_time=400.0, geometry=bend)
    graph.add_edge(0, 1, length=8000.0, travel_time=500.0)
    graph.add_edge(1, 0, length=9000.0, travel_time=400.0, geometry=bend.reverse())
    model = RoadModel.on(from_osmnx(graph), travel)
    there, back = model.lines([2.0, 2.1, 2.0], [48.0, 48.0, 48.0])
    assert (2.05, 48.02) in [tuple(point) for point in there]
    assert there == pytest.approx(back[::-1])
    minutes, km = model.between([2.0], [48.0], [2.1], [48.0])
    assert (minutes[0, 0], km[0, 0]) == pytest.approx((400 / 60, 9.0))
