"""Search a large part of a map: start from the divided optimum, anneal it whole, then by clusters, repair, polish."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np

from optimizer.interruption import late
from optimizer.territory.bound import FloatArray, Relaxation
from optimizer.territory.boundary import anneal
from optimizer.territory.bridges import bridged
from optimizer.territory.clusters import LAST_WORTH, Cluster, improve
from optimizer.territory.effort import Budget
from optimizer.territory.instance import IntArray
from optimizer.territory.local_search import LARGE_PAIRS
from optimizer.territory.neighbourhood import Improved, Task
from optimizer.territory.repair import repair
from optimizer.territory.units import UnitProblem
from optimizer.territory.warmstart import grow

FIRST_HEAT: Final = 0.1
"""First temperature on the whole map, as a share of the mean cost of a unit: enough to round off what was divided."""

FIRST_PRICE: Final = 0.15
"""Price of excess on the whole map, in mean costs per amount; it adapts to each territory."""

CLUSTER_PRICE: Final = 0.5
"""The same in clusters."""

WORTH: Final = 5.0
"""What excess of a whole territory is worth on the whole map, in costs of a territory."""


def is_large(problem: UnitProblem) -> bool:
    """Tell whether a part is searched in this way."""
    return int(problem.allowed.sum()) > LARGE_PAIRS


def search_large(
    problem: UnitProblem,
    relaxation: Relaxation,
    start: IntArray | None,
    *,
    budget: Budget,
    seed: int,
    run: Callable[[Sequence[Cluster]], list[IntArray]],
    solve: Callable[[Sequence[Task]], list[Improved]],
    deadline: float,
) -> IntArray:
    """Return good labels, balanced but for a few territories.

    Parameters
    ----------
    problem
        The condensed problem.
    relaxation
        Its divided optimum.
    start
        Labels to start from, else the divided optimum rounded. Shape (units,).
    budget
        How much work to do.
    seed
        Seed of the random numbers.
    run
        Anneals clusters, in order.
    solve
        Solves neighbourhoods, in order.
    deadline
        Wall-clock safety net, monotonic seconds.
    """
    guide = _unit_guide(problem, relaxation)
    if start is None:
        rounded = relaxation.shares.argmax(axis=1)[problem.bundle]
        start = bridged(problem, guide, rounded) if relaxation.feasible else grow(problem, guide)
    share = np.maximum(1.0, problem.amounts.sum(axis=1) / problem.n_reps)
    each = max(1.0, float(problem.total_cost(start))) / problem.n_reps
    price = np.repeat(each / share[:, None], problem.n_reps, axis=1)
    labels = anneal(
        problem,
        start,
        price=FIRST_PRICE * price,
        proposals=budget.large_proposals * problem.n_units,
        seed=seed,
        hot=FIRST_HEAT,
        worth=WORTH * each,
    ).labels
    if late(deadline) or problem.n_reps < 2:
        return labels
    polish = partial(
        improve,
        problem,
        price=CLUSTER_PRICE * price,
        guide=guide,
        proposals=budget.large_proposals,
        run=run,
        deadline=deadline,
    )
    labels = polish(labels=labels, turns=budget.turns, seed=seed)
    settle = partial(
        repair,
        problem,
        guide=guide,
        neighbourhood_work=budget.neighbourhood_work,
        work=budget.search_work * problem.n_reps,
        seed=seed,
        run=solve,
        deadline=deadline,
    )
    labels = polish(labels=settle(labels), turns=budget.last_turns, seed=seed + 1, first_worth=LAST_WORTH)
    return settle(labels)  # nothing to do, unless the work was used up before


def _unit_guide(problem: UnitProblem, relaxation: Relaxation) -> FloatArray:
    """Return the reduced cost of each unit and rep, plain cost above the least without prices. Shape (units, reps)."""
    if relaxation.feasible:
        whole = relaxation.reduced_cost
        return whole if len(whole) == problem.n_units else whole[problem.bundle]
    cost = np.where(problem.allowed, problem.cost.astype(np.float64), np.inf)
    return np.asarray(cost - cost.min(axis=1)[:, None])
