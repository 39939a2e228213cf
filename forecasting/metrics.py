"""Measure how far forecasts are from what came; one function a measure, over the last axis."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""Any array of floats; weeks whose actual is NaN are left out of every measure."""


def mae(actual: Values, forecast: Values) -> Values:
    """Mean absolute error, in the unit of sales."""
    return _mean(np.abs(actual - forecast))


def rmse(actual: Values, forecast: Values) -> Values:
    """Root of the mean squared error, in the unit of sales."""
    return np.asarray(np.sqrt(_mean((actual - forecast) ** 2)))


def mape(actual: Values, forecast: Values) -> Values:
    """Mean absolute error as a share of the actual; weeks without sales are left out."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.abs(actual - forecast) / np.abs(actual)
    return _mean(np.where(actual == 0, np.nan, share))


def wape(actual: Values, forecast: Values) -> Values:
    """Sum of absolute errors over the sum of absolute actuals; NaN when nothing was sold."""
    known = ~np.isnan(actual)
    error = np.where(known, np.abs(actual - forecast), 0.0).sum(axis=-1)
    return _ratio(error, np.where(known, np.abs(actual), 0.0).sum(axis=-1))


def mase(actual: Values, forecast: Values, past: Values, *, season: int) -> Values:
    """Mean absolute error over that of repeating the value one season earlier, within the past.

    Hyndman & Koehler 2006. Series whose past has no seasonal difference other than 0 give NaN.

    Parameters
    ----------
    past
        Known sales up to the origin, in the unit of sales. Shape (..., weeks).
    season
        Weeks of one season.
    """
    if past.shape[-1] <= season:
        return np.full(np.asarray(actual).shape[:-1], np.nan)
    return _ratio(mae(actual, forecast), _mean(np.abs(past[..., season:] - past[..., :-season])))


def coverage(actual: Values, low: Values, high: Values) -> Values:
    """Share of actuals between `low` and `high`, both included."""
    inside = ((actual >= low) & (actual <= high)).astype(np.float64)
    return _mean(np.where(np.isnan(actual), np.nan, inside))


def _mean(values: Values) -> Values:
    """Mean over the last axis without NaN; NaN where nothing is left."""
    known = ~np.isnan(values)
    return _ratio(np.where(known, values, 0.0).sum(axis=-1), known.sum(axis=-1).astype(np.float64))


def _ratio(part: Values, whole: Values) -> Values:
    """Divide, with NaN where the whole is 0."""
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan))
