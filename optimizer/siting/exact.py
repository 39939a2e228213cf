"""Choose homes exactly: bound, close, divide the choices best first, deal areas out once the homes are known."""

import heapq
import time
from dataclasses import replace
from typing import Final

import numpy as np

from optimizer.progress import Observer, Silent
from optimizer.siting.assignment import Homes, assign
from optimizer.siting.bound import Bound, Prices, Region, first_prices, improve_bound
from optimizer.siting.branching import divide, geography_of, is_settled, root_region, without
from optimizer.siting.enumeration import try_lists
from optimizer.siting.fixing import extra_of_candidates, pairs_below
from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.siting.knowledge import BUDGETS, Search
from optimizer.siting.location_blocks import dead_end_conflicts, dead_ends
from optimizer.siting.pairs import limits_of, neighbours_of, open_pairs
from optimizer.siting.partition import find_partition
from optimizer.siting.plan import SitingPlan, SitingResult
from optimizer.siting.recentring import best_homes
from optimizer.siting.verify import verify
from optimizer.solving import Conflict, SolverSettings, Status, StopReason
from optimizer.territory.instance import IntArray

ROOT_ITERATIONS: Final = 2500
"""Iterations of the bound on all choices."""

NODE_ITERATIONS: Final = 120
"""Iterations of the bound on a part of the choices."""

SETTLED_ITERATIONS: Final = 1500
"""The same once the homes are known: iterations are cheap then, and save linear programs."""

GUESSES: Final = (0.001, 0.004, 0.016, 0.064, 0.25, 1.0, 4.0, np.inf)
"""Without a plan, plans dearer than the bound by more than this share are left aside at first; then by the next."""

LARGE_GUESS: Final = 2.0
"""Before dearer plans than this are searched, it is tried to prove that there is none."""

PARTITION_WORK: Final = (0.1, 60.0)
"""Deterministic seconds of CP-SAT for any partition, before the search and before dear plans are searched."""

NO_PARTITION: Final = "no way to divide the areas into territories keeps every limit and holds together"

RESOLUTION: Final = 1e-6
"""A gap below this share is rounding: the plan counts as optimal."""


def choose_homes_exactly(
    instance: SitingInstance,
    settings: SolverSettings,
    *,
    start: SitingPlan | None = None,
    observer: Observer | None = None,
) -> SitingResult:
    """Choose homes and territories at the least cost, with a proof, or prove that no plan keeps every rule.

    A Lagrangian bounds the choices. If the territories that cheap plans may use are few enough to be listed, a plan is
    chosen from the list. Else branch and bound over the choice of homes: what no plan cheaper than the best one uses is
    closed; parts are divided by geography, best bound first; once the homes of a part are known, a linear program with
    contiguity cuts, depth-first search and CP-SAT deal the areas out.

    Parameters
    ----------
    instance
        Up to about 1,500 areas.
    settings
        `effort` sets the work; `seconds` is a safety net.
    start
        A plan to begin with, used if it keeps every rule.
    observer
        Told of progress.

    Returns
    -------
    SitingResult
        The status is `optimal` only if the bound reaches the plan's cost (to a share of 10⁻⁶ or `relative_gap`).
    """
    watcher = observer or Silent()
    began = time.monotonic()
    limits, neighbours = limits_of(instance), neighbours_of(instance)
    search = Search(
        instance=instance,
        settings=settings,
        limits=limits,
        neighbours=neighbours,
        pairs=open_pairs(instance, limits, neighbours),
        geography=geography_of(instance, neighbours),
        budget=BUDGETS[settings.effort],
        deadline=began + settings.seconds,
    )
    if start is not None and not verify(instance, start):
        search.keep(start)
    if search.plan is None and _no_partition(search, PARTITION_WORK[0]):
        return _nothing(search, NO_PARTITION)
    region = root_region(instance)
    prices = first_prices(search.pairs, limits, instance.n_areas, instance.n_homes)
    root = _root_bound(search, region, prices)
    if not np.isfinite(root.value):
        return _nothing(search, "no choice of homes can keep the limits")
    watcher.report("bounding the choice of homes", share_done=0.1, objective=search.known, bound=root.value)
    answered, lower = try_lists(search, region, prices, root, watcher)
    if answered:
        return _result(search, lower)
    all_pairs = search.pairs
    for share in GUESSES:
        if share > LARGE_GUESS and search.plan is None and _no_partition(search, PARTITION_WORK[1]):
            return _nothing(search, NO_PARTITION)
        search.guess = lower + share * abs(root.value) if share < np.inf else np.inf
        search.pairs = all_pairs
        _branch_and_bound(search, region, prices, root, watcher)
        lower = max(lower, min(search.open_bound, search.cutoff))
        if search.cost <= search.guess or search.stopped_by is not StopReason.PROVEN:
            break
    return _result(search, lower)


def _root_bound(search: Search, region: Region, prices: Prices) -> Bound:
    """Bound all choices: first with long steps, then towards a value just above."""
    target = search.cost if search.plan is not None else 2.0 * float(prices.area.sum()) + 1.0
    own = search.instance.candidates
    first = improve_bound(
        search.pairs, search.limits, own, region, prices, target=target, iterations=ROOT_ITERATIONS // 2, step=1.0
    )
    if not np.isfinite(first.value):
        return first
    return improve_bound(
        search.pairs,
        search.limits,
        own,
        region,
        prices,
        target=min(target, first.value + 0.01 * abs(first.value)),
        iterations=ROOT_ITERATIONS // 2,
        step=0.5,
    )


def _branch_and_bound(search: Search, region: Region, prices: Prices, root: Bound, watcher: Observer) -> None:
    """Work through the parts of the choices, least bound first, until none can hold a cheaper plan.

    As long as there is no plan, the best child of a part is divided at once, down to known homes.
    """
    search.open_bound, search.waiting = np.inf, []
    serial = 0
    fixed_at = np.inf
    heapq.heappush(search.waiting, (root.value, serial, region, prices, root))
    while search.waiting:
        if search.cutoff < fixed_at:
            fixed_at = search.cutoff
            keep = pairs_below(
                search.pairs,
                search.limits,
                search.instance,
                region=region,
                prices=prices,
                bound=root,
                neighbours=search.neighbours if search.instance.contiguous else None,
                cutoff=fixed_at,
            )
            search.pairs = search.pairs.kept(keep)
        value, _, part, part_prices, bound = heapq.heappop(search.waiting)
        if value >= search.cutoff:
            search.waiting.clear()
            break
        stop = search.stop()
        if stop is not None:
            search.stopped_by = stop
            search.open_bound = min(search.open_bound, value)
            break
        while not is_settled(part):
            children = [
                refined
                for child in divide(part, bound, search.geography, search.instance)
                if (refined := _refine(search, child, part_prices.copy(), value)) is not None
            ]
            children.sort(key=lambda refined: refined[2].value)
            plunge = search.plan is None and children
            for refined in children[1:] if plunge else children:
                serial += 1
                heapq.heappush(search.waiting, (refined[2].value, serial, *refined))
            if not plunge:
                break
            part, part_prices, bound = children[0]
            value = bound.value
        else:
            _settle(search, part, value)
        watcher.report(
            "choosing homes",
            share_done=min(1.0, search.regions / search.budget.regions),
            objective=search.known,
            bound=value,
        )


def _refine(search: Search, region: Region, prices: Prices, least: float) -> tuple[Region, Prices, Bound] | None:
    """Bound a part and drop candidates that no cheaper plan has; `None` if the part holds no cheaper plan."""
    search.regions += 1
    settled = is_settled(region)
    near = least + (0.05 if search.cutoff < np.inf else 0.2) * abs(least)
    aim = search.cutoff if settled and search.cutoff < np.inf else min(search.cutoff, near)
    bound = improve_bound(
        search.pairs,
        search.limits,
        search.instance.candidates,
        region,
        prices,
        target=aim,
        iterations=SETTLED_ITERATIONS if settled else NODE_ITERATIONS,
        step=1.0 if settled else 0.3,
    )
    value = max(bound.value, least)
    if value >= search.cutoff:
        return None
    bound = replace(bound, value=value)
    if settled:
        return region, prices, bound
    smaller = without(region, extra_of_candidates(bound, region), search.cutoff - bound.value, search.instance)
    if smaller is None:
        return None
    return _refine(search, smaller, prices, value) if is_settled(smaller) else (smaller, prices, bound)


def _settle(search: Search, region: Region, least: float) -> None:
    """Deal the areas out to known homes and keep the plan if it is cheaper."""
    homes, problem = homes_of(search, region)
    work = min(search.budget.assign_work, search.budget.total_work - search.work)
    answer = assign(problem, cutoff=search.cutoff, work=work, deadline=search.deadline)
    search.work += answer.work
    if not answer.done:
        search.open_bound = min(search.open_bound, max(least, answer.bound))
    if answer.labels is not None:
        search.keep(best_homes(search.instance, SitingPlan(homes=homes, home_of_area=answer.labels)))


def homes_of(search: Search, region: Region) -> tuple[IntArray, Homes]:
    """Return the homes of a settled region, fixed ones first, and the problem that is left."""
    instance, pairs = search.instance, search.pairs
    chosen = np.flatnonzero(region.group >= 0)
    homes = np.concatenate([instance.fixed, np.setdiff1d(chosen, instance.fixed)]).astype(np.int64)
    allowed = np.zeros((instance.n_areas, len(homes)), dtype=bool)
    for h, candidate in enumerate(homes.tolist()):
        allowed[pairs.area[pairs.start[candidate] : pairs.start[candidate + 1]], h] = True
    own = instance.candidates[homes]
    allowed[own] &= np.eye(len(homes), dtype=bool)
    limits = search.limits
    return homes, Homes(
        areas=own,
        cost=np.where(allowed, instance.cost[:, homes], 0).astype(np.float64),
        allowed=allowed,
        amounts=limits.amounts.astype(np.int64),
        lower=limits.lower[:, homes].astype(np.int64),
        upper=limits.upper[:, homes].astype(np.int64),
        neighbours=search.neighbours,
        contiguous=instance.contiguous,
    )


def _no_partition(search: Search, work: float) -> bool:
    """Say whether it is proven that there is no partition at all; if one is found, make a plan of it."""
    partition = find_partition(search.instance, search.limits, search.neighbours, work=work, deadline=search.deadline)
    plan = partition.plan(search.instance)
    if plan is not None and not verify(search.instance, plan):
        search.keep(plan)
    return partition.impossible


def _result(search: Search, lower: float) -> SitingResult:
    """Say what is known."""
    stopped = search.stopped_by
    if search.plan is None:
        if stopped is StopReason.PROVEN and search.open_bound == np.inf:
            return _nothing(search, "every choice of homes breaks a limit or leaves a territory in pieces")
        if dead_ends(search.instance):
            return _nothing(search, "")
        text = "no plan that keeps every rule was found in the work allowed, and none was proven impossible"
        return SitingResult(
            status=Status.UNKNOWN,
            plan=None,
            conflicts=(Conflict(rules=(), text=text),),
            objective=None,
            bound=lower,
            stopped_by=StopReason.WORK_DONE if stopped is StopReason.PROVEN else stopped,
        )
    if verify(search.instance, search.plan):
        raise RuntimeError("the plan found breaks a rule: this is a fault of the search, please report it")
    lower = search.cost if lower >= search.cost - 0.5 else lower  # costs are whole numbers
    gap = (search.cost - lower) / search.cost if search.cost else 0.0
    optimal = gap <= max(RESOLUTION, search.settings.relative_gap)
    if not optimal and stopped is StopReason.PROVEN:
        stopped = StopReason.WORK_DONE
    return SitingResult(
        status=Status.OPTIMAL if optimal else Status.FEASIBLE,
        plan=search.plan,
        conflicts=(),
        objective=search.cost,
        bound=lower,
        stopped_by=StopReason.PROVEN if optimal else stopped,
    )


def _nothing(search: Search, text: str) -> SitingResult:
    instance = search.instance
    rules = ["territories_are_balanced"] if instance.measures else []
    rules += ["territories_are_contiguous"] if instance.contiguous else []
    rules += ["pairs_are_allowed"] if (instance.cost == CLOSED).any() else []
    return SitingResult(
        status=Status.INFEASIBLE,
        plan=None,
        conflicts=dead_end_conflicts(instance, dead_ends(instance)) or (Conflict(rules=tuple(rules), text=text),),
        objective=None,
        bound=np.inf,
        stopped_by=StopReason.PROVEN,
    )
