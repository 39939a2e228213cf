"""Test what is said about accounts that are visited less than wanted."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.arrays import problem_of
from optimizer.tours.needs import missed_minutes, needed_week_minutes, routed_minutes
from optimizer.tours.objective import visit_counts, week_work
from optimizer.tours.plan import TourPlan
from optimizer.tours.reasons import missed_accounts
from optimizer.tours.search import plan_tours
from optimizer.tours.warmstart import tours_of
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days

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


def test_the_minutes_of_accounts_add_up_to_those_of_the_days():
    """Service is an account's own; driving is shared by the legs before and after; the missed visit is its service."""
    rules = [visit_rule(DAYS[:1], account_id=name, service=30 * n) for n, name in enumerate("ABC", start=1)]
    instance = tour_instance(DAYS[:1], rules, [(10, 0), (30, 0), (30, 0)], week_minutes=150)
    result = plan_tours(instance, QUICK)
    (tour,) = result.plan.tours
    routed, missed = routed_minutes(instance, result.plan), missed_minutes(instance, result.plan)
    assert [stop.account for stop in sorted(tour.stops, key=lambda stop: stop.account)] == [0, 1]
    assert routed.sum() == tour.back_home - tour.leave_home == 150
    near, far = 10 + 20 + 1, 20 + 30 + 1
    assert routed.tolist() == pytest.approx([30 + 60 * near / (near + far), 60 + 60 * far / (near + far), 0])
    assert missed.tolist() == [0, 0, 90]


def test_hours_of_random_weeks_are_shared_out_whole():
    """Whatever the week, the accounts' minutes are the days' working minutes, and nobody's less than his service."""
    for seed in range(20):
        instance = random_instance(seed, accounts=14, week_minutes=700)
        plan = plan_tours(instance, QUICK).plan
        routed = routed_minutes(instance, plan)
        assert routed.sum() == pytest.approx(sum(week_work(instance, plan).values()))
        service = np.array([rule.service_minutes for rule in instance.visits]) * visit_counts(instance, plan)
        assert (routed >= service - 1e-9).all()
        assert ((routed == 0) == (service == 0)).all()
