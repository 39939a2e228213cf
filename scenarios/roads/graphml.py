"""Read a road network that OSMnx has saved."""

from pathlib import Path
from typing import TypeAlias

import networkx as nx
import numpy as np
import osmnx as ox

from scenarios.faults import Fault, ScenarioError
from scenarios.roads.network import RoadNetwork
from scenarios.roads.openstreetmap import CLASS_KMH, LIMIT_REACHED

Graph: TypeAlias = "nx.MultiDiGraph[int]"


def read_graphml(path: Path, *, town_kmh: float) -> RoadNetwork:
    """Read a GraphML file, and keep the part in which everything can be reached.

    Travel times that it lacks are imputed as for extracts: speeds by road class, and limits that are reached in part.

    Raises
    ------
    ScenarioError
        When the file is no road graph.
    """
    try:
        graph = ox.load_graphml(path)
        if not all("travel_time" in data for *_, data in graph.edges(data=True)):
            graph = with_times(graph, fallback_kmh=town_kmh)
    except (OSError, ValueError, KeyError, SyntaxError, nx.NetworkXError) as error:
        text = f"cannot be read as a road graph made by OSMnx ({error}); save one with osmnx.save_graphml"
        raise ScenarioError([Fault(file=str(path), key="travel.graph", message=text)]) from error
    return from_osmnx(graph).connected()


def with_times(graph: Graph, *, fallback_kmh: float) -> Graph:
    """Give arcs their `travel_time`: OSMnx reads limits in their units, of which cars reach a part, and fills gaps."""
    graph = ox.add_edge_speeds(graph, hwy_speeds=CLASS_KMH, fallback=fallback_kmh)
    for *_, data in graph.edges(data=True):
        if _has_limit(data.get("maxspeed")):
            data["speed_kph"] *= LIMIT_REACHED
    return ox.add_edge_travel_times(graph)


def _has_limit(maxspeed: object) -> bool:
    """Tell whether OSMnx has taken a speed from a limit: a number, or a country's own such as FR:urban."""
    limits = maxspeed if isinstance(maxspeed, list) else [maxspeed]
    return any(sign.isdigit() or sign == ":" for limit in limits for sign in str(limit))


def from_osmnx(graph: Graph) -> RoadNetwork:
    """Take over an OSMnx graph whose arcs have `length` (metres) and `travel_time` (seconds)."""
    nodes = sorted(graph.nodes)
    index = {node: place for place, node in enumerate(nodes)}
    edges = list(graph.edges(data=True))
    course = [
        np.asarray(data["geometry"].coords, dtype=np.float64)[1:-1] if "geometry" in data else np.zeros((0, 2))
        for *_, data in edges
    ]
    return RoadNetwork.from_arcs(
        np.array([[graph.nodes[node]["x"], graph.nodes[node]["y"]] for node in nodes], dtype=np.float64).reshape(-1, 2),
        np.array([[index[start], index[end]] for start, end, _ in edges], dtype=np.int64).reshape(-1, 2),
        np.array([float(data["travel_time"]) for *_, data in edges]),
        np.array([float(data["length"]) for *_, data in edges]),
        course,
    )
