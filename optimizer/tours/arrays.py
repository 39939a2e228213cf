"""Lay a tour problem out as plain arrays for the compiled kernels."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.solving import InvalidInstanceError
from optimizer.tours.instance import IntArray, TourInstance

FloatArray = NDArray[np.float64]

NEVER = 1 << 40
"""A time after every day; sums with it stay after every day."""
NO_LIMIT = 1 << 50
"""A capacity or week limit that does not bind."""

MUST_PENALTY = 10_000
"""Cost of a missed visit of a must account on top of its value, in driving minutes: more than a week of driving."""

SERVICE, DEMAND, FREQUENCY, NO_VISIT_COST, FIRST_PATTERN, END_PATTERN, MISS_COST = range(7)
"""Columns of `Problem.accounts`."""
DAY, WEEK, START, END, LATEST, LUNCH, LUNCH_FROM, LUNCH_UNTIL, CAPACITY, LONGEST, FROM, TO, MORNING = range(13)
"""Columns of `Problem.slots`."""
SLOT_FIELDS = ("week", "start", "end", "latest", "lunch", "lunch_from", "lunch_until", "capacity", "longest")
"""What `build_problem` wants to know of each slot beside its day, in the order of the columns."""
WEEKS, WEEK_LIMIT, OVERTIME_WEIGHT, LEVEL_WEIGHT, TIMED, SHORTENED, NIGHTS, NIGHT_WEIGHT, LEVEL_DAYS, WORKED = range(10)
"""Entries of `Problem.rules`; from WORKED on, one entry a week."""
LENGTH, DRIVE, BACK, OVERTIME, WORK, LOAD, BUSY, STAMP = range(8)
"""Columns of `Tours.sums`."""
END_BEFORE, END_AFTER, LAST_BEFORE, LAST_AFTER, LAST_SHORT, TIME_SO_FAR, LEAVE_LATEST, BEST_ARRIVAL, TIME_LEFT = range(
    9
)
"""Columns of `Tours.labels`."""


class Problem(NamedTuple):
    """A periodic tour problem; a slot is one tour of one day, and a day may have several slots, all alike.

    All times are whole units after the zero of the day (minutes for a rep), places are accounts + 1, place 0 is home.
    Few arrays with numbered columns, because every array is a burden on each call of a compiled function.
    """

    drive: IntArray
    """From the row's place to the column's. Shape (places, places)."""
    drive_to: IntArray
    """To the row's place from the column's: what a scan reads then lies side by side. Shape (places, places)."""
    accounts: IntArray
    """SERVICE time; DEMAND, the load of one visit; FREQUENCY, visits wanted; NO_VISIT_COST, what it costs to miss them
    all; the patterns of an account are rows FIRST_PATTERN to END_PATTERN − 1; MISS_COST of each missed visit.
    Shape (accounts, 7)."""
    windows: IntArray
    """First and last service start of each window, ascending; unused ones are (NEVER, −NEVER).
    Shape (accounts, days, windows, 2)."""
    useful: IntArray
    """1 when some pattern of the account uses the day. Shape (accounts, days)."""
    pattern_days: IntArray
    """Days of each pattern after their number; in the last column what its missed visits and its days by themselves
    cost. Shape (patterns, 2 + most visits)."""
    neighbours: IntArray
    """The other accounts, nearest first; after the accounts a row for each place for the night, which are the places
    after the accounts. Shape (accounts + nights, accounts − 1)."""
    day_slot: IntArray
    """Slots of day d are day_slot[d] to day_slot[d + 1] − 1. Shape (days + 1,)."""
    slots: IntArray
    """DAY; WEEK; START, the earliest departure; END, the regular return; LATEST return, overtime included; LUNCH, the
    length of the break, 0 for none; LUNCH_FROM and LUNCH_UNTIL, within which it starts; CAPACITY; LONGEST time from
    departure to return; FROM and TO, the places where it begins and ends without a night away; MORNING, the slot that
    a night away leads to, −1 for none. Shape (slots, 13)."""
    rules: IntArray
    """WEEKS; WEEK_LIMIT; OVERTIME_WEIGHT; LEVEL_WEIGHT; TIMED, 0 when no window and no break can ever bind, so that a
    tour takes its driving and service; SHORTENED, 1 when LONGEST binds beside windows; NIGHTS, the number of places
    for the night; NIGHT_WEIGHT, the price of one; LEVEL_DAYS, that of a minute of the longest day above the mean; from
    WORKED on the time that each week has behind it already. Shape (9 + weeks,)."""


class Tours(NamedTuple):
    """A state of the search: the stops of every slot, with the times that make insertions quick to judge."""

    place: IntArray
    """Column 0 of a slot is where it begins, 1 to LENGTH are the stops (as places), LENGTH + 1 is where it ends: home,
    FROM and TO, or the place of a night away, which is the last of one slot and the first of its MORNING.
    Shape (slots, accounts + 2)."""
    legs: IntArray
    """Drive from each of those columns to the next; none without stops. Shape (slots, accounts + 2)."""
    labels: IntArray
    """Times at each of those columns; kept only when the problem is TIMED. END_BEFORE and END_AFTER: earliest end of
    service with the break still to come, and taken (or none needed). LAST_BEFORE and LAST_AFTER: latest arrival from
    which the tour still ends in regular time, so too. LAST_SHORT: latest arrival from which it is over before the break
    becomes due. When SHORTENED: LEAVE_LATEST, the last departure that meets all windows up to here; TIME_SO_FAR from
    then to the end of service; BEST_ARRIVAL, the first arrival without waiting later on; TIME_LEFT from then to the
    return. Shape (slots, accounts + 2, 9)."""
    sums: IntArray
    """LENGTH, the number of stops; DRIVE; BACK, the earliest return; OVERTIME; WORK, departure to return without the
    break, estimated while a round is under way; LOAD; BUSY, the time of service; STAMP, a number that no other list of
    stops has. Shape (slots, 8)."""
    chosen: IntArray
    """Row of the pattern that each account follows, −1 for no visit. Shape (accounts,)."""
    lost: IntArray
    """Cost of the visits that each account misses. Shape (accounts,)."""
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
        demand=[rule.load for rule in accounts],
        windows=windows,
        patterns=patterns,
        frequency=[rule.frequency for rule in accounts],
        miss_cost=[rule.visit_value + (MUST_PENALTY if rule.must else 0) for rule in accounts],
        slot_day=list(range(len(days))),
        slots={
            "week": [week_index[day.week] for day in days],
            "start": [day.start_minute for day in days],
            "end": [day.end_minute for day in days],
            "latest": [day.end_minute + day.overtime_minutes for day in days],
            "lunch": [0 if none else day.lunch_minutes for none, day in zip(no_lunch, days, strict=True)],
            "lunch_from": [day.lunch_from for day in days],
            "lunch_until": [day.lunch_until for day in days],
            "capacity": [instance.van_load or NO_LIMIT] * len(days),
            "longest": [NO_LIMIT] * len(days),
        },
        ends=[
            (instance.row(day.start_place), instance.row(day.end_place), instance.next_morning(d))
            for d, day in enumerate(days)
        ],
        nights=len(instance.night_places()),
        night_weight=instance.night_weight,
        level_days=instance.level_days_weight,
        weeks=len(weeks),
        week_limit=instance.week_minutes,
        overtime_weight=instance.overtime_weight,
        level_weight=instance.level_weight,
        no_visit_cost=[MUST_PENALTY if rule.promised_days else 0 for rule in accounts],
        pattern_prices=[
            [instance.pattern_price(rule, p) for p in own] for rule, own in zip(accounts, patterns, strict=True)
        ],
        worked=[instance.worked(week) for week in weeks],
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
    pattern_prices: Sequence[Sequence[int]] | None = None,
    no_visit_cost: Sequence[int] = (),
    worked: Sequence[int] = (),
    ends: Sequence[tuple[int, int, int]] = (),
    nights: int = 0,
    night_weight: int = 0,
    level_days: int = 0,
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
    pattern_prices
        Per account and pattern what its days cost by themselves; nothing when left out.
    no_visit_cost
        Per account what no visit at all costs beside the missed visits; nothing when left out.
    worked
        Per week the working time that is behind already; nothing when left out.
    ends
        FROM, TO and MORNING of each slot; home, home and −1 when left out.
    nights
        How many of the places after the accounts are for the night.
    """
    accounts, days = len(service), max(slot_day, default=-1) + 1
    widest = max((len(w) for row in windows for w in row), default=0)
    spans = np.full((accounts, days, max(widest, 1), 2), NEVER, dtype=np.int64)
    spans[..., 1] = -NEVER
    for a, row in enumerate(windows):
        for d, starts in enumerate(row):
            spans[a, d, : len(starts)] = np.array(starts, dtype=np.int64).reshape(-1, 2)
    flat = [pattern for row in patterns for pattern in row]
    pattern_days = np.full((len(flat), 2 + max((len(p) for p in flat), default=1)), -1, dtype=np.int64)
    useful = np.zeros((accounts, days), dtype=np.int64)
    for p, pattern in enumerate(flat):
        pattern_days[p, : len(pattern) + 1] = [len(pattern), *pattern]
    owners = [a for a, row in enumerate(patterns) for _ in row]
    own_price = [0] * len(flat) if pattern_prices is None else [price for row in pattern_prices for price in row]
    for p, (a, pattern) in enumerate(zip(owners, flat, strict=True)):
        pattern_days[p, -1] = (frequency[a] - len(pattern)) * miss_cost[a] + own_price[p]
    for a, own in enumerate(patterns):
        useful[a, [d for pattern in own for d in pattern]] = 1
    first = np.cumsum([0] + [len(row) for row in patterns])
    minutes = np.ascontiguousarray(drive, dtype=np.int64)
    centres, around = slice(1, accounts + nights + 1), slice(1, accounts + 1)
    near = minutes[centres, around] + minutes[around, centres].T
    near[range(accounts), range(accounts)] = -1
    nearest = np.argsort(near, axis=1, kind="stable")
    nearest[accounts:] = np.roll(nearest[accounts:], 1, axis=1)  # an account's row begins with itself, no other does
    places = np.array(ends or [(0, 0, -1)] * len(slot_day), dtype=np.int64).reshape(len(slot_day), 3)
    table = _columns([slot_day, *(slots[name] for name in SLOT_FIELDS), *places.T])
    nothing = [f * cost for f, cost in zip(frequency, miss_cost, strict=True)]
    if no_visit_cost:
        nothing = [cost + more for cost, more in zip(nothing, no_visit_cost, strict=True)]
    account_table = _columns([service, demand, frequency, nothing, first[:-1], first[1:], miss_cost])
    timed, shortened = _clock_binds(spans, useful, table, account_table)
    aims = [weeks, week_limit, overtime_weight, level_weight]
    return Problem(
        drive=minutes,
        drive_to=np.ascontiguousarray(minutes.T),
        accounts=account_table,
        windows=spans,
        useful=useful,
        pattern_days=pattern_days,
        neighbours=np.ascontiguousarray(nearest[:, 1:], dtype=np.int64),
        day_slot=_ints(np.searchsorted(np.asarray(slot_day, dtype=np.int64), np.arange(days + 1))),
        slots=table,
        rules=_ints([*aims, timed, shortened, nights, night_weight, level_days, *(worked or [0] * weeks)]),
    )


def _clock_binds(spans: IntArray, useful: IntArray, slots: IntArray, accounts: IntArray) -> tuple[int, int]:
    """Tell whether windows or breaks can bind, and whether the longest time of a tour does so beside them."""
    timed = bool((slots[:, LUNCH] > 0).any())
    for slot in slots:
        on = useful[:, slot[DAY]] == 1
        starts = spans[on, slot[DAY]]
        open_all_day = (starts[:, 0, 0] <= slot[START]) & (starts[:, 0, 1] >= slot[LATEST] - accounts[on, SERVICE])
        timed = timed or not bool(open_all_day.all())
    shortened = timed and bool((slots[:, LONGEST] < slots[:, LATEST] - slots[:, START]).any())
    if shortened and (spans.shape[2] > 1 or bool((slots[:, LUNCH] > 0).any())):
        raise InvalidInstanceError("a longest time of a tour needs days without break and with one window an account")
    return int(timed), int(shortened)


def empty_tours(problem: Problem) -> Tours:
    """Return a state without any visit; its labels are filled by the kernel."""
    slots, (accounts, days) = len(problem.slots), problem.useful.shape
    place = np.zeros((slots, accounts + 2), dtype=np.int64)
    place[:, :2] = problem.slots[:, [FROM, TO]]
    return Tours(
        place=place,
        legs=np.zeros((slots, accounts + 2), dtype=np.int64),
        labels=np.zeros((slots, accounts + 2, 9), dtype=np.int64),
        sums=np.zeros((slots, 8), dtype=np.int64),
        chosen=np.full(accounts, -1, dtype=np.int64),
        lost=problem.accounts[:, NO_VISIT_COST].copy(),
        slot_of=np.full((accounts, days), -1, dtype=np.int64),
    )


def _starts(windows: Sequence[tuple[int, int]], service: int) -> list[tuple[int, int]]:
    return [(lo, hi - service) for lo, hi in windows if hi - lo >= service]


def _ints(values: Sequence[int] | NDArray[Any]) -> IntArray:
    return np.ascontiguousarray(values, dtype=np.int64)


def _columns(values: Sequence[Sequence[int] | NDArray[Any]]) -> IntArray:
    """Stand sequences of equal length side by side. Shape (length, sequences)."""
    return np.ascontiguousarray(np.array([_ints(column) for column in values], dtype=np.int64).T)
