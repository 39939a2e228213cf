"""Roads of a place are downloaded by its name; the services that OSMnx asks are ours, since a test has no other."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

import run_scenario
from scenarios.consistency import travel_has_its_graph
from scenarios.faults import ScenarioError
from scenarios.roads.engines import Dijkstra
from scenarios.roads.graphml import read_graphml
from scenarios.roads.model import RoadModel
from scenarios.roads.openstreetmap import read_extract
from scenarios.roads.places import PlaceError, downloaded, place_file
from scenarios.run_record import input_digests
from scenarios.schema import RoadEngineName, Travel, TravelMethod
from scenarios.travel import travel_note
from tests.builders import tiny_case
from tests.scenarios.roads.streets import download_services, plain_graph, read_ways, town, write_extract

EXTRACT = Path(__file__).parents[3].parent / "shared" / "cases" / "roads" / "andorra_drive.osm.pbf"

Connect = Callable[[str], None]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Let OSMnx ask an address instead of its own, without the pauses that it owes to public services."""
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # OSMnx puts its own there
    monkeypatch.setattr(ox.settings, "cache_folder", "")

    def to(address: str) -> None:
        monkeypatch.setattr(ox.settings, "nominatim_url", address)
        monkeypatch.setattr(ox.settings, "overpass_url", f"{address}/api")

    return to


def place(name: str, **changes: object) -> Travel:
    """The section of a scenario."""
    return Travel.model_validate({"method": TravelMethod.GRAPH, "place": name, **changes})


@pytest.mark.parametrize("engine", RoadEngineName)
@pytest.mark.parametrize("source", ["extract", "place"])
def test_all_readers_and_engines_agree_with_networkx_on_one_town(tmp_path: Path, connect: Connect, source, engine):
    """Downloaded or as an extract, by scipy or contraction hierarchies: minutes and kilometres of all pairs."""
    pytest.importorskip("osmium")
    if engine is RoadEngineName.CCH:
        pytest.importorskip("routingkit_cch")
    nodes, ways = town()
    graph = plain_graph(nodes, ways)
    if source == "extract":
        write_extract(tmp_path / "town.osm.pbf", nodes, ways)
        model = RoadModel.read(Travel(graph=str(tmp_path / "town.osm.pbf"), engine=engine))
    else:
        with download_services("Crooktown", nodes, ways) as (address, _):
            connect(address)
            model = RoadModel.read(place("Crooktown", engine=engine))
    corners = [node for node in sorted(nodes) if node < 100]
    lon, lat = (np.array([nodes[node][axis] for node in corners]) for axis in (0, 1))
    junction = model.network.nearest(lon, lat)
    minutes, kilometres = model.engine.matrix(junction, junction)
    compared = 0
    for row, start in enumerate(corners):
        seconds, metres = (nx.single_source_dijkstra_path_length(graph, start, weight=w) for w in ("seconds", "metres"))
        for column, end in enumerate(corners):
            if (model.network.lon[junction[[row, column]]] == lon[[row, column]]).all():  # else a bend, not a junction
                assert minutes[row, column] == pytest.approx(seconds[end] / 60, abs=2e-4)
                assert kilometres[row, column] >= metres[end] / 1000 - 0.02
                compared += 1
    assert compared > 40**2


def test_a_place_is_downloaded_once(connect: Connect, cache: Path):
    """Later runs ask nobody, and read the same network; the file is part of the record of the run."""
    nodes, ways = town()
    with download_services("Crooktown", nodes, ways) as (address, asked):
        connect(address)
        first = RoadModel.read(place("Crooktown")).network
        assert asked == ["/search", "/api/status", "/api/interpreter"]
        again = RoadModel.read(place("Crooktown")).network
        assert len(asked) == 3
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in ("lon", "tail", "milliseconds"))
    assert [points.tolist() for points in first.course] == [points.tolist() for points in again.course]
    assert place_file("Crooktown").is_relative_to(cache)
    assert first.n_nodes > 40
    assert not np.isin(first.lon, [nodes[9001][0], nodes[9002][0]]).any()  # the island is cut off


def test_without_network_a_scenario_says_what_to_do(tmp_path: Path, connect: Connect, capsys):
    """One line with file, line, key and remedy; exit code 2, and nothing is written."""
    scenario = tiny_case(tmp_path)
    scenario.write_text(scenario.read_text() + "travel:\n  method: graph\n  place: Crooktown\n")
    connect("http://127.0.0.1:9")
    assert run_scenario.main([str(scenario), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    line = len(scenario.read_text().splitlines())
    assert f'scenario.yaml:{line}:10 travel.place: got "Crooktown", but its roads cannot be downloaded' in told
    assert "127.0.0.1 is not reached" in told
    assert "name a file with travel.graph" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("asked_for", "status", "fault"),
    [
        ("Nowhere", 200, r"OpenStreetMap knows no area of this name with roads .*; write it as on nominatim"),
        ("Crooktown", 500, r"its roads cannot be downloaded .*500.*; run once with a connection"),
    ],
)
def test_a_place_that_is_not_known_and_a_service_that_fails_are_told(connect: Connect, asked_for, status, fault):
    """And nothing is left that a later run would take for roads."""
    nodes, ways = town()
    with download_services("Crooktown", nodes, ways, status=status) as (address, _):
        connect(address)
        with pytest.raises(PlaceError, match=fault):
            downloaded(asked_for)
    assert not place_file(asked_for).exists()
    with pytest.raises(ScenarioError, match=r"travel\.place: got"):
        RoadModel.read(place(asked_for))


def test_a_record_holds_the_contents_of_a_place(tmp_path: Path, connect: Connect):
    """Two downloads that differ are two inputs."""
    from scenarios.loading import load_scenario  # noqa: PLC0415 - beside its only use

    scenario = tiny_case(tmp_path)
    scenario.write_text(scenario.read_text() + "travel:\n  method: graph\n  place: Crooktown\n")
    loaded = load_scenario(scenario).scenario
    place_file("Crooktown").parent.mkdir(parents=True)
    digests = []
    for content in ("one", "other"):
        place_file("Crooktown").write_text(content)
        digests.append(input_digests(loaded)["travel.place"])
    assert digests[0] != digests[1]


def test_a_network_is_stored_by_the_contents_of_its_file(tmp_path: Path, monkeypatch, cache: Path):
    """Read once, whatever the file is called; read again when it changes, or what is stored is damaged."""
    pytest.importorskip("osmium")
    nodes, ways = town()
    write_extract(tmp_path / "a.osm.pbf", nodes, ways)
    (tmp_path / "b.osm.pbf").write_bytes((tmp_path / "a.osm.pbf").read_bytes())
    read = []
    monkeypatch.setattr(
        "scenarios.roads.openstreetmap.read_extract", lambda path: read.append(path.name) or read_extract(path)
    )
    first, second = (RoadModel.read(Travel(graph=str(tmp_path / name))).network for name in ("a.osm.pbf", "b.osm.pbf"))
    assert read == ["a.osm.pbf"]
    assert np.array_equal(first.milliseconds, second.milliseconds)
    (tmp_path / "b.osm.pbf").unlink()
    write_extract(tmp_path / "b.osm.pbf", nodes, ways[:-3])
    RoadModel.read(Travel(graph=str(tmp_path / "b.osm.pbf")))
    assert read == ["a.osm.pbf", "b.osm.pbf"]
    for kept in cache.rglob("*.npz"):
        kept.write_bytes(kept.read_bytes()[:100])
    RoadModel.read(Travel(graph=str(tmp_path / "a.osm.pbf")))
    assert read == ["a.osm.pbf", "b.osm.pbf", "a.osm.pbf"]


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path, cache: Path):
    """The network is read all the same."""
    pytest.importorskip("osmium")
    cache.write_text("a file where the folder should be")
    write_extract(tmp_path / "a.osm.pbf", *town())
    assert RoadModel.read(Travel(graph=str(tmp_path / "a.osm.pbf"))).network.n_nodes


def test_a_graph_and_a_place_are_one_too_many():
    """Either, not both; one of them."""
    both = Travel(method=TravelMethod.GRAPH, graph="a.graphml", place="Crooktown")
    fault = 'got "Crooktown" beside travel.graph, expected one of the two; remove the other'
    assert list(travel_has_its_graph(both)) == [(("travel", "place"), fault)]
    assert list(travel_has_its_graph(place("Crooktown"))) == []
    assert "quickest ways on OpenStreetMap's roads of Crooktown, found by scipy" in travel_note(place("Crooktown"))


@pytest.mark.slow
@pytest.mark.cases
@pytest.mark.skipif(not EXTRACT.exists(), reason="the real extract is not here")
def test_andorra_by_name_is_andorra_by_extract(connect: Connect):
    """The same ways through OSMnx and through our reader: minutes between its places are the same but for details."""
    pytest.importorskip("osmium")
    with download_services("Andorra", *read_ways(EXTRACT)) as (address, _):
        connect(address)
        by_name = read_graphml(downloaded("Andorra"), town_kmh=35.0)
    by_extract = read_extract(EXTRACT)
    lon, lat = np.random.default_rng(2).uniform((1.44, 42.45), (1.73, 42.63), (60, 2)).T
    minutes = [
        Dijkstra(network).minutes(network.nearest(lon, lat), network.nearest(lon, lat))
        for network in (by_name, by_extract)
    ]
    far = minutes[1] > 10
    assert far.sum() > 1000
    assert np.median(minutes[0][far] / minutes[1][far]) == pytest.approx(1.0, abs=0.03)
