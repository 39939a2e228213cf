"""What clashes is said with ids, numbers and the names of the rules."""

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings, Status
from optimizer.territory.search import design_territories
from tests.optimizer.territory.builders import from_ascii

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
MAP = """
[2] 1  1 [2]
 1  1  1  1
"""


@pytest.mark.parametrize(
    ("drawing", "changes", "rules", "text"),
    [
        (
            MAP,
            {"locks": np.array([[1, 1]]), "forbidden": np.array([[1, 1]])},
            ("locks_hold", "forbidden_pairs_are_kept"),
            "A1: no rep is left (locked to R1, but forbidden for R1)",
        ),
        (
            MAP,
            {"locks": np.array([[0, 1]])},
            ("territories_hold_their_home", "locks_hold"),
            "A0: no rep is left (home of R0, but locked to R1)",
        ),
        (
            MAP,
            {"max_drive_minutes": 1},
            ("drives_are_short_enough",),
            "A5: no rep is left (2 minutes from R0, 1 allowed)",
        ),
        (
            MAP,
            {"together": np.array([0, -1, -1, 0, -1, -1, -1, -1])},
            ("territories_hold_their_home", "groups_are_kept_together"),
            "A0 and A3 are kept together: no rep is left (home of R0 and R1)",
        ),
        (
            "[1] 1  1  1  9 [1]",
            {},
            ("territories_are_balanced",),
            "A4: potential 9 EUR alone exceeds the 7 EUR that any territory may hold at 10 % tolerance",
        ),
        (
            MAP,
            {"rep_group": np.array([0, 1]), "area_group": np.array([0, 1, 1, 1, 0, 1, 1, 1])},
            ("territories_are_balanced", "territories_stay_within_groups"),
            "R1: the 6 areas that only this rep may serve hold potential 7 EUR, at most 5 EUR allowed",
        ),
        (
            "[1] 1 [1]### 1",
            {"tolerance": None},
            ("territories_hold_their_home", "territories_are_contiguous"),
            "A3: has no neighbouring area",
        ),
        (
            "[1] 1 [1] 1",
            {"tolerance": None, "locks": np.array([[3, 0]])},
            ("territories_hold_their_home", "territories_are_contiguous", "locks_hold"),
            "A3: only R0 may serve it, and cannot get there through areas of their own",
        ),
    ],
)
def test_cheap_tests_name_rule_and_numbers(drawing, changes, rules, text):
    """Each narrow reason is found without a search and told in one sentence."""
    result = design_territories(from_ascii(drawing, **changes), QUICK)
    assert result.status is Status.INFEASIBLE
    assert (rules, text) in [(tuple(c.rules), c.text) for c in result.conflicts]


def test_clash_that_remains_when_areas_are_divided():
    """A cap on moves against balance: proven by prices, with the rules and where it pinches."""
    changes = {"current_rep": np.array([0, 0, 0, 1, 0, 0, 0, 0]), "moved_limit": 1}
    result = design_territories(from_ascii(MAP, **changes), QUICK)
    assert result.status is Status.INFEASIBLE
    (conflict,) = result.conflicts
    assert conflict.rules == ("territories_are_balanced", "few_areas_change_hands")
    assert "even if areas could be divided" in conflict.text


def test_clash_of_whole_areas_names_only_the_families_at_fault():
    """Three squares of 2 cannot be halved: balance alone is to blame, not the lock elsewhere."""
    result = design_territories(from_ascii("[2] 2 [2]", tolerance=0.1, locks=np.array([[0, 0]])), QUICK)
    assert result.status is Status.INFEASIBLE
    assert result.conflicts[0].rules[-1] != "locks_hold"
    assert "territories_are_balanced" in result.conflicts[0].rules


def test_closest_plan_breaks_as_little_as_can_be():
    """Seven squares of 1 for two reps at 0 %: the closest plan is off by half a square on either side."""
    result = design_territories(from_ascii("[1] 1  1  1  1  1 [1]", tolerance=0.0), QUICK)
    assert result.status is Status.INFEASIBLE
    counts = sorted(np.bincount(result.closest.rep_of_area).tolist())
    assert counts == [3, 4]
