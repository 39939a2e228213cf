"""Lay a tour problem out as plain arrays for the compiled kernels."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.tours.instance import IntArray, TourInstance

FloatArray = NDArray[np.float64]

NEVER = 1 << 40
"""A time after every day; sums with it stay after every day."""
NO_LIMIT = 1 << 50
"""A capacity or week limit that does not bind."""

MUST_PENALTY = 10_000
"""Cost of a missed visit of a must account on top of its value, in driving minutes: more than a week of driving."""

SLOT_FIELDS = ("slot_week", "start", "end", "latest", "lunch", "lunch_from", "lunch_until", "capacity")
"""The fields of `Problem` that have one value per slot, `slot_day` apart."""


class Problem(NamedTuple):
    """A periodic tour problem; a slot is one tour of one day, and a day may have several slots.

    All times are whole units after the zero of the day (minutes for a rep), places are accounts + 1, place 0 is home.
    """

    drive: IntArray
    """Shape (places, places)."""
    service: IntArray
    """Shape (accounts,)."""
    demand: IntArray
    """Load of one visit. Shape (accounts,)."""
    window_first: IntArray
    """Earliest service starts. Shape (accounts, days, windows)."""
    window_last: IntArray
    """Latest service starts (closing less service). Shape (accounts, days, windows)."""
    windows: IntArray
    """Number of windows. Shape (accounts, days)."""
    useful: IntArray
    """1 when some pattern of the account uses the day. Shape (accounts, days)."""
    pattern_start: IntArray
    """Patterns of account a are rows pattern_start[a] to pattern_start[a + 1] − 1. Shape (accounts + 1,)."""
    pattern_days: IntArray
    """Days of each pattern, filled up with −1. Shape (patterns, most visits)."""
    pattern_visits: IntArray
    """Shape (patterns,)."""
    frequency: IntArray
    """Visits wanted. Shape (accounts,)."""
    miss_cost: IntArray
    """Cost of each missed visit. Shape (accounts,)."""
    neighbours: IntArray
    """The other accounts, nearest first. Shape (accounts, accounts − 1)."""
    day_slot: IntArray
    """Slots of day d are day_slot[d] to day_slot[d + 1] − 1. Shape (days + 1,)."""
    slot_day: IntArray
    """Shape (slots,), like all that follow."""
    slot_week: IntArray
    start: IntArray
    """Earliest departure."""
    end: IntArray
    """Regular return."""
    latest: IntArray
    """Latest return, overtime included."""
    lunch: IntArray
    """Length of the break; 0 for none."""
    lunch_from: IntArray
    lunch_until: IntArray
    capacity: IntArray
    weeks: int
    week_limit: int
    overtime_weight: int
    level_weight: int


class Tours(NamedTuple):
    """A state of the search: the stops of every slot, with the times that make insertions quick to judge.

    Column 0 of a slot is home, 1 to length the stops (as places), length + 1 home again.
    """

    place: IntArray
    """Shape (slots, accounts + 2), like the labels that follow."""
    end_before: IntArray
    """Earliest end of service with the break still to come."""
    end_after: IntArray
    """Earliest end of service with the break taken (or none needed)."""
    last_before: IntArray
    """Latest arrival from which the tour still ends in regular time, break still to come."""
    last_after: IntArray
    """Latest arrival, break taken (or none needed)."""
    last_short: IntArray
    """Latest arrival from which the tour is over before the break becomes due."""
    length: IntArray
    """Stops of each slot. Shape (slots,), like all up to `service`."""
    drive: IntArray
    back: IntArray
    """Earliest return."""
    overtime: IntArray
    work: IntArray
    """Departure to return without the break, with the latest departure; estimated while a round is under way."""
    load: IntArray
    service: IntArray
    chosen: IntArray
    """Row of the pattern that each account follows, −1 for no visit. Shape (accounts,)."""
    slot_of: IntArray
    """Slot in which the account is visited on the day, −1 for none. Shape (accounts, days)."""


def problem_of(instance: TourInstance) -> Problem:
    """Lay out the problem of one rep: one slot a day.

    Patterns that use a day without a window long enough for the service are left out, and accounts that ask for no
    visit get none.
    """
    days, accounts = instance.days, instance.visits
    windows = [[_starts(rule.windows[d], rule.service_minutes) for d in range(len(days))] for rule in accounts]
    patterns = [
        [p for p in rule.patterns if all(open_days[d] for d in p)] if rule.frequency else []
        for rule, open_days in zip(accounts, windows, strict=True)
    ]
    weeks = sorted({day.week for day in days})
    week_index = {week: index for index, week in enumerate(weeks)}
    no_lunch = [day.lunch_minutes <= 0 or day.start_minute >= day.lunch_from + day.lunch_minutes for day in days]
    return build_problem(
        drive=instance.drive_minutes,
        service=[rule.service_minutes for rule in accounts],
        demand=[0] * len(accounts),
        windows=windows,
        patterns=patterns,
        frequency=[rule.frequency for rule in accounts],
        miss_cost=[rule.visit_value + (MUST_PENALTY if rule.must else 0) for rule in accounts],
        slot_day=list(range(len(days))),
        slots={
            "slot_week": [week_index[day.week] for day in days],
            "start": [day.start_minute for day in days],
            "end": [day.end_minute for day in days],
            "latest": [day.end_minute + day.overtime_minutes for day in days],
            "lunch": [0 if none else day.lunch_minutes for none, day in zip(no_lunch, days, strict=True)],
            "lunch_from": [day.lunch_from for day in days],
            "lunch_until": [day.lunch_until for day in days],
            "capacity": [NO_LIMIT] * len(days),
        },
        weeks=len(weeks),
        week_limit=instance.week_minutes,
        overtime_weight=instance.overtime_weight,
        level_weight=instance.level_weight,
    )


def build_problem(
    *,
    drive: IntArray,
    service: Sequence[int],
    demand: Sequence[int],
    windows: Sequence[Sequence[Sequence[tuple[int, int]]]],
    patterns: Sequence[Sequence[tuple[int, ...]]],
    frequency: Sequence[int],
    miss_cost: Sequence[int],
    slot_day: Sequence[int],
    slots: dict[str, list[int]],
    weeks: int,
    week_limit: int,
    overtime_weight: int,
    level_weight: int,
) -> Problem:
    """Fill the arrays.

    Parameters
    ----------
    windows
        Per account and day the (first, last) service starts.
    slot_day
        Day of each slot, ascending; every day has at least one slot.
    slots
        One value per slot for each of `SLOT_FIELDS`.
    """
    accounts, days = len(service), max(slot_day, default=-1) + 1
    widest = max((len(w) for row in windows for w in row), default=0)
    first = np.full((accounts, days, max(widest, 1)), NEVER, dtype=np.int64)
    last = np.full_like(first, -NEVER)
    count = np.zeros((accounts, days), dtype=np.int64)
    for a, row in enumerate(windows):
        for d, starts in enumerate(row):
            count[a, d] = len(starts)
            for w, (lo, hi) in enumerate(starts):
                first[a, d, w], last[a, d, w] = lo, hi
    flat = [pattern for row in patterns for pattern in row]
    pattern_days = np.full((len(flat), max((len(p) for p in flat), default=1)), -1, dtype=np.int64)
    useful = np.zeros((accounts, days), dtype=np.int64)
    for p, pattern in enumerate(flat):
        pattern_days[p, : len(pattern)] = pattern
    for a, own in enumerate(patterns):
        useful[a, [d for pattern in own for d in pattern]] = 1
    minutes = np.ascontiguousarray(drive, dtype=np.int64)
    near = minutes[1:, 1:] + minutes[1:, 1:].T
    np.fill_diagonal(near, -1)
    return Problem(
        drive=minutes,
        service=_ints(service),
        demand=_ints(demand),
        window_first=first,
        window_last=last,
        windows=count,
        useful=useful,
        pattern_start=_ints(np.cumsum([0] + [len(row) for row in patterns])),
        pattern_days=pattern_days,
        pattern_visits=_ints([len(p) for p in flat]),
        frequency=_ints(frequency),
        miss_cost=_ints(miss_cost),
        neighbours=np.ascontiguousarray(np.argsort(near, axis=1, kind="stable")[:, 1:], dtype=np.int64),
        day_slot=_ints(np.searchsorted(np.asarray(slot_day, dtype=np.int64), np.arange(days + 1))),
        slot_day=_ints(slot_day),
        weeks=weeks,
        week_limit=week_limit,
        overtime_weight=overtime_weight,
        level_weight=level_weight,
        **{name: _ints(values) for name, values in slots.items()},
    )


def empty_tours(problem: Problem) -> Tours:
    """Return a state without any visit; its labels are filled by the kernel."""
    slots, (accounts, days) = len(problem.slot_day), problem.useful.shape

    def grid() -> IntArray:
        return np.zeros((slots, accounts + 2), dtype=np.int64)

    def column() -> IntArray:
        return np.zeros(slots, dtype=np.int64)

    return Tours(
        place=grid(),
        end_before=grid(),
        end_after=grid(),
        last_before=grid(),
        last_after=grid(),
        last_short=grid(),
        length=column(),
        drive=column(),
        back=column(),
        overtime=column(),
        work=column(),
        load=column(),
        service=column(),
        chosen=np.full(accounts, -1, dtype=np.int64),
        slot_of=np.full((accounts, days), -1, dtype=np.int64),
    )


def _starts(windows: Sequence[tuple[int, int]], service: int) -> list[tuple[int, int]]:
    return [(lo, hi - service) for lo, hi in windows if hi - lo >= service]


def _ints(values: Sequence[int] | NDArray[Any]) -> IntArray:
    return np.ascontiguousarray(values, dtype=np.int64)
