"""Lay places on a plane in metres, and back."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

FloatArray = NDArray[np.float64]
GeometryArray = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plane:
    """A local equal-area projection: areas are true, distances near the middle too."""

    to_metres: Transformer
    to_degrees: Transformer

    def xy(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return metres east and north of the middle. Shape (points, 2)."""
        x, y = self.to_metres.transform(np.asarray(lon, float), np.asarray(lat, float))
        return np.column_stack([x, y])

    def lon_lat(self, xy: FloatArray) -> FloatArray:
        """Return longitude and latitude in degrees. Shape (points, 2)."""
        lon, lat = self.to_degrees.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([lon, lat])

    def flatten(self, geometries: GeometryArray) -> GeometryArray:
        """Return geometries in metres."""
        return np.asarray(shapely.transform(geometries, lambda c: self.xy(c[:, 0], c[:, 1])))


def plane_around(lon: FloatArray, lat: FloatArray) -> Plane:
    """Return the Lambert azimuthal equal-area plane around the middle of the bounding box (rounded to 0.1°).

    Parameters
    ----------
    lon, lat
        Degrees, NaN allowed. Shape (points,).
    """
    middle_lon = round((float(np.nanmin(lon)) + float(np.nanmax(lon))) / 2, 1)
    middle_lat = round((float(np.nanmin(lat)) + float(np.nanmax(lat))) / 2, 1)
    return _plane_at(middle_lon, middle_lat)


@lru_cache(maxsize=64)
def _plane_at(middle_lon: float, middle_lat: float) -> Plane:
    """Return the plane around a middle; setting one up takes longer than using it."""
    crs = CRS.from_proj4(f"+proj=laea +lat_0={middle_lat} +lon_0={middle_lon} +datum=WGS84 +units=m +no_defs")
    return Plane(
        to_metres=Transformer.from_crs("EPSG:4326", crs, always_xy=True),
        to_degrees=Transformer.from_crs(crs, "EPSG:4326", always_xy=True),
    )
