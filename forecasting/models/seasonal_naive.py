"""Repeat the same week of last year; borrow the shape of the category where a series is too young."""

import numpy as np
from numpy.typing import NDArray

from forecasting.panel import Panel
from forecasting.seasons import SEASON, centred_mean, same_season_index, season_lag

RECENT_WEEKS = 13
GROWTH_LIMITS = (0.5, 2.0)
"""Year-on-year factors of thin series beyond these are held back: they rest on a few weeks."""


class SeasonalNaive:
    """The same week of last year, found by the nearest Monday (52 weeks back, 104, 157, …)."""

    name = "seasonal_naive"

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Repeat the latest same-season week that is known; see `borrowed` for series that have none."""
        last = panel.history_weeks - 1
        rows = [same_season_index(last + step, last) for step in range(1, panel.horizon + 1)]
        repeated = np.full((len(panel.region), panel.horizon), np.nan)
        for step, row in enumerate(rows):
            if row >= 0:
                repeated[:, step] = panel.sales[:, row]
        return np.maximum(np.where(np.isnan(repeated), borrowed(panel), repeated), 0.0)


def is_thin(panel: Panel) -> NDArray[np.bool_]:
    """Tell which series have fewer than two seasons of known weeks since their first sale. Shape (series,)."""
    return weeks_alive(panel) < 2 * SEASON


def weeks_alive(panel: Panel) -> NDArray[np.int64]:
    """Count the known weeks from the first sale on. Shape (series,)."""
    started = np.cumsum(np.nan_to_num(panel.sales) > 0, axis=1) > 0
    return np.asarray((started & ~np.isnan(panel.sales)).sum(axis=1))


def borrowed(panel: Panel) -> NDArray[np.float64]:
    """Forecast each series by the shape of its category over all regions, at its own recent level.

    The parent's same-season weeks, scaled by the parent's growth year on year and by the series' share of the parent
    over the last weeks; where the parent itself has no former year, the recent level is kept flat.

    Returns
    -------
    In currency. Shape (series, horizon), never NaN.
    """
    last = panel.history_weeks - 1
    recent = slice(max(0, last + 1 - RECENT_WEEKS), last + 1)
    result = np.zeros((len(panel.region), panel.horizon))
    for category in np.unique(panel.category):
        members = np.flatnonzero(panel.category == category)
        parent = np.nansum(panel.sales[members], axis=0)[None, :]
        shape = _with_growth(parent, panel.horizon)[0]
        own = np.nan_to_num(_mean(panel.sales[members][:, recent]))
        parent_recent = float(parent[0, recent].mean())
        if parent_recent > 0:
            result[members] = own[:, None] / parent_recent * shape[None, :]
        else:
            result[members] = own[:, None]
    return result


def _with_growth(sales: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """Smoothed same-season weeks times year-on-year growth; the recent mean where there is no former year."""
    last = sales.shape[1] - 1
    flat = np.nan_to_num(_mean(sales[:, max(0, last + 1 - RECENT_WEEKS) :]))
    smooth = centred_mean(sales, 3)
    year = season_lag(1)
    growth = np.ones(len(sales))
    if last + 1 >= year + RECENT_WEEKS:
        before = np.nan_to_num(_mean(sales[:, last + 1 - RECENT_WEEKS - year : last + 1 - year]))
        growth = np.where(before > 0, flat / np.where(before > 0, before, 1.0), 1.0)
    growth = np.clip(growth, *GROWTH_LIMITS)
    result = np.empty((len(sales), horizon))
    for step in range(horizon):
        row = same_season_index(last + 1 + step, last)
        value = smooth[:, row] * growth if row >= 0 else flat
        result[:, step] = np.where(np.isnan(value), flat, value)
    return result


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the known values of each row, NaN where none is known."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
