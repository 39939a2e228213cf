"""Hold GeoJSON against RFC 7946 in plain Python, without any library for geometry."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

DEPTH = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPoint": 1, "MultiLineString": 2, "MultiPolygon": 3}
"""Lists around the positions of each kind of geometry."""


def rfc7946_faults(path: Path) -> list[str]:
    """Find what a file says against the standard: its members, positions, rings and their winding (3.1.6)."""
    tree = json.loads(path.read_bytes().decode("utf-8"))
    faults = []
    if tree.get("type") != "FeatureCollection" or set(tree) & {"crs", "coordinates", "geometry", "properties"}:
        faults.append("not a feature collection, or with a member that it must not have (4, 7.1)")
    for number, feature in enumerate(tree["features"]):
        if feature.get("type") != "Feature" or not {"geometry", "properties"} <= set(feature):
            faults.append(f"{number}: not a feature (3.2)")
        elif set(feature) & {"coordinates", "geometries", "features"}:
            faults.append(f"{number}: a feature with members of another object (7.1)")
        else:
            faults += [f"{number}: {fault}" for fault in _geometry_faults(feature["geometry"])]
    return faults


def _geometry_faults(geometry: dict[str, Any]) -> Iterator[str]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    for place in _at(coordinates, DEPTH[kind]):
        if not (2 <= len(place) <= 3 and -180 <= place[0] <= 180 and -90 <= place[1] <= 90):
            yield f"{place} is no longitude and latitude (3.1.1, 4)"
    if kind == "LineString" and len(coordinates) < 2:
        yield "a line of less than two positions (3.1.4)"
    for polygon in {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind, []):
        if not polygon:
            yield "a polygon without a ring (3.1.6)"
        for number, ring in enumerate(polygon):
            if len(ring) < 4 or ring[0] != ring[-1]:
                yield "a ring of less than four positions, or not closed (3.1.6)"
            area = sum(
                a[0] * b[1] - b[0] * a[1] for a, b in pairwise([[x - ring[0][0], y - ring[0][1]] for x, y in ring])
            )
            if area == 0 or (area > 0) != (number == 0):
                yield f"ring {number} does not follow the right-hand rule (3.1.6)"


def _at(coordinates: Any, depth: int) -> Iterator[list[float]]:
    if depth == 0:
        yield coordinates
    else:
        for part in coordinates:
            yield from _at(part, depth - 1)
