"""Turn a plan into GeoJSON features (RFC 7946): pure dicts, sorted, lon/lat, right-hand rule."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from maps.book import PlanBook, rows_by
from maps.colours import territory_colours
from maps.day_ends import ends_of
from maps.plain import plain
from maps.plan_tables import END_POSITIONS

DECIMALS: Final = 6
"""Of degrees in the exported files: a tenth of a metre."""

Feature = dict[str, Any]

_HIDDEN: Final = ("geometry", "lon", "lat")


def territory_features(book: PlanBook) -> list[Feature]:
    """Make one feature per territory: its areas dissolved, with all its measures."""
    shapes = dissolved(book)
    reps = book.reps.set_index("rep_id")["name"]
    features = []
    for row in book.territories.sort_values("territory_id").to_dict("records"):
        shape = shapes.get(row["territory_id"])
        if shape is not None:
            first: dict[Hashable, Any] = {key: row[key] for key in ("territory_id", "rep_id")}
            features.append(_feature(shape, {**first, "rep_name": reps.get(row["rep_id"], ""), **row}))
    return features


def area_features(book: PlanBook) -> list[Feature]:
    """Make one feature per area: to whom it belongs, its potential and its workload."""
    first = ["area_id", "territory_id", "rep_id", "region", "potential", "workload_hours"]
    table = book.areas.sort_values("area_id")
    columns = [*first, *(name for name in table.columns if name not in {*first, *_HIDDEN})]
    records = pd.DataFrame(table[columns]).to_dict("records")
    return [_feature(shape, row) for shape, row in zip(table.geometry, records, strict=True)]


def account_features(book: PlanBook) -> list[Feature]:
    """Make one feature per account."""
    table = book.accounts.sort_values("account_id")
    points = shapely.points(table["lon"].to_numpy(), table["lat"].to_numpy())
    records = table.drop(columns=["lon", "lat"]).to_dict("records")
    return [_feature(point, row) for point, row in zip(points, records, strict=True)]


def tour_features(book: PlanBook) -> list[Feature]:
    """Make one feature per rep and date: a line from its start through the stops to its end, along roads if known."""
    home = rows_by(book.reps, "rep_id")
    places = _places(book.accounts, "account_id")
    stops: dict[tuple[str, str], list[str]] = {}
    for visit in book.visits.sort_values(["rep_id", "date", "stop"]).to_dict("records"):
        stops.setdefault((visit["rep_id"], visit["date"]), []).append(visit["account_id"])
    features = []
    for row in book.days.sort_values(["rep_id", "date"]).to_dict("records"):
        accounts = stops.get((row["rep_id"], row["date"]))
        if accounts is None:
            continue
        start, end = ends_of(row, home[row["rep_id"]])
        drawn = book.tour_lines.get((row["rep_id"], row["date"]))
        straight = [(start.lon, start.lat), *(places[account] for account in accounts), (end.lon, end.lat)]
        line = shapely.linestrings(straight if drawn is None else drawn)
        first: dict[Hashable, Any] = {key: row[key] for key in ("rep_id", "week", "date")}
        shown = {key: value for key, value in row.items() if key not in END_POSITIONS}
        features.append(_feature(line, {**first, **shown, "account_ids": accounts}))
    return features


def collection(features: Sequence[Feature]) -> dict[str, Any]:
    """Wrap features; there is no `crs` member, since RFC 7946 knows WGS 84 only."""
    return {"type": "FeatureCollection", "features": list(features)}


def dissolved(book: PlanBook, shapes: Sequence[BaseGeometry] | None = None) -> dict[str, BaseGeometry]:
    """Join the areas of each territory.

    Parameters
    ----------
    shapes
        Geometries to take in place of `book.areas.geometry`, in its order (simplified ones for a page).

    Returns
    -------
    dict
        territory_id → polygon or multipolygon, sorted by id; areas without a territory are left out.
    """
    geometries = np.asarray(book.areas.geometry if shapes is None else shapes, dtype=object)
    owners = book.areas["territory_id"].to_numpy()
    join: Callable[..., BaseGeometry] = (
        shapely.coverage_union_all if shapely.coverage_is_valid(geometries) else shapely.union_all
    )
    return {str(owner): join(geometries[owners == owner]) for owner in sorted(set(owners)) if owner}


def plan_colours(book: PlanBook) -> dict[str, str]:
    """Choose the colours of a plan's territories, the same on every page."""
    homes = {f"T-{row['rep_id']}": (float(row["lon"]), float(row["lat"])) for row in book.reps.to_dict("records")}
    return territory_colours(dissolved(book), homes)


def _places(table: pd.DataFrame, column: str) -> dict[str, tuple[float, float]]:
    """Look up lon and lat by id."""
    return dict(zip(table[column], zip(table["lon"], table["lat"], strict=True), strict=True))


def _feature(shape: BaseGeometry, properties: Mapping[Hashable, Any]) -> Feature:
    """Make one feature; coordinates are rounded and rings wound by the right-hand rule (RFC 7946, 3.1.6)."""
    rounded = shapely.transform(shape, lambda at: np.round(at, DECIMALS))
    geometry = shapely.geometry.mapping(shapely.orient_polygons(rounded))
    return {"type": "Feature", "properties": plain(properties), "geometry": geometry}
