"""Sum each territory up in a few numbers that planners compare: balance, borders, drives to home."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TerritoryIndices:
    """Numbers of each territory that need no geometry. All of shape (reps,)."""

    balance_index: FloatArray
    """100 at the target of every measure, 0 at a deviation of 100 % or more."""
    cut_edges: IntArray
    """Pairs of neighbouring areas of which one is in the territory and the other is not."""
    mean_drive_minutes: FloatArray
    """Mean one-way drive from home to the areas, weighted; 0 for an empty territory."""
    max_drive_minutes: IntArray
    """Drive from home to the farthest area; 0 for an empty territory."""


def territory_indices(instance: TerritoryInstance, plan: TerritoryPlan, *, weights: FloatArray) -> TerritoryIndices:
    """Compute the numbers of every territory.

    Parameters
    ----------
    weights
        How much each area counts in the mean drive, such as its accounts; a territory without any weight takes the
        plain mean over its areas. Shape (areas,).
    """
    owner, n = plan.rep_of_area, instance.n_reps
    minutes = instance.shown_minutes(owner)
    heavy = np.bincount(owner, weights=weights, minlength=n)
    weight = np.where(heavy[owner] > 0, weights, 1.0)
    total = np.bincount(owner, weights=weight, minlength=n)
    farthest = np.zeros(n, dtype=np.int64)
    np.maximum.at(farthest, owner, minutes)
    return TerritoryIndices(
        balance_index=balance_index(instance, plan),
        cut_edges=cut_edges(instance, plan),
        mean_drive_minutes=np.bincount(owner, weights=weight * minutes, minlength=n) / np.where(total > 0, total, 1.0),
        max_drive_minutes=farthest,
    )


def deviations(instance: TerritoryInstance, plan: TerritoryPlan) -> FloatArray:
    """Return how far each territory is from its targets, as shares of them. Shape (measures, reps).

    The relative deviation of Kalcsics, Nickel & Schröder, TOP 13(1), 2005, § 2.1 (doi:10.1007/BF02578982), from the
    rep's own target. A measure without a target deviates by 0.
    """
    rows = np.zeros((len(instance.measures), instance.n_reps))
    for row, measure in zip(rows, instance.measures, strict=True):
        sums = np.bincount(plan.rep_of_area, weights=measure.amounts, minlength=instance.n_reps) + measure.fixed
        row[:] = np.where(measure.targets > 0, sums / np.maximum(measure.targets, 1) - 1, 0.0)
    return rows


def balance_index(instance: TerritoryInstance, plan: TerritoryPlan) -> FloatArray:
    """Return 100 · max(0, 1 − greatest |deviation| over the measures), see `deviations`. Shape (reps,)."""
    worst = np.abs(deviations(instance, plan)).max(axis=0, initial=0.0)
    return np.asarray(100 * np.maximum(0.0, 1 - worst))


def cut_edges(instance: TerritoryInstance, plan: TerritoryPlan) -> IntArray:
    """Count the pairs of neighbours that the border of each territory separates. Shape (reps,).

    The "cut edges" of districting (DeFord, Duchin & Solomon, Harvard Data Science Review 3(1), 2021,
    doi:10.1162/99608f92.eb30390f); half of their sum is the number of the whole plan.
    """
    ends = plan.rep_of_area[instance.edges.reshape(-1, 2)]
    across = ends[ends[:, 0] != ends[:, 1]]
    return np.bincount(across.ravel(), minlength=instance.n_reps).astype(np.int64)


def tolerance_used(instance: TerritoryInstance, plan: TerritoryPlan) -> FloatArray:
    """Return how much of the tolerance each territory uses: 1 at a limit, 0 at the target. Shape (measures, reps)."""
    rows = np.zeros((len(instance.measures), instance.n_reps))
    for row, measure in zip(rows, instance.measures, strict=True):
        sums = np.bincount(plan.rep_of_area, weights=measure.amounts, minlength=instance.n_reps) + measure.fixed
        over, under = sums - measure.targets, measure.targets - sums
        row[:] = np.maximum(
            over / np.maximum(1, measure.upper - measure.targets),
            under / np.maximum(1, measure.targets - measure.lower),
        )
    return rows
