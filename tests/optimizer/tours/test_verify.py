"""Test that the verifier names each broken rule with its amount."""

from dataclasses import replace

import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.plan import Missed, TourPlan
from optimizer.tours.schedule import schedule_day
from optimizer.tours.search import plan_tours
from optimizer.tours.verify import verify, verify_result
from tests.optimizer.tours.builders import tour_instance, visit_rule, working_days

DAYS = working_days()
RULES = [
    visit_rule(DAYS, account_id="A", service=120, patterns=((0,), (1,))),
    visit_rule(DAYS, account_id="B", service=120, windows=[(480, 720), (840, 1080)], patterns=((0,),), must=True),
]
INSTANCE = tour_instance(DAYS, RULES, [(30, 0), (60, 0)])
TOUR = schedule_day(INSTANCE, 0, [0, 1])


def broken(tour, instance=INSTANCE):
    return [(v.rule, v.amount) for v in verify(instance, TourPlan(tours=(tour,)))]


def test_a_good_plan_breaks_nothing():
    assert broken(TOUR) == []


@pytest.mark.parametrize(
    ("tour", "expected"),
    [
        (replace(TOUR, home_drive_minutes=TOUR.home_drive_minutes - 5), ("drives_are_true", 5.0)),
        (replace(TOUR, back_home=TOUR.back_home + 7), ("times_follow", 7.0)),
        (replace(TOUR, leave_home=TOUR.leave_home + 3), ("times_follow", 3.0)),
        (replace(TOUR, leave_home=470), ("days_start_in_time", 10.0)),
        (replace(TOUR, back_home=1117), ("days_end_in_time", 37.0)),
        (
            replace(TOUR, stops=(TOUR.stops[0], replace(TOUR.stops[1], start=715, depart=835))),
            ("visits_fit_opening_hours", 115.0),
        ),
        (replace(TOUR, stops=(TOUR.stops[0], TOUR.stops[1], TOUR.stops[0])), ("each_account_once_a_day", 1.0)),
        (replace(TOUR, lunch_start=690, lunch_before=1), ("lunch_is_taken", 15.0)),
        (replace(TOUR, lunch_start=-1, lunch_before=-1), ("lunch_is_taken", 45.0)),
        (replace(TOUR, day=1), ("every_account_follows_one_pattern", 1.0)),
        (replace(TOUR, stops=TOUR.stops[:1]), ("musts_are_visited", 1.0)),
    ],
)
def test_each_broken_rule_is_named(tour, expected):
    """One thing is wrong with the tour; its rule and amount are among the findings."""
    assert expected in broken(tour)


def test_long_week_is_named():
    """The sum of the days' work is held against the week."""
    work = TOUR.back_home - TOUR.leave_home - (45 if TOUR.lunch_before >= 0 else 0)
    assert broken(TOUR, replace(INSTANCE, week_minutes=work - 11)) == [("weeks_are_not_too_long", 11.0)]
    assert broken(TOUR, replace(INSTANCE, week_minutes=work)) == []


def test_message_names_rep_amount_and_date():
    """The sentence is one that a planner can act on."""
    texts = [v.text for v in verify(INSTANCE, TourPlan(tours=(replace(TOUR, back_home=1117),)))]
    assert "R1: 37 min over on Monday 2026-01-05" in texts


def test_days_in_order_and_once():
    """Two tours on one day are named."""
    rules = {v.rule for v in verify(INSTANCE, TourPlan(tours=(TOUR, TOUR)))}
    assert "each_day_has_one_tour" in rules


def test_list_of_missed_accounts_must_be_complete():
    """An account that is missed must be listed with true numbers and a reason, and no other."""
    instance = tour_instance(DAYS, [visit_rule(DAYS, closed_weekdays=range(5)), RULES[0]], [(10, 0), (20, 0)])
    result = plan_tours(instance, SolverSettings(effort=Effort.QUICK))
    assert verify_result(instance, result) == ()
    for missed in (
        (),
        (replace(result.missed[0], planned=1),),
        (replace(result.missed[0], reason=""),),
        (*result.missed, Missed(account=1, wanted=1, planned=0, reason="none")),
    ):
        assert [v.rule for v in verify_result(instance, replace(result, missed=missed))] == ["missed_visits_are_listed"]


def test_a_van_that_is_too_full_is_seen():
    """Three visits of 2 on one day: a van of 6 holds them, one of 5 is over by 1."""
    days = working_days(per_week=1)
    rules = [replace(visit_rule(days, account_id=name), load=2) for name in "ABC"]
    for holds, expected in ((6, []), (5, [("vans_hold_the_load", 1.0)])):
        instance = replace(tour_instance(days, rules, [(5, 0)] * 3), van_load=holds)
        plan = TourPlan(tours=(schedule_day(instance, 0, [0, 1, 2]),))
        assert [(v.rule, v.amount) for v in verify(instance, plan)] == expected


def test_a_broken_promise_is_seen():
    """An account that was promised a visit and gets none."""
    days = working_days(per_week=1)
    instance = tour_instance(days, [replace(visit_rule(days), promised_days=(0,))], [(5, 0)])
    assert [v.rule for v in verify(instance, TourPlan(tours=()))] == ["promises_are_kept"]


def test_minutes_worked_already_count_in_their_week():
    """Monday to Thursday are behind the rep: a day of 50 min is allowed with 50 min left, not with 49."""
    days = working_days(per_week=1)
    for worked, expected in ((2_950, []), (2_951, [("weeks_are_not_too_long", 1.0)])):
        instance = replace(tour_instance(days, [visit_rule(days)], [(10, 0)]), worked_minutes=(worked,))
        plan = TourPlan(tours=(schedule_day(instance, 0, [0]),))
        assert [(v.rule, v.amount) for v in verify(instance, plan)] == expected
