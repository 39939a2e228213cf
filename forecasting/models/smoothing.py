"""Forecast by Theta and by damped exponential smoothing on deseasonalised sales, all series at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forecasting.models.seasonal_naive import SeasonalNaive, is_thin
from forecasting.panel import Panel
from forecasting.seasons import place_in_year, seasonal_indices

LEVEL_WEIGHTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8)
TREND_WEIGHTS = (0.0, 0.01, 0.03, 0.1)
DAMPING = (0.9, 0.98)
WARM_UP_WEEKS = 26
"""Weeks at the start whose one-step errors do not count in the choice of weights."""

Method = Callable[[NDArray[np.float64], int], NDArray[np.float64]]
"""Sales without season, shape (series, weeks), and the horizon to a forecast, shape (series, horizon)."""


class Theta:
    """Theta: the mean of simple exponential smoothing (theta 2) and the straight line (theta 0).

    Assimakopoulos & Nikolopoulos 2000; in the form of Hyndman & Billah 2003: smoothing with half the slope of the line
    as drift.
    """

    name = "theta"

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Forecast deseasonalised sales and give the season back; thin series go to seasonal naive."""
        return _seasonally(panel, _theta)


class DampedSmoothing:
    """ETS(A,Ad,N) on deseasonalised sales: smoothing with a damped trend, weights chosen by one-step errors."""

    name = "ets"

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Forecast deseasonalised sales and give the season back; thin series go to seasonal naive."""
        return _seasonally(panel, _damped)


def _seasonally(panel: Panel, method: Method) -> NDArray[np.float64]:
    """Apply a method for series without season to sales over seasonal indices."""
    naive = SeasonalNaive().forecast(panel)
    thin = is_thin(panel)
    if thin.all():
        return naive
    sales = panel.sales[~thin]
    indices = seasonal_indices(sales, place_in_year(panel.weeks))
    level = filled(sales / indices[:, : panel.history_weeks])
    ahead = method(level, panel.horizon) * indices[:, panel.history_weeks :]
    result = naive.copy()
    result[~thin] = np.maximum(ahead, 0.0)
    return result


def filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill unknown weeks from the week before, those at the start with the first that is known."""
    known = ~np.isnan(values)
    latest = np.maximum.accumulate(np.where(known, np.arange(values.shape[1]), -1), axis=1)
    first = np.argmax(known, axis=1)
    rows = np.where(latest >= 0, latest, first[:, None])
    return np.nan_to_num(np.take_along_axis(values, rows, axis=1))


def _theta(values: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """Smooth each series with the weight that had the least one-step errors, and add half the slope of its line."""
    weeks = values.shape[1]
    weights = np.asarray(LEVEL_WEIGHTS)[:, None]
    level = np.repeat(values[None, :, 0], len(weights), axis=0)
    errors = np.zeros_like(level)
    for week in range(1, weeks):
        error = values[None, :, week] - level
        if week >= min(WARM_UP_WEEKS, weeks // 2):
            errors += error**2
        level = level + weights * error
    best = errors.argmin(axis=0)
    chosen = level[best, np.arange(len(values))]
    alpha = np.asarray(LEVEL_WEIGHTS)[best]
    time = np.arange(weeks) - (weeks - 1) / 2
    slope = values @ time / (time @ time)
    steps = np.arange(1, horizon + 1)[None, :]
    drift = (steps - 1 + (1 - (1 - alpha[:, None]) ** weeks) / alpha[:, None]) * slope[:, None] / 2
    return np.asarray(chosen[:, None] + drift)


def _damped(values: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """Smooth level and damped trend of each series with the weights that had the least one-step errors."""
    grid = np.array([(a, b, d) for a in LEVEL_WEIGHTS for b in TREND_WEIGHTS if b <= a for d in DAMPING])
    alpha, beta, damping = (grid[:, [column]] for column in range(3))
    level = np.repeat(values[None, :, 0], len(grid), axis=0)
    trend = np.zeros_like(level)
    errors = np.zeros_like(level)
    for week in range(1, values.shape[1]):
        expected = level + damping * trend
        error = values[None, :, week] - expected
        if week >= min(WARM_UP_WEEKS, values.shape[1] // 2):
            errors += error**2
        level = expected + alpha * error
        trend = damping * trend + beta * error
    best = errors.argmin(axis=0)
    series = np.arange(len(values))
    factor = grid[best, 2][:, None]
    powers = np.cumsum(factor ** np.arange(1, horizon + 1)[None, :], axis=1)
    return np.asarray(level[best, series][:, None] + powers * trend[best, series][:, None])
