"""Time tours in compiled code: labels for quick insertion, exact return and shortest working time."""

from optimizer.tours.arrays import (
    BACK,
    BEST_ARRIVAL,
    BUSY,
    DAY,
    DRIVE,
    END,
    END_AFTER,
    END_BEFORE,
    LAST_AFTER,
    LAST_BEFORE,
    LAST_SHORT,
    LATEST,
    LEAVE_LATEST,
    LENGTH,
    LONGEST,
    LUNCH,
    LUNCH_FROM,
    LUNCH_UNTIL,
    NEVER,
    OVERTIME,
    OVERTIME_WEIGHT,
    SERVICE,
    SHORTENED,
    START,
    TIME_LEFT,
    TIME_SO_FAR,
    TIMED,
    WORK,
    Problem,
    Tours,
)
from optimizer.tours.compiling import compiled, inlined
from optimizer.tours.instance import IntArray


@inlined
def earliest_start(problem: Problem, account: int, day: int, ready: int) -> int:
    """Return the first minute from `ready` on at which the service may start, NEVER if there is none."""
    for w in range(problem.windows.shape[2]):
        if ready <= problem.windows[account, day, w, 1]:
            start: int = max(ready, problem.windows[account, day, w, 0])
            return start
    return NEVER


@inlined
def latest_start(problem: Problem, account: int, day: int, until: int) -> int:
    """Return the last minute up to `until` at which the service may start, −NEVER if there is none."""
    for w in range(problem.windows.shape[2] - 1, -1, -1):
        if until >= problem.windows[account, day, w, 0]:
            start: int = min(until, problem.windows[account, day, w, 1])
            return start
    return -NEVER


@inlined
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
    rule = problem.slots
    day, lunch = rule[slot, DAY], rule[slot, LUNCH]
    lunch_from, lunch_until = rule[slot, LUNCH_FROM], rule[slot, LUNCH_UNTIL]
    before = rule[slot, START] if lunch > 0 else NEVER
    after = NEVER if lunch > 0 else rule[slot, START]
    tours.labels[slot, 0, END_BEFORE] = before
    tours.labels[slot, 0, END_AFTER] = after
    for i in range(1, tours.sums[slot, LENGTH] + 1):
        account = tours.place[slot, i] - 1
        drive = problem.drive[tours.place[slot, i - 1], tours.place[slot, i]]
        ready = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
        service = problem.accounts[account, SERVICE]
        after = earliest_start(problem, account, day, ready) + service
        if lunch > 0:
            before = earliest_start(problem, account, day, before + drive) + service
        tours.labels[slot, i, END_BEFORE] = before
        tours.labels[slot, i, END_AFTER] = after
    n = tours.sums[slot, LENGTH]
    drive = problem.drive[tours.place[slot, n], tours.place[slot, n + 1]]
    back: int = before + drive
    if back > lunch_until:
        back = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
    return back


@compiled
def refresh_backward(problem: Problem, tours: Tours, slot: int) -> None:
    """Fill the backward labels of a slot: the latest arrivals from which the rep is home in regular time."""
    rule = problem.slots
    day, lunch = rule[slot, DAY], rule[slot, LUNCH]
    lunch_from, lunch_until = rule[slot, LUNCH_FROM], rule[slot, LUNCH_UNTIL]
    n = tours.sums[slot, LENGTH]
    after, before = rule[slot, END], -NEVER
    short = min(after, lunch_until) if lunch > 0 else -NEVER
    tours.labels[slot, n + 1, LAST_AFTER] = after
    tours.labels[slot, n + 1, LAST_BEFORE] = before
    tours.labels[slot, n + 1, LAST_SHORT] = short
    for i in range(n, -1, -1):
        drive = problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
        left_before = before - drive
        if lunch > 0 and lunch_from + lunch <= after:
            left_before = max(left_before, min(lunch_until, after - lunch - drive))
        left_after, left_short = after - drive, short - drive
        if i > 0:
            account = tours.place[slot, i] - 1
            service = problem.accounts[account, SERVICE]
            after = latest_start(problem, account, day, left_after - service)
            if lunch > 0:
                before = latest_start(problem, account, day, left_before - service)
                short = latest_start(problem, account, day, left_short - service)
        else:
            after, before, short = left_after, left_before, left_short
        tours.labels[slot, i, LAST_AFTER] = after
        tours.labels[slot, i, LAST_BEFORE] = before
        tours.labels[slot, i, LAST_SHORT] = short


@compiled
def refresh_lengths(problem: Problem, tours: Tours, slot: int) -> None:
    """Fill the labels that tell how long a tour takes when the rep leaves as late as the windows allow.

    After Vidal, Crainic, Gendreau & Prins, "A hybrid genetic algorithm with adaptive diversity management for a large
    class of vehicle routing problems with time-windows", Computers & Operations Research 40(1), 2013, section 4.3.
    """
    day, n = problem.slots[slot, DAY], tours.sums[slot, LENGTH]
    leave, time = problem.slots[slot, LATEST], 0
    tours.labels[slot, 0, LEAVE_LATEST] = leave
    tours.labels[slot, 0, TIME_SO_FAR] = time
    for i in range(1, n + 1):
        account = tours.place[slot, i] - 1
        time += problem.drive[tours.place[slot, i - 1], tours.place[slot, i]]
        leave = min(leave, problem.windows[account, day, 0, 1] - time)
        time += max(0, problem.windows[account, day, 0, 0] - leave - time) + problem.accounts[account, SERVICE]
        tours.labels[slot, i, LEAVE_LATEST] = leave
        tours.labels[slot, i, TIME_SO_FAR] = time
    arrival, time = -NEVER, 0
    tours.labels[slot, n + 1, BEST_ARRIVAL] = arrival
    tours.labels[slot, n + 1, TIME_LEFT] = time
    for i in range(n, 0, -1):
        account = tours.place[slot, i] - 1
        span = problem.accounts[account, SERVICE] + problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
        arrival = max(problem.windows[account, day, 0, 0], arrival - span)
        time += span
        tours.labels[slot, i, BEST_ARRIVAL] = arrival
        tours.labels[slot, i, TIME_LEFT] = time


@inlined
def refresh(problem: Problem, tours: Tours, slot: int) -> None:
    """Fill the labels of a slot for a regular end of the day, its earliest return and its overtime."""
    if problem.rules[TIMED]:
        tours.sums[slot, BACK] = refresh_forward(problem, tours, slot)
        refresh_backward(problem, tours, slot)
        if problem.rules[SHORTENED]:
            refresh_lengths(problem, tours, slot)
    else:
        tours.sums[slot, BACK] = problem.slots[slot, START] + tours.sums[slot, DRIVE] + tours.sums[slot, BUSY]
    late = max(0, tours.sums[slot, BACK] - problem.slots[slot, END])
    tours.sums[slot, OVERTIME] = late if tours.sums[slot, LENGTH] > 0 else 0


@compiled
def measure(problem: Problem, tours: Tours, slot: int) -> None:
    """Fill the shortest working time of a refreshed slot: back as early, and then away as late as possible."""
    rule = problem.slots
    if problem.rules[TIMED] == 0:
        tours.sums[slot, WORK] = tours.sums[slot, DRIVE] + tours.sums[slot, BUSY]
        return
    day, lunch, back = rule[slot, DAY], rule[slot, LUNCH], tours.sums[slot, BACK]
    lunch_from, lunch_until = rule[slot, LUNCH_FROM], rule[slot, LUNCH_UNTIL]
    after, before = back, -NEVER
    for i in range(tours.sums[slot, LENGTH], -1, -1):
        drive = problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
        left_before = before - drive
        if lunch > 0 and lunch_from + lunch <= after:
            left_before = max(left_before, min(lunch_until, after - lunch - drive))
        after -= drive
        before = left_before
        if i > 0:
            account = tours.place[slot, i] - 1
            service = problem.accounts[account, SERVICE]
            after = latest_start(problem, account, day, after - service)
            before = latest_start(problem, account, day, before - service)
    work = back - after
    if lunch > 0 and back > lunch_until and after < lunch_from + lunch:
        work = back - before - lunch
    tours.sums[slot, WORK] = work if tours.sums[slot, LENGTH] > 0 else 0


@compiled
def insertion_keeps_time(problem: Problem, tours: Tours, slot: int, i: int, account: int) -> bool:
    """Tell whether the tour still ends in regular time with the account visited between columns i and i + 1."""
    rule, labels = problem.slots, tours.labels
    day, lunch = rule[slot, DAY], rule[slot, LUNCH]
    lunch_from, lunch_until = rule[slot, LUNCH_FROM], rule[slot, LUNCH_UNTIL]
    to = problem.drive[tours.place[slot, i], account + 1]
    on = problem.drive[account + 1, tours.place[slot, i + 1]]
    service = problem.accounts[account, SERVICE]
    before = labels[slot, i, END_BEFORE]
    ready = min(labels[slot, i, END_AFTER] + to, after_break(before, to, lunch, lunch_from, lunch_until))
    after = earliest_start(problem, account, day, ready) + service
    if after + on <= labels[slot, i + 1, LAST_AFTER]:
        if problem.rules[SHORTENED]:
            return bool(length_with(problem, tours, slot, i, account) <= rule[slot, LONGEST])
        return True
    if lunch == 0:
        return False
    before = earliest_start(problem, account, day, before + to) + service
    if before + on <= labels[slot, i + 1, LAST_BEFORE] or before + on <= labels[slot, i + 1, LAST_SHORT]:
        return True
    return bool(after_break(before, on, lunch, lunch_from, lunch_until) <= labels[slot, i + 1, LAST_AFTER])


@compiled
def length_with(problem: Problem, tours: Tours, slot: int, i: int, account: int) -> int:
    """Return the shortest time from departure to return with the account visited where the windows allow it."""
    labels, day = tours.labels, problem.slots[slot, DAY]
    time = labels[slot, i, TIME_SO_FAR] + problem.drive[tours.place[slot, i], account + 1]
    leave = min(labels[slot, i, LEAVE_LATEST], problem.windows[account, day, 0, 1] - time)
    time += max(0, problem.windows[account, day, 0, 0] - leave - time) + problem.accounts[account, SERVICE]
    time += problem.drive[account + 1, tours.place[slot, i + 1]]
    leave = min(leave, labels[slot, i + 1, LAST_AFTER] - time)
    length: int = max(leave + time, labels[slot, i + 1, BEST_ARRIVAL]) + labels[slot, i + 1, TIME_LEFT] - leave
    return length


@compiled
def insertion_back(problem: Problem, tours: Tours, slot: int, i: int, account: int) -> int:
    """Return the earliest time back home with the account visited between columns i and i + 1."""
    rule, labels = problem.slots, tours.labels
    day, lunch = rule[slot, DAY], rule[slot, LUNCH]
    lunch_from, lunch_until = rule[slot, LUNCH_FROM], rule[slot, LUNCH_UNTIL]
    before, after = labels[slot, i, END_BEFORE], labels[slot, i, END_AFTER]
    here, j = tours.place[slot, i], i
    visiting = account
    while True:
        drive = problem.drive[here, visiting + 1]
        ready = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
        after = earliest_start(problem, visiting, day, ready) + problem.accounts[visiting, SERVICE]
        before = earliest_start(problem, visiting, day, before + drive) + problem.accounts[visiting, SERVICE]
        here = visiting + 1
        j += 1
        if j > tours.sums[slot, LENGTH]:
            break
        visiting = tours.place[slot, j] - 1
    drive = problem.drive[here, tours.place[slot, j]]
    back: int = before + drive
    if back > lunch_until:
        back = min(after + drive, after_break(before, drive, lunch, lunch_from, lunch_until))
    return back


@compiled
def insertion_prices(problem: Problem, tours: Tours, account: int, prices: IntArray) -> None:
    """Fill, per slot, what one more visit costs where it is cheapest, or how many minutes it lacks.

    Parameters
    ----------
    prices
        Shape (slots, 3): added drive with priced overtime, the drive in it, minutes too late home; NEVER where no place
        gives any.
    """
    for slot in range(len(problem.slots)):
        end, latest = problem.slots[slot, END], problem.slots[slot, LATEST]
        prices[slot, 0] = prices[slot, 1] = prices[slot, 2] = NEVER
        back = refresh_forward(problem, tours, slot)
        planned = max(0, back - end) if tours.sums[slot, LENGTH] > 0 else 0
        for i in range(tours.sums[slot, LENGTH] + 1):
            before, after = tours.place[slot, i], tours.place[slot, i + 1]
            back = insertion_back(problem, tours, slot, i, account)
            extra = problem.drive[before, account + 1] + problem.drive[account + 1, after]
            extra -= problem.drive[before, after] if tours.sums[slot, LENGTH] > 0 else 0
            overtime = max(0, back - end) - planned
            cost = extra + problem.rules[OVERTIME_WEIGHT] * overtime
            if back <= latest and cost < prices[slot, 0]:
                prices[slot, 0] = cost
                prices[slot, 1] = extra
            elif latest < back < NEVER // 2:
                prices[slot, 2] = min(prices[slot, 2], back - latest)
