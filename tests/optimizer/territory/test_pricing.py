"""Prices found by columns prove as much as the whole linear program, and never more than the optimum."""

import numpy as np
import pytest

from optimizer.territory import bound, pricing
from optimizer.territory.bound import relax
from optimizer.territory.pricing import price_limits, reduced_costs
from optimizer.territory.pricing_program import Columns
from optimizer.territory.units import condense
from tests.optimizer.territory.brute_force import best_plan
from tests.optimizer.territory.builders import from_ascii, towns
from tests.optimizer.territory.tiny_maps import tiny


@pytest.fixture
def by_prices(monkeypatch):
    """Let every relaxation be solved by prices."""
    monkeypatch.setattr(bound, "MOST_PAIRS", 0)


@pytest.mark.parametrize("seed", range(6))
def test_bound_by_prices_equals_the_linear_program(seed, monkeypatch):
    """On maps like real ones both bounds agree to a millionth."""
    problem = condense(towns(150, 6, seed=seed, tolerance=0.05))
    whole = relax(problem)
    monkeypatch.setattr(bound, "MOST_PAIRS", 0)
    priced = relax(problem)
    assert whole.feasible
    assert priced.feasible
    assert priced.value == pytest.approx(whole.value, rel=1e-6)
    assert np.abs(priced.shares.sum(axis=1) - 1.0).max() < 1e-6


@pytest.mark.parametrize("seed", range(40))
def test_bound_by_prices_is_below_brute_force_optimum(seed, by_prices):
    """With every combination of rules; and nothing is called impossible that a plan solves."""
    instance = tiny(seed)
    best = best_plan(instance)
    if best is None:
        return
    problem = condense(instance)
    relaxation = relax(problem)
    assert relaxation.feasible
    assert relaxation.bound <= round(best[0] * problem.cost_scale)


def test_too_little_room_is_proven(by_prices):
    """Two reps who may hold 3 each against 8 in all: impossible, by 2."""
    problem = condense(from_ascii("[2] 2  2 [2]", tolerance=0.0), families={"territories_are_balanced"})
    tight = type(problem)(**{f: getattr(problem, f) for f in problem.__slots__} | {"upper": np.array([[3, 3]])})
    assert not relax(tight).feasible
    excess = bound.least_excess(tight)
    assert excess.proven
    assert round(excess.over.sum()) == 2


def test_reduced_costs_match_naive_twin():
    """The compiled loop gives what a plain one gives, closed pairs included."""
    problem = condense(towns(60, 4, seed=3))
    allowed = problem.allowed & (np.random.default_rng(0).random(problem.allowed.shape) < 0.9)
    allowed[:, 0] = True
    columns = Columns(
        problem.cost, problem.amounts, problem.moved, allowed, problem.lower, problem.upper, problem.moved_limit
    )
    prices, _ = price_limits(columns, excess_price=1e6)
    for b, row in enumerate(reduced_costs(columns, prices)):
        priced = [
            problem.cost[b, r] + sum(prices.balance[m, r] * problem.amounts[m, b] for m in range(2))
            if allowed[b, r]
            else np.inf
            for r in range(4)
        ]
        assert row == pytest.approx([p - min(priced) for p in priced])


def test_far_prices_are_reached_step_by_step():
    """People crowd around one of ten homes: balance costs a tenth more, at prices far from none; the bounds agree."""
    problem = condense(towns(400, 10, seed=5, tolerance=0.02))
    amounts, cost = problem.amounts.copy(), problem.cost.copy()
    crowded = np.argsort(cost[:, 0], kind="stable")[:60]
    amounts[:, crowded] *= 30
    cost[crowded] *= 30
    share = amounts.sum(axis=1)[:, None] / 10
    limits = {
        "lower": np.broadcast_to(np.ceil(0.9 * share), (2, 10)).astype(np.int64),
        "upper": np.broadcast_to(np.floor(1.1 * share), (2, 10)).astype(np.int64),
    }
    uneven = type(problem)(
        **{f: getattr(problem, f) for f in problem.__slots__} | limits | {"amounts": amounts, "cost": cost}
    )
    whole = relax(uneven)
    sums = bound.bundled(uneven)
    columns = Columns(
        sums.cost, sums.amounts, sums.moved, sums.allowed, limits["lower"], limits["upper"], uneven.moved_limit
    )
    prices, divided = price_limits(columns, excess_price=1e3 * whole.value)
    assert prices.value == pytest.approx(whole.value, rel=1e-6)
    assert not divided.short.any()
    assert not divided.over.any()
    assert whole.value > 1.1 * uneven.cost.min(axis=1).sum()


def test_work_used_up_ends_with_a_bound_that_holds(monkeypatch):
    """One program only: prices prove less than the linear program, or as much, never more; the division is whole."""
    problem = condense(towns(300, 8, seed=6, tolerance=0.05))
    whole = relax(problem)
    monkeypatch.setattr(pricing, "ROUNDS", 1)
    monkeypatch.setattr(pricing, "COLUMNS_PER_LIMIT", 2)
    columns = Columns(
        problem.cost,
        problem.amounts,
        problem.moved,
        problem.allowed,
        problem.lower,
        problem.upper,
        problem.moved_limit,
    )
    prices, divided = price_limits(columns, excess_price=1e3 * whole.value)
    assert 0.0 < prices.value < whole.value
    assert divided.shares.sum(axis=1) == pytest.approx(np.ones(problem.n_units))
