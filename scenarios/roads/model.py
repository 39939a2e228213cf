"""Answer drive minutes and kilometres between positions on a road network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from scenarios.faults import Fault, ScenarioError
from scenarios.roads.engines import ContractionHierarchy, Dijkstra, RoadEngine
from scenarios.roads.network import Floats, Ints, RoadNetwork
from scenarios.roads.places import PlaceError, downloaded
from scenarios.roads.stored import stored
from scenarios.schema import RoadEngineName, Travel
from scenarios.travel import StraightLine, straight_line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadModel:
    """Quickest drives on a road network.

    The way to the nearest junction, and pairs without a way between them, go by straight line.
    """

    network: RoadNetwork
    engine: RoadEngine
    fallback: StraightLine
    speed_factor: float
    """Multiplies the network's speeds."""

    @classmethod
    def read(cls, travel: Travel) -> Self:
        """Read the network that a scenario names: an OpenStreetMap extract, a GraphML file made by OSMnx, or a place.

        Raises
        ------
        ScenarioError
            When the file is neither, or the roads of the place cannot be had.
        """
        if travel.graph.endswith(".pbf"):
            from scenarios.roads.openstreetmap import read_extract  # noqa: PLC0415 -- an extra

            extract = Path(travel.graph)
            return cls.on(stored(extract, "extract", lambda: read_extract(extract)), travel)
        from scenarios.roads.graphml import read_graphml  # noqa: PLC0415 -- osmnx takes seconds to import

        path, kmh = _saved_graph(travel), travel.town_kmh
        return cls.on(stored(path, f"graphml {kmh}", lambda: read_graphml(path, town_kmh=kmh)), travel)

    @classmethod
    def on(cls, network: RoadNetwork, travel: Travel) -> Self:
        """Put a scenario's engine on a network."""
        cch = travel.engine is RoadEngineName.CCH
        return cls(
            network=network,
            engine=ContractionHierarchy(network) if cch else Dijkstra(network),
            fallback=straight_line(travel),
            speed_factor=travel.speed_factor,
        )

    def between(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Give minutes and kilometres from every origin to every destination."""
        straight = self.fallback.between(from_lon, from_lat, to_lon, to_lat)
        starts, ends = self.network.nearest(from_lon, from_lat), self.network.nearest(to_lon, to_lat)
        minutes, kilometres = self.engine.matrix(starts, ends)
        leave, arrive = self._access(from_lon, from_lat, starts), self._access(to_lon, to_lat, ends)
        on_road = (
            minutes / self.speed_factor + leave[0][:, None] + arrive[0][None, :],
            kilometres + leave[1][:, None] + arrive[1][None, :],
        )
        # Two positions at one junction, or without a way between them, are joined by the straight line.
        no_road = ~np.isfinite(minutes) | (starts[:, None] == ends[None, :])
        return np.where(no_road, straight[0], on_road[0]), np.where(no_road, straight[1], on_road[1])

    def lines(self, lon: Sequence[float], lat: Sequence[float]) -> list[Floats]:
        """Draw the drive from each position to the next, along the roads. Each of shape (points, 2), lon and lat."""
        nodes = self.network.nearest(lon, lat)
        places = np.column_stack([np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)])
        ways = self.engine.ways(nodes[:-1], nodes[1:])
        return [
            np.concatenate([places[[step]], self.network.line(way if len(way) > 1 else []), places[[step + 1]]])
            for step, way in enumerate(ways)
        ]

    def _access(self, lon: ArrayLike, lat: ArrayLike, nodes: Ints) -> tuple[Floats, Floats]:
        """Give minutes and kilometres between positions and their junctions."""
        return self.fallback.pairwise(lon, lat, self.network.lon[nodes], self.network.lat[nodes])


def _saved_graph(travel: Travel) -> Path:
    """Give the GraphML file that a scenario names, or that the roads of its place are kept in."""
    if not travel.place:
        return Path(travel.graph)
    try:
        return downloaded(travel.place)
    except PlaceError as error:
        raise ScenarioError([Fault(file="", key="travel.place", message=str(error))]) from error
