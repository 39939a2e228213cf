"""Find and remember the cheapest place of an account in each tour, in compiled code."""

from optimizer.tours.arrays import (
    BUSY,
    CAPACITY,
    DEMAND,
    DRIVE,
    END,
    LATEST,
    LENGTH,
    LOAD,
    LONGEST,
    LUNCH,
    LUNCH_UNTIL,
    NEVER,
    OVERTIME,
    OVERTIME_WEIGHT,
    SERVICE,
    SHORTENED,
    STAMP,
    START,
    TIMED,
    Problem,
    Tours,
)
from optimizer.tours.clock import insertion_back, insertion_keeps_time
from optimizer.tours.compiling import inlined
from optimizer.tours.desk import (
    HARD,
    KNOWN_COLUMN,
    KNOWN_COST,
    KNOWN_EXTRA,
    KNOWN_STAMP,
    LOAD_PRICE,
    NEAR,
    TIME_PRICE,
    Desk,
)
from optimizer.tours.instance import IntArray

NEAR_VISITS = 12
"""Visits to the nearest accounts whose tours are looked at, where a day has many:"""
MANY_TOURS = 4
"""this many, or more."""
BLINK = 0.01
"""Chance that the best place of a tour is overlooked (section 5.2 of the paper named in `ruin_recreate`)."""


@inlined
def random_share(counter: IntArray) -> float:
    """Return a number in [0, 1) and step the generator (xorshift64: Marsaglia, J. Stat. Software 2003)."""
    x = counter[0]
    x ^= x << 13
    x ^= (x >> 7) & 0x1FFFFFFFFFFFFFF
    x ^= x << 17
    counter[0] = x
    return float(((x >> 11) & 0x1FFFFFFFFFFFFF) * (1.0 / 9007199254740992.0))


@inlined
def know_place(  # noqa: C901 -- one pass in compiled code
    problem: Problem, tours: Tours, desk: Desk, account: int, slot: int
) -> None:
    """Remember the cheapest insertion that keeps windows and the end of the day; loads are left to the caller."""
    here, n = account + 1, tours.sums[slot, LENGTH]
    best, best_i, best_extra = NEVER, -1, NEVER
    if problem.rules[TIMED]:
        rule = problem.slots
        busy = tours.sums[slot, DRIVE] + tours.sums[slot, BUSY] + problem.accounts[account, SERVICE]
        room = min(rule[slot, LATEST] - rule[slot, START], rule[slot, LONGEST])
        until_lunch = rule[slot, LUNCH_UNTIL] - rule[slot, START]
        may_run_over = rule[slot, LATEST] > rule[slot, END] and problem.rules[SHORTENED] == 0
        for i in range(n + 1):
            before, after = tours.place[slot, i], tours.place[slot, i + 1]
            extra = problem.drive_to[here, before] + problem.drive[here, after] - tours.legs[slot, i]
            span = busy + extra
            if rule[slot, LUNCH] > 0 and span > until_lunch:
                span += rule[slot, LUNCH]
            if extra < best and span <= room:
                if insertion_keeps_time(problem, tours, slot, i, account):
                    # Regular time may cut overtime when ways are not shortest.
                    cost = extra - problem.rules[OVERTIME_WEIGHT] * tours.sums[slot, OVERTIME]
                    if cost < best:
                        best, best_i, best_extra = cost, i, extra
                elif may_run_over:
                    back = insertion_back(problem, tours, slot, i, account)
                    late = max(0, back - rule[slot, END]) - tours.sums[slot, OVERTIME]
                    cost = extra + problem.rules[OVERTIME_WEIGHT] * late
                    if back <= rule[slot, LATEST] and cost < best:
                        best, best_i, best_extra = cost, i, extra
    else:
        before = tours.place[slot, 0]
        for i in range(n + 1):
            after = tours.place[slot, i + 1]
            extra = problem.drive_to[here, before] + problem.drive[here, after] - tours.legs[slot, i]
            if extra < best_extra:
                best_i, best_extra = i, extra
            before = after
        best = best_extra
    desk.known[account, slot, KNOWN_STAMP] = tours.sums[slot, STAMP]
    desk.known[account, slot, KNOWN_COST] = best
    desk.known[account, slot, KNOWN_COLUMN] = best_i
    desk.known[account, slot, KNOWN_EXTRA] = best_extra


@inlined
def mark_near(problem: Problem, tours: Tours, desk: Desk, account: int, day: int) -> int:
    """Mark the tours of a day that visit a few of the nearest accounts; return the mark."""
    desk.counter[2] += 1
    mark: int = desk.counter[2]
    found = 0
    for k in range(problem.neighbours.shape[1]):
        slot = tours.slot_of[problem.neighbours[account, k], day]
        if slot >= 0:
            desk.marks[slot, NEAR] = mark
            found += 1
            if found == NEAR_VISITS:
                break
    return mark


@inlined
def best_slot(problem: Problem, tours: Tours, desk: Desk, account: int, day: int) -> tuple[float, int]:
    """Return the least cost of a visit on a day, limits at their prices, and its slot, −1 for none.

    Where a day has many long tours, those that visit none of the nearest accounts are looked at only when no other tour
    takes it.
    """
    many = desk.counter[3] == 1 and problem.day_slot[day + 1] - problem.day_slot[day] >= MANY_TOURS
    mark = mark_near(problem, tours, desk, account, day) if many else 0
    while True:
        best, best_at = cheapest_slot(problem, tours, desk, account, day, mark)
        if mark == 0 or (best_at >= 0 and best < HARD):
            return best, best_at
        mark = 0


@inlined
def cheapest_slot(  # noqa: C901, PLR0917 -- one pass in compiled code, called by position
    problem: Problem, tours: Tours, desk: Desk, account: int, day: int, mark: int
) -> tuple[float, int]:
    """Do that among the tours with a mark and an empty one; among all tours when the mark is 0."""
    best, best_at = 1e30, -1
    demand, service = problem.accounts[account, DEMAND], problem.accounts[account, SERVICE]
    rule, sums = problem.slots, tours.sums
    seen_empty = False
    for slot in range(problem.day_slot[day], problem.day_slot[day + 1]):
        if sums[slot, LENGTH] == 0:
            if seen_empty:
                continue  # the slots of a day are alike
            seen_empty = True
        elif mark > 0 and desk.marks[slot, NEAR] != mark:
            continue
        if desk.known[account, slot, KNOWN_STAMP] != sums[slot, STAMP]:
            know_place(problem, tours, desk, account, slot)
        known = desk.known[account, slot, KNOWN_COST]
        if known >= best or random_share(desk.counter) < BLINK or known >= NEVER:
            continue
        cost = float(known)
        load = sums[slot, LOAD] + demand
        if load > rule[slot, CAPACITY]:
            cost += desk.prices[LOAD_PRICE] * (load - max(sums[slot, LOAD], rule[slot, CAPACITY]))
        if problem.rules[TIMED] == 0:
            old = sums[slot, DRIVE] + sums[slot, BUSY]
            new = old + service + desk.known[account, slot, KNOWN_EXTRA]
            room = min(rule[slot, LATEST] - rule[slot, START], rule[slot, LONGEST])
            if new > room:
                cost += desk.prices[TIME_PRICE] * (new - max(old, room))
            late = max(0, rule[slot, START] + new - rule[slot, END])
            cost += problem.rules[OVERTIME_WEIGHT] * (late - sums[slot, OVERTIME])
        if cost < best:
            best, best_at = cost, slot
    return best, best_at
