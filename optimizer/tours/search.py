"""Plan the tours of reps: search, time every stop, say what is missed and why; many reps side by side."""

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace

from optimizer.interruption import deaf_children, join, requested, shared
from optimizer.progress import Observer, Silent
from optimizer.solving import SolverSettings, Status, StopReason
from optimizer.tours.arrays import LENGTH, MUST_PENALTY, Tours, problem_of
from optimizer.tours.bound import driving_bound, other_costs_at_most
from optimizer.tours.exact import is_small, solve_exactly
from optimizer.tours.instance import TourInstance
from optimizer.tours.objective import cost, terms
from optimizer.tours.plan import TourPlan, TourResult
from optimizer.tours.reasons import missed_accounts, never_possible
from optimizer.tours.restarts import load_kernels, search_tours
from optimizer.tours.schedule import schedule_day
from optimizer.tours.verify import OWNED_RULES, verify
from optimizer.tours.warmstart import ends_of, tours_of


def plan_tours(instance: TourInstance, settings: SolverSettings, *, observer: Observer | None = None) -> TourResult:
    """Plan the cycle of one rep.

    Parameters
    ----------
    settings
        `effort` sets the rounds of search, `seed` the random numbers; `seconds` is a safety net, seen in `stopped_by`.

    Returns
    -------
    The best plan found; a plan always exists, since missing every visit is one. Status INFEASIBLE when a must account
    cannot have its visits in any plan, UNKNOWN when musts are missed without proof.
    """
    watcher = observer or Silent()
    problem = problem_of(instance)
    deadline = time.monotonic() + settings.seconds
    tours, in_time = search_tours(problem, settings, deadline, watcher)
    plan = _plan_of(instance, tours)
    bound, proven = driving_bound(instance), False
    if is_small(instance) and not requested():
        exact = solve_exactly(instance, settings, start=plan, seconds=max(1.0, deadline - time.monotonic()))
        bound, proven, in_time = max(bound, exact.bound), exact.proven, in_time and exact.in_time
        if exact.plan is not None and cost(instance, exact.plan) < cost(instance, plan):
            plan = exact.plan
            tours = tours_of(problem, plan)
    broken = verify(instance, plan)
    if any(violation.rule not in OWNED_RULES for violation in broken):
        raise AssertionError("; ".join(violation.text for violation in broken))
    gap_closed = proven or cost(instance, plan) <= bound * (1.0 + settings.relative_gap)
    early = StopReason.INTERRUPTED if requested() else StopReason.OUT_OF_TIME
    stopped = StopReason.PROVEN if gap_closed else StopReason.WORK_DONE if in_time else early
    return TourResult(
        rep_id=instance.rep_id,
        status=_status(instance, bool(broken), proven=gap_closed),
        plan=plan,
        missed=missed_accounts(instance, plan, problem, tours),
        violations=broken,
        terms=terms(instance, plan),
        bound=bound,
        stopped_by=stopped,
    )


def plan_all_tours(
    instances: Sequence[TourInstance], settings: SolverSettings, *, observer: Observer | None = None
) -> tuple[TourResult, ...]:
    """Plan the cycle of every rep.

    Parameters
    ----------
    settings
        `workers` processes at most; with 1 everything runs in this process. `seconds` holds for all reps together: reps
        begun later get a plan of little search, marked OUT_OF_TIME.

    Returns
    -------
    Results in the order of `instances`; the same for any number of workers.
    """
    watcher = observer or Silent()
    deadline = time.time() + settings.seconds
    workers = min(settings.workers, len(instances))
    if workers <= 1:
        results = []
        for done, instance in enumerate(instances):
            results.append(_plan_until(instance, settings, deadline))
            _report(watcher, instance, done + 1, len(instances))
        return tuple(results)
    load_kernels()  # compiles once, so that the processes find the machine code on disk
    found: dict[int, TourResult] = {}
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=join, initargs=(shared(),)
    )
    try:
        largest_first = sorted(range(len(instances)), key=lambda i: -len(instances[i].visits))
        with deaf_children():
            futures = {pool.submit(_plan_until, instances[i], settings, deadline): i for i in largest_first}
        for future in as_completed(futures):
            index = futures[future]
            found[index] = future.result()
            _report(watcher, instances[index], len(found), len(instances))
    finally:
        # After Ctrl-C or an error, reps that wait are dropped, so that only those under way are waited for.
        pool.shutdown(wait=True, cancel_futures=True)
    return tuple(found[index] for index in range(len(instances)))


def _plan_of(instance: TourInstance, tours: Tours) -> TourPlan:
    """Time the days of a state of the search."""
    timed = []
    for day in range(len(instance.days)):
        stops = [int(place) - 1 for place in tours.place[day, 1 : tours.sums[day, LENGTH] + 1]]
        if stops:
            tour = schedule_day(instance, day, stops, ends_of(instance, tours, day))
            if tour is None:
                message = f"{instance.rep_id}: the search made a day that cannot be driven"
                raise AssertionError(message)
            timed.append(tour)
    return TourPlan(tours=tuple(timed))


def _status(instance: TourInstance, musts_missed: bool, *, proven: bool) -> Status:
    if not musts_missed:
        return Status.OPTIMAL if proven else Status.FEASIBLE
    if proven and other_costs_at_most(instance) < MUST_PENALTY:
        return Status.INFEASIBLE  # the cheapest plan misses a must, and one must outweighs everything else
    musts = [a for a, rule in enumerate(instance.visits) if rule.must]
    if any(never_possible(instance, a, wanted=instance.visits[a].frequency) for a in musts):
        return Status.INFEASIBLE
    if any(rule.promised_days and never_possible(instance, a, wanted=1) for a, rule in enumerate(instance.visits)):
        return Status.INFEASIBLE
    return Status.UNKNOWN


def _plan_until(instance: TourInstance, settings: SolverSettings, deadline: float) -> TourResult:
    """Plan one rep by a wall-clock time that all processes share."""
    return plan_tours(instance, replace(settings, seconds=max(0.0, deadline - time.time()), workers=1))


def _report(observer: Observer, instance: TourInstance, done: int, reps: int) -> None:
    observer.report(f"tours of {instance.rep_id}", share_done=done / reps)
