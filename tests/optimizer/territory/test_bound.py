"""The bound is never above the optimum, and impossible is only said when proven."""

import numpy as np
import pytest

from optimizer.territory.bound import least_excess, relax
from optimizer.territory.exact import Outcome, close, tighten_bound
from optimizer.territory.neighbourhood import Work
from optimizer.territory.separation import broken_by_labels, broken_by_shares
from optimizer.territory.units import bundled_pairs, condense
from tests.optimizer.territory.brute_force import best_plan
from tests.optimizer.territory.builders import from_ascii, towns
from tests.optimizer.territory.tiny_maps import tiny

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_bound_is_below_brute_force_optimum(seed):
    """With and without cuts; and no excess is proven where a plan exists."""
    instance = tiny(seed)
    best = best_plan(instance)
    problem = condense(instance)
    if best is None:
        return
    relaxation = relax(problem)
    optimum = round(best[0] * problem.cost_scale)
    assert relaxation.feasible
    assert relaxation.bound <= optimum
    assert tighten_bound(problem, relaxation, None).bound <= optimum
    assert tighten_bound(problem, relaxation, optimum).bound <= optimum
    assert not least_excess(problem).proven


@pytest.mark.parametrize("seed", SEEDS)
def test_no_pair_of_an_optimal_plan_is_closed(seed):
    """Reduced cost, with the optimum as incumbent, leaves the optimal plan's own pairs open."""
    instance = tiny(seed)
    best = best_plan(instance)
    if best is None:
        return
    problem = condense(instance)
    tight = tighten_bound(problem, relax(problem), round(best[0] * problem.cost_scale))
    labels = np.zeros(problem.n_units, dtype=np.int64)
    labels[problem.unit_of_area] = best[1]
    assert bundled_pairs(problem)[problem.bundle, labels].all()
    assert tight.open_pairs[problem.bundle, labels].all()
    assert broken_by_labels(problem, labels) == []


def test_divided_map_has_the_value_of_its_halves():
    """Three squares of 2, homes at both ends: the middle is halved, at one step each."""
    problem = condense(from_ascii("[2] 2 [2]", tolerance=0.0))
    assert not relax(problem).feasible or relax(problem).bound <= 1
    loose = condense(from_ascii("[2] 2 [2]", tolerance=0.4))
    assert relax(loose).bound == 1


def test_least_excess_says_how_much():
    """Two reps who may hold 3 each against 8 in all: 2 over, proven."""
    problem = condense(from_ascii("[2] 2  2 [2]", tolerance=0.0), families={"territories_are_balanced"})
    tight = type(problem)(**{f: getattr(problem, f) for f in problem.__slots__} | {"upper": np.array([[3, 3]])})
    excess = least_excess(tight)
    assert excess.proven
    assert round(excess.over.sum()) == 2


def test_cuts_find_a_loose_piece():
    """A unit of the left rep behind the right rep's home breaks a cut; the connected plan breaks none."""
    problem = condense(from_ascii("[1] 1 [1] 1", tolerance=None))
    apart = np.zeros((4, 2))
    apart[[0, 1, 2, 3], [0, 0, 1, 0]] = 1.0
    assert broken_by_shares(problem, apart)
    assert broken_by_labels(problem, np.array([0, 0, 1, 1])) == []


def test_nothing_is_tightened_where_too_many_pairs_stay_open(monkeypatch):
    """Beyond the limit for linear programs with cuts, the proof keeps the labels and the bound that it was given."""
    problem = condense(towns(60, 4, seed=1))
    relaxation = relax(problem)
    work = Work(deterministic_seconds=1.0, seed=1, seconds=10.0)
    monkeypatch.setattr("optimizer.territory.exact.tighten_bound", None)  # would fail if it were asked
    monkeypatch.setattr("optimizer.territory.exact.MOST_LP_PAIRS", 10)
    proof = close(problem, None, relaxation, work)
    assert proof.outcome is Outcome.OPEN
    assert proof.labels is None
    assert proof.bound == relaxation.bound
