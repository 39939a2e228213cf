"""Check reps, events and the current alignment against accounts, areas and regions."""

from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from scenarios.faults import Fault
from scenarios.placing import Ground
from scenarios.quality_log import QualityLog
from scenarios.suggest import nearest

FARTHEST_HOME_KM: Final = 300.0
"""A home farther than this from every area is a mistake."""
HOURS_PER_WEEK: Final = 40.0
LIKE_KIND: Final = 0.9
"""Likeness from which two kinds of events may be one that is misspelt."""


def check_reps(
    reps: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    ground: Ground,
    log: QualityLog,
    *,
    file: str,
    homes: Literal["given", "missing", "all"] = "given",
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return reps with unique ids, hours and a region, sorted by rep_id, and faults of reps that cannot be planned.

    The region is the rep's own when an area has it, else that of the area that holds (or is nearest to) the home; ""
    where neither is known yet.

    Parameters
    ----------
    reps
        Columns REP_COLUMNS.
    areas
        Columns area_id, region; all areas.
    ground
        The areas' polygons.
    log
        Takes the findings and repairs.
    file
        Name of the table for faults.
    homes
        `missing`: positions may lack; `all`: they are forgotten. See `territories.homes`.
    """
    faults = []
    rows = reps[reps["rep_id"] != ""].copy()
    double = rows.duplicated("rep_id").to_numpy()
    if double.any():
        ids = rows["rep_id"].to_numpy(dtype=object)[double]
        _note(log, "duplicate_rep", ids, "rows repeat a rep_id; the first counts.", repair="duplicate_rep")
        log.repaired("duplicate_rep", "reps", ids, "several rows", "one row", regions=rows["region"].to_numpy()[double])
    rows = rows[~double].sort_values("rep_id", kind="stable", ignore_index=True)
    ids = rows["rep_id"].to_numpy(dtype=object)
    rows, lost = _open_homes(rows, homes, log)
    if homes == "given":
        text = "give lon and lat, or write territories.homes: missing to have the home chosen"
        faults += [
            Fault(file=file, key="lon", message=f"rep {name} has no home position; {text}") for name in ids[lost]
        ]
    if not len(rows):
        faults.append(Fault(file=file, key="rep_id", message="there is no rep"))
        return rows, faults
    idle = ~(rows["hours_per_week"].to_numpy(float) > 0)
    if idle.any():
        _note(
            log,
            "missing_hours",
            ids[idle],
            f"reps have no weekly hours; taken as {HOURS_PER_WEEK:g}.",
            repair="missing_hours",
        )
        log.repaired(
            "missing_hours", "reps", ids[idle], "", f"{HOURS_PER_WEEK:g}", regions=rows["region"].to_numpy()[idle]
        )
        rows.loc[idle, "hours_per_week"] = HOURS_PER_WEEK
    area, km = ground.find(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
    home_region = areas["region"].to_numpy(dtype=object)[np.maximum(area, 0)]
    home_region[lost] = home_region[0] if len(set(areas["region"])) == 1 else ""
    known = rows["region"].isin(sorted(set(areas["region"]))).to_numpy() & (rows["region"] != "").to_numpy()
    strange = ~known & (rows["region"] != "").to_numpy()
    if strange.any():
        _note(
            log, "unknown_region_of_rep", ids[strange], "reps have an unknown region; taken from the area of the home."
        )
        before = rows["region"].to_numpy()[strange]
        log.repaired("region_of_rep", "reps", ids[strange], before, home_region[strange], regions=home_region[strange])
    faults += [
        Fault(
            file=file,
            key="lon",
            message=f"the home of {name} lies {far:,.0f} km from the map; are lon and lat swapped?",
        )
        for name, far in zip(ids, km, strict=True)
        if np.isfinite(far) and far > FARTHEST_HOME_KM
    ]
    away = np.isfinite(km) & (km > 0)
    if away.any():
        _note(
            log,
            "home_outside",
            ids[away],
            "reps live outside the map; the nearest area counts as home.",
            severity="info",
        )
    other = known & (rows["region"].to_numpy() != home_region) & ~lost
    if other.any():
        _note(
            log,
            "home_in_other_region",
            ids[other],
            "reps live in another region than their own; kept.",
            severity="info",
        )
    rows["region"] = np.where(known, rows["region"].to_numpy(dtype=object), home_region)
    return rows, faults


def _open_homes(
    rows: pd.DataFrame, homes: Literal["given", "missing", "all"], log: QualityLog
) -> tuple[pd.DataFrame, np.ndarray]:
    """Forget the positions of homes that are chosen anew, and tell which reps have none. Shape (reps,)."""
    if homes == "all":
        rows = rows.assign(lon=np.nan, lat=np.nan)
    lost = ~(np.isfinite(rows["lon"].to_numpy(float)) & np.isfinite(rows["lat"].to_numpy(float)))
    if homes != "given" and lost.any():
        ids = rows["rep_id"].to_numpy(dtype=object)[lost]
        _note(log, "home_to_choose", ids, "reps have no home yet; it is chosen in this run.", severity="info")
    return rows, lost


def check_events(events: pd.DataFrame, regions: list[str], categories: list[str], log: QualityLog) -> pd.DataFrame:
    """Return events of known regions and categories with a start before their end, sorted by event_id."""
    rows = events.sort_values("event_id", kind="stable", ignore_index=True)
    if not len(rows):
        return rows
    turned = (rows["end"] < rows["start"]).to_numpy()
    wrong = {
        "event_without_date": (rows["start"].isna() | rows["end"].isna()).to_numpy(),
        "event_of_unknown_region": (~rows["region"].isin(["", *regions])).to_numpy(),
        "event_of_unknown_category": (~rows["category"].isin(["", *categories])).to_numpy(),
        "event_ends_before_start": turned,
    }
    bad = np.zeros(len(rows), dtype=bool)
    for check, which in wrong.items():
        ids = rows["event_id"].to_numpy(dtype=object)[which]
        if len(ids):
            sentence = f"{check.replace('_', ' ')}: {', '.join(map(str, ids[:5]))}; left out."
            text = sentence[0].upper() + sentence[1:]
            log.about_region(check, "warning", "", text, subject_kind="event", count=len(ids), repair=check)
            log.repaired(check, "events", ids, "", "dropped", regions=[""] * len(ids))
        bad |= which
    _tell_like_kinds(rows["kind"], log)
    return rows[~bad].reset_index(drop=True)


def _tell_like_kinds(kinds: pd.Series, log: QualityLog) -> None:
    """Tell of kinds that are written almost alike, the rarer after the more common: each learns its effect alone."""
    names = kinds.astype(str).value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    for number, name in enumerate(names.index):
        like = nearest(name, names.index[:number], cutoff=LIKE_KIND)
        if like:
            text = f"Events of kind {name} count apart from those of kind {like}; if they are one, write one name."
            count = int(names[name])
            log.about_region("event_kinds_alike", "warning", "", text, subject_kind="event", count=count)


def current_reps(
    alignment: pd.DataFrame | None,
    areas: gpd.GeoDataFrame,
    accounts: pd.DataFrame,
    *,
    sales_by_account: pd.Series,
    rep_ids: list[str],
    log: QualityLog,
    cells: bool = False,
) -> pd.Series:
    """Return who serves each area today, by area_id, "" for nobody.

    An alignment by district or account goes to the area by the rep with most of its accounts' sales, then with most
    accounts; an area without accounts takes its district's rep. A rep who is not in the reps table any more has left:
    his areas are his today, and change hands whatever the plan. `cells`: areas are made from accounts.
    """
    nobody = pd.Series("", index=areas["area_id"].to_numpy(dtype=object), dtype=object)
    if alignment is None or not len(alignment):
        return nobody
    unit = next(name for name in ("area_id", "district", "account_id") if name in alignment.columns)
    if cells and unit == "area_id":
        text = (
            "The current alignment names cells that are made from accounts: another team or other customers make other "
        )
        text += "cells of the same names. Give it by account_id, or hold the cells' size by data.areas.sized_for."
        log.about_region("alignment_of_cells", "warning", "", text, subject_kind="area")
    rows = alignment[(alignment["rep_id"] != "") & (alignment[unit] != "")]
    strange = sorted(set(rows["rep_id"]) - set(rep_ids))
    if strange:
        who = f"{len(strange)} reps who are not in the reps table ({', '.join(strange[:5])})"
        text = f"The current alignment names {who}; they count as having left: their areas change hands in any plan."
        log.about_region("alignment_of_unknown_rep", "warning", "", text, subject_kind="rep", count=len(strange))
    known = {"area_id": areas["area_id"], "district": pd.concat([areas["district"], accounts["district"]])}
    lost = sorted(set(rows[unit]) - set(known.get(unit, accounts["account_id"])))
    if lost:
        text = f"The current alignment names {len(lost)} unknown {unit} entries ({', '.join(lost[:5])}); ignored."
        log.about_region("alignment_of_unknown_place", "warning", "", text, subject_kind=unit, count=len(lost))
    double = sorted(set(rows.loc[rows.duplicated(unit), unit]))
    if double:
        named = ", ".join(double[:5])
        text = f"The current alignment gives {len(double)} {unit} entries to several reps ({named}); the first counts."
        log.about_region("alignment_twice", "warning", "", text, subject_kind=unit, count=len(double))
    rep_of = rows.drop_duplicates(unit).set_index(unit)["rep_id"]
    if unit == "area_id":
        return _text(areas["area_id"].map(rep_of)).set_axis(nobody.index)
    votes = pd.DataFrame(
        {
            "area_id": accounts["area_id"].to_numpy(dtype=object),
            "rep_id": accounts[unit].map(rep_of).to_numpy(dtype=object),
            "sales": accounts["account_id"].map(sales_by_account).fillna(0.0).to_numpy(float),
            "accounts": 1,
        }
    ).dropna(subset=["rep_id"])
    sums = votes.groupby(["area_id", "rep_id"], sort=True)[["sales", "accounts"]].sum().round(2).reset_index()
    _tell_mixed(sums, log)
    sums = sums.sort_values(["area_id", "sales", "accounts", "rep_id"], ascending=[True, False, False, True])
    by_vote = sums.drop_duplicates("area_id").set_index("area_id")["rep_id"]
    result = areas["area_id"].map(by_vote).astype(object)
    if unit == "district":
        result = result.where(result.notna(), areas["district"].map(rep_of).astype(object))
    return _text(result).set_axis(nobody.index)


def _tell_mixed(sums: pd.DataFrame, log: QualityLog) -> None:
    """Tell of areas whose accounts have several reps today; `sums` has area_id, rep_id, sales and accounts."""
    several = sums[sums.duplicated("area_id", keep=False)]
    if several.empty:
        return
    areas = sorted(set(several["area_id"]))
    first = several.sort_values(["area_id", "sales", "accounts", "rep_id"], ascending=[True, False, False, True])
    others = int(several["accounts"].sum() - first.drop_duplicates("area_id")["accounts"].sum())
    named = ", ".join(areas[:5]) + ("…" if len(areas) > 5 else "")
    text = (
        f"{len(areas)} areas hold accounts of several reps today ({named}). Each counts for the rep with most of its "
    )
    text += f"sales, also in what changes hands and its cap; {others} accounts in them are with somebody else."
    log.about_region("alignment_mixed", "warning", "", text, subject_kind="area", count=len(areas))


def _text(values: pd.Series) -> pd.Series:
    """Return text with "" for what is missing."""
    return values.astype(object).where(values.notna(), "")


def _note(
    log: QualityLog, check: str, ids: np.ndarray, text: str, *, severity: str = "warning", repair: str = ""
) -> None:
    """Report reps by name."""
    named = ", ".join(str(name) for name in ids[:5]) + ("…" if len(ids) > 5 else "")
    log.about_region(
        check,
        "info" if severity == "info" else "warning",
        "",
        f"{len(ids)} {text} ({named})",
        subject_kind="rep",
        count=len(ids),
        repair=repair,
    )
