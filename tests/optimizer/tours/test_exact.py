"""Test what the exact model says about why it stopped."""

from dataclasses import replace

import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.exact import solve_exactly
from optimizer.tours.objective import cost
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


def test_proof_is_in_time():
    """A tiny cycle is proven within the work limit."""
    result = solve_exactly(random_instance(1, accounts=3, per_week=2), QUICK)
    assert (result.proven, result.in_time) == (True, True)


def test_clock_is_told():
    """Without time the search ends at the clock, and says so."""
    result = solve_exactly(random_instance(1, accounts=5, per_week=3), QUICK, seconds=0.0)
    assert (result.proven, result.in_time) == (False, False)


@pytest.mark.parametrize("prices", [{"level_weight": 1}, {"level_days_weight": 1}])
def test_nobody_waits_to_look_busy(prices):
    """A far account in one week, a near one in the other: the rep does not linger at the near one's open door."""
    days = working_days(weeks=2, per_week=1, lunch=0)
    rules = [visit_rule(days, account_id=name, patterns=((day,),), value=900) for day, name in enumerate("AB")]
    instance = replace(tour_instance(days, rules, [(100, 0), (10, 0)]), **prices)
    result = solve_exactly(instance, QUICK)
    assert all(stop.start == stop.arrive for tour in result.plan.tours for stop in tour.stops)
    assert cost(instance, result.plan) == 220 + 90
    assert (result.bound, result.proven) == (220, False)
