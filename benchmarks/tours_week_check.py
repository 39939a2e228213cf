"""Check a rep's visit weeks in plain Python that shares nothing with the optimizer: clock, hours, spacing, drives."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

EARTH_RADIUS_KM = 6371.0088
TOWN_KM = 10.0
"""Kilometres of every drive that are driven at town speed."""
TOLERANCE_DAYS = 2
"""How much a gap between two visits may differ from the even one;"""
CLOSED_DAYS = 3
"""and how much more where visits are a week apart or further, since closed days push them."""

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRules:
    """What holds for every rep; clock times in minutes after midnight."""

    monday: dt.date
    """First day of the cycle."""
    weeks: int
    closed: frozenset[dt.date]
    day_start: int
    day_end: int
    overtime: int
    lunch_minutes: int
    lunch_from: int
    lunch_until: int
    parking: int
    circuity: float
    town_kmh: float
    country_kmh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What one account asks for."""

    account_id: str
    lon: float
    lat: float
    visits: int
    """Wanted in the cycle."""
    service: int
    must: bool
    value: int
    opening: tuple[Spans, ...]
    """Open from, until, per weekday, Monday first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepWeek:
    """A rep, his hours and his shops."""

    rep_id: str
    lon: float
    lat: float
    week_minutes: int
    weekdays: frozenset[int]
    """On which he works; 0 = Monday."""
    shops: tuple[Shop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One visit."""

    shop: int
    """Index into `RepWeek.shops`."""
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """One day as planned."""

    day: int
    """Calendar day of the cycle, from 0."""
    leave: int
    calls: tuple[Call, ...]
    lunch: int | None
    """Start of the break; `None` for none."""
    back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the days of a rep come to."""

    faults: tuple[str, ...]
    """Broken rules in words; musts that lack visits are counted apart."""
    visits: int
    wanted: int
    musts_missed: int
    """Visits that musts lack."""
    value_missed: int
    drive_minutes: int
    """Parking left out."""
    drive_km: float


def check_rep(rep: RepWeek, rules: WeekRules, days: Sequence[DayPlan], *, even: bool = True) -> Checked:
    """Measure the days of one rep and name every broken rule.

    Parameters
    ----------
    even
        Whether visits to a shop must be evenly spaced.
    """
    faults = [f"{rep.rep_id}: two tours on day {a.day}" for a, b in pairwise(days) if a.day >= b.day]
    minutes, km = 0, 0.0
    week_work: dict[int, int] = {}
    visited: list[list[int]] = [[] for _ in rep.shops]
    for plan in days:
        faults += _day_faults(rep, rules, plan)
        route = [None, *(call.shop for call in plan.calls), None]
        for here, there in pairwise(route):
            way = road_km(rep, rules, here, there)
            minutes += drive_minutes(rules, way)
            km += way
        lunch = 0 if plan.lunch is None else rules.lunch_minutes
        week_work[plan.day // 7] = week_work.get(plan.day // 7, 0) + plan.back - plan.leave - lunch
        for call in plan.calls:
            visited[call.shop].append(plan.day)
    for week, work in sorted(week_work.items()):
        if work > rep.week_minutes:
            faults.append(f"{rep.rep_id}: {work - rep.week_minutes} min over the hours of week {week + 1}")
    for shop, own in zip(rep.shops, visited, strict=True):
        faults += _visit_faults(rep, rules, shop, sorted(own), even=even)
    lacking = [max(0, shop.visits - len(own)) for shop, own in zip(rep.shops, visited, strict=True)]
    return Checked(
        faults=tuple(faults),
        visits=sum(len(own) for own in visited),
        wanted=sum(shop.visits for shop in rep.shops),
        musts_missed=sum(n for n, shop in zip(lacking, rep.shops, strict=True) if shop.must),
        value_missed=sum(n * shop.value for n, shop in zip(lacking, rep.shops, strict=True)),
        drive_minutes=minutes,
        drive_km=km,
    )


def road_km(rep: RepWeek, rules: WeekRules, here: int | None, there: int | None) -> float:
    """Return the kilometres between two shops, `None` for home: great circle (haversine formula) × circuity."""
    a, b = (rep if place is None else rep.shops[place] for place in (here, there))
    north, east = math.radians(b.lat - a.lat), math.radians(b.lon - a.lon)
    chord = math.sin(north / 2) ** 2 + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * (
        math.sin(east / 2) ** 2
    )
    return rules.circuity * 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def drive_minutes(rules: WeekRules, km: float) -> int:
    """Return whole minutes: the first kilometres at town speed, the rest at country speed."""
    town = min(km, TOWN_KM)
    return round(60 * (town / rules.town_kmh + (km - town) / rules.country_kmh))


def _day_faults(rep: RepWeek, rules: WeekRules, plan: DayPlan) -> Iterator[str]:
    date = rules.monday + dt.timedelta(days=plan.day)
    name = f"{rep.rep_id}, {date}"
    if not 0 <= plan.day < 7 * rules.weeks or plan.day % 7 not in rep.weekdays or date in rules.closed:
        yield f"{name}: is no working day"
    if plan.leave < rules.day_start or plan.back > rules.day_end + rules.overtime:
        yield f"{name}: from {plan.leave} to {plan.back}, outside the working day"
    shops = [call.shop for call in plan.calls]
    if not shops or len(set(shops)) < len(shops):
        yield f"{name}: no visit, or two to one shop"
    for call in plan.calls:
        shop, until = rep.shops[call.shop], call.start + rep.shops[call.shop].service
        if not any(lo <= call.start and until <= hi for lo, hi in shop.opening[plan.day % 7]):
            yield f"{name}: {shop.account_id} is closed from {call.start} to {until}"
    yield from (f"{name}: {fault}" for fault in _clock_faults(rep, rules, plan))


def _clock_faults(rep: RepWeek, rules: WeekRules, plan: DayPlan) -> Iterator[str]:
    """Check that there is time for every drive, and for the break in one gap between two visits, and only there."""
    free, here = plan.leave, None
    lunch_fits = plan.lunch is None
    for i, call in enumerate([*plan.calls, None]):
        there, ready = (None, plan.back) if call is None else (call.shop, call.start)
        needed = drive_minutes(rules, road_km(rep, rules, here, there)) + (0 if call is None else rules.parking)
        if plan.lunch is not None and free <= plan.lunch and plan.lunch + rules.lunch_minutes <= ready:
            needed += 0 if lunch_fits else rules.lunch_minutes
            lunch_fits = True
        if ready - free < needed:
            yield f"{ready - free} min before stop {i + 1}, {needed} needed"
        free, here = (ready, None) if call is None else (ready + rep.shops[call.shop].service, call.shop)
    if not lunch_fits:
        yield "lunch overlaps a visit"
    if plan.lunch is not None and not rules.lunch_from <= plan.lunch <= rules.lunch_until:
        yield f"lunch at {plan.lunch}"
    away = plan.leave < rules.lunch_from + rules.lunch_minutes and plan.back > rules.lunch_until
    if away and plan.lunch is None and rules.lunch_minutes:
        yield "no lunch"


def _visit_faults(rep: RepWeek, rules: WeekRules, shop: Shop, days: Sequence[int], *, even: bool) -> Iterator[str]:
    if len(days) > shop.visits:
        yield f"{rep.rep_id}: {shop.account_id} is visited {len(days)} times, {shop.visits} wanted"
    if not days or not even:
        return
    cycle = 7 * rules.weeks
    ideal = cycle / len(days)
    gaps = [b - a for a, b in pairwise([*days, days[0] + cycle])]
    most = TOLERANCE_DAYS + (CLOSED_DAYS if ideal > 5 else 0)
    if min(gaps) < 1 or max(abs(gap - ideal) for gap in gaps) > most:
        yield f"{rep.rep_id}: {shop.account_id} on days {list(days)}, gaps {gaps} are not even"
