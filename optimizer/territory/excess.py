"""Measure by how much a labelling exceeds the limits on sums."""

import numpy as np

from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import NO_LIMIT, IntArray
from optimizer.territory.units import UnitProblem


def loads(problem: UnitProblem, labels: IntArray) -> IntArray:
    """Return the sum of each measure over each territory. Shape (measures, reps)."""
    sums = np.zeros((len(problem.amounts), problem.n_reps), dtype=np.int64)
    for row, amounts in zip(sums, problem.amounts, strict=True):
        np.add.at(row, labels, amounts)
    return sums


def scales(problem: UnitProblem) -> FloatArray:
    """Return the weight that makes excess of each measure a share of a mean territory. Shape (measures,)."""
    mean = problem.amounts.sum(axis=1) / max(1, problem.n_reps)
    return np.asarray(1.0 / np.maximum(mean, 1.0), dtype=np.float64)


def excess_of(problem: UnitProblem, labels: IntArray) -> float:
    """Return the total excess over all limits as a share of a mean territory; 0.0 if every limit is kept."""
    load = loads(problem, labels)
    outside = np.maximum(np.maximum(load - problem.upper, problem.lower - load), 0)
    total = float(scales(problem) @ outside.sum(axis=1).astype(np.float64)) if len(load) else 0.0
    if problem.moved_limit != NO_LIMIT:
        moved = int(problem.moved[np.arange(problem.n_units), labels].sum())
        total += max(0, moved - problem.moved_limit) / max(1.0, float(problem.moved.max(axis=1).sum()))
    return total
