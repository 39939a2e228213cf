"""Routed hours become workload: missed visits count, areas stay where they are, and reasons are told."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from maps.bookmaking import RoundRecord
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.quick_bound import bound_of
from optimizer.territory.search import design_territories
from optimizer.tours.search import plan_tours
from scenarios.commands.rounds import Trial, narrowed
from scenarios.routed import RoutedHours, routed_hours, why_outside
from tests.optimizer.territory.builders import from_ascii, measure, towns
from tests.optimizer.tours.builders import tour_instance, visit_rule, working_days

MAP = towns(60, 5, seed=3, tolerance=0.2)
QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


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
    kept = Trial(workload=np.ones(1), drawn={}, record=record)
    assert min((Trial(workload=np.ones(1), drawn={}, record=better, tours=(broken,)), kept), key=Trial.rank) is kept
    assert min((Trial(workload=np.ones(1), drawn={}, record=better), kept), key=Trial.rank).record is better
    assert min((Trial(workload=np.ones(1), drawn={}, record=replace(record, number=2)), kept), key=Trial.rank) is kept


def two_reps():
    """Return tours of R0, who cannot make all of his visits, and of R1, who has one; one account is nobody's."""
    days = working_days(per_week=1)
    busy = [visit_rule(days, account_id=name, service=60) for name in "ABC"]
    instances = (
        replace(tour_instance(days, busy, [(30, 0)] * 3, week_minutes=180), rep_id="R0"),
        replace(tour_instance(days, [visit_rule(days, account_id="D", service=60)], [(30, 0)]), rep_id="R1"),
    )
    return instances, [plan_tours(instance, QUICK) for instance in instances]


def test_missed_visits_count_as_hours_needed():
    """R0 drives 60 minutes for two visits of an hour; the third takes an hour more. Z is in nobody's tours."""
    instances, results = two_reps()
    hours = routed_hours(instances, results, pd.Series(["D", "C", "B", "A", "Z"]), ["R1", "R0"])
    assert hours.driven.tolist() == [2.0, 3.0]
    assert hours.needed.tolist() == [2.0, 4.0]
    assert hours.by_account[0] == 2.0
    assert hours.by_account[1:4].sum() == 4.0
    assert hours.by_account[4] == 0.0


def off(driven, needed, **changes):
    """Return deviations of two reps with equal targets."""
    workload = replace(measure("workload", [1000, 1000], 2, 0.1), **changes)
    hours = RoutedHours(by_account=np.zeros(2), driven=np.array(driven), needed=np.array(needed))
    return hours.deviation(workload, np.full(2, -1)).tolist()


def test_a_rep_whose_visits_were_dropped_is_not_in_balance():
    """Both drive 10 hours, but one needs 14: 4/24 above his share, and the other as much below."""
    assert off([10.0, 10.0], [10.0, 14.0]) == pytest.approx([10 / 12 - 1, 14 / 12 - 1])
    assert off([8.0, 12.0], [10.0, 10.0]) == pytest.approx([-0.2, 0.2])


def test_frozen_territories_are_not_judged():
    """A rep whose limits are what he has takes no part; the other is alone, and so at his share."""
    assert off([10.0, 30.0], [10.0, 30.0], lower=np.array([900, 1000]), upper=np.array([1100, 1000])) == [0.0, 0.0]


def outside(drawing, owner, needed, **changes):
    """Return the reasons why reps are outside ± 10 % of a map whose amounts are hours."""
    instance = from_ascii(drawing, **changes)
    instance = replace(instance, measures=(replace(instance.measures[0], name="workload"),))
    hours = RoutedHours(by_account=np.zeros(0), driven=np.array(needed), needed=np.array(needed))
    return why_outside(instance, TerritoryPlan(rep_of_area=np.array(owner)), hours)


def test_reasons_name_the_rules_that_keep_a_rep_outside():
    """The one area on the border is R0's home or too much; R1 could take it over but for that."""
    over, under = outside("[3] 3  3 [3]", [0, 0, 0, 1], [9.0, 3.0])
    assert over == (
        "R0 needs 9 h and drives 9 h, 50.0 % above the share; 1 of 1 moves along the border keep every rule, but the "
        "rounds are used up"
    )
    assert under.startswith("R1 needs 3 h and drives 3 h, 50.0 % below the share; 1 of 1 moves")
    locked = {"locks": np.array([[2, 0]])}
    over, under = outside("[3] 3  3 [3]", [0, 0, 0, 1], [9.0, 3.0], **locked)
    assert over.endswith("of 1 ways to give away an area on the border none keeps every rule (lock 1)")
    assert under.endswith("of 1 ways to take over an area on the border none keeps every rule (lock 1)")


def test_nobody_outside_needs_no_reason():
    """Both at their share."""
    assert outside("[3] 3  3 [3]", [0, 0, 1, 1], [6.0, 6.0]) == ()
