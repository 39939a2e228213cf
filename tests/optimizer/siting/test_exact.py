"""Homes are chosen at the least cost, with a true proof."""

import json

import numpy as np
import pytest

from benchmarks.territory_grid import PUBLISHED, grid
from benchmarks.territory_hess import COST_SCALE, instance_of
from optimizer.siting import exact
from optimizer.siting.exact import choose_homes_exactly
from optimizer.siting.verify import cost_of_plan, verify
from optimizer.solving import Effort, SolverSettings, Status, StopReason
from tests.optimizer.siting.brute_force import least_cost
from tests.optimizer.siting.builders import line, measure, random_siting, siting

SETTINGS = SolverSettings(seconds=60.0)


def agrees_with_brute_force(seed: int) -> None:
    """The status is right, the plan keeps every rule and costs what the best of all plans costs."""
    instance = random_siting(seed)
    expected = least_cost(instance)
    result = choose_homes_exactly(instance, SETTINGS)
    if expected is None:
        assert (result.status, result.plan) == (Status.INFEASIBLE, None)
        return
    assert result.status is Status.OPTIMAL
    assert result.plan is not None
    assert verify(instance, result.plan) == ()
    assert (result.objective, result.bound) == (expected, expected)


@pytest.mark.parametrize("block", range(4))
def test_agrees_with_brute_force(block):
    """Every choice and labelling tried by hand gives the same cost, or none."""
    for seed in range(20 * block, 20 * block + 20):
        agrees_with_brute_force(seed)


@pytest.mark.parametrize("block", range(2))
def test_agrees_with_brute_force_without_lists(block, monkeypatch):
    """The same by branch and bound alone, as on maps with too many territories to list."""
    monkeypatch.setattr(exact, "try_lists", lambda search, region, prices, root, watcher: (False, root.value))
    for seed in range(20 * block, 20 * block + 20):
        agrees_with_brute_force(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_agrees_with_brute_force_on_many(block):
    """The same on a thousand more maps."""
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        agrees_with_brute_force(seed)


def test_homes_stand_in_the_middle():
    """A row of six in two territories of three: homes in the middle of each."""
    result = choose_homes_exactly(line(6, 2, 3, 3), SETTINGS)
    assert result.plan is not None
    assert result.plan.homes.tolist() == [1, 4]
    assert result.plan.home_of_area.tolist() == [0, 0, 0, 1, 1, 1]
    assert (result.status, result.objective, result.gap) == (Status.OPTIMAL, 4, 0.0)


def test_lumps_that_cannot_be_balanced_are_proven_infeasible():
    """Areas of 3, 3, 1, 1 in a row make no two territories of exactly 4 that hold together; of 3 to 5 they do."""
    amounts = [3, 3, 1, 1]
    tight = choose_homes_exactly(line(4, 2, 4, 4, amounts), SETTINGS)
    assert (tight.status, tight.stopped_by) == (Status.INFEASIBLE, StopReason.PROVEN)
    assert set(tight.conflicts[0].rules) == {"territories_are_balanced", "territories_are_contiguous"}
    assert choose_homes_exactly(line(4, 2, 3, 5, amounts), SETTINGS).status is Status.OPTIMAL


def test_a_map_in_more_pieces_than_homes_is_infeasible():
    """Three islands cannot be two contiguous territories."""
    cost = np.ones((3, 3)) - np.eye(3)
    apart = siting(edges=[], cost=cost, n_homes=2, measures=[measure([1, 1, 1], [0, 0], [3, 3])])
    assert choose_homes_exactly(apart, SETTINGS).status is Status.INFEASIBLE


def test_a_fixed_home_keeps_its_own_limits():
    """The fixed home at the end of the row takes one area, as its limits say, the free one the rest."""
    place = np.arange(5)
    instance = siting(
        edges=[(i, i + 1) for i in range(4)],
        cost=(place[:, None] - place) ** 2,
        n_homes=2,
        fixed=[4],
        measures=[measure([1] * 5, [1, 4], [1, 4])],
    )
    result = choose_homes_exactly(instance, SETTINGS)
    assert result.plan is not None
    assert result.plan.homes[0] == 4
    assert result.plan.home_of_area.tolist() == [1, 1, 1, 1, 0]


def test_a_good_start_is_not_worsened_when_there_is_no_work_left():
    """Without time the plan given comes back, called feasible, with a bound below it."""
    instance = line(12, 3, 4, 4)
    best = choose_homes_exactly(instance, SETTINGS)
    again = choose_homes_exactly(instance, SolverSettings(seconds=0.0), start=best.plan)
    assert again.objective == best.objective
    assert again.stopped_by in (StopReason.PROVEN, StopReason.OUT_OF_TIME)
    assert again.bound <= best.objective


def test_same_plan_every_time():
    """Two runs give the same homes, labels and bound."""
    first, second = (choose_homes_exactly(random_siting(5), SETTINGS) for _ in range(2))
    assert first.plan is not None
    assert second.plan is not None
    assert first.plan.homes.tolist() == second.plan.homes.tolist()
    assert first.plan.home_of_area.tolist() == second.plan.home_of_area.tolist()
    assert first.bound == second.bound


@pytest.mark.parametrize("seed", range(4))
def test_looser_limits_never_cost_more(seed):
    """A metamorphic check at proven optima."""
    costs = [
        choose_homes_exactly(line(7, 2, 6 - slack, 8 + slack, AMOUNTS[seed]), SETTINGS).objective for slack in range(5)
    ]
    known = [np.inf if cost is None else cost for cost in costs]
    assert known == sorted(known, reverse=True)
    assert np.isfinite(known[-1])


AMOUNTS = np.random.default_rng(3).integers(1, 4, (4, 7)).tolist()


@pytest.mark.parametrize("size", [5, 6, 7, 8, 9])
def test_square_grids_are_proven(size):
    """Grids of the benchmark with known optima, proven from lists of territories."""
    result = choose_homes_exactly(grid(size), SETTINGS)
    assert result.plan is not None
    assert verify(grid(size), result.plan) == ()
    assert (result.status, result.objective, result.bound) == (Status.OPTIMAL, PUBLISHED[size], PUBLISHED[size])


@pytest.mark.slow
@pytest.mark.cases
@pytest.mark.parametrize(
    ("file", "state", "objective"),
    [
        ("hess_county", "ME", 19093.26),
        ("hess_county", "NM", 32944.25),
        ("hess_county", "KS", 23736.89),
        ("hess_county", "NH", None),
        ("hess_county", "CO", None),
        ("hess_tract", "NH", 2688.28),
    ],
)
def test_published_optima_are_proven(shared, file, state, objective):
    """The published value of public instances is found and proven, or that there is no plan."""
    data = json.loads((shared / "benchmarks" / "territory" / f"{file}.json").read_text(encoding="utf-8"))[state]
    result = choose_homes_exactly(instance_of(data), SolverSettings(effort=Effort.NORMAL, seconds=300.0))
    if objective is None:
        assert result.status is Status.INFEASIBLE
        return
    assert result.status is Status.OPTIMAL
    assert result.plan is not None
    assert verify(instance_of(data), result.plan) == ()
    assert round(cost_of_plan(instance_of(data), result.plan) / COST_SCALE, 2) == objective
