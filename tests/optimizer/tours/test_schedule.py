"""Test the exact times of a day."""

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.tours.plan import TourPlan
from optimizer.tours.schedule import schedule_day, work_minutes
from optimizer.tours.verify import verify
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days
from tests.optimizer.tours.oracles import day_outcomes


def test_leaves_as_late_as_the_first_opening_allows():
    """No time is lost at home's end of the day: the rep arrives when the account opens."""
    days = working_days()
    instance = tour_instance(days, [visit_rule(days, windows=[(600, 700)])], [(20, 0)])
    tour = schedule_day(instance, 0, [0])
    assert (tour.leave_home, tour.stops[0].arrive, tour.stops[0].start, tour.back_home) == (580, 600, 600, 650)
    assert tour.lunch_before == -1


def test_lunch_lies_in_the_waiting_time():
    """A midday closure is waited out at the door, and the break falls into it."""
    days = working_days()
    rules = [visit_rule(days, windows=[(480, 720)], service=180), visit_rule(days, windows=[(840, 1080)])]
    instance = tour_instance(days, rules, [(10, 0), (12, 0)])
    tour = schedule_day(instance, 0, [0, 1])
    assert (tour.leave_home, tour.lunch_before, tour.lunch_start) == (530, 1, 722)
    assert (tour.stops[1].arrive, tour.stops[1].start, tour.back_home) == (722, 840, 882)


def test_morning_tour_needs_no_lunch():
    """Back at the last minute in which lunch may start: no break; one minute later: a break."""
    days = working_days()
    for until, expected in ((810, -1), (811, 1)):
        rule = visit_rule(days, windows=[(480, until - 10)], service=until - 10 - 490)
        tour = schedule_day(tour_instance(days, [rule], [(10, 0)]), 0, [0])
        assert tour.lunch_before == expected


def test_too_late_is_no_tour():
    """A closing hour that cannot be met gives no tour."""
    days = working_days()
    rules = [visit_rule(days, windows=[(480, 540)], account_id=str(i)) for i in range(2)]
    instance = tour_instance(days, rules, [(10, 0), (60, 0)])
    assert schedule_day(instance, 0, [0, 1]) is None


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    overtime=st.sampled_from([0, 40]),
    lunch=st.sampled_from([0, 45]),
    size=st.integers(1, 4),
)
def test_least_overtime_of_every_departure_and_break(seed, overtime, lunch, size):
    """The schedule agrees with trying every minute of departure and every place of the break, and keeps the rules."""
    instance = random_instance(seed, accounts=size, per_week=1, overtime=overtime, lunch=lunch, frequencies=(1,))
    outcomes = list(day_outcomes(instance, 0, range(size)))
    tour = schedule_day(instance, 0, list(range(size)))
    assert (tour is None) == (not outcomes)
    if tour is not None:
        over = max(0, tour.back_home - instance.days[0].end_minute)
        assert over == min(o for o, _ in outcomes)
        assert (over, work_minutes(instance.days[0], tour)) in outcomes
        assert not [
            v
            for v in verify(instance, TourPlan(tours=(tour,)))
            if v.rule not in ("musts_are_visited", "every_account_follows_one_pattern")
        ]
