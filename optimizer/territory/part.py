"""Solve one part of a problem: bound, start, boundary search, neighbourhoods, proof."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from optimizer.interruption import late, requested
from optimizer.solving import Effort, Status, StopReason
from optimizer.territory.bound import FloatArray, Relaxation, bundled, least_excess, relax
from optimizer.territory.chain import GENTLE, STEPS, Chain, anneal_until_balanced, rank
from optimizer.territory.clusters import anneal_cluster
from optimizer.territory.effort import BUDGETS, Budget
from optimizer.territory.exact import Outcome, close
from optimizer.territory.excess import excess_of
from optimizer.territory.instance import IntArray
from optimizer.territory.large import is_large, search_large
from optimizer.territory.local_search import reoptimise
from optimizer.territory.neighbourhood import Work, solve_in_order
from optimizer.territory.units import UnitProblem
from optimizer.territory.warmstart import detached, grow

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartTask:
    """A part to be solved, with the means to do so."""

    problem: UnitProblem
    budget: Budget
    seed: int
    relative_gap: float
    seconds: float
    """Wall-clock safety net."""
    start: IntArray | None
    """A labelling to start from. Shape (units,)."""
    hopeless: bool = False
    """Whether it is known that no plan keeps every rule: then only the closest one is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartResult:
    """The best labelling of a part and what is known about it."""

    status: Status
    labels: IntArray
    """Complete in any case; for the statuses infeasible and unknown it breaks rules. Shape (units,)."""
    bound: int
    stopped_by: StopReason


class RunAll(Protocol):
    """Runs a function on tasks, here or in other processes, and returns the results in the order of the tasks."""

    def __call__(self, function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT], /) -> list[ResultT]:
        """Return the function's result for each task."""
        ...


def run_here(function: Callable[[TaskT], ResultT], tasks: Sequence[TaskT], /) -> list[ResultT]:
    """Run a function on tasks one after the other in this process."""
    return [function(task) for task in tasks]


def solve_part(task: PartTask, run: RunAll = run_here) -> PartResult:
    """Solve a part within its budget; when the user wants the best so far at its start, with little search."""
    if requested():
        task = replace(task, budget=replace(BUDGETS[Effort.QUICK], annealings=1))
    problem, deadline = task.problem, time.monotonic() + task.seconds
    relaxation = relax(problem)
    impossible = not relaxation.feasible and least_excess(problem).proven
    labels = _search(task, relaxation, run, deadline)
    keeps = _keeps_rules(problem, labels)
    bound, work = relaxation.bound, task.budget.proof_work * problem.n_reps
    if keeps and _close_enough(problem, labels, bound, task.relative_gap):
        return PartResult(status=Status.OPTIMAL, labels=labels, bound=bound, stopped_by=StopReason.PROVEN)
    if relaxation.feasible and not task.hopeless and not late(deadline):
        limit = Work(deterministic_seconds=work, seed=task.seed, seconds=deadline - time.monotonic())
        proof = close(problem, labels if keeps else None, relaxation, limit)
        impossible = impossible or proof.outcome is Outcome.INFEASIBLE
        bound = max(bound, proof.bound)
        if proof.labels is not None:
            labels, keeps = proof.labels, True
    out_of_time = time.monotonic() >= deadline
    stopped_by = StopReason.OUT_OF_TIME if out_of_time else StopReason.WORK_DONE
    if requested():
        stopped_by = StopReason.INTERRUPTED
    if keeps and _close_enough(problem, labels, bound, task.relative_gap):
        return PartResult(status=Status.OPTIMAL, labels=labels, bound=bound, stopped_by=StopReason.PROVEN)
    if impossible:
        return PartResult(status=Status.INFEASIBLE, labels=labels, bound=bound, stopped_by=StopReason.PROVEN)
    status = Status.FEASIBLE if keeps else Status.UNKNOWN
    return PartResult(status=status, labels=labels, bound=bound, stopped_by=stopped_by)


def _search(task: PartTask, relaxation: Relaxation, run: RunAll, deadline: float) -> IntArray:
    """Return the best labelling of boundary search and neighbourhoods."""
    problem, budget = task.problem, task.budget
    given = task.start if task.start is not None and _is_open(problem, task.start) else None
    if is_large(problem):
        best = search_large(
            problem,
            relaxation,
            given,
            budget=budget,
            seed=task.seed,
            run=lambda clusters: run(anneal_cluster, clusters),
            solve=lambda tasks: run(solve_in_order, tasks),
            deadline=deadline,
        )
        budget = replace(budget, search_work=budget.large_search_work)
    else:
        best = _anneal_chains(task, given, relaxation, run, deadline)
    if problem.n_reps < 2 or late(deadline):
        return best
    return reoptimise(
        problem,
        best,
        budget=budget,
        seed=task.seed,
        run=lambda tasks: run(solve_in_order, tasks),
        bound=relaxation.bound,
        deadline=deadline,
    )


def _anneal_chains(
    task: PartTask, given: IntArray | None, relaxation: Relaxation, run: RunAll, deadline: float
) -> IntArray:
    """Return the best labelling of annealing the whole part, hotter and hotter."""
    problem, budget = task.problem, task.budget
    share = problem.amounts.sum(axis=1) / problem.n_reps
    per_amount = max(float(relaxation.bound), 1.0) / problem.n_reps / np.maximum(1.0, share)
    chain = Chain(
        problem=problem,
        labels=grow(problem, _guide(problem, relaxation)),
        price=np.maximum(2.0 * relaxation.balance_price, per_amount),
        proposals=budget.proposals * problem.n_units,
        steps=STEPS,
        seed=task.seed * 1000,
        seconds=deadline - time.monotonic(),
    )
    chains = [replace(chain, seed=chain.seed + number) for number in range(budget.annealings)]
    if given is not None:
        chains.append(replace(chain, labels=given, steps=(GENTLE, *STEPS[1:])))
    return min(run(anneal_until_balanced, chains), key=lambda labels: rank(problem, labels))


def _is_open(problem: UnitProblem, labels: IntArray) -> bool:
    return bool(problem.allowed[np.arange(problem.n_units), labels].all())


def _guide(problem: UnitProblem, relaxation: Relaxation) -> FloatArray:
    """Return reduced costs, or plain costs above the least where there are no prices."""
    if relaxation.feasible:
        return relaxation.reduced_cost
    sums = bundled(problem)
    cost = np.where(sums.allowed, sums.cost.astype(np.float64), np.inf)
    return np.asarray(cost - cost.min(axis=1)[:, None])


def _keeps_rules(problem: UnitProblem, labels: IntArray) -> bool:
    return _is_open(problem, labels) and not len(detached(problem, labels)) and excess_of(problem, labels) == 0.0


def _close_enough(problem: UnitProblem, labels: IntArray, bound: int, relative_gap: float) -> bool:
    cost = problem.total_cost(labels)
    return bound >= cost - relative_gap * cost
