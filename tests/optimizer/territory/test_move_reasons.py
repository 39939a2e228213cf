"""Each rule that forbids a move is told in the planner's words, with numbers."""

import numpy as np
import pytest

from optimizer.territory.cut_off import cut_off
from optimizer.territory.explanation import explain_moves
from optimizer.territory.move_reasons import RULE_WORDS, reasons
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.units import FAMILIES
from tests.optimizer.territory.builders import from_ascii

MAP = """
[2] 1  1 [2]
 1  1  1  1
"""
GOOD = [0, 0, 1, 1, 0, 0, 1, 1]


def told(area, taker, **changes):
    """Return what is said of moving an area of the map above to a rep."""
    instance = from_ascii(MAP, **{"tolerance": 0.2, **changes})
    plan = TerritoryPlan(rep_of_area=np.array(GOOD, dtype=np.int64))
    cuts = cut_off(instance, plan)
    moves = explain_moves(instance, plan, np.array([[area, taker]]), cuts=cuts)
    return reasons(instance, plan, moves, 0, cuts=cuts)


@pytest.mark.parametrize(
    ("area", "taker", "changes", "sentences"),
    [
        (1, 1, {}, ()),
        (
            1,
            1,
            {"tolerance": 0.1},
            (
                "balance: R0's potential would be 20.0 % below its target, 10 % allowed",
                "balance: R1's potential would be 20.0 % above its target, 10 % allowed",
            ),
        ),
        (4, 1, {}, ("contiguity: no neighbour of it hangs together with R1's home",)),
        (0, 1, {"tolerance": None, "contiguous": False}, ("home: it is the home area of R0",)),
        (
            1,
            1,
            {"rep_group": np.array([0, 0]), "area_group": np.array([0, 1, 0, 0, 0, 0, 0, 0])},
            ("region: it lies outside the region of R1",),
        ),
        (1, 1, {"together": np.array([-1, 3, -1, -1, 3, 3, -1, -1])}, ("keep together: it stays with A4, A5",)),
        (1, 1, {"locks": np.array([[1, 0]])}, ("lock: it is locked to R0",)),
        (1, 1, {"forbidden": np.array([[1, 1]])}, ("forbidden pair: it must not go to R1",)),
        (1, 1, {"max_drive_minutes": 1}, ("max drive: 2 minutes from R1's home, 1 allowed",)),
        (
            1,
            1,
            {"current_rep": np.array(GOOD), "moved_limit": 0, "moved_unit": "EUR"},
            ("disruption cap: 1 EUR would change hands, 0 EUR allowed",),
        ),
    ],
)
def test_rules_in_words(area, taker, changes, sentences):
    """One rule at a time."""
    assert told(area, taker, **changes) == sentences


def test_areas_that_would_be_cut_off_are_named():
    """In a corridor, everything behind the moved area is cut off."""
    instance = from_ascii("[1] 1  1  1  1 [1]", tolerance=None)
    plan = TerritoryPlan(rep_of_area=np.array([0, 0, 0, 0, 0, 1]))
    cuts = cut_off(instance, plan)
    moves = explain_moves(instance, plan, np.array([[1, 1]]), cuts=cuts)
    assert reasons(instance, plan, moves, 0, cuts=cuts)[0] == ("contiguity: A2, A3, A4 would be cut off from R0's home")


def test_every_rule_has_a_word():
    """A rule added later is not told by its name in the code."""
    assert set(RULE_WORDS) == set(FAMILIES)
