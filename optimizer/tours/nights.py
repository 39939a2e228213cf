"""Open, close, move and shift nights away in compiled code: two days that follow each other meet at a place.

The search draws such a change at the beginning of a round; strings are then taken out around the place, come back where
they are cheapest now, and the whole round is accepted or not by what it costs, the price of nights included.
"""
# ruff: noqa: PLR0917 -- compiled functions are called by position

from optimizer.tours.arrays import (
    BACK,
    BUSY,
    DRIVE,
    FROM,
    LATEST,
    LENGTH,
    LONGEST,
    MORNING,
    NIGHT_WEIGHT,
    NIGHTS,
    STAMP,
    START,
    TIMED,
    TO,
    WORK,
    Problem,
    Tours,
)
from optimizer.tours.clock import refresh
from optimizer.tours.compiling import compiled, inlined
from optimizer.tours.desk import IN_LIST, REMOVED, TOUCHED, Desk
from optimizer.tours.insertion_places import random_share
from optimizer.tours.ruin_recreate import take_out

CLOSED = 0.4
"""Share of changes of a night away that give it up;"""
SHIFTED = 0.7
"""from there up to this share it is moved by a day, the rest moves it to another place."""
ANYWHERE = 0.2
"""Share of new places that are drawn at random; the others are the nearest to a stop of the two days."""


@inlined
def set_end(problem: Problem, tours: Tours, desk: Desk, slot: int, column: int, place: int) -> None:
    """Let a slot begin (column 0) or end (column LENGTH + 1) at a place; labels are left stale."""
    sums = tours.sums
    tours.place[slot, column] = place
    if sums[slot, LENGTH] > 0:
        i = max(0, column - 1)
        leg = problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
        sums[slot, DRIVE] += leg - tours.legs[slot, i]
        sums[slot, WORK] = max(0, sums[slot, WORK] + leg - tours.legs[slot, i])
        tours.legs[slot, i] = leg
    desk.counter[1] += 1
    sums[slot, STAMP] = desk.counter[1]
    desk.marks[slot, TOUCHED] = 1


@inlined
def sleep_at(problem: Problem, tours: Tours, desk: Desk, evening: int, place: int) -> None:
    """Let a slot and its morning meet at a place; 0 for a night at home."""
    morning = problem.slots[evening, MORNING]
    end, start = (problem.slots[evening, TO], problem.slots[morning, FROM]) if place == 0 else (place, place)
    set_end(problem, tours, desk, evening, tours.sums[evening, LENGTH] + 1, end)
    set_end(problem, tours, desk, morning, 0, start)


@inlined
def night_after(problem: Problem, tours: Tours, slot: int) -> int:
    """Return the place of the night away after a slot, 0 for none."""
    if problem.slots[slot, MORNING] < 0:
        return 0
    end: int = tours.place[slot, tours.sums[slot, LENGTH] + 1]
    return end if end != problem.slots[slot, TO] else 0


@compiled
def price_nights(problem: Problem, tours: Tours) -> tuple[int, int]:
    """Return what all nights away cost, and how many lie beside a day without stops.

    Those cost the way home and back as well, so that they pay nobody while the search leads through them.
    """
    price, idle = 0, 0
    for slot in range(len(tours.sums)):
        place = night_after(problem, tours, slot)
        if place > 0:
            price += problem.rules[NIGHT_WEIGHT]
            if tours.sums[slot, LENGTH] == 0 or tours.sums[problem.slots[slot, MORNING], LENGTH] == 0:
                price += problem.drive[0, place] + problem.drive[place, 0]
                idle += 1
    return price, idle


@inlined
def draw_place(problem: Problem, tours: Tours, desk: Desk, evening: int) -> int:
    """Draw a place for the night after a slot: mostly the nearest to a stop of that day or the next."""
    accounts, nights = len(problem.accounts), problem.rules[NIGHTS]
    first, second = tours.sums[evening, LENGTH], tours.sums[problem.slots[evening, MORNING], LENGTH]
    any_place: int = accounts + 1 + int(random_share(desk.counter) * nights)
    if random_share(desk.counter) < ANYWHERE:
        return any_place
    stop = int(random_share(desk.counter) * (first + second))
    if first + second == 0:
        near = 1 + int(random_share(desk.counter) * accounts)
    elif stop < first:
        near = tours.place[evening, stop + 1]
    else:
        near = tours.place[problem.slots[evening, MORNING], stop - first + 1]
    best, least = any_place, problem.drive[near, any_place] + problem.drive[any_place, near]
    for place in range(accounts + 1, accounts + 1 + nights):
        way = problem.drive[near, place] + problem.drive[place, near]
        if way < least:
            best, least = place, way
    return best


@inlined
def neighbour_evening(problem: Problem, desk: Desk, evening: int) -> int:
    """Draw the evening before or after one; −1 where there is no night away."""
    before, after = -1, problem.slots[evening, MORNING]
    for slot in range(len(problem.slots)):
        if problem.slots[slot, MORNING] == evening:
            before = slot
    if problem.slots[after, MORNING] < 0:
        return before
    return after if before < 0 or random_share(desk.counter) < 0.5 else before


@compiled
def change_night(problem: Problem, tours: Tours, desk: Desk) -> tuple[int, int]:
    """Change one night; return the row of `Problem.neighbours` around which it was, and how many accounts that took.

    Accounts that a changed day has no time for any more leave all their days and are on the list of removed ones.
    """
    evenings = 0
    for slot in range(len(problem.slots)):
        evenings += int(problem.slots[slot, MORNING] >= 0)
    if evenings == 0 or len(problem.accounts) == 0:
        return -1, 0
    left, evening = int(random_share(desk.counter) * evenings), -1
    while left >= 0:
        evening += 1
        left -= int(problem.slots[evening, MORNING] >= 0)
    place, kind = night_after(problem, tours, evening), random_share(desk.counter)
    if place == 0 or kind >= SHIFTED:
        place = draw_place(problem, tours, desk, evening)
        sleep_at(problem, tours, desk, evening, place)
    else:
        sleep_at(problem, tours, desk, evening, 0)
        other = neighbour_evening(problem, desk, evening) if kind >= CLOSED else -1
        if other >= 0:
            sleep_at(problem, tours, desk, other, place)
    return place - 1, shorten_days(problem, tours, desk)


@inlined
def shorten_days(problem: Problem, tours: Tours, desk: Desk) -> int:
    """Take the stop at the end with the longer way out of changed days as long as they end too late; count them."""
    count, rule, sums = 0, problem.slots, tours.sums
    for slot in range(len(rule)):
        while desk.marks[slot, TOUCHED] and sums[slot, LENGTH] > 0:
            n = sums[slot, LENGTH]
            if problem.rules[TIMED]:
                refresh(problem, tours, slot)
                in_time = sums[slot, BACK] <= rule[slot, LATEST]
            else:
                room = min(rule[slot, LATEST] - rule[slot, START], rule[slot, LONGEST])
                in_time = sums[slot, DRIVE] + sums[slot, BUSY] <= room
            if in_time:
                break
            account = tours.place[slot, 1 if tours.legs[slot, 0] > tours.legs[slot, n] else n] - 1
            desk.lists[account, IN_LIST] = 1
            desk.lists[count, REMOVED] = account
            count += 1
            take_out(problem, tours, desk, account)
    return count
