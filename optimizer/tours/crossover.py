"""Make a child of two states of the search: whole days and tours of both, the patterns completed.

After the periodic crossover with insertions of Vidal, Crainic, Gendreau, Lahrichi & Rei, "A hybrid genetic algorithm
for multidepot and periodic vehicle routing problems", Operations Research 60(3), 2012, section 4.4.
"""

import numpy as np

from optimizer.tours.annealing import measure_all, refresh_touched
from optimizer.tours.arrays import END_PATTERN, FIRST_PATTERN, LENGTH, Problem, Tours, empty_tours
from optimizer.tours.compiling import compiled
from optimizer.tours.desk import COST, NOISE, TOUCHED, Desk
from optimizer.tours.instance import IntArray
from optimizer.tours.ruin_recreate import bring_in, last_column, price_days, put_in, take_off


def cross(  # noqa: C901 -- the three kinds of days in turn
    problem: Problem, one: Tours, other: Tours, desk: Desk, rng: np.random.Generator
) -> Tours:
    """Inherit most days from the first parent, some from both and some from the other; bring in what is missing.

    The first gives about half of the days or more: with fewer, the patterns of the rest hardly fit.
    """
    days, accounts = problem.useful.shape[1], len(problem.accounts)
    child = empty_tours(problem)
    for slot in range(len(child.sums)):  # nights away are those of the first parent
        child.place[slot, :2] = one.place[slot, 0], _end(one, slot)
    order = rng.permutation(days)
    first, last = sorted(int(cut) for cut in rng.integers(days // 2, days + 1, size=2))
    visited: list[set[int]] = [set() for _ in range(accounts)]
    allowed = [
        [set(problem.pattern_days[p, 1 : 1 + problem.pattern_days[p, 0]].tolist()) for p in range(*rows)]
        for rows in problem.accounts[:, [FIRST_PATTERN, END_PATTERN]].tolist()
    ]
    for day in order[:last].tolist():
        for slot in range(problem.day_slot[day], problem.day_slot[day + 1]):
            if day in order[:first] or rng.random() < 0.5:
                stops = _stops(one, slot)
                _place(child, slot, stops)
                for account in stops:
                    visited[account].add(day)
    for day in order[first:].tolist():
        slots = range(problem.day_slot[day], problem.day_slot[day + 1])
        free = [slot for slot in slots if child.sums[slot, LENGTH] == 0]
        offered = []
        for slot in slots:
            stops = [
                a
                for a in _stops(other, slot)
                if day not in visited[a] and any(p.issuperset(visited[a] | {day}) for p in allowed[a])
            ]
            offered.append(stops)
        offered.sort(key=len, reverse=True)
        for slot, stops in zip(free, offered, strict=False):
            if child.place[slot, 0] != other.place[slot, 0] or _end(child, slot) != _end(other, slot):
                continue  # a night away of one parent only: the tour may not be in time elsewhere
            _place(child, slot, stops)
            for account in stops:
                visited[account].add(day)
    for slot in range(len(child.sums)):
        for place in child.place[slot, 1 : child.sums[slot, LENGTH] + 1].tolist():
            child.slot_of[place - 1, problem.slots[slot, 0]] = slot
    measure_all(problem, child, desk)
    complete(problem, child, desk, rng.permutation(accounts).astype(np.int64))
    return child


@compiled
def complete(  # noqa: C901, PLR0912 -- one pass in compiled code
    problem: Problem, tours: Tours, desk: Desk, order: IntArray
) -> None:
    """Give each account the cheapest pattern that holds the days on which it is visited already."""
    for day in range(problem.useful.shape[1]):
        desk.day_cost[day, NOISE] = 0.0
    for slot in range(len(desk.marks)):
        desk.marks[slot, TOUCHED] = 0
    for account in order:
        begun = 0
        for day in range(problem.useful.shape[1]):
            begun += int(tours.slot_of[account, day] >= 0)
        if begun == 0:
            bring_in(problem, tours, desk, account)
            continue
        price_days(problem, tours, desk, account)
        row, least = -1, 1e30
        for p in range(problem.accounts[account, FIRST_PATTERN], problem.accounts[account, END_PATTERN]):
            cost, kept = float(problem.pattern_days[p, last_column(problem)]), 0
            for v in range(problem.pattern_days[p, 0]):
                day = problem.pattern_days[p, v + 1]
                if tours.slot_of[account, day] >= 0:
                    kept += 1
                else:
                    cost += desk.day_cost[day, COST]
            if kept == begun and cost < least:
                row, least = p, cost
        if row < 0:  # no tour takes the rest of any pattern
            for day in range(problem.useful.shape[1]):
                if tours.slot_of[account, day] >= 0:
                    take_off(problem, tours, desk, account, day)
            refresh_touched(problem, tours, desk)
            bring_in(problem, tours, desk, account)
            continue
        tours.chosen[account] = row
        tours.lost[account] = problem.pattern_days[row, last_column(problem)]
        for v in range(problem.pattern_days[row, 0]):
            day = problem.pattern_days[row, v + 1]
            if tours.slot_of[account, day] < 0:
                put_in(problem, tours, desk, account, desk.day_place[day, 0], desk.day_place[day, 1])
    for slot in range(len(desk.marks)):
        desk.marks[slot, TOUCHED] = 0


def _stops(tours: Tours, slot: int) -> list[int]:
    return [place - 1 for place in tours.place[slot, 1 : tours.sums[slot, LENGTH] + 1].tolist()]


def _end(tours: Tours, slot: int) -> int:
    return int(tours.place[slot, tours.sums[slot, LENGTH] + 1])


def _place(tours: Tours, slot: int, stops: list[int]) -> None:
    """Put stops into an empty tour; where it begins and ends stays."""
    tours.place[slot, len(stops) + 1] = _end(tours, slot)
    tours.place[slot, 1 : len(stops) + 1] = np.array(stops, dtype=np.int64) + 1
    tours.sums[slot, LENGTH] = len(stops)
