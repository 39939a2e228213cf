"""Find drive minutes on a road graph made by OSMnx."""

from dataclasses import dataclass
from typing import Self

import networkx as nx
import numpy as np
import osmnx as ox
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from scenarios.faults import Fault, ScenarioError
from scenarios.schema import Travel
from scenarios.travel import Floats, StraightLine, straight_line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadGraph:
    """Shortest drives on a directed road graph.

    The way to the nearest junction, and pairs without a road between them, go by straight line.
    """

    lon: Floats
    """Shape (nodes,)."""
    lat: Floats
    minutes: csr_array
    """Minutes of each arc. Shape (nodes, nodes)."""
    kilometres: csr_array
    fallback: StraightLine

    @classmethod
    def read(cls, travel: Travel) -> Self:
        """Read a GraphML file; speeds that it lacks are imputed by road class as OSMnx does.

        Raises
        ------
        ScenarioError
            When the file is no road graph.
        """
        try:
            graph = ox.load_graphml(travel.graph)
            if not all("travel_time" in data for *_, data in graph.edges(data=True)):
                graph = ox.add_edge_travel_times(ox.add_edge_speeds(graph, fallback=travel.town_kmh))
        except (OSError, ValueError, KeyError, SyntaxError, nx.NetworkXError) as error:
            text = f"cannot be read as a road graph made by OSMnx ({error}); save one with osmnx.save_graphml"
            raise ScenarioError([Fault(file=travel.graph, key="travel.graph", message=text)]) from error
        return cls.from_graph(graph, travel)

    @classmethod
    def from_graph(cls, graph: "nx.MultiDiGraph[int]", travel: Travel) -> Self:
        """Take over an OSMnx graph whose arcs have `length` (metres) and `travel_time` (seconds)."""
        nodes = sorted(graph.nodes)
        index = {node: i for i, node in enumerate(nodes)}
        best: dict[tuple[int, int], tuple[float, float]] = {}
        for start, end, data in graph.edges(data=True):
            arc = (index[start], index[end])
            cost = (float(data["travel_time"]) / 60 / travel.speed_factor, float(data["length"]) / 1000)
            if start != end and (arc not in best or cost < best[arc]):
                best[arc] = cost
        arcs = np.array(sorted(best), dtype=np.int64).reshape(-1, 2)
        costs = np.array([best[arc] for arc in sorted(best)], dtype=np.float64).reshape(-1, 2)
        shape = (len(nodes), len(nodes))
        return cls(
            lon=np.array([graph.nodes[node]["x"] for node in nodes], dtype=np.float64),
            lat=np.array([graph.nodes[node]["y"] for node in nodes], dtype=np.float64),
            minutes=csr_array((costs[:, 0], (arcs[:, 0], arcs[:, 1])), shape=shape),
            kilometres=csr_array((costs[:, 1], (arcs[:, 0], arcs[:, 1])), shape=shape),
            fallback=straight_line(travel),
        )

    def nearest_nodes(self, lon: ArrayLike, lat: ArrayLike) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        """Give the index of the junction nearest to each position."""
        shrink = np.cos(np.radians(self.lat.mean()))
        tree = cKDTree(np.column_stack([self.lon * shrink, self.lat]))
        positions = np.column_stack([np.asarray(lon, dtype=np.float64) * shrink, np.asarray(lat, dtype=np.float64)])
        return np.asarray(tree.query(positions)[1], dtype=np.int64)

    def between(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Give minutes and kilometres from every origin to every destination, by one Dijkstra tree per origin."""
        straight_minutes, straight_km = self.fallback.between(from_lon, from_lat, to_lon, to_lat)
        starts, ends = self.nearest_nodes(from_lon, from_lat), self.nearest_nodes(to_lon, to_lat)
        distinct, which = np.unique(starts, return_inverse=True)
        minutes, before = dijkstra(self.minutes, indices=distinct, return_predecessors=True)
        km = np.array([self._kilometres_along(before[i], minutes[i]) for i in range(len(distinct))])
        access_from = self.fallback.pairwise(from_lon, from_lat, self.lon[starts], self.lat[starts])
        access_to = self.fallback.pairwise(self.lon[ends], self.lat[ends], to_lon, to_lat)
        routed_minutes = minutes[which][:, ends] + access_from[0][:, None] + access_to[0][None, :]
        routed_km = km[which][:, ends] + access_from[1][:, None] + access_to[1][None, :]
        # Two positions at one junction, or without a road between them, are joined by the straight line.
        no_road = ~np.isfinite(routed_minutes) | (starts[:, None] == ends[None, :])
        return np.where(no_road, straight_minutes, routed_minutes), np.where(no_road, straight_km, routed_km)

    def _kilometres_along(self, before: "np.ndarray[tuple[int], np.dtype[np.int32]]", minutes: Floats) -> Floats:
        """Add up the kilometres of a shortest-path tree given by predecessors, from the root outwards."""
        reached = np.flatnonzero(before >= 0)
        reached = reached[np.argsort(minutes[reached], kind="stable")]
        last_km = np.asarray(self.kilometres[before[reached], reached]).ravel()
        km = np.where(np.isfinite(minutes), 0.0, np.inf)
        for node, step in zip(reached.tolist(), last_km.tolist(), strict=True):
            km[node] = km[before[node]] + step
        return km
