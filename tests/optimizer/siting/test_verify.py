"""The verifier finds each broken rule, with its amount."""

import numpy as np
import pytest

from optimizer.siting.instance import CLOSED
from optimizer.siting.plan import SitingPlan
from optimizer.siting.verify import cost_of_plan, verify
from tests.optimizer.siting.builders import line, measure, siting


def plan(homes, labels):
    return SitingPlan(homes=np.array(homes, dtype=np.int64), home_of_area=np.array(labels, dtype=np.int64))


def broken(instance, homes, labels):
    """Rule, subject and amount of each violation."""
    return [(v.rule, v.subject, v.amount) for v in verify(instance, plan(homes, labels))]


def test_a_good_plan_breaks_nothing():
    assert broken(line(6, 2, 3, 3), [1, 4], [0, 0, 0, 1, 1, 1]) == []


def test_cost_is_summed_area_by_area():
    assert cost_of_plan(line(6, 2, 3, 3), plan([1, 4], [0, 0, 0, 1, 1, 1])) == 4


def test_limits_are_exact():
    """On the limit is inside, one more is outside, on both sides."""
    assert broken(line(6, 2, 2, 4), [1, 4], [0, 0, 0, 0, 1, 1]) == []
    assert broken(line(6, 2, 3, 3), [1, 4], [0, 0, 0, 0, 1, 1]) == [
        ("territories_are_balanced", "a1", 1.0),
        ("territories_are_balanced", "a4", 1.0),
    ]


def test_a_loose_area_is_named():
    [violation] = verify(line(6, 2, 0, 6), plan([1, 4], [0, 0, 0, 1, 1, 0]))
    assert (violation.rule, violation.amount) == ("territories_are_contiguous", 1)
    assert violation.text == "a1: 1 areas of the territory are cut off from it, such as a5"


def test_a_home_served_from_another_is_named():
    assert ("homes_serve_their_own_area", "a4", 1) in broken(line(6, 2, 0, 6), [1, 4], [0, 0, 0, 0, 0, 1])


def test_a_closed_pair_is_named():
    cost = np.array([[0, CLOSED], [1, 0], [2, 1]])
    instance = siting(edges=[(0, 1), (1, 2)], cost=cost, n_homes=1, candidates=[0, 1])
    assert broken(instance, [1], [0, 0, 0]) == [("pairs_are_allowed", "a0", 1)]


@pytest.mark.parametrize(
    ("homes", "labels", "rule"),
    [
        ([1], [0, 0, 0, 0, 0, 0], "homes_are_chosen"),
        ([1, 1], [0, 0, 0, 0, 0, 0], "homes_are_chosen"),
        ([1, 6], [0, 0, 0, 0, 0, 0], "homes_are_chosen"),
        ([1, 4], [0, 0, 0, 1, 1], "every_area_has_one_home"),
        ([1, 4], [0, 0, 0, 1, 1, 2], "every_area_has_one_home"),
    ],
)
def test_plans_that_are_no_plans_are_told_apart(homes, labels, rule):
    assert {violation[0] for violation in broken(line(6, 2, 3, 3), homes, labels)} == {rule}


def test_fixed_homes_come_first():
    """A fixed home that is missing, or not in its place, is named."""
    cost = np.ones((3, 3)) - np.eye(3)
    instance = siting(
        edges=[(0, 1), (1, 2)], cost=cost, n_homes=2, fixed=[2], measures=[measure([1] * 3, [0, 0], [3, 3])]
    )
    assert broken(instance, [2, 0], [1, 1, 0]) == []
    assert broken(instance, [0, 2], [0, 0, 1]) == [("homes_are_chosen", "a2", 1)]
