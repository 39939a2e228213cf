"""Take accounts out of their tours in strings and bring them back on new visit patterns, in compiled code.

After Christiaens & Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems", Transportation
Science 54(2), 2020, carried over to periodic problems: an account leaves all its days at once and comes back on the
pattern whose cheapest insertions cost least. Some rounds work on one day alone: there an account keeps its pattern.
"""
# ruff: noqa: PLR0917 -- compiled functions are called by position

from optimizer.tours.arrays import (
    BUSY,
    DAY,
    DEMAND,
    DRIVE,
    END_PATTERN,
    FIRST_PATTERN,
    FREQUENCY,
    LENGTH,
    LEVEL_DAYS,
    LEVEL_WEIGHT,
    LOAD,
    NO_VISIT_COST,
    SERVICE,
    STAMP,
    WEEK,
    WEEK_LIMIT,
    WEEKS,
    WORK,
    Problem,
    Tours,
)
from optimizer.tours.clock import refresh
from optimizer.tours.compiling import compiled, inlined
from optimizer.tours.desk import (
    COST,
    EXTRA,
    HARD,
    HIT,
    IN_LIST,
    KNOWN_COLUMN,
    NOISE,
    REMOVED,
    TOUCHED,
    WEEK_PRICE,
    Desk,
)
from optimizer.tours.insertion_places import best_slot, random_share

SPLIT = 0.5
"""Chance that a removed string keeps some stops in its middle (section 5.1)."""


@inlined
def last_column(problem: Problem) -> int:
    """Return the column of `Problem.pattern_days` that holds what a pattern costs by itself."""
    column: int = problem.pattern_days.shape[1] - 1
    return column


@inlined
def take_off(problem: Problem, tours: Tours, desk: Desk, account: int, day: int) -> None:
    """Remove the visit of one day; labels are left stale and the slot marked as touched."""
    slot = tours.slot_of[account, day]
    tours.slot_of[account, day] = -1
    n, sums = tours.sums[slot, LENGTH], tours.sums
    i = 1
    while tours.place[slot, i] != account + 1:
        i += 1
    before, here, after = tours.place[slot, i - 1], account + 1, tours.place[slot, i + 1]
    leg = problem.drive[before, after] if n > 1 else 0
    saved = problem.drive[before, here] + problem.drive[here, after] - leg
    service = problem.accounts[account, SERVICE]
    sums[slot, DRIVE] -= saved
    sums[slot, WORK] = max(0, sums[slot, WORK] - saved - service)
    for j in range(i, n + 1):
        tours.place[slot, j] = tours.place[slot, j + 1]
        tours.legs[slot, j] = tours.legs[slot, j + 1]
    tours.legs[slot, i - 1] = leg
    sums[slot, LENGTH] = n - 1
    if n == 1:
        sums[slot, DRIVE] = 0
        sums[slot, WORK] = 0
    sums[slot, LOAD] -= problem.accounts[account, DEMAND]
    sums[slot, BUSY] -= service
    desk.counter[1] += 1
    sums[slot, STAMP] = desk.counter[1]
    desk.marks[slot, TOUCHED] = 1


@inlined
def take_out(problem: Problem, tours: Tours, desk: Desk, account: int) -> None:
    """Remove an account from all its days."""
    row = tours.chosen[account]
    for v in range(problem.pattern_days[row, 0]):
        take_off(problem, tours, desk, account, problem.pattern_days[row, v + 1])
    tours.chosen[account] = -1
    tours.lost[account] = problem.accounts[account, NO_VISIT_COST]


@inlined
def put_in(problem: Problem, tours: Tours, desk: Desk, account: int, slot: int, i: int) -> None:
    """Visit an account between columns i and i + 1 of a slot and refresh the labels."""
    here, sums = account + 1, tours.sums
    before, after, leg = tours.place[slot, i], tours.place[slot, i + 1], tours.legs[slot, i]
    for j in range(sums[slot, LENGTH] + 1, i, -1):
        tours.place[slot, j + 1] = tours.place[slot, j]
        tours.legs[slot, j + 1] = tours.legs[slot, j]
    tours.place[slot, i + 1] = here
    tours.legs[slot, i] = problem.drive[before, here]
    tours.legs[slot, i + 1] = problem.drive[here, after]
    sums[slot, LENGTH] += 1
    extra = problem.drive[before, here] + problem.drive[here, after] - leg
    sums[slot, DRIVE] += extra
    sums[slot, LOAD] += problem.accounts[account, DEMAND]
    sums[slot, BUSY] += problem.accounts[account, SERVICE]
    desk.counter[1] += 1
    sums[slot, STAMP] = desk.counter[1]
    tours.slot_of[account, problem.slots[slot, DAY]] = slot
    desk.week_work[problem.slots[slot, WEEK], 0] += extra + problem.accounts[account, SERVICE]
    desk.marks[slot, TOUCHED] = 1
    refresh(problem, tours, slot)


@inlined
def put_on(problem: Problem, tours: Tours, desk: Desk, account: int, day: int) -> bool:
    """Visit an account that keeps its pattern on one of its days again; tell whether any tour can take it."""
    cost, slot = best_slot(problem, tours, desk, account, day)
    if slot < 0 or cost >= HARD:
        return False
    put_in(problem, tours, desk, account, slot, desk.known[account, slot, KNOWN_COLUMN])
    return True


@inlined
def level_cost(problem: Problem, desk: Desk, row: int) -> float:
    """Return what a pattern adds to the priced difference between the busiest week and the mean.

    The busiest week depends on all visits of the pattern together: equal loads on every week cost nothing.
    """
    weeks, work = problem.rules[WEEKS], desk.week_work
    for week in range(weeks):
        work[week, 1] = 0
    for v in range(problem.pattern_days[row, 0]):
        day = problem.pattern_days[row, v + 1]
        work[problem.slots[desk.day_place[day, 0], WEEK], 1] += int(desk.day_cost[day, EXTRA])
    busiest, peak, added = 0, 0, 0
    for week in range(weeks):
        busiest = max(busiest, work[week, 0])
        peak = max(peak, work[week, 0] + work[week, 1])
        added += work[week, 1]
    cost: float = problem.rules[LEVEL_WEIGHT] * (peak - busiest - added / weeks)
    return cost


@inlined
def price_days(problem: Problem, tours: Tours, desk: Desk, account: int) -> None:
    """Fill what a visit costs on each day that a pattern uses, and where it would be."""
    limit = problem.rules[WEEK_LIMIT]
    for day in range(problem.useful.shape[1]):
        desk.day_cost[day, COST] = 1e30
        if problem.useful[account, day] == 0:
            continue
        cost, slot = best_slot(problem, tours, desk, account, day)
        if slot < 0:
            continue
        work = desk.week_work[problem.slots[slot, WEEK], 0]
        extra = cost + problem.accounts[account, SERVICE]
        over = max(0.0, work + extra - limit) - max(0, work - limit)
        desk.day_cost[day, COST] = cost + desk.day_cost[day, NOISE] + desk.prices[WEEK_PRICE] * over
        if problem.rules[LEVEL_DAYS] > 0:
            longer = tours.sums[slot, WORK] + extra - desk.week_work[problem.rules[WEEKS], 0]
            desk.day_cost[day, COST] += problem.rules[LEVEL_DAYS] * max(0.0, longer)
        desk.day_cost[day, EXTRA] = extra
        desk.day_place[day, 0] = slot
        desk.day_place[day, 1] = desk.known[account, slot, KNOWN_COLUMN]


@compiled
def bring_in(problem: Problem, tours: Tours, desk: Desk, account: int) -> None:
    """Visit an account on its cheapest pattern, or not at all when that is cheaper."""
    price_days(problem, tours, desk, account)
    level = problem.rules[LEVEL_WEIGHT] > 0
    none, loss = problem.accounts[account, NO_VISIT_COST], last_column(problem)
    row, least, nothing = -1, 1e30, float(none)
    for p in range(problem.accounts[account, FIRST_PATTERN], problem.accounts[account, END_PATTERN]):
        visits = problem.pattern_days[p, 0]
        cost = float(problem.pattern_days[p, loss])
        for v in range(visits):
            cost += desk.day_cost[problem.pattern_days[p, v + 1], COST]
        # Uneven weeks may choose the pattern, but not drop the visit: while tours fill up, weeks must be uneven.
        if cost < nothing:
            if level:
                cost += level_cost(problem, desk, p)
            if cost < least:
                least, row = cost, p
    tours.chosen[account] = row
    visits = problem.pattern_days[row, 0] if row >= 0 else 0
    tours.lost[account] = problem.pattern_days[row, loss] if row >= 0 else none
    for v in range(visits):
        day = problem.pattern_days[row, v + 1]
        put_in(problem, tours, desk, account, desk.day_place[day, 0], desk.day_place[day, 1])


@inlined
def take_string(tours: Tours, desk: Desk, account: int, slot: int, longest: float, count: int) -> int:
    """List the accounts of a string around an account of a tour as removed; return how many the list has now."""
    n = tours.sums[slot, LENGTH]
    take = min(n, int(random_share(desk.counter) * min(float(n), longest) + 1.0))
    keep = 0
    if take < n and random_share(desk.counter) < SPLIT:
        keep = 1
        while take + keep < n and random_share(desk.counter) > 0.5:
            keep += 1
    at = 1
    while tours.place[slot, at] != account + 1:
        at += 1
    span = take + keep
    first_low, first_high = max(1, at - span + 1), min(at, n - span + 1)
    first = first_low + int(random_share(desk.counter) * (first_high - first_low + 1))
    kept_from = first + span
    if keep > 0:
        kept_from = first + 1 + int(random_share(desk.counter) * max(1, take - 1))
    for i in range(first, first + span):
        if kept_from <= i < kept_from + keep:
            continue
        other = tours.place[slot, i] - 1
        if desk.lists[other, IN_LIST] == 0:
            desk.lists[other, IN_LIST] = 1
            desk.lists[count, REMOVED] = other
            count += 1
    return count


@compiled
def ruin(  # noqa: C901, PLR0912 -- one pass in compiled code
    problem: Problem, tours: Tours, desk: Desk, removed_mean: float, longest_string: float, unserved: int, day: int,
    centre: int, count: int,
) -> int:  # fmt: skip
    """Take strings of neighbouring accounts out of the tours; return how many accounts the list of removed ones has.

    Parameters
    ----------
    unserved
        Most accounts without a visit that are listed.
    day
        The only day to take visits from, the patterns being kept; −1 for all days of the accounts.
    centre
        Row of `Problem.neighbours` around which strings are taken; −1 for that of an account drawn at random.
    count
        How many accounts the list has already.
    """
    accounts = len(problem.accounts)
    stops, used = 0, 0
    for slot in range(len(problem.slots)):
        desk.marks[slot, HIT] = 0
        if day < 0 or problem.slots[slot, DAY] == day:
            stops += tours.sums[slot, LENGTH]
            used += min(1, tours.sums[slot, LENGTH])
    longest = min(longest_string, max(1.0, stops / max(1, used)))
    most_strings = 4.0 * removed_mean / (1.0 + longest) - 1.0
    strings = int(random_share(desk.counter) * max(most_strings, 0.0) + 1.0)
    seed = int(random_share(desk.counter) * accounts) if centre < 0 else centre
    listed = 0
    for k in range(-1 if seed < accounts else 0, accounts - 1):
        if strings == 0:
            break
        account = seed if k < 0 else problem.neighbours[seed, k]
        if desk.lists[account, IN_LIST]:
            continue
        row = tours.chosen[account]
        if row < 0:
            patterns = problem.accounts[account, END_PATTERN] - problem.accounts[account, FIRST_PATTERN]
            if day < 0 and listed < unserved and patterns > 0:
                desk.lists[account, IN_LIST] = 1
                desk.lists[count, REMOVED] = account
                count += 1
                listed += 1
            continue
        if day >= 0:
            slot = tours.slot_of[account, day]
        else:
            visit = int(random_share(desk.counter) * problem.pattern_days[row, 0])
            slot = tours.slot_of[account, problem.pattern_days[row, visit + 1]]
        if slot < 0 or desk.marks[slot, HIT]:
            continue
        desk.marks[slot, HIT] = 1
        strings -= 1
        begin = count
        count = take_string(tours, desk, account, slot, longest, count)
        for c in range(begin, count):
            if day >= 0:
                take_off(problem, tours, desk, desk.lists[c, REMOVED], day)
            else:
                take_out(problem, tours, desk, desk.lists[c, REMOVED])
    return count


@compiled
def order_removed(problem: Problem, desk: Desk, count: int) -> None:
    """Put the removed accounts into the order in which they come back."""
    kind = random_share(desk.counter)
    for c in range(count):
        account = desk.lists[c, REMOVED]
        rule = problem.accounts
        key = random_share(desk.counter)
        if kind < 0.35:
            pass
        elif kind < 0.6:
            key -= rule[account, FREQUENCY] * max(1, rule[account, SERVICE] + rule[account, DEMAND])
        elif kind < 0.75:
            key -= problem.drive[0, account + 1]
        elif kind < 0.85:
            key += problem.drive[0, account + 1]
        else:
            key += rule[account, END_PATTERN] - rule[account, FIRST_PATTERN]
        desk.keys[c] = key
    for c in range(1, count):
        account, key = desk.lists[c, REMOVED], desk.keys[c]
        b = c - 1
        while b >= 0 and desk.keys[b] > key:
            desk.keys[b + 1] = desk.keys[b]
            desk.lists[b + 1, REMOVED] = desk.lists[b, REMOVED]
            b -= 1
        desk.keys[b + 1] = key
        desk.lists[b + 1, REMOVED] = account
