"""Check what the tables of a firm say about each other and about the scenario."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from scenarios.columns import EXAMPLES, FaultList
from scenarios.faults import Fault
from scenarios.loaded import nearest_mark, sources
from scenarios.recoding import chained
from scenarios.schema import AreaMaking, Data
from scenarios.series import repeated_weeks, unplanned
from scenarios.strict_yaml import Mark
from scenarios.suggest import did_you_mean, one_of

FAR_DEGREES = 15.0
"""Accounts and reps this far apart cannot be in one country; less than `NEAR_DEGREES` after a swap says why."""
NEAR_DEGREES = 6.0
SHARE_TOLERANCE = 1e-6
"""Shares of a split category sum to 1 within this."""


def faults_in_table(
    key: str, frame: pd.DataFrame, names: Mapping[str, str], told: FaultList, sections: Mapping[str, Any]
) -> None:
    """Tell what is wrong between the columns of one table.

    Parameters
    ----------
    key
        The table's key path, such as `data.reps`.
    frame
        The typed table.
    names
        Column names as they are shown in faults.
    told
        Where faults go.
    sections
        Valid sections of the scenario.
    """
    if key == "data.accounts":
        segments = list(sections["segments"])
        _tell_unknown(frame["segment"], segments, names["segment"], "segments of the scenario", told)
    if key == "data.reps" and sections["territories"].homes == "missing":
        half = np.flatnonzero((frame["lon"].isna() != frame["lat"].isna()).to_numpy())
        shown = ["only lon" if np.isnan(frame["lat"].iloc[record]) else "only lat" for record in half[:EXAMPLES]]
        told.tell(half, shown, names["lon"], "expected both lon and lat, or neither for a home that is to be chosen")
    if key == "data.reps":
        for end in ("start", "end"):
            lon, lat = frame[f"{end}_lon"], frame[f"{end}_lat"]
            half = np.flatnonzero((lon.isna() != lat.isna()).to_numpy())
            shown = [f"only {end}_{'lon' if np.isnan(lat.iloc[r]) else 'lat'}" for r in half[:EXAMPLES]]
            told.tell(half, shown, names[f"{end}_lon"], f"expected both {end}_lon and {end}_lat, or neither for home")
    if key == "data.events":
        _tell_backward(frame, names, told)
        _tell_half_placed(frame, names, told)
    if key == "data.series":
        again = repeated_weeks(frame)
        shown = [f"{frame['week'].iloc[record]:%Y-%m-%d} again" for record in again[:EXAMPLES]]
        told.tell(again, shown, names["week"], "expected one value a week for a series, region and category")
    if key == "data.categories":
        _tell_miscoded(frame, names, told)
    if key == "data.regions":
        again = frame.duplicated(["district", "valid_from"]).to_numpy()
        shown = [f'"{frame["district"].iloc[record]}" again' for record in np.flatnonzero(again)[:EXAMPLES]]
        told.tell(np.flatnonzero(again), shown, names["district"], "expected each district once for a valid_from")


def faults_between_tables(
    frames: Mapping[str, pd.DataFrame],
    told: Mapping[str, FaultList],
    sections: Mapping[str, Any],
    marks: Mapping[str, Mark],
) -> list[Fault]:
    """Tell what is wrong between tables, as far as these are sound.

    Parameters
    ----------
    frames
        Typed tables without faults of their own, by key path; and events whatever their faults.
    told
        Files and rows of the tables; faults found here are added to what is returned.
    sections
        Valid sections of the scenario.
    marks
        Places of the scenario's keys.
    """
    faults: list[Fault] = []
    lists = {key: FaultList(file=told[key].file, rows=told[key].rows, faults=faults) for key in frames}
    _swapped_positions(frames, lists)
    _strangers_in_sales(frames, lists)
    _unknown_regions(frames, lists, sections["data"])
    _unknown_categories(frames, lists, sections["data"])
    faults += _plans_with_gaps(frames, sections, marks)
    faults += _locks_of_strangers(frames, sections, marks)
    faults += _regions_to_plan(frames, sections, marks)
    return faults


def _tell_unknown(values: pd.Series, known: Sequence[str], key: str, what: str, told: FaultList) -> None:
    unknown = (~values.isin(known) & (values != "")).to_numpy()
    for word in dict.fromkeys(values[unknown]):
        records = np.flatnonzero((values == word).to_numpy())
        hint = did_you_mean(word, known)
        expected = f"expected one of the {what}{hint or f': {one_of(list(known))}'}"
        told.tell(records, [f'"{word}"'] * EXAMPLES, key, expected)


def _tell_backward(frame: pd.DataFrame, names: Mapping[str, str], told: FaultList) -> None:
    records = np.flatnonzero((frame["end"] < frame["start"]).to_numpy())
    shown = [f"{frame['end'].iloc[record]:%Y-%m-%d}" for record in records[:EXAMPLES]]
    told.tell(records, shown, names["end"], "expected a day not before the start")


def _tell_half_placed(frame: pd.DataFrame, names: Mapping[str, str], told: FaultList) -> None:
    """Tell of events with a part of what makes a place: lon, lat and reach_km; not where a part was refused."""
    given = frame[["lon", "lat", "reach_km"]].notna().to_numpy()
    refused = [told.refused[names[name]] for name in ("lon", "lat", "reach_km") if names[name] in told.refused]
    half = np.flatnonzero(given.any(axis=1) & ~given.all(axis=1))
    records = np.setdiff1d(half, np.concatenate(refused)) if refused else half
    lacking = [
        " and ".join(name for name, there in zip(("lon", "lat", "reach_km"), given[record], strict=True) if not there)
        for record in records[:EXAMPLES]
    ]
    expected = "expected lon, lat and reach_km together, or none of them for an event of a whole region"
    told.tell(records, [f"no {text}" for text in lacking], names["reach_km"], expected)


def _tell_miscoded(frame: pd.DataFrame, names: Mapping[str, str], told: FaultList) -> None:
    """Tell of rows that come twice, of shares that make no whole and of categories that give way twice on one day."""
    again = np.flatnonzero(frame.duplicated(["category", "becomes", "valid_from"]).to_numpy())
    shown = [f'"{frame["becomes"].iloc[record]}" again' for record in again[:EXAMPLES]]
    told.tell(again, shown, names["becomes"], "expected each category once for another and a valid_from")
    whole = frame.groupby(["category", "valid_from"], dropna=False)["share"].transform("sum")
    wrong = np.flatnonzero((np.abs(whole - 1) > SHARE_TOLERANCE).to_numpy())
    shown = [f"shares of {whole.iloc[record]:g}" for record in wrong[:EXAMPLES]]
    told.tell(wrong, shown, names["share"], "expected shares of one category and valid_from that sum to 1")
    for record, heir in chained(frame):
        name = frame["becomes"].iloc[record]
        expected = f'which becomes "{heir}" on the same day; expected what it becomes in the end'
        told.tell(np.array([record]), [f'"{name}"'], names["becomes"], expected)


def _swapped_positions(frames: Mapping[str, pd.DataFrame], lists: Mapping[str, FaultList]) -> None:
    """Notice longitudes that were taken for latitudes, by comparing accounts and reps."""
    if not {"data.accounts", "data.reps"} <= frames.keys():
        return
    accounts, reps = frames["data.accounts"], frames["data.reps"]
    here = accounts[["lon", "lat"]].median().to_numpy()
    home = reps[["lon", "lat"]].median().to_numpy()
    if np.isnan(here).any():
        records = np.arange(len(accounts))
        lists["data.accounts"].tell(
            records, ["no positions at all"] * EXAMPLES, "lon", "expected lon and lat of accounts"
        )
    elif np.hypot(*(here - home)) > FAR_DEGREES and np.hypot(*(here[::-1] - home)) < NEAR_DEGREES:
        message = (
            f"accounts lie around lon {here[0]:.1f}, lat {here[1]:.1f} and reps around lon {home[0]:.1f}, "
            f"lat {home[1]:.1f}; are lon and lat swapped in one of the two tables?"
        )
        lists["data.accounts"].faults.append(Fault(file=lists["data.accounts"].file, key="lon", message=message))


def _strangers_in_sales(frames: Mapping[str, pd.DataFrame], lists: Mapping[str, FaultList]) -> None:
    """Refuse sales none of which belongs to a known account: the ids are written in two ways."""
    if not {"data.accounts", "data.sales"} <= frames.keys():
        return
    sold = list(frames["data.sales"]["account_id"].cat.categories)
    known = list(frames["data.accounts"]["account_id"])
    if not set(sold) & set(known):
        zeros = {text.lstrip("0") for text in sold} & {text.lstrip("0") for text in known}
        why = "; were leading zeros lost in one of the two tables?" if zeros else ""
        message = f'no account_id is in the accounts table: "{sold[0]}" here, "{min(known)}" there{why}'
        lists["data.sales"].faults.append(Fault(file=lists["data.sales"].file, key="account_id", message=message))


def _known_regions(frames: Mapping[str, pd.DataFrame], data: Data) -> list[str]:
    """Collect the regions that accounts, areas and districts are in; none when one of these tables is not sound."""
    keys = [key for key in ("data.accounts", "data.areas.source", "data.regions") if key in sources(data)]
    if not all(key in frames for key in keys):
        return []
    return sorted({str(region) for key in keys for region in frames[key]["region"].unique()} - {""})


def _unknown_regions(frames: Mapping[str, pd.DataFrame], lists: Mapping[str, FaultList], data: Data) -> None:
    """Refuse reps and events of a region that no account, area or district is in."""
    known = _known_regions(frames, data)
    if not known:
        return
    for key in ("data.reps", "data.events", "data.series"):
        if key in frames:
            _tell_unknown(
                frames[key]["region"], known, "region", "regions of accounts, areas and districts", lists[key]
            )


def _unknown_categories(frames: Mapping[str, pd.DataFrame], lists: Mapping[str, FaultList], data: Data) -> None:
    """Refuse events and recoded categories that neither the sales name nor the table of categories as an heir."""
    needed = {"data.sales", "data.categories"} & sources(data).keys()
    if not needed <= frames.keys():
        return
    known = {str(name) for name in frames["data.sales"]["category"].cat.categories}
    if "data.categories" in frames:
        known |= set(frames["data.categories"]["becomes"])
    for key in ("data.events", "data.categories", "data.series"):
        if key in frames:
            _tell_unknown(frames[key]["category"], sorted(known), "category", "categories of the sales", lists[key])


def _plans_with_gaps(
    frames: Mapping[str, pd.DataFrame], sections: Mapping[str, Any], marks: Mapping[str, Mark]
) -> list[Fault]:
    """Refuse planned series that are not given, or not for every week to forecast."""
    if not {"forecast", "period"} <= sections.keys() or "data.sales" not in frames:
        return []
    planned = sections["forecast"].planned_series
    if planned and sections["data"].series is None:
        return [_at(marks, "forecast.planned_series", "there is no table of series; name it under data.series")]
    if not planned or "data.series" not in frames:
        return []
    last, end = frames["data.sales"]["week"].max(), pd.Timestamp(sections["period"].end)
    found = unplanned(frames["data.series"], planned, last_sales=last, end=end)
    return [_at(marks, f"forecast.planned_series[{position + 1}]", text) for position, text in found]


def _locks_of_strangers(
    frames: Mapping[str, pd.DataFrame], sections: Mapping[str, Any], marks: Mapping[str, Mark]
) -> list[Fault]:
    """Refuse locks of reps and areas that do not exist; areas that are still to be made cannot be checked here."""
    faults = []
    areas = frames.get("data.areas.source")
    made = sections["data"].areas.make is AreaMaking.ACCOUNTS
    for rule in ("locks", "forbidden"):
        for position, lock in enumerate(getattr(sections["territories"], rule)):
            key = f"territories.{rule}[{position + 1}]"
            if "data.reps" in frames:
                known = list(frames["data.reps"]["rep_id"])
                if lock.rep not in known:
                    hint = did_you_mean(lock.rep, known) or f"; expected {one_of(known)}"
                    faults.append(_at(marks, f"{key}.rep", f'"{lock.rep}" is no rep_id of the reps table{hint}'))
            if areas is not None and not made:
                faults += _at_area(lock.area, areas, f"{key}.area", marks)
    return faults


def _at_area(area: str, areas: pd.DataFrame, key: str, marks: Mapping[str, Mark]) -> list[Fault]:
    if (areas["area_id"] == area).any():
        return []
    count = int((areas["name"] == area).sum())
    if count == 1:
        return []
    if count > 1:
        ids = one_of(list(areas["area_id"][areas["name"] == area]), most=5)
        return [_at(marks, key, f'{count} areas are called "{area}"; write the area_id: {ids}')]
    hint = did_you_mean(area, [*areas["area_id"], *areas["name"]])
    return [_at(marks, key, f'"{area}" is neither an area_id nor a name of the areas table{hint}')]


def _regions_to_plan(
    frames: Mapping[str, pd.DataFrame], sections: Mapping[str, Any], marks: Mapping[str, Mark]
) -> list[Fault]:
    known = _known_regions(frames, sections["data"])
    faults = []
    for position, region in enumerate(sections["data"].only_regions):
        if known and region not in known:
            hint = did_you_mean(region, known) or f"; known are {one_of(known, word='and')}"
            key = f"data.only_regions[{position + 1}]"
            faults.append(_at(marks, key, f'"{region}" is no region of accounts, areas or districts{hint}'))
    return faults


def _at(marks: Mapping[str, Mark], key: str, message: str) -> Fault:
    mark = nearest_mark(marks, key)
    return Fault(file=mark.file, line=mark.line, column=mark.column, key=key, message=message)
