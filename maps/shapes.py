"""Make polygons light enough for a page."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

STEPS_PER_DEGREE: Final = 10_000
"""Pages keep four decimals of a degree, about 10 m; with three, borders of a coverage come apart."""
MOST_POINTS: Final = 60_000
"""Points of all areas on one page; at about five bytes each they weigh 0.3 MB."""

POINTS_PER_AREA: Final = 7
"""Fewer would turn areas of a large map into triangles that no longer look like themselves."""

Rings = list[list[int]]


def lighter_coverage(shapes: Sequence[BaseGeometry], *, most_points: int = MOST_POINTS) -> NDArray[np.object_]:
    """Simplify areas together, so that shared borders stay shared, until they have few enough points.

    Parameters
    ----------
    shapes
        Polygons in degrees that share their borders.
    most_points
        Points allowed over all shapes; on maps of many areas `POINTS_PER_AREA` for each.
    """
    polygons = np.asarray(shapes, dtype=object)
    if len(polygons) == 0:
        return polygons
    west, south, east, north = shapely.total_bounds(polygons)
    tolerance = max(east - west, north - south) / 20_000
    lighter = polygons
    most_points = max(most_points, POINTS_PER_AREA * len(polygons))
    while shapely.get_num_coordinates(lighter).sum() > most_points and tolerance < 1.0:
        lighter = shapely.coverage_simplify(polygons, tolerance)
        tolerance *= 1.5
    broken = ~shapely.is_valid(lighter)
    if broken.any():  # borders that were not shared exactly may cross once they are simplified
        lighter = lighter.copy()
        lighter[broken] = shapely.make_valid(lighter[broken], method="structure", keep_collapsed=False)
    return lighter


def packed(shape: BaseGeometry) -> list[Rings]:
    """Write a (multi)polygon as whole numbers: per polygon its rings, per ring the first point and then the steps.

    Returns
    -------
    list
        [[[lon0, lat0, dlon1, dlat1, …], …], …] in ten-thousandths of a degree; rings are not closed, and those that
        have shrunk to a line are left out.
    """
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    polygons = [
        [ring for ring in map(_packed_ring, (part.exterior, *part.interiors)) if len(ring) >= 6] for part in parts
    ]
    return [rings for rings in polygons if rings]


def packed_points(lon: Sequence[float], lat: Sequence[float]) -> tuple[list[int], list[int]]:
    """Write points as whole numbers in hundred-thousandths of a degree."""
    return tuple([round(value * 10 * STEPS_PER_DEGREE) for value in axis] for axis in (lon, lat))  # type: ignore[return-value]


def _packed_ring(ring: BaseGeometry) -> list[int]:
    at = np.round(shapely.get_coordinates(ring) * STEPS_PER_DEGREE).astype(np.int64)
    moves = (np.diff(at, axis=0) != 0).any(axis=1)
    at = at[:-1][moves]
    steps = np.diff(at, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [int(value) for value in steps.ravel()]
