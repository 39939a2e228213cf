"""Read the drivable roads of an OpenStreetMap extract (.osm.pbf)."""

import itertools
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.faults import Fault, ScenarioError
from scenarios.roads.network import RoadNetwork
from scenarios.travel import great_circle_km

CLASS_KMH: Final = {
    "motorway": 90.0, "motorway_link": 45.0, "trunk": 85.0, "trunk_link": 40.0, "primary": 65.0, "primary_link": 30.0,
    "secondary": 55.0, "secondary_link": 25.0, "tertiary": 40.0, "tertiary_link": 20.0, "unclassified": 25.0,
    "residential": 25.0, "living_street": 10.0, "service": 15.0, "road": 25.0,
}  # fmt: skip
"""Speeds that cars reach where no limit is mapped; the figures of OSRM's car profile (project-osrm.org, car.lua)."""
LIMIT_REACHED: Final = 0.8
"""Share of a speed limit that cars reach, as in OSRM's car profile."""
MILE_KM: Final = 1.609344
_NO: Final = {"no", "private", "agricultural", "forestry", "emergency"}
_BACKWARDS: Final = {"-1", "reverse"}
_ONE_WAY: Final = {"yes", "true", "1"}


def read_extract(path: Path) -> RoadNetwork:
    """Read ways for cars, split them at junctions, and keep the part in which everything can be reached.

    Raises
    ------
    ScenarioError
        When pyosmium is not installed, or the file is no extract or holds no road.
    """
    try:
        import osmium  # noqa: PLC0415 -- an extra
    except ImportError:
        text = 'reading .osm.pbf needs pyosmium; install it with: pip install "territory-tours[roads]"'
        raise ScenarioError([Fault(file=str(path), key="travel.graph", message=text)]) from None
    ways = []
    try:
        source = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
        for item in source.with_filter(osmium.filter.KeyFilter("highway")):
            if isinstance(item, osmium.osm.Way) and (speeds := way_kmh(dict(item.tags))):
                known = [node for node in item.nodes if node.location.valid()]
                places = [(node.ref, node.location.lon, node.location.lat) for node in known]
                if len(places) > 1:
                    ways.append((places, speeds))
    except (RuntimeError, osmium.InvalidLocationError) as error:
        text = f"cannot be read as an OpenStreetMap extract ({error})"
        raise ScenarioError([Fault(file=str(path), key="travel.graph", message=text)]) from error
    if not ways:
        text = "holds no road for cars"
        raise ScenarioError([Fault(file=str(path), key="travel.graph", message=text)])
    return _network(ways).connected()


def way_kmh(tags: dict[str, str]) -> tuple[float, float] | None:
    """Give the speeds of a way along and against it, 0 where that is forbidden; None for no road for cars."""
    base = CLASS_KMH.get(tags.get("highway", ""))
    access = next((tags[key] for key in ("motorcar", "motor_vehicle", "vehicle", "access") if key in tags), "yes")
    if base is None or access in _NO or tags.get("area") == "yes":
        return None
    limit = _limit_kmh(tags.get("maxspeed", ""))
    speed = LIMIT_REACHED * limit if limit else base
    one_way = tags.get("oneway", "")
    if one_way in _BACKWARDS:
        return 0.0, speed
    round_about = tags.get("junction") in {"roundabout", "circular"} or tags["highway"] == "motorway"
    if one_way in _ONE_WAY or (round_about and one_way != "no"):
        return speed, 0.0
    return speed, speed


def _limit_kmh(text: str) -> float:
    """Read a speed limit such as "50" or "30 mph"; 0 for none."""
    number, _, unit = text.strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        return 0.0
    return value * (MILE_KM if unit == "mph" else 1.0)


Way = tuple[list[tuple[int, float, float]], tuple[float, float]]


def _network(ways: list[Way]) -> RoadNetwork:
    """Split ways where they meet others or end."""
    uses: dict[int, int] = {}
    for places, _ in ways:
        for place, (ref, _, _) in enumerate(places):
            uses[ref] = uses.get(ref, 0) + (2 if place in {0, len(places) - 1} else 1)
    index: dict[int, int] = {}
    positions: list[tuple[float, float]] = []
    ends: list[tuple[int, int]] = []
    seconds: list[float] = []
    metres: list[float] = []
    course: list[NDArray[np.float64]] = []
    for places, (along, against) in ways:
        at = np.array([(lon, lat) for _, lon, lat in places])
        steps = 1000.0 * great_circle_km(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1])
        joints = [place for place, (ref, _, _) in enumerate(places) if uses[ref] > 1]
        for first, last in itertools.pairwise(joints):
            pair = []
            for place in (first, last):
                ref = places[place][0]
                if ref not in index:
                    index[ref] = len(positions)
                    positions.append((float(at[place, 0]), float(at[place, 1])))
                pair.append(index[ref])
            length, inner = float(steps[first:last].sum()), at[first + 1 : last]
            for speed, arc, points in ((along, (pair[0], pair[1]), inner), (against, (pair[1], pair[0]), inner[::-1])):
                if speed > 0:
                    ends.append(arc)
                    metres.append(length)
                    seconds.append(3.6 * length / speed)
                    course.append(points)
    return RoadNetwork.from_arcs(
        np.array(positions), np.array(ends, dtype=np.int64).reshape(-1, 2), np.array(seconds), np.array(metres), course
    )
