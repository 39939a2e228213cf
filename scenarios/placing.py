"""Tell in which area a place lies, and how far it is outside."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from scenarios.planes import FloatArray, GeometryArray, Plane, plane_around

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """The polygons that places are looked up in."""

    degrees: GeometryArray
    tree: shapely.STRtree
    flat_tree: shapely.STRtree
    flat: GeometryArray
    plane: Plane

    def find(self, lon: FloatArray, lat: FloatArray) -> tuple[IntArray, FloatArray]:
        """Return the polygon that holds each place, else the nearest, and how many km the place is outside it.

        A place on a border belongs to the polygon that comes first. Missing positions get -1 and infinity.
        """
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180))
        polygon = np.full(len(lon), -1, dtype=np.int64)
        km = np.full(len(lon), np.inf)
        points = shapely.points(lon[known], lat[known])
        which, holder = self.tree.query(points, predicate="intersects")
        order = np.lexsort((holder, which))
        inside, first = np.unique(which[order], return_index=True)
        polygon[known[inside]] = holder[order][first]
        km[known[inside]] = 0.0
        lost = known[polygon[known] < 0]
        with np.errstate(all="ignore"):
            flat = self.plane.xy(lon[lost], lat[lost])
        lost, flat = lost[np.isfinite(flat).all(axis=1)], flat[np.isfinite(flat).all(axis=1)]
        if len(lost):
            places = shapely.points(flat)
            polygon[lost] = self.flat_tree.query_nearest(places, all_matches=False)[1]
            km[lost] = shapely.distance(places, self.flat[polygon[lost]]) / 1000.0
        return polygon, km


def ground_of(shapes: GeometryArray | gpd.GeoDataFrame | BaseGeometry) -> Ground:
    """Prepare polygons in EPSG:4326 for looking up places."""
    if isinstance(shapes, gpd.GeoDataFrame):
        degrees = np.asarray(shapes.geometry.values)
    else:
        degrees = np.atleast_1d(np.asarray(shapes, dtype=object))
    plane = plane_around(*np.transpose(shapely.get_coordinates(degrees)))
    flat = plane.flatten(degrees)
    return Ground(
        degrees=degrees, tree=shapely.STRtree(degrees), flat_tree=shapely.STRtree(flat), flat=flat, plane=plane
    )
