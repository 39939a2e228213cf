"""Extracts of OpenStreetMap: speeds, directions, junctions, what is cut off."""

from pathlib import Path

import numpy as np
import pytest

from scenarios.faults import ScenarioError
from scenarios.roads.engines import ContractionHierarchy, Dijkstra
from scenarios.roads.openstreetmap import read_extract, way_kmh

CASES = Path(__file__).parents[3].parent / "shared" / "cases" / "roads"
osmium = pytest.importorskip("osmium")


@pytest.mark.parametrize(
    ("tags", "speeds"),
    [
        ({"highway": "residential"}, (25.0, 25.0)),
        ({"highway": "primary", "maxspeed": "50"}, (40.0, 40.0)),
        ({"highway": "primary", "maxspeed": "30 mph"}, (38.624256, 38.624256)),
        ({"highway": "primary", "maxspeed": "walk"}, (65.0, 65.0)),
        ({"highway": "primary", "oneway": "yes"}, (65.0, 0.0)),
        ({"highway": "primary", "oneway": "-1"}, (0.0, 65.0)),
        ({"highway": "primary", "junction": "roundabout"}, (65.0, 0.0)),
        ({"highway": "motorway"}, (90.0, 0.0)),
        ({"highway": "motorway", "oneway": "no"}, (90.0, 90.0)),
        ({"highway": "service", "access": "private"}, None),
        ({"highway": "service", "access": "private", "motorcar": "yes"}, (15.0, 15.0)),
        ({"highway": "footway"}, None),
        ({"highway": "service", "area": "yes"}, None),
    ],
)
def test_speeds_and_directions_come_from_the_tags(tags, speeds):
    """Limits are reached in part; one-way streets, roundabouts and motorways lead one way."""
    assert way_kmh(tags) == (speeds if speeds is None else pytest.approx(speeds))


def write_extract(path: Path) -> None:
    """Write two crossing streets, one with a bend, a one-way dead end, and a street that touches nothing."""
    places = {1: (2.0, 48.0), 2: (2.01, 48.0), 3: (2.02, 48.0), 4: (2.01, 48.01), 5: (2.01, 47.99), 6: (2.03, 48.0),
              7: (2.5, 48.5), 8: (2.51, 48.5), 9: (2.015, 48.001)}  # fmt: skip
    writer = osmium.SimpleWriter(str(path))
    for ref, place in places.items():
        writer.add_node(osmium.osm.mutable.Node(id=ref, location=place, version=1))
    for ref, nodes, tags in (
        (1, [1, 2, 9, 3], {"highway": "residential"}),
        (2, [5, 2, 4], {"highway": "primary", "maxspeed": "50"}),
        (3, [3, 6], {"highway": "residential", "oneway": "yes"}),
        (4, [7, 8], {"highway": "residential"}),
        (5, [4, 6], {"highway": "footway"}),
    ):
        writer.add_way(osmium.osm.mutable.Way(id=ref, nodes=nodes, tags=tags, version=1))
    writer.close()


def test_ways_are_split_at_junctions_and_what_is_cut_off_is_left_out(tmp_path: Path):
    """Five junctions stay; the bend is a point of an arc; dead ends of one direction and far streets go."""
    write_extract(tmp_path / "town.osm.pbf")
    network = read_extract(tmp_path / "town.osm.pbf")
    assert sorted(zip(network.lon.round(3), network.lat.round(3), strict=True)) == [
        (2.0, 48.0), (2.01, 47.99), (2.01, 48.0), (2.01, 48.01), (2.02, 48.0),
    ]  # fmt: skip
    assert len(network.tail) == 8
    assert sum(len(points) for points in network.course) == 2
    minutes, km = Dijkstra(network).matrix(network.nearest([2.0], [48.0]), network.nearest([2.01], [48.01]))
    west, north = 0.7440, 1.1119  # kilometres of a hundredth of a degree, by the haversine formula
    assert km[0, 0] == pytest.approx(west + north, abs=2e-3)
    assert minutes[0, 0] == pytest.approx(60 * (west / 25 + north / 40), abs=5e-3)


def test_a_file_that_is_no_extract_is_a_fault(tmp_path: Path):
    """One clear message instead of a traceback."""
    (tmp_path / "x.osm.pbf").write_text("no")
    with pytest.raises(ScenarioError, match=r"travel.graph: cannot be read as an OpenStreetMap extract"):
        read_extract(tmp_path / "x.osm.pbf")


@pytest.mark.skipif(not CASES.exists(), reason="the real extracts are not here")
def test_engines_agree_on_real_roads():
    """On Monaco both engines give the same minutes and kilometres to the last bit."""
    pytest.importorskip("routingkit_cch")
    network = read_extract(CASES / "monaco_drive.osm.pbf")
    some = np.random.default_rng(1).choice(network.n_nodes, 40, replace=False)
    slow, quick = Dijkstra(network).matrix(some, some), ContractionHierarchy(network).matrix(some, some)
    assert (slow[0] == quick[0]).all()
    assert np.allclose(slow[1], quick[1])
    assert np.isfinite(slow[0]).all()
