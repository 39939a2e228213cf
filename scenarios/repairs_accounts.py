"""Clean account rows: one row per id, known status and segment names, regions by the mapping in force."""

from typing import Final

import numpy as np
import pandas as pd

from scenarios.faults import Fault
from scenarios.quality_log import QualityLog
from scenarios.schema import Cleaning, Scenario

STATUSES: Final = ("customer", "prospect")
TEXT_COLUMNS: Final = (
    "name",
    "town",
    "district",
    "region",
    "segment",
    "status",
    "opening_hours",
    "position_quality",
    "group",
    "site",
)


def one_row_per_account(
    accounts: pd.DataFrame, cleaning: Cleaning, log: QualityLog, *, file: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return accounts with unique ids, sorted, and a fault where the rule `duplicate_accounts` refuses doubles.

    Parameters
    ----------
    accounts
        Columns ACCOUNT_COLUMNS; more columns are kept.
    cleaning
        Rules.
    log
        Takes the findings and repairs.
    file
        Name of the table for faults.
    """
    rows = accounts[accounts["account_id"] != ""]
    if len(rows) < len(accounts):
        count = len(accounts) - len(rows)
        text = f"{count:,} account rows have no account_id; left out."
        log.about_region(
            "missing_id", "warning", "", text, subject_kind="account", count=count, repair="missing_account_id"
        )
        where = [f"row {n + 2}" for n in np.flatnonzero((accounts["account_id"] == "").to_numpy())]
        log.repaired("missing_account_id", "accounts", where, "", "dropped")
    faults = []
    double = rows.duplicated("account_id").to_numpy()
    if double.any():
        ids = rows["account_id"].to_numpy(dtype=object)[double]
        if cleaning.duplicate_accounts == "refuse":
            shown = ", ".join(sorted(set(ids))[:5])
            line = int(np.flatnonzero((accounts["account_id"] != "").to_numpy())[np.flatnonzero(double)[0]]) + 2
            message = (
                f"{double.sum():,} rows repeat an account_id, such as {shown}; set cleaning.duplicate_accounts: merge"
            )
            faults.append(Fault(file=file, line=line, key="account_id", message=message))
        how = "the first row counts"
        if cleaning.duplicate_accounts == "merge":
            how = "gaps are filled from the later rows"
            rows = _fill_from_later(rows)
        text = "{n} row{s} repeat an account_id; " + how + "."
        log.about_accounts("duplicate_account", "warning", ids, text, repair="duplicate_accounts")
        log.repaired("duplicate_accounts", "accounts", ids, "several rows", "one row")
        rows = rows.drop_duplicates("account_id")
    rows = rows.sort_values("account_id", kind="stable", ignore_index=True)
    unnamed = (rows["name"] == "").to_numpy()
    ids = rows["account_id"].to_numpy(dtype=object)
    log.about_accounts("missing_name", "info", ids[unnamed], "{n} account{s} {has} no name; the id stands in for it.")
    rows.loc[unnamed, "name"] = rows.loc[unnamed, "account_id"]
    odd = (~rows["status"].isin(STATUSES)).to_numpy()
    blank = (rows["status"] == "").to_numpy()
    text = "{n} account{s} {has} a status other than customer or prospect; taken as customers."
    log.about_accounts("unknown_status", "warning", ids[odd & ~blank], text, repair="unknown_status")
    log.repaired("unknown_status", "accounts", ids[odd & ~blank], rows["status"].to_numpy()[odd & ~blank], "customer")
    rows.loc[odd, "status"] = "customer"
    return rows, faults


def _fill_from_later(rows: pd.DataFrame) -> pd.DataFrame:
    """Fill empty fields of an account's first row from its later rows."""
    text = [name for name in rows.columns if name in TEXT_COLUMNS]
    blank = rows.assign(**{name: rows[name].astype(object).where(rows[name] != "") for name in text})
    filled = blank.groupby("account_id", sort=False).first()
    filled[text] = filled[text].astype(object).where(filled[text].notna(), "")
    return filled.reset_index()[list(rows.columns)]


def current_regions(regions: pd.DataFrame | None, log: QualityLog) -> pd.DataFrame | None:
    """Return the mapping of districts to regions in force, one row per district, and report re-drawn regions.

    The newest row of a district counts for the past too, so that history is added up by today's regions.
    """
    if regions is None:
        return None
    order = regions.assign(since=regions["valid_from"].fillna(pd.Timestamp("1900-01-01")))
    order = order.sort_values(["district", "since"], kind="stable")
    newest = order.drop_duplicates("district", keep="last")
    older = order[~order.index.isin(newest.index)].merge(
        newest[["district", "region", "since"]], on="district", suffixes=("", "_now")
    )
    changed = older[older["region"] != older["region_now"]]
    for (before, after), part in changed.groupby(["region", "region_now"], sort=True):
        districts = sorted(set(part["district"]))
        since = part["since_now"].max()
        when = f" on {since:%Y-%m-%d}" if since.year > 1900 else ""
        named = ", ".join(districts[:5]) + ("…" if len(districts) > 5 else "")
        who = f"District {named}" if len(districts) == 1 else f"{len(districts)} districts ({named})"
        text = f"{who} moved from {before} to {after}{when}; all history now counts for {after}."
        log.about_region(
            "redrawn_region",
            "info",
            str(after),
            text,
            subject_kind="district",
            count=len(districts),
            repair="valid_from",
        )
    return newest.drop(columns="since").sort_values("district", kind="stable", ignore_index=True)


def own_regions(accounts: pd.DataFrame, regions: pd.DataFrame | None, history: pd.DataFrame | None) -> pd.Series:
    """Return each account's region by its own entry or its district, "" when neither tells.

    An own entry that is not a region in force, or that was its district's region before it was re-drawn, gives way to
    the district.

    Parameters
    ----------
    accounts
        Columns district, region.
    regions
        Mapping in force, or None.
    history
        Mapping with former rows, or None.
    """
    own = accounts["region"].astype(object)
    if regions is None:
        return own
    by_district = accounts["district"].map(dict(zip(regions["district"], regions["region"], strict=True)))
    by_district = by_district.astype(object).fillna("")
    known = own.isin(sorted(set(regions["region"])))
    former = set() if history is None else set(zip(history["district"], history["region"], strict=True))
    stale = [
        now not in {"", entry} and (district, entry) in former
        for district, entry, now in zip(accounts["district"], own, by_district, strict=True)
    ]
    return own.where(known & ~np.array(stale, dtype=bool), by_district)


def known_segments(accounts: pd.DataFrame, scenario: Scenario, log: QualityLog) -> pd.DataFrame:
    """Empty segments that the scenario does not name, so that they are filled by sales."""
    strange = (~accounts["segment"].isin(list(scenario.segments)) & (accounts["segment"] != "")).to_numpy()
    if not strange.any():
        return accounts
    ids = accounts["account_id"].to_numpy(dtype=object)[strange]
    before = accounts["segment"].to_numpy(dtype=object)[strange]
    named = ", ".join(sorted(set(before))[:5]).replace("{", "").replace("}", "")
    text = "{n} account{s} {has} a segment that the scenario does not name (" + named + "); taken as missing."
    log.about_accounts("unknown_segment", "warning", ids, text, repair="missing_segment")
    log.repaired("unknown_segment", "accounts", ids, before, "")
    return accounts.assign(segment=accounts["segment"].astype(object).mask(strange, ""))
