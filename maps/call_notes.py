"""Find what a rep wants to know before a call: last orders, how often the account orders, what to offer."""

from typing import Final

import numpy as np
import pandas as pd

ORDERS_TOLD: Final = 3
OFFERS_TOLD: Final = 2
WEEKS: Final = 52
"""Of history that offers and the rhythm of orders are taken from."""
WORTH_OFFERING: Final = 0.05
"""Share of the account's own purchases from which on a gap to its peers is told."""
CALL_COLUMNS: Final = ("account_id", "orders", "every_weeks", "known_until", "offers")


def call_notes(sales: pd.DataFrame, accounts: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Make the notes of every account.

    Parameters
    ----------
    sales
        account_id, category, week (Monday), sales in the currency; rows without a positive amount are no orders.
    accounts
        account_id, segment, region.
    history
        region, week (Monday), sales of complete weeks, NaN for a week that is not known.

    Returns
    -------
    pandas.DataFrame
        One row per account, in their order. account_id; orders: up to three (ISO date, amount, category that made most
        of it), newest first; every_weeks: median weeks between orders of the last year, NaN with fewer than three;
        known_until: ISO date of the Sunday that ends the last week of which its region's sales are known; offers: up
        to two (category, amount a year) in which the account buys most below what others of its segment and region buy
        in their mix, scaled to its own purchases; an account without purchases is told what those buy, as an average.
    """
    orders = pd.DataFrame(sales[["account_id", "category", "week", "sales"]])
    orders = orders[orders["sales"] > 0].astype({"account_id": str, "category": str})
    ids = accounts["account_id"].astype(str).to_list()
    recent = orders[orders["week"] > orders["week"].max() - pd.Timedelta(weeks=WEEKS)]
    last, every = _last_orders(orders), _rhythm(recent)
    offers = _offers(recent, accounts)
    return pd.DataFrame(
        {
            "account_id": ids,
            "orders": [last.get(account, ()) for account in ids],
            "every_weeks": [every.get(account, np.nan) for account in ids],
            "known_until": _known_until(history, accounts["region"]),
            "offers": [offers[account] for account in ids],
        }
    )


def _last_orders(orders: pd.DataFrame) -> dict[str, tuple[tuple[str, float, str], ...]]:
    ranked = orders.sort_values(["account_id", "week", "sales", "category"], ascending=[True, False, False, True])
    weeks = ranked.groupby(["account_id", "week"], sort=False).agg(
        sales=("sales", "sum"), category=("category", "first")
    )
    told: dict[str, tuple[tuple[str, float, str], ...]] = {}
    for account, group in weeks.groupby("account_id", sort=False).head(ORDERS_TOLD).reset_index().groupby("account_id"):
        rows = zip(group["week"], group["sales"], group["category"], strict=True)
        told[str(account)] = tuple((f"{week:%Y-%m-%d}", float(amount), category) for week, amount, category in rows)
    return told


def _known_until(history: pd.DataFrame, regions: pd.Series) -> list[str]:
    """Find the last day of which the sales of each account's region are known; of all where none of its weeks are."""
    last = history[history["sales"].notna()].astype({"region": str}).groupby("region")["week"].max()
    mondays = pd.to_datetime(regions.astype(str).map(last)).fillna(history["week"].max())
    return [f"{monday + pd.Timedelta(days=6):%Y-%m-%d}" for monday in mondays]


def _rhythm(recent: pd.DataFrame) -> dict[str, float]:
    """Take the median of the weeks between orders, where there are at least two such gaps."""
    weeks = recent[["account_id", "week"]].drop_duplicates().sort_values(["account_id", "week"])
    gaps = weeks.groupby("account_id")["week"].diff().dt.days / 7.0
    by_account = gaps.groupby(weeks["account_id"]).agg(["median", "count"])
    return {str(account): float(row["median"]) for account, row in by_account.iterrows() if row["count"] >= 2}


def _offers(recent: pd.DataFrame, accounts: pd.DataFrame) -> dict[str, tuple[tuple[str, float], ...]]:
    ids = accounts["account_id"].astype(str).to_numpy()
    bought = recent.pivot_table(index="account_id", columns="category", values="sales", aggfunc="sum", fill_value=0.0)
    bought = bought.reindex(ids, fill_value=0.0)
    categories, own = [str(name) for name in bought.columns], bought.to_numpy(float)
    peers = (accounts["region"].astype(str) + "\n" + accounts["segment"].astype(str)).to_numpy()
    told: dict[str, tuple[tuple[str, float], ...]] = {}
    for peer in sorted(set(peers)):
        members = np.flatnonzero(peers == peer)
        sums, buyers = own[members].sum(axis=0), max(1, int((own[members].sum(axis=1) > 0).sum()))
        mix = sums / sums.sum() if sums.sum() > 0 else sums
        for member in members.tolist():
            total = own[member].sum()
            gaps = mix * total - own[member] if total > 0 else sums / buyers
            best = np.argsort(-gaps, kind="stable").tolist()  # of equal ones the first by name
            told[str(ids[member])] = tuple(
                (categories[place], float(gaps[place]))
                for place in best[:OFFERS_TOLD]
                if gaps[place] > WORTH_OFFERING * total and gaps[place] > 0
            )
    return told
