"""Make forecasts of all levels agree: minimum trace with shrunk errors, never negative.

Written here rather than taken from `hierarchicalforecast`: that package brings ten others (scikit-learn, clarabel,
qpsolvers, …) for the forty lines below. The tests check them against the formulas, not against that package.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import nnls

from forecasting.hierarchy import Hierarchy

Array = NDArray[np.float64]
SMALLEST_VARIANCE = 1e-6
"""Share of the mean variance below which the errors of a node are not believed: a dead series is too well foretold."""


def shrunk_covariance(errors: Array) -> Array:
    """Estimate the covariance of errors, shrunk towards its diagonal: Schäfer & Strimmer 2005.

    Parameters
    ----------
    errors
        One row per node, NaN where unknown, in currency. Shape (nodes, periods).

    Returns
    -------
    Positive definite. Shape (nodes, nodes).
    """
    there = ~np.isnan(errors)
    variance = np.nan_to_num(errors**2).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    known = errors[:, there.all(axis=0)]
    count = known.shape[1]
    floor = max(SMALLEST_VARIANCE * float(variance.mean()), 1e-12)
    variance = np.maximum(variance, floor)
    if count < 3:
        return np.diag(variance)
    scaled = known / np.sqrt(np.maximum((known**2).mean(axis=1), floor))[:, None]
    correlation = scaled @ scaled.T / count
    noise = ((scaled**2) @ (scaled**2).T / count - correlation**2) / (count - 1)
    np.fill_diagonal(noise, 0.0)
    off = correlation - np.diag(np.diag(correlation))
    squares = float((off**2).sum())
    weight = float(np.clip(noise.sum() / squares, 0.0, 1.0)) if squares > 0 else 1.0
    shrunk = (1 - weight) * off + np.eye(len(errors))
    deviation = np.sqrt(variance)
    return np.asarray(shrunk * deviation[:, None] * deviation[None, :])


class Reconciler:
    """Minimum trace: the bottom series whose sums come nearest to all forecasts, errors weighed by their covariance.

    Wickramasuriya, Athanasopoulos & Hyndman 2019; with the bottom held at 0 or above (2020) where it would be below.
    """

    def __init__(self, hierarchy: Hierarchy, covariance: Array, *, thin: NDArray[np.bool_] | None = None) -> None:
        """Prepare; nodes above the bottom that are `thin` have no voice: the sum of their members stands for them."""
        self._hierarchy = hierarchy
        self._silent = np.zeros(len(hierarchy.level), dtype=bool) if thin is None else thin.copy()
        self._silent[: hierarchy.bottom] = False
        lower = cholesky(covariance + 1e-9 * np.diag(np.diag(covariance)), lower=True)
        self._lower = lower
        self._design = solve_triangular(lower, hierarchy.summing, lower=True)
        self._normal = cho_factor(self._design.T @ self._design)

    def reconcile(self, forecast: Array) -> Array:
        """Give forecasts that sum up exactly and are not negative.

        Parameters
        ----------
        forecast
            Of all nodes, in currency. Shape (nodes, horizon).

        Returns
        -------
        Shape (nodes, horizon).
        """
        summed = self._hierarchy.total(forecast[: self._hierarchy.bottom])
        heard = np.where(self._silent[:, None], summed, forecast)
        wanted = solve_triangular(self._lower, heard, lower=True)
        bottom = np.asarray(cho_solve(self._normal, self._design.T @ wanted))
        for step in np.flatnonzero((bottom < 0).any(axis=0)):
            bottom[:, step] = nnls(self._design, wanted[:, step])[0]
        return self._hierarchy.total(bottom)
