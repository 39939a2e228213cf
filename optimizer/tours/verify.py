"""Check a tour plan against every rule of the week, in plain Python that shares nothing with the search."""

from collections.abc import Iterator
from itertools import pairwise

from optimizer.solving import Violation
from optimizer.tours.instance import TourInstance, WorkDay
from optimizer.tours.plan import DayTour, TourPlan, TourResult

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MUST_RULE = "musts_are_visited"
PROMISE_RULE = "promises_are_kept"
OWNED_RULES = (MUST_RULE, PROMISE_RULE)
"""Rules that a result may break where it says so."""


def verify(instance: TourInstance, plan: TourPlan) -> tuple[Violation, ...]:
    """Name every broken rule, with how much.

    Returns
    -------
    Violations by day, then by account, then by week; empty for a plan that keeps every rule.
    """
    found: list[Violation] = []
    for before, after in pairwise(plan.tours):
        if before.day >= after.day:
            text = f"{instance.rep_id}: day {after.day} follows day {before.day}"
            found.append(_broken("each_day_has_one_tour", instance.rep_id, 1, "tours", text))
    for tour in plan.tours:
        if not 0 <= tour.day < len(instance.days) or not tour.stops:
            text = f"{instance.rep_id}: tour on day {tour.day} has no stops or no such day exists"
            found.append(_broken("each_day_has_one_tour", instance.rep_id, 1, "tours", text))
            continue
        for check in (_drives, _times, _windows, _once_a_day, _loads, _day_limits, _lunch):
            found += check(instance, tour)
    found += _ends(instance, plan)
    found += _patterns(instance, plan)
    found += _weeks(instance, plan)
    return tuple(found)


def verify_result(instance: TourInstance, result: TourResult) -> tuple[Violation, ...]:
    """Check a result: its plan, and that every account that is visited less than wanted is listed with a reason.

    Returns
    -------
    Violations that `result.violations` does not own up to.
    """
    if result.plan is None:
        return ()
    owned = {(v.rule, v.subject) for v in result.violations}
    found = [v for v in verify(instance, result.plan) if (v.rule, v.subject) not in owned]
    listed = {m.account: m for m in result.missed}
    for a, (rule, planned) in enumerate(zip(instance.visits, _visit_days(instance, result.plan), strict=True)):
        entry = listed.get(a)
        if (len(planned) < rule.frequency) != (entry is not None) or (
            entry is not None and (entry.planned, entry.wanted) != (len(planned), rule.frequency)
        ):
            text = f"{rule.account_id}: {len(planned)} of {rule.frequency} visits, but the list says {entry}"
            found.append(_broken("missed_visits_are_listed", rule.account_id, 1, "accounts", text))
        if entry is not None and not entry.reason:
            text = f"{rule.account_id}: missed without a reason"
            found.append(_broken("missed_visits_are_listed", rule.account_id, 1, "accounts", text))
    return tuple(found)


def _drives(instance: TourInstance, tour: DayTour) -> Iterator[Violation]:
    """Compare the drives with the matrices."""
    accounts = len(instance.visits)
    here, last = (accounts + place if place else 0 for place in (tour.start_place, tour.end_place))
    legs = [(stop.account + 1, stop.drive_minutes, stop.drive_metres) for stop in tour.stops]
    for there, minutes, metres in [*legs, (last, tour.home_drive_minutes, tour.home_drive_metres)]:
        expected = (int(instance.drive_minutes[here, there]), int(instance.drive_metres[here, there]))
        if (minutes, metres) != expected:
            text = (
                f"{_on(instance, tour)}: drive from place {here} to {there} is {(minutes, metres)}, expected {expected}"
            )
            yield _broken("drives_are_true", instance.rep_id, abs(minutes - expected[0]), "minutes", text)
        here = there


def _ends(instance: TourInstance, plan: TourPlan) -> Iterator[Violation]:
    """Check that days begin and end where they should, and that nights away are allowed and join two days."""
    by_day = {tour.day: tour for tour in plan.tours if 0 <= tour.day < len(instance.days)}
    for d, tour in by_day.items():
        day, rows = instance.days[d], len(instance.visits)
        before = by_day.get(d - 1)
        slept = before is not None and before.end_place != instance.days[d - 1].end_place
        expected = before.end_place if before is not None and slept else day.start_place
        if tour.start_place != expected:
            text = f"{_on(instance, tour)}: begins at {_at(instance, tour.start_place)}, not {_at(instance, expected)}"
            yield _broken("days_begin_where_the_rep_is", instance.rep_id, 1, "days", text)
        if tour.end_place == day.end_place:
            continue
        name = _at(instance, tour.end_place)
        if not (tour.end_place and instance.places[tour.end_place - 1].night):
            text = f"{_on(instance, tour)}: ends at {name}, not {_at(instance, day.end_place)}"
            yield _broken("days_end_where_they_should", instance.rep_id, 1, "days", text)
            continue
        follows = d + 1 in by_day and instance.days[d + 1].day == day.day + 1
        if not follows:
            text = f"{_on(instance, tour)}: sleeps at {name}, but there is no tour on the next day"
            yield _broken("nights_join_two_days", instance.rep_id, 1, "nights", text)
        if not day.night_away:
            text = f"{_on(instance, tour)}: sleeps at {name}, which is not allowed after that day"
            yield _broken("nights_are_allowed", instance.rep_id, 1, "nights", text)
        short = instance.night_from_minutes - int(instance.drive_minutes[0, rows + tour.end_place])
        if short > 0:
            text = f"{_on(instance, tour)}: sleeps at {name}, {short} min nearer to home than allowed"
            yield _broken("nights_are_allowed", instance.rep_id, short, "minutes", text)


def _times(instance: TourInstance, tour: DayTour) -> Iterator[Violation]:
    """Check that every time follows from the one before, with room for the break where it is taken."""
    day = instance.days[tour.day]
    now = tour.leave_home
    for i, stop in enumerate(tour.stops):
        door = now + stop.drive_minutes
        ready = door
        if tour.lunch_before == i:
            on_the_road = tour.lunch_start < door
            door += day.lunch_minutes if on_the_road else 0
            ready = door if on_the_road else tour.lunch_start + day.lunch_minutes
        subject = instance.visits[stop.account].account_id
        if stop.arrive != door:
            text = f"{_on(instance, tour)}: arrives at {subject} at {_clock(stop.arrive)}, expected {_clock(door)}"
            yield _broken("times_follow", instance.rep_id, abs(stop.arrive - door), "minutes", text)
        if stop.start < ready:
            text = f"{_on(instance, tour)}: starts at {subject} at {_clock(stop.start)}, ready only at {_clock(ready)}"
            yield _broken("times_follow", instance.rep_id, ready - stop.start, "minutes", text)
        service = instance.visits[stop.account].service_minutes
        if stop.depart != stop.start + service:
            text = f"{_on(instance, tour)}: {subject} takes {stop.depart - stop.start} min, {service} expected"
            yield _broken("times_follow", instance.rep_id, abs(stop.depart - stop.start - service), "minutes", text)
        now = stop.depart
    back = now + tour.home_drive_minutes + (day.lunch_minutes if tour.lunch_before == len(tour.stops) else 0)
    if tour.back_home != back:
        text = f"{_on(instance, tour)}: back home at {_clock(tour.back_home)}, expected {_clock(back)}"
        yield _broken("times_follow", instance.rep_id, abs(tour.back_home - back), "minutes", text)


def _windows(instance: TourInstance, tour: DayTour) -> Iterator[Violation]:
    """Check that each service starts and ends inside one opening window."""
    for stop in tour.stops:
        rule = instance.visits[stop.account]
        outside = [max(0, lo - stop.start) + max(0, stop.depart - hi) for lo, hi in rule.windows[tour.day]]
        if not outside:
            yield _broken("visits_fit_opening_hours", rule.account_id, stop.depart - stop.start, "minutes",
                          f"{_on(instance, tour)}: {rule.account_id} is closed")  # fmt: skip
        elif min(outside) > 0:
            text = f"{_on(instance, tour)}: {rule.account_id} is visited {min(outside)} min outside its opening hours"
            yield _broken("visits_fit_opening_hours", rule.account_id, min(outside), "minutes", text)


def _once_a_day(instance: TourInstance, tour: DayTour) -> Iterator[Violation]:
    """Check that no account is visited twice on a day."""
    accounts = [stop.account for stop in tour.stops]
    for account in sorted({a for a in accounts if accounts.count(a) > 1}):
        subject = instance.visits[account].account_id
        text = f"{_on(instance, tour)}: {subject} is visited {accounts.count(account)} times"
        yield _broken("each_account_once_a_day", subject, accounts.count(account) - 1, "visits", text)


def _loads(instance: TourInstance, tour: DayTour) -> Iterator[Violation]:
    """Add up what the visits of a day take of the van's load."""
    load = sum(instance.visits[stop.account].load for stop in tour.stops)
    if 0 < instance.van_load < load:
        text = f"{_on(instance, tour)}: the visits take {load}, the van holds {instance.van_load}"
        yield _broken("vans_hold_the_load", instance.rep_id, load - instance.van_load, "load", text)


def _day_limits(instance: TourInstance, tour: DayTour) -> Iterator[Violation]:
    """Check departure and return against the working day."""
    day = instance.days[tour.day]
    early = day.start_minute - tour.leave_home
    late = tour.back_home - day.end_minute - day.overtime_minutes
    if early > 0:
        text = f"{instance.rep_id}: leaves {early} min too early on {_date(day)}"
        yield _broken("days_start_in_time", instance.rep_id, early, "minutes", text)
    if late > 0:
        text = f"{instance.rep_id}: {late} min over on {_date(day)}"
        yield _broken("days_end_in_time", instance.rep_id, late, "minutes", text)


def _lunch(instance: TourInstance, tour: DayTour) -> Iterator[Violation]:
    """Check that the break is taken exactly when it is needed, in its window, with no driving or service in it."""
    day = instance.days[tour.day]
    needed = (
        day.lunch_minutes > 0
        and tour.leave_home < day.lunch_from + day.lunch_minutes
        and tour.back_home > day.lunch_until
    )
    taken = tour.lunch_before >= 0
    if taken != needed or taken != (tour.lunch_start >= 0):
        text = (
            f"{_on(instance, tour)}: lunch {'taken' if taken else 'not taken'}, {'needed' if needed else 'not needed'}"
        )
        yield _broken("lunch_is_taken", instance.rep_id, day.lunch_minutes, "minutes", text)
    if not taken:
        return
    gap = tour.lunch_before
    outside = max(0, day.lunch_from - tour.lunch_start) + max(0, tour.lunch_start - day.lunch_until)
    if outside:
        text = f"{_on(instance, tour)}: lunch at {_clock(tour.lunch_start)}, {outside} min outside its window"
        yield _broken("lunch_is_taken", instance.rep_id, outside, "minutes", text)
    if gap > len(tour.stops):
        yield _broken("lunch_is_taken", instance.rep_id, 1, "stops", f"{_on(instance, tour)}: lunch before stop {gap}")
        return
    free_from = tour.stops[gap - 1].depart if gap > 0 else tour.leave_home
    free_until = tour.stops[gap].start if gap < len(tour.stops) else tour.back_home
    overlap = max(0, free_from - tour.lunch_start) + max(0, tour.lunch_start + day.lunch_minutes - free_until)
    if overlap:
        text = f"{_on(instance, tour)}: lunch at {_clock(tour.lunch_start)} overlaps a visit by {overlap} min"
        yield _broken("lunch_is_taken", instance.rep_id, overlap, "minutes", text)


def _patterns(instance: TourInstance, plan: TourPlan) -> Iterator[Violation]:
    """Check that the visit days of each account are an allowed pattern and that musts have all their visits."""
    for rule, days in zip(instance.visits, _visit_days(instance, plan), strict=True):
        if days and tuple(days) not in rule.patterns:
            text = f"{instance.rep_id}: {rule.account_id} is visited on days {days}, which is no allowed pattern"
            yield _broken("every_account_follows_one_pattern", rule.account_id, 1, "accounts", text)
        broken = [_date(instance.days[d]) for d in rule.promised_days if d not in days]
        if broken:
            text = f"{instance.rep_id}: {rule.account_id} was promised a visit on {', '.join(broken)}"
            yield _broken(PROMISE_RULE, rule.account_id, len(broken), "visits", text)
        if rule.must and len(days) < rule.frequency:
            text = f"{instance.rep_id}: {rule.account_id} must be visited {rule.frequency} times, planned {len(days)}"
            yield _broken(MUST_RULE, rule.account_id, rule.frequency - len(days), "visits", text)


def _weeks(instance: TourInstance, plan: TourPlan) -> Iterator[Violation]:
    """Check the working time of every week."""
    work: dict[int, int] = {}
    for tour in plan.tours:
        day = instance.days[tour.day]
        lunch = day.lunch_minutes if tour.lunch_before >= 0 else 0
        behind = instance.worked_minutes[day.week] if instance.worked_minutes else 0
        work[day.week] = work.get(day.week, behind) + tour.back_home - tour.leave_home - lunch
    for week, minutes in sorted(work.items()):
        if minutes > instance.week_minutes:
            over = minutes - instance.week_minutes
            text = f"{instance.rep_id}: {over} min over the {instance.week_minutes} min of week {week + 1}"
            yield _broken("weeks_are_not_too_long", instance.rep_id, over, "minutes", text)


def _visit_days(instance: TourInstance, plan: TourPlan) -> list[list[int]]:
    days: list[list[int]] = [[] for _ in instance.visits]
    for tour in plan.tours:
        for account in dict.fromkeys(stop.account for stop in tour.stops):
            days[account].append(tour.day)
    return [sorted(d) for d in days]


def _broken(rule: str, subject: str, amount: float, unit: str, text: str) -> Violation:
    return Violation(rule=rule, subject=subject, amount=float(amount), unit=unit, text=text)


def _on(instance: TourInstance, tour: DayTour) -> str:
    return f"{instance.rep_id}, {_date(instance.days[tour.day])}"


def _at(instance: TourInstance, place: int) -> str:
    return instance.places[place - 1].name if place else "home"


def _date(day: WorkDay) -> str:
    return f"{WEEKDAYS[day.weekday]} {day.date}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
