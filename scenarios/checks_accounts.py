"""Check which accounts still buy, and which regions have accounts and reps."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from scenarios.planes import FloatArray
from scenarios.quality_log import QualityLog
from scenarios.schema import Cleaning, Scenario

DORMANT_WEEKS: Final = 52
QUIET_WEEKS: Final = 26
FEW_ACCOUNTS: Final = 10


def check_activity(
    accounts: pd.DataFrame, sales: pd.DataFrame, until: pd.Timestamp, cleaning: Cleaning, log: QualityLog
) -> pd.DataFrame:
    """Return accounts with `last_sale` and `closed`, and report accounts that opened, fell silent or closed.

    Parameters
    ----------
    accounts
        Clean accounts.
    sales
        Output of `repair_sales`; its categories hold every account.
    until
        Monday of the last complete week.
    cleaning
        `closed_after_weeks` says from when on an account counts as closed.
    log
        Takes the findings and repairs.
    """
    bought = sales[(sales["sales"] > 0).to_numpy()]
    weeks = bought.groupby("account_id", observed=True)["week"].agg(["min", "max"])
    weeks.index = weeks.index.astype(object)
    rows = accounts.assign(last_sale=pd.to_datetime(accounts["account_id"].map(weeks["max"])))
    ids = rows["account_id"].to_numpy(dtype=object)
    customer = (rows["status"] == "customer").to_numpy()
    silent = _weeks_until(until, rows["last_sale"])
    never = rows["last_sale"].isna().to_numpy()
    log.about_accounts(
        "customer_without_sales",
        "info",
        ids[customer & never],
        "{n} customer{s} never bought anything in this history.",
    )
    log.about_accounts(
        "prospect_with_sales", "info", ids[~customer & ~never], "{n} prospect{s} {has} sales; still taken as prospects."
    )
    quiet = customer & (silent >= QUIET_WEEKS) & (silent < DORMANT_WEEKS)
    text = f"{{n}} customer{{s}} bought nothing for {QUIET_WEEKS} weeks or more: closed, or lost?"
    log.about_accounts("customer_fell_silent", "info", ids[quiet], text)
    dormant = customer & (silent >= DORMANT_WEEKS)
    text = f"{{n}} customer{{s}} bought nothing in the last {DORMANT_WEEKS} weeks."
    closing = cleaning.closed_after_weeks
    if not 0 < closing <= DORMANT_WEEKS:
        log.about_accounts("dormant_customer", "warning", ids[dormant], text)
    first = pd.to_datetime(rows["account_id"].map(weeks["min"]))
    new = _weeks_until(until, first) < DORMANT_WEEKS
    log.about_accounts("new_account", "info", ids[new], "{n} account{s} bought for the first time in the last year.")
    closed = customer & (silent >= closing) if closing else np.zeros(len(rows), dtype=bool)
    text = f"{{n}} customer{{s}} bought nothing for {closing} weeks and {{is}} taken as closed: not planned for, "
    text += "still in the history."
    log.about_accounts("closed_account", "info", ids[closed], text, repair="closed_after_weeks")
    last = rows["last_sale"].dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    log.repaired("closed_after_weeks", "accounts", ids[closed], last[closed], "closed")
    return rows.assign(closed=closed)


def _weeks_until(until: pd.Timestamp, weeks: pd.Series) -> FloatArray:
    """Return the weeks that passed since each date, NaN for none."""
    return np.asarray((until - weeks).dt.days.to_numpy(float) / 7.0)


def check_regions_served(
    accounts: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    reps: pd.DataFrame,
    regions: list[str],
    *,
    scenario: Scenario,
    log: QualityLog,
) -> None:
    """Report regions without accounts, with few of them, without reps or without areas."""
    open_accounts = accounts.loc[~accounts["closed"], "region"].value_counts()
    for region in regions:
        count = int(open_accounts.get(region, 0))
        if not count:
            text = "This region has areas but no accounts: there is nothing to plan."
            log.about_region("no_accounts", "error", region, text, subject_kind="account", count=0, share=1.0)
        elif count < FEW_ACCOUNTS:
            text = f"This region has only {count} accounts; its figures say little."
            log.about_region("few_accounts", "warning", region, text, subject_kind="account", count=count, share=0.25)
        if region not in set(reps["region"]):
            strict = scenario.territories.within == "region"
            text = "No rep lives in this region" + (
                ", and reps must stay within theirs: nobody can serve it."
                if strict
                else "; reps of other regions serve it."
            )
            severity = "error" if strict else "info"
            log.about_region(
                "no_rep",
                "error" if severity == "error" else "info",
                region,
                text,
                subject_kind="rep",
                count=0,
                share=1.0,
            )
        if region not in set(areas["region"]):
            text = "No area belongs to this region."
            log.about_region("no_areas", "error", region, text, subject_kind="area", count=0, share=1.0)
