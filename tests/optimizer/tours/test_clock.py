"""Test the compiled clock against trying every minute."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.tours.annealing import refresh_touched
from optimizer.tours.arrays import BACK, LATEST, LENGTH, NEVER, TIMED, WORK, empty_tours, problem_of
from optimizer.tours.clock import insertion_back, insertion_keeps_time, measure
from optimizer.tours.desk import TOUCHED, empty_desk
from optimizer.tours.schedule import schedule_day, work_minutes
from tests.optimizer.tours.builders import random_instance
from tests.optimizer.tours.oracles import drive_day


def _earliest_back(instance, accounts):
    """Earliest return over every place of the break, away at the start of the day."""
    day = instance.days[0]
    plain = drive_day(instance, 0, accounts, day.start_minute, -1)
    if day.lunch_minutes == 0 or (plain is not None and plain <= day.lunch_until):
        return plain
    backs = [drive_day(instance, 0, accounts, day.start_minute, gap) for gap in range(len(accounts) + 1)]
    return min((back for back in backs if back is not None), default=None)


def _loaded(instance, accounts):
    """A state with one tour whose labels are up to date."""
    problem = problem_of(instance)
    problem.rules[TIMED] = 1  # labels are kept even where no window binds
    tours = empty_tours(problem)
    tours.place[0, 1 : len(accounts) + 1] = np.array(accounts, dtype=np.int64) + 1
    tours.sums[0, LENGTH] = len(accounts)
    desk = empty_desk(problem, 0, prices=(0.0, 0.0, 0.0))
    desk.marks[0, TOUCHED] = 1
    refresh_touched(problem, tours, desk)
    return problem, tours


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    lunch=st.sampled_from([0, 45]),
    size=st.integers(1, 4),
    overtime=st.sampled_from([0, 30]),
)
def test_labels_agree_with_driving_the_day(seed, lunch, size, overtime):
    """Return, overtime and insertion of the last account at every place are those of the naive drive."""
    instance = random_instance(
        seed, accounts=size, per_week=1, lunch=lunch, overtime=overtime, frequencies=(1,), longest_service=60
    )
    inside = list(range(size - 1))
    problem, tours = _loaded(instance, inside)
    naive = _earliest_back(instance, inside)
    back = tours.sums[0, BACK]
    assert back >= NEVER if naive is None else back == naive
    if naive is None:
        return
    for i in range(size):
        longer = [*inside[:i], size - 1, *inside[i:]]
        expected = _earliest_back(instance, longer)
        found = insertion_back(problem, tours, 0, i, size - 1)
        assert found >= NEVER if expected is None else found == expected
        keeps = insertion_keeps_time(problem, tours, 0, i, size - 1)
        assert keeps == (expected is not None and expected <= instance.days[0].end_minute)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), lunch=st.sampled_from([0, 45]), size=st.integers(1, 4))
def test_working_time_is_never_less_than_the_schedule(seed, lunch, size):
    """The kernel's working time is the exact schedule's, unless an afternoon tour saves the break."""
    instance = random_instance(seed, accounts=size, per_week=1, lunch=lunch, frequencies=(1,), longest_service=60)
    accounts = list(range(size))
    problem, tours = _loaded(instance, accounts)
    tour = schedule_day(instance, 0, accounts)
    if tours.sums[0, BACK] > problem.slots[0, LATEST]:
        return
    measure(problem, tours, 0)
    assert tour is not None
    assert tours.sums[0, WORK] >= work_minutes(instance.days[0], tour)
