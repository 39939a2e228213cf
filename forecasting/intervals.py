"""Put honest low and high values around a forecast, from the errors of the backtest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as fisher
from scipy.stats import norm

Array = NDArray[np.float64]
ENDS = (0.1, 0.9)
"""Probabilities of P10 and P90."""
FEWEST_ERRORS = 200
"""Errors that a group needs; with fewer, those of the groups next below join."""
STEEPEST_GROWTH = 0.5
"""Largest power of the step with which errors grow: that of a random walk."""
SWELL = 0.5
"""Errors grow with this power of the forecast within a horizon: a high season errs more, though less than in step. With
it, no correction by node, levels that lend to the next above and growth as a power of the step, the sCRPS of origins
before the scored ones fell from 0.1336 to 0.1304 on TourismLarge and from 0.0713 to 0.0700 on tourism; 0.75 and 1 came
out like 0.5."""
SMALLEST_SWELL = 0.05
"""Part of the horizon's mean forecast below which a period errs no less."""
DEAD_SCALE = 1e-6
"""Local scale of a node that sold nothing: what it errs later tells nothing about others."""
TOGETHER = 0.75
"""Confidence that errors of one origin hang together no more than is reckoned with: a few origins tell it badly.
On earlier origins 0.9 covered more of tourism's and retail's upper levels, but had a higher sCRPS on Iowa."""
WIDE_BAND = 2.0
"""Local scales that P10 and P90 lie from the median when no backtest was possible."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bands:
    """Scaled errors that are undershot with given probabilities, by group, and how they grow ahead."""

    ends: Array
    """In units of `_unit`, at the first step. Shape (probabilities, groups)."""
    growth: Array
    """Power of the step with which errors grow. Shape (groups,)."""

    def written(self) -> dict[str, list[Any]]:
        """Give plain values that come back to the byte by `read`."""
        return {"ends": self.ends.tolist(), "growth": self.growth.tolist()}

    @classmethod
    def read(cls, values: Mapping[str, list[Any]]) -> Self:
        """Take what was `written`."""
        return cls(ends=np.array(values["ends"]), growth=np.array(values["growth"]))


def calibrate(
    actual: Array,
    forecast: Array,
    scale: Array,
    group: NDArray[np.int64],
    *,
    probabilities: tuple[float, ...] = ENDS,
) -> Bands:
    """Read the bands off past errors: split-conformal, locally scaled (Lei et al. 2018, § 5.2), each side apart.

    Errors of one origin hang together, so that they count for fewer when the conformal rank is taken: as many as would
    tell as much if they did not (design effect, Kish 1965; groups in conformal prediction, Dunn et al. 2023). A node's
    own past errors do not widen its bands beyond its local scale: over a few origins they are mostly luck.

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
    groups = int(group.max()) + 1
    ends, growth = np.zeros((len(probabilities), groups)), np.zeros(groups)
    for number in range(groups):
        pool = pooled(errors, group, number)
        growth[number] = _growth(pool)
        pool = pool / _steps(pool.shape[2]) ** growth[number]
        known = np.sort(pool[~np.isnan(pool)])
        if len(known):
            wider = 1 + 1 / _worth(pool)
            ranks = np.clip(0.5 + (np.array(probabilities) - 0.5) * wider, 0.0, 1.0)
            ends[:, number] = np.quantile(known, ranks)
    return Bands(ends=ends, growth=growth)


def wide_bands(group: NDArray[np.int64], probabilities: tuple[float, ...] = ENDS) -> Bands:
    """Give bands for where no error was ever seen: normal, P10 and P90 `WIDE_BAND` local scales from the median."""
    ends = norm.ppf(probabilities) * (WIDE_BAND / norm.ppf(ENDS[1]))
    groups = int(group.max()) + 1
    return Bands(ends=np.broadcast_to(ends[:, None], (len(ends), groups)), growth=np.zeros(groups))


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
    unit = _unit(scale[None], forecast[None]) * _steps(forecast.shape[1]) ** bands.growth[group][:, None]
    return np.maximum(forecast[None] + bands.ends[:, group, None] * unit, 0.0)


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


def _steps(horizon: int) -> Array:
    """Give the steps ahead, 1 and up. Shape (horizon,)."""
    return np.arange(1.0, horizon + 1)


def pooled(errors: Array, group: NDArray[np.int64], number: int) -> Array:
    """Give the errors of a group, with those of the groups below it while there are too few, of all at the last.

    Parameters
    ----------
    errors
        NaN where unknown. Shape (origins, nodes, any).
    group
        Group of each node. Shape (nodes,).

    Returns
    -------
    Shape (origins, some nodes, any).
    """
    for lowest in range(number, -1, -1):
        found = errors[:, (group >= lowest) & (group <= number)]
        if (~np.isnan(found)).sum() >= FEWEST_ERRORS:
            return found
    return errors


def _growth(pool: Array) -> float:
    """Fit the power of the step with which the mean absolute error grows, by least squares of logarithms."""
    there = ~np.isnan(pool)
    count = there.sum(axis=(0, 1))
    mean = np.where(there, np.abs(pool), 0.0).sum(axis=(0, 1)) / np.maximum(count, 1)
    usable = (count > 0) & (mean > 0)
    if usable.sum() < 2:
        return 0.0
    step = np.log(_steps(pool.shape[2])[usable])
    slope = np.polyfit(step, np.log(mean[usable]), 1)[0]
    return float(np.clip(slope, 0.0, STEEPEST_GROWTH))


def _worth(pool: Array) -> float:
    """Tell how many errors that do not hang together would tell as much: n / (1 + (m − 1) · r), m an origin's.

    r is the correlation within origins by analysis of variance, at its upper limit (Searle 1971, ch. 9), so that few
    origins count for less than many; one origin alone cannot tell it, and all count.
    """
    flat = pool.reshape(len(pool), -1)
    there = ~np.isnan(flat)
    count = there.sum(axis=1)
    flat, there, count = flat[count > 0], there[count > 0], count[count > 0].astype(np.float64)
    total, origins = count.sum(), len(count)
    if origins < 2 or total <= origins:
        return float(max(total, 1.0))
    mean = np.where(there, flat, 0.0).sum(axis=1) / count
    centre = (mean * count).sum() / total
    between = (count * (mean - centre) ** 2).sum() / (origins - 1)
    within = (np.where(there, flat - mean[:, None], 0.0) ** 2).sum() / (total - origins)
    members = (total - (count**2).sum() / total) / (origins - 1)
    between /= fisher.ppf(1 - TOGETHER, origins - 1, total - origins)
    spread_all = between + (members - 1) * within
    share = np.clip((between - within) / spread_all, 0.0, 1.0) if spread_all > 0 else 0.0
    return float(total / (1 + (members - 1) * share))
