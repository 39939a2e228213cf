"""List risks and opportunities with their size and reason: regions under target, accounts to keep, to grow, to win."""

from collections.abc import Hashable, Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd

from forecasting.headroom import PROSPECT_CONVERSION
from forecasting.potential import NORMAL_80, relative_spread

RISK_COLUMNS = ("kind", "region", "account_id", "size", "probability", "reason")
UNDER_TARGET, MAY_LEAVE, BELOW_LIKES, PROSPECT = "under_target", "may_leave", "below_likes", "prospect"
LEAST_RISK = 0.02
"""A customer with a smaller probability to leave is not listed, however large."""
TIMES_USUAL = 3.0
"""Nor is one with less than so many times the mean probability of all."""
YEAR = pd.Timedelta(weeks=52)


def regional_targets(
    table: pd.DataFrame, history: pd.DataFrame, *, growth: float, given: Mapping[str, float]
) -> tuple[dict[str, float], list[str]]:
    """Give each region its target: as given, else last year's sales of the same weeks and so much more.

    Returns
    -------
    Region → target in currency over the period, and the regions whose last year is not known in full.
    """
    weeks = pd.DatetimeIndex(table["week"].unique()) - YEAR
    known = history[history["week"].isin(weeks)]
    targets, unknown = {}, []
    for region in sorted(set(table["region"].astype(str))):
        own = known[(known["region"].astype(str) == region).to_numpy()]
        complete = own["week"].nunique() == len(weeks) and not own["sales"].isna().any()
        if region in given:
            targets[region] = float(given[region])
        elif complete and float(own["sales"].sum()) > 0:
            targets[region] = float(own["sales"].sum()) * (1 + growth)
        else:
            unknown.append(region)
    return targets, unknown


def regions_under_target(table: pd.DataFrame, targets: Mapping[str, float]) -> pd.DataFrame:
    """List regions whose expected sales are under their target; the probability is that of missing it.

    Sales of the period are taken as normal on either side of their median, as wide as P10 and P90 say
    (`forecasting.potential.relative_spread`).
    """
    rows = []
    for region, lines in table.groupby(table["region"].astype(str), sort=True):
        target = targets.get(str(region))
        expected = float(lines["p50"].sum())
        if target is None or expected >= target:
            continue
        _, above = relative_spread(lines)
        width = above * expected / NORMAL_80
        missed = NormalDist(expected, width).cdf(target) if width > 0 else 1.0
        reason = f"expected {expected:,.0f} against a target of {target:,.0f} ({expected / target - 1:+.1%})"
        rows.append((UNDER_TARGET, str(region), "", target - expected, missed, reason))
    return _listed(rows)


def accounts_that_may_leave(accounts: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """List customers by what would be lost with them: probability × expected sales of the period.

    Parameters
    ----------
    accounts
        account_id, region, baseline (currency over the period).
    scores
        Columns of `forecasting.account_scores.SCORE_COLUMNS`.
    """
    leave = scores[(scores["kind"] == "leave").to_numpy()]
    risky = leave[(leave["probability"] >= max(LEAST_RISK, TIMES_USUAL * leave["probability"].mean())).to_numpy()]
    both = accounts.merge(risky, on="account_id", how="inner")
    rows = [
        (
            MAY_LEAVE,
            str(row["region"]),
            str(row["account_id"]),
            float(row["probability"]) * float(row["baseline"]),
            float(row["probability"]),
            _habits(row),
        )
        for row in both.to_dict("records")
    ]
    return _listed(rows)


def accounts_below_likes(accounts: pd.DataFrame, *, headroom_share: float) -> pd.DataFrame:
    """List customers by what can be won towards their likes: share · headroom.

    Parameters
    ----------
    accounts
        account_id, region, segment, customer (bool), baseline, headroom (currency over the period).
    """
    below = accounts[(accounts["customer"] & (accounts["headroom"] > 0)).to_numpy()]
    rows = [
        (
            BELOW_LIKES,
            str(row["region"]),
            str(row["account_id"]),
            headroom_share * float(row["headroom"]),
            float("nan"),
            _gap(row),
        )
        for row in below.to_dict("records")
    ]
    return _listed(rows)


def prospects_worth_a_visit(accounts: pd.DataFrame, scores: pd.DataFrame, *, horizon: int) -> pd.DataFrame:
    """List prospects by their expected value: probability to buy × what good customers like them buy.

    Parameters
    ----------
    accounts
        account_id, region, segment, customer (bool), headroom (currency over the period).
    """
    convert = scores.loc[(scores["kind"] == "convert").to_numpy(), ["account_id", "probability"]]
    both = accounts[~accounts["customer"].to_numpy()].merge(convert, on="account_id", how="inner")
    rows = []
    for row in both.to_dict("records"):
        likes, chance = float(row["headroom"]) / PROSPECT_CONVERSION, float(row["probability"])
        reason = (
            f"good customers like it (segment {row['segment']}) reach {likes:,.0f}; of such prospects {chance:.0%} buy "
            f"within {horizon} weeks"
        )
        rows.append((PROSPECT, str(row["region"]), str(row["account_id"]), chance * likes, chance, reason))
    return _listed(rows)


def _gap(row: Mapping[Hashable, object]) -> str:
    """Say what a customer buys and what its likes do."""
    baseline, headroom = float(str(row["baseline"])), float(str(row["headroom"]))
    likes = f"good customers like it (segment {row['segment']}) reach {baseline + headroom:,.0f}"
    return f"expected {baseline:,.0f}; {likes}"


def _habits(row: Mapping[Hashable, object]) -> str:
    """Say what makes a customer look like leaving."""
    silent, usual, change = (float(str(row[name])) for name in ("silent_weeks", "usual_gap", "trend"))
    parts = [f"silent for {silent:.0f} weeks, usually buys every {max(usual, 1):.0f}" if silent >= 1 else "still buys"]
    if np.isfinite(change):
        parts.append(f"last half year {change:+.0%} against the one before")
    return "; ".join(parts)


def risk_totals(risks: pd.DataFrame) -> pd.DataFrame:
    """Count and add up the lines of each kind.

    Returns
    -------
    Columns kind, lines, size (currency).
    """
    return risks.groupby("kind", sort=False)["size"].agg(lines="size", size="sum").reset_index()


def _listed(rows: list[tuple[str, str, str, float, float, str]]) -> pd.DataFrame:
    """Sort by size, the largest first; sizes to the cent."""
    table = pd.DataFrame(rows, columns=list(RISK_COLUMNS)).astype({"size": float, "probability": float})
    table = table[(table["size"] > 0).to_numpy()].sort_values(
        ["size", "region", "account_id"], ascending=[False, True, True], kind="stable"
    )
    return table.round({"size": 2, "probability": 4}).reset_index(drop=True)
