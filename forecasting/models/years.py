"""Draw forecasts of months and quarters to what whole years foretell: temporal aggregation."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forecasting.intervals import pooled
from forecasting.models.smoothing import filled, smoothed

Array = NDArray[np.float64]
Ahead = Callable[[Array, int], Array]
"""Sales up to some period, shape (nodes, past), and a number of periods to forecasts, shape (nodes, periods)."""
FEWEST_YEARS = 4
"""Years up to an origin, at the least, for its years to be forecast."""
FEWEST_TOTALS = 5
"""Years that a series of totals needs for weights of its own."""
MOST_ORIGINS = 8
"""Past year ends at which both ways are compared."""
WEIGHTS = np.linspace(0.0, 1.0, 11)
LARGEST_DRAW = 5.0
"""Factor by which a year is raised or lowered at the most."""
SMALLEST_YEAR = 0.05
"""Part of the last year's total that a year is raised to before factors are taken."""


def drawn_to_years(sales: Array, horizon: int, season: int, level: NDArray[np.int64], ahead: Ahead) -> Array:
    """Forecast by `ahead`, and draw the total of each year towards that by exponential smoothing of yearly totals.

    Years have less noise than their months, so that their trend shows more (Kourentzes, Petropoulos & Trapero 2014;
    Athanasopoulos et al. 2017). How far they draw is told, level by level, by the errors of both at past year ends: the
    weight of the least mean absolute logarithm of forecast over actual. Years are counted back from the last period.

    Parameters
    ----------
    sales
        In currency, NaN where unknown. Shape (nodes, past).
    season
        Periods a year.
    level
        Level of each node, the bottom 0; small levels are weighed with the next below. Shape (nodes,).

    Returns
    -------
    In currency. Shape (nodes, horizon).
    """
    known = filled(sales)
    past = known.shape[1]
    if season == 1 or past < (FEWEST_YEARS + 1) * season:
        return ahead(sales, horizon)
    years = -(-horizon // season)
    made = ahead(sales, years * season)
    weight = _weights(sales, known, season, level, ahead)
    own = _totals(made, season)
    foretold = _years_ahead(known, season, years)
    ratio = np.where(own > 0, foretold / np.where(own > 0, own, 1.0), 1.0)
    draw = np.clip(ratio, 1 / LARGEST_DRAW, LARGEST_DRAW) ** weight[:, None]
    return np.asarray(made * np.repeat(draw, season, axis=1))[:, :horizon]


def _weights(sales: Array, known: Array, season: int, level: NDArray[np.int64], ahead: Ahead) -> Array:
    """Give the weight of the years, that of the least error at past year ends. Shape (nodes,)."""
    past = known.shape[1]
    ends = [past - number * season for number in range(1, MOST_ORIGINS + 1)]
    errors = []
    for end in (each for each in ends if each >= FEWEST_YEARS * season):
        before = known[:, :end]
        last = _totals(before, season)[:, -1:]
        came = known[:, end : end + season].sum(axis=1, keepdims=True)
        unseen = np.isnan(sales[:, end - 2 * season : end + season]).any(axis=1)
        ways = (_totals(ahead(sales[:, :end], season), season), _years_ahead(before, season, 1))
        least = SMALLEST_YEAR * last
        seen = np.asarray((last > 0) & (came > 0)) & ~np.asarray(unseen)[:, None]
        floor, actual = np.where(seen, least, 1.0), np.where(seen, came, np.nan)
        errors.append(np.concatenate([np.log(np.maximum(way, floor) / actual) for way in ways], axis=1))
    both = np.stack(errors)
    weights = np.zeros(len(level))
    for number in range(int(level.max()) + 1):
        pool = pooled(both, level, number).reshape(-1, 2)
        pool = pool[~np.isnan(pool).any(axis=1)]
        if len(pool):
            mixed = np.abs(pool[:, :1] + WEIGHTS * (pool[:, 1:] - pool[:, :1])).mean(axis=0)
            weights[level == number] = WEIGHTS[int(np.argmin(mixed))]
    return weights


def _totals(values: Array, season: int) -> Array:
    """Sum up whole years, counted back from the end. Shape (nodes, years)."""
    years = values.shape[1] // season
    return np.asarray(values[:, values.shape[1] - years * season :].reshape(len(values), years, season).sum(axis=2))


def _years_ahead(known: Array, season: int, years: int) -> Array:
    """Forecast the totals of the next years, never negative. Shape (nodes, years)."""
    totals = _totals(known, season)
    made = np.stack([smoothed(series, years, 1, fewest=FEWEST_TOTALS)[0] for series in totals])
    return np.asarray(np.maximum(made, 0.0))
