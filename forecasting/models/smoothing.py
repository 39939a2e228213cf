"""Forecast by exponential smoothing, node by node."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.models.kernels import best_weights, seasonal_smoothing
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


class DampedSmoothing:
    """ETS, exponential smoothing with or without a damped trend: Hyndman, Koehler, Ord & Snyder 2008.

    Seasons of up to 24 periods are smoothed along, sales as they are or their logarithm, by likelihood. Weights come
    from a fixed grid, so that the answer does not hang on where an optimizer stopped.
    """

    name = "ets"

    def forecast(self, panel: Panel) -> Array:
        """Forecast every node; thin ones go to seasonal naive."""
        season, indices = _season_of(panel)

        def method(series: Array, horizon: int) -> Array:
            return smoothed(series, horizon, season)[0]

        return each_own(panel, lambda own: over_seasons(method, panel.sales[own], indices[own]))


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


def smoothed(series: Array, horizon: int, season: int, *, fewest: int = FEWEST) -> tuple[Array, Array]:
    """Smooth one series, as it is or its logarithm, whichever is likelier.

    Parameters
    ----------
    season
        Periods of the season that is smoothed along, 1 for none.
    fewest
        Periods that the series needs, else its last value is repeated.

    Returns
    -------
    The forecast, shape (horizon,), and the one-step errors, shape (periods,), in the unit of the series.
    """
    count, unit = len(series), unit_of(series, fewest)
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


def unit_of(series: Array, fewest: int = FEWEST) -> float:
    """Mean of a series that can be smoothed, 0 for one that is constant or short."""
    unit = float(np.abs(series).mean())
    return 0.0 if len(series) < fewest or np.ptp(series) <= STEADY * unit else unit


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


def each_own(panel: Panel, ahead: Callable[[NDArray[np.bool_]], Array]) -> Array:
    """Forecast the nodes that have two seasons of their own, the thin ones by seasonal naive.

    Parameters
    ----------
    ahead
        Which nodes, shape (nodes,), to their forecasts, shape (some nodes, horizon).
    """
    result = SeasonalNaive().forecast(panel)
    own = ~is_thin(panel)
    if own.any():
        result[own] = np.maximum(ahead(own), 0.0)
    return result


def over_seasons(method: Method, sales: Array, indices: Array) -> Array:
    """Apply a method to sales over their seasonal indices and give the season back.

    Parameters
    ----------
    sales
        In currency, NaN where unknown. Shape (nodes, past).
    indices
        Shape (nodes, past + horizon).

    Returns
    -------
    In currency. Shape (nodes, horizon).
    """
    past, to_come = np.split(indices, [sales.shape[1]], axis=1)
    ahead = np.stack([method(series, to_come.shape[1]) for series in filled(sales / past)])
    return np.asarray(ahead * to_come)
