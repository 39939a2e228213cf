"""Plan a rep's weeks as others would: greedy patterns with PyVRP on each day, or the weekdays of the orders."""

import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd

from benchmarks.tours_week_check import Call, DayPlan
from optimizer.tours.instance import TourInstance, VisitRule

PASSES = 2
"""Times that shops are brought in and days routed: what routing frees is used once more."""
ENDLESS = 10_000
"""Minutes of a day without end."""
QUARTERS = 4
"""Quarters of orders before the plan that tell an account's weekdays."""


def greedy_week(instance: TourInstance, seconds: float, seed: int) -> list[DayPlan]:
    """Choose patterns by cheapest insertion, route every day with PyVRP, and do both once more with what is left."""
    started = time.process_time()
    trips: list[list[int]] = [[] for _ in instance.days]
    left = list(range(len(instance.visits)))
    for step in range(PASSES):
        left = _bring_in(instance, trips, left)
        until = started + seconds * (step + 1) / PASSES
        for day, trip in enumerate(trips):
            share = (until - time.process_time()) / (len(trips) - day)
            if len(trip) > 2:
                trips[day] = _routed(instance, day, trip, max(0.01, share), seed)
    return [plan for day, trip in enumerate(trips) if trip and (plan := timed(instance, day, trip)) is not None]


def _bring_in(instance: TourInstance, trips: list[list[int]], shops: Sequence[int]) -> list[int]:
    """Give each shop, musts and many visits first, as many visits as there is time for; return those without any.

    Of the patterns with as many visits, the one that adds least driving is taken.
    """
    visits, left = instance.visits, []
    work = [_work(instance, day, trip) for day, trip in enumerate(trips)]
    for shop in sorted(shops, key=lambda a: (-visits[a].must, -visits[a].frequency, -visits[a].service_minutes)):
        rule = visits[shop]
        place = {day: _cheapest(instance, trips[day], shop) for day in sorted({d for p in rule.patterns for d in p})}
        longer = {day: [*trips[day][:i], shop, *trips[day][i:]] for day, (_, i) in place.items()}
        after = {day: _work(instance, day, trip) for day, trip in longer.items()}
        able = (p for p in rule.patterns if _fits(instance, work, after, p))
        best = min(able, key=lambda p: (-len(p), sum(place[day][0] for day in p)), default=None)
        if best is None:
            left.append(shop)
            continue
        for day in best:
            trips[day], work[day] = longer[day], after[day]
    return left


def _cheapest(instance: TourInstance, trip: Sequence[int], shop: int) -> tuple[int, int]:
    """Return the extra minutes of a shop in a day's round trip, and its place in it."""
    drive, new = instance.drive_minutes, shop + 1
    path = [0, *(a + 1 for a in trip), 0]
    return min((int(drive[a, new] + drive[new, b] - drive[a, b]), i) for i, (a, b) in enumerate(pairwise(path)))


def _work(instance: TourInstance, day: int, trip: Sequence[int]) -> float:
    """Return the working minutes of a day; infinite where it cannot be driven."""
    if not trip:
        return 0
    plan = timed(instance, day, trip)
    lunch = instance.days[day].lunch_minutes if plan and plan.lunch is not None else 0
    return plan.back - plan.leave - lunch if plan else math.inf


def _fits(instance: TourInstance, work: Sequence[float], after: Mapping[int, float], pattern: Sequence[int]) -> bool:
    """Tell whether the days of a pattern can be driven with one more shop, and their weeks keep the rep's hours."""
    week: dict[int, float] = defaultdict(float)
    for day, minutes in enumerate(work):
        week[instance.days[day].week] += after[day] if day in pattern else minutes
    return max(week.values()) <= instance.week_minutes


def _routed(instance: TourInstance, day: int, trip: list[int], seconds: float, seed: int) -> list[int]:
    """Order a day's shops with PyVRP, which knows no breaks: lunch is taken off the end of the day."""
    import pyvrp  # noqa: PLC0415 -- a peer, not a dependency

    from benchmarks.tours_peers import CpuLimit  # noqa: PLC0415

    own, drive = instance.days[day], instance.drive_minutes
    model = pyvrp.Model()
    places = [model.add_location(0, 0)]
    model.add_depot(places[0])
    end = own.end_minute + own.overtime_minutes - own.lunch_minutes
    model.add_vehicle_type(1, tw_early=own.start_minute, tw_late=end)
    for shop in trip:
        rule = instance.visits[shop]
        opens, closes = rule.windows[day][0][0], rule.windows[day][-1][1]
        places.append(model.add_location(0, shop))
        model.add_client(
            places[-1], service_duration=rule.service_minutes, tw_early=opens, tw_late=closes - rule.service_minutes
        )
    numbers = [0, *(shop + 1 for shop in trip)]
    for a, one in zip(numbers, places, strict=True):
        for b, other in zip(numbers, places, strict=True):
            if a != b:
                model.add_edge(one, other, distance=int(drive[a, b]), duration=int(drive[a, b]))
    found = model.solve(CpuLimit(seconds), seed=seed, display=False).best
    if not found.is_feasible():
        return trip
    (route,) = found.routes()
    order = [trip[activity.idx] for activity in route if activity.is_client()]
    return order if timed(instance, day, order) is not None else trip


def timed(instance: TourInstance, day: int, trip: Sequence[int]) -> DayPlan | None:
    """Drive a day with the break where it ends the day soonest; `None` when that fails."""
    own = instance.days[day]
    gaps = (None, *range(len(trip) + 1)) if own.lunch_minutes else (None,)
    runs = [run for gap in gaps if (run := _driven(instance, day, trip, gap)) is not None]
    latest = own.end_minute + own.overtime_minutes
    no_break = latest if not own.lunch_minutes else own.lunch_until
    runs = [run for run in runs if run.back <= (latest if run.lunch is not None else min(latest, no_break))]
    return min(runs, key=lambda run: (run.back, run.back - run.leave), default=None)


def _driven(instance: TourInstance, day: int, trip: Sequence[int], lunch_gap: int | None) -> DayPlan | None:
    """Drive a day as early as it can be; who would wait for the break leaves home that much later."""
    own = instance.days[day]
    leave = now = own.start_minute
    here, lunch = 0, None
    calls: list[Call] = []
    for i, shop in enumerate([*trip, None]):
        if i == lunch_gap:
            lunch = max(now, own.lunch_from)
            if lunch > own.lunch_until:
                return None
            leave += lunch - now
            calls = [Call(shop=call.shop, start=call.start + lunch - now) for call in calls]
            now = lunch + own.lunch_minutes
        there = 0 if shop is None else shop + 1
        now += int(instance.drive_minutes[here, there])
        if shop is not None:
            now = max(now, instance.visits[shop].windows[day][0][0])
            calls.append(Call(shop=shop, start=now))
            now += instance.visits[shop].service_minutes
        here = there
    for call in calls:
        rule = instance.visits[call.shop]
        if not any(lo <= call.start and call.start + rule.service_minutes <= hi for lo, hi in rule.windows[day]):
            return None
    return DayPlan(day=own.day, leave=leave, calls=tuple(calls), lunch=lunch, back=now)


def order_weekdays(path: Path, before: pd.Timestamp) -> dict[str, list[int]]:
    """Read each account's weekdays (0 = Monday), the one with most order days first, of the last quarters."""
    table = pd.read_csv(path, dtype={"account_id": str})
    quarter = 4 * table["year"] + table["quarter"] - 1
    now = 4 * before.year + before.quarter - 1
    recent = table[(quarter < now) & (quarter >= now - QUARTERS)]
    sums = recent.groupby(["account_id", "weekday"])["order_days"].sum().reset_index()
    sums = sums.sort_values(["account_id", "order_days", "weekday"], ascending=[True, False, True])
    return {str(key): [int(day) - 1 for day in own["weekday"]] for key, own in sums.groupby("account_id")}


def on_order_weekdays(instance: TourInstance, weekdays: Mapping[str, Sequence[int]]) -> TourInstance:
    """Bind every account to the weekdays on which it orders, every visit a must, and give each day all the time.

    The weeks of visits rarer than weekly stay free. Hours do not bind, so that all visits are made and only driving
    counts: the check tells on how many days and weeks they are broken.
    """
    rules = []
    for rule in instance.visits:
        patterns = _weekday_patterns(instance, rule, weekdays.get(rule.account_id, ()))
        whole = [pattern for pattern in patterns or rule.patterns if len(pattern) == rule.frequency]
        always = tuple((((spans[0][0], ENDLESS),) if spans else ()) for spans in rule.windows)
        rules.append(replace(rule, patterns=tuple(whole), windows=always, must=True))
    days = tuple(replace(day, end_minute=ENDLESS, overtime_minutes=0) for day in instance.days)
    return replace(instance, visits=tuple(rules), days=days, week_minutes=7 * ENDLESS, level_weight=0)


def _weekday_patterns(instance: TourInstance, rule: VisitRule, known: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """List all days of as many weekdays as the visits need, in evenly spaced weeks."""
    days, weeks = instance.days, max(day.week for day in instance.days) + 1
    a_week = -(-rule.frequency // weeks)
    open_on = sorted({day.weekday for d, day in enumerate(days) if rule.windows[d]})
    chosen = [weekday for weekday in known if weekday in open_on][:a_week]
    if not chosen:
        return ()
    chosen += [weekday for weekday in open_on if weekday not in chosen][: a_week - len(chosen)]
    step = max(1, weeks // rule.frequency)
    full = []
    for first in range(step):
        wanted = [7 * week + weekday for week in range(first, weeks, step) for weekday in chosen]
        taken: list[int] = []
        for calendar in wanted:  # a closed day moves the visit to the nearest open one
            free = [d for d in range(len(days)) if d not in taken and rule.windows[d]]
            taken += sorted(free, key=lambda d: (abs(days[d].day - calendar), d))[:1]
        if len(taken) >= rule.frequency:
            full.append(tuple(sorted(taken[: rule.frequency])))
    return tuple(dict.fromkeys(full))
