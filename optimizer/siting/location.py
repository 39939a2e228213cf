"""Choose homes and draw territories on maps too large for proofs: locate, draw, polish, bound, verify."""

import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from optimizer.interruption import late, requested
from optimizer.progress import Observer, Silent
from optimizer.siting.instance import SitingInstance
from optimizer.siting.location_blocks import DeadEnd, dead_end_conflicts, dead_ends
from optimizer.siting.location_bound import lower_bound
from optimizer.siting.location_search import Field, Homes, field_of, sown, swapped
from optimizer.siting.location_territories import Drawing, Drawn, designed, drawn, is_large, polished, recentred
from optimizer.siting.plan import SitingPlan, SitingResult
from optimizer.siting.verify import cost_of_plan, verify
from optimizer.solving import Conflict, Effort, SolverSettings, Status, StopReason, Violation
from optimizer.territory.chain import rank
from optimizer.territory.effort import BUDGETS
from optimizer.territory.instance import IntArray
from optimizer.territory.neighbourhood import Improved, Task, solve_in_order
from optimizer.territory.team import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much work an effort means; none of it a time on the clock."""

    sowings: int
    """Choices of homes at random; the best goes on."""
    swaps: int
    """Swaps of homes tried."""
    large_swaps: int
    """The same on a large map, where a swap touches a smaller share of the homes."""
    drawings: int
    """Times that territories are drawn from different random numbers until balanced."""
    proposals: int
    """Boundary moves proposed per area and annealing."""
    large_proposals: int
    """The same on a large map."""
    polishings: int
    """Rounds of sharing out neighbouring territories anew, at most."""
    search_work: float
    """Deterministic seconds of CP-SAT of such a round, per home."""
    bound_steps: int
    """Steps of the lower bound's prices, which run beside the search."""
    large_bound_steps: int
    """The same on a large map."""


AMOUNTS: Final = {
    Effort.QUICK: Amount(
        sowings=3,
        swaps=200,
        large_swaps=500,
        drawings=1,
        proposals=1500,
        large_proposals=200,
        polishings=1,
        search_work=0.03,
        bound_steps=100,
        large_bound_steps=250,
    ),
    Effort.NORMAL: Amount(
        sowings=6,
        swaps=500,
        large_swaps=1500,
        drawings=2,
        proposals=4000,
        large_proposals=300,
        polishings=2,
        search_work=0.08,
        bound_steps=300,
        large_bound_steps=500,
    ),
    Effort.THOROUGH: Amount(
        sowings=12,
        swaps=2500,
        large_swaps=6000,
        drawings=4,
        proposals=20_000,
        large_proposals=1000,
        polishings=4,
        search_work=0.6,
        bound_steps=1500,
        large_bound_steps=1500,
    ),
}
"""Tuned on the US counties: a few seconds, about twenty seconds, some minutes on two cores."""

HOMES_SHARE: Final = 0.4
"""Share of the safety net after which no more swaps begin on a large map, so that territories can still be drawn."""

NEIGHBOURHOOD_WORK: Final = 0.3
"""Deterministic seconds of CP-SAT for one neighbourhood."""


def locate_territories(
    instance: SitingInstance, settings: SolverSettings, *, observer: Observer | None = None
) -> SitingResult:
    """Choose homes and give every area to one of them: balanced, contiguous and cheap, with a lower bound.

    Homes are sown by amount, settled by alternating prices and recentring, swapped a few territories at a time; then
    territories are grown and annealed in one piece, homes following, and shared out anew by CP-SAT. Fixed homes stay.
    The same input and seed give the same plan for any number of workers, unless the safety net is reached.

    Parameters
    ----------
    instance
        The problem.
    settings
        Effort, workers, seed, safety net.
    observer
        Is told how far the search has come.

    Returns
    -------
    SitingResult
        Feasible with a verified plan and a bound, optimal if they meet; infeasible if areas behind a few cut areas fit
        no number of territories; else unknown. Without a plan `closest` breaks the rules least.
    """
    watch, amount = observer or Silent(), AMOUNTS[settings.effort]
    deadline = time.monotonic() + settings.seconds
    field = field_of(instance)
    blocked = dead_ends(instance)
    unavoidable = max((end.excess / _mean(instance, end) for end in blocked), default=0.0)
    watch.report("choosing homes", share_done=0.0)
    with ThreadPoolExecutor(max_workers=1) as beside:
        homes, bound = _homes(field, amount, settings, deadline, beside)
        best = _territories(field, homes, amount, settings, deadline, watch=watch, unavoidable=unavoidable)
        watch.report("bounding", share_done=0.8, objective=_cost(best))
    plan = _ordered(instance, best.homes, best.labels)
    return _result(instance, plan, bound.result(), blocked, deadline)


def _homes(
    field: Field, amount: Amount, settings: SolverSettings, deadline: float, beside: Executor
) -> tuple[Homes, Future[float]]:
    """Return the best of several sowings, improved by swaps, and the bound, which is sought beside all that follows."""
    large = is_large(field.instance)
    best = sown(field, settings.seed * 1000)
    for number in range(1, 1 if large else amount.sowings):
        if late(deadline):
            break
        best = min(best, sown(field, settings.seed * 1000 + number), key=lambda homes: homes.value)
    aim = float(field.instance.cost[field.everywhere, best.homes[best.labels]].sum(dtype=np.int64))
    steps = amount.large_bound_steps if large else amount.bound_steps
    bound = beside.submit(lower_bound, field, best, aim=aim, steps=steps, deadline=deadline)
    if large:
        deadline -= (1.0 - HOMES_SHARE) * settings.seconds
    if not late(deadline):
        tries = amount.large_swaps if large else amount.swaps
        best = swapped(field, best, tries=tries, seed=settings.seed, deadline=deadline)
    return best, bound


def _territories(
    field: Field,
    homes: Homes,
    amount: Amount,
    settings: SolverSettings,
    deadline: float,
    *,
    watch: Observer,
    unavoidable: float,
) -> Drawn:
    """Draw territories around homes and share them out anew."""
    watch.report("drawing territories", share_done=0.3)
    work = Drawing(
        proposals=amount.proposals,
        large_proposals=amount.large_proposals,
        polishings=amount.polishings,
        budget=replace(BUDGETS[Effort.QUICK], neighbourhood_work=NEIGHBOURHOOD_WORK, search_work=amount.search_work),
        deadline=deadline,
    )
    large = is_large(field.instance)
    best = _drawn(field, homes, work, 1 if large else amount.drawings, unavoidable=unavoidable, seed=settings.seed)
    watch.report("sharing out neighbouring territories anew", share_done=0.5, objective=_cost(best))
    if not large:
        return _polished(field, best, work, settings, unavoidable=unavoidable)
    left = max(0.01, deadline - time.monotonic())
    return recentred(field, designed(field, best, replace(settings, seconds=left), watch))


def _drawn(field: Field, homes: Homes, work: Drawing, tries: int, *, unavoidable: float, seed: int) -> Drawn:
    """Return the best of several drawings."""
    best = drawn(field, homes, work, unavoidable=unavoidable, seed=seed * 100)
    for number in range(1, tries):
        if late(work.deadline):
            break
        other = drawn(field, homes, work, unavoidable=unavoidable, seed=seed * 100 + number)
        best = min(best, other, key=lambda plan: rank(plan.problem, plan.labels))
    return best


def _polished(field: Field, start: Drawn, work: Drawing, settings: SolverSettings, *, unavoidable: float) -> Drawn:
    """Share out neighbouring territories anew, side by side in processes."""
    with Team(settings.workers) as team:

        def run(tasks: Sequence[Task]) -> list[Improved]:
            return team.run(solve_in_order, tasks)

        return polished(field, start, work, unavoidable=unavoidable, seed=settings.seed, run=run)


def _cost(drawing: Drawn) -> int:
    return drawing.problem.total_cost(drawing.labels)


def _mean(instance: SitingInstance, end: DeadEnd) -> float:
    (total,) = (int(m.amounts.sum()) for m in instance.measures if m.name == end.measure)
    return max(1.0, total / instance.n_homes)


def _ordered(instance: SitingInstance, homes: IntArray, labels: IntArray) -> SitingPlan:
    """Return the plan with its free homes ascending."""
    n_fixed = len(instance.fixed)
    order = np.concatenate([np.arange(n_fixed), n_fixed + np.argsort(homes[n_fixed:], kind="stable")])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return SitingPlan(homes=homes[order], home_of_area=place[labels])


def _result(
    instance: SitingInstance, plan: SitingPlan, bound: float, blocked: tuple[DeadEnd, ...], deadline: float
) -> SitingResult:
    violations = verify(instance, plan)
    cost = float(cost_of_plan(instance, plan))
    stopped_by = StopReason.OUT_OF_TIME if time.monotonic() >= deadline else StopReason.WORK_DONE
    if requested():
        stopped_by = StopReason.INTERRUPTED
    if violations:
        conflicts = dead_end_conflicts(instance, blocked) or _open_question(violations)
        return SitingResult(
            status=Status.INFEASIBLE if blocked else Status.UNKNOWN,
            plan=None,
            conflicts=conflicts,
            objective=None,
            bound=bound,
            stopped_by=StopReason.PROVEN if blocked else stopped_by,
            closest=plan,
        )
    proven = bound >= cost
    return SitingResult(
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        plan=plan,
        conflicts=(),
        objective=cost,
        bound=min(bound, cost),
        stopped_by=StopReason.PROVEN if proven else stopped_by,
    )


def _open_question(violations: tuple[Violation, ...]) -> tuple[Conflict, ...]:
    rules = tuple(dict.fromkeys(violation.rule for violation in violations))
    some = "; ".join(violation.text for violation in violations[:3])
    return (
        Conflict(
            rules=rules,
            text=f"No choice of homes was found that keeps every rule, nor is it known that there is none. "
            f"Closest: {some}. "
            "Allow a greater tolerance or search harder (solver.effort).",
        ),
    )
