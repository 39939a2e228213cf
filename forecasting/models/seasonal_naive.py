"""Repeat the same period of last year; borrow the shape of the category where a series is too young."""

import numpy as np
from numpy.typing import NDArray

from forecasting.panel import Panel
from forecasting.seasons import centred_mean

RECENT = 1 / 4
"""Part of a season over which the recent level is taken."""
GROWTH_LIMITS = (0.5, 2.0)
"""Year-on-year factors of thin series beyond these are held back: they rest on a few periods."""


class SeasonalNaive:
    """The same period of last year; weeks find it by the nearest Monday (52 weeks back, 104, 157, …)."""

    name = "seasonal_naive"

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Repeat the latest same season that is known; see `borrowed` for nodes that have none."""
        last = panel.past - 1
        rows = [panel.rhythm.same_season_index(last + step, last) for step in range(1, panel.horizon + 1)]
        repeated = np.full((len(panel.sales), panel.horizon), np.nan)
        for step, row in enumerate(rows):
            if row >= 0:
                repeated[:, step] = panel.sales[:, row]
        unknown = np.isnan(repeated)
        if unknown.any():
            repeated = np.where(unknown, borrowed(panel), repeated)
        return np.asarray(np.maximum(repeated, 0.0))


def is_thin(panel: Panel) -> NDArray[np.bool_]:
    """Tell which nodes have fewer than two seasons of known periods since their first sale. Shape (nodes,)."""
    return periods_alive(panel) < 2 * panel.rhythm.season


def periods_alive(panel: Panel) -> NDArray[np.int64]:
    """Count the known periods from the first sale on. Shape (nodes,)."""
    started = np.cumsum(np.nan_to_num(panel.sales) > 0, axis=1) > 0
    return np.asarray((started & ~np.isnan(panel.sales)).sum(axis=1))


def borrowed(panel: Panel) -> NDArray[np.float64]:
    """Forecast each node by the shape of its member of the last key (its category), at its own recent level.

    The parent's same seasons, scaled by the parent's growth year on year and by the node's share of the parent over the
    last periods; where the parent itself has no former year, the recent level is kept flat.

    Returns
    -------
    In currency. Shape (nodes, horizon), never NaN.
    """
    hierarchy = panel.hierarchy
    sums = hierarchy.summing @ np.nan_to_num(panel.sales[: hierarchy.bottom])
    recent = slice(max(0, panel.past - _recent(panel)), panel.past)
    own = np.nan_to_num(_mean(panel.sales[:, recent]))
    parents = hierarchy.ancestors[:, -2]
    used, row = np.unique(parents, return_inverse=True)
    shape = _with_growth(sums[used], panel)[row]
    level = sums[parents][:, recent].mean(axis=1)
    share = np.where(level > 0, own / np.where(level > 0, level, 1.0), 0.0)
    return np.where(level[:, None] > 0, share[:, None] * shape, own[:, None])


def _recent(panel: Panel) -> int:
    """Periods over which the recent level is taken."""
    return panel.rhythm.widths(RECENT)[0]


def _with_growth(sales: NDArray[np.float64], panel: Panel) -> NDArray[np.float64]:
    """Smoothed same season times year-on-year growth; the recent mean where there is no former year."""
    past, recent, year = panel.past, _recent(panel), panel.rhythm.lag(1)
    flat = np.nan_to_num(_mean(sales[:, max(0, past - recent) :]))
    smooth = centred_mean(sales, 1 + 2 * panel.rhythm.blur)
    growth = np.ones(len(sales))
    if past >= year + recent:
        before = np.nan_to_num(_mean(sales[:, past - recent - year : past - year]))
        growth = np.where(before > 0, flat / np.where(before > 0, before, 1.0), 1.0)
    growth = np.clip(growth, *GROWTH_LIMITS)
    result = np.empty((len(sales), panel.horizon))
    for step in range(panel.horizon):
        row = panel.rhythm.same_season_index(past + step, past - 1)
        value = smooth[:, row] * growth if row >= 0 else flat
        result[:, step] = np.where(np.isnan(value), flat, value)
    return result


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the known values of each row, NaN where none is known."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
