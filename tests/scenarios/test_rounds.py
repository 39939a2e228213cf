"""Routed hours become workload: what a day takes is shared out over its stops, nothing is lost."""

import numpy as np
import pandas as pd
import pytest

from scenarios.commands.rounds import routed_hours

VISITS = pd.DataFrame(
    [
        ("R1", "2026-01-05", 1, "A", 30, 20),
        ("R1", "2026-01-05", 2, "B", 60, 10),
        ("R1", "2026-01-06", 1, "A", 30, 15),
    ],
    columns=["rep_id", "date", "stop", "account_id", "service_minutes", "drive_minutes"],
)
DAYS = pd.DataFrame(
    [("R1", "2026-01-05", 170, 60), ("R1", "2026-01-06", 60, 30)],
    columns=["rep_id", "date", "work_minutes", "drive_minutes"],
)


def test_the_hours_of_accounts_add_up_to_those_of_the_days():
    """Service is the account's own; driving and waiting are shared by the driving before and after each stop."""
    hours = routed_hours(VISITS, DAYS, pd.Series(["A", "B"]), pd.Series([2, 1]), np.array([1.0, 1.0]))
    assert hours.sum() == pytest.approx((170 + 60) / 60)
    beside_first_day = 170 - 90
    share = (20 + 10 + 1) / (20 + 10 + 1 + 10 + 30 + 1)
    assert hours[0] == pytest.approx((30 + share * beside_first_day + 60) / 60)


def test_visits_that_were_left_out_count_as_if_they_were_made():
    """Half of the wanted visits were planned: twice the hours."""
    once = routed_hours(VISITS, DAYS, pd.Series(["A", "B"]), pd.Series([2, 1]), np.array([1.0, 1.0]))
    twice = routed_hours(VISITS, DAYS, pd.Series(["A", "B"]), pd.Series([4, 1]), np.array([1.0, 1.0]))
    assert twice[0] == pytest.approx(2 * once[0])
    assert twice[1] == pytest.approx(once[1])


def test_accounts_without_a_visit_keep_their_estimate_in_proportion():
    """Where routing took more than was estimated, it is taken to do so here as well."""
    estimate = np.array([1.0, 1.0, 0.5])
    hours = routed_hours(VISITS, DAYS, pd.Series(["A", "B", "C"]), pd.Series([2, 1, 1]), estimate)
    assert hours[2] == pytest.approx(0.5 * hours[:2].sum() / 2.0)
