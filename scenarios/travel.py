"""Turn positions into drive minutes and road kilometres."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.schema import Travel, TravelMethod

EARTH_RADIUS_KM: Final = 6371.0088
TOWN_KM: Final = 10.0
"""Road kilometres that are driven at town speed before country speed is reached."""

Floats = NDArray[np.float64]


class TravelModel(Protocol):
    """Answers how long and how far it is by road; parking is not included."""

    def between(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Give minutes and kilometres from every origin to every destination, both (origins, destinations)."""


def great_circle_km(from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike) -> Floats:
    """Give the great-circle distance in kilometres of broadcast positions in degrees (haversine formula)."""
    lon1, lat1, lon2, lat2 = (np.radians(np.asarray(x, dtype=np.float64)) for x in (from_lon, from_lat, to_lon, to_lat))
    half_chord = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half_chord, 0.0, 1.0))), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLine:
    """Great-circle distance × circuity; the first `TOWN_KM` at town speed, the rest at country speed."""

    circuity: float
    town_kmh: float
    country_kmh: float

    def minutes(self, road_km: Floats) -> Floats:
        """Give the drive minutes of road distances in kilometres."""
        in_town = np.minimum(road_km, TOWN_KM)
        return np.asarray(60 * (in_town / self.town_kmh + (road_km - in_town) / self.country_kmh), dtype=np.float64)

    def between(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Give minutes and kilometres from every origin to every destination."""
        origins = (np.asarray(from_lon, dtype=np.float64)[:, None], np.asarray(from_lat, dtype=np.float64)[:, None])
        road_km = self.circuity * great_circle_km(*origins, to_lon, to_lat)
        return self.minutes(road_km), road_km

    def pairwise(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Give minutes and kilometres of broadcast pairs."""
        road_km = self.circuity * great_circle_km(from_lon, from_lat, to_lon, to_lat)
        return self.minutes(road_km), road_km


def straight_line(travel: Travel) -> StraightLine:
    """Make the straight-line model of a scenario."""
    return StraightLine(
        circuity=travel.circuity,
        town_kmh=travel.town_kmh * travel.speed_factor,
        country_kmh=travel.country_kmh * travel.speed_factor,
    )


@cache
def travel_model(travel: Travel) -> TravelModel:
    """Make the travel model that a scenario asks for."""
    if travel.method is TravelMethod.GRAPH:
        from scenarios.roads.model import RoadModel  # noqa: PLC0415 -- only where there are roads

        return RoadModel.read(travel)
    if travel.method is TravelMethod.OSRM:
        from scenarios.roads.osrm import OsrmModel  # noqa: PLC0415 -- likewise

        return OsrmModel.of(travel)
    return straight_line(travel)


def travel_note(travel: Travel) -> str:
    """Say in one sentence how drive minutes were made."""
    if travel.method is TravelMethod.GRAPH:
        roads = (
            f"OpenStreetMap's roads of {travel.place}"
            if travel.place
            else f"the road network {Path(travel.graph).name}"
        )
        how = f"quickest ways on {roads}, found by {travel.engine}"
    elif travel.method is TravelMethod.OSRM:
        how = f"quickest ways of the OSRM server {travel.osrm}"
    else:
        how = (
            f"straight lines × {travel.circuity:g}, the first {TOWN_KM:g} km at {travel.town_kmh:g} km/h and the rest "
            f"at {travel.country_kmh:g} km/h"
        )
    return f"Drive minutes are estimates: {how}, with {travel.parking_minutes} minutes to park at each stop."
