"""Part areas that touch, and join areas that do not, as the planner says."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError

from optimizer.territory.instance import IntArray
from scenarios.adjacency import GAP_M, bridge_islands, neighbours
from scenarios.faults import ScenarioError
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.planes import GeometryArray, plane_around
from scenarios.schema import Barriers, NeighbourPair
from scenarios.suggest import missing_file

NAMED_AT_MOST: Final = 6
"""Pairs that a note names before it only counts them."""
PARTED_SHARE: Final = 0.5
"""Share of a common border along which a line must run to part two areas."""

Find = Callable[[str], int]


def neighbourhood(
    areas: gpd.GeoDataFrame, loaded: LoadedScenario, find: Find, area_group: IntArray
) -> tuple[IntArray, list[str]]:
    """Return which areas count as neighbours, and say what differs from plain touching.

    In this order: areas that share a border; plus the planner's links; plus the shortest links to what would be cut off
    (`bridge_islands`); minus what barriers part. So nothing bridges a barrier but the planner's own links.

    Parameters
    ----------
    areas
        Polygons with name, lon and lat.
    find
        Gives the row of an area that a checked line names.
    area_group
        Group of each area, bridged inside first. Shape (areas,).

    Returns
    -------
    Pairs as in `TerritoryInstance.edges`, and notes for the planner.
    """
    rules = loaded.scenario.territories
    names = areas["name"].to_numpy()
    touching = neighbours(areas)
    links = _pairs(rules.links, find)
    edges, bridges = bridge_islands(areas, _united(touching, links), area_group)
    notes = [
        f"{names[a]} and {names[b]} do not touch but count as neighbours, so that no part of the map is cut off."
        for a, b in bridges
    ]
    notes += [
        f"{names[a]} and {names[b]} count as neighbours{_because(pair)}."
        for pair, (a, b) in zip(rules.links, _rows(rules.links, find), strict=True)
    ]
    parted = _pairs(rules.barriers.pairs, find)
    inside = _contains(edges, parted)
    for pair, (a, b) in zip(rules.barriers.pairs, _rows(rules.barriers.pairs, find), strict=True):
        if _contains(edges, np.sort([[a, b]], axis=1)).any():
            notes.append(f"{names[a]} and {names[b]} do not count as neighbours{_because(pair)}.")
        else:
            notes.append(f"{names[a]} and {names[b]} do not touch: the barrier between them changes nothing.")
    if rules.barriers.lines:
        lines = read_lines(loaded)
        free = edges[~_contains(edges, links) & ~inside]
        crossed = free[parted_by_lines(areas, free, lines, rules.barriers)]
        notes += _line_notes(crossed, names, Path(rules.barriers.lines).name)
        parted = np.vstack([parted, crossed])
    return edges[~_contains(edges, parted)], notes


def read_lines(loaded: LoadedScenario) -> GeometryArray:
    """Read the lines of `territories.barriers.lines`, in degrees.

    Raises
    ------
    ScenarioError
        When the file cannot be read or holds anything but lines.
    """
    key, path = "territories.barriers.lines", Path(loaded.scenario.territories.barriers.lines)
    try:
        table = gpd.read_file(path)
    except (DataSourceError, OSError, ValueError) as error:
        text = missing_file(path, (".geojson", ".gpkg")) if not path.is_file() else f"cannot be read as a map ({error})"
        raise ScenarioError([fault_at(loaded, key, text)]) from error
    shapes = np.asarray(table.geometry.values if table.crs is None else table.geometry.to_crs("EPSG:4326").values)
    shapes = shapely.force_2d(shapes[~shapely.is_missing(shapes)])
    kinds = shapely.get_type_id(shapes)
    if (
        not len(shapes)
        or not np.isin(kinds, [shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING]).all()
    ):
        text = f"{path.name} holds no lines, or points or polygons among them; expected lines such as rivers"
        raise ScenarioError([fault_at(loaded, key, text)])
    return np.asarray(shapes)


def parted_by_lines(
    areas: gpd.GeoDataFrame, edges: IntArray, lines: GeometryArray, rule: Barriers
) -> NDArray[np.bool_]:
    """Tell which neighbours a line parts. Shape (edges,).

    Parameters
    ----------
    areas
        Polygons with lon and lat of their middles.
    edges
        Pairs of neighbours. Shape (edges, 2).
    lines
        In degrees. Shape (lines,).
    rule
        Whether a line parts by running along the border or by running between the middles.
    """
    plane = plane_around(areas["lon"].to_numpy(float), areas["lat"].to_numpy(float))
    barrier = shapely.union_all(plane.flatten(lines))
    left, right = edges.T
    if rule.parted_by == "centres":
        middles = plane.xy(areas["lon"].to_numpy(float), areas["lat"].to_numpy(float))
        shapely.prepare(barrier)
        between = shapely.linestrings(np.stack([middles[left], middles[right]], axis=1))
        return np.asarray(shapely.intersects(barrier, between))
    flat = plane.flatten(np.asarray(areas.geometry.values))
    near = shapely.buffer(barrier, rule.border_metres)
    shapely.prepare(near)
    close = shapely.intersects(near, flat)
    candidates = np.flatnonzero(close[left] & close[right])
    a, b = flat[left[candidates]], flat[right[candidates]]
    common = shapely.intersection(shapely.boundary(a), shapely.buffer(b, GAP_M, quad_segs=1))
    length = shapely.length(common)
    along = shapely.length(shapely.intersection(common, near))
    parted = np.zeros(len(edges), dtype=bool)
    parted[candidates[(length > 0) & (along >= PARTED_SHARE * length)]] = True
    return parted


def _line_notes(crossed: IntArray, names: NDArray[np.object_], file: str) -> Iterator[str]:
    if not len(crossed):
        yield f"No line of {file} parts two areas."
        return
    some = "; ".join(f"{names[a]} and {names[b]}" for a, b in crossed[:NAMED_AT_MOST].tolist())
    more = len(crossed) - NAMED_AT_MOST
    tail = f" and {more} more" if more > 0 else ""
    yield f"Lines of {file} part {len(crossed)} pairs of areas that touch: {some}{tail}."


def _because(pair: NeighbourPair) -> str:
    return f" ({pair.name})" if pair.name else ""


def _rows(pairs: Sequence[NeighbourPair], find: Find) -> list[tuple[int, int]]:
    return [(find(pair.areas[0]), find(pair.areas[1])) for pair in pairs]


def _pairs(pairs: Sequence[NeighbourPair], find: Find) -> IntArray:
    return np.sort(np.array(_rows(pairs, find), dtype=np.int64).reshape(-1, 2), axis=1)


def _united(edges: IntArray, more: IntArray) -> IntArray:
    return np.unique(np.vstack([edges, more]), axis=0).reshape(-1, 2)


def _contains(edges: IntArray, pairs: IntArray) -> NDArray[np.bool_]:
    """Tell which edges are among the pairs. Shape (edges,)."""
    size = int(max(edges.max(initial=0), pairs.max(initial=0))) + 1
    return np.isin(edges[:, 0] * size + edges[:, 1], pairs[:, 0] * size + pairs[:, 1])
