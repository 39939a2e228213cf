"""Measure how compact territories are, on a plane in metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

FloatArray = NDArray[np.float64]
ShapeArray = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compactness:
    """Two measures of each territory's shape; NaN for one without any area. Shape (territories,)."""

    index: FloatArray
    """0–100: moment of inertia of a disc of the same area over that of the territory; 100 for a disc."""
    polsby_popper: FloatArray
    """0–1: 4π · area / perimeter²; 1 for a disc."""


def compactness(shapes: ShapeArray, owner: NDArray[np.int64], count: int) -> Compactness:
    """Measure the shape of every territory.

    The index is A² / (2π · I) with the second moment I about the territory's middle (Weaver & Hess, Yale Law Journal
    73(2), 1963; normalised as in Li, Goodchild & Church, International Journal of Geographical Information Science
    27(6), 2013, doi:10.1080/13658816.2012.752093). It asks whether the land lies near its middle and is blind to
    wiggles of the border, which make Polsby & Popper's measure (Yale Law & Policy Review 9(2), 1991) depend on how
    finely a coast is drawn.

    Parameters
    ----------
    shapes
        Polygons of the areas in degrees. Shape (areas,).
    owner
        Number of each area's territory. Shape (areas,).
    count
        Number of territories.
    """
    flat = on_a_plane(shapes)
    area, middle, own = moments(flat)
    total = np.bincount(owner, weights=area, minlength=count)
    known = np.where(total > 0, total, np.nan)
    centre = np.column_stack([np.bincount(owner, weights=area * at, minlength=count) / known for at in middle.T])
    apart = ((middle - centre[owner]) ** 2).sum(axis=1)
    inertia = np.bincount(owner, weights=own + area * apart, minlength=count)  # the parallel axis theorem
    valid = shapely.coverage_is_valid(flat)
    join = shapely.coverage_union_all if valid else shapely.union_all
    around = np.array([shapely.length(join(flat[owner == number])) for number in range(count)])
    return Compactness(
        index=100 * known**2 / (2 * np.pi * inertia),
        polsby_popper=4 * np.pi * known / np.where(around > 0, around, np.nan) ** 2,
    )


def on_a_plane(shapes: ShapeArray) -> ShapeArray:
    """Lay shapes in degrees on an equal-area plane around their middle, in metres (Lambert azimuthal)."""
    west, south, east, north = shapely.total_bounds(shapes)
    lon, lat = (west + east) / 2, (south + north) / 2
    plane = CRS.from_proj4(f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +datum=WGS84 +units=m +no_defs")
    project = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    return np.asarray(shapely.transform(shapes, lambda at: np.column_stack(project.transform(at[:, 0], at[:, 1]))))


def moments(shapes: ShapeArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return area, middle, and second moment about the middle of polygons with any holes, by Green's theorem.

    Returns
    -------
    Shapes (shapes,) in square metres, (shapes, 2) in metres, (shapes,) in metres to the fourth.
    """
    parts, shape_of_part = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    at, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    bounds = shapely.bounds(shapes)
    origin = np.nan_to_num(np.column_stack([bounds[:, 0] + bounds[:, 2], bounds[:, 1] + bounds[:, 3]]) / 2)
    shape_of_point = shape_of_part[part_of_ring[ring_of_point]]
    at = at - origin[shape_of_point]  # near the middle, so that large numbers do not cancel
    same = ring_of_point[1:] == ring_of_point[:-1]
    here, there = at[:-1][same], at[1:][same]
    x0, y0, x1, y1 = here[:, 0], here[:, 1], there[:, 0], there[:, 1]
    shape, count = shape_of_point[1:][same], len(shapes)
    cross = x0 * y1 - x1 * y0
    area = np.bincount(shape, weights=cross, minlength=count) / 2
    safe = np.where(area > 0, area, 1.0)
    firsts = [np.bincount(shape, weights=cross * side, minlength=count) for side in (x0 + x1, y0 + y1)]
    middle = np.column_stack(firsts) / (6 * safe[:, None])
    squares = x0**2 + x0 * x1 + x1**2 + y0**2 + y0 * y1 + y1**2
    second = np.bincount(shape, weights=cross * squares, minlength=count) / 12
    return area, middle + origin, second - area * (middle**2).sum(axis=1)
