"""A made-up town as an OpenStreetMap extract, as the answers of its download services, and as a plain graph."""

import http.server
import itertools
import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np

SIDE: Final = 7
WEST: Final = 2.0
SOUTH: Final = 48.0
STEP: Final = 0.01
EARTH_M: Final = 6371008.8

Nodes = dict[int, tuple[float, float]]
Ways = list[tuple[int, list[int], dict[str, str]]]


def town() -> tuple[Nodes, Ways]:
    """Lay out crooked streets, every third one-way, some with limits, each block with a bend; a footpath and an island.

    Returns
    -------
    tuple
        (lon, lat) by node, and (id, nodes, tags) of each way.
    """
    rng = np.random.default_rng(5)
    nodes: Nodes = {}
    for row, column in itertools.product(range(SIDE), repeat=2):
        shift = rng.uniform(-0.2, 0.2, 2)
        place = (WEST + STEP * (column + shift[0]), SOUTH + STEP * (row + shift[1]))
        nodes[1 + row * SIDE + column] = (round(place[0], 6), round(place[1], 6))
    kinds = ({"highway": "residential"}, {"highway": "primary", "maxspeed": "70"}, {"highway": "tertiary"},
             {"highway": "secondary", "maxspeed": "30 mph"})  # fmt: skip
    ways: Ways = []
    for line in range(SIDE):
        across = [1 + line * SIDE + column for column in range(SIDE)]
        along = [1 + row * SIDE + line for row in range(SIDE)]
        for number, street in enumerate((across, along)):
            tags = dict(kinds[(2 * line + number) % len(kinds)])
            if 0 < line < SIDE - 1 and line % 3 == 0:
                tags["oneway"] = "yes"
            ways.append((1000 + 2 * line + number, _bent(street, nodes, rng), tags))
    ways.append((2000, [1, SIDE * SIDE], {"highway": "footway"}))
    nodes[9001], nodes[9002] = (WEST + 0.3, SOUTH + 0.3), (WEST + 0.31, SOUTH + 0.3)
    ways.append((2001, [9001, 9002], {"highway": "residential"}))
    return nodes, ways


def _bent(street: list[int], nodes: Nodes, rng: np.random.Generator) -> list[int]:
    """Put a bend between each two junctions of a street."""
    bent = street[:1]
    for first, last in itertools.pairwise(street):
        middle = [(nodes[first][axis] + nodes[last][axis]) / 2 + rng.uniform(-0.1, 0.1) * STEP for axis in (0, 1)]
        bend = len(nodes) + 100
        nodes[bend] = (round(middle[0], 6), round(middle[1], 6))
        bent += [bend, last]
    return bent


def write_extract(path: Path, nodes: Nodes, ways: Ways) -> None:
    """Write .osm.pbf."""
    import osmium  # noqa: PLC0415 - an extra

    writer = osmium.SimpleWriter(str(path))
    for ref, place in sorted(nodes.items()):
        writer.add_node(osmium.osm.mutable.Node(id=ref, location=place, version=1))
    for ref, line, tags in ways:
        writer.add_way(osmium.osm.mutable.Way(id=ref, nodes=line, tags=tags, version=1))
    writer.close()


def read_ways(path: Path) -> tuple[Nodes, Ways]:
    """Read the nodes and ways of an extract as they are."""
    import osmium  # noqa: PLC0415 - an extra

    nodes: Nodes = {}
    ways: Ways = []
    for item in osmium.FileProcessor(str(path)):
        if isinstance(item, osmium.osm.Node):
            nodes[item.id] = (item.location.lon, item.location.lat)
        elif isinstance(item, osmium.osm.Way):
            ways.append((item.id, [node.ref for node in item.nodes], dict(item.tags)))
    return nodes, ways


def plain_graph(nodes: Nodes, ways: Ways) -> "nx.DiGraph[int]":
    """Make a graph of every step between two points, for Dijkstra as networkx has it; seconds and metres."""
    kmh = {"residential": 25.0, "primary": 65.0, "secondary": 55.0, "tertiary": 40.0}
    graph: nx.DiGraph[int] = nx.DiGraph()
    for _, line, tags in ways:
        if tags["highway"] not in kmh:
            continue
        number, _, unit = tags.get("maxspeed", "").partition(" ")
        speed = 0.8 * float(number) * (1.609344 if unit == "mph" else 1.0) if number else kmh[tags["highway"]]
        for one, other in itertools.pairwise(line):
            metres = _metres(nodes[one], nodes[other])
            graph.add_edge(one, other, seconds=3.6 * metres / speed, metres=metres)
            if tags.get("oneway") != "yes":
                graph.add_edge(other, one, seconds=3.6 * metres / speed, metres=metres)
    return graph


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Measure the great circle by the angle between two unit vectors."""
    vectors = []
    for lon, lat in (one, other):
        x, y = math.radians(lon), math.radians(lat)
        vectors.append(np.array([math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)]))
    return EARTH_M * math.atan2(float(np.linalg.norm(np.cross(*vectors))), float(vectors[0] @ vectors[1]))


class _Service(http.server.BaseHTTPRequestHandler):
    """Answers one place's outline as Nominatim does, and its ways as Overpass does."""

    place: str
    nodes: Nodes
    ways: Ways
    asked: list[str]
    status: int

    def do_GET(self) -> None:
        """Tell where the place is, or that there are slots."""
        self.asked.append(self.path.partition("?")[0])
        if self.path.startswith("/api/status"):
            self._send(
                b"Connected as: 1\nCurrent time: now\nAnnounced endpoint: none\nRate limit: 2\n2 slots available now.\n"
            )
            return
        lon, lat = zip(*self.nodes.values(), strict=True)
        west, east, south, north = min(lon) - 0.1, max(lon) + 0.1, min(lat) - 0.1, max(lat) + 0.1
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        known = {
            "importance": 0.8, "lat": str(south), "lon": str(west), "display_name": self.place, "osm_type": "relation",
            "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": {"type": "Polygon", "coordinates": [ring]},
        }  # fmt: skip
        found = [known] if f"q={self.place}" in self.path else []
        self._send(json.dumps(found).encode())

    def do_POST(self) -> None:
        """Give all ways for cars with their nodes."""
        self.asked.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        forbidden = {"footway", "service", "track", "path", "pedestrian", "steps", "cycleway"}
        ways = [way for way in self.ways if way[2].get("highway", "footway") not in forbidden]
        used = sorted({node for _, line, _ in ways for node in line})
        elements: list[dict[str, Any]] = [
            {"type": "way", "id": ref, "nodes": line, "tags": tags} for ref, line, tags in ways
        ]
        elements += [{"type": "node", "id": n, "lon": self.nodes[n][0], "lat": self.nodes[n][1]} for n in used]
        self._send(json.dumps({"version": 0.6, "elements": elements}).encode())

    def _send(self, content: bytes) -> None:
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content if self.status == 200 else b"<html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def download_services(place: str, nodes: Nodes, ways: Ways, *, status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Answer as the services that OSMnx asks; give their address and the list of what is asked."""
    asked: list[str] = []
    members = {"place": place, "nodes": nodes, "ways": ways, "asked": asked, "status": status}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Service", (_Service,), members))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
