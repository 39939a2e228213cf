"""Fit logistic models with a ridge, and measure how well probabilities tell apart and fit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEPS = 50
TIGHT = 1e-9
FARTHEST = 30.0
"""Logits beyond are held there: their probabilities cannot be told from 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logistic:
    """A fitted model of standardised features."""

    middle: Array
    """Mean of each feature in learning. Shape (features,)."""
    width: Array
    """Its standard deviation, above 0. Shape (features,)."""
    weights: Array
    """Intercept first. Shape (features + 1,)."""

    def logit(self, features: Array) -> Array:
        """Give log odds. Shape (rows,)."""
        return np.asarray(self.weights[0] + ((features - self.middle) / self.width) @ self.weights[1:])


def fit_logistic(features: Array, outcome: Array, *, ridge: float = 1.0) -> Logistic:
    """Maximise the likelihood less ½·ridge·|w|² by Newton's method; the intercept is free.

    Parameters
    ----------
    features
        Shape (rows, features).
    outcome
        0 or 1. Shape (rows,).
    ridge
        Weight of the penalty on the standardised weights.
    """
    middle, width = features.mean(axis=0), features.std(axis=0)
    width = np.where(width > 0, width, 1.0)
    design = np.column_stack([np.ones(len(features)), (features - middle) / width])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1e-6
    weights = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = probability(design @ weights)
        slope = design.T @ (outcome - chance) - penalty * weights
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        weights += np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < TIGHT:
            break
    return Logistic(middle=middle, width=width, weights=weights)


def probability(logit: Array) -> Array:
    """Turn log odds into probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -FARTHEST, FARTHEST))))


def recalibrate(past: Array, outcome: Array, now: Array) -> Array:
    """Turn log odds into probabilities that fit what came of past ones: slope and intercept (Platt 1999).

    Parameters
    ----------
    past, now
        Log odds. Shapes (rows,), (new rows,).
    outcome
        0 or 1, with both among them. Shape (rows,).
    """
    return probability(fit_logistic(past[:, None], outcome, ridge=1.0).logit(now[:, None]))


def discrimination(score: Array, outcome: Array) -> float:
    """Area under the ROC curve: the chance that one with the outcome scores above one without; NaN without both."""
    happened = outcome > 0
    count, rest = int(happened.sum()), int((~happened).sum())
    if not count or not rest:
        return float("nan")
    _, place, size = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(size) - (size - 1) / 2)[place]
    return float((rank[happened].sum() - count * (count + 1) / 2) / (count * rest))
