"""The smoothed bound of free homes: below the sharp one, its gradient true, its best prices those of the program."""

import math

import numpy as np
import pytest
from scipy.optimize import linprog

from optimizer.siting.location_bound import _near_pairs, lower_bound
from optimizer.siting.location_search import field_of, sown
from optimizer.siting.location_smooth import Blur, BlurredBound, NearPairs, Prices, climb_smoothly, opened_softly
from optimizer.siting.pairs import limits_of
from tests.optimizer.siting.location_maps import grid


def _arrays(instance):
    """Return all pairs and the limits."""
    pairs = NearPairs(*_near_pairs(instance.cost, np.full(instance.n_areas, np.inf), instance.candidates))
    limits = limits_of(instance)
    return pairs, (limits.amounts, limits.lower, limits.upper)


def _program(instance):
    """Return the value of the linear program: x_ic ≤ y_c, limits times y_c, areas and homes divided."""
    n, candidates = instance.cost.shape
    limits, at, pairs = limits_of(instance), np.arange(n * candidates), n * candidates
    area, candidate = at // candidates, at % candidates
    served, homes = np.zeros((n, pairs + candidates)), np.zeros((1, pairs + candidates))
    served[area, at] = 1.0
    homes[0, pairs:] = 1.0
    open_first = np.zeros((pairs, pairs + candidates))
    open_first[at, at], open_first[at, pairs + candidate] = 1.0, -1.0
    own = np.zeros((candidates, pairs + candidates))
    own[np.arange(candidates), instance.candidates * candidates + np.arange(candidates)] = -1.0
    own[np.arange(candidates), pairs + np.arange(candidates)] = 1.0
    rows = [open_first, own]
    for amounts, lower, upper in zip(limits.amounts, limits.lower, limits.upper, strict=True):
        load = np.zeros((candidates, pairs + candidates))
        load[candidate, at] = amounts[area]
        most, least = load.copy(), -load
        most[np.arange(candidates), pairs + np.arange(candidates)] = -upper
        least[np.arange(candidates), pairs + np.arange(candidates)] = lower
        rows += [most, least]
    matrix = np.vstack(rows)
    chosen = np.zeros(pairs + candidates)
    chosen[pairs + instance.fixed] = 1.0
    answer = linprog(
        np.concatenate([instance.cost.ravel().astype(float), np.zeros(candidates)]),
        A_ub=matrix,
        b_ub=np.zeros(len(matrix)),
        A_eq=np.vstack([served, homes]),
        b_eq=np.append(np.ones(n), instance.n_homes),
        bounds=list(zip(chosen, np.ones(pairs + candidates), strict=True)),
    )
    assert answer.status == 0
    return answer.fun


@pytest.mark.parametrize(("seed", "fixed"), [(1, ()), (2, ()), (3, (5,)), (4, (0, 24))])
def test_bound_meets_the_linear_program(seed, fixed):
    """Enough steps come within half a per cent of the program over all pairs, from below."""
    instance = grid(5, 5, 3, tolerance=0.1, seed=seed, fixed=fixed)
    field = field_of(instance)
    best = _program(instance)
    bound = lower_bound(field, sown(field, seed), aim=1.1 * best, steps=300)
    assert 0.995 * best <= bound <= best + 1e-6 * best


def test_blurred_bound_is_below_the_sharp_one_and_closes_in_on_it():
    """At the same prices a lesser blur gives a higher value, and none the sharp bound."""
    instance = grid(5, 5, 3, tolerance=0.1, seed=2)
    pairs, limits = _arrays(instance)
    worth, toll = np.full(25, float(np.median(instance.cost))), np.zeros((1, 25))
    sharp = worth.sum() + np.sort(_sharp_values(instance, worth))[:3].sum()
    values = []
    for blur in (10.0, 1.0, 0.1, 0.001):
        bound = BlurredBound(pairs, limits, instance.fixed, 3, 1.0)
        soft = Blur(np.full(25, blur), blur, np.full(1, 1e-9))
        values.append(bound.evaluate(worth, toll.copy(), soft, 1)[0])
    assert values == sorted(values)
    assert values[-1] <= sharp + 1e-6
    assert values[-1] == pytest.approx(sharp, abs=0.1)


def _sharp_values(instance, worth):
    """Return the value of each candidate without prices of limits, area by area."""
    values = []
    for place, home in enumerate(instance.candidates):
        reduced = instance.cost[:, place] - worth
        values.append(sum(min(0.0, r) for i, r in enumerate(reduced) if i != home) + reduced[home])
    return np.array(values)


def test_gradient_is_that_of_differences():
    """With the tolls best, the change of the value along each worth is the share that nobody takes."""
    instance = grid(4, 4, 3, tolerance=0.3, seed=5)
    pairs, limits = _arrays(instance)
    per_home = float(np.sort(instance.cost, axis=1)[:, 3].sum()) / 3
    blur = Blur(np.full(16, 0.05 * per_home), 0.05 * per_home, np.full(1, 0.05 * per_home / limits[0].sum()))
    worth, toll = np.full(16, 0.3 * per_home), np.zeros((1, 16))
    bound = BlurredBound(pairs, limits, instance.fixed, 3, per_home)
    for _ in range(20):
        _, rest, _ = bound.evaluate(worth, toll, blur, 20)
    tiny = 1e-3 * per_home
    for area in range(16):
        ahead, back = worth.copy(), worth.copy()
        ahead[area] += tiny
        back[area] -= tiny
        value = [bound.evaluate(at, toll.copy(), blur, 20)[0] for at in (ahead, back)]
        assert (value[0] - value[1]) / (2 * tiny) == pytest.approx(rest[area], abs=1e-3)


@pytest.mark.parametrize("fixed", [(), (3,), (0, 2)])
def test_candidates_are_opened_as_many_as_there_are_homes(fixed):
    """Shares sum to the homes, fixed candidates are whole, and the sum lies just below that of the cheapest."""
    value = np.array([3.0, -5.0, 0.5, 9.0, -2.0, -1.0])
    fixed = np.array(fixed, dtype=np.int64)
    opened, total = opened_softly(value, fixed, 3, 0.1)
    rest = np.delete(value, fixed)
    sharp = value[fixed].sum() + np.sort(rest)[: 3 - len(fixed)].sum()
    assert opened.sum() == pytest.approx(3.0)
    assert (opened[fixed] == 1.0).all()
    assert sharp - 0.1 <= total <= sharp


def test_steps_stop_at_the_safety_net():
    """Past the safety net prices stay as they are."""
    instance = grid(4, 4, 3, tolerance=0.3, seed=5)
    pairs, limits = _arrays(instance)
    start = Prices(np.full(16, 10.0), np.zeros((1, 16)))
    found, _ = climb_smoothly(pairs, limits, instance.fixed, 3, start, per_home=100.0, steps=50, deadline=-math.inf)
    assert (found.worth == start.worth).all()
