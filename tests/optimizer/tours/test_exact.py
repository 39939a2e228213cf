"""Test what the exact model says about why it stopped."""

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.exact import solve_exactly
from tests.optimizer.tours.builders import random_instance

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


def test_proof_is_in_time():
    """A tiny cycle is proven within the work limit."""
    result = solve_exactly(random_instance(1, accounts=3, per_week=2), QUICK)
    assert (result.proven, result.in_time) == (True, True)


def test_clock_is_told():
    """Without time the search ends at the clock, and says so."""
    result = solve_exactly(random_instance(1, accounts=5, per_week=3), QUICK, seconds=0.0)
    assert (result.proven, result.in_time) == (False, False)
