"""Forecast by Theta and by exponential smoothing, node by node."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.models.kernels import best_weights, seasonal_smoothing, simple_smoothing
from forecasting.models.seasonal_naive import SeasonalNaive, is_thin
from forecasting.panel import Panel
from forecasting.seasons import seasonal_indices

Array = NDArray[np.float64]
FEWEST = 13
"""Periods that a series needs for weights of its own."""
LONGEST_OWN_SEASON = 24
"""Longest season that ETS smooths by itself; longer ones (weeks) are taken out by smoothed indices first."""
STEADY = 1e-9
"""Range over mean up to which a series counts as constant."""
LEAST_FOR_LOGARITHM = 0.05
"""Smallest value over the mean for which smoothing the logarithm is tried: near 0 it is all noise."""
FIRST_SEASONS = 3
FIRST_PERIODS = 10
ALPHAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98)
Method = Callable[[Array, int], Array]
"""Known values, shape (periods,), and a horizon to a forecast, shape (horizon,)."""


def _weights(gammas: tuple[float, ...]) -> Array:
    """List alpha, beta, gamma, phi to be tried: no trend, and damped trends. Shape (candidates, 4)."""
    rows = []
    for alpha in (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9):
        for share in gammas:
            gamma = share * (1 - alpha)
            rows.append((alpha, 0.0, gamma, 0.0))
            rows += [
                (alpha, beta * alpha, gamma, phi) for beta in (0.01, 0.05, 0.1, 0.3) for phi in (0.8, 0.9, 0.95, 0.98)
            ]
    return np.array(rows)


PLAIN_WEIGHTS = _weights((0.0,))
SEASONAL_WEIGHTS = _weights((0.0, 0.02, 0.05, 0.1, 0.2, 0.4))


class Theta:
    """Theta: the mean of simple exponential smoothing (theta 2) and the straight line (theta 0).

    Assimakopoulos & Nikolopoulos 2000, in the form of Hyndman & Billah 2003.
    """

    name = "theta"

    def forecast(self, panel: Panel) -> Array:
        """Forecast deseasonalised sales and give the season back; thin nodes go to seasonal naive."""
        return _each_own(panel, theta, seasonal_indices(panel.sales, panel.places, panel.rhythm))


class DampedSmoothing:
    """ETS, exponential smoothing with or without a damped trend: Hyndman, Koehler, Ord & Snyder 2008.

    Seasons of up to 24 periods are smoothed along, sales as they are or their logarithm, by likelihood. Weights come
    from a fixed grid, so that the answer does not hang on where an optimizer stopped.
    """

    name = "ets"

    def forecast(self, panel: Panel) -> Array:
        """Forecast every node; thin ones go to seasonal naive."""
        season, indices = _season_of(panel)
        return _each_own(panel, lambda series, horizon: smoothed(series, horizon, season)[0], indices)


def one_step_errors(panel: Panel) -> Array:
    """Give what ETS erred by one period ahead all along the past, NaN in the first season and where sales are unknown.

    Returns
    -------
    In currency. Shape (nodes, past).
    """
    season, indices = _season_of(panel)
    past = indices[:, : panel.past]
    errors = np.stack([smoothed(series, 1, season)[1] for series in filled(panel.sales / past)]) * past
    errors[:, : min(panel.rhythm.season, panel.past // 4)] = np.nan
    return np.where(np.isnan(panel.sales), np.nan, errors)


def filled(values: Array) -> Array:
    """Fill unknown periods from the one before, those at the start with the first that is known, else with 0."""
    return pd.DataFrame(values).ffill(axis=1).bfill(axis=1).fillna(0.0).to_numpy(np.float64)


def theta(series: Array, horizon: int) -> Array:
    """Theta of a series without season, with the weight of least one-step errors. Shape (horizon,)."""
    count, unit = len(series), _unit(series)
    if not unit:
        return np.full(horizon, series[-1])
    scaled = series / unit
    alpha = min(ALPHAS, key=lambda weight: simple_smoothing(scaled, weight)[1])
    slope = float(np.polyfit(np.arange(count), scaled, 1)[0])
    drift = slope / 2 * (np.arange(horizon) + (1 - (1 - alpha) ** count) / alpha)
    return np.asarray((simple_smoothing(scaled, alpha)[0] + drift) * unit)


def smoothed(series: Array, horizon: int, season: int) -> tuple[Array, Array]:
    """Smooth one series, as it is or its logarithm, whichever is likelier.

    Parameters
    ----------
    season
        Periods of the season that is smoothed along, 1 for none.

    Returns
    -------
    The forecast, shape (horizon,), and the one-step errors, shape (periods,), in the unit of the series.
    """
    count, unit = len(series), _unit(series)
    if not unit or count < 2 * season + 2:
        return np.full(horizon, series[-1]), np.zeros(count)
    scaled = series / unit
    burn = min(season, count // 4)
    weights = SEASONAL_WEIGHTS if season > 1 else PLAIN_WEIGHTS
    step = np.arange(1, horizon + 1)
    made: list[tuple[float, Array, Array]] = []
    for logarithm in (False, True) if scaled.min() > LEAST_FOR_LOGARITHM else (False,):
        values = np.log(scaled) if logarithm else scaled
        level, trend, indices = _start(values, season)
        row = weights[best_weights(values, season, weights, level, trend, indices, burn)]
        level, trend, indices, errors = seasonal_smoothing(values, season, row, level, trend, indices)
        ahead = level + trend * np.cumsum(row[3] ** step) + indices[(count + step - 1) % season]
        # minus log likelihood per period; the logarithm's density is brought back to sales by its Jacobian
        surprise = 0.5 * np.log((errors[burn:] ** 2).mean() + 1e-12)
        if logarithm:
            surprise += values[burn:].mean()
            ahead, errors = np.exp(ahead), scaled - np.exp(values - errors)
        made.append((float(surprise), ahead, errors))
    _, ahead, errors = min(made, key=lambda each: each[0])
    return ahead * unit, errors * unit


def _unit(series: Array) -> float:
    """Mean of a series that can be smoothed, 0 for one that is constant or short."""
    unit = float(np.abs(series).mean())
    return 0.0 if len(series) < FEWEST or np.ptp(series) <= STEADY * unit else unit


def _start(values: Array, season: int) -> tuple[float, float, Array]:
    """Start level, trend and seasonal terms from the first seasons."""
    if season == 1:
        return float(values[:FIRST_PERIODS].mean()), 0.0, np.zeros(1)
    years = min(FIRST_SEASONS, len(values) // season)
    block = values[: years * season].reshape(years, season)
    means = block.mean(axis=1)
    trend = float(means[-1] - means[0]) / ((years - 1) * season) if years > 1 else 0.0
    return float(means[0]) - trend * season / 2, trend, np.asarray((block - means[:, None]).mean(axis=0))


def _season_of(panel: Panel) -> tuple[int, Array]:
    """Give the season that ETS smooths along, and the indices of one that is taken out first (else 1)."""
    if panel.rhythm.season <= LONGEST_OWN_SEASON:
        return panel.rhythm.season, np.ones((len(panel.sales), len(panel.dates)))
    return 1, seasonal_indices(panel.sales, panel.places, panel.rhythm)


def _each_own(panel: Panel, method: Method, indices: Array) -> Array:
    """Apply a method to the sales of each node over its seasonal indices; thin nodes go to seasonal naive."""
    result = SeasonalNaive().forecast(panel)
    own = ~is_thin(panel)
    if own.any():
        past, to_come = np.split(indices[own], [panel.past], axis=1)
        ahead = np.stack([method(series, panel.horizon) for series in filled(panel.sales[own] / past)])
        result[own] = np.maximum(ahead * to_come, 0.0)
    return result
