"""Lay sales out by account and week, and describe accounts by what was known of them at a week."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Kind = Literal["leave", "convert"]
YEAR, HALF = 52, 26
LIKES = 20
"""Nearest accounts among which the share of customers is counted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Behaviour:
    """What each account bought week by week."""

    account_ids: tuple[str, ...]
    sales: Array
    """Currency a week, never negative. Shape (accounts, weeks)."""
    mondays: NDArray[np.datetime64]
    """Shape (weeks,)."""
    begun: NDArray[np.int64]
    """First week with sales in the account's region. Shape (accounts,)."""
    points: Array
    """Plane coordinates. Shape (accounts, 2)."""
    segment: NDArray[np.int64]
    """Number of the segment. Shape (accounts,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """Accounts of one kind at one week, and what came of them."""

    rows: NDArray[np.int64]
    """Which accounts. Shape (rows,)."""
    features: Array
    """Known at the week. Shape (rows, features)."""
    outcome: Array
    """1 where the customer left or the prospect bought within the horizon; NaN where that is still to come.
    Shape (rows,)."""


def behaviour_of(accounts: pd.DataFrame, sales: pd.DataFrame) -> Behaviour:
    """Lay sales out by account and week.

    Parameters
    ----------
    accounts
        account_id, region, segment, lon, lat; closed accounts too, or nobody could be seen leaving.
    sales
        account_id (categorical), week (Mondays), sales (currency); several rows of a week are added up.
    """
    ids = accounts["account_id"].astype(str)
    number = pd.Index(ids).get_indexer(pd.Index(sales["account_id"].cat.categories.astype(str)))
    row = number[sales["account_id"].cat.codes.to_numpy()]
    day = sales["week"].to_numpy().astype("datetime64[D]")
    first = day.min()
    week = ((day - first) / np.timedelta64(7, "D")).astype(np.int64)
    known, count = row >= 0, int(week.max()) + 1
    slot = row[known] * count + week[known]
    amount = np.bincount(slot, sales["sales"].to_numpy(np.float64)[known], len(ids) * count)
    cube = np.maximum(amount.reshape(len(ids), count), 0.0)
    regions = accounts["region"].astype(str).to_numpy()
    begun = np.zeros(len(ids), dtype=np.int64)
    for region in sorted(set(regions)):
        members = regions == region
        sold = np.flatnonzero(cube[members].sum(axis=0) > 0)
        begun[members] = sold[0] if len(sold) else count
    lat = accounts["lat"].to_numpy(np.float64)
    east = accounts["lon"].to_numpy(np.float64) * np.cos(np.radians(float(lat.mean())))
    return Behaviour(
        account_ids=tuple(ids),
        sales=cube,
        mondays=first + 7 * np.arange(count),
        begun=begun,
        points=np.column_stack([east, lat]),
        segment=pd.Categorical(accounts["segment"].astype(str)).codes.astype(np.int64),
    )


def snapshot(behaviour: Behaviour, week: int, kind: Kind, horizon: int) -> Snapshot:
    """Describe the customers (or prospects) of a week by its past; regions that sell for half a year at least.

    A customer bought within the last 26 weeks; he leaves when he buys nothing in the `horizon` weeks after. A prospect
    never bought; he converts when he does.
    """
    past, after = behaviour.sales[:, : week + 1] > 0, behaviour.sales[:, week + 1 : week + 1 + horizon] > 0
    settled = behaviour.begun <= week - HALF
    if kind == "leave":
        rows = np.flatnonzero(settled & past[:, -HALF:].any(axis=1))
        features = _habits(behaviour.sales[rows, : week + 1])
        outcome = ~after[rows].any(axis=1)
    else:
        ever = np.asarray(past.any(axis=1), dtype=np.bool_)
        rows = np.flatnonzero(settled & ~ever)
        features = _surroundings(behaviour, rows, ever)
        outcome = after[rows].any(axis=1)
    known = after.shape[1] == horizon
    return Snapshot(rows=rows, features=features, outcome=np.where(known, outcome, np.nan).astype(np.float64))


def silence(sales: Array) -> tuple[Array, Array]:
    """Give weeks since the last purchase and the usual weeks between two within the last year. Shapes (accounts,)."""
    recent = sales[:, -YEAR:] > 0
    weeks = recent.shape[1]
    bought = recent.any(axis=1)
    silent = np.where(bought, np.argmax(recent[:, ::-1], axis=1), weeks)
    first = np.where(bought, np.argmax(recent, axis=1), 0)
    usual = (weeks - first) / np.maximum(recent.sum(axis=1), 1)
    return silent.astype(np.float64), usual.astype(np.float64)


def trend(sales: Array) -> Array:
    """Give the sales of the last half year against those of the half year before, as a share; NaN without those."""
    now, before = sales[:, -HALF:].sum(axis=1), sales[:, -2 * HALF : -HALF].sum(axis=1)
    return np.asarray(np.where(before > 0, now / np.where(before > 0, before, 1.0) - 1, np.nan))


def _habits(sales: Array) -> Array:
    """How lately, how often, how much and with which trend a customer bought. Shape (rows, features)."""
    silent, usual = silence(sales)
    bought = sales > 0
    amount = [sales[:, -weeks:].sum(axis=1) for weeks in (13, HALF, YEAR)]
    before = np.maximum(amount[2] - amount[1], 0.0)
    typical = amount[2] / np.maximum(bought[:, -YEAR:].sum(axis=1), 1)
    age = sales.shape[1] - np.argmax(bought, axis=1)
    return np.column_stack(
        [
            np.log1p(silent),
            np.log1p(silent / usual),
            np.minimum(silent / usual, 10.0),
            np.log(usual),
            bought[:, -13:].mean(axis=1),
            bought[:, -HALF:].mean(axis=1),
            np.log((amount[1] + typical) / (before + typical)),
            np.log((2 * amount[0] + typical) / (amount[1] + typical)),
            np.log1p(amount[2]),
            np.log(np.minimum(age, 3 * YEAR)),
        ]
    )


def _surroundings(behaviour: Behaviour, rows: NDArray[np.int64], ever: NDArray[np.bool_]) -> Array:
    """Segment of a prospect, and the share of customers among the nearest accounts. Shape (rows, features)."""
    count = len(behaviour.account_ids)
    _, near = cKDTree(behaviour.points).query(behaviour.points[rows], k=min(LIKES + 1, count))
    near = np.asarray(near).reshape(len(rows), min(LIKES + 1, count))
    itself = near == rows[:, None]
    share = np.where(itself, False, ever[near]).sum(axis=1) / np.maximum((~itself).sum(axis=1), 1)
    segments = np.arange(int(behaviour.segment.max(initial=0)) + 1)
    return np.column_stack([share, behaviour.segment[rows][:, None] == segments[None, :]]).astype(np.float64)
