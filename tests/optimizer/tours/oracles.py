"""Slow and simple twins of the planner's parts."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations, product

from optimizer.tours.arrays import MUST_PENALTY
from optimizer.tours.instance import TourInstance


def drive_day(  # noqa: PLR0917 -- the day in its parts
    instance: TourInstance, day: int, accounts: Sequence[int], leave: int, gap: int, ends: tuple[int, int] | None = None
) -> int | None:
    """Time back home when leaving at a minute with the break in a gap (−1: none); None if impossible."""
    rule, now = instance.days[day], leave
    here, last = rows_of(instance, day, ends)
    for i, account in enumerate([*accounts, -1]):
        free_from = now
        now += int(instance.drive_minutes[here, account + 1 if account >= 0 else last])
        if i == gap:
            # The break delays the rest by its length, and by waiting when it may not begin yet.
            if free_from > rule.lunch_until:
                return None
            while now < rule.lunch_from:
                now += 1
            now += rule.lunch_minutes
        if account < 0:
            return now
        service = instance.visits[account].service_minutes
        closing = max((until for _, until in instance.visits[account].windows[day]), default=-1)
        while not any(lo <= now and now + service <= hi for lo, hi in instance.visits[account].windows[day]):
            now += 1
            if now > closing:
                return None
        here, now = account + 1, now + service
    raise AssertionError


def day_outcomes(
    instance: TourInstance,
    day: int,
    accounts: Sequence[int],
    leaves: Sequence[int] | None = None,
    ends: tuple[int, int] | None = None,
) -> Iterator[tuple[int, int]]:
    """All (overtime, working minutes) pairs of a day over departures (every minute) and every place of the break."""
    rule = instance.days[day]
    latest = rule.end_minute + rule.overtime_minutes
    for leave in range(rule.start_minute, latest) if leaves is None else leaves:
        for gap in range(-1, len(accounts) + 1 if rule.lunch_minutes else 0):
            back = drive_day(instance, day, accounts, leave, gap, ends)
            if back is None or back > latest:
                continue
            needed = rule.lunch_minutes > 0 and leave < rule.lunch_from + rule.lunch_minutes and back > rule.lunch_until
            if needed == (gap >= 0):
                yield max(0, back - rule.end_minute), back - leave - (rule.lunch_minutes if gap >= 0 else 0)


def rows_of(instance: TourInstance, day: int, ends: tuple[int, int] | None) -> tuple[int, int]:
    """Rows of the matrices where a day begins and ends; as it does by itself when left out."""
    places = ends or (instance.days[day].start_place, instance.days[day].end_place)
    return tuple(len(instance.visits) + place if place else 0 for place in places)


def choices_of_nights(instance: TourInstance) -> Iterator[tuple[int, ...]]:
    """Every choice of a place for the night after each day, 0 for none."""
    nights = [k for k, place in enumerate(instance.places, start=1) if place.night]
    may = [
        day.night_away and d + 1 < len(instance.days) and instance.days[d + 1].day == day.day + 1
        for d, day in enumerate(instance.days)
    ]
    yield from product(*[(0, *nights) if allowed else (0,) for allowed in may])


def best_cost(instance: TourInstance) -> float:
    """Least cost over every choice of patterns and nights and every order of each day.

    Levelling and week limits must not bind.
    """
    cheapest_day: dict[tuple[int, tuple[int, ...], tuple[int, int]], float | None] = {}

    def price(day: int, accounts: tuple[int, ...], ends: tuple[int, int]) -> float | None:
        if not accounts:
            usual = (instance.days[day].start_place, instance.days[day].end_place)
            return 0.0 if ends == usual else None
        if (day, accounts, ends) not in cheapest_day:
            found = []
            # Leaving later never brings the rep home earlier; leaving after the break could begin saves the break.
            leaves = (instance.days[day].start_minute, instance.days[day].lunch_from + instance.days[day].lunch_minutes)
            for order in permutations(accounts):
                outcomes = list(day_outcomes(instance, day, order, leaves, ends))
                if outcomes:
                    first, last = rows_of(instance, day, ends)
                    places = [first, *(a + 1 for a in order), last]
                    drive = sum(int(instance.drive_minutes[i, j]) for i, j in pairwise(places))
                    found.append(drive + instance.overtime_weight * min(overtime for overtime, _ in outcomes))
            cheapest_day[day, accounts, ends] = min(found, default=None)
        return cheapest_day[day, accounts, ends]

    best = float("inf")
    visits = product(*[((), *rule.patterns) for rule in instance.visits])
    for chosen, nights in product(visits, list(choices_of_nights(instance))):
        total = float(instance.night_weight * sum(1 for place in nights if place))
        for rule, pattern in zip(instance.visits, chosen, strict=True):
            total += (rule.frequency - len(pattern)) * (rule.visit_value + (MUST_PENALTY if rule.must else 0))
        total += price_of_days(instance, chosen)
        for day in range(len(instance.days)):
            if total >= best:
                break
            visited = tuple(a for a, pattern in enumerate(chosen) if day in pattern)
            full = 0 < instance.van_load < sum(instance.visits[a].load for a in visited)
            begins = nights[day - 1] if day and nights[day - 1] else instance.days[day].start_place
            ends = (begins, nights[day] or instance.days[day].end_place)
            cost = None if full else price(day, visited, ends)
            total = float("inf") if cost is None else total + cost
        best = min(best, total)
    return best


def price_of_days(instance: TourInstance, chosen: Sequence[Sequence[int]]) -> float:
    """What the visit days cost by themselves: broken promises, changes and weekdays more than needed."""
    total, weeks = 0.0, {day.week for day in instance.days}
    for rule, pattern in zip(instance.visits, chosen, strict=True):
        total += MUST_PENALTY if rule.promised_days and not pattern else 0
        total += instance.change_weight * sum(1 for d in pattern if d not in rule.last_days)
        needed = next(n for n in range(8) if n * len(weeks) >= len(pattern))
        total += instance.weekday_weight * max(0, len({instance.days[d].weekday for d in pattern}) - needed)
    return total
