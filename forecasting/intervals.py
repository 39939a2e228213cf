"""Put honest low and high values around a forecast, from the errors of the backtest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.float64]
ENDS = (0.1, 0.9)
"""Probabilities of P10 and P90."""
FEWEST_ERRORS = 100
"""Errors that a group needs in one part of the horizon; with fewer, those of the groups next below join."""
SWELL = 0.5
"""Errors grow with this power of the forecast within a horizon: a high season errs more, though less than in step. With
it, no correction by node, and levels that lend to the next above, the sCRPS of origins before the scored ones fell from
0.1336 to 0.1304 on TourismLarge and from 0.0713 to 0.0701 on tourism; 0.75 and 1 came out like 0.5."""
SMALLEST_SWELL = 0.05
"""Part of the horizon's mean forecast below which a period errs no less."""
DEAD_SCALE = 1e-6
"""Local scale of a node that sold nothing: what it errs later tells nothing about others."""
WIDE_BAND = 2.0
"""Local scales that P10 and P90 lie from the median when no backtest was possible."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bands:
    """Scaled errors that are undershot with given probabilities, by group and part of the horizon."""

    ends: Array
    """In units of `_unit`. Shape (probabilities, groups, parts)."""


def parts_of_horizon(horizon: int) -> NDArray[np.int64]:
    """Give the number of the part in which each step's errors are pooled: 1–4, 5–8, 9 and later. Shape (horizon,)."""
    return np.minimum(np.arange(horizon) // 4, 2)


def calibrate(
    actual: Array,
    forecast: Array,
    scale: Array,
    group: NDArray[np.int64],
    *,
    probabilities: tuple[float, ...] = ENDS,
) -> Bands:
    """Read the bands off past errors: split-conformal, locally scaled (Lei et al. 2018, § 5.2), each side apart.

    A node's own past errors do not widen its bands beyond its local scale: over a few origins, whose errors hang
    together, they are mostly luck.

    Parameters
    ----------
    actual, forecast
        In currency. Shape (origins, nodes, horizon); NaN actuals are left out.
    scale
        Local error scale of each node, in currency. Shape (origins, nodes).
    group
        Nodes whose errors are pooled have the same number: those of one level, the bottom 0, the total last; a level
        of few nodes errs more like the one next below than like the bottom. Shape (nodes,).
    """
    errors = np.where(scale[:, :, None] > DEAD_SCALE, (actual - forecast) / _unit(scale, forecast), np.nan)
    parts = parts_of_horizon(errors.shape[2])
    ends = np.zeros((len(probabilities), int(group.max()) + 1, int(parts.max()) + 1))
    for part in range(ends.shape[2]):
        here = errors[:, :, parts == part]
        for number in range(ends.shape[1]):
            pool = _pool(here, group, number)
            ends[:, number, part] = [_end(pool, probability) for probability in probabilities]
    return Bands(ends=ends)


def wide_bands(group: NDArray[np.int64], probabilities: tuple[float, ...] = ENDS) -> Bands:
    """Give bands for where no error was ever seen: normal, P10 and P90 `WIDE_BAND` local scales from the median."""
    ends = norm.ppf(probabilities) * (WIDE_BAND / norm.ppf(ENDS[1]))
    return Bands(ends=np.broadcast_to(ends[:, None, None], (len(ends), int(group.max()) + 1, 1)))


def quantiles(bands: Bands, forecast: Array, scale: Array, group: NDArray[np.int64]) -> Array:
    """Give the value at each probability of the bands, never negative.

    Parameters
    ----------
    forecast
        Medians, in currency. Shape (nodes, horizon).
    scale
        Local error scale today, in currency. Shape (nodes,).

    Returns
    -------
    In currency. Shape (probabilities, nodes, horizon).
    """
    parts = np.minimum(parts_of_horizon(forecast.shape[1]), bands.ends.shape[2] - 1)
    unit = _unit(scale[None], forecast[None])
    return np.maximum(forecast[None] + bands.ends[:, group][:, :, parts] * unit, 0.0)


def spread(bands: Bands, forecast: Array, scale: Array, group: NDArray[np.int64]) -> tuple[Array, Array]:
    """Give P10 and P90 around the median: never negative, never on the wrong side of it. Shapes (nodes, horizon)."""
    found = quantiles(bands, forecast, scale, group)
    return np.minimum(found[0], forecast), np.maximum(found[-1], forecast)


def left_out_bands(actual: Array, forecast: Array, scale: Array, group: NDArray[np.int64]) -> tuple[Array, Array]:
    """Give P10 and P90 for each origin, calibrated on the other origins only, so that coverage is not self-praise.

    Returns
    -------
    Both of the shape of `actual`; NaN when there is only one origin.
    """
    low, high = np.full_like(forecast, np.nan), np.full_like(forecast, np.nan)
    origins = len(actual)
    for origin in range(origins if origins > 1 else 0):
        others = np.arange(origins) != origin
        bands = calibrate(actual[others], forecast[others], scale[others], group)
        low[origin], high[origin] = spread(bands, forecast[origin], scale[origin], group)
    return low, high


def _unit(scale: Array, forecast: Array) -> Array:
    """Spread the local scale over the horizon: more where the forecast is above its mean there.

    Parameters
    ----------
    scale
        Shape (origins, nodes).
    forecast
        Shape (origins, nodes, horizon).

    Returns
    -------
    In currency. Shape (origins, nodes, horizon).
    """
    mean = forecast.mean(axis=2, keepdims=True)
    least = np.maximum(SMALLEST_SWELL * mean, np.finfo(np.float64).tiny)
    height = np.maximum(forecast, least)
    return np.asarray(scale[:, :, None] * (height / height.mean(axis=2, keepdims=True)) ** SWELL)


def _pool(errors: Array, group: NDArray[np.int64], number: int) -> Array:
    """Give the sorted known errors of a group, with those of the groups below it while there are too few."""
    for lowest in range(number, -1, -1):
        found = _known(errors[:, (group >= lowest) & (group <= number)])
        if len(found) >= FEWEST_ERRORS:
            return found
    return _known(errors)


def _known(errors: Array) -> Array:
    """Give the sorted errors that are known. Shape (errors,)."""
    return np.sort(errors[~np.isnan(errors)])


def _end(errors: Array, probability: float) -> float:
    """Give the conformal rank of sorted errors: ⌊(n+1)·p⌋ below the median, ⌈(n+1)·p⌉ above, the outermost at most."""
    count = len(errors)
    if count == 0:
        return 0.0
    exact = (count + 1) * probability
    rank = np.floor(exact) if probability < 0.5 else np.ceil(exact)
    return float(errors[min(max(int(rank), 1), count) - 1])
