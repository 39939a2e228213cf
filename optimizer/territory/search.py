"""Design territories: condense, bound, start, search, prove, verify."""

import math
import time
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from optimizer.interruption import requested
from optimizer.progress import Observer, Silent
from optimizer.solving import Conflict, SolverSettings, Status, StopReason
from optimizer.territory.closest import closest_plan
from optimizer.territory.conflicts import certain_conflicts
from optimizer.territory.effort import BUDGETS
from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.loosening import loosened
from optimizer.territory.objective import terms
from optimizer.territory.part import PartTask, solve_part
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.pockets import pocket_conflicts
from optimizer.territory.reasons import reasons
from optimizer.territory.team import POOL_PAIRS, Team
from optimizer.territory.units import Part, UnitProblem, condense, rounding_error, split
from optimizer.territory.verdict import PAIR_WORK, Judge
from optimizer.territory.verify import verify

LEAST_SECONDS_TO_EXPLAIN: Final = 60.0
"""Wall-clock safety net for saying why there is no plan, however late the search ended."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Answer:
    """The parts put together."""

    labels: IntArray
    statuses: tuple[Status, ...]
    bound: int
    stopped_by: StopReason


def design_territories(
    instance: TerritoryInstance,
    settings: SolverSettings,
    *,
    start: TerritoryPlan | None = None,
    observer: Observer | None = None,
    explain: bool = True,
) -> TerritoryResult:
    """Find territories that keep every rule at least cost, with a proven bound.

    Parts of the map that no rep shares are solved apart, side by side in processes; the result is the same for any
    number of workers and any load on the machine, unless the safety net `settings.seconds` is reached.

    Parameters
    ----------
    instance
        The problem.
    settings
        Effort, workers, seed, safety net.
    start
        A plan to start from, such as the current alignment; may break rules.
    observer
        Is told how far the search has come.
    explain
        Whether to find out which rules clash when no plan keeps them all, which may take longer than the search.

    Returns
    -------
    TerritoryResult
        With the status optimal or feasible and a verified plan; or infeasible (proven, with conflicts) or unknown,
        with the plan that breaks the rules least.
    """
    watch = observer or Silent()
    deadline = time.monotonic() + settings.seconds
    watch.report("condensing the map", share_done=0.0)
    problem = condense(instance)
    certain = certain_conflicts(instance, problem)
    playable = loosened(instance, problem)
    begin = _units_start(playable, start)
    with Team(settings.workers) as team:
        answer = _solve_parts(
            playable, begin, settings, team=team, observer=watch, deadline=deadline, hopeless=bool(certain)
        )
    plan = playable.plan(answer.labels)
    searched = sum(term.contribution for term in terms(instance, plan))
    _check_objective(instance, playable, answer.labels, searched)
    late = max(deadline, time.monotonic() + LEAST_SECONDS_TO_EXPLAIN)
    violations = verify(instance, plan)
    if violations and not certain:
        certain = pocket_conflicts(instance, problem)
    hopeless = bool(certain) or Status.INFEASIBLE in answer.statuses
    conflicts: tuple[Conflict, ...] = ()
    if violations and explain:
        watch.report("looking for the rules that clash", share_done=0.9)
        judge = Judge(pairs_left=PAIR_WORK[settings.effort], seed=settings.seed, deadline=late)
        plan = closest_plan(instance, [plan], deadline=late)
        broken = tuple(dict.fromkeys(violation.rule for violation in verify(instance, plan)))
        conflicts = reasons(instance, certain, broken, settings, judge, proven=hopeless) if broken else ()
        others = [_laid_over(instance, plan, part) for part in judge.found]
        plan = closest_plan(instance, [plan, *others], deadline=late)
        violations = verify(instance, plan)
    values = terms(instance, plan)
    objective = sum(term.contribution for term in values)
    bound = max(0.0, answer.bound / playable.cost_scale - rounding_error(instance, playable))
    if violations:
        hopeless = hopeless or any(conflict.lines for conflict in conflicts)
        status = Status.INFEASIBLE if hopeless else Status.UNKNOWN
    else:
        proven = all(status is Status.OPTIMAL for status in answer.statuses)
        status, conflicts = Status.OPTIMAL if proven else Status.FEASIBLE, ()
    told = {Status.INFEASIBLE: "no plan keeps every rule", Status.UNKNOWN: "no plan found"}
    watch.report(told.get(status, "territories verified"), share_done=1.0, objective=objective, bound=bound)
    return TerritoryResult(
        status=status,
        plan=None if violations else plan,
        closest=plan if violations else None,
        violations=violations,
        conflicts=conflicts,
        terms=values,
        bound=bound,
        stopped_by=StopReason.PROVEN if status in {Status.OPTIMAL, Status.INFEASIBLE} else answer.stopped_by,
    )


def _solve_parts(
    problem: UnitProblem,
    start: IntArray | None,
    settings: SolverSettings,
    *,
    team: Team,
    observer: Observer,
    deadline: float,
    hopeless: bool,
) -> _Answer:
    """Solve the parts and put their labels together."""
    parts = split(problem)
    tasks = [
        PartTask(
            problem=part.problem,
            budget=BUDGETS[settings.effort],
            seed=settings.seed + number,
            relative_gap=settings.relative_gap,
            seconds=max(0.01, deadline - time.monotonic()),
            start=None if start is None else _local_start(part, start),
            hopeless=hopeless,
        )
        for number, part in enumerate(parts)
    ]
    worth_it = int(problem.allowed.sum()) > POOL_PAIRS
    if len(parts) == 1:
        results = [solve_part(tasks[0], partial(team.run, worth_it=worth_it))]
    else:
        results = team.run(
            solve_part,
            tasks,
            worth_it=worth_it,
            done=lambda n: observer.report(f"part {n} of {len(parts)} designed", share_done=n / (len(parts) + 1)),
        )
    labels = np.zeros(problem.n_units, dtype=np.int64)
    for part, result in zip(parts, results, strict=True):
        labels[part.units] = part.reps[result.labels]
    return _Answer(
        labels=labels,
        statuses=tuple(result.status for result in results),
        bound=sum(result.bound for result in results),
        stopped_by=_worst({result.stopped_by for result in results}),
    )


def _units_start(problem: UnitProblem, start: TerritoryPlan | None) -> IntArray | None:
    """Return the rep of each unit's first area in a given plan; `None` without a plan that covers every area."""
    if start is None or len(start.rep_of_area) != len(problem.unit_of_area):
        return None
    if not ((start.rep_of_area >= 0) & (start.rep_of_area < problem.n_reps)).all():
        return None
    first = np.unique(problem.unit_of_area, return_index=True)[1]
    return start.rep_of_area[first]


def _laid_over(
    instance: TerritoryInstance, plan: TerritoryPlan, part: tuple[TerritoryInstance, TerritoryPlan]
) -> TerritoryPlan:
    """Return a plan with part of the map as in another plan."""
    smaller, inside = part
    area = {name: number for number, name in enumerate(instance.area_ids)}
    rep = {name: number for number, name in enumerate(instance.rep_ids)}
    labels = plan.rep_of_area.copy()
    for name, own in zip(smaller.area_ids, inside.rep_of_area.tolist(), strict=True):
        labels[area[name]] = rep[smaller.rep_ids[own]]
    return TerritoryPlan(rep_of_area=labels)


def _local_start(part: Part, start: IntArray) -> IntArray | None:
    """Return a start in the numbers of a part, or `None` if it gives a unit to a rep of another part."""
    labels = start[part.units]
    if not len(part.reps) or not np.isin(labels, part.reps).all():
        return None
    return np.searchsorted(part.reps, labels)


def _worst(reasons_to_stop: set[StopReason]) -> StopReason:
    """Return why the search as a whole ended: the first of these that ended a part."""
    if requested() or StopReason.INTERRUPTED in reasons_to_stop:
        return StopReason.INTERRUPTED
    return StopReason.OUT_OF_TIME if StopReason.OUT_OF_TIME in reasons_to_stop else StopReason.WORK_DONE


def _check_objective(instance: TerritoryInstance, problem: UnitProblem, labels: IntArray, recomputed: float) -> None:
    """Make sure that the search's cost and the terms computed from the plan agree."""
    searched = problem.total_cost(labels) / problem.cost_scale
    if not math.isclose(searched, recomputed, rel_tol=1e-9, abs_tol=1e-6 + rounding_error(instance, problem)):
        raise AssertionError(f"the search's objective {searched} differs from the plan's terms {recomputed}")
