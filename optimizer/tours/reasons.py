"""Say for every account that is visited less than wanted which rule stands in the way, and its price in minutes."""

from collections.abc import Sequence

import numpy as np

from optimizer.tours.arrays import NEVER, Problem, Tours
from optimizer.tours.clock import insertion_prices
from optimizer.tours.instance import IntArray, TourInstance, VisitRule
from optimizer.tours.objective import visit_counts, week_work
from optimizer.tours.plan import Missed, TourPlan
from optimizer.tours.schedule import schedule_day, work_minutes
from optimizer.tours.verify import WEEKDAYS


def missed_accounts(instance: TourInstance, plan: TourPlan, problem: Problem, tours: Tours) -> tuple[Missed, ...]:
    """List the accounts with fewer visits than wanted, each with a reason.

    Parameters
    ----------
    problem, tours
        The instance and the plan as the kernel sees them, to price one more visit.
    """
    counts = visit_counts(instance, plan)
    work = week_work(instance, plan)
    spare = {week: instance.week_minutes - minutes for week, minutes in work.items()}
    prices = np.zeros((len(instance.days), 3), dtype=np.int64)
    missed = []
    for a, rule in enumerate(instance.visits):
        if counts[a] >= rule.frequency:
            continue
        reason = never_possible(instance, a, wanted=counts[a] + 1)
        if not reason:
            insertion_prices(problem, tours, a, prices)
            days = {tour.day for tour in plan.tours if any(stop.account == a for stop in tour.stops)}
            full = _full_days(instance, plan, rule)
            prices[full] = NEVER
            reason = _dearest_rule(instance, rule, prices, days, spare)
            if full and not any(d not in full and prices[d, 0] < NEVER for p in rule.patterns for d in p):
                load = f"its {rule.load} do not fit beside the other visits into the {instance.van_load}"
                reason = f"the van is full: {load} of any day"
        missed.append(Missed(account=a, wanted=rule.frequency, planned=counts[a], reason=reason))
    return tuple(missed)


def never_possible(  # noqa: PLR0911 -- one return per reason
    instance: TourInstance, account: int, *, wanted: int
) -> str:
    """Say why no plan at all visits the account `wanted` times; empty when nothing in its own data forbids it."""
    rule = instance.visits[account]
    if not instance.days:
        return "the rep has no working day in the cycle"
    if rule.impossible:
        return rule.impossible
    if 0 < instance.van_load < rule.load:
        return f"a visit takes {rule.load} of the van's load, which is {instance.van_load}"
    spans = [hi - lo for windows in rule.windows for lo, hi in windows]
    if not spans:
        return "closed on all working days"
    if max(spans) < rule.service_minutes:
        return f"service of {rule.service_minutes} min is longer than any opening window (at most {max(spans)} min)"
    open_days = [
        d for d, windows in enumerate(rule.windows) if any(hi - lo >= rule.service_minutes for lo, hi in windows)
    ]
    reachable = [d for d in open_days if _fits_alone(instance, d, account)]
    if not reachable:
        return _too_far(instance, account, open_days)
    usable = set(reachable)
    most = max((len(p) for p in rule.patterns if usable.issuperset(p)), default=0)
    if most < wanted:
        days = "1 working day" if len(reachable) == 1 else f"{len(reachable)} working days"
        return f"can be visited on {days} of the cycle; spacing allows {most} of {rule.frequency} visits there"
    return ""


def _full_days(instance: TourInstance, plan: TourPlan, rule: VisitRule) -> list[int]:
    """List the days on which the van has no room for one more visit."""
    loads = {tour.day: sum(instance.visits[stop.account].load for stop in tour.stops) for tour in plan.tours}
    return [d for d, load in sorted(loads.items()) if 0 < instance.van_load < load + rule.load]


def _fits_alone(instance: TourInstance, day: int, account: int) -> bool:
    """Tell whether a day can hold the visit, with a night away before or after it where that helps."""
    for ends in _ends_for(instance, day, account):
        tour = schedule_day(instance, day, [account], ends)
        if tour is not None and work_minutes(instance.days[day], tour) <= instance.week_minutes:
            return True
    return False


def _ends_for(instance: TourInstance, day: int, account: int) -> list[tuple[int, int]]:
    """List where a day may begin and end: as it does by itself, and at the place for the night next to the account."""
    starts, ends = [instance.days[day].start_place], [instance.days[day].end_place]
    nights, drive = instance.night_places(), instance.drive_minutes
    if day > 0 and instance.next_morning(day - 1) == day:
        starts.append(min(nights, key=lambda place: drive[instance.row(place), account + 1]))
    if instance.next_morning(day) >= 0:
        ends.append(min(nights, key=lambda place: drive[account + 1, instance.row(place)]))
    return [(start, end) for start in starts for end in ends]


def _too_far(instance: TourInstance, account: int, open_days: Sequence[int]) -> str:
    rule = instance.visits[account]
    ways = [_ends_for(instance, d, account) for d in open_days]
    there_and_back = [
        instance.drive_minutes[instance.row(start), account + 1]
        + instance.drive_minutes[account + 1, instance.row(end)]
        for ends in ways
        for start, end in ends
    ]
    drive = int(min(there_and_back))
    nights = " with nights away" if any(len(ends) > 1 for ends in ways) else ""
    lengths = [
        instance.days[d].end_minute + instance.days[d].overtime_minutes - instance.days[d].start_minute
        for d in open_days
    ]
    longest = max(lengths)
    if drive + rule.service_minutes > min(longest, instance.week_minutes):
        day = (
            f"the {_hours(longest)} day"
            if longest <= instance.week_minutes
            else f"the {_hours(instance.week_minutes)} week"
        )
        needed = f"{_hours(drive)} there and back{nights} + {rule.service_minutes} min of service"
        return f"too far: {needed} do not fit into {day}"
    needed = f"{_hours(drive)} there and back{nights} + {rule.service_minutes} min of service"
    return f"its opening hours cannot be met: {needed} within the working day and around lunch"


def _dearest_rule(  # noqa: PLR0911 -- one return per reason
    instance: TourInstance, rule: VisitRule, prices: IntArray, visited: set[int], spare: dict[int, int]
) -> str:
    """Price the cheapest pattern with more visits on top of the plan as it stands."""
    longer = [p for p in rule.patterns if len(p) > len(visited)]
    growing = [p for p in longer if visited.issubset(p)]
    days_needed = [sorted(set(p) - visited) for p in growing or longer]
    in_time = [days for days in days_needed if all(prices[d, 0] < NEVER for d in days)]
    if not in_time:
        return _no_time(instance, days_needed, prices)
    over = {tuple(days): max(_week_excess(instance, rule, days, prices, spare), default=(0, 0)) for days in in_time}
    affordable = [days for days in in_time if over[tuple(days)][0] <= 0]
    if not affordable:
        minutes, week = min(over.values())
        allowed = _hours(instance.week_minutes)
        return f"no time left: week {week + 1} would need {minutes} minutes more than the {allowed} of a week"
    cheapest = min(affordable, key=lambda days: (sum(int(prices[d, 0]) for d in days) / len(days), days))
    price = sum(int(prices[d, 0]) for d in cheapest)
    of_what = "driving" if price == sum(int(prices[d, 1]) for d in cheapest) else "driving and priced overtime"
    value = rule.visit_value * len(cheapest)
    day = _day_name(instance, cheapest[0])
    by_itself = min(instance.pattern_price(rule, p) for p in longer if set(cheapest) <= set(p))
    by_itself = max(0, by_itself - instance.pattern_price(rule, sorted(visited)))
    if not rule.must and by_itself and price < value <= price + by_itself:
        return (
            f"would cost {price} minutes of {of_what} ({day}) and {by_itself} for days other than its usual ones, but "
            f"is worth {value}"
        )
    if price >= value and not rule.must:
        if len(cheapest) == 1:
            return (
                f"a visit would take {price} more minutes of {of_what} ({day}), but is worth {value}: "
                f"a worth above {price} would bring it in"
            )
        return (
            f"{len(cheapest)} more visits would take {price} more minutes of {of_what}, but are worth {value}: "
            f"a worth above {price // len(cheapest)} each would bring them in"
        )
    if not growing:
        return "more visits would need other visit days than the planned ones, and those cost more than they gain"
    if instance.level_weight > 0:
        return f"would cost {price} minutes of {of_what} ({day}), but a longer busiest week costs more than it gains"
    return f"still possible for {price} minutes of {of_what} ({day}) when the search ended: search longer"


def _no_time(instance: TourInstance, days_needed: Sequence[Sequence[int]], prices: IntArray) -> str:
    """Name the day that lacks the fewest minutes, on the pattern whose worst day lacks the fewest."""

    def lack(day: int) -> int:
        return 0 if prices[day, 0] < NEVER else int(prices[day, 2])

    worst = [max(((lack(d), d) for d in days), default=(NEVER, 0)) for days in days_needed]
    minutes, day = min(worst)
    if minutes >= NEVER:
        return "no time left: its opening hours fit into no day's tour beside the visits planned"
    return f"no time left: the cheapest day would need {minutes} more minutes ({_day_name(instance, day)})"


def _week_excess(
    instance: TourInstance, rule: VisitRule, days: Sequence[int], prices: IntArray, spare: dict[int, int]
) -> list[tuple[int, int]]:
    """Pair minutes over the week limit with the week, for every week that gets more visits."""
    extra: dict[int, int] = {}
    for d in days:
        week = instance.days[d].week
        extra[week] = extra.get(week, 0) + int(prices[d, 1]) + rule.service_minutes
    return [(minutes - spare[week], week) for week, minutes in extra.items()]


def _day_name(instance: TourInstance, day: int) -> str:
    return f"week {instance.days[day].week + 1} {WEEKDAYS[instance.days[day].weekday]}"


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"
