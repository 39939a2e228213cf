"""Test the search over several tours a day against naive sums, and its parts against naive twins."""

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.interruption import end_early, listening
from optimizer.solving import InvalidInstanceError
from optimizer.tours.annealing import cost_of, measure_all
from optimizer.tours.arrays import (
    CAPACITY,
    DEMAND,
    DRIVE,
    END_PATTERN,
    FIRST_PATTERN,
    LENGTH,
    LONGEST,
    NO_LIMIT,
    SERVICE,
    SHORTENED,
    TIMED,
    WORK,
    build_problem,
    empty_tours,
)
from optimizer.tours.clock import length_with
from optimizer.tours.crossover import cross
from optimizer.tours.desk import HARD, empty_desk, has_long_tours
from optimizer.tours.insertion_places import MANY_TOURS, NEAR_VISITS
from optimizer.tours.population import CpuSeconds, Rounds, search_population
from optimizer.tours.ruin_recreate import bring_in

DAY_END = 1_000


def periodic_problem(seed, *, accounts=12, days=3, vehicles=2, capacity=40, longest=NO_LIMIT, windows=False):
    """Accounts on a square of 100 × 100 around the depot, with one, two or all days each."""
    rng = np.random.default_rng(seed)
    points = np.vstack([[50, 50], rng.integers(0, 101, (accounts, 2))])
    drive = np.ceil(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))).astype(np.int64)
    choices = [[(0,), (1,), (2,)], [(0, 1), (1, 2)], [(0, 1, 2)]]
    kinds = rng.integers(0, 3, accounts)
    opening = [[(0, DAY_END)]] * accounts
    if windows:
        opening = [[(int(o), int(o) + 150)] for o in rng.integers(0, 700, accounts)]
    slots = {"week": 0, "start": 0, "end": DAY_END, "latest": DAY_END, "lunch": 0, "lunch_from": 0, "lunch_until": 0}
    slots |= {"capacity": capacity, "longest": longest}
    return build_problem(
        drive=drive,
        service=rng.integers(0, 10, accounts).tolist(),
        demand=rng.integers(1, 10, accounts).tolist(),
        windows=[[own] * days for own in opening],
        patterns=[choices[kind] for kind in kinds],
        frequency=[len(choices[kind][0]) for kind in kinds],
        miss_cost=[1_000] * accounts,
        slot_day=[day for day in range(days) for _ in range(vehicles)],
        slots={name: [value] * days * vehicles for name, value in slots.items()},
        weeks=0,
        week_limit=NO_LIMIT,
        overtime_weight=0,
        level_weight=0,
    )


def tours_by_slot(tours):
    return [row[1 : n + 1].tolist() for row, n in zip(tours.place, tours.sums[:, LENGTH], strict=True)]


def faults(problem, tours):
    """Name what is wrong with a state, from its stops alone."""
    found = []
    days = {account: [] for account in range(len(problem.accounts))}
    for slot, places in enumerate(tours_by_slot(tours)):
        load = sum(problem.accounts[p - 1, DEMAND] for p in places)
        length = sum(problem.drive[i, j] for i, j in pairwise([0, *places, 0]))
        length += sum(problem.accounts[p - 1, SERVICE] for p in places)
        if load > problem.slots[slot, CAPACITY]:
            found.append(f"load of slot {slot}")
        if length > problem.slots[slot, LONGEST]:
            found.append(f"length of slot {slot}")
        for place in places:
            days[place - 1].append(int(problem.slots[slot, 0]))
    for account, visited in days.items():
        rows = range(*problem.accounts[account, [FIRST_PATTERN, END_PATTERN]].tolist())
        allowed = [problem.pattern_days[r, 1 : 1 + problem.pattern_days[r, 0]].tolist() for r in rows]
        if visited and sorted(visited) not in allowed:
            found.append(f"days of account {account}")
    return found


@pytest.mark.parametrize("longest", [NO_LIMIT, 250])
def test_found_tours_keep_every_limit(longest):
    """Loads and lengths may be exceeded on the way, but not in what is returned; all accounts are served."""
    problem = periodic_problem(3, longest=longest)
    tours = search_population(problem, Rounds(total=30_000), 1)
    assert faults(problem, tours) == []
    assert tours.lost.sum() == 0


def test_same_seed_same_tours():
    """A budget of rounds repeats to the byte; another seed searches elsewhere."""
    problem = periodic_problem(5, accounts=25, vehicles=3)
    first, again = (search_population(problem, Rounds(total=20_000), 7) for _ in range(2))
    assert tours_by_slot(first) == tours_by_slot(again)


def test_work_does_not_add_up_over_rounds():
    """Without weeks too, the work at hand is that of the state, however many rounds there were."""
    problem = periodic_problem(5)
    tours, desk = search_population(problem, Rounds(total=2_000), 1), empty_desk(problem, 1, prices=(HARD, HARD, HARD))
    measure_all(problem, tours, desk)
    desk.week_work[:] = 7  # what is left from a round before
    cost_of(problem, tours, desk)
    assert desk.week_work[0, 0] == tours.sums[:, WORK].sum()


def test_time_ends_the_search():
    """No CPU time: whatever is returned keeps the limits."""
    problem = periodic_problem(5)
    assert faults(problem, search_population(problem, CpuSeconds(0.0), 1)) == []


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_children_are_whole(seed):
    """A child follows allowed patterns, visits nobody twice, and its sums are those of its stops."""
    problem = periodic_problem(seed, accounts=20, vehicles=3)
    one, other = (search_population(problem, Rounds(total=3_000), s) for s in (1, 2))
    child = cross(problem, one, other, empty_desk(problem, 1, prices=(HARD, HARD, HARD)), np.random.default_rng(seed))
    assert faults(problem, child) == []
    drives = [sum(problem.drive[i, j] for i, j in pairwise([0, *places, 0])) for places in tours_by_slot(child)]
    assert drives == child.sums[:, DRIVE].tolist()


def shortest_length(problem, account_order):
    """Try every departure; `None` when no departure meets all windows."""
    lengths = []
    for leave in range(DAY_END + 1):
        now, here = leave, 0
        for account in account_order:
            opens, closes = problem.windows[account, 0, 0]
            now = max(now + problem.drive[here, account + 1], opens)
            if now > closes:
                break
            now, here = now + problem.accounts[account, SERVICE], account + 1
        else:
            if now + problem.drive[here, 0] <= DAY_END:
                lengths.append(now + problem.drive[here, 0] - leave)
    return min(lengths, default=None)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 4))
def test_length_of_a_tour_is_that_of_its_best_departure(seed, size):
    """With one window an account, the labels give the shortest tour over all departures, wherever one is put in."""
    problem = periodic_problem(seed, accounts=6, longest=900, windows=True)
    assert problem.rules[[TIMED, SHORTENED]].tolist() == [1, 1]
    inside = list(range(size))
    tours = empty_tours(problem)
    tours.place[0, 1 : size + 1] = np.array(inside) + 1
    tours.sums[0, LENGTH] = size
    measure_all(problem, tours, empty_desk(problem, 1, prices=(HARD, HARD, HARD)))
    if shortest_length(problem, inside) is None:
        return
    for i in range(size + 1):
        expected = shortest_length(problem, [*inside[:i], 5, *inside[i:]])
        if expected is not None:
            assert length_with(problem, tours, 0, i, 5) == expected


def line_problem(places, *, vehicles, capacity):
    """Accounts on a line through the depot at 0, one day, a load of 1 each."""
    points = np.array([0, *places])
    slots = {"week": 0, "start": 0, "end": DAY_END, "latest": DAY_END, "lunch": 0, "lunch_from": 0, "lunch_until": 0}
    slots |= {"capacity": capacity, "longest": NO_LIMIT}
    return build_problem(
        drive=np.abs(points[:, None] - points[None]),
        service=[0] * len(places),
        demand=[1] * len(places),
        windows=[[[(0, DAY_END)]]] * len(places),
        patterns=[[(0,)]] * len(places),
        frequency=[1] * len(places),
        miss_cost=[10_000] * len(places),
        slot_day=[0] * vehicles,
        slots={name: [value] * vehicles for name, value in slots.items()},
        weeks=0,
        week_limit=NO_LIMIT,
        overtime_weight=0,
        level_weight=0,
    )


@pytest.mark.parametrize(("capacity", "expected"), [(9, MANY_TOURS - 1), (10, 0)])
def test_far_tours_are_looked_at_where_near_ones_are_full(capacity, expected):
    """All tours of its neighbours are full: the one on the other side takes it; with room, the nearest does."""
    each = 9
    east = list(range(10, 10 + each * (MANY_TOURS - 1)))
    assert len(east) > NEAR_VISITS
    problem = line_problem([*east, -10, 18], vehicles=MANY_TOURS, capacity=capacity)
    tours = empty_tours(problem)
    for account in range(len(east) + 1):
        slot, column = divmod(account, each)
        tours.place[slot, column + 1] = account + 1
        tours.sums[slot, LENGTH] = column + 1
        tours.chosen[account], tours.lost[account], tours.slot_of[account, 0] = account, 0, slot
    desk = empty_desk(problem, 1, prices=(HARD, HARD, HARD))
    assert has_long_tours(problem)
    measure_all(problem, tours, desk)
    bring_in(problem, tours, desk, len(east) + 1)
    assert tours.slot_of[len(east) + 1, 0] == expected


def test_longest_time_beside_breaks_is_refused():
    """The labels know no break: such a problem is invalid rather than wrongly timed."""
    slots = {"week": 0, "start": 0, "end": 100, "latest": 100, "lunch": 10, "lunch_from": 40, "lunch_until": 60}
    slots |= {"capacity": NO_LIMIT, "longest": 50}
    with pytest.raises(InvalidInstanceError, match="without break"):
        build_problem(
            drive=np.zeros((2, 2), dtype=np.int64),
            service=[1],
            demand=[0],
            windows=[[[(0, 90)]]],
            patterns=[[(0,)]],
            frequency=[1],
            miss_cost=[1],
            slot_day=[0],
            slots={name: [value] for name, value in slots.items()},
            weeks=1,
            week_limit=NO_LIMIT,
            overtime_weight=0,
            level_weight=0,
        )


def test_ctrl_c_ends_with_the_best_so_far():
    """A budget that would last for hours ends at once, with tours."""
    problem = periodic_problem(3)
    with listening():
        timer = threading.Timer(0.5, end_early)
        timer.start()
        found = search_population(problem, Rounds(total=1 << 40), 1)
        timer.join()
    assert found.sums[:, LENGTH].sum() > 0
