"""Parts of the map behind one area: what cannot be shared out is told by name, and never falsely."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings, Status
from optimizer.territory.conflicts import certain_conflicts
from optimizer.territory.pockets import pocket_conflicts
from optimizer.territory.search import design_territories
from optimizer.territory.units import condense
from tests.optimizer.territory.brute_force import best_plan
from tests.optimizer.territory.builders import from_ascii
from tests.optimizer.territory.tiny_maps import tiny

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


def conflicts(drawing, **changes):
    """Return the conflicts of a map's pockets."""
    instance = from_ascii(drawing, **changes)
    return pocket_conflicts(instance, condense(instance))


def test_too_little_behind_a_gate_and_too_much_with_it():
    """R0 has 5 behind the gate of 6, and needs 9."""
    (conflict,) = conflicts(" 3 [2] 6 [4] 3 ")
    assert conflict.text == (
        "A0 and A1 hang on the rest of the map by A2 alone and hold potential 5 EUR (with A2 potential 11 EUR): R0, "
        "whose home is there, and who gets there cannot share that out in one piece at potential ± 10 %"
    )
    assert conflict.rules == ("territories_are_balanced", "territories_are_contiguous")


def test_more_tolerance_mends_it():
    """With 11 allowed, R0 takes the gate."""
    assert conflicts(" 3 [2] 6 [4] 3 ", tolerance=0.25) == ()


def test_a_gate_that_may_be_crossed_is_no_pocket():
    """A way around it, or territories in pieces."""
    assert conflicts(" 3 [2] 6 [4] 3 \n 1  1  1  1  1 ", tolerance=0.1) == ()
    assert conflicts(" 3 [2] 6 [4] 3 ", contiguous=False) == ()


def test_nobody_gets_behind_a_gate_that_fills_its_rep():
    """Nobody lives behind R0's home of 9, which leaves him no room for the 4 there; R1 has 5 too few."""
    found = conflicts(" 4 [9] 1  3 [5]")
    assert found[0].text.startswith("A0 hangs on the rest of the map by A1 alone and holds potential 4 EUR")
    assert "nobody lives there" in found[0].text


def test_the_answer_is_infeasible_with_names():
    """The design says so in the same words, where no cheaper test finds anything, and shows the closest plan."""
    instance = from_ascii(" 6 [7] 7  4 [7] 7 \n######### 7 [1]", tolerance=0.15)
    assert certain_conflicts(instance, condense(instance)) == ()
    result = design_territories(instance, QUICK)
    assert result.status is Status.INFEASIBLE
    assert result.closest is not None
    assert "A0 and A1 hang on the rest of the map by A2 alone" in result.conflicts[0].text


def test_a_rule_that_closes_the_gate_is_named():
    """R0 could take the gate if it were not forbidden for him: then the line is among those that clash."""
    instance = from_ascii(" 4 [2] 3 [4] 5 ", tolerance=0.1, forbidden=np.array([[2, 0]]))
    open_gate = replace(instance, forbidden=np.zeros((0, 2), dtype=np.int64))
    assert pocket_conflicts(open_gate, condense(open_gate)) == ()
    (conflict,) = pocket_conflicts(instance, condense(instance))
    assert "forbidden_pairs_are_kept" in conflict.rules
    assert conflict.text.startswith("potential ± 10 %")


@pytest.mark.parametrize("block", range(5))
def test_pockets_are_never_false(block):
    """Where one is found on a tiny map with any rules, trying everything finds no plan."""
    for seed in range(40 * block, 40 * block + 40):
        instance = tiny(seed)
        if pocket_conflicts(instance, condense(instance)):
            assert best_plan(instance) is None


def test_pockets_are_found_on_random_rows():
    """On rows of lumps brute force rules out many; pockets explain some of them, and none that has a plan."""
    told = impossible = 0
    for seed in range(60):
        amounts = np.random.default_rng(seed).integers(1, 8, size=6).tolist()
        drawing = f" {amounts[0]} [{amounts[1]}] {amounts[2]}  {amounts[3]} [{amounts[4]}] {amounts[5]} "
        instance = from_ascii(drawing, tolerance=0.15)
        none = best_plan(instance) is None
        found = bool(pocket_conflicts(instance, condense(instance)))
        assert none or not found
        told, impossible = told + found, impossible + none
    assert 0 < told <= impossible
