"""Check a firm's tables region by region, repair them by the scenario's rules, and make the areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from scenarios.area_making import MadeAreas, given_polygons, make_areas, regions_of_areas, with_attributes
from scenarios.checks_accounts import check_activity, check_regions_served
from scenarios.checks_history import (
    UnknownWeek,
    WeekTable,
    check_categories,
    check_ends,
    check_gaps,
    check_thin,
    check_up_to_date,
    incomplete_ends,
    week_table,
)
from scenarios.checks_links import check_events, check_reps, current_reps
from scenarios.event_reach import spread_over_reach
from scenarios.faults import Fault, ScenarioError
from scenarios.placing import Ground, ground_of
from scenarios.quality import DataQuality
from scenarios.quality_log import QualityLog
from scenarios.quality_summary import sum_up
from scenarios.recoding import events_of_today, steps_of
from scenarios.repairs_accounts import current_regions, known_segments, one_row_per_account, own_regions
from scenarios.repairs_positions import repair_positions
from scenarios.repairs_sales import repair_sales
from scenarios.schema import Scenario
from scenarios.segments import fill_segments
from scenarios.series import sorted_series
from scenarios.successors import alignment_of_successors, join_successors, with_successors
from scenarios.table_types import Tables

HISTORY_KEYS: Final = ["region", "category", "week"]
YEAR_WEEKS: Final = 52
ONLY_REGION: Final = "everywhere"
"""The one region of a firm that names none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedData:
    """Clean tables: accounts with position, region, segment and area; sales of complete weeks, none negative."""

    accounts: pd.DataFrame
    """ACCOUNT_COLUMNS, area_id and last_sale (Monday of the last week with sales, NaT for none); sorted by account_id.
    Closed accounts are not in it."""
    sales: pd.DataFrame
    """account_id and category (categorical), week, sales, sales_capped; of accounts in `accounts`; sorted by the first
    three."""
    history: pd.DataFrame
    """region, category, week, sales: capped sales of all accounts, closed ones too; every region × category × complete
    week once, NaN for a week that is not known; sorted."""
    past_accounts: pd.DataFrame
    """account_id, region, segment, lon, lat of all accounts, closed ones too; sorted by account_id."""
    past_sales: pd.DataFrame
    """As `sales`, of all accounts."""
    successor: Mapping[str, str]
    """account_id that carries on the history, by that of each account it succeeded at its site."""
    areas: gpd.GeoDataFrame
    """area_id, name, district, region, population, lon, lat, geometry (EPSG:4326), group, current_rep_id ("" for
    nobody, not in `reps` for one who has left), and the attributes that the scenario names; sorted."""
    reps: pd.DataFrame
    """REP_COLUMNS, region filled; sorted by rep_id."""
    regions: pd.DataFrame | None
    """REGION_COLUMNS in force, one row per district; sorted."""
    series: pd.DataFrame
    """SERIES_COLUMNS, empty where none are given; sorted."""
    events: pd.DataFrame
    """EVENT_COLUMNS and touched (share of the region's and category's sales, 1 for an event without a place); sorted by
    event_id, a row for each region and category that an event with a place touches."""
    last_visits: pd.DataFrame | None = None
    """account_id and date of the visit plan in force."""
    quality: DataQuality


def check_data(tables: Tables, scenario: Scenario) -> CheckedData:
    """Check, repair and complete a firm's tables.

    Parameters
    ----------
    tables
        Tables as read, with our column names and types.
    scenario
        Rules under `cleaning`, segments, area making, regions to plan for.

    Raises
    ------
    ScenarioError
        When a `refuse` rule finds what it refuses, or no account, no sales, no area or no rep is left to plan with.
    """
    log, files, cleaning = _log_of(tables), scenario.data, scenario.cleaning
    accounts, faults = one_row_per_account(tables.accounts, cleaning, log, file=files.accounts.path)
    accounts, successor = join_successors(accounts, tables.sales, cleaning, log)
    every_account = accounts["account_id"].tolist()
    regions = current_regions(tables.regions, log)
    accounts = accounts.assign(region=own_regions(accounts, regions, tables.regions))
    region_of = dict(zip(accounts["account_id"], accounts["region"], strict=True))
    accounts = known_segments(accounts, scenario, log)

    given = given_polygons(tables, scenario, log)
    accounts = repair_positions(accounts, _map_of(given, tables), tables.towns, cleaning, log)
    booked = with_successors(tables.sales, successor)
    recoded = steps_of(tables.categories)
    sales, more = repair_sales(booked, every_account, cleaning, log, file=files.sales.path, recoded=recoded)
    _raise(faults + more + _hopeless(accounts, sales, given, scenario))
    sales = _of_remaining(sales, accounts)
    _raise(_hopeless(accounts, sales, given, scenario))

    until = _complete_until(sales)
    accounts = check_activity(accounts, sales, until, cleaning, log)
    last_year = _sales_of_last_year(sales, until)
    open_accounts = accounts[~accounts["closed"]].reset_index(drop=True)
    _raise(_hopeless(open_accounts, sales, given, scenario))
    made = make_areas(given, open_accounts, last_year, tables=tables, scenario=scenario, log=log)
    known = _known_regions(accounts, regions, given)
    areas = regions_of_areas(made, open_accounts, regions, known)
    accounts = _fill_regions(accounts, areas, made, scenario, log)
    region_of |= dict(zip(accounts["account_id"], accounts["region"], strict=True))
    homes = scenario.territories.homes
    reps, more = check_reps(tables.reps, areas, made.ground, log, file=files.reps.path, homes=homes)
    areas["current_rep_id"] = current_reps(
        alignment_of_successors(tables.current_alignment, successor),
        areas,
        accounts[~accounts["closed"]],
        sales_by_account=last_year,
        rep_ids=reps["rep_id"].tolist(),
        log=log,
        cells=given is None and not files.areas.sized_for,
    ).to_numpy()
    wanted, wrong = _wanted_regions(areas, scenario)
    _raise(more + wrong)

    accounts, areas, reps = _only(accounts, areas, reps, wanted)
    accounts = pd.concat(
        [fill_segments(accounts[~accounts["closed"]], last_year, scenario, log), accounts[accounts["closed"]]]
    )
    accounts = accounts.sort_values("account_id", kind="stable", ignore_index=True)
    sales = _of_remaining(sales, accounts)
    _raise(_hopeless(accounts[~accounts["closed"]], sales, given, scenario))
    table = week_table(sales, accounts.set_index("account_id")["region"])
    kept, unknown = check_ends(table, cleaning, log)
    check_up_to_date(table.weeks[kept][-1], scenario.period.start, log)
    unknown += [*check_gaps(table, kept, cleaning, log), *check_thin(table, kept, log)]
    check_categories(table, kept, log)
    places = sorted(set(region_of.values()) | set(wanted))
    events = check_events(events_of_today(tables.events, recoded), places, list(table.categories), log)
    ahead = max(int((pd.Timestamp(scenario.period.end) - table.weeks[kept][-1]).days // 7), 1)
    events = spread_over_reach(events, accounts, sales, horizon_weeks=ahead, log=log)
    sales = sales[((sales["week"] >= table.weeks[kept][0]) & (sales["week"] <= table.weeks[kept][-1])).to_numpy()]
    check_regions_served(accounts, areas, reps, wanted, scenario=scenario, log=log)
    history = _history(sales, accounts, table, kept, unknown=unknown, wanted=wanted)
    planned = accounts[~accounts["closed"]].drop(columns="closed").reset_index(drop=True)
    return CheckedData(
        accounts=planned,
        sales=_of_accounts(sales, planned["account_id"].tolist()),
        history=history,
        past_accounts=accounts[["account_id", "region", "segment", "lon", "lat"]],
        past_sales=sales,
        successor=successor,
        areas=with_attributes(areas, tables, files.areas.attributes),
        reps=reps,
        series=sorted_series(tables.series),
        regions=None if regions is None else regions[regions["region"].isin(wanted)].reset_index(drop=True),
        events=events[events["region"].isin(["", *wanted])].reset_index(drop=True),
        last_visits=tables.last_visits,
        quality=sum_up(log, accounts, sales, areas=areas, reps=reps, region_of=region_of, regions=wanted),
    )


def _raise(faults: list[Fault]) -> None:
    """Raise all faults at once, if any."""
    if faults:
        raise ScenarioError(faults)


def _map_of(given: gpd.GeoDataFrame | None, tables: Tables) -> Ground | None:
    """Return what accounts must lie in: the outline, else polygons; nothing is known around towns without outline."""
    if tables.outline is not None:
        return ground_of(tables.outline)
    if given is not None and tables.areas is not None and len(given):
        return ground_of(given)
    return None


def _hopeless(
    accounts: pd.DataFrame, sales: pd.DataFrame, given: gpd.GeoDataFrame | None, scenario: Scenario
) -> list[Fault]:
    """Return a fault for each table of which nothing is left."""
    faults = []
    if not len(accounts):
        message = "no account is left after the repairs: check lon and lat, the outline and the rules under cleaning"
        faults.append(Fault(file=scenario.data.accounts.path, message=message))
    if not len(sales) or not (sales["sales"] > 0).any():
        message = "no sales of any known account are left: check that account_id is written alike in both tables"
        faults.append(Fault(file=scenario.data.sales.path, message=message))
    if given is not None and not len(given):
        source = scenario.data.areas.source
        message = "no area is left: no polygon or town with a place of its own"
        faults.append(Fault(file=source.path if source else "", message=message))
    return faults


def _complete_until(sales: pd.DataFrame) -> pd.Timestamp:
    """Return the Monday of the last week that is complete over all accounts."""
    day = sales["week"].to_numpy().astype("datetime64[D]").astype(np.int64)
    week = (day - day.min()) // 7
    bought = np.zeros((len(sales["account_id"].cat.categories), int(week.max()) + 1), dtype=bool)
    positive = sales["sales"].to_numpy(float) > 0
    bought[sales["account_id"].cat.codes.to_numpy()[positive], week[positive]] = True
    _, last = incomplete_ends(bought.sum(axis=0).astype(np.float64))
    return pd.Timestamp(np.datetime64(int(day.max()) - 7 * last, "D"))


def _sales_of_last_year(sales: pd.DataFrame, until: pd.Timestamp) -> pd.Series:
    """Return sales of the last 52 complete weeks by account_id."""
    recent = sales[((sales["week"] > until - pd.Timedelta(weeks=YEAR_WEEKS)) & (sales["week"] <= until)).to_numpy()]
    total = recent.groupby("account_id", observed=True)["sales"].sum()
    return pd.Series(total.to_numpy(float), index=total.index.astype(object))


def _log_of(tables: Tables) -> QualityLog:
    """Begin the log with columns that are not read and look like ours."""
    log = QualityLog()
    for found in tables.look_alikes:
        text = f"{found.file}: column {found.there} is not read. If it is {found.meant}, name it so, or write "
        text += f'"{found.meant}: {found.there}" in {found.table}.columns.'
        log.about_region("misspelt_column", "warning", "", text, subject_kind="column")
    return log


def _known_regions(accounts: pd.DataFrame, regions: pd.DataFrame | None, given: gpd.GeoDataFrame | None) -> list[str]:
    """Return the names of regions that may be used, sorted."""
    names = set(accounts["region"]) if regions is None else set(regions["region"])
    if regions is None and given is not None:
        names |= set(given["region"])
    return sorted(names - {""})


def _fill_regions(
    accounts: pd.DataFrame, areas: gpd.GeoDataFrame, made: MadeAreas, scenario: Scenario, log: QualityLog
) -> pd.DataFrame:
    """Give every account its area and a region; areas get the one region of a firm that names none."""
    if not (areas["region"] != "").any():
        areas["region"] = ONLY_REGION
        text = "Neither accounts nor areas name a region; everything counts as one region."
        log.about_region("no_regions", "info", "", text, subject_kind="region")
        return _with_areas(accounts, areas, made).assign(region=ONLY_REGION)
    rows = _with_areas(accounts, areas, made)
    by_area = rows["area_id"].map(areas.set_index("area_id")["region"]).astype(object)
    missing = (rows["region"] == "").to_numpy()
    ids = rows["account_id"].to_numpy(dtype=object)[missing]
    drop = scenario.cleaning.missing_region == "drop"
    text = "{n} account{s} {has} no known region; " + ("left out." if drop else "taken from the area around {them}.")
    log.about_accounts("missing_region", "warning", ids, text, repair="missing_region")
    after = "dropped" if drop else by_area.to_numpy(dtype=object)[missing]
    log.repaired("missing_region", "accounts", ids, "", after)
    rows["region"] = rows["region"].astype(object).mask(missing, by_area)
    return rows[~missing].reset_index(drop=True) if drop else rows


def _with_areas(accounts: pd.DataFrame, areas: gpd.GeoDataFrame, made: MadeAreas) -> pd.DataFrame:
    """Add area_id: of open accounts as made, of closed ones by position."""
    names = areas["area_id"].to_numpy(dtype=object)
    area = np.full(len(accounts), -1, dtype=np.int64)
    closed = accounts["closed"].to_numpy()
    area[~closed] = made.area_of_account
    gone = accounts[closed]
    area[closed] = made.ground.find(gone["lon"].to_numpy(float), gone["lat"].to_numpy(float))[0]
    return accounts.assign(area_id=names[area])


def _wanted_regions(areas: gpd.GeoDataFrame, scenario: Scenario) -> tuple[list[str], list[Fault]]:
    """Return the regions to plan for, and faults of names that do not exist."""
    existing = sorted(set(areas["region"]))
    wanted = list(scenario.data.only_regions) or existing
    faults = [
        Fault(
            file="scenario",
            key="data.only_regions",
            message=f"there is no region {name!r}; the regions are {', '.join(existing)}",
        )
        for name in wanted
        if name not in existing
    ]
    return sorted(set(wanted)), faults


def _only(
    accounts: pd.DataFrame, areas: gpd.GeoDataFrame, reps: pd.DataFrame, wanted: list[str]
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """Leave aside what belongs to other regions; an account over the border takes the nearest area that stays."""
    areas = areas[areas["region"].isin(wanted)].reset_index(drop=True)
    accounts = accounts[accounts["region"].isin(wanted)].reset_index(drop=True)
    here = reps["region"].isin([*wanted, ""])  # "" where the home is still to be chosen
    aside, reps = reps["rep_id"][~here], reps[here].reset_index(drop=True)
    abroad = (~accounts["area_id"].isin(areas["area_id"])).to_numpy()
    if abroad.any() and len(areas):
        lost = accounts[abroad]
        nearest, _ = ground_of(areas).find(lost["lon"].to_numpy(float), lost["lat"].to_numpy(float))
        accounts.loc[abroad, "area_id"] = areas["area_id"].to_numpy(dtype=object)[nearest]
    today = areas["current_rep_id"].astype(object).where(~areas["current_rep_id"].isin(aside), "")
    return accounts, areas.assign(current_rep_id=today), reps


def _of_remaining(sales: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Return the sales of the accounts that are left."""
    stays = sales["account_id"].cat.categories.isin(accounts["account_id"])
    return sales if stays.all() else sales[stays[sales["account_id"].cat.codes.to_numpy()]]


def _of_accounts(sales: pd.DataFrame, account_ids: list[str]) -> pd.DataFrame:
    """Return the sales of the accounts, with just these as categories."""
    account = sales["account_id"].cat.set_categories(account_ids)
    known = account.notna().to_numpy()
    return sales.assign(account_id=account)[known].reset_index(drop=True)


def _history(
    sales: pd.DataFrame,
    accounts: pd.DataFrame,
    table: WeekTable,
    kept: slice,
    *,
    unknown: list[UnknownWeek],
    wanted: list[str],
) -> pd.DataFrame:
    """Add up capped sales by region × category × complete week; unknown weeks are NaN."""
    capped = week_table(sales.assign(sales=sales["sales_capped"]), accounts.set_index("account_id")["region"])
    weeks = table.weeks[kept]
    frame = pd.DataFrame(
        {
            "region": np.repeat(np.array(capped.regions, dtype=object), len(capped.categories) * len(capped.weeks)),
            "category": np.tile(
                np.repeat(np.array(capped.categories, dtype=object), len(capped.weeks)), len(capped.regions)
            ),
            "week": np.tile(capped.weeks.to_numpy(), len(capped.regions) * len(capped.categories)),
            "sales": capped.sales.reshape(-1).round(2),
        }
    ).set_index(HISTORY_KEYS)
    grid = pd.MultiIndex.from_product([wanted, capped.categories, weeks], names=HISTORY_KEYS)
    frame = frame.reindex(grid, fill_value=0.0)
    if len(unknown):
        frame.loc[frame.index.isin(pd.MultiIndex.from_tuples(unknown)), "sales"] = np.nan
    return frame.reset_index()
