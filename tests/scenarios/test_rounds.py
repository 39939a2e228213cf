"""Routed hours become workload: what a day takes is shared out over its stops, nothing is lost."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from maps.bookmaking import RoundRecord
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.quick_bound import bound_of
from optimizer.territory.search import design_territories
from scenarios.commands.rounds import Trial, narrowed, routed_hours
from tests.optimizer.territory.builders import towns

MAP = towns(60, 5, seed=3, tolerance=0.2)

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


def test_the_limits_of_workload_come_nearer_to_the_targets():
    """Half of the distance on either side; other measures keep theirs."""
    narrow = narrowed(MAP, 0.5)
    before, after = ({m.name: m for m in one.measures} for one in (MAP, narrow))
    assert after["potential"] is before["potential"]
    for side in ("lower", "upper"):
        far = np.abs(getattr(before["workload"], side) - before["workload"].targets)
        assert np.abs(getattr(after["workload"], side) - after["workload"].targets).tolist() == (far // 2).tolist()
    assert after["workload"].tolerance == before["workload"].tolerance / 2


def test_a_bound_without_search_undercuts_the_plan_and_grows_with_narrower_limits():
    """No plan within the tolerance costs less, and none within half of it costs less than that."""
    result = design_territories(MAP, SolverSettings(effort=Effort.QUICK, workers=1))
    assert result.plan is not None
    assert 0 < bound_of(MAP) <= result.objective
    assert bound_of(MAP) <= bound_of(narrowed(MAP, 0.5))


def test_a_round_that_breaks_a_rule_of_the_week_comes_last():
    """One must that is not visited weighs more than reps inside the tolerance; among equals the earlier round wins."""
    record = RoundRecord(number=1, worst_deviation=0.2, furthest_rep="R1", inside=3, reps=4, drive_hours=1.0, visits=9)
    better = replace(record, number=2, inside=4, worst_deviation=0.05)
    broken = SimpleNamespace(violations=("a must is missed",))
    kept = Trial(workload=np.ones(1), record=record)
    assert min((Trial(workload=np.ones(1), record=better, tours=(broken,)), kept), key=Trial.rank) is kept
    assert min((Trial(workload=np.ones(1), record=better), kept), key=Trial.rank).record is better
    assert min((Trial(workload=np.ones(1), record=replace(record, number=2)), kept), key=Trial.rank) is kept
