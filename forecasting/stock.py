"""Say what is asked of a regional warehouse, and how much stock it needs, from the forecast's own quantiles."""

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.potential import CORRELATION, NORMAL_80

STOCK_COLUMNS = ("warehouse", "category", "week", "cover_until", "expected", "safety", "stock")
DEMAND_COLUMNS = ("warehouse", "category", "week", "p10", "p50", "p90")


def stock_levels(
    table: pd.DataFrame, *, warehouse_of: Mapping[str, str], service_level: float, cover_weeks: int
) -> pd.DataFrame:
    """Give the stock, on hand and on order, that lasts through the weeks to cover with the wanted probability.

    Order-up-to level of periodic review (Silver, Pyke & Thomas 2017, § 7.4): demand over lead and review time is
    Σ P50; its quantile at the service level lies z(level) / z(0.9) of the distance to P90 above (to P10 below for
    levels under one half). Distances of weeks and regions are joined as √(ρ·(Σd)² + (1−ρ)·Σd²) with ρ = 0.3, as in
    `forecasting.potential.relative_spread`: the quantile of a sum is not the sum of quantiles. Beyond P10 and P90 the
    tails are taken as normal.

    Parameters
    ----------
    table
        Columns region, category, week, p10, p50, p90 (currency a week).
    warehouse_of
        region → warehouse that serves it.
    service_level
        Probability that nothing is missing until the next delivery, between 0 and 1.
    cover_weeks
        Weeks that one delivery must last: lead time and time between orders.

    Returns
    -------
    Columns of `STOCK_COLUMNS`, by warehouse, category and the Monday on which the stock is wanted; only weeks after
    which the forecast reaches far enough, all of them in a period that is shorter. Currency at sales prices.
    """
    lines = table.assign(warehouse=table["region"].astype(str).map(dict(warehouse_of)))
    z = NormalDist().inv_cdf(service_level) / NORMAL_80
    rows = []
    for (warehouse, category), part in lines.groupby(["warehouse", "category"], sort=True, observed=True):
        weeks = np.sort(part["week"].unique())
        expected, distance = (_by_week(part, column, weeks) for column in ("p50", "p90" if z >= 0 else "p10"))
        distance = np.abs(distance - expected)
        reach = min(cover_weeks, len(weeks))
        for first in range(len(weeks) - reach + 1):
            covered = slice(first, first + reach)
            middle = float(expected[covered].sum())
            stock = max(middle + z * joined_distance(distance[covered].ravel()), 0.0)
            rows.append((warehouse, category, weeks[first], weeks[first + reach - 1], middle, stock - middle, stock))
    result = pd.DataFrame(rows, columns=list(STOCK_COLUMNS))
    return result.round({"expected": 2, "safety": 2, "stock": 2})


def warehouse_demand(table: pd.DataFrame, *, warehouse_of: Mapping[str, str]) -> pd.DataFrame:
    """Sum a forecast up to warehouses; distances of P10 and P90 of several regions are joined as in `stock_levels`.

    Parameters
    ----------
    table, warehouse_of
        As in `stock_levels`.

    Returns
    -------
    Columns of `DEMAND_COLUMNS`, by warehouse, category and week. Currency a week.
    """
    lines = table.assign(warehouse=table["region"].astype(str).map(dict(warehouse_of)))
    rows = []
    for (warehouse, category, week), part in lines.groupby(["warehouse", "category", "week"], sort=True, observed=True):
        low, middle, high = (part[column].to_numpy(np.float64) for column in ("p10", "p50", "p90"))
        expected = float(middle.sum())
        below, above = joined_distance(np.abs(middle - low)), joined_distance(np.abs(high - middle))
        rows.append((warehouse, category, week, max(expected - below, 0.0), expected, expected + above))
    return pd.DataFrame(rows, columns=list(DEMAND_COLUMNS)).round({"p10": 2, "p50": 2, "p90": 2})


def joined_distance(distance: NDArray[np.float64]) -> float:
    """Join distances from the median of parts that are correlated by `CORRELATION` to that of their sum."""
    return float(np.sqrt(CORRELATION * distance.sum() ** 2 + (1 - CORRELATION) * (distance**2).sum()))


def _by_week(part: pd.DataFrame, column: str, weeks: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Lay a column out by week and region, 0 where a region has no line. Shape (weeks, regions)."""
    return (
        part.pivot_table(index="week", columns="region", values=column, aggfunc="sum", observed=True)
        .reindex(weeks)
        .fillna(0.0)
        .to_numpy(np.float64)
    )
