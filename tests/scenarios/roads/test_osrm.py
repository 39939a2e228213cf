"""Drive minutes come from a server that speaks OSRM's table format; ours, since no other is at hand in a test."""

import http.server
import json
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from scenarios.consistency import travel_has_its_graph
from scenarios.faults import ScenarioError
from scenarios.roads.model import RoadModel
from scenarios.roads.osrm import MOST_PLACES
from scenarios.schema import Travel, TravelMethod
from scenarios.travel import StraightLine, great_circle_km, travel_model, travel_note
from tests.scenarios.roads.streets import plain_graph, town, write_extract

SPEED_KMH = 60.0
NOWHERE = 9.0
"""Longitude east of which the server knows no road."""


class Server(http.server.BaseHTTPRequestHandler):
    """Answers as https://project-osrm.org/docs/v5.24.0/api/#table-service says: beeline at 60 km/h, east dearer."""

    asked: list[int] = []  # noqa: RUF012 - one server a test
    graph: "nx.DiGraph[int] | None" = None
    """Where set, drives go from junction to junction of this graph, not by beeline."""
    refusal: dict[str, object] | None = None

    def do_GET(self) -> None:
        """Answer one request."""
        parts = urllib.parse.urlsplit(self.path)
        head, _, places = parts.path.rpartition("/")
        at = np.array([[float(value) for value in place.split(",")] for place in places.split(";")])
        query = urllib.parse.parse_qs(parts.query)
        self.asked.append(len(at))
        chosen = [[int(number) for number in query[name][0].split(";")] for name in ("sources", "destinations")]
        assert query["annotations"] == ["duration,distance"]
        if head != "/table/v1/driving" or len(at) > MOST_PLACES or self.refusal:
            self.answer(400, self.refusal or {"code": "TooBig", "message": "Too many table coordinates"})
            return
        if self.graph is not None:
            self.answer(200, {"code": "Ok", **self.on_graph(at[chosen[0]], at[chosen[1]])})
            return
        (x1, y1), (x2, y2) = at[chosen[0]].T, at[chosen[1]].T
        km = great_circle_km(x1[:, None], y1[:, None], x2[None], y2[None])
        away = (x1[:, None] > NOWHERE) | (x2[None, :] > NOWHERE)
        hours = km / SPEED_KMH * np.where(x2[None] > x1[:, None], 2.0, 1.0)
        tables = {"durations": hours * 3600, "distances": km * 1000}
        rows = {name: np.where(away, None, table.astype(object)).tolist() for name, table in tables.items()}
        self.answer(200, {"code": "Ok", **rows})

    def on_graph(self, origins: np.ndarray, goals: np.ndarray) -> dict[str, object]:
        """Find the quickest ways by networkx; each place is a node, called by its position."""
        tables: dict[str, list[object]] = {"durations": [], "distances": []}
        for origin in origins.tolist():
            seconds, ways = nx.single_source_dijkstra(self.graph, tuple(origin), weight="seconds")
            metres = {end: nx.path_weight(self.graph, way, "metres") for end, way in ways.items()}
            tables["durations"].append([seconds.get(tuple(goal)) for goal in goals.tolist()])
            tables["distances"].append([metres.get(tuple(goal)) for goal in goals.tolist()])
        return dict(tables)

    def answer(self, status: int, content: dict[str, object]) -> None:
        """Send JSON."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Server.asked, Server.refusal, Server.graph = [], None, None
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def travel(address: str, **changes: object) -> Travel:
    """The section of a scenario."""
    return Travel.model_validate({"method": TravelMethod.OSRM, "osrm": address, **changes})


def test_blocks_are_put_together(address: str) -> None:
    """More places than one request takes, all pairs at their place, there dearer than back."""
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(2, 3, 120), rng.uniform(46, 47, 120)
    minutes, km = travel_model(travel(address)).between(lon, lat, lon[:70], lat[:70])
    straight = great_circle_km(lon[:, None], lat[:, None], lon[None, :70], lat[None, :70])
    np.testing.assert_allclose(km, straight, atol=1e-3)
    dearer = np.where(lon[None, :70] > lon[:, None], 2.0, 1.0)
    np.testing.assert_allclose(minutes, straight * dearer, atol=1e-3)
    assert max(Server.asked) == MOST_PLACES
    assert len(Server.asked) == 6


def test_a_server_on_the_same_roads_gives_what_the_engines_give(address: str, tmp_path: Path) -> None:
    """One town as the server's graph and as an extract of ours: the same minutes and kilometres between junctions."""
    pytest.importorskip("osmium")
    nodes, ways = town()
    Server.graph = nx.relabel_nodes(
        plain_graph(nodes, ways), {node: tuple(map(float, at)) for node, at in nodes.items()}
    )
    write_extract(tmp_path / "town.osm.pbf", nodes, ways)
    ours = RoadModel.read(Travel(graph=str(tmp_path / "town.osm.pbf")))
    lon, lat = ours.network.lon, ours.network.lat
    minutes, km = travel_model(travel(address)).between(lon, lat, lon, lat)
    apart = ~np.eye(len(lon), dtype=bool)
    expected = ours.engine.matrix(*[np.arange(len(lon))] * 2)
    np.testing.assert_allclose(minutes[apart], expected[0][apart], atol=2e-4)
    np.testing.assert_allclose(km[apart], expected[1][apart], atol=0.02)


def test_speed_factor_shortens_drives(address: str) -> None:
    """Twice the speed, half the minutes, the same way."""
    one, two = (
        travel_model(travel(address, speed_factor=factor)).between([3], [46], [2], [46]) for factor in (1.0, 2.0)
    )
    assert two[0][0, 0] == pytest.approx(one[0][0, 0] / 2)
    assert two[1][0, 0] == one[1][0, 0]


def test_pairs_without_a_way_go_by_straight_line(address: str) -> None:
    """Null in the answer."""
    model = travel_model(travel(address))
    minutes, km = model.between([2.0], [46.0], [2.5, 9.5], [46.0, 46.0])
    expected = StraightLine(circuity=1.3, town_kmh=35.0, country_kmh=80.0).between([2.0], [46.0], [9.5], [46.0])
    assert (minutes[0, 1], km[0, 1]) == (expected[0][0, 0], expected[1][0, 0])
    assert km[0, 0] == pytest.approx(great_circle_km(2.0, 46.0, 2.5, 46.0), abs=1e-3)


def test_a_refusal_is_told_in_the_servers_words(address: str) -> None:
    """With the key to change."""
    Server.refusal = {"code": "NoSegment", "message": "Could not find a matching segment"}
    with pytest.raises(ScenarioError, match=r"travel\.osrm: it refuses: Could not find a matching segment"):
        travel_model(travel(address)).between([2], [46], [3], [46])


def test_a_server_that_is_not_there_is_told() -> None:
    """What to look at."""
    with pytest.raises(ScenarioError, match=r"it does not answer .*; is it running\?"):
        travel_model(travel("http://127.0.0.1:9")).between([2], [46], [3], [46])


def test_the_note_names_the_server() -> None:
    """Readers of the report learn where minutes come from."""
    assert "quickest ways of the OSRM server http://x:5000," in travel_note(travel("http://x:5000"))


@pytest.mark.parametrize(
    ("osrm", "fault"),
    [
        ("", 'missing: "method: osrm" needs the address of a server, such as http://localhost:5000'),
        ("localhost:5000", 'got "localhost:5000", expected the address of a server, such as http://localhost:5000'),
    ],
)
def test_an_address_is_asked_for(osrm: str, fault: str) -> None:
    """A server without http:// is none."""
    assert list(travel_has_its_graph(travel(osrm))) == [(("travel", "osrm"), fault)]
