"""Make the areas that the scenario asks for, and put every account into one."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from scenarios.cells import cells_from_accounts, make_cells
from scenarios.placing import Ground, ground_of
from scenarios.planes import plane_around
from scenarios.quality_log import QualityLog, Severity
from scenarios.repairs_polygons import repair_polygons
from scenarios.schema import AreaMaking, Scenario
from scenarios.table_types import Tables
from scenarios.towns import most_common

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeAreas:
    """Areas and the area of each account."""

    areas: gpd.GeoDataFrame
    """Columns area_id, name, district, region, population, lon, lat, geometry (EPSG:4326), group where areas
    came with one; sorted by area_id."""
    ground: Ground
    area_of_account: IntArray
    """Row of `areas` for each account. Shape (accounts,)."""


def given_polygons(tables: Tables, scenario: Scenario, log: QualityLog) -> gpd.GeoDataFrame | None:
    """Return the areas that do not depend on accounts: repaired polygons or cells around towns; None for `accounts`."""
    make = scenario.data.areas.make
    if make == AreaMaking.POLYGONS and tables.areas is not None:
        return repair_polygons(tables.areas, log)
    if make == AreaMaking.TOWNS and tables.towns is not None:
        return _cells_around_towns(tables.towns, tables, log)
    return None


def _cells_around_towns(towns: pd.DataFrame, tables: Tables, log: QualityLog) -> gpd.GeoDataFrame:
    """Return a cell for each town that has a place of its own on the map."""
    placed = towns[np.isfinite(towns["lon"].to_numpy(float)) & np.isfinite(towns["lat"].to_numpy(float))]
    placed = placed.sort_values("area_id", kind="stable").drop_duplicates("area_id")
    cells = make_cells(placed, tables.outline)
    lost = sorted(set(towns["area_id"]) - set(cells["area_id"]))
    if lost:
        named = ", ".join(lost[:5]) + ("…" if len(lost) > 5 else "")
        text = f"{len(lost):,} towns have no place of their own or lie off the map ({named}); left out."
        log.about_region(
            "town_without_place", "warning", "", text, subject_kind="area", count=len(lost), repair="town_without_place"
        )
        log.repaired("town_without_place", "areas", lost, "no place of its own", "dropped", regions=[""] * len(lost))
    return cells


def make_areas(
    given: gpd.GeoDataFrame | None,
    accounts: pd.DataFrame,
    sales_by_account: pd.Series,
    *,
    tables: Tables,
    scenario: Scenario,
    log: QualityLog,
) -> MadeAreas:
    """Return the areas with a middle, and the area of each account: the one that holds it, else the nearest.

    Parameters
    ----------
    given
        What `given_polygons` returned.
    accounts
        All with a position, sorted by account_id.
    sales_by_account
        Sales of the last 52 complete weeks by account_id.
    tables, scenario
        Outline, number of reps and rules.
    log
        Takes the findings.
    """
    if given is None:
        made = cells_from_accounts(
            accounts,
            sales_by_account,
            tables.outline,
            n_reps=scenario.data.areas.sized_for or max(1, len(tables.reps)),
            largest_share=scenario.data.areas.largest_share,
        )
        _report_cells(made.big_sites, made.moved_accounts, accounts, log)
        rows = pd.Index(made.areas["area_id"]).get_indexer(pd.Index(made.area_of_account.loc[accounts["account_id"]]))
        return MadeAreas(areas=made.areas, ground=ground_of(made.areas), area_of_account=rows.astype(np.int64))
    areas = given.copy()
    if "lon" not in areas.columns:
        inside = shapely.point_on_surface(np.asarray(areas.geometry.values))
        areas["lon"], areas["lat"] = shapely.get_x(inside).round(6), shapely.get_y(inside).round(6)
    ground = ground_of(areas)
    area, _ = ground.find(accounts["lon"].to_numpy(float), accounts["lat"].to_numpy(float))
    names = ["area_id", "name", "district", "region", "population", "group", "lon", "lat", "geometry"]
    if "group" not in areas.columns:
        areas["group"] = ""
    return MadeAreas(areas=areas[names], ground=ground, area_of_account=area)


def regions_of_areas(
    made: MadeAreas, accounts: pd.DataFrame, regions: pd.DataFrame | None, known: list[str]
) -> gpd.GeoDataFrame:
    """Return areas that all have a district (where any is known) and a region.

    The region is that of the area's district, else its own, else the most common of its accounts, else that of the
    nearest area that has one.
    """
    areas = made.areas.copy()
    size = len(areas)
    by_accounts = pd.Series(most_common(accounts["district"], made.area_of_account, size), dtype=object)
    district = areas["district"].astype(object).reset_index(drop=True)
    areas["district"] = district.where(district != "", by_accounts).to_numpy()
    areas["group"] = _groups(areas, accounts, made.area_of_account)
    own = areas["region"].astype(object).where(areas["region"].isin(known), "").reset_index(drop=True)
    if regions is not None:
        mapped = areas["district"].map(dict(zip(regions["district"], regions["region"], strict=True)))
        mapped = mapped.astype(object).fillna("").reset_index(drop=True)
        own = mapped.where(mapped != "", own)
    own = own.where(own != "", pd.Series(most_common(accounts["region"], made.area_of_account, size), dtype=object))
    empty = np.flatnonzero((own == "").to_numpy())
    full = np.flatnonzero((own != "").to_numpy())
    if len(empty) and len(full):
        plane = plane_around(areas["lon"].to_numpy(float), areas["lat"].to_numpy(float))
        xy = shapely.points(plane.xy(areas["lon"].to_numpy(float), areas["lat"].to_numpy(float)))
        _, nearest = shapely.STRtree(xy[full]).query_nearest(xy[empty], all_matches=False)
        own.iloc[empty] = own.iloc[full[nearest]].to_numpy()
    areas["region"] = own.to_numpy()
    return areas


def _groups(areas: pd.DataFrame, accounts: pd.DataFrame, area_of_account: IntArray) -> NDArray[np.object_]:
    """Give each area's own group, else the most common of its accounts, "" for none."""
    none = np.full(len(areas), "", dtype=object)
    own = areas["group"].to_numpy(dtype=object) if "group" in areas.columns else none
    if "group" not in accounts.columns:
        return own
    return np.where(own != "", own, most_common(accounts["group"], area_of_account, len(areas)))


def _report_cells(
    big_sites: pd.DataFrame, moved_accounts: tuple[str, ...], accounts: pd.DataFrame, log: QualityLog
) -> None:
    """Report sites too big to be split and accounts that lie apart from their town."""
    by_id = {
        key: (str(name), str(region))
        for key, name, region in zip(accounts["account_id"], accounts["name"], accounts["region"], strict=True)
    }
    for account_id, count, share in zip(
        big_sites["account_id"], big_sites["accounts"].astype(int), big_sites["share"].astype(float), strict=True
    ):
        name, region = by_id[account_id]
        who = f"Account {name} ({account_id})"
        if count > 1:
            who = f"The site of {name} ({account_id}) and {count - 1} more"
        text = f"{who} alone makes {share:.2f} of an average territory; its area cannot be split."
        severity: Severity = "warning" if share > 1 else "info"
        log.about_region("big_site", severity, region, text, subject_kind="account", count=count)
    text = "{n} account{s} {do} not lie with the rest of {their} town and went to the area around {them}."
    log.about_accounts("account_apart_from_town", "info", np.array(moved_accounts, dtype=object), text)


def with_attributes(areas: gpd.GeoDataFrame, tables: Tables, names: Sequence[str]) -> gpd.GeoDataFrame:
    """Add the attributes of the areas' file, of its first row for each area."""
    given = tables.areas if tables.areas is not None else tables.towns
    if given is None:
        return areas
    first = given.drop_duplicates("area_id").set_index("area_id")
    return areas.assign(**{name: areas["area_id"].map(first[name]).astype(float) for name in names})
