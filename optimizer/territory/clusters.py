"""Mend and improve clusters of neighbouring territories, each annealed apart, many side by side."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from optimizer.interruption import late
from optimizer.territory.bound import FloatArray
from optimizer.territory.boundary import anneal
from optimizer.territory.excess import excess_of, loads, scales
from optimizer.territory.instance import NO_LIMIT, IntArray
from optimizer.territory.local_search import borders
from optimizer.territory.units import UnitProblem, restrict

FIRST_WORTH: Final = 3.0
"""What excess of a whole territory is worth at first, in costs of a territory."""

WORTH_TRYING: Final = 0.5
"""Share of the territories that clusters begin with in a turn: mostly those that lose most against the bound."""

LAST_WORTH: Final = 3000.0
"""The same at last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """How a cluster is annealed at one attempt."""

    reps: int
    """Territories of a cluster."""
    hot: float
    """First temperature, as a share of the mean cost of a unit of the cluster."""
    dear: float
    """Price of excess at first, as a multiple of that of the map."""


TRIES: Final = (
    Try(reps=5, hot=0.1, dear=1.0),
    Try(reps=8, hot=0.3, dear=1.0),
    Try(reps=6, hot=0.03, dear=3.0),
    Try(reps=12, hot=0.1, dear=1.0),
    Try(reps=8, hot=1.0, dear=1.0),
)
"""Turns over a map, again and again."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """Some territories cut out of a map, to be annealed."""

    problem: UnitProblem
    labels: IntArray
    """Local rep of each local unit. Shape (units,)."""
    units: IntArray
    """Index of each unit in the map."""
    reps: IntArray
    """Index of each rep in the map, ascending."""
    price: FloatArray
    """Price of one unit of excess. Shape (measures, reps)."""
    proposals: int
    hot: float
    worth: float
    """Cost that makes up for excess of a whole mean territory."""
    seed: int


def anneal_cluster(cluster: Cluster) -> IntArray:
    """Return better labels of a cluster, least excess first, then least cost; its own if none are found."""
    found = anneal(
        cluster.problem,
        cluster.labels,
        price=cluster.price,
        proposals=cluster.proposals,
        seed=cluster.seed,
        hot=cluster.hot,
        worth=cluster.worth,
    )
    return found.labels


Run = Callable[[Sequence[Cluster]], list[IntArray]]


def improve(
    problem: UnitProblem,
    labels: IntArray,
    *,
    price: FloatArray,
    guide: FloatArray,
    proposals: int,
    turns: int,
    seed: int,
    run: Run,
    deadline: float,
    first_worth: float = FIRST_WORTH,
) -> IntArray:
    """Return better labels after some turns of annealing clusters all over a map.

    Excess is worth more from turn to turn, so that balance is not bought at any cost while it may still come for less.

    Parameters
    ----------
    problem
        The condensed problem.
    labels
        Connected territories. Shape (units,).
    price
        Price of one unit of excess. Shape (measures, reps).
    guide
        Reduced cost of each unit and rep: where it is lost, clusters begin. Shape (units, reps).
    proposals
        Moves to propose per territory of a cluster, for each unit of a mean territory: dense ones need as many as wide
        ones.
    turns
        Turns over the map.
    seed
        Seed of the choices.
    run
        Anneals clusters, in order.
    deadline
        Wall-clock safety net, monotonic seconds.
    first_worth
        What excess of a whole territory is worth at first, in costs of a territory.
    """
    each = max(1.0, problem.total_cost(labels) / problem.n_reps)
    for turn in range(turns):
        if late(deadline):
            break
        how = TRIES[turn % len(TRIES)]
        worth = each * first_worth * (LAST_WORTH / first_worth) ** (turn / max(1, turns - 1))
        rng = np.random.default_rng([seed, turn])
        lost = np.bincount(labels, weights=guide[np.arange(problem.n_units), labels], minlength=problem.n_reps)
        lost += worth * off_balance(problem, labels)
        seeds = np.argsort(-lost * rng.random(problem.n_reps), kind="stable")[
            : math.ceil(WORTH_TRYING * problem.n_reps)
        ]
        clusters = [
            _cut_out(problem, labels, reps, how, price, proposals, worth, seed * 7919 + 1000 * turn + number)
            for number, reps in enumerate(disjoint(problem, labels, seeds.tolist(), how.reps, rng))
        ]
        labels = _take_better(problem, labels, clusters, run(clusters), worth)
    return labels


def off_balance(problem: UnitProblem, labels: IntArray) -> FloatArray:
    """Return the excess of each territory as a share of a mean one. Shape (reps,)."""
    load = loads(problem, labels)
    outside = np.maximum(np.maximum(load - problem.upper, problem.lower - load), 0)
    return np.asarray(scales(problem) @ outside.astype(np.float64), dtype=np.float64)


def disjoint(
    problem: UnitProblem, labels: IntArray, seeds: Sequence[int], size: int, rng: np.random.Generator
) -> list[list[int]]:
    """Return disjoint lists of neighbouring reps, each beginning with a seed, drawn along the longest borders."""
    border = borders(problem, labels).astype(np.float64)
    used = np.zeros(problem.n_reps, dtype=bool)
    found = []
    for first in seeds:
        if used[first]:
            continue
        reps = [first]
        used[first] = True
        while len(reps) < size:
            touching = np.sqrt(border[reps].sum(axis=0)) * ~used
            if not touching.any():
                break
            reps.append(int(rng.choice(problem.n_reps, p=touching / touching.sum())))
            used[reps[-1]] = True
        if len(reps) > 1:
            found.append(reps)
    return found


def _cut_out(  # noqa: PLR0917 - private
    problem: UnitProblem,
    labels: IntArray,
    reps: list[int],
    how: Try,
    price: FloatArray,
    proposals: int,
    worth: float,
    seed: int,
) -> Cluster:
    kept = np.array(sorted(reps))
    units = np.flatnonzero(np.isin(labels, kept))
    part, local = restrict(problem, units, kept).problem, np.searchsorted(kept, labels[units])
    if problem.moved_limit != NO_LIMIT:
        elsewhere = int(problem.moved[np.arange(problem.n_units), labels].sum())
        elsewhere -= int(part.moved[np.arange(len(units)), local].sum())
        part = replace(part, moved_limit=max(0, problem.moved_limit - elsewhere))
    return Cluster(
        problem=part,
        labels=local,
        units=units,
        reps=kept,
        price=price[:, kept] * how.dear,
        proposals=math.ceil(proposals * problem.n_units / problem.n_reps * len(kept)),
        hot=how.hot,
        worth=worth * float(scales(problem)[0] / scales(part)[0]) if len(problem.amounts) else worth,
        seed=seed,
    )


def _take_better(
    problem: UnitProblem, labels: IntArray, clusters: Sequence[Cluster], found: Sequence[IntArray], worth: float
) -> IntArray:
    """Take in, in order, what makes the map better.

    Clusters are disjoint and annealing makes none worse, so all are taken in, unless a price on split groups or a cap
    on what changes hands joins them.
    """
    joined = problem.moved_limit != NO_LIMIT or problem.split_price > 0
    labels = labels.copy()
    now = problem.total_cost(labels) + worth * excess_of(problem, labels) if joined else 0.0
    for cluster, local in zip(clusters, found, strict=True):
        candidate = labels.copy() if joined else labels
        candidate[cluster.units] = cluster.reps[local]
        then = problem.total_cost(candidate) + worth * excess_of(problem, candidate) if joined else now
        if then < now or not joined:
            labels, now = candidate, then
    return labels
