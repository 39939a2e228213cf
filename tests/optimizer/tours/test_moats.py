"""No plan undercuts the moats, and where tours only go out and back they are as long as the moats are wide."""

import pytest

from optimizer.solving import Effort, SolverSettings, Status
from optimizer.tours.bound import driving_bound
from optimizer.tours.moats import moat_bound
from optimizer.tours.search import plan_tours
from tests.optimizer.tours.builders import random_instance, tour_instance, visit_rule, working_days

SETTINGS = SolverSettings(effort=Effort.QUICK, workers=1)
DAYS = working_days(weeks=2)


def town(*, service=30, frequency=2, value=100, must=True):
    """Two accounts an hour from home and five minutes from each other."""
    rules = [
        visit_rule(DAYS, account_id=name, frequency=frequency, service=service, value=value, must=must) for name in "AB"
    ]
    return tour_instance(DAYS, rules, [(60.0, 0.0), (60.0, 5.0)])


def test_moats_are_as_wide_as_the_tours_are_long():
    """Home to A takes 60 minutes, A to B 5 and B to home 61, counted as the 60 of A: two days of 125 minutes."""
    assert moat_bound(town()) == pytest.approx(250, abs=0.01)


def test_days_that_are_full_make_more_tours():
    """Four visits take 1,080 minutes with the way to each, a day has 440 beside the ways there and back: three days."""
    assert moat_bound(town(service=265)) == pytest.approx(3 * 115 + 4 * 5, abs=0.01)


def test_visits_that_are_not_worth_their_way_may_be_missed():
    """Two visits worth 20 minutes each, for both accounts, cost less to miss than one tour."""
    assert moat_bound(town(value=20, must=False)) == pytest.approx(80, abs=0.01)


def test_accounts_that_can_never_be_visited_cost_their_value():
    """Nothing can be planned: every wanted visit is missed."""
    assert moat_bound(tour_instance(DAYS, [visit_rule(DAYS, frequency=2, patterns=())], [(9.0, 0.0)])) == 200


@pytest.mark.parametrize("seed", range(12))
def test_no_proven_optimum_is_undercut(seed):
    """Tiny cycles that the exact model solves: what it finds is never below the bound."""
    instance = random_instance(seed, accounts=4, frequencies=(1, 2), lunch=45 * (seed % 2))
    result = plan_tours(instance, SETTINGS)
    assert result.status is Status.OPTIMAL
    assert moat_bound(instance) <= result.objective + 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_long_cycles_have_a_bound_that_tells_something(seed):
    """Four weeks: a third of the cost or more is proven, and more than by the nearest neighbours alone."""
    instance = random_instance(seed, accounts=40, weeks=4, frequencies=(1, 2, 4))
    result = plan_tours(instance, SETTINGS)
    assert result.bound == driving_bound(instance)
    assert result.gap == pytest.approx(1 - result.bound / result.objective)
    assert result.objective / 3 < moat_bound(instance) <= result.bound <= result.objective
