"""The verifier names each broken rule once, with its amount, and nothing else."""

import numpy as np
import pytest

from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.verify import verify
from tests.optimizer.territory.builders import from_ascii

MAP = """
[2] 1  1 [2]
 1  1  1  1
"""
GOOD = [0, 0, 1, 1, 0, 0, 1, 1]


def broken(reps, **changes):
    """Return rule and text of what a plan breaks on the map above."""
    plan = TerritoryPlan(rep_of_area=np.array(reps, dtype=np.int64))
    return [(v.rule, v.text) for v in verify(from_ascii(MAP, **changes), plan)]


def test_good_plan_breaks_nothing():
    """Two halves of five each."""
    assert broken(GOOD) == []


@pytest.mark.parametrize(
    ("reps", "changes", "rule", "text"),
    [
        (
            [1, 0, 1, 1, 0, 0, 1, 1],
            {"tolerance": 0.6},
            "territories_hold_their_home",
            "R0: the home area A0 is served by R1",
        ),
        (
            [0, 0, 0, 1, 0, 0, 1, 1],
            {},
            "territories_are_balanced",
            "R0: potential 20.0 % above target, 10 % allowed (1 EUR over)",
        ),
        (
            [0, 1, 0, 1, 0, 1, 1, 1],
            {"tolerance": 0.6},
            "territories_are_contiguous",
            "R0: A2 is not connected to its home",
        ),
        (
            GOOD,
            {"rep_group": np.array([0, -1]), "area_group": np.array([0, 1, 0, 0, 0, 0, 0, 0])},
            "territories_stay_within_groups",
            "A1: lies outside the group of R0",
        ),
        (
            GOOD,
            {"together": np.array([-1, 3, 3, -1, -1, -1, -1, -1])},
            "groups_are_kept_together",
            "A1, A2: kept together, but served by R0, R1",
        ),
        (GOOD, {"locks": np.array([[1, 1]])}, "locks_hold", "A1: locked to R1, but served by R0"),
        (GOOD, {"forbidden": np.array([[1, 0]])}, "forbidden_pairs_are_kept", "A1: served by R0, which is forbidden"),
        (GOOD, {"max_drive_minutes": 1}, "drives_are_short_enough", "A5: 2 minutes from the home of R0, 1 allowed"),
        (
            GOOD,
            {"current_rep": np.array([0, 1, 1, 1, 0, 0, 1, 1]), "moved_limit": 0},
            "few_areas_change_hands",
            "1 would change hands, 0 allowed (1 over)",
        ),
    ],
)
def test_each_rule_is_named_with_its_amount(reps, changes, rule, text):
    """One plan per rule that breaks it, just outside; the other rules are loose enough."""
    assert (rule, text) in broken(reps, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"max_drive_minutes": 2},
        {"locks": np.array([[1, 0]])},
        {"forbidden": np.array([[1, 1]])},
        {"together": np.array([-1, 3, -1, -1, 3, -1, -1, -1])},
        {"current_rep": np.array([0, 1, 1, 1, 0, 0, 1, 1]), "moved_limit": 1},
        {"tolerance": 0.0},
    ],
)
def test_rules_on_their_edge_hold(changes):
    """A limit that is just met is kept."""
    assert broken(GOOD, **changes) == []


def test_plan_without_reps_is_told_first():
    """An index out of range is one violation per area, and nothing else is checked."""
    assert broken([0, 0, 1, 1, 0, 0, 1, 7]) == [("every_area_has_one_rep", "A7: has no rep")]
    assert broken([0, 0]) == [("every_area_has_one_rep", "the plan covers 2 of 8 areas")]
