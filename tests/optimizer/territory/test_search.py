"""Design territories: brute force agrees, relations hold, every plan is verified, results repeat."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings, Status
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from optimizer.territory.verify import verify
from tests.optimizer.territory.brute_force import best_plan
from tests.optimizer.territory.builders import from_ascii, instance_of, measure, towns
from tests.optimizer.territory.tiny_maps import RULES, tiny

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


def agrees(seed, rules=None):
    """Assert that the search and brute force find the same optimum, or both none."""
    instance = tiny(seed, rules)
    best = best_plan(instance)
    result = design_territories(instance, QUICK)
    if best is None:
        assert result.status is Status.INFEASIBLE
        assert result.plan is None
        assert result.closest is not None
        assert result.conflicts
        assert result.violations == verify(instance, result.closest)
        assert result.violations
    else:
        assert result.status is Status.OPTIMAL
        assert result.objective == pytest.approx(best[0], abs=1e-6)
        assert result.bound <= best[0] + 1e-6
        assert result.gap == pytest.approx(0.0, abs=1e-9)
        assert verify(instance, result.plan) == ()


@pytest.mark.parametrize("seed", range(28))
def test_brute_force_agrees(seed):
    """On tiny maps with random rules, value and feasibility are those of full enumeration."""
    agrees(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(28, 60), *range(1000, 1600)])
def test_brute_force_agrees_on_many(seed):
    """The same on hundreds of maps more."""
    agrees(seed)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(2 ** len(RULES)))
def test_brute_force_agrees_on_every_combination_of_rules(number):
    """Each of the 1,024 sets of rules on a map of its own."""
    agrees(10_000 + number, {rule for place, rule in enumerate(RULES) if number >> place & 1})


def test_two_homes_kept_together_are_named():
    """Two reps live in one group that must have one rep: no plan, and a reason instead of a crash."""
    together = np.array([0, -1, -1, 0])
    result = design_territories(from_ascii("[1] 1  1 [1]", tolerance=None, together=together), QUICK)
    assert result.status is Status.INFEASIBLE
    assert "groups_are_kept_together" in result.conflicts[0].rules


def test_map_drawn_by_hand():
    """Two homes in the corners, one lake: each rep gets the near half."""
    result = design_territories(from_ascii("[1] 1  1\n 1 ### 1\n 1  1 [1]", tolerance=0.0), QUICK)
    assert result.status is Status.OPTIMAL
    assert result.objective == 8.0
    assert sorted(np.bincount(result.plan.rep_of_area).tolist()) == [4, 4]


@pytest.mark.parametrize("seed", range(3))
def test_plan_of_a_middling_map_is_verified(seed):
    """120 areas, 5 reps: a plan that keeps every rule, objective above bound, small gap."""
    instance = towns(120, 5, seed=seed, tolerance=0.15)
    result = design_territories(instance, QUICK)
    assert result.status in {Status.OPTIMAL, Status.FEASIBLE}
    assert verify(instance, result.plan) == ()
    assert result.bound <= result.objective
    assert result.gap < 0.03


def same_for_any_workers(instance):
    """Assert that one worker and two give the same plan, bound and status."""
    results = [design_territories(instance, replace(QUICK, workers=workers)) for workers in (1, 2)]
    plans = [(result.plan or result.closest).rep_of_area.tolist() for result in results]
    assert plans[0] == plans[1]
    assert results[0].bound == results[1].bound
    assert results[0].status == results[1].status


def test_result_does_not_depend_on_workers():
    """Parts solved side by side in processes give what they give one after the other."""
    same_for_any_workers(towns(600, 9, groups=3, seed=1, tolerance=0.3))


@pytest.mark.slow
def test_result_of_neighbourhoods_does_not_depend_on_workers():
    """The same for neighbourhoods of one large part."""
    same_for_any_workers(towns(240, 12, seed=2, tolerance=0.2))


@pytest.mark.parametrize("seed", [3, 6, 9, 30, 31])
def test_loosening_never_worsens_the_optimum(seed):
    """At proven optima: a wider tolerance costs no more, an extra lock no less."""
    base = towns(24, 3, seed=seed, tolerance=0.2)
    loose = towns(24, 3, seed=seed, tolerance=0.3)
    tight_result, loose_result = (design_territories(instance, QUICK) for instance in (base, loose))
    if tight_result.plan is None:
        return
    assert {tight_result.status, loose_result.status} == {Status.OPTIMAL}
    assert loose_result.objective <= tight_result.objective
    area = int(np.setdiff1d(np.arange(24), base.home_areas)[0])
    rep = int((tight_result.plan.rep_of_area[area] + 1) % 3)
    locked = design_territories(replace(base, locks=np.array([[area, rep]])), QUICK)
    assert locked.plan is None or locked.objective >= tight_result.objective


def test_scaling_costs_scales_the_optimum():
    """Seven times the cost, seven times the objective, the same bound."""
    base = towns(24, 3, seed=3, tolerance=0.3)
    result = design_territories(base, QUICK)
    scaled = design_territories(replace(base, travel_cost=base.travel_cost * 7), QUICK)
    assert scaled.objective == 7 * result.objective


def test_renumbering_areas_keeps_the_optimum():
    """The areas in another order: the same objective."""
    base = towns(24, 3, seed=3, tolerance=0.3)
    order = np.random.default_rng(1).permutation(24)
    place = np.argsort(order)
    edges = np.sort(place[base.edges], axis=1)
    moved = instance_of(
        edges=[tuple(edge) for edge in edges.tolist()],
        homes=place[base.home_areas].tolist(),
        cost=base.travel_cost[order],
        measures=[replace(m, amounts=m.amounts[order]) for m in base.measures],
    )
    assert design_territories(moved, QUICK).objective == design_territories(base, QUICK).objective


def test_start_is_used_when_it_is_best():
    """The optimum given as a start is returned."""
    instance = towns(60, 4, seed=4, tolerance=0.3)
    first = design_territories(instance, QUICK)
    again = design_territories(instance, QUICK, start=first.plan)
    assert again.objective <= first.objective


def test_broken_start_does_no_harm():
    """A start that breaks every rule, or covers too few areas, is only a start."""
    instance = from_ascii("[1] 1  1 [1]", tolerance=0.0)
    for reps in ([1, 1, 1, 1], [0, 7, 0, 0], [0]):
        result = design_territories(instance, QUICK, start=TerritoryPlan(rep_of_area=np.array(reps)))
        assert result.status is Status.OPTIMAL


def test_out_of_time_still_gives_a_complete_answer():
    """With no time at all there is still a labelling, verified or named as broken."""
    instance = towns(120, 5, seed=1, tolerance=0.15)
    result = design_territories(instance, replace(QUICK, seconds=0.0))
    plan = result.plan or result.closest
    assert len(plan.rep_of_area) == 120
    assert result.violations == (() if result.plan else verify(instance, plan))


@pytest.mark.slow
def test_every_measure_counts():
    """Potential alone allows a split that workload does not."""
    potential = measure("potential", [1, 1, 1, 1, 1, 1], 2, 0.0)
    workload = measure("workload", [1, 3, 1, 1, 1, 1], 2, 0.0)
    cost = np.array([[0, 5], [1, 4], [2, 3], [3, 2], [4, 1], [5, 0]])
    ring = [(0, 1), (0, 5), (1, 2), (2, 3), (3, 4), (4, 5)]
    one = design_territories(instance_of(edges=ring, homes=[0, 5], cost=cost, measures=[potential]), QUICK)
    both = design_territories(instance_of(edges=ring, homes=[0, 5], cost=cost, measures=[potential, workload]), QUICK)
    assert one.objective == 6.0
    assert both.plan is None or both.objective > one.objective
