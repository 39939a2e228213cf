"""Bring the last territories of a large map inside their limits with CP-SAT, at the least cost."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from optimizer.interruption import late
from optimizer.territory.bound import FloatArray
from optimizer.territory.clusters import disjoint, off_balance
from optimizer.territory.excess import excess_of, scales
from optimizer.territory.instance import IntArray
from optimizer.territory.local_search import borders
from optimizer.territory.neighbourhood import Improved, Task, Work, cut_out
from optimizer.territory.units import UnitProblem

SIZES: Final = (3, 8, 5, 10, 6, 12)
"""Territories of a neighbourhood, turn by turn: a few settle most, but in a city a surplus must travel far."""

LEAST_TASKS: Final = 4
"""Neighbourhoods of a turn at least; several of them may begin with the same territory."""

MOST_TASKS: Final = 8

OPEN_PAIRS: Final = 400
"""Pairs that a neighbourhood opens beside those of its labelling: the cheapest for their size at the prices."""

WORTH: Final = 1000.0
"""What excess of a whole territory is worth, in costs of a territory: hardly less than any price."""

LEAST_WORK: Final = 0.02
"""Deterministic seconds that a task counts for at least, so that the search ends."""

Run = Callable[[Sequence[Task]], list[Improved]]


def repair(
    problem: UnitProblem,
    labels: IntArray,
    *,
    guide: FloatArray,
    neighbourhood_work: float,
    work: float,
    seed: int,
    run: Run,
    deadline: float,
) -> IntArray:
    """Return labels with less excess, none if it can be had within the work.

    Parameters
    ----------
    problem
        The condensed problem.
    labels
        Connected territories. Shape (units,).
    guide
        Reduced cost of each unit and rep. Shape (units, reps).
    neighbourhood_work
        Deterministic seconds of CP-SAT for one neighbourhood.
    work
        Deterministic seconds in all.
    seed
        Seed of the choices.
    run
        Solves neighbourhoods, in order.
    deadline
        Wall-clock safety net, monotonic seconds.
    """
    share = np.maximum((problem.amounts.T * scales(problem)).sum(axis=1), 1e-12)
    worth = WORTH * max(1.0, problem.total_cost(labels) / problem.n_reps)
    turn = 0
    while work > 0.0 and not late(deadline):
        outside = off_balance(problem, labels)
        bad = np.flatnonzero(outside > 0.0)
        if not len(bad):
            break
        rng = np.random.default_rng([seed, turn])
        bad = bad[np.argsort(-outside[bad] * rng.random(len(bad)), kind="stable")]
        tasks = []
        for number in range(min(max(LEAST_TASKS, len(bad)), MOST_TASKS)):
            first, size = int(bad[number % len(bad)]), SIZES[(turn + number // len(bad)) % len(SIZES)]
            reps = around(
                problem, labels, first, min(size, problem.n_reps), rng, dense=turn >= len(SIZES) and turn % 2 == 0
            )
            if len(reps) > 1:
                limit = Work(
                    deterministic_seconds=min(neighbourhood_work, work),
                    seed=seed + 7919 * turn + number,
                    seconds=max(0.01, deadline - time.monotonic()),
                )
                task = cut_out(problem, labels, np.array(sorted(reps)), limit)
                tasks.append(replace(narrowed(task, guide, share), worth=worth))
        if not tasks:
            break
        improved = run(tasks)
        work -= sum(max(LEAST_WORK, answer.work) for answer in improved)
        labels = _take_best(problem, labels, tasks, improved)
        turn += 1
    return labels


def around(
    problem: UnitProblem, labels: IntArray, first: int, size: int, rng: np.random.Generator, *, dense: bool
) -> list[int]:
    """Return a territory and neighbours of it: along the longest borders, or, where dense, those of fewest units.

    In a city a surplus goes from one territory of a few large units to the next; neighbourhoods along long borders take
    in the country around it instead, and are too large to be searched to the end.
    """
    if not dense:
        return next(iter(disjoint(problem, labels, [first], size, rng)), [first])
    border, units = borders(problem, labels), np.bincount(labels, minlength=problem.n_reps)
    reps = [first]
    while len(reps) < size:
        touching = border[reps].sum(axis=0) > 0
        touching[reps] = False
        if not touching.any():
            break
        likely = touching / np.maximum(units, 1.0) ** 2
        reps.append(int(rng.choice(problem.n_reps, p=likely / likely.sum())))
    return reps


def narrowed(task: Task, guide: FloatArray, share: FloatArray) -> Task:
    """Return the task with only the pairs of its labelling and the cheapest others for their size open.

    Parameters
    ----------
    task
        A neighbourhood.
    guide
        Reduced cost of each unit and rep of the map. Shape (units, reps).
    share
        Size of each unit of the map, positive. Shape (units,).
    """
    own = np.arange(task.problem.n_reps) == task.labels[:, None]
    ratio = guide[np.ix_(task.units, task.reps)] / share[task.units][:, None]
    ratio[own | ~task.problem.allowed] = np.inf
    if np.isfinite(ratio).sum() <= OPEN_PAIRS:
        return task
    dearest = np.partition(ratio, OPEN_PAIRS, axis=None)[OPEN_PAIRS]
    return replace(task, problem=replace(task.problem, allowed=task.problem.allowed & (own | (ratio < dearest))))


def _take_best(problem: UnitProblem, labels: IntArray, tasks: Sequence[Task], improved: Sequence[Improved]) -> IntArray:
    """Take in what makes the map better, most first; an answer to labels that have changed since is left."""
    candidates = []
    for task, answer in zip(tasks, improved, strict=True):
        candidate = labels.copy()
        candidate[task.units] = task.reps[answer.labels]
        candidates.append((excess_of(problem, candidate), problem.total_cost(candidate)))
    before = (excess_of(problem, labels), problem.total_cost(labels))
    for number in sorted(range(len(tasks)), key=lambda n: candidates[n]):
        task = tasks[number]
        if candidates[number] >= before or (labels[task.units] != task.reps[task.labels]).any():
            continue
        candidate = labels.copy()
        candidate[task.units] = task.reps[improved[number].labels]
        now = (excess_of(problem, labels), problem.total_cost(labels))
        if (excess_of(problem, candidate), problem.total_cost(candidate)) < now:
            labels = candidate
    return labels
