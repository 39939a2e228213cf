"""Homes chosen and territories drawn on maps too large for proofs."""

import numpy as np
import pytest
from scipy.optimize import linprog

from optimizer.siting import location_bound, location_territories
from optimizer.siting.location import locate_territories
from optimizer.siting.location_blocks import dead_ends
from optimizer.siting.location_bound import lower_bound
from optimizer.siting.location_kernels import sow
from optimizer.siting.location_search import field_of, sown, swapped
from optimizer.siting.location_swaps import swap_homes
from optimizer.siting.verify import cost_of_plan, verify
from optimizer.solving import Effort, SolverSettings, Status
from tests.optimizer.siting.location_maps import grid, optimum

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


@pytest.mark.parametrize("seed", range(6))
def test_tiny_maps_agree_with_trying_everything(seed):
    """A plan keeps every rule and costs no less than the optimum; the bound is no more; no plan without one."""
    instance = grid(2, 4, 2, tolerance=0.15, seed=seed)
    result, best = locate_territories(instance, QUICK), optimum(instance)
    if best is None:
        assert result.plan is None
        assert result.status in {Status.INFEASIBLE, Status.UNKNOWN}
        return
    assert result.status in {Status.FEASIBLE, Status.OPTIMAL}
    assert verify(instance, result.plan) == ()
    assert result.objective == cost_of_plan(instance, result.plan)
    assert result.bound <= best + 1e-6
    assert best <= result.objective <= 1.1 * best


@pytest.mark.parametrize("fixed", [(0,), (5, 2), (7, 0, 3)])
def test_fixed_homes_stay(fixed):
    """Fixed homes come first, in their order, and the rest is chosen."""
    instance = grid(3, 3, 3, tolerance=0.4, seed=3, fixed=fixed)
    result = locate_territories(instance, QUICK)
    assert result.plan.homes[: len(fixed)].tolist() == list(fixed)
    assert len(set(result.plan.homes.tolist())) == 3
    assert verify(instance, result.plan) == ()


def test_homes_lie_among_candidates():
    """Only candidates hold homes."""
    instance = grid(6, 6, 4, tolerance=0.2, seed=1, candidates=(0, 7, 9, 14, 20, 22, 28, 33))
    result = locate_territories(instance, QUICK)
    assert verify(instance, result.plan) == ()
    assert set(instance.candidates[result.plan.homes].tolist()) <= {0, 7, 9, 14, 20, 22, 28, 33}


def test_same_input_and_seed_give_the_same_plan():
    """The plan does not depend on what ran before."""
    instance = grid(8, 8, 5, tolerance=0.1, seed=4)
    first, second = (locate_territories(instance, QUICK) for _ in range(2))
    assert first.plan.homes.tolist() == second.plan.homes.tolist()
    assert first.plan.home_of_area.tolist() == second.plan.home_of_area.tolist()
    assert first.bound == second.bound


@pytest.mark.parametrize("seed", range(4))
def test_way_of_large_maps_agrees_with_trying_everything(seed, monkeypatch):
    """Where the search for fixed homes draws and the bound is found beside the swaps, both are as true."""
    monkeypatch.setattr(location_territories, "LARGE_PAIRS", 0)
    instance = grid(2, 4, 2, tolerance=0.2, seed=seed)
    result, best = locate_territories(instance, QUICK), optimum(instance)
    if best is None:
        assert result.plan is None
        return
    assert result.bound <= best + 1e-6
    assert verify(instance, result.plan) == ()
    assert result.objective >= best


def test_way_of_large_maps_gives_the_same_plan_again(monkeypatch):
    """The plan and the bound do not depend on what runs beside."""
    monkeypatch.setattr(location_territories, "LARGE_PAIRS", 0)
    instance = grid(8, 8, 5, tolerance=0.1, seed=4)
    first, second = (locate_territories(instance, QUICK) for _ in range(2))
    assert verify(instance, first.plan) == ()
    assert first.plan.home_of_area.tolist() == second.plan.home_of_area.tolist()
    assert first.bound == second.bound


def test_swaps_keep_prices_finite_where_few_territories_cannot_be_balanced():
    """Prices stay in bounds, and homes apart, where territories beside each other have many times too much in all."""
    amounts = np.where(np.arange(144) < 72, 1, 20)
    field = field_of(grid(12, 12, 12, tolerance=0.02, amounts=amounts))
    homes = np.arange(1, 144, 12)
    labels = field.instance.cost[:, homes].argmin(axis=1)
    price = np.zeros((1, 12))
    swap_homes(
        field.instance.cost,
        field.instance.candidates,
        field.candidate_at,
        homes,
        labels,
        0,
        field.limits,
        price,
        (100, 4, 6, 10),
        np.array([1], dtype=np.uint64),
    )
    assert np.abs(price).max() < field.instance.cost.max() * 144
    assert len(set(homes.tolist())) == 12


def test_sowing_says_when_candidates_run_out():
    """Three homes among two candidates are too many."""
    field = field_of(grid(3, 3, 2, tolerance=0.4, candidates=(0, 8)))
    cost, state = field.instance.cost, np.array([1], dtype=np.uint64)
    assert sow(cost, field.candidate_at, field.everywhere, np.zeros(2, dtype=np.int64), 0, state)
    assert not sow(cost, field.candidate_at, field.everywhere, np.zeros(3, dtype=np.int64), 0, state)


def test_larger_maps_come_close_to_their_bound():
    """On an even map of 12 × 12 areas and six homes the plan is balanced and near what is proven."""
    instance = grid(12, 12, 6, tolerance=0.05, seed=2)
    result = locate_territories(instance, QUICK)
    assert verify(instance, result.plan) == ()
    assert result.gap < 0.15


def test_swaps_never_make_homes_worse():
    """Improved homes cost at most what the start cost."""
    field = field_of(grid(10, 10, 6, tolerance=0.1, seed=5))
    start = sown(field, 1)
    assert swapped(field, start, tries=100, seed=1).value <= start.value


@pytest.mark.parametrize("seed", range(4))
def test_bound_holds_for_any_prices(seed):
    """A bound after one step is as true as one after many, and weaker."""
    instance = grid(2, 4, 2, tolerance=0.3, seed=seed)
    field, best = field_of(instance), optimum(instance)
    homes = sown(field, seed)
    bounds = [lower_bound(field, homes, aim=float(best), steps=steps) for steps in (1, 200)]
    assert max(bounds) <= best + 1e-6
    assert bounds[1] > 0.5 * best


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("beyond", [1, 2])
def test_bound_from_near_pairs_holds_over_all(seed, beyond, monkeypatch):
    """Prices from very few near pairs make a bound that no plan undercuts, far pairs included."""
    monkeypatch.setattr(location_bound, "FEW_PAIRS", 0)
    monkeypatch.setattr(location_bound, "BEYOND", beyond)
    instance = grid(2, 4, 2, tolerance=0.3, seed=seed)
    best = optimum(instance)
    for steps in (1, 30, 200):
        assert lower_bound(field_of(instance), sown(field_of(instance), seed), aim=float(best), steps=steps) <= best


def test_area_behind_a_gate_that_fits_no_territory_is_found():
    """Two homes of 10 ± 1 in a row of areas: 3 + 4 behind A2 are too few for a home and too many beside its 6.

    A0 - A1 - A2 - A3 - A4
    """
    even = grid(1, 5, 2, tolerance=0.1, amounts=np.array([5, 5, 4, 3, 3]))
    assert dead_ends(even) == ()
    assert locate_territories(even, QUICK).plan is not None
    lumpy = grid(1, 5, 2, tolerance=0.1, amounts=np.array([3, 4, 6, 4, 3]))
    assert optimum(lumpy) is None
    assert dead_ends(lumpy)
    result = locate_territories(lumpy, QUICK)
    assert result.status is Status.INFEASIBLE
    assert result.plan is None
    assert result.closest is not None
    assert "Allow at least" in result.conflicts[0].text


def test_areas_behind_two_gates_that_fit_no_territory_are_found():
    """Three homes of 10 ± 1: the 5 on either side are too few for one, and the two gates of 10 have room for 2 more.

    A0 - A1 - A2
    |    |    |
    A3 - A4 - A5
    """
    ladder = grid(2, 3, 3, tolerance=0.1, amounts=np.array([3, 10, 3, 2, 10, 2]))
    assert optimum(ladder) is None
    ends = dead_ends(ladder)
    assert [(end.gates, end.areas, end.amount, end.excess) for end in ends] == [
        ((1, 4), (0, 3), 5, 3),
        ((1, 4), (2, 5), 5, 3),
    ]
    assert [end.tolerance for end in ends] == pytest.approx([25 / 20 - 1] * 2)
    result = locate_territories(ladder, QUICK)
    assert result.status is Status.INFEASIBLE
    assert "A0, A3 hang on the rest of the map by A1 and A4 alone" in result.conflicts[0].text
    assert "Allow at least 25.00 %" in result.conflicts[0].text


@pytest.mark.parametrize("seed", range(10))
def test_dead_ends_behind_several_gates_are_never_false(seed):
    """On ladders of lumps: where a dead end is found, trying everything finds no plan, nor just below its tolerance."""
    amounts = np.random.default_rng(seed).choice([1, 2, 3, 9, 10], size=6)
    ladder = grid(2, 3, 3, tolerance=0.15, amounts=amounts)
    if ends := dead_ends(ladder):
        assert optimum(ladder) is None
        just_below = max(end.tolerance for end in ends) - 0.01
        assert optimum(grid(2, 3, 3, tolerance=just_below, amounts=amounts)) is None


@pytest.mark.parametrize("seed", range(12))
def test_dead_ends_are_never_false(seed):
    """Where a dead end is found on a random row of areas, trying everything finds no plan."""
    amounts = np.random.default_rng(seed).integers(1, 7, size=6)
    row = grid(1, 6, 2, tolerance=0.2, amounts=amounts)
    if dead_ends(row):
        assert optimum(row) is None
    else:
        assert optimum(row) is None or locate_territories(row, QUICK).plan is not None


def test_sharing_out_meets_the_linear_program():
    """The smoothed dual lies just below the best division of areas, as a linear program finds it."""
    field = field_of(grid(6, 6, 4, tolerance=0.1, seed=7))
    homes = sown(field, 1)
    near_cost, near = field.near(homes.homes)
    n, width = near.shape
    row, column = np.arange(n).repeat(width), near.ravel()
    amounts, lower, upper = field.limits
    load = np.zeros((4, n * width))
    load[column, np.arange(n * width)] = amounts[0][row]
    one = np.zeros((n, n * width))
    one[row, np.arange(n * width)] = 1.0
    best = linprog(
        near_cost.ravel(),
        A_ub=np.vstack([load, -load]),
        b_ub=np.concatenate([upper[0], -lower[0]]),
        A_eq=one,
        b_eq=np.ones(n),
    )
    assert best.status == 0
    assert 0.9 * best.fun <= homes.value <= best.fun + 1e-6
