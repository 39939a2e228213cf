"""Bring a given plan inside limits that it exceeds, changing little."""

import time
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from optimizer.progress import Observer, Silent
from optimizer.solving import SolverSettings
from optimizer.territory.bound import relax
from optimizer.territory.chain import Chain, Step, anneal_until_balanced, rank
from optimizer.territory.effort import BUDGETS, Budget
from optimizer.territory.excess import excess_of
from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.local_search import reoptimise
from optimizer.territory.neighbourhood import solve_in_order
from optimizer.territory.part import RunAll
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.repair import repair
from optimizer.territory.team import POOL_PAIRS, Team
from optimizer.territory.units import UnitProblem, condense, split
from optimizer.territory.warmstart import detached

HEATS: Final = (0.05, 0.3, 1.0)
"""First temperatures of annealings from the plan, as shares of the mean cost of a unit; hotter ones lose its shape."""

DEAR: Final = 10.0
"""Price of excess, in mean costs per amount."""

SEEDS: Final = 2
"""Annealings at each heat."""

PROPOSALS: Final = 0.3
"""Moves to propose in each, as a share of those of a design."""

STAYING: Final = 1.0
"""What it costs to give every area to another rep than a plan's, in all travel of the plan."""


def staying(instance: TerritoryInstance, plan: TerritoryPlan, measure: str) -> TerritoryInstance:
    """Let areas cost more with any other rep than a plan's, in proportion to what they hold of a measure."""
    areas = np.arange(instance.n_areas)
    amounts = next(one for one in instance.measures if one.name == measure).amounts.astype(np.float64)
    travel = float(instance.travel_cost[areas, plan.rep_of_area].sum())
    price = np.ceil(STAYING * travel * amounts / max(1.0, float(amounts.sum()))).astype(np.int64)
    cost = instance.travel_cost + price[:, None]
    cost[areas, plan.rep_of_area] -= price
    return replace(instance, travel_cost=cost)


def settle(
    instance: TerritoryInstance,
    plan: TerritoryPlan,
    settings: SolverSettings,
    *,
    aim: TerritoryInstance | None = None,
    observer: Observer | None = None,
) -> TerritoryPlan | None:
    """Return a plan near to a given one that keeps every rule, or exceeds limits on sums by as little as was found.

    What nearness is worth is for the costs to say. Borders are annealed from the plan, not very hot, towards the limits
    aimed at; CP-SAT then shares out the territories outside the instance's own limits with their neighbours, along
    chains where the next ones have no room; what is inside all limits aimed at is made cheaper.

    Parameters
    ----------
    instance
        The problem.
    plan
        A plan that keeps all rules but limits on sums.
    aim
        The same problem with narrower limits on sums, which are kept where that can be found; the instance itself when
        left out.

    Returns
    -------
    TerritoryPlan or None
        None if the plan breaks another rule, or areas cannot even be divided inside the limits.
    """
    watch, budget = observer or Silent(), BUDGETS[settings.effort]
    deadline = time.monotonic() + settings.seconds
    problem, narrow = condense(instance), condense(aim or instance)
    first = np.unique(problem.unit_of_area, return_index=True)[1]
    labels = plan.rep_of_area[first]
    if not problem.allowed[np.arange(problem.n_units), labels].all() or len(detached(problem, labels)):
        return None
    with Team(settings.workers) as team:
        run: RunAll = partial(team.run, worth_it=int(problem.allowed.sum()) > POOL_PAIRS)
        for number, part in enumerate(parts := split(problem)):
            watch.report("settling territories", share_done=number / len(parts))
            relaxation = relax(part.problem)
            if not relaxation.feasible:
                return None
            local = np.searchsorted(part.reps, labels[part.units])
            seed = settings.seed + number
            inner = replace(part.problem, lower=narrow.lower[:, part.reps], upper=narrow.upper[:, part.reps])
            local = _annealed(inner, local, budget, seed, run)
            for limits in (_between(inner, part.problem), part.problem):
                local = repair(
                    limits,
                    local,
                    guide=relaxation.reduced_cost[part.problem.bundle],
                    neighbourhood_work=budget.neighbourhood_work,
                    work=budget.search_work * part.problem.n_reps,
                    seed=seed,
                    run=lambda tasks: run(solve_in_order, tasks),
                    deadline=deadline,
                )
            if excess_of(inner, local) == 0.0:
                local = reoptimise(
                    inner,
                    local,
                    budget=budget,
                    seed=seed,
                    run=lambda tasks: run(solve_in_order, tasks),
                    bound=relaxation.bound,
                    deadline=deadline,
                )
            labels[part.units] = part.reps[local]
    return problem.plan(labels)


def _between(narrow: UnitProblem, wide: UnitProblem) -> UnitProblem:
    """Return the problem with limits half-way between narrow ones and wide ones."""
    middle = [
        one + np.trunc((np.minimum(other, total) - one) / 2).astype(np.int64)
        for total in [wide.amounts.sum(axis=1)[:, None]]
        for one, other in ((narrow.lower, wide.lower), (np.minimum(narrow.upper, total), wide.upper))
    ]
    return replace(wide, lower=middle[0], upper=middle[1])


def _annealed(problem: UnitProblem, labels: IntArray, budget: Budget, seed: int, run: RunAll) -> IntArray:
    """Return the best of some annealings from a labelling."""
    share = np.maximum(1.0, problem.amounts.sum(axis=1) / problem.n_reps)
    chain = Chain(
        problem=problem,
        labels=labels,
        price=max(1.0, problem.total_cost(labels) / problem.n_reps) / share,
        proposals=round(PROPOSALS * budget.proposals * problem.n_units),
        steps=(),
        seed=0,
        seconds=np.inf,  # one annealing each, a fixed amount of work
    )
    chains = [
        replace(chain, steps=(Step(heat, DEAR),), seed=1000 * seed + SEEDS * number + again)
        for number, heat in enumerate(HEATS)
        for again in range(SEEDS)
    ]
    return min([labels, *run(anneal_until_balanced, chains)], key=lambda found: rank(problem, found))
