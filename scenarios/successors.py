"""Join account numbers that succeeded one another at one site, so that the newest carries on their history."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from scenarios.quality_log import QualityLog
from scenarios.schema import Cleaning

KEYS: Final = ["account_id", "category", "week"]


def join_successors(
    accounts: pd.DataFrame, sales: pd.DataFrame, cleaning: Cleaning, log: QualityLog
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Leave out accounts that were succeeded at their site, and name the successor of each.

    Accounts of one `site` succeeded one another when each began to buy after the one before had bought for the last
    time, the week of the handover included. A site at which two bought at once is left as it is; so is an account that
    never bought anything.

    Parameters
    ----------
    accounts
        One row per account_id; column `site` where the firm tells it.
    sales
        Columns SALES_COLUMNS, not repaired yet.
    cleaning
        Rule `same_site`.
    log
        Takes the findings and repairs.

    Returns
    -------
    Accounts that are left, and the successor's account_id by that of each account left out.
    """
    if "site" not in accounts.columns:
        return accounts, {}
    named = (accounts["site"] != "").to_numpy()
    shared = accounts[named & accounts.duplicated("site", keep=False).to_numpy()]
    if not len(shared):
        return accounts, {}
    if cleaning.same_site == "keep":
        text = "{n} account{s} {has} the site of another number; not joined."
        log.about_accounts("same_site", "info", shared["account_id"], text)
        return accounts, {}
    chains, mixed = _sorted_out(shared, sales)
    text = "{n} account{s} {was} buying while another number did at the same site; not joined."
    log.about_accounts("site_with_several", "info", mixed, text)
    successor = {former: chain[-1] for chain in chains for former in chain[:-1]}
    former, heirs = list(successor), list(successor.values())
    text = "{n} account number{s} {was} succeeded by another at the same site; the newest carries on the history."
    log.about_accounts("site_successor", "info", heirs, text, repair="same_site")
    log.repaired("same_site", "accounts", former, former, heirs, account_ids=heirs)
    return accounts[~accounts["account_id"].isin(former)].reset_index(drop=True), successor


def with_successors(sales: pd.DataFrame, successor: Mapping[str, str]) -> pd.DataFrame:
    """Book sales under the successors' numbers; what both sold of a category in the week of a handover is added up.

    Parameters
    ----------
    sales
        Columns SALES_COLUMNS; more columns are kept.
    successor
        Second result of `join_successors`.
    """
    if not successor:
        return sales
    account = sales["account_id"].astype("category").cat
    former = account.categories.astype(object)
    place, names = pd.factorize(np.array([successor.get(str(name), name) for name in former], dtype=object))
    code = account.codes.to_numpy(np.int64)
    number = np.where(code >= 0, place[code], -1)
    rows = sales.assign(account_id=pd.Categorical.from_codes(number, categories=pd.Index(names)))
    joined = rows["account_id"].isin(sorted(set(successor.values()))).to_numpy()
    part = rows[joined].assign(former=code[joined])
    numbers = part.groupby(KEYS, observed=True)["former"].transform("nunique").to_numpy()
    both = np.flatnonzero(joined)[numbers > 1]
    if not len(both):
        return rows
    handed = rows.iloc[both]
    sums = handed.groupby(KEYS, observed=True)["sales"].transform("sum")
    rows = rows.assign(sales=rows["sales"].astype(float).where(~np.isin(np.arange(len(rows)), both), sums))
    again = np.zeros(len(rows), dtype=bool)
    again[both] = handed.duplicated(KEYS).to_numpy()
    return rows[~again].reset_index(drop=True)


def alignment_of_successors(alignment: pd.DataFrame | None, successor: Mapping[str, str]) -> pd.DataFrame | None:
    """Give a former number's rep to its successor, unless the alignment names the successor itself."""
    if alignment is None or "account_id" not in alignment.columns or not successor:
        return alignment
    named = set(alignment["account_id"])
    heir = alignment["account_id"].astype(object).map(lambda name: successor.get(name, name))
    stays = (heir == alignment["account_id"]) | ~heir.isin(named)
    return alignment.assign(account_id=heir)[stays.to_numpy()].drop_duplicates("account_id").reset_index(drop=True)


def _sorted_out(shared: pd.DataFrame, sales: pd.DataFrame) -> tuple[list[list[str]], list[str]]:
    """Give the accounts of each site in the order in which they bought; apart, those of sites with several at once."""
    bought = sales[(sales["account_id"].isin(shared["account_id"]) & (sales["sales"] > 0)).to_numpy()]
    weeks = bought.groupby(bought["account_id"].astype(object), sort=True)["week"].agg(["min", "max"])
    known = shared.merge(weeks.reset_index(), on="account_id").sort_values(["site", "min", "account_id"])
    chains, mixed = [], []
    for _, site in known.groupby("site", sort=True):
        names = [str(name) for name in site["account_id"]]
        if all(_follows(site)):
            chains.append(names)
        else:
            mixed += names
    return chains, mixed


def _follows(site: pd.DataFrame) -> Iterator[bool]:
    """Tell of each account but the first whether it began when the one before had ended, and went on longer."""
    first, last = site["min"].to_numpy(), site["max"].to_numpy()
    for place in range(1, len(site)):
        yield bool(first[place] >= last[place - 1] and last[place] > last[place - 1])
