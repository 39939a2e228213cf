"""Read a road network that OSMnx has saved, or fetch one by the name of a place."""

from pathlib import Path

import networkx as nx
import numpy as np
import osmnx as ox

from scenarios.faults import Fault, ScenarioError
from scenarios.roads.network import RoadNetwork


def read_graphml(path: Path, *, town_kmh: float) -> RoadNetwork:
    """Read a GraphML file; speeds that it lacks are imputed by road class as OSMnx does.

    Raises
    ------
    ScenarioError
        When the file is no road graph.
    """
    try:
        graph = ox.load_graphml(path)
        if not all("travel_time" in data for *_, data in graph.edges(data=True)):
            graph = ox.add_edge_travel_times(ox.add_edge_speeds(graph, fallback=town_kmh))
    except (OSError, ValueError, KeyError, SyntaxError, nx.NetworkXError) as error:
        text = f"cannot be read as a road graph made by OSMnx ({error}); save one with osmnx.save_graphml"
        raise ScenarioError([Fault(file=str(path), key="travel.graph", message=text)]) from error
    return from_osmnx(graph)


def from_osmnx(graph: "nx.MultiDiGraph[int]") -> RoadNetwork:
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
