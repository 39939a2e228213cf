"""Estimate areas of which little is seen from their attributes as well: the model of Fay & Herriot 1979."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MOST_STEPS = 100
EXACT = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmallAreas:
    """What the model says of each area."""

    beta: Array
    """Coefficients. Shape (columns,)."""
    model_variance: float
    """σ²: how far areas lie from what their attributes tell, apart from errors of sampling."""
    synthetic: Array
    """x'β. Shape (areas,)."""
    weight: Array
    """γ = σ² / (σ² + ψ): how much an area's own value counts. Shape (areas,)."""
    shrunk: Array
    """γ·y + (1 − γ)·x'β; x'β where nothing is seen. Shape (areas,)."""


def fay_herriot(value: Array, variance: Array, columns: Array) -> SmallAreas:
    """Shrink what is seen of each area towards what its attributes tell, the more the less sure it is.

    β by weighted least squares with weights 1 / (σ² + ψ); σ² by the moment equation Σ (y − x'β)² / (σ² + ψ) = m − p
    (Fay & Herriot 1979, eq. 2.10), solved by Newton's method from 0, never below 0.

    Parameters
    ----------
    value
        y, NaN for an area of which nothing is seen. Shape (areas,).
    variance
        ψ, the variance of each y. Shape (areas,).
    columns
        x, a constant among them. Shape (areas, columns).
    """
    seen = ~np.isnan(value)
    y, psi, x = value[seen], variance[seen], columns[seen]
    free = len(y) - x.shape[1]
    sigma2 = 0.0
    for _ in range(MOST_STEPS if free > 0 else 0):
        weight = 1 / np.maximum(sigma2 + psi, EXACT)
        rest = y - x @ _weighted(y, x, weight)
        excess = float((weight * rest**2).sum()) - free
        slope = float((weight**2 * rest**2).sum())
        step = excess / slope if slope > 0 else 0.0
        former, sigma2 = sigma2, max(sigma2 + step, 0.0)
        if abs(sigma2 - former) <= EXACT * max(1.0, former):
            break
    beta = _weighted(y, x, 1 / np.maximum(sigma2 + psi, EXACT))
    synthetic = columns @ beta
    gamma = np.where(seen, sigma2 / np.maximum(sigma2 + variance, EXACT), 0.0)
    shrunk = np.where(seen, gamma * np.where(seen, value, 0.0) + (1 - gamma) * synthetic, synthetic)
    return SmallAreas(beta=beta, model_variance=sigma2, synthetic=synthetic, weight=gamma, shrunk=shrunk)


def _weighted(y: Array, x: Array, weight: Array) -> Array:
    """Weighted least squares. Shape (columns,)."""
    root = np.sqrt(weight)
    return np.asarray(np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0])
