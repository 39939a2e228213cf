"""Plan the rest of a rep's cycle again after something came up, and leave everything else as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from optimizer.tours.annealing import Heat, improve, settle
from optimizer.tours.arrays import LENGTH, Problem, Tours, empty_tours, problem_of
from optimizer.tours.desk import HARD, WEEK_PRICE, empty_desk
from optimizer.tours.instance import TourInstance, VisitRule
from optimizer.tours.objective import cost, nights_away, visit_days
from optimizer.tours.plan import DayTour, Missed, TourPlan
from optimizer.tours.reasons import missed_accounts
from optimizer.tours.restarts import (
    LONGEST_STRING,
    MOST_UNSERVED,
    ONE_DAY,
    REMOVED_MEAN,
    SETTLE_PASSES,
    SETTLE_PRICE,
    WEEK_START_PRICE,
    typical_drive,
)
from optimizer.tours.schedule import schedule_day, work_minutes
from optimizer.tours.verify import OWNED_RULES, verify
from optimizer.tours.warmstart import ends_of, tours_of

ROUNDS: Final = 8_000
"""Rounds of search: the plan is good already where nothing came up."""
WARM: Final = 0.1
"""First temperature, as a share of the mean drive: warm enough to make room, too cool to start anew."""
COLD: Final = 0.02
MOST_PATTERNS: Final = 150
"""Sets of days that an account may choose from."""
URGENT_DAYS: Final = 5
"""Working days from today within which an urgent visit is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came up; days are entries of `TourInstance.days`, accounts of `TourInstance.visits`."""

    first_day: int
    """The first day that is not over."""
    not_done: frozenset[tuple[int, int]] = frozenset()
    """Visits (account, day) before that which were not made."""
    off: frozenset[int] = frozenset()
    """Days on which the rep does not work."""
    cancelled: frozenset[int] = frozenset()
    """Accounts that want no further visit in this cycle."""
    not_on: frozenset[tuple[int, int]] = frozenset()
    """Visits (account, day) that cannot be made on their day."""
    urgent: tuple[int, ...] = ()
    """Accounts that need a visit within the next `URGENT_DAYS` working days; one that is planned there will do."""
    confirmed: frozenset[tuple[int, int]] = frozenset()
    """Planned visits (account, day) that keep their day and their minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    """The cycle with its rest planned again."""

    instance: TourInstance
    """The whole cycle as it is now asked for; `plan` keeps its rules."""
    plan: TourPlan
    missed: tuple[Missed, ...]
    broken: tuple[str, ...]
    """Promises and musts of the rest of the cycle that cannot be kept, in words."""


def replan(instance: TourInstance, plan: TourPlan, news: News, *, change_weight: int, seed: int) -> Replan:
    """Plan the days from `news.first_day` on again.

    Parameters
    ----------
    instance, plan
        The whole cycle and its tours as they stood.
    change_weight
        Price of each visit that moves to another day, in driving minutes.

    Returns
    -------
    All tours before the first day as they were, and after it new ones: days whose visits are the same keep their order
    and their times, others keep their order unless a new one saves more than the price of a change.
    """
    rest = rest_of_cycle(instance, plan, news, change_weight=change_weight)
    problem, shift = problem_of(rest), news.first_day
    wanted = _kept_tours(rest, plan, news)
    best = _search(problem, tours_of(problem, wanted), seed)
    before = {tour.day - shift: tour for tour in plan.tours if tour.day >= shift}
    later = _timed(rest, best, before)
    faults = verify(rest, later)
    if any(violation.rule == "weeks_are_not_too_long" for violation in faults):
        later = _timed(rest, best, {})  # the former order of some day takes longer than the week allows
        faults = verify(rest, later)
    hidden = [violation.text for violation in faults if violation.rule not in OWNED_RULES]
    if hidden:
        raise AssertionError("; ".join(hidden))
    missed = missed_accounts(rest, later, problem, tours_of(problem, later))
    past = _past(instance, plan, news)
    if past and not any(tour.day == 0 for tour in later.tours):
        past[-1] = _back_home(instance, past[-1])
    whole = TourPlan(tours=(*past, *(replace(tour, day=tour.day + shift) for tour in later.tours)))
    return Replan(
        instance=_asked_for(instance, rest, whole, news),
        plan=whole,
        missed=_over_the_cycle(missed, rest, whole, instance, shift),
        broken=tuple(violation.text for violation in faults),
    )


def rest_of_cycle(instance: TourInstance, plan: TourPlan, news: News, *, change_weight: int) -> TourInstance:
    """Make the problem of the days that are left: what is done counts, what is promised stays, the rest may move."""
    first = news.first_day
    days = instance.days[first:]
    past = _past(instance, plan, news)
    slept = nights_away(instance, TourPlan(tours=tuple(past))).get(first - 1)
    if slept is not None and first not in news.off:
        days = (replace(days[0], start_place=slept), *days[1:])
    last = visit_days(instance, plan)
    work: dict[int, int] = {}
    for tour in past:
        week = instance.days[tour.day].week
        work[week] = work.get(week, 0) + work_minutes(instance.days[tour.day], tour)
    weeks = max((day.week for day in instance.days), default=0) + 1
    starts = {(stop.account, tour.day): stop.start for tour in plan.tours for stop in tour.stops}
    rules = [_rest_of(instance, a, last[a], starts, news) for a in range(len(instance.visits))]
    return replace(
        instance,
        days=days,
        visits=tuple(rules),
        change_weight=change_weight,
        worked_minutes=tuple(
            min(instance.week_minutes, instance.worked(week) + work.get(week, 0)) for week in range(weeks)
        ),
    )


def _rest_of(
    instance: TourInstance, a: int, last: Sequence[int], starts: Mapping[tuple[int, int], int], news: News
) -> VisitRule:
    """Say what one account asks for on the days that are left."""
    rule, first = instance.visits[a], news.first_day
    done = [d for d in last if d < first and (a, d) not in news.not_done]
    lost = {d for d in last if d in news.off or (a, d) in news.not_on}
    kept = tuple(d for d in last if d >= first and d not in lost)
    confirmed = {d for d in kept if (a, d) in news.confirmed}
    promised = tuple(sorted(confirmed | {d for d in rule.promised_days if d in kept}))
    soon = [d for d in range(first, len(instance.days)) if d not in news.off][:URGENT_DAYS]
    urgent = a in news.urgent and not set(soon).intersection(kept)
    wanted = len(kept) + 1 if urgent else max(len(kept), rule.frequency - len(done))
    wanted = 0 if a in news.cancelled else wanted
    windows = list(rule.windows)
    for d in sorted(confirmed):
        windows[d] = ((starts[a, d], starts[a, d] + rule.service_minutes),)
    open_days = [
        d
        for d in range(first, len(instance.days))
        if d not in news.off
        and (a, d) not in news.not_on
        and any(hi - lo >= rule.service_minutes for lo, hi in windows[d])
    ]
    patterns = _patterns(instance, rule, done, kept, open_days, wanted) if wanted else []
    if urgent:
        # Not a day of the standing plan: the urgent visit comes on top of those.
        added = [tuple(sorted({*kept, d})) for d in soon if d in open_days and d not in kept]
        patterns = added or [p for p in patterns if p == kept]
    elif a in news.urgent:
        patterns = [p for p in patterns if set(soon).intersection(p)]
    allowed = [p for p in dict.fromkeys(patterns) if p and set(p).issuperset(promised)]
    return replace(
        rule,
        frequency=wanted,
        patterns=tuple(tuple(d - first for d in p) for p in allowed[:MOST_PATTERNS]),
        windows=tuple(windows[first:]),
        last_days=tuple(d - first for d in kept),
        promised_days=tuple(d - first for d in promised) if a not in news.cancelled else (),
        must=rule.must or urgent,
    )


def _patterns(  # noqa: PLR0917 -- an account's days in their kinds
    instance: TourInstance,
    rule: VisitRule,
    done: Sequence[int],
    kept: tuple[int, ...],
    open_days: Sequence[int],
    wanted: int,
) -> list[tuple[int, ...]]:
    """List sets of days: as planned, with lost visits made up for, with one visit moved, and what standing rules allow.

    No two visits are nearer to each other than in the account's own patterns, where days apart can be kept at all.
    """
    calendar = [day.day for day in instance.days]
    own = [b - a for p in rule.patterns for a, b in pairwise(calendar[d] for d in p)]
    least = min(own, default=1)

    def spaced(pattern: Sequence[int]) -> bool:
        times = sorted(calendar[d] for d in (*done, *pattern))
        return all(b - a >= least for a, b in pairwise(times))

    lacking = max(0, wanted - len(kept))
    found: list[tuple[int, ...]] = []
    for more in range(min(lacking, 2), 0, -1):
        added = [tuple(sorted((*kept, *new))) for new in combinations([d for d in open_days if d not in kept], more)]
        found += [p for p in added if spaced(p)]
        found = found[: MOST_PATTERNS // 2]
    found += [kept] if kept else []
    for gone in kept:
        others = tuple(d for d in kept if d != gone)
        found += [p for d in open_days if d not in kept and spaced(p := tuple(sorted((*others, d))))]
    usable = set(open_days)
    for pattern in rule.patterns:
        ahead = tuple(d for d in pattern if d >= (open_days[0] if open_days else 0))
        if 0 < len(ahead) <= wanted and usable.issuperset(ahead) and spaced(ahead):
            found.append(ahead)
    return found


def _past(instance: TourInstance, plan: TourPlan, news: News) -> list[DayTour]:
    """Give the tours that are over as they were planned, timed anew where visits were not made."""
    tours = []
    for tour in plan.tours:
        made = [stop.account for stop in tour.stops if (stop.account, tour.day) not in news.not_done]
        if tour.day >= news.first_day:
            continue
        if len(made) == len(tour.stops):
            tours.append(tour)
        elif made:
            tours.append(schedule_day(instance, tour.day, made, (tour.start_place, tour.end_place)) or tour)
    for i, tour in enumerate(tours):
        if tour.day + 1 < news.first_day and all(later.day != tour.day + 1 for later in tours):
            tours[i] = _back_home(instance, tour)
        if (
            tour.day > 0
            and tour.start_place in instance.night_places()
            and (i == 0 or tours[i - 1].day != tour.day - 1)
        ):
            ends = (instance.days[tour.day].start_place, tours[i].end_place)
            tours[i] = schedule_day(instance, tour.day, [stop.account for stop in tour.stops], ends) or tours[i]
    return tours


def _back_home(instance: TourInstance, tour: DayTour) -> DayTour:
    """Give up the night after a tour, where the way back can still be driven on that day."""
    day = instance.days[tour.day]
    if tour.end_place == day.end_place:
        return tour
    stops = [stop.account for stop in tour.stops]
    return schedule_day(instance, tour.day, stops, (tour.start_place, day.end_place)) or tour


def _kept_tours(rest: TourInstance, plan: TourPlan, news: News) -> TourPlan:
    """Begin with the standing tours without the visits that cannot be made, and nights away that join two of them."""
    tours = []
    kept = [set(rule.last_days) if rule.last_days in rule.patterns else set() for rule in rest.visits]
    left = {
        d: stops
        for tour in plan.tours
        if (d := tour.day - news.first_day) >= 0
        and (stops := [stop.account for stop in tour.stops if d in kept[stop.account]])
    }
    nights = {d - news.first_day: place for d, place in nights_away(rest, plan).items()}
    nights = {d: place for d, place in nights.items() if d in left and d + 1 in left}
    for tour in plan.tours:
        d = tour.day - news.first_day
        stops = left.get(d, [])
        if stops:
            day = rest.days[d]
            ends = (nights.get(d - 1, day.start_place), nights.get(d, day.end_place))
        timed = schedule_day(rest, d, stops, ends) if stops else None
        if timed is not None:
            tours.append(timed)
        else:
            for account in stops:
                kept[account] = set()
    days = {tour.day for tour in tours}
    if any(d not in days or d + 1 not in days for d in nights):
        return TourPlan(tours=())
    whole = [t for t in tours if all(t.day in kept[stop.account] for stop in t.stops)]
    return TourPlan(tours=tuple(whole)) if len(whole) == len(tours) else TourPlan(tours=())


def _search(problem: Problem, start: Tours, seed: int) -> Tours:
    """Anneal a little from the standing tours, then let each account look for better days."""
    best, trial = empty_tours(problem), empty_tours(problem)
    near = typical_drive(problem)
    desk = empty_desk(problem, seed, prices=(WEEK_START_PRICE, HARD, HARD))
    heat = Heat(near * WARM, near * COLD, 0.0, REMOVED_MEAN, LONGEST_STRING, MOST_UNSERVED, ONE_DAY)
    best_cost = improve(problem, start, trial, best, desk, heat, ROUNDS, np.inf)
    desk.prices[WEEK_PRICE] = SETTLE_PRICE
    settle(problem, best, trial, desk, best_cost, SETTLE_PASSES)
    return best


def _timed(rest: TourInstance, tours: Tours, before: Mapping[int, DayTour]) -> TourPlan:
    """Time every day of a state of the search."""
    timed = []
    for day in range(len(rest.days)):
        stops = [int(place) - 1 for place in tours.place[day, 1 : tours.sums[day, LENGTH] + 1]]
        if stops:
            tour = _nearest(rest, day, stops, before.get(day), ends_of(rest, tours, day))
            if tour is None:
                raise AssertionError("the search made a day that cannot be driven")
            timed.append(tour)
    return TourPlan(tours=tuple(timed))


def _nearest(
    rest: TourInstance, day: int, stops: list[int], before: DayTour | None, ends: tuple[int, int]
) -> DayTour | None:
    """Time a day, in the order that it had as far as that costs no more than a change is worth."""
    found = schedule_day(rest, day, stops, ends)
    if before is None or (before.start_place, before.end_place) != ends:
        return found
    old = [stop.account for stop in before.stops]
    if sorted(old) == sorted(stops):
        same = replace(before, day=day)
        return same if _fits(rest, same) else found
    order = [account for account in old if account in stops]
    for account in stops:
        if account not in order:
            tries = [schedule_day(rest, day, [*order[:i], account, *order[i:]], ends) for i in range(len(order) + 1)]
            timed = [tour for tour in tries if tour is not None]
            if not timed:
                return found
            cheapest = min(timed, key=lambda tour: cost(rest, TourPlan(tours=(tour,))))
            order = [stop.account for stop in cheapest.stops]
    kept = schedule_day(rest, day, order, ends)
    if kept is None or found is None:
        return found
    saved = cost(rest, TourPlan(tours=(kept,))) - cost(rest, TourPlan(tours=(found,)))
    longer = work_minutes(rest.days[day], kept) - work_minutes(rest.days[day], found)
    return kept if saved <= rest.change_weight and longer <= rest.change_weight else found


def _fits(rest: TourInstance, tour: DayTour) -> bool:
    """Tell whether a tour of the standing plan keeps the rules of its day as they are now."""
    of_all_days = {"weeks_are_not_too_long", "days_begin_where_the_rep_is", "nights_join_two_days"}
    owned = {*of_all_days, "every_account_follows_one_pattern", *OWNED_RULES}
    return not any(v.rule not in owned for v in verify(rest, TourPlan(tours=(tour,))))


def _asked_for(instance: TourInstance, rest: TourInstance, whole: TourPlan, news: News) -> TourInstance:
    """Write the whole cycle as it is asked for now: the days chosen are allowed, on top of the standing patterns."""
    rules = []
    days = visit_days(instance, whole)
    for a, (rule, left) in enumerate(zip(instance.visits, rest.visits, strict=True)):
        done = sum(1 for d in days[a] if d < news.first_day)
        chosen = tuple(sorted(days[a]))
        patterns = tuple(dict.fromkeys((*((chosen,) if chosen else ()), *rule.patterns)))
        wanted = done + left.frequency
        promised = tuple(sorted({d + news.first_day for d in left.promised_days if d + news.first_day in chosen}))
        rules.append(
            replace(
                rule,
                frequency=wanted,
                patterns=tuple(p for p in patterns if len(p) <= wanted and set(p).issuperset(promised)),
                promised_days=promised,
                windows=(*rule.windows[: news.first_day], *left.windows),
                must=rule.must,
            )
        )
    return replace(instance, visits=tuple(rules))


def _over_the_cycle(
    missed: Sequence[Missed], rest: TourInstance, whole: TourPlan, instance: TourInstance, shift: int
) -> tuple[Missed, ...]:
    """Count the visits of the whole cycle; what is missed is missed on the days that are left."""
    done = [sum(1 for d in days if d < shift) for days in visit_days(instance, whole)]
    return tuple(
        Missed(
            account=miss.account,
            wanted=done[miss.account] + rest.visits[miss.account].frequency,
            planned=done[miss.account] + miss.planned,
            reason=miss.reason,
        )
        for miss in missed
    )
