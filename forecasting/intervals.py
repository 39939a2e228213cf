"""Put honest low and high values around a forecast, from the errors of the backtest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ENDS = (0.1, 0.9)
"""Probabilities of P10 and P90."""
FEWEST_ERRORS = 60
"""Errors that a group needs in one part of the horizon; with fewer, those of all groups serve."""
BELIEF_ORIGINS = 2.0
"""Origins at which a node's own errors count as much as those of its group: errors of one origin err together."""
FACTOR_LIMITS = (0.4, 2.5)
"""A node's errors are at most so many times smaller or larger than its local scale suggests."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bands:
    """Scaled errors that are undershot with given probabilities, by group and part of the horizon."""

    ends: Array
    """In units of scale × factor. Shape (probabilities, groups, parts)."""
    factor: Array
    """How much larger each node's errors are than its group's, shrunk towards 1. Shape (nodes,)."""


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

    The local scale is corrected by each node's own past errors, as far as the number of origins lets one believe them:
    regions whose sales are harder to foretell than their restlessness suggests get wider bands.

    Parameters
    ----------
    actual, forecast
        In currency. Shape (origins, nodes, horizon); NaN actuals are left out.
    scale
        Local error scale of each node, in currency. Shape (origins, nodes).
    group
        Nodes whose errors are pooled have the same number: those of one level. Shape (nodes,).
    """
    errors = (actual - forecast) / scale[:, :, None]
    factor = _factor(errors, group)
    errors = errors / factor[None, :, None]
    parts = parts_of_horizon(errors.shape[2])
    ends = np.zeros((len(probabilities), int(group.max()) + 1, int(parts.max()) + 1))
    for part in range(ends.shape[2]):
        everywhere = _known(errors[:, :, parts == part])
        for number in range(ends.shape[1]):
            here = _known(errors[:, group == number][:, :, parts == part])
            pool = here if len(here) >= FEWEST_ERRORS else everywhere
            ends[:, number, part] = [_end(pool, probability) for probability in probabilities]
    return Bands(ends=ends, factor=factor)


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
    unit = (scale * bands.factor)[None, :, None]
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


def _factor(errors: Array, group: NDArray[np.int64]) -> Array:
    """Compare each node's mean absolute scaled error with the median of its group, shrunk by the number of origins."""
    there = ~np.isnan(errors)
    count = there.sum(axis=(0, 2))
    size = np.where(there, np.abs(errors), 0.0).sum(axis=(0, 2)) / np.maximum(count, 1)
    result = np.ones(len(group))
    belief = len(errors) / (len(errors) + BELIEF_ORIGINS)
    for number in np.unique(group):
        members = (group == number) & (count > 0) & (size > 0)
        if members.any():
            ratio = np.clip(size[members] / np.median(size[members]), *FACTOR_LIMITS)
            result[members] = ratio**belief
    return result


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
