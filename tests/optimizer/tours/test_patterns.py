"""Test which days an account may be visited on."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.tours.patterns import anchored, visit_patterns
from tests.optimizer.tours.builders import working_days

DAYS = working_days(weeks=4)


def full(patterns, frequency):
    return [p for p in patterns if len(p) == frequency]


def test_one_visit_may_be_on_any_day():
    """One visit a cycle: every working day."""
    assert visit_patterns(DAYS, 1, 4) == tuple((d,) for d in range(20))


def test_weekly_visits_keep_the_weekday_first():
    """Four visits in four weeks: the five same-weekday patterns lead, then one visit moves by a day or two."""
    patterns = visit_patterns(DAYS, 4, 4)
    assert patterns[:5] == tuple((d, d + 5, d + 10, d + 15) for d in range(5))
    assert (0, 5, 10, 16) in patterns


def test_two_visits_are_two_weeks_apart():
    """Every second week, at most two days off."""
    for first, second in full(visit_patterns(DAYS, 2, 4), 2):
        assert 12 <= DAYS[second].day - DAYS[first].day <= 16


def test_twice_a_week_leaves_a_day_between():
    """Eight visits: no two on neighbouring days, two each week."""
    patterns = full(visit_patterns(DAYS, 8, 4), 8)
    assert (0, 3, 5, 8, 10, 13, 15, 18) in patterns
    assert all(DAYS[b].day - DAYS[a].day >= 2 for p in patterns for a, b in pairwise(p))


def test_daily_visits_take_every_day():
    """Twenty visits: the whole cycle."""
    assert visit_patterns(DAYS, 20, 4)[0] == tuple(range(20))


def test_holiday_moves_the_visit_to_the_next_day():
    """Without the third Monday, a Monday account is visited on that Tuesday."""
    days = tuple(day for day in DAYS if day.day != 14)
    assert (0, 5, 10, 14) in full(visit_patterns(days, 4, 4), 4)


def test_closed_days_are_left_out_and_fewer_visits_fall_back():
    """Open on Tuesdays only: eight visits are impossible, four the fall-back."""
    patterns = visit_patterns(DAYS, 8, 4, open_days=[day.weekday == 1 for day in DAYS])
    assert patterns[0] == (1, 6, 11, 16)


def test_part_time_rep_makes_as_many_visits_as_there_are_days():
    """Daily visits wanted, three working days a week: all twelve are used, not three quarters of twenty."""
    days = tuple(day for day in DAYS if day.weekday < 3)
    assert visit_patterns(days, 20, 4)[0] == tuple(range(12))


def test_nothing_for_nothing():
    """No visit wanted, or no day open: no pattern."""
    assert visit_patterns(DAYS, 0, 4) == ()
    assert visit_patterns(DAYS, 2, 4, open_days=[False] * 20) == ()


@pytest.mark.parametrize("frequency", range(1, 21))
def test_every_frequency_has_full_patterns(frequency):
    """Any frequency up to daily can be kept when all days are open."""
    patterns = visit_patterns(DAYS, frequency, 4)
    assert len(patterns[0]) == frequency
    assert len(patterns) <= 120


@settings(max_examples=60, deadline=None)
@given(
    frequency=st.integers(1, 20),
    closed=st.sets(st.integers(0, 19), max_size=19),
    most=st.integers(1, 120),
)
def test_patterns_are_ascending_open_different_and_capped(frequency, closed, most):
    """Whatever is closed: ascending open days, no pattern twice, full ones first, something when anything is open."""
    patterns = visit_patterns(DAYS, frequency, 4, open_days=[d not in closed for d in range(20)], max_patterns=most)
    assert 0 < len(patterns) <= most
    assert len(set(patterns)) == len(patterns)
    assert [len(p) for p in patterns] == sorted((len(p) for p in patterns), reverse=True)
    for pattern in patterns:
        assert list(pattern) == sorted(set(pattern))
        assert not closed.intersection(pattern)


def days_apart(pattern, cycle=28):
    """Calendar days from each visit to the next, around the end of the cycle too."""
    calendar = [DAYS[d].day for d in pattern]
    return [b - a for a, b in pairwise([*calendar, calendar[0] + cycle])]


@given(
    frequency=st.integers(1, 6),
    least=st.integers(1, 12),
    more=st.integers(0, 12),
    open_days=st.lists(st.booleans(), min_size=20, max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_gaps_keep_to_what_was_asked(frequency, least, more, open_days):
    """No two visits are nearer than the least gap; where all are made, none are farther apart than the most."""
    most = least + more if least > 1 and more else 0
    for pattern in visit_patterns(DAYS, frequency, 4, open_days=open_days, min_gap_days=least, max_gap_days=most):
        assert min(days_apart(pattern)) >= least
        if most and len(pattern) == frequency:
            assert max(days_apart(pattern)) <= most


@pytest.mark.parametrize(("last", "first"), [(-14, range(12)), (-26, range(2)), (-3, range(18, 27))])
def test_the_first_visit_joins_up_with_the_last_one(last, first):
    """A visit in four weeks: 21 to 35 days after the last one, as far as the cycle has such days."""
    patterns = visit_patterns(DAYS, 1, 4, last_visit=last)
    assert {DAYS[p[0]].day - last for p in patterns} <= set(range(21, 36))
    assert patterns


def test_what_is_overdue_comes_first():
    """Last seen sixty days ago: the first day there is."""
    assert visit_patterns(DAYS, 1, 4, last_visit=-60) == ((0,),)


def test_an_appointment_moves_the_nearest_visit():
    """Weekly on Mondays, agreed for the second Thursday: that week's visit moves, the others stay."""
    mondays = ((0, 5, 10, 15),)
    assert anchored(mondays, [(8,)], DAYS, frequency=4)[0] == (0, 8, 10, 15)


@given(
    frequency=st.integers(1, 5),
    anchors=st.lists(st.sets(st.integers(0, 19), min_size=1, max_size=5), min_size=1, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_every_pattern_holds_what_was_agreed(frequency, anchors):
    """Each anchor has a day in each pattern, and no pattern has more visits than wanted."""
    patterns = anchored(visit_patterns(DAYS, frequency, 4), [sorted(a) for a in anchors], DAYS, frequency=frequency)
    for pattern in patterns:
        assert len(pattern) <= frequency
        assert all(anchor.intersection(pattern) for anchor in anchors)
        assert list(pattern) == sorted(set(pattern))
