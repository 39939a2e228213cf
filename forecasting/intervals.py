"""Put honest low and high values around a forecast, from the errors of the backtest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = 0.1, 0.9
FEWEST_ERRORS = 60
"""Errors that a region needs in one part of the horizon; with fewer, those of all regions serve."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bands:
    """Scaled errors that are undershot with probability 0.1 and 0.9, by region and part of the horizon."""

    low: NDArray[np.float64]
    """Shape (regions, parts)."""
    high: NDArray[np.float64]
    """Shape (regions, parts)."""


def parts_of_horizon(horizon: int) -> NDArray[np.int64]:
    """Give the number of the part in which each step's errors are pooled: 1–4, 5–8, 9 and later. Shape (horizon,)."""
    return np.minimum(np.arange(horizon) // 4, 2)


def calibrate(
    actual: NDArray[np.float64], forecast: NDArray[np.float64], scale: NDArray[np.float64], region: NDArray[np.int64]
) -> Bands:
    """Read the bands off past errors: split-conformal, locally scaled (Lei et al. 2018, § 5.2), each side apart.

    Parameters
    ----------
    actual, forecast
        In currency. Shape (origins, series, horizon); NaN actuals are left out.
    scale
        Local error scale of each series, in currency. Shape (origins, series).
    region
        Shape (series,).
    """
    errors = (actual - forecast) / scale[:, :, None]
    parts = parts_of_horizon(errors.shape[2])
    low = np.zeros((int(region.max()) + 1, int(parts.max()) + 1))
    high = np.zeros_like(low)
    for part in range(low.shape[1]):
        everywhere = _known(errors[:, :, parts == part])
        for number in range(low.shape[0]):
            here = _known(errors[:, region == number][:, :, parts == part])
            low[number, part], high[number, part] = _ends(here if len(here) >= FEWEST_ERRORS else everywhere)
    return Bands(low=low, high=high)


def spread(
    bands: Bands, forecast: NDArray[np.float64], scale: NDArray[np.float64], region: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give P10 and P90 around the median: never negative, never on the wrong side of it.

    Parameters
    ----------
    forecast
        Medians, in currency. Shape (series, horizon).
    scale
        Local error scale today, in currency. Shape (series,).

    Returns
    -------
    Both in currency. Shape (series, horizon).
    """
    parts = np.minimum(parts_of_horizon(forecast.shape[1]), bands.low.shape[1] - 1)
    low = forecast + bands.low[region][:, parts] * scale[:, None]
    high = forecast + bands.high[region][:, parts] * scale[:, None]
    return np.clip(low, 0.0, forecast), np.maximum(high, forecast)


def left_out_bands(
    actual: NDArray[np.float64], forecast: NDArray[np.float64], scale: NDArray[np.float64], region: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give P10 and P90 for each origin, calibrated on the other origins only, so that coverage is not self-praise.

    Returns
    -------
    Both of the shape of `actual`; NaN when there is only one origin.
    """
    low, high = np.full_like(forecast, np.nan), np.full_like(forecast, np.nan)
    origins = len(actual)
    for origin in range(origins if origins > 1 else 0):
        others = np.arange(origins) != origin
        bands = calibrate(actual[others], forecast[others], scale[others], region)
        low[origin], high[origin] = spread(bands, forecast[origin], scale[origin], region)
    return low, high


def _known(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the sorted errors that are known. Shape (errors,)."""
    return np.sort(errors[~np.isnan(errors)])


def _ends(errors: NDArray[np.float64]) -> tuple[float, float]:
    """Give the conformal ranks ⌊(n+1)·0.1⌋ and ⌈(n+1)·0.9⌉ of sorted errors, the outermost when n is too small."""
    count = len(errors)
    if count == 0:
        return 0.0, 0.0
    low = max(int(np.floor((count + 1) * LOW)), 1)
    high = min(int(np.ceil((count + 1) * HIGH)), count)
    return float(errors[low - 1]), float(errors[high - 1])
