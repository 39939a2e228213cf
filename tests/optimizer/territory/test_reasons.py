"""Brute force on tiny maps agrees with every claim about clashing lines, least changes and the closest plan."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings, Status
from optimizer.territory.breach import Breach
from optimizer.territory.culprits import smallest_set
from optimizer.territory.lines import BALANCE, CHANGE, DRIVES, HOMES, keeping, lines_of, with_tolerance
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.reasons import parts_of
from optimizer.territory.search import design_territories
from optimizer.territory.verify import verify
from tests.optimizer.territory.brute_force import best_plan
from tests.optimizer.territory.builders import from_ascii
from tests.optimizer.territory.tiny_maps import tiny

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
STEP = 0.001
FAST = (3, 14, 25, 32, 42, 54, 121, 142)
"""Maps without a plan, small enough to be enumerated in a moment."""


def changed(instance, change, amount):
    """Return the problem with one rule changed by hand as a loosening says."""
    if change.rule == BALANCE:
        return with_tolerance(instance, change.subject, amount)
    if change.rule == DRIVES:
        return replace(instance, max_drive_minutes=int(amount))
    if change.rule == CHANGE:
        total = int(instance.moved_amount[instance.current_rep >= 0].sum())
        return replace(instance, moved_limit=int(amount * total + 1e-6))
    return keeping(instance, [line for line in lines_of(instance) if line not in change.lines])


def check_claims(instance, conflict):
    """Assert what a conflict claims by enumerating all plans."""
    lines = [line for line in conflict.lines if line.rule != HOMES]
    assert best_plan(keeping(instance, lines)) is None
    if len(parts_of(instance)) > 1:
        return
    for line in lines if conflict.minimal else ():
        assert best_plan(keeping(instance, [other for other in lines if other != line])) is not None
    for change in conflict.loosenings:
        assert best_plan(changed(instance, change, change.enough)) is not None
        if change.proven and change.rule in {BALANCE, CHANGE, DRIVES}:
            less = change.enough - (1 if change.rule == DRIVES else STEP)
            assert best_plan(changed(instance, change, less)) is None


def all_plans(instance):
    """Yield every way to give areas to reps."""
    return (np.array(reps) for reps in product(range(instance.n_reps), repeat=instance.n_areas))


@pytest.mark.parametrize("seed", FAST)
def test_brute_force_agrees_with_every_claim(seed):
    """Lines clash, none can be spared where that is claimed, what is enough is enough, and less is not."""
    instance = tiny(seed)
    result = design_territories(instance, QUICK)
    assert result.status is Status.INFEASIBLE
    assert all(conflict.lines for conflict in result.conflicts)
    for conflict in result.conflicts:
        check_claims(instance, conflict)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_brute_force_agrees_with_every_claim_on_many(seed):
    """The same on all small maps of a long row; a map with a plan is not told to have none."""
    instance = tiny(seed)
    if instance.n_reps**instance.n_areas > 3000:
        pytest.skip("too many plans to enumerate again and again")
    result = design_territories(instance, QUICK)
    assert (result.status is Status.INFEASIBLE) == (best_plan(instance) is None)
    for conflict in result.conflicts:
        check_claims(instance, conflict)


@pytest.mark.parametrize("seed", FAST)
def test_closest_plan_breaks_least(seed):
    """No plan of these maps breaks less in sum than the one shown."""
    instance = tiny(seed)
    breach = Breach.of(instance)
    closest = design_territories(instance, QUICK).closest
    least = min(breach.total(labels) for labels in all_plans(instance))
    assert breach.total(closest.rep_of_area) == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize("seed", FAST[:3])
def test_breach_is_zero_just_where_the_verifier_finds_nothing(seed):
    """The measure and the verifier, which share no code, agree on every plan of a map and of one without its rules."""
    for instance in (tiny(seed), keeping(tiny(seed), ())):
        breach = Breach.of(instance)
        for labels in all_plans(instance):
            kept = verify(instance, TerritoryPlan(rep_of_area=labels)) == ()
            assert (breach.total(labels) == 0.0) == kept


@pytest.mark.parametrize(("clashing", "expected"), [({3}, (3,)), ({1, 6}, (1, 6)), ({0, 4, 7}, (0, 4, 7)), (set(), ())])
def test_smallest_set_is_found(clashing, expected):
    """Of eight items those that clash are found, whatever their number; if nothing does the damage, nothing."""
    assert smallest_set(lambda kept: clashing <= set(kept), range(8)) == expected


def regions(south: str) -> TerritoryResult:
    """Design a map of two rows, each a region; in the upper one only 4 and 7 can be made of 5 to 6 for each rep."""
    instance = from_ascii(
        f"[1] 3  3  3 [1]\n{south}",
        tolerance=0.2,
        area_group=np.repeat([0, 1], 5),
        rep_group=np.array([0, 0, 1]),
        group_names=("North", "South"),
    )
    return design_territories(instance, QUICK)


def test_leaving_the_region_is_offered_where_it_would_do():
    """North cannot be halved by whole areas; reps who cross the border get 5, 5 and 6."""
    (conflict,) = regions(" 1  0 [2] 0  2 ").conflicts
    assert conflict.text.startswith("North, where reps stay within their region: ")
    assert "territories_stay_within_groups" not in conflict.rules
    within = [change for change in conflict.loosenings if change.rule == "territories_stay_within_groups"]
    assert [change.text for change in within] == ["reps who may leave their region would do"]


def test_leaving_the_region_is_not_offered_where_it_is_not_enough():
    """The third rep's home of 5 leaves him no room for a 3, so that crossing the border is of no use."""
    (conflict,) = regions(" 0  0 [5] 0  0 ").conflicts
    assert conflict.text.startswith("North, where reps stay within their region: ")
    assert all(change.rule != "territories_stay_within_groups" for change in conflict.loosenings)
