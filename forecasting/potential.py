"""Share the regional forecast out to accounts, and add the headroom that can be won: potential."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.event_shares import EventShares
from forecasting.forecast import period_weeks
from forecasting.headroom import headroom, is_customer
from forecasting.history import Forecast
from forecasting.rhythm import WEEKLY

POTENTIAL_COLUMNS = ("account_id", "baseline", "headroom", "potential", "low", "high")
MOVED = "moved_by_events"
"""Column of what events with a place added to the baseline, there only where they moved anything."""
SEASON_REACH = 4.0
"""Weeks around the period's place in the year that count double in recent sales."""
SHRINK_WEEKS = 8.0
"""Weeks with sales at which an account's own mix of categories counts as much as the mix of its region."""
FEWEST_WEEKS = 13
"""A new account's rate is taken over at least so many weeks."""
SILENCE = (3.0, 4.0, 8.0)
"""An account silent for more than 3 usual gaps + 4 weeks loses half of its weight every 8 weeks: it may have closed."""
CORRELATION = 0.3
"""Assumed correlation of forecast errors between weeks and categories of a region."""
NORMAL_80 = 1.2816
"""Standard deviations to P10 and P90 of a normal law."""
LARGEST_SPREAD = 2.0
"""An account's own part of high − baseline, in baselines, at the most."""
DAY = np.timedelta64(1, "D")


def share_out_potential(
    forecast: Forecast,
    sales: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    period_start: date,
    period_end: date,
    headroom_share: float,
    headroom_quantile: float,
    attributes: Sequence[str] = (),
    events: EventShares | None = None,
) -> pd.DataFrame:
    """Give every account its baseline, headroom and potential over the planning period.

    *Baseline*: P50 of each region × category over the period, shared in proportion to recent sales: the last 52 weeks,
    those at the period's place in the year counted double, per week since the account began, mixed with the region's
    mix of categories where the account bought in few weeks, less for accounts that fell silent. Baselines of a region
    sum to its P50 to the cent, unless the region has no account at all. *Headroom*: see
    `forecasting.headroom.headroom`. *Potential* = baseline + `headroom_share` · headroom.

    *Events* with a place that fall into the period move the shares of the weeks they take up, by the effect of their
    kind, from the accounts within reach to the others of the region (a fair: to those within reach); what they did to
    recent sales is taken out of these first. Headroom does not know them: a strike makes no account promising.

    *Low, high*: the sum of P10s is not the P10 of a sum. The region's distance P50 − P10 over the period is taken as
    √(ρ·(Σd)² + (1−ρ)·Σd²) over its weeks and categories with ρ = 0.3; the account's own restlessness (week to week,
    over the weeks of the period) is added as a root of squares. Low holds no headroom, high twice the share of it, at
    most all.

    Parameters
    ----------
    sales
        Columns account_id, category, week (Mondays), sales (currency).
    accounts
        Columns account_id, region, segment, and status (customer, prospect) if there is one; the attributes.
    headroom_share
        Share of the headroom that can be won in the period, between 0 and 1.
    headroom_quantile
        Which of the comparable accounts headroom looks up to, between 0 and 1.
    attributes
        Numeric columns of `accounts` by which they are compared, such as employees.
    events
        Events with a place, for the accounts in their order.

    Returns
    -------
    Columns of `POTENTIAL_COLUMNS`, currency over the period, rounded to cents, in the order of `accounts`; and with
    events that move anything, `MOVED`: what they added to the baseline.
    """
    weeks = period_weeks(period_start, period_end)
    recent = _recent_sales(sales, accounts, weeks)
    regions = accounts["region"].astype(str).to_numpy()
    table = forecast.table.assign(region=forecast.table["region"].astype(str))
    customer = is_customer(accounts)
    down, up = np.zeros(len(accounts)), np.zeros(len(accounts))
    for region, lines in table.groupby("region", sort=True):
        down[regions == region], up[regions == region] = relative_spread(lines)
    placed = events if events is not None and events.reached else None
    calm = recent if placed is None else _recent_sales(sales, accounts, weeks, placed)
    usual = _baselines(table, regions, calm, customer, None)
    baseline = usual if placed is None else _baselines(table, regions, calm, customer, placed)
    bought = customer & recent.ever
    room = headroom(
        accounts,
        usual,
        customer=bought,
        alive=recent.alive,
        quantile=headroom_quantile,
        attributes=attributes,
    ).round(2)
    own = np.minimum(NORMAL_80 * recent.unrest / np.sqrt(len(weeks)), LARGEST_SPREAD)
    potential = baseline + headroom_share * room
    low = np.maximum(baseline * (1 - np.hypot(down, own)), 0.0)
    high = baseline * (1 + np.hypot(up, own)) + min(2 * headroom_share, 1.0) * room
    moved = (baseline - usual).round(2)
    made = pd.DataFrame(
        {
            "account_id": accounts["account_id"].to_numpy(),
            "baseline": baseline,
            "headroom": room,
            "potential": potential.round(2),
            "low": np.minimum(low, potential).round(2),
            "high": np.maximum(high, potential).round(2),
        }
    )
    return made.assign(**{MOVED: moved}) if moved.any() else made


def _baselines(
    table: pd.DataFrame,
    regions: NDArray[np.object_],
    recent: "_Recent",
    customer: NDArray[np.bool_],
    events: EventShares | None,
) -> NDArray[np.float64]:
    """Share the P50 of every region out to its accounts. Shape (accounts,), whole cents."""
    cents = np.zeros(len(regions), dtype=np.int64)
    for region, lines in table.groupby("region", sort=True):
        members = np.flatnonzero(regions == region)
        if not len(members):
            continue
        weights = _weights(recent.rates.iloc[members], recent.active.iloc[members], customer[members])
        total = np.zeros(len(members))
        for category, part in lines.groupby("category", sort=True, observed=True):
            share = weights[str(category)]
            if events is None or str(category) not in events.categories:
                total += float(part["p50"].sum()) * share
                continue
            days = part["week"].to_numpy().astype("datetime64[D]")
            by_week = share[:, None] * events.factor(str(category), days)[members]
            total += by_week / by_week.sum(axis=0) @ part["p50"].to_numpy(np.float64)
        cents[members] = round_to_sum(total * 100, round(float(lines["p50"].sum()) * 100))
    return np.asarray(cents / 100)


def round_to_sum(values: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Round to integers that sum to `total`: the largest remainders are rounded up, the first of equal ones first.

    Parameters
    ----------
    values
        Not negative, summing to about `total`. Shape (accounts,).
    """
    whole = np.floor(values).astype(np.int64)
    missing = total - int(whole.sum())
    steps, rest = divmod(missing, len(values))
    order = np.argsort(-(values - whole), kind="stable")
    whole += steps
    whole[order[:rest]] += 1
    return whole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Recent:
    """What each account bought lately."""

    rates: pd.DataFrame
    """Sales a week, by account (rows, in the order of accounts) and category (columns)."""
    active: pd.DataFrame
    """Weeks with sales, of the same shape."""
    alive: NDArray[np.float64]
    """Belief between 0 and 1 that the account still buys; 0 after a year of silence. Shape (accounts,)."""
    ever: NDArray[np.bool_]
    """Whether the account ever bought. Shape (accounts,)."""
    unrest: NDArray[np.float64]
    """Standard deviation of its weeks over their mean. Shape (accounts,)."""


def _recent_sales(
    sales: pd.DataFrame, accounts: pd.DataFrame, weeks: NDArray[np.datetime64], events: EventShares | None = None
) -> _Recent:
    """Sum up the last 52 weeks of sales per account and category, weighed for a period of `weeks`, without `events`."""
    ids = pd.Index(accounts["account_id"].astype(str))
    bought = sales[sales["sales"] > 0]
    first = bought.groupby("account_id", observed=True)["week"].min()
    first.index = first.index.astype(str)
    first = first.reindex(ids)
    last_week = sales["week"].max()
    recent = bought[bought["week"] > last_week - pd.Timedelta(weeks=WEEKLY.season)]
    if recent.empty:
        nothing = pd.DataFrame(index=ids)
        ever = first.notna().to_numpy()
        return _Recent(rates=nothing, active=nothing, alive=np.zeros(len(ids)), ever=ever, unrest=np.ones(len(ids)))
    span = last_week.to_datetime64().astype("datetime64[D]") - np.arange(WEEKLY.season) * 7 * DAY  # newest first
    weight = _season_weight(span, weeks)
    age = ((last_week - recent["week"]).dt.days // 7).to_numpy()
    recent = recent.assign(
        account_id=recent["account_id"].astype(str),
        category=recent["category"].astype(str),
        weighted=recent["sales"].to_numpy() * weight[age],
        weeks=1.0,
        age=age,
    )
    if events is not None:
        place = ids.get_indexer(pd.Index(recent["account_id"]))
        recent["weighted"] /= events.factor_of(place, recent["category"].to_numpy(), age, span)
    weeks_since = ((last_week - first).dt.days // 7 + 1).fillna(WEEKLY.season)
    begun = weeks_since.clip(FEWEST_WEEKS, WEEKLY.season).to_numpy(np.int64)
    exposure = np.cumsum(weight)[begun - 1]
    by = {"index": "account_id", "columns": "category", "fill_value": 0.0, "aggfunc": "sum"}
    alive, unrest = _silence_and_unrest(recent.groupby(["account_id", "age"])["sales"].sum(), ids, begun)
    return _Recent(
        rates=recent.pivot_table(values="weighted", **by).reindex(ids, fill_value=0.0).mul(alive / exposure, axis=0),
        active=recent.pivot_table(values="weeks", **by).reindex(ids, fill_value=0.0),
        alive=alive,
        ever=first.notna().to_numpy(),
        unrest=unrest,
    )


def _season_weight(span: NDArray[np.datetime64], weeks: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Weigh recent weeks: 2 within `SEASON_REACH` weeks of a place in the year of the period, else 1. Shape (span,)."""
    gap = np.abs(WEEKLY.place(span)[:, None] - WEEKLY.place(weeks)[None, :])
    return np.where((np.minimum(gap, 1 - gap) * WEEKLY.season).min(axis=1) <= SEASON_REACH, 2.0, 1.0)


def _silence_and_unrest(
    per_week: pd.Series, ids: pd.Index, weeks: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Belief that each account still buys, and the standard deviation of its weeks over their mean."""
    by_account = per_week.reset_index().groupby("account_id")
    count = by_account["sales"].count().reindex(ids, fill_value=0).to_numpy(np.float64)
    silent = by_account["age"].min().reindex(ids).fillna(0).to_numpy(np.float64)
    total = by_account["sales"].sum().reindex(ids, fill_value=0.0).to_numpy(np.float64)
    squares = (per_week**2).groupby(level=0).sum().reindex(ids, fill_value=0.0).to_numpy(np.float64)
    gaps, grace, half_life = SILENCE
    usual = weeks / np.maximum(count, 1.0)
    overdue = np.maximum(silent - (gaps * usual + grace), 0.0)
    mean = total / weeks
    variance = np.maximum(squares / weeks - mean**2, 0.0)
    unrest = np.where(mean > 0, np.sqrt(variance) / np.where(mean > 0, mean, 1.0), 1.0)
    return np.where(count > 0, 0.5 ** (overdue / half_life), 0.0), unrest


def _weights(rates: pd.DataFrame, active: pd.DataFrame, customer: NDArray[np.bool_]) -> "_CategoryWeights":
    """Shares of each account in every category of one region."""
    own = rates.to_numpy(np.float64).reshape(len(rates), -1)
    total = own.sum(axis=1)
    mix = own.sum(axis=0) / total.sum() if total.sum() > 0 else np.zeros(own.shape[1])
    belief = active.to_numpy(np.float64).reshape(own.shape)
    belief = belief / (belief + SHRINK_WEEKS)
    mixed = belief * own + (1 - belief) * total[:, None] * mix[None, :]
    return _CategoryWeights([str(name) for name in rates.columns], mixed, total, customer)


class _CategoryWeights:
    """Shares by category; a category nobody bought is shared by total sales, one without any sales equally."""

    def __init__(
        self, names: list[str], mixed: NDArray[np.float64], total: NDArray[np.float64], customer: NDArray[np.bool_]
    ) -> None:
        self._columns = dict(zip(names, mixed.T, strict=True))
        self._fallbacks = (total, customer.astype(np.float64), np.ones(len(total)))

    def __getitem__(self, category: str) -> NDArray[np.float64]:
        """Give shares that sum to 1. Shape (accounts,)."""
        candidates = (self._columns.get(category, np.zeros(1)), *self._fallbacks)
        weights = next(weights for weights in candidates if weights.sum() > 0)
        return np.asarray(weights / weights.sum())


def relative_spread(lines: pd.DataFrame) -> tuple[float, float]:
    """Distance of the region's P10 and P90 over the period from its P50, as shares of P50."""
    middle = float(lines["p50"].sum())
    if middle <= 0:
        return 1.0, 1.0

    def joined(distance: NDArray[np.float64]) -> float:
        return float(np.sqrt(CORRELATION * distance.sum() ** 2 + (1 - CORRELATION) * (distance**2).sum())) / middle

    return joined((lines["p50"] - lines["p10"]).to_numpy()), joined((lines["p90"] - lines["p50"]).to_numpy())
