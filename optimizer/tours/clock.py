"""Time tours in compiled code: labels for quick insertion, exact return and shortest working time."""

from optimizer.tours.arrays import NEVER, Problem, Tours
from optimizer.tours.compiling import compiled
from optimizer.tours.instance import IntArray


@compiled
def earliest_start(problem: Problem, account: int, day: int, ready: int) -> int:
    """Return the first minute from `ready` on at which the service may start, NEVER if there is none."""
    for w in range(problem.windows[account, day]):
        if ready <= problem.window_last[account, day, w]:
            start: int = max(ready, problem.window_first[account, day, w])
            return start
    return NEVER


@compiled
def latest_start(problem: Problem, account: int, day: int, until: int) -> int:
    """Return the last minute up to `until` at which the service may start, −NEVER if there is none."""
    for w in range(problem.windows[account, day] - 1, -1, -1):
        if until >= problem.window_first[account, day, w]:
            start: int = min(until, problem.window_last[account, day, w])
            return start
    return -NEVER


@compiled
def after_break(left: int, drive: int, lunch: int, lunch_from: int, lunch_until: int) -> int:
    """Return when the rep is at the next door after a drive and a break, NEVER when it is too late for the break.

    The break starts between leaving the last door and the next service, so only `left` must not be after `lunch_until`.
    """
    if left > lunch_until:
        return NEVER
    return max(left + drive, lunch_from) + lunch


@compiled
def refresh_forward(problem: Problem, tours: Tours, slot: int) -> int:
    """Fill the forward labels of a slot and return the earliest time back home, NEVER if a window is missed."""
    day, lunch = problem.slot_day[slot], problem.lunch[slot]
    lunch_from, lunch_until = problem.lunch_from[slot], problem.lunch_until[slot]
    before = problem.start[slot] if lunch > 0 else NEVER
    after = NEVER if lunch > 0 else problem.start[slot]
    tours.end_before[slot, 0] = before
    tours.end_after[slot, 0] = after
    for i in range(1, tours.length[slot] + 1):
        account = tours.place[slot, i] - 1
        drive = problem.drive[tours.place[slot, i - 1], tours.place[slot, i]]
        ready = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
        service = problem.service[account]
        after = earliest_start(problem, account, day, ready) + service
        before = earliest_start(problem, account, day, before + drive) + service
        tours.end_before[slot, i] = before
        tours.end_after[slot, i] = after
    drive = problem.drive[tours.place[slot, tours.length[slot]], 0]
    back: int = before + drive
    if back > lunch_until:
        back = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
    return back


@compiled
def refresh_backward(problem: Problem, tours: Tours, slot: int) -> None:
    """Fill the backward labels of a slot: the latest arrivals from which the rep is home in regular time."""
    day, lunch = problem.slot_day[slot], problem.lunch[slot]
    lunch_from, lunch_until = problem.lunch_from[slot], problem.lunch_until[slot]
    n = tours.length[slot]
    after, before = problem.end[slot], -NEVER
    short = min(after, lunch_until) if lunch > 0 else -NEVER
    tours.last_after[slot, n + 1] = after
    tours.last_before[slot, n + 1] = before
    tours.last_short[slot, n + 1] = short
    for i in range(n, -1, -1):
        drive = problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
        left_before = before - drive
        if lunch > 0 and lunch_from + lunch <= after:
            left_before = max(left_before, min(lunch_until, after - lunch - drive))
        left_after, left_short = after - drive, short - drive
        if i > 0:
            account = tours.place[slot, i] - 1
            service = problem.service[account]
            after = latest_start(problem, account, day, left_after - service)
            before = latest_start(problem, account, day, left_before - service)
            short = latest_start(problem, account, day, left_short - service)
        else:
            after, before, short = left_after, left_before, left_short
        tours.last_after[slot, i] = after
        tours.last_before[slot, i] = before
        tours.last_short[slot, i] = short


@compiled
def refresh(problem: Problem, tours: Tours, slot: int) -> None:
    """Fill the labels of a slot for a regular end of the day, its earliest return and its overtime."""
    tours.back[slot] = refresh_forward(problem, tours, slot)
    tours.overtime[slot] = max(0, tours.back[slot] - problem.end[slot]) if tours.length[slot] > 0 else 0
    refresh_backward(problem, tours, slot)


@compiled
def measure(problem: Problem, tours: Tours, slot: int) -> None:
    """Fill the shortest working time of a refreshed slot: back as early, and then away as late as possible."""
    day, lunch, back = problem.slot_day[slot], problem.lunch[slot], tours.back[slot]
    lunch_from, lunch_until = problem.lunch_from[slot], problem.lunch_until[slot]
    after, before = back, -NEVER
    for i in range(tours.length[slot], -1, -1):
        drive = problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
        left_before = before - drive
        if lunch > 0 and lunch_from + lunch <= after:
            left_before = max(left_before, min(lunch_until, after - lunch - drive))
        after -= drive
        before = left_before
        if i > 0:
            account = tours.place[slot, i] - 1
            service = problem.service[account]
            after = latest_start(problem, account, day, after - service)
            before = latest_start(problem, account, day, before - service)
    work = back - after
    if lunch > 0 and back > lunch_until and after < lunch_from + lunch:
        work = back - before - lunch
    tours.work[slot] = work if tours.length[slot] > 0 else 0


@compiled
def insertion_keeps_time(problem: Problem, tours: Tours, slot: int, i: int, account: int) -> bool:
    """Tell whether the tour still ends in regular time with the account visited between columns i and i + 1."""
    day, lunch = problem.slot_day[slot], problem.lunch[slot]
    lunch_from, lunch_until = problem.lunch_from[slot], problem.lunch_until[slot]
    to = problem.drive[tours.place[slot, i], account + 1]
    on = problem.drive[account + 1, tours.place[slot, i + 1]]
    service = problem.service[account]
    before = tours.end_before[slot, i]
    ready = min(tours.end_after[slot, i] + to, after_break(before, to, lunch, lunch_from, lunch_until))
    after = earliest_start(problem, account, day, ready) + service
    if after + on <= tours.last_after[slot, i + 1]:
        return True
    if lunch == 0:
        return False
    before = earliest_start(problem, account, day, before + to) + service
    if before + on <= tours.last_before[slot, i + 1] or before + on <= tours.last_short[slot, i + 1]:
        return True
    return bool(after_break(before, on, lunch, lunch_from, lunch_until) <= tours.last_after[slot, i + 1])


@compiled
def insertion_back(problem: Problem, tours: Tours, slot: int, i: int, account: int) -> int:
    """Return the earliest time back home with the account visited between columns i and i + 1."""
    day, lunch = problem.slot_day[slot], problem.lunch[slot]
    lunch_from, lunch_until = problem.lunch_from[slot], problem.lunch_until[slot]
    before, after = tours.end_before[slot, i], tours.end_after[slot, i]
    here, j = tours.place[slot, i], i
    visiting = account
    while True:
        drive = problem.drive[here, visiting + 1]
        ready = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
        after = earliest_start(problem, visiting, day, ready) + problem.service[visiting]
        before = earliest_start(problem, visiting, day, before + drive) + problem.service[visiting]
        here = visiting + 1
        j += 1
        if j > tours.length[slot]:
            break
        visiting = tours.place[slot, j] - 1
    drive = problem.drive[here, 0]
    back: int = before + drive
    if back > lunch_until:
        back = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
    return back


@compiled
def insertion_prices(problem: Problem, tours: Tours, account: int, prices: IntArray) -> None:
    """Fill, per slot, what one more visit costs at the place where it is cheapest, or how many minutes it lacks.

    Parameters
    ----------
    prices
        Shape (slots, 3): added drive with priced overtime, the drive in it, minutes too late home; NEVER where no place
        gives any.
    """
    for slot in range(len(problem.slot_day)):
        prices[slot, 0] = prices[slot, 1] = prices[slot, 2] = NEVER
        refresh(problem, tours, slot)
        for i in range(tours.length[slot] + 1):
            before, after = tours.place[slot, i], tours.place[slot, i + 1]
            back = insertion_back(problem, tours, slot, i, account)
            extra = (
                problem.drive[before, account + 1] + problem.drive[account + 1, after] - problem.drive[before, after]
            )
            overtime = max(0, back - problem.end[slot]) - tours.overtime[slot]
            cost = extra + problem.overtime_weight * overtime
            if back <= problem.latest[slot] and cost < prices[slot, 0]:
                prices[slot, 0] = cost
                prices[slot, 1] = extra
            elif problem.latest[slot] < back < NEVER // 2:
                prices[slot, 2] = min(prices[slot, 2], back - problem.latest[slot])
