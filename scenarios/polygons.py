"""Check the shapes of areas and outline as they come from a file."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from scenarios.columns import FaultList

LOST_SHARE = 1e-6
"""Share of its area by which a polygon may change when it is made valid."""


def check_polygons(shapes: gpd.GeoSeries, labels: Sequence[str], told: FaultList) -> gpd.GeoSeries:
    """Tell shapes that are no usable polygons.

    Parameters
    ----------
    shapes
        In degrees. Shape (records,).
    labels
        How each record is called in faults, such as `area "59350"`. Shape (records,).
    told
        Where faults go.

    Returns
    -------
    Plane shapes; those that are invalid without covering anything twice are kept as they are. Shape (records,).
    """
    flat = shapely.force_2d(shapes.to_numpy())
    missing = shapely.is_missing(flat) | shapely.is_empty(flat)
    _tell(missing, labels, "no shape", "expected a polygon", told)
    kinds = shapely.get_type_id(flat)
    polygon = np.isin(kinds, [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    _tell(~missing & ~polygon, labels, "points or lines", "expected polygons", told)
    bounds = shapely.bounds(flat)
    outside = polygon & ~missing & (np.abs(np.nan_to_num(bounds)) > [180.0, 90.0, 180.0, 90.0]).any(axis=1)
    message = "expected longitudes from -180 to 180 and latitudes from -90 to 90; are these metres?"
    _tell(outside, labels, "a shape outside the globe", message, told)
    invalid = polygon & ~missing & ~outside & ~shapely.is_valid(flat)
    repaired = shapely.make_valid(np.where(invalid, flat, None))
    before, after = shapely.area(flat), shapely.area(repaired)
    crossed = invalid & ~(np.abs(after - before) <= LOST_SHARE * np.maximum(before, after))
    _tell(crossed, labels, "a shape whose border crosses itself", "expected a simple border; redraw it", told)
    hollow = polygon & ~missing & ~invalid & (before <= 0)
    _tell(hollow, labels, "a shape without any area", "expected a polygon", told)
    return gpd.GeoSeries(flat, crs=shapes.crs)


def union_of(shapes: gpd.GeoSeries) -> shapely.Geometry:
    """Merge all polygons into one outline."""
    return shapely.union_all(shapely.make_valid(shapes.to_numpy()))


def _tell(mask: NDArray[np.bool_], labels: Sequence[str], what: str, expected: str, told: FaultList) -> None:
    records = np.flatnonzero(mask)
    names = pd.Series(list(labels), dtype=object).to_numpy()[records[:5]]
    shown = [f"{what} for {name}" if position == 0 else f"({name})" for position, name in enumerate(names)]
    told.tell(records, shown, "geometry", expected)
