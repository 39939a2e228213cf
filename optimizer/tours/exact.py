"""Prove the best plan of a small cycle with CP-SAT."""

from dataclasses import dataclass
from math import lcm

from ortools.sat.python import cp_model

from optimizer.solving import SolverSettings
from optimizer.tours.arrays import MUST_PENALTY
from optimizer.tours.constraints import CONSTRAINTS
from optimizer.tours.hints import hint_plan
from optimizer.tours.instance import TourInstance
from optimizer.tours.objective import cost
from optimizer.tours.plan import DayTour, Stop, TourPlan
from optimizer.tours.schedule import break_start, schedule_day
from optimizer.tours.variables import HOME, TourVariables, create_variables
from optimizer.tours.verify import OWNED_RULES, verify

DETERMINISTIC_SECONDS = 10.0
"""Work limit of the solver, in its own machine-independent seconds."""

MOST_VISITS = 40
"""Pairs of account and possible day up to which a cycle counts as small."""
MOST_ACCOUNTS = 8
ROUNDING = 1e-6
"""Costs closer than this are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactResult:
    """What the solver found and proved."""

    plan: TourPlan | None
    bound: float
    """No plan costs less."""
    proven: bool
    """Whether `plan` costs as little as `bound`."""
    in_time: bool
    """Whether the work limit ended the search, or a proof, and not the safety net."""


def is_small(instance: TourInstance) -> bool:
    """Tell whether the exact model is worth building."""
    pairs = sum(len({d for p in rule.patterns for d in p}) for rule in instance.visits)
    return len(instance.visits) <= MOST_ACCOUNTS and pairs <= MOST_VISITS


def solve_exactly(
    instance: TourInstance, settings: SolverSettings, *, start: TourPlan | None = None, seconds: float = 60.0
) -> ExactResult:
    """Solve the whole cycle as one model; meant for few accounts and days.

    Parameters
    ----------
    start
        A plan to begin from.
    seconds
        Wall-clock safety net.
    """
    model = cp_model.CpModel()
    x = create_variables(model, instance)
    for family in CONSTRAINTS:
        family(model, x, instance)
    scale = max(1, len({day.week for day in instance.days}))
    if instance.level_days_weight:
        scale = lcm(scale, max(1, len(instance.days)))
    model.minimize(total_cost(x, instance, scale=scale))
    if start is not None:
        hint_plan(model, x, instance, start)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # Ctrl-C is for `optimizer.interruption`
    solver.parameters.linearization_level = 2  # the circuits' cuts: without them the bound hardly moves
    solver.parameters.random_seed = settings.seed
    solver.parameters.max_deterministic_time = DETERMINISTIC_SECONDS
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    in_time = solver.wall_time < seconds
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        bound = max(0.0, solver.best_objective_bound / scale)
        return ExactResult(plan=None, bound=bound, proven=False, in_time=in_time)
    plan, done = _plan_of(solver, x, instance), status == cp_model.OPTIMAL
    bound = solver.best_objective_bound / scale
    retimed = _retimed(instance, plan)
    # The model may wait to make weeks and days look level; no plan does, so that its cost is a bound and no more.
    waits = instance.level_weight > 0 or instance.level_days_weight > 0
    if retimed is not None and (waits or cost(instance, retimed) <= cost(instance, plan)):
        plan = retimed if all(fault.rule in OWNED_RULES for fault in verify(instance, retimed)) else plan
    proven = done and cost(instance, plan) <= bound + ROUNDING
    return ExactResult(plan=plan, bound=bound, proven=proven, in_time=done or in_time)


def total_cost(x: TourVariables, instance: TourInstance, *, scale: int) -> cp_model.LinearExpr:
    """Give `scale` times the sum of the terms of `optimizer.tours.objective`; a multiple of weeks and days is whole.

    Driving + missed visits at their value, musts at `MUST_PENALTY` more + days of patterns by themselves + overtime +
    nights away + busiest week and longest day above the mean.
    """
    parts = [x.driving(instance, d) for d in range(len(instance.days))]
    parts += [instance.night_weight * literal for literal in x.sleeps.values()]
    for a, rule in enumerate(instance.visits):
        visits = [len(p) * literal for p, literal in zip(rule.patterns, x.follows[a], strict=True)]
        worth = rule.visit_value + (MUST_PENALTY if rule.must else 0)
        parts.append(worth * (rule.frequency - cp_model.LinearExpr.sum(visits)))
        if rule.promised_days:
            parts.append(MUST_PENALTY * (1 - cp_model.LinearExpr.sum(x.follows[a])))
        prices = [instance.pattern_price(rule, p) for p in rule.patterns]
        parts += [price * literal for price, literal in zip(prices, x.follows[a], strict=True) if price]
    parts += [instance.overtime_weight * minutes for minutes in x.overtime]
    weeks = sorted({day.week for day in instance.days})
    total = scale * cp_model.LinearExpr.sum(parts)
    if instance.level_weight > 0 and weeks:
        work = cp_model.LinearExpr.sum([x.week_work(instance, week) for week in weeks])
        total += instance.level_weight * (scale * x.busiest - scale // len(weeks) * work)
    if instance.level_days_weight > 0 and instance.days:
        days = len(instance.days)
        done = cp_model.LinearExpr.sum([x.day_work(instance, d) for d in range(days)])
        total += instance.level_days_weight * (scale * x.longest - scale // days * done)
    return total


def _plan_of(solver: cp_model.CpSolver, x: TourVariables, instance: TourInstance) -> TourPlan:
    """Read the plan with the solver's own times."""
    tours = []
    for d, day in enumerate(instance.days):
        following = {
            i: j for i in x.places(d) for j in x.places(d) if i != j and solver.boolean_value(x.drives[d, i, j])
        }
        if HOME not in following:
            continue
        first, last = _ends(solver, x, instance, d)
        rows = {HOME: instance.row(first), **{place: place for place in x.places(d)[1:]}}
        stops: list[Stop] = []
        lunch_start, lunch_before = -1, -1
        here, now = HOME, solver.value(x.leave[d])
        while True:
            there = following[here]
            leg = rows[here], instance.row(last) if there == HOME else there
            minutes, metres = int(instance.drive_minutes[leg]), int(instance.drive_metres[leg])
            door = now + minutes
            if (d, here) in x.lunch_after and solver.boolean_value(x.lunch_after[d, here]):
                lunch_before = len(stops)
                lunch_start = break_start(day, now, door, homeward=there == HOME)
                door += day.lunch_minutes if lunch_start < door else 0
            if there == HOME:
                break
            account = there - 1
            start = solver.value(x.start[account, d])
            now = start + instance.visits[account].service_minutes
            stops.append(
                Stop(account=account, arrive=door, start=start, depart=now, drive_minutes=minutes, drive_metres=metres)
            )
            here = there
        tours.append(
            DayTour(
                day=d,
                leave_home=solver.value(x.leave[d]),
                stops=tuple(stops),
                back_home=solver.value(x.back[d]),
                home_drive_minutes=minutes,
                home_drive_metres=metres,
                lunch_start=lunch_start,
                lunch_before=lunch_before,
                start_place=first,
                end_place=last,
            )
        )
    return TourPlan(tours=tuple(tours))


def _ends(solver: cp_model.CpSolver, x: TourVariables, instance: TourInstance, day: int) -> tuple[int, int]:
    """Read where a day begins and ends."""

    def slept(evening: int, usual: int) -> int:
        nights = [p for p in instance.night_places() if (evening, p) in x.sleeps]
        return next((p for p in nights if solver.boolean_value(x.sleeps[evening, p])), usual)

    return slept(day - 1, instance.days[day].start_place), slept(day, instance.days[day].end_place)


def _retimed(instance: TourInstance, plan: TourPlan) -> TourPlan | None:
    """Time the same stops anew, with the latest departures."""
    tours = [
        schedule_day(instance, tour.day, [s.account for s in tour.stops], (tour.start_place, tour.end_place))
        for tour in plan.tours
    ]
    kept = tuple(tour for tour in tours if tour is not None)
    return TourPlan(tours=kept) if len(kept) == len(tours) else None
