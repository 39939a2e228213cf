"""Settling brings a plan inside limits that it exceeds, and moves little."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from optimizer.territory.settle import STAYING, settle, staying
from optimizer.territory.verify import verify
from tests.optimizer.territory.builders import from_ascii, towns
from tests.optimizer.territory.naive_rules import broken_rules

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


def measured_anew(instance, plan, seed):
    """Return the instance with the workload of each territory off by some per cent, as routing finds it."""
    off = np.random.default_rng(seed).normal(1.0, 0.15, instance.n_reps)
    potential, workload = instance.measures
    amounts = np.rint(workload.amounts * off[plan.rep_of_area]).astype(np.int64)
    share = workload.targets / workload.targets.sum() * amounts.sum()
    changed = replace(
        workload,
        amounts=amounts,
        targets=np.rint(share).astype(np.int64),
        lower=np.ceil(0.9 * share).astype(np.int64),
        upper=np.floor(1.1 * share).astype(np.int64),
    )
    return replace(instance, measures=(potential, changed))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_plan_off_balance_is_settled_with_few_changes(seed):
    """The settled plan keeps every rule, verified twice, and moves no more than a design from nothing does."""
    instance = towns(120, 6, seed=seed, tolerance=0.2)
    plan = design_territories(instance, QUICK).plan
    assert plan is not None
    changed = measured_anew(instance, plan, seed)
    assert verify(changed, plan)
    settled = settle(staying(changed, plan, "workload"), plan, QUICK)
    assert settled is not None
    assert verify(changed, settled) == ()
    assert broken_rules(changed, settled.rep_of_area) == set()
    anew = design_territories(changed, QUICK).plan
    hours = changed.measures[1].amounts
    moved = [int(hours[other.rep_of_area != plan.rep_of_area].sum()) for other in (settled, anew)]
    assert 0 < moved[0] <= moved[1]
    assert moved[0] < 0.2 * hours.sum()


def test_what_passes_through_a_territory_between_is_found():
    """R0 has 3 too many and R2 3 too few, and R1 between them is full: an area goes from each to the next."""
    instance = from_ascii("[3] 3  3 [3] 3 [3]", tolerance=0.2)
    plan = replace(design_territories(instance, QUICK).plan, rep_of_area=np.array([0, 0, 0, 1, 1, 2]))
    settled = settle(instance, plan, QUICK)
    assert settled is not None
    assert settled.rep_of_area.tolist() == [0, 0, 1, 1, 2, 2]


def test_what_cannot_be_settled_is_not_answered():
    """Two areas of 9 and 1 cannot be balanced; the plan is not returned as if they were."""
    instance = from_ascii("[9][1]", tolerance=0.1)
    plan = design_territories(instance, QUICK).closest
    assert settle(instance, plan, QUICK) is None


def test_the_same_again():
    """Same plan, same answer."""
    instance = towns(80, 5, seed=4, tolerance=0.2)
    plan = design_territories(instance, QUICK).plan
    changed = measured_anew(instance, plan, 7)
    first, second = (settle(staying(changed, plan, "workload"), plan, QUICK) for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.rep_of_area == second.rep_of_area).all()


def test_areas_that_stay_cost_what_they_did():
    """Giving every area away costs all travel of the plan once more, at its prices; staying costs nothing."""
    instance = towns(60, 5, seed=3, tolerance=0.2)
    plan = TerritoryPlan(rep_of_area=instance.travel_cost.argmin(axis=1))
    near, areas = staying(instance, plan, "workload"), np.arange(instance.n_areas)
    kept = instance.travel_cost[areas, plan.rep_of_area]
    assert (near.travel_cost[areas, plan.rep_of_area] == kept).all()
    extra = (near.travel_cost - instance.travel_cost).max(axis=1)
    assert extra.sum() == pytest.approx(STAYING * kept.sum(), abs=instance.n_areas)
    hours = next(m for m in instance.measures if m.name == "workload").amounts
    assert (extra[hours == 0] == 0).all()
    assert (np.argsort(hours, kind="stable") == np.argsort(extra + hours * 1e-9, kind="stable")).all()
