"""Each constraint family holds on its edge and fails just outside, alone."""

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.territory.constraints import (
    CONSTRAINTS,
    PAIR_CONSTRAINTS,
    state_rules,
    territories_are_contiguous,
    territories_reach_home,
)
from optimizer.territory.neighbourhood import order_from
from optimizer.territory.separation import broken_by_labels
from optimizer.territory.units import FAMILIES, bare, condense
from optimizer.territory.variables import new_assignment
from tests.optimizer.territory.builders import from_ascii

MAP = """
[2] 1  1 [2]
 1  1  1  1
"""
GOOD = [0, 0, 1, 1, 0, 0, 1, 1]


def possible(reps, family, **changes):
    """Tell whether a labelling keeps one family, all others switched off."""
    instance = from_ascii(MAP, **changes)
    problem, model = bare(instance), cp_model.CpModel()
    families = ("territories_hold_their_home", family) if family == "territories_are_contiguous" else (family,)
    x = new_assignment(model, problem, blame=families)
    state_rules(model, x, instance=instance)
    labels = np.array(reps)
    if instance.contiguous:
        territories_reach_home(model, x, cuts=broken_by_labels(problem, labels))
    for literal in x.blamed().values():
        model.add(literal == 1)
    for unit, rep in enumerate(reps):
        model.add(x.serves(unit, rep) == 1)
    return cp_model.CpSolver().solve(model) == cp_model.OPTIMAL


@pytest.mark.parametrize(
    ("family", "inside", "outside", "reps"),
    [
        ("territories_hold_their_home", {}, None, [1, 0, 1, 1, 0, 0, 1, 1]),
        ("territories_are_balanced", {"tolerance": 0.2}, {"tolerance": 0.19}, [0, 0, 0, 1, 0, 0, 1, 1]),
        ("territories_are_contiguous", {"contiguous": False}, {}, [0, 1, 0, 1, 0, 1, 1, 1]),
        (
            "territories_stay_within_groups",
            {"rep_group": np.array([0, -1]), "area_group": np.array([0, 0, 1, 0, 0, 0, 1, 0])},
            {"rep_group": np.array([0, -1]), "area_group": np.array([0, 0, 1, 0, 0, 1, 1, 0])},
            GOOD,
        ),
        (
            "groups_are_kept_together",
            {"together": np.array([-1, 5, -1, -1, -1, 5, -1, -1])},
            {"together": np.array([-1, 5, 5, -1, -1, -1, -1, -1])},
            GOOD,
        ),
        ("locks_hold", {"locks": np.array([[1, 0]])}, {"locks": np.array([[1, 1]])}, GOOD),
        ("forbidden_pairs_are_kept", {"forbidden": np.array([[1, 1]])}, {"forbidden": np.array([[1, 0]])}, GOOD),
        ("drives_are_short_enough", {"max_drive_minutes": 2}, {"max_drive_minutes": 1}, GOOD),
        (
            "few_areas_change_hands",
            {"current_rep": np.array([0, 1, 1, 1, 0, 0, 1, 1]), "moved_limit": 1},
            {"current_rep": np.array([0, 1, 1, 1, 0, 0, 1, 1]), "moved_limit": 0},
            GOOD,
        ),
    ],
)
def test_family_on_the_edge_and_just_outside(family, inside, outside, reps):
    """The family alone admits the plan on its edge and refuses it just outside."""
    if outside is None:
        assert possible(GOOD, family)
        assert not possible(reps, family)
    else:
        assert possible(reps, family, **inside)
        assert not possible(reps, family, **outside)


def test_every_family_has_a_function():
    """The tuples of constraints and the names of the families tell the same story."""
    names = {rule.__name__ for rule in (*CONSTRAINTS, *PAIR_CONSTRAINTS, territories_are_contiguous)}
    assert names == {*FAMILIES, "every_area_has_one_rep", "reps_of_split_groups_are_counted"}


def test_order_admits_the_labelling_it_comes_from_and_nothing_apart():
    """The incumbent keeps the order; a plan with a loose square does not."""
    problem = condense(from_ascii(MAP, tolerance=None))
    good = np.array(GOOD)
    for reps, expected in ((GOOD, cp_model.OPTIMAL), ([0, 1, 0, 1, 0, 1, 1, 1], cp_model.INFEASIBLE)):
        for seed in range(5):
            model = cp_model.CpModel()
            x = new_assignment(model, problem)
            state_rules(model, x)
            territories_are_contiguous(model, x, order=order_from(problem, good, seed))
            for unit, rep in enumerate(reps):
                model.add(x.serves(unit, rep) == 1)
            assert cp_model.CpSolver().solve(model) == expected
