"""Name the tables of a firm and their columns, as they are read and before anything is checked."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

ACCOUNT_COLUMNS: Final = (
    "account_id",
    "name",
    "lon",
    "lat",
    "town",
    "district",
    "region",
    "segment",
    "status",
    "first_sale",
    "last_visit",
    "opening_hours",
    "visits",
    "service_minutes",
    "must",
    "value",
    "position_quality",
    "group",
    "site",
)
SALES_COLUMNS: Final = ("account_id", "category", "week", "sales")
REP_COLUMNS: Final = (
    "rep_id",
    "name",
    "lon",
    "lat",
    "hours_per_week",
    "region",
    "working_days",
    "nights_away",
    "start_lon",
    "start_lat",
    "end_lon",
    "end_lat",
    "target_share",
)
POLYGON_COLUMNS: Final = ("area_id", "name", "district", "region", "population", "group", "geometry")
TOWN_COLUMNS: Final = ("area_id", "name", "lon", "lat", "district", "region", "population", "group")
REGION_COLUMNS: Final = ("district", "region", "valid_from", "school_zone", "subdivision")
CATEGORY_COLUMNS: Final = ("category", "becomes", "valid_from", "share")
SERIES_COLUMNS: Final = ("series", "week", "value", "region", "category")
EVENT_COLUMNS: Final = (
    "event_id",
    "kind",
    "start",
    "end",
    "region",
    "category",
    "name",
    "announced",
    "lon",
    "lat",
    "reach_km",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """A column that is not read, and the one of ours that it may have been meant for."""

    table: str
    """Key of the table in the scenario."""
    file: str
    there: str
    meant: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """A firm's tables with our column names and types; ids are text, missing text is "", a week is its Monday."""

    accounts: pd.DataFrame
    """ACCOUNT_COLUMNS; when missing, lon, lat, visits, service_minutes and value are NaN, first_sale and last_visit are
    NaT."""
    sales: pd.DataFrame
    """SALES_COLUMNS; account_id and category may be categorical; sales in the scenario's currency."""
    reps: pd.DataFrame
    """REP_COLUMNS; target_share and positions of starts and ends are NaN when missing."""
    areas: gpd.GeoDataFrame | None = None
    """POLYGON_COLUMNS in EPSG:4326, when areas are polygons of a file."""
    towns: pd.DataFrame | None = None
    """TOWN_COLUMNS, when areas are cells around towns."""
    outline: BaseGeometry | None = None
    """(Multi)Polygon in EPSG:4326 that cells are clipped to."""
    regions: pd.DataFrame | None = None
    """REGION_COLUMNS; valid_from is NaT for a mapping that always held."""
    categories: pd.DataFrame | None = None
    """CATEGORY_COLUMNS; valid_from is NaT for a name that sales of every week give up; shares of one category and day
    sum to 1."""
    series: pd.DataFrame | None = None
    """SERIES_COLUMNS; one row a series, week, region and category."""
    events: pd.DataFrame
    """EVENT_COLUMNS, empty when there are none; announced is "true", "false" or ""; lon, lat and reach_km are NaN for
    an event without a place."""
    last_visits: pd.DataFrame | None = None
    """account_id and date of the plan in force."""
    current_alignment: pd.DataFrame | None = None
    """rep_id and exactly one of area_id, district, account_id."""
    look_alikes: tuple[LookAlike, ...] = ()
