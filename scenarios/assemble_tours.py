"""Turn territories and visit rules into one tour problem per rep, in whole minutes and metres."""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.tours.instance import Place, TourInstance, VisitRule, WorkDay
from optimizer.tours.patterns import anchored, visit_patterns
from optimizer.tours.plan import TourResult
from optimizer.tours.verify import verify_result
from scenarios.assemble_forecast import most_frequent_by_region
from scenarios.checking import CheckedData
from scenarios.consistency import minute_of_day
from scenarios.faults import BrokenPlanError
from scenarios.opening import parse_opening_hours
from scenarios.schema import Appointment, Scenario, Weekday
from scenarios.tour_dates import appointments_of_cycle, days_into_cycle, days_of_last_plan, first_monday
from scenarios.tour_places import ends_of_days, evenings_away, night_places
from scenarios.travel import Floats, TravelModel

__all__ = ["assemble_tours", "days_off", "first_monday", "verify_tours"]

WEEKDAYS: Final = tuple(Weekday)


def assemble_tours(
    data: CheckedData,
    rep_of_account: Sequence[str],
    rules: pd.DataFrame,
    travel: TravelModel,
    scenario: Scenario,
    *,
    everyone: bool = False,
) -> tuple[TourInstance, ...]:
    """Make the tour problem of every rep, in the order of `data.reps`.

    Parameters
    ----------
    rep_of_account
        rep_id of each account, in the order of `data.accounts`.
    rules
        Visit rules of the accounts, see `scenarios.workload.visit_rules`; accounts with 0 visits get none.
    everyone
        Whether accounts with 0 visits are in the problem all the same, without a pattern.
    """
    closed, nights = _closed_dates(data, scenario), scenario.tours.nights_away
    last_plan = days_of_last_plan(data.last_visits, data.successor, scenario)
    owner = np.asarray(rep_of_account, dtype=object)
    visited = (rules["visits"].to_numpy() > 0) | everyone
    instances = []
    for rep in data.reps.to_dict("records"):
        absent = closed[str(rep["region"])] | days_off(str(rep["rep_id"]), scenario)
        days = _work_days(str(rep["working_days"]), absent, scenario)
        mine = np.flatnonzero((owner == rep["rep_id"]) & visited)
        accounts = data.accounts.iloc[mine]
        ground = _ground(rep, accounts, rules.iloc[mine]["visits"].to_numpy() > 0, days, travel, scenario)
        instances.append(
            TourInstance(
                rep_id=str(rep["rep_id"]),
                days=ground.days,
                visits=_visit_rules(
                    accounts, rules.iloc[mine], days, scenario, rep_id=str(rep["rep_id"]), last_plan=last_plan
                ),
                drive_minutes=_whole_minutes(ground.minutes, scenario.travel.parking_minutes, len(accounts)),
                drive_metres=_without_diagonal((1000 * ground.km).round().astype(np.int64)),
                week_minutes=round(float(rep["hours_per_week"]) * 60),
                overtime_weight=scenario.tours.overtime_price,
                level_weight=scenario.tours.level_price,
                weekday_weight=scenario.tours.same_weekday_price,
                level_days_weight=scenario.tours.level_days_price,
                change_weight=scenario.tours.change_price if last_plan else 0,
                van_load=scenario.tours.van_load,
                places=ground.places,
                night_weight=nights.price if nights else 0,
                night_from_minutes=nights.min_drive_minutes if nights else 0,
            )
        )
    return tuple(instances)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ground:
    """The places of a rep and the ways between them: home, accounts, places for the night, other starts and ends."""

    days: tuple[WorkDay, ...]
    places: tuple[Place, ...]
    minutes: Floats
    km: Floats


def _ground(  # noqa: PLR0917 -- the rep in his parts
    rep: Mapping[Hashable, Any],
    accounts: pd.DataFrame,
    visited: NDArray[np.bool_],
    days: tuple[WorkDay, ...],
    travel: TravelModel,
    scenario: Scenario,
) -> _Ground:
    """Measure the ways, and say where days begin and end."""
    named = {str(key): value for key, value in rep.items()}
    ends, evenings = ends_of_days(named, days, scenario), evenings_away(named, scenario)
    others = list(dict.fromkeys(place for pair in ends for place in pair if place is not None))
    nights = scenario.tours.nights_away
    towns = nights.towns if nights and evenings else ()
    more, first = [*others, *towns], 1 + len(accounts)
    lon = np.array([rep["lon"], *accounts["lon"], *(place.lon for place in more)], dtype=np.float64)
    lat = np.array([rep["lat"], *accounts["lat"], *(place.lat for place in more)], dtype=np.float64)
    minutes, km = travel.between(lon, lat, lon, lat)
    if not others and not evenings:
        return _Ground(days=days, places=(), minutes=minutes, km=km)
    sleeping = []
    if nights and evenings:
        least, at = nights.min_drive_minutes, first + len(others)
        sleeping = night_places(minutes, accounts, visited, towns, at=at, least=least)
    rows = [*range(first), *(row for row, _ in sleeping), *range(first, first + len(others))]
    number = {place: 1 + len(sleeping) + n for n, place in enumerate(others)}
    return _Ground(
        days=tuple(
            replace(
                day,
                start_place=number[start] if start else 0,
                end_place=number[end] if end else 0,
                night_away=day.weekday in evenings,
            )
            for day, (start, end) in zip(days, ends, strict=True)
        ),
        places=(
            *(place for _, place in sleeping),
            *(Place(name=place.name, lon=place.lon, lat=place.lat) for place in others),
        ),
        minutes=minutes[np.ix_(rows, rows)],
        km=km[np.ix_(rows, rows)],
    )


def verify_tours(instances: Sequence[TourInstance], results: Sequence[TourResult]) -> None:
    """Check every plan with the independent verifier.

    Raises
    ------
    BrokenPlanError
        When a plan breaks a rule that its result does not own up to, or leaves out visits without a reason: a
        defect of the planner, never of the data.
    """
    hidden = []
    for instance, result in zip(instances, results, strict=True):
        hidden += [violation.text for violation in verify_result(instance, result)]
    if hidden:
        raise BrokenPlanError(hidden)


def _whole_minutes(minutes: Floats, parking: int, accounts: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Round drives to whole minutes, so that clock times are whole; each drive to an account ends with parking."""
    whole = minutes.round().astype(np.int64)
    whole[:, 1 : 1 + accounts] += parking
    return _without_diagonal(whole)


def _without_diagonal(
    matrix: np.ndarray[tuple[int, int], np.dtype[np.int64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    np.fill_diagonal(matrix, 0)
    return matrix


def _closed_dates(data: CheckedData, scenario: Scenario) -> Mapping[str, frozenset[dt.date]]:
    """Give the dates without tours of each region: those of the scenario, and its public holidays."""
    own = frozenset(scenario.tours.closed)
    regions = sorted(set(data.reps["region"]))
    if not scenario.tours.public_holidays:
        return dict.fromkeys(regions, own)
    first = first_monday(scenario)
    years = range(first.year, (first + dt.timedelta(weeks=scenario.tours.weeks)).year + 1)
    subdivisions = most_frequent_by_region(data)["subdivision"]
    supported = holidays.country_holidays(scenario.forecast.country).subdivisions
    return {
        region: own
        | frozenset(
            holidays.country_holidays(
                scenario.forecast.country,
                subdiv=subdivisions[region] if subdivisions.get(region) in supported else None,
                years=years,
            )
        )
        for region in regions
    }


def days_off(rep_id: str, scenario: Scenario) -> frozenset[dt.date]:
    """Give the days on which a rep is absent."""
    spans = [(line.start, line.end or line.start) for line in scenario.tours.days_off if line.rep == rep_id]
    return frozenset(a + dt.timedelta(days=n) for a, b in spans for n in range((b - a).days + 1))


def _work_days(own: str, closed: frozenset[dt.date], scenario: Scenario) -> tuple[WorkDay, ...]:
    """List the days of the cycle on which a rep drives, without closed dates."""
    tours = scenario.tours
    working = {Weekday(name) for name in own.split()} or set(tours.working_days)
    monday = first_monday(scenario)
    days = []
    for index in range(7 * tours.weeks):
        date = monday + dt.timedelta(days=index)
        if WEEKDAYS[date.weekday()] in working and date not in closed:
            days.append(
                WorkDay(
                    day=index,
                    week=index // 7,
                    weekday=date.weekday(),
                    date=date.isoformat(),
                    start_minute=minute_of_day(tours.workday.start),
                    end_minute=minute_of_day(tours.workday.end),
                    overtime_minutes=tours.overtime_minutes,
                    lunch_minutes=tours.lunch.minutes,
                    lunch_from=minute_of_day(tours.lunch.earliest),
                    lunch_until=minute_of_day(tours.lunch.latest),
                )
            )
    return tuple(days)


def _visit_rules(
    accounts: pd.DataFrame,
    rules: pd.DataFrame,
    days: tuple[WorkDay, ...],
    scenario: Scenario,
    *,
    rep_id: str,
    last_plan: Mapping[str, frozenset[int]],
) -> tuple[VisitRule, ...]:
    """Give each account its windows on every day and the visit patterns that hours, spacing and appointments allow."""
    agreed: dict[str, list[Appointment]] = {}
    for line in appointments_of_cycle(scenario):
        agreed.setdefault(line.account, []).append(line)
    made = []
    for account, rule in zip(accounts.to_dict("records"), rules.to_dict("records"), strict=True):
        service_minutes, visits = int(rule["service_minutes"]), int(rule["visits"])
        week = parse_opening_hours(str(rule["opening_hours"]))
        windows = [week[day.weekday] for day in days]
        own = agreed.get(str(account["account_id"]), [])
        for line in own:
            if line.time is not None and (d := _index_of(line.date, days)) >= 0:
                begin = minute_of_day(line.time)
                windows[d] = ((begin, begin + service_minutes),)
        long_enough = [any(until - start >= service_minutes for start, until in spans) for spans in windows]
        last = account["last_visit"]
        since = 0 if pd.isna(last) else days_into_cycle(scenario, pd.Timestamp(last).date())
        patterns = visit_patterns(
            days,
            visits,
            scenario.tours.weeks,
            open_days=long_enough,
            min_gap_days=int(rule["min_days"]),
            max_gap_days=int(rule["max_days"]),
            last_visit=since if since < 0 else None,
        )
        planned = last_plan.get(str(account["account_id"]), frozenset())
        last_days = tuple(d for d, day in enumerate(days) if day.day in planned and long_enough[d])
        if last_plan and not planned:
            last_days = tuple(range(len(days)))  # who is new changes nothing, wherever it goes
        if len(last_days) == visits and last_days not in patterns and _spaced(last_days, days, rule, scenario):
            patterns = (last_days, *patterns)
        anchors = [_days_of(line, days, long_enough) for line in own]
        lost = [line.date for line, choices in zip(own, anchors, strict=True) if not choices]
        if own and not lost:
            patterns = anchored(patterns, anchors, days, frequency=visits)
        promised = [choices[0] for line, choices in zip(own, anchors, strict=True) if choices and not line.whole_week]
        made.append(
            VisitRule(
                account_id=str(account["account_id"]),
                frequency=visits,
                patterns=() if lost else patterns,
                service_minutes=service_minutes,
                windows=tuple(windows),
                visit_value=int(rule["value"]),
                must=bool(rule["must"]),
                promised_days=() if lost else tuple(sorted(promised)),
                impossible=f"agreed for {lost[0]}, when {rep_id} does not work or it is closed" if lost else "",
                load=int(rule["load"]),
                last_days=last_days,
            )
        )
    return tuple(made)


def _spaced(pattern: Sequence[int], days: Sequence[WorkDay], rule: Mapping[Any, Any], scenario: Scenario) -> bool:
    """Tell whether the days of the plan in force keep the gaps that are asked for, around the end of the cycle too."""
    if not pattern:
        return False
    calendar = [days[d].day for d in pattern]
    cycle = 7 * scenario.tours.weeks
    gaps = [later - day for day, later in zip(calendar, [*calendar[1:], calendar[0] + cycle], strict=True)]
    return min(gaps) >= min(int(rule["min_days"]), cycle) and not 0 < int(rule["max_days"]) < max(gaps)


def _index_of(date: dt.date, days: Sequence[WorkDay]) -> int:
    """Find a date among the working days, -1 when it is none."""
    return next((d for d, day in enumerate(days) if day.date == date.isoformat()), -1)


def _days_of(line: Appointment, days: Sequence[WorkDay], long_enough: Sequence[bool]) -> list[int]:
    """List the days on which an appointment can be kept."""
    if not line.whole_week:
        d = _index_of(line.date, days)
        return [d] if d >= 0 and long_enough[d] else []
    monday = line.date - dt.timedelta(days=line.date.weekday())
    dates = {(monday + dt.timedelta(days=n)).isoformat() for n in range(7)}
    return [d for d, day in enumerate(days) if day.date in dates and long_enough[d]]
