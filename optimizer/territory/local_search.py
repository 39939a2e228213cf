"""Walk from neighbourhood to neighbourhood, sharing out a few territories anew at a time."""

import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from optimizer.interruption import late
from optimizer.territory.effort import Budget
from optimizer.territory.excess import excess_of, loads
from optimizer.territory.instance import IntArray
from optimizer.territory.neighbourhood import Improved, Task, Work, cut_out
from optimizer.territory.units import UnitProblem

FIRST_SIZE: Final = 4
"""Territories in a neighbourhood at first; one more after each round without a gain."""

LARGEST_SIZE: Final = 8

MOST_PAIRS: Final = 2500
"""Open pairs that a neighbourhood may have: beyond it CP-SAT proves little in a second."""

LEAST_PAIRS: Final = 700
"""Open pairs up to which a neighbourhood on a large map takes in more territories: dense ones hold a few units each."""

MOST_REPS: Final = 12
"""Territories that it takes in at most."""

TRIES: Final = 2
"""Orders in which the same neighbourhood is tried before it counts as done."""

WORK_PER_TASK: Final = 0.02
"""Deterministic seconds that a task counts for at least, so that cheap rounds end too."""

LARGE_PAIRS: Final = 50_000
"""Open pairs from which on a map is large."""

Run = Callable[[Sequence[Task]], list[Improved]]


class _Memory(NamedTuple):
    """What was tried, and when each territory changed last."""

    tried: dict[tuple[tuple[int, ...], tuple[int, ...]], int]
    changed: IntArray

    def state(self, reps: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return what tells a neighbourhood from the same one after a change."""
        return reps, tuple(self.changed[list(reps)].tolist())


def reoptimise(
    problem: UnitProblem, labels: IntArray, *, budget: Budget, seed: int, run: Run, bound: int, deadline: float
) -> IntArray:
    """Return a labelling improved until the work is used up, the bound is met or nothing is left to try.

    Each round takes disjoint neighbourhoods, so that they can be solved side by side, and applies the results in their
    order: the outcome does not depend on who solved them. Balancing and lowering the cost have each their own work.
    """
    left = {True: budget.search_work * problem.n_reps, False: budget.search_work * problem.n_reps}
    memory = _Memory({}, np.zeros(problem.n_reps, dtype=np.int64))
    size, turn = FIRST_SIZE, 0
    while not late(deadline):
        balanced = excess_of(problem, labels) == 0.0
        if left[balanced] <= 0.0 or (balanced and problem.total_cost(labels) <= bound):
            break
        rng = np.random.default_rng([seed, turn])
        turn += 1
        chosen = _disjoint(problem, labels, size, memory, rng)
        if not chosen:
            if size >= min(LARGEST_SIZE, problem.n_reps):
                break
            size += 1
            continue
        tasks = []
        for reps in chosen:
            attempt = memory.tried[memory.state(reps)]
            work = Work(
                deterministic_seconds=min(budget.neighbourhood_work, left[balanced]),
                seed=seed + 7919 * attempt,
                seconds=max(0.01, deadline - time.monotonic()),
            )
            tasks.append(cut_out(problem, labels, np.array(reps), work))
        gained = False
        for task, improved in zip(tasks, run(tasks), strict=True):
            left[balanced] -= max(WORK_PER_TASK, improved.work)
            candidate = labels.copy()
            candidate[task.units] = task.reps[improved.labels]
            after = (excess_of(problem, candidate), problem.total_cost(candidate))
            if after < (excess_of(problem, labels), problem.total_cost(labels)):
                memory.changed[labels[candidate != labels]] = turn
                memory.changed[candidate[candidate != labels]] = turn
                labels, gained = candidate, True
        size = FIRST_SIZE if gained else min(size + 1, LARGEST_SIZE, max(FIRST_SIZE, problem.n_reps))
    return labels


def _disjoint(
    problem: UnitProblem,
    labels: IntArray,
    size: int,
    memory: _Memory,
    rng: np.random.Generator,
) -> list[tuple[int, ...]]:
    """Choose disjoint sets of neighbouring territories, those off balance first, and note that they are tried."""
    border = borders(problem, labels)
    open_pairs = problem.allowed
    count = np.bincount(labels, minlength=problem.n_reps)
    load = loads(problem, labels)
    outside = np.maximum(np.maximum(load - problem.upper, problem.lower - load), 0)
    off_balance = (outside / np.maximum(problem.amounts.sum(axis=1), 1)[:, None]).sum(axis=0) if len(load) else 0.0
    order = np.lexsort((rng.random(problem.n_reps), -off_balance * np.ones(problem.n_reps)))
    widen = int(open_pairs.sum()) > LARGE_PAIRS
    used = np.zeros(problem.n_reps, dtype=bool)
    chosen = []
    for seed_rep in order.tolist():
        if used[seed_rep]:
            continue
        reps = [seed_rep]
        while len(reps) < size or (widen and len(reps) < MOST_REPS and count[reps].sum() * len(reps) < LEAST_PAIRS):
            touching = border[reps].sum(axis=0) * ~used
            touching[reps] = 0
            if not touching.any():
                break
            if open_pairs[np.isin(labels, reps)][:, reps].sum() > MOST_PAIRS:
                break
            reps.append(int(rng.choice(problem.n_reps, p=touching / touching.sum())))
        if len(reps) == 1 or count[reps].sum() == len(reps):
            continue
        key = tuple(sorted(reps))
        state = memory.state(key)
        if memory.tried.get(state, 0) >= TRIES:
            continue
        memory.tried[state] = memory.tried.get(state, 0) + 1
        used[reps] = True
        chosen.append(key)
    return chosen


def borders(problem: UnitProblem, labels: IntArray) -> IntArray:
    """Return how many neighbours two territories share along their border. Shape (reps, reps).

    Without contiguity every two reps who may serve the same unit count as neighbours.
    """
    if not problem.contiguous:
        both = problem.allowed.astype(np.int64).T @ problem.allowed.astype(np.int64)
        np.fill_diagonal(both, 0)
        return both
    tail = np.repeat(np.arange(problem.n_units), np.diff(problem.starts))
    matrix = np.zeros((problem.n_reps, problem.n_reps), dtype=np.int64)
    np.add.at(matrix, (labels[tail], labels[problem.neighbours]), 1)
    np.fill_diagonal(matrix, 0)
    return matrix
