"""Repair area polygons and report what overlaps or is left out."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from scenarios.planes import GeometryArray, Plane, plane_around
from scenarios.quality_log import QualityLog

SLIVER_M2: Final = 100.0
"""Parts of an area below this size are dropped, unless the area has nothing else."""
LEAST_OVERLAP_M2: Final = 10_000.0
"""Overlaps and holes below one hectare are rounding."""


def repair_polygons(areas: gpd.GeoDataFrame, log: QualityLog) -> gpd.GeoDataFrame:
    """Return areas with valid polygons, one row per area_id, sorted.

    Rows without a polygon are dropped, rows of one area_id united, crossing borders mended (`shapely.make_valid`),
    lines, points and slivers left by that removed. Overlaps and holes are reported, not repaired: only the owner of the
    map knows whose ground it is.

    Parameters
    ----------
    areas
        Columns POLYGON_COLUMNS in EPSG:4326.
    log
        Takes the findings and repairs.
    """
    rows = areas.sort_values("area_id", kind="stable", ignore_index=True)
    shapes = np.asarray(rows.geometry.values, dtype=object)
    ids = rows["area_id"].to_numpy(dtype=object)
    broken = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    reasons = shapely.is_valid_reason(shapes[broken])
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    log.repaired("invalid_polygon", "areas", ids[broken], reasons, "valid", regions=rows["region"].to_numpy()[broken])
    known = shapely.get_coordinates(shapes[~shapely.is_missing(shapes)])
    plane = plane_around(*np.transpose(known)) if len(known) else None
    shapes = np.array([_only_polygons(shape, plane) for shape in shapes], dtype=object)
    empty = shapely.is_empty(shapes)
    log.repaired("empty_polygon", "areas", ids[empty], "no ground", "dropped", regions=rows["region"].to_numpy()[empty])
    for check, wrong, text in (
        ("invalid_polygon", np.isin(np.arange(len(rows)), broken), "{n} polygons cross themselves; mended."),
        ("empty_polygon", empty, "{n} areas have no polygon; left out."),
    ):
        if wrong.any():
            sentence = text.format(n=f"{wrong.sum():,}")
            log.about_region(check, "warning", "", sentence, subject_kind="area", count=int(wrong.sum()), repair=check)
    rows = gpd.GeoDataFrame(rows[~empty].drop(columns="geometry"), geometry=shapes[~empty], crs="EPSG:4326")
    rows = _unite_doubles(rows.reset_index(drop=True), log)
    if plane is not None:
        _report_overlaps(rows, plane, log)
    return rows


def _only_polygons(shape: shapely.Geometry | None, plane: Plane | None) -> shapely.Geometry:
    """Return the polygonal parts of a shape without slivers."""
    if shape is None or shapely.is_empty(shape):
        return shapely.MultiPolygon()
    if shape.geom_type == "Polygon":
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)]
    if len(parts) > 1 and plane is not None:
        size = shapely.area(plane.flatten(parts))
        parts = parts[(size > SLIVER_M2) | (size == size.max())]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))


def _unite_doubles(rows: gpd.GeoDataFrame, log: QualityLog) -> gpd.GeoDataFrame:
    """Unite rows of one area_id; the first row's attributes count."""
    double = rows.duplicated("area_id").to_numpy()
    if not double.any():
        return rows
    ids = rows["area_id"].to_numpy(dtype=object)[double]
    text = f"{len(ids):,} rows repeat an area_id; their polygons are united."
    log.about_region(
        "duplicate_area", "warning", "", text, subject_kind="area", count=len(ids), repair="duplicate_area"
    )
    log.repaired("duplicate_area", "areas", ids, "several rows", "united", regions=rows["region"].to_numpy()[double])
    shapes = np.asarray(rows.geometry.values)
    first = rows[~double].reset_index(drop=True)
    united = [shapely.union_all(shapes[(rows["area_id"] == name).to_numpy()]) for name in first["area_id"]]
    return gpd.GeoDataFrame(first.drop(columns="geometry"), geometry=united, crs="EPSG:4326")


def _report_overlaps(rows: gpd.GeoDataFrame, plane: Plane, log: QualityLog) -> None:
    """Report areas that overlap and holes between areas."""
    shapes: GeometryArray = np.asarray(rows.geometry.values)
    flat = plane.flatten(shapes)
    ids = rows["area_id"].to_numpy(dtype=object)
    wrong = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    if len(wrong):
        flat[wrong] = shapely.buffer(flat[wrong], 0)
        left, right = shapely.STRtree(flat[wrong]).query(flat[wrong], predicate="intersects")
        pairs = wrong[np.unique(np.column_stack([left, right])[left < right], axis=0)]
        size = shapely.area(shapely.intersection(flat[pairs[:, 0]], flat[pairs[:, 1]]))
        bad = size > LEAST_OVERLAP_M2
        if bad.any():
            worst = pairs[np.argsort(-size, kind="stable")[: min(3, bad.sum())]]
            names = ", ".join(f"{ids[a]} and {ids[b]}" for a, b in worst)
            text = f"{bad.sum():,} pairs of areas overlap by more than a hectare, such as {names}."
            log.about_region("overlapping_areas", "warning", "", text, subject_kind="area", count=int(bad.sum()))
    whole = shapely.get_parts(shapely.union_all(flat) if len(wrong) else shapely.coverage_union_all(flat))
    rings = shapely.get_rings(whole)
    holes = shapely.polygons(rings[~np.isin(np.arange(len(rings)), _outer_rings(whole))])
    holes = holes[shapely.area(holes) > LEAST_OVERLAP_M2]
    if len(holes):
        text = (
            f"{len(holes):,} holes of more than a hectare lie between the areas; accounts there take the nearest area."
        )
        log.about_region("holes_between_areas", "info", "", text, subject_kind="area", count=len(holes))


def _outer_rings(parts: GeometryArray) -> list[int]:
    """Return which of the rings of polygons, in order, are outer ones."""
    counts = 1 + shapely.get_num_interior_rings(parts)
    return [int(n) for n in np.cumsum(counts) - counts]
