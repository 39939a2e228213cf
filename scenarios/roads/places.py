"""Download the roads of a place by its name, once, through OSMnx."""

import hashlib
import re
from pathlib import Path
from typing import Final

from scenarios.roads.stored import cache_folder, put

STREETS: Final = "drive"
"""What OSMnx calls public roads for cars."""
UNKNOWN_KMH: Final = 25.0
"""Speed on roads of a class that has none."""


class PlaceError(ValueError):
    """The roads of a place cannot be had."""


def place_file(place: str) -> Path:
    """Name the GraphML file that the roads of a place are kept in."""
    word = re.sub(r"[^a-z0-9]+", "-", place.lower()).strip("-") or "place"
    return cache_folder() / f"{word}-{hashlib.sha256(place.encode()).hexdigest()[:8]}.graphml"


def downloaded(place: str) -> Path:
    """Give the file with the roads of a place, downloaded from OpenStreetMap unless it is there already.

    Raises
    ------
    PlaceError
        When the place is not known, has no roads, or the network is not reached.
    """
    path = place_file(place)
    if not path.is_file():
        try:
            put(path, lambda part: _download(place, part))
        except OSError as error:  # requests' errors are among them
            raise PlaceError(
                f'got "{place}", but its roads cannot be downloaded ({_short(error)}); run once with a connection to '
                "the internet, or name a file with travel.graph"
            ) from error
    return path


def _download(place: str, path: Path) -> None:
    """Save the roads of a place; arcs between junctions take the sum of the times of their parts."""
    import osmnx as ox  # noqa: PLC0415 -- takes seconds to import
    from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError  # noqa: PLC0415

    from scenarios.roads.graphml import with_times  # noqa: PLC0415 -- likewise

    ox.settings.cache_folder = cache_folder() / "answers"
    try:
        parts = with_times(ox.graph_from_place(place, network_type=STREETS, simplify=False), fallback_kmh=UNKNOWN_KMH)
        ox.save_graphml(ox.simplify_graph(parts, edge_attr_aggs={"length": sum, "travel_time": sum}), path)
    except ResponseStatusCodeError as error:
        raise OSError(_short(error)) from error
    except (InsufficientResponseError, TypeError, ValueError) as error:  # TypeError: a point, which has no roads inside
        raise PlaceError(
            f'got "{place}", but OpenStreetMap knows no area of this name with roads ({_short(error)}); write it as on '
            "nominatim.openstreetmap.org, such as Lyon, France, or name a file with travel.graph"
        ) from error


def _short(error: Exception) -> str:
    """Say what went wrong in one line."""
    first = (str(error) or type(error).__name__).splitlines()[0]
    host = re.search(r"host='([^']+)'", first)
    return f"{host[1]} is not reached" if host else first[:120]
