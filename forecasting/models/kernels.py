"""Smooth series exponentially; compiled."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True)
def simple_smoothing(series: Array, alpha: float) -> tuple[float, float, Array]:
    """Run simple exponential smoothing: the last level, the sum of squared one-step errors, and these errors."""
    level = series[0]
    errors = np.zeros(len(series))
    total = 0.0
    for period in range(1, len(series)):
        error = series[period] - level
        errors[period] = error
        total += error * error
        level += alpha * error
    return level, total, errors


@njit(cache=True)
def seasonal_smoothing(  # noqa: PLR0917 -- compiled code takes plain arguments
    series: Array, season: int, weights: Array, level: float, trend: float, indices: Array
) -> tuple[float, float, Array, Array]:
    """Run additive Holt–Winters with a damped trend, in error-correction form: Hyndman et al. 2008, table 2.2.

    Parameters
    ----------
    weights
        Alpha, beta, gamma, phi.
    indices
        Starting seasonal terms, that of the first period first; changed in place. Shape (season,).

    Returns
    -------
    Last level, last trend, seasonal terms (by period modulo season), one-step errors of shape (periods,).
    """
    alpha, beta, gamma, phi = weights
    errors = np.zeros(len(series))
    for period in range(len(series)):
        place = period % season
        damped = phi * trend
        error = series[period] - level - damped - indices[place]
        errors[period] = error
        level += damped + alpha * error
        trend = damped + beta * error
        indices[place] += gamma * error
    return level, trend, indices, errors


@njit(cache=True)
def best_weights(  # noqa: PLR0917 -- compiled code takes plain arguments
    series: Array, season: int, candidates: Array, level: float, trend: float, indices: Array, burn: int
) -> int:
    """Try every row of weights and give the number of the one with the least squared one-step errors."""
    best, least = 0, np.inf
    terms = np.empty(season)
    for row in range(len(candidates)):
        alpha, beta, gamma, phi = candidates[row]
        for place in range(season):
            terms[place] = indices[place]
        height, slope, total = level, trend, 0.0
        place = 0
        for period in range(len(series)):
            damped = phi * slope
            error = series[period] - height - damped - terms[place]
            if period >= burn:
                total += error * error
            height += damped + alpha * error
            slope = damped + beta * error
            terms[place] += gamma * error
            place += 1
            if place == season:
                place = 0
            if total >= least:
                break
        if total < least:
            best, least = row, total
    return best
