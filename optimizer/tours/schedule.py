"""Give every stop of a day its exact times: back as early, away as late as possible, lunch where it fits best."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from optimizer.tours.instance import TourInstance, VisitRule, WorkDay
from optimizer.tours.plan import DayTour, Stop

NO_LUNCH = -1


@dataclass(frozen=True, slots=True)
class _Run:
    """A day driven with the break in one gap (or none): times at each stop."""

    leave: int
    arrive: tuple[int, ...]
    start: tuple[int, ...]
    back: int
    lunch_start: int
    lunch_gap: int


def schedule_day(
    instance: TourInstance, day: int, accounts: Sequence[int], ends: tuple[int, int] | None = None
) -> DayTour | None:
    """Time the visits of one day in the order given.

    Parameters
    ----------
    day
        Index into `instance.days`.
    accounts
        Indices into `instance.visits`, at least one.
    ends
        Where the day begins and ends, as in `DayTour`; without nights away when left out.

    Returns
    -------
    The tour with the least overtime and then the least working time; `None` when an opening hour is missed or the day
    ends too late.

    Notes
    -----
    Every place of the break is tried. For each the return is as early as possible, and the departure as late as that
    return allows.
    """
    rule = instance.days[day]
    starts = [_starts(instance.visits[a], day) for a in accounts]
    first, last = ends or (rule.start_place, rule.end_place)
    places = [instance.row(first), *(a + 1 for a in accounts), instance.row(last)]
    drives = [int(instance.drive_minutes[i, j]) for i, j in pairwise(places)]
    services = [instance.visits[a].service_minutes for a in accounts]
    runs = []
    for gap in _gaps(rule, len(accounts)):
        for leave in (
            (rule.start_minute,)
            if gap >= 0
            else sorted({rule.start_minute, max(rule.start_minute, rule.lunch_from + rule.lunch_minutes)})
        ):
            run = _run(rule, starts, drives, services, leave, gap)
            if run is None or run.back > rule.end_minute + rule.overtime_minutes:
                continue
            latest = _latest_leave(rule, starts, drives, services, run.back, gap)
            run = _run(rule, starts, drives, services, latest, gap)
            if run is not None and _break_is_right(rule, run):
                runs.append(run)
    if not runs:
        return None
    middle = (rule.lunch_from + rule.lunch_until) / 2
    best = min(
        runs,
        key=lambda r: (
            max(0, r.back - rule.end_minute),
            r.back - r.leave - (rule.lunch_minutes if r.lunch_gap >= 0 else 0),
            abs(r.lunch_start - middle) if r.lunch_gap >= 0 else 0,
            r.back,
        ),
    )
    metres = [int(instance.drive_metres[i, j]) for i, j in pairwise(places)]
    return DayTour(
        day=day,
        leave_home=best.leave,
        stops=tuple(
            Stop(
                account=account,
                arrive=best.arrive[i],
                start=best.start[i],
                depart=best.start[i] + services[i],
                drive_minutes=drives[i],
                drive_metres=metres[i],
            )
            for i, account in enumerate(accounts)
        ),
        back_home=best.back,
        home_drive_minutes=drives[-1],
        home_drive_metres=metres[-1],
        lunch_start=best.lunch_start,
        lunch_before=best.lunch_gap,
        start_place=first,
        end_place=last,
    )


def lunch_is_needed(day: WorkDay, leave: int, back: int) -> bool:
    """Tell whether a tour leaves no time for lunch at home: neither before it nor after it."""
    return day.lunch_minutes > 0 and leave < day.lunch_from + day.lunch_minutes and back > day.lunch_until


def work_minutes(day: WorkDay, tour: DayTour) -> int:
    """Return the working time of a tour: departure to return without the break."""
    return tour.back_home - tour.leave_home - (day.lunch_minutes if tour.lunch_before >= 0 else 0)


def break_start(day: WorkDay, left: int, door: int, *, homeward: bool) -> int:
    """Say when a break between two visits begins: at the next door if that is in time, else on the road.

    Before driving home it begins where the last visit was. `left`: end of the last visit; `door`: the next arrival.
    """
    return min(max(left if homeward else door, day.lunch_from), day.lunch_until)


def _gaps(rule: WorkDay, stops: int) -> range:
    return range(NO_LUNCH, stops + 1) if rule.lunch_minutes > 0 else range(NO_LUNCH, 0)


def _break_is_right(rule: WorkDay, run: _Run) -> bool:
    return lunch_is_needed(rule, run.leave, run.back) == (run.lunch_gap >= 0)


def _starts(rule: VisitRule, day: int) -> list[tuple[int, int]]:
    return [(lo, hi - rule.service_minutes) for lo, hi in rule.windows[day] if hi - lo >= rule.service_minutes]


def _run(  # noqa: PLR0917 -- the day in six parts
    rule: WorkDay,
    starts: Sequence[Sequence[tuple[int, int]]],
    drives: Sequence[int],
    services: Sequence[int],
    leave: int,
    gap: int,
) -> _Run | None:
    """Drive the day forward, every service as early as it can be."""
    now, lunch_start = leave, -1
    arrive: list[int] = []
    start: list[int] = []
    for i, drive in enumerate(drives):
        door = ready = now + drive
        if i == gap:
            if now > rule.lunch_until:
                return None
            lunch_start = break_start(rule, now, door, homeward=i == len(starts))
            ready = max(door, lunch_start) + rule.lunch_minutes
            door = ready if lunch_start < door else door
        if i == len(starts):
            return _Run(leave, tuple(arrive), tuple(start), ready, lunch_start, gap)
        begin = next((max(ready, lo) for lo, hi in starts[i] if ready <= hi), None)
        if begin is None:
            return None
        arrive.append(door)
        start.append(begin)
        now = begin + services[i]
    raise AssertionError  # the last drive leads home


def _latest_leave(  # noqa: PLR0917 -- the day in six parts
    rule: WorkDay,
    starts: Sequence[Sequence[tuple[int, int]]],
    drives: Sequence[int],
    services: Sequence[int],
    back: int,
    gap: int,
) -> int:
    """Drive the day backward from the return; the day is known to be feasible."""
    now = back
    for i in range(len(drives) - 1, -1, -1):
        now = min(rule.lunch_until, now - rule.lunch_minutes - drives[i]) if i == gap else now - drives[i]
        if i > 0:
            until = now - services[i - 1]
            now = next(min(until, hi) for lo, hi in reversed(starts[i - 1]) if until >= lo)
    return now
