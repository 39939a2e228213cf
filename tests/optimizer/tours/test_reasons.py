"""Test what is said about accounts that are visited less than wanted."""

from dataclasses import replace

import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.arrays import problem_of
from optimizer.tours.needs import needed_week_minutes
from optimizer.tours.plan import TourPlan
from optimizer.tours.reasons import missed_accounts
from optimizer.tours.search import plan_tours
from optimizer.tours.warmstart import tours_of
from tests.optimizer.tours.builders import tour_instance, visit_rule, working_days

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
DAYS = working_days()


def reasons(rules, positions, **limits):
    return {m.account: m.reason for m in plan_tours(tour_instance(DAYS, rules, positions, **limits), QUICK).missed}


@pytest.mark.parametrize(
    ("rule", "position", "reason"),
    [
        (visit_rule(DAYS, closed_weekdays=range(5)), (10, 0), "closed on all working days"),
        (
            visit_rule(DAYS, service=90, windows=[(540, 600), (840, 880)]),
            (10, 0),
            "service of 90 min is longer than any opening window (at most 60 min)",
        ),
        (
            visit_rule(DAYS, service=45),
            (280, 0),
            "too far: 9 h 20 there and back + 45 min of service do not fit into the 10 h day",
        ),
        (
            visit_rule(DAYS, windows=[(480, 540)]),
            (100, 0),
            (
                "its opening hours cannot be met: 3 h 20 there and back + 30 min of service "
                "within the working day and around lunch"
            ),
        ),
        (
            visit_rule(DAYS, value=60),
            (100, 0),
            (
                "a visit would take 200 more minutes of driving (week 1 Monday), but is worth 60: "
                "a worth above 200 would bring it in"
            ),
        ),
        (
            visit_rule(DAYS, frequency=2, patterns=((0,),)),
            (10, 0),
            "can be visited on 5 working days of the cycle; spacing allows 1 of 2 visits there",
        ),
    ],
)
def test_reason_of_one_account(rule, position, reason):
    """Each rule that stands in the way of an account alone is named with its numbers."""
    assert reasons([rule], [position]) == {0: reason}


def test_full_days_name_the_minutes_that_are_missing():
    """Five days filled by two long visits each: the last account would need more minutes on any of them."""
    rules = [visit_rule(DAYS, account_id=str(i), service=240, value=1_000) for i in range(10)]
    rules.append(visit_rule(DAYS, account_id="late", service=60, value=500))
    positions = [(10, 0)] * 11
    assert reasons(rules, positions) == {10: "no time left: the cheapest day would need 5 more minutes (week 1 Monday)"}


def test_full_week_is_named():
    """Days have room but the week is over: the week and its minutes are named."""
    rules = [visit_rule(DAYS, account_id=str(i), service=100, value=500 - i) for i in range(3)]
    told = "no time left: week 1 would need 80 minutes more than the 4 h of a week"
    assert reasons(rules, [(10, 0)] * 3, week_minutes=240) == {2: told}


def test_a_full_van_is_the_reason():
    """Two visits of 3 in one day, the van holds 5: the cheaper one stays out because of the load."""
    rules = [
        replace(visit_rule(DAYS[:1], account_id=name, value=value), load=3) for name, value in (("A", 200), ("B", 100))
    ]
    instance = replace(tour_instance(DAYS[:1], rules, [(10, 0), (11, 0)]), van_load=5)
    (missed,) = plan_tours(instance, QUICK).missed
    assert (missed.account, missed.reason) == (
        1,
        "the van is full: its 3 do not fit beside the other visits into the 5 of any day",
    )


def test_a_missed_must_is_not_missed_for_its_worth():
    """A must outweighs any way there: where one could still be made, its price is not the reason."""
    rules = [replace(visit_rule(DAYS[:1], value=5), must=True)]
    instance = tour_instance(DAYS[:1], rules, [(60, 0)])
    problem = problem_of(instance)
    (missed,) = missed_accounts(instance, TourPlan(tours=()), problem, tours_of(problem, TourPlan(tours=())))
    assert missed.reason == (
        "still possible for 120 minutes of driving (week 1 Monday) when the search ended: search longer"
    )


def test_the_price_of_other_days_is_named():
    """40 minutes of driving are worth it for 50, but 20 more for a day that was not planned before are not."""
    rules = [replace(visit_rule(DAYS[:1], value=50), last_days=())]
    instance = replace(tour_instance(DAYS[:1], rules, [(20, 0)]), change_weight=20)
    (missed,) = plan_tours(instance, QUICK).missed
    assert missed.reason == (
        "would cost 40 minutes of driving (week 1 Monday) and 20 for days other than its usual ones, but is worth 50"
    )


def test_hours_needed_hold_the_missed_visits():
    """Two visits of 30 min at one place, 100 min each way: one is made in 230 min; the other needs its service only."""
    rules = [visit_rule(DAYS[:1], account_id=name, value=1_000) for name in "AB"]
    instance = tour_instance(DAYS[:1], rules, [(100, 0)] * 2, week_minutes=230)
    result = plan_tours(instance, QUICK)
    assert len(result.missed) == 1
    assert needed_week_minutes(instance, result.plan) == 260
