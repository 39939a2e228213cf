"""Alternatives keep every rule, differ, and none beats another in every aim."""

import re
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest

from optimizer.interruption import end_early, listening
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.alternatives import (
    CHOSEN,
    LEAST_DIFFERENCE,
    Alternative,
    different_share,
    dominates,
    find_alternatives,
    measured,
    named,
    pareto,
    spread_out,
)
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from optimizer.territory.verify import verify
from tests.optimizer.territory.builders import from_ascii

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
GRID = """
[3] 2  4  2  3 [2]
 2  3  1  4  2  3
 4  1  2  3  3  1
 1  3  2  2  4 [3]
"""


def grid(**changes):
    """Return a grid of 24 areas and three reps, with an alignment of today in vertical stripes."""
    instance = from_ascii(GRID, tolerance=0.3)
    today = np.array([0, 0, 1, 1, 1, 1] * 3 + [0, 0, 2, 2, 2, 2])
    return replace(instance, current_rep=today, move_weight=0.1, **changes)


@pytest.fixture(scope="module")
def found():
    """Alternatives on the grid."""
    instance = grid()
    plan = design_territories(instance, QUICK).plan
    return instance, plan, find_alternatives(instance, plan, QUICK, count=5)


def test_every_alternative_keeps_every_rule(found):
    """The verifier looks at the scenario's own rules."""
    instance, _, answer = found
    assert [verify(instance, one.plan) for one in answer.kept] == [()] * len(answer.kept)


def test_none_beats_another(found):
    """In travel, in what changes hands and in balance at once, by plain comparison."""
    kept = found[2].kept
    assert len(kept) >= 3
    for one, other in permutations(kept, 2):
        assert any(a < b for a, b in zip(one.aims, other.aims, strict=True))


def test_they_really_differ(found):
    """Every two plans differ in the least share of the areas."""
    for one, other in permutations(found[2].kept, 2):
        assert different_share(one.plan, other.plan) >= LEAST_DIFFERENCE


def test_the_chosen_plan_comes_first(found):
    """As it was given, and it differs from itself in nothing."""
    _, plan, answer = found
    first = answer.kept[0]
    assert (first.name, first.plan.rep_of_area.tolist(), first.difference) == (CHOSEN, plan.rep_of_area.tolist(), 0.0)


def test_the_same_again(found):
    """Same instance, same plans."""
    instance, plan, answer = found
    again = find_alternatives(instance, plan, QUICK, count=5)
    assert [(one.name, one.plan.rep_of_area.tolist()) for one in again.kept] == [
        (one.name, one.plan.rep_of_area.tolist()) for one in answer.kept
    ]


def named_truly(kept):
    """Hold every word of every name against the measures, by plain comparison."""
    chosen = kept[0]
    aims = {"travel": 0, "changes": 1, "even": 2}
    for one in kept[1:]:
        assert one.name
        for words in re.sub(r" \(\d+\)$", "", one.name).split(", "):
            comparison, aim = words.split(" ")[0], aims[words.split(" ")[-1]]
            assert one.aims[aim] < chosen.aims[aim]
            least = all(one.aims[aim] < other.aims[aim] for other in kept if other is not one)
            assert (comparison in {"least", "fewest", "most"}) == least


def test_names_say_what_plans_are(found):
    """Each plan is better than the chosen one in what its name says, and best of all where it says so."""
    _, _, answer = found
    assert len({one.name for one in answer.kept}) == len(answer.kept)
    named_truly(answer.kept)


@pytest.mark.parametrize("seed", range(50))
def test_names_are_true_of_any_measures(seed):
    """Random fronts behind a chosen plan: every word holds, no name comes twice, and what is better is said."""
    rng = np.random.default_rng(seed)
    chosen, *others = [invented(*rng.integers(0, 4, 3).tolist()) for _ in range(6)]
    front = [chosen, *(one for one in pareto([chosen, *others]) if one is not chosen)]
    kept = named(front)
    assert len({one.name for one in kept}) == len(kept)
    named_truly(kept)
    for one in kept[1:]:
        said = sum(a < b for a, b in zip(one.aims, chosen.aims, strict=True))
        assert len(one.name.split(", ")) == said > 0


def test_more_changes_than_today_are_not_called_fewer():
    """A plan that was sought for few changes but has more is named by what it is better in."""
    kept = named([invented(10, 5, 0.5), invented(9, 7, 0.6), invented(8, 9, 0.7)])
    assert [one.name for one in kept[1:]] == ["less travel", "least travel"]


def test_a_chosen_plan_that_another_beats_is_still_shown(found):
    """It comes first all the same, and the remark names the better one."""
    instance, _, _ = found
    worse = design_territories(replace(instance, travel_cost=instance.travel_cost.max() - instance.travel_cost), QUICK)
    assert worse.plan is not None
    assert verify(instance, worse.plan) == ()
    answer = find_alternatives(instance, worse.plan, QUICK, count=5)
    assert answer.kept[0].plan is worse.plan
    beaten_by = [one.name for one in answer.kept[1:] if dominates(one, answer.kept[0])]
    assert beaten_by
    assert any(beaten_by[0] in note for note in answer.notes)


def test_without_an_alignment_of_today_only_travel_and_balance_count():
    """Nobody serves an area today: nothing can change hands."""
    instance = from_ascii(GRID, tolerance=0.3)
    plan = design_territories(instance, QUICK).plan
    answer = find_alternatives(instance, plan, QUICK, count=6)
    assert {one.moved for one in answer.kept} == {0}
    assert all(one.name.split(", ")[0] in {CHOSEN, "more even", "most even", "least travel"} for one in answer.kept)
    assert any(note.startswith(f"{len(answer.kept)} of 6 plans") for note in answer.notes)


def invented(travel, changed, used, reps=(0,)):
    """Return an alternative with given measures."""
    plan = TerritoryPlan(rep_of_area=np.array(reps))
    return Alternative(name="", plan=plan, travel=travel, moved=changed, tolerance_used=used, difference=0.0)


def test_pareto_front_agrees_with_plain_comparison():
    """All plans with measures of 0 to 2, in an order that mixes them."""
    rng = np.random.default_rng(5)
    every = list(product(range(3), repeat=3))
    for _ in range(50):
        some = [invented(*every[i]) for i in rng.choice(len(every), 6, replace=True)]
        front = {one.aims for one in pareto(some)}
        plain = {
            one.aims
            for one in some
            if not any(
                other.aims != one.aims and all(a <= b for a, b in zip(other.aims, one.aims, strict=True))
                for other in some
            )
        }
        assert front == plain
        assert len(pareto(some)) == len(front)


def test_spread_takes_what_differs_most():
    """The farthest from the first comes first; what is too near is left out."""
    base = [0] * 40
    near, middle, far = [1] + [0] * 39, [1] * 10 + [0] * 30, [1] * 30 + [0] * 10
    plans = [invented(i, 3 - i, 0.0, reps) for i, reps in enumerate((base, near, middle, far))]
    assert [one.travel for one in spread_out(plans, 2)] == [0, 3]
    assert [one.travel for one in spread_out(plans, 4)] == [0, 2, 3]


def test_no_time_is_spent_on_why_a_variant_has_no_plan():
    """A search that is told not to explain says that there is no plan, and shows the closest one."""
    instance = from_ascii("[9] 1 [1]", tolerance=0.05)
    result = design_territories(instance, QUICK, explain=False)
    assert (result.plan, result.conflicts) == (None, ())
    assert result.closest is not None


def test_measures_of_a_plan():
    """Split groups count as travel, what changes hands apart."""
    instance = replace(grid(), split_group=np.array([0] * 24), split_price=7)
    plan = TerritoryPlan(rep_of_area=instance.current_rep)
    bare = measured(replace(instance, split_price=0), plan, plan, "x")
    assert measured(instance, plan, plan, "x").travel == bare.travel + 14
    assert bare.moved == 0


class AskedToEnd:
    """Asks the search to end at its third report, as Ctrl-C does."""

    reports = 0

    def report(self, doing, *, share_done, objective=None, bound=None):
        """Count the reports."""
        self.reports += 1
        if self.reports == 3:
            end_early()


def test_ending_early_keeps_what_is_ready():
    """The first two ways were gone to their end; the third is not looked at, and said."""
    instance = grid()
    plan = design_territories(instance, QUICK).plan
    with listening():
        answer = find_alternatives(instance, plan, QUICK, count=5, observer=AskedToEnd())
    assert answer.kept[0].name == CHOSEN
    assert all("changes" in one.name for one in answer.kept[1:])
    assert len(answer.kept) > 1
    assert not any(verify(instance, one.plan) for one in answer.kept)
    assert any(note.startswith("ended early by Ctrl-C: 2 of") for note in answer.notes)
