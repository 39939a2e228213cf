"""The compiled boundary search agrees with naive twins and never breaks what it was given."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.territory import boundary
from optimizer.territory.adjacent import stays_connected
from optimizer.territory.bound import relax
from optimizer.territory.boundary import anneal
from optimizer.territory.excess import excess_of, loads
from optimizer.territory.units import condense
from optimizer.territory.warmstart import detached, grow
from tests.optimizer.territory.builders import towns


def naive_stays_connected(problem, labels, unit):
    """Tell by plain search whether the rest of the unit's neighbours in its territory are joined without it."""
    own = labels[unit]
    wanted = [v for v in problem.beside(unit).tolist() if labels[v] == own]
    if not wanted:
        return True
    found, front = {wanted[0]}, [wanted[0]]
    while front:
        for v in problem.beside(front.pop()).tolist():
            if v != unit and labels[v] == own and v not in found:
                found.add(v)
                front.append(v)
    return set(wanted) <= found


def test_connection_test_matches_naive_twin():
    """Ring and territory search together give what a plain search gives, on every unit of random labellings."""
    problem = condense(towns(120, 4, seed=5))
    stamp, stack = np.zeros(problem.n_units + 1, dtype=np.int64), np.zeros(problem.n_units, dtype=np.int64)
    for seed in range(5):
        labels = np.random.default_rng(seed).integers(0, 3, problem.n_units)
        for unit in range(problem.n_units):
            got = stays_connected(problem.starts, problem.neighbours, labels, unit, stamp, stack)
            assert got == naive_stays_connected(problem, labels, unit)


@pytest.mark.parametrize("seed", range(3))
def test_annealing_keeps_territories_connected_and_never_gets_worse(seed):
    """From a grown start: connected stays connected, pairs stay open, excess never rises, homes stay."""
    problem = condense(towns(150, 6, seed=seed))
    start = grow(problem, relax(problem).reduced_cost)
    result = anneal(problem, start, price=np.ones(2), proposals=200_000, seed=seed, hot=0.3)
    assert not len(detached(problem, result.labels))
    assert problem.allowed[np.arange(problem.n_units), result.labels].all()
    assert result.labels[problem.home_unit].tolist() == list(range(6))
    before, after = excess_of(problem, start), excess_of(problem, result.labels)
    assert after <= before
    assert (result.excess == 0.0) == (after == 0.0)


def test_annealing_repeats_itself():
    """The same seed gives the same labels."""
    problem = condense(towns(80, 4, seed=1))
    start = grow(problem, relax(problem).reduced_cost)
    runs = [anneal(problem, start, price=np.ones(2), proposals=50_000, seed=7, hot=0.3).labels for _ in range(2)]
    assert (runs[0] == runs[1]).all()


def test_loads_match_naive_sums():
    """The sums per territory are those of a plain loop."""
    problem = condense(towns(60, 3, seed=2))
    labels = np.random.default_rng(0).integers(0, 3, problem.n_units)
    expected = [
        [sum(a for a, r in zip(row, labels, strict=True) if r == rep) for rep in range(3)] for row in problem.amounts
    ]
    assert loads(problem, labels).tolist() == expected


def naive_split_price(problem, labels):
    """Return the price of the reps beyond the first of each split group, group by group."""
    served = {}
    for unit, group in problem.split_members.tolist():
        served.setdefault(group, set()).add(int(labels[unit]))
    return problem.split_price * sum(len(reps) - 1 for reps in served.values())


def test_price_of_split_groups_is_kept_up_to_date():
    """Along random moves, the change told beforehand and the counts kept are those of counting anew."""
    rng = np.random.default_rng(3)
    problem = condense(
        replace(towns(60, 4, seed=9), split_group=rng.integers(-1, 7, 60), split_price=11, contiguous=False)
    )
    labels = rng.integers(0, 4, problem.n_units)
    cost = np.ascontiguousarray(problem.cost)
    limits = (cost, problem.amounts, problem.lower, problem.upper, problem.moved, problem.moved_limit)
    groups = boundary._groups(problem, labels)
    load, over, books, _, _ = boundary._stand(labels, limits)
    changes = set()
    for _ in range(400):
        unit, to = int(rng.integers(problem.n_units)), int(rng.integers(4))
        if to == labels[unit]:
            continue
        before = naive_split_price(problem, labels)
        told = boundary._split_change(unit, int(labels[unit]), to, groups)
        boundary._relabel(unit, to, labels, load, over, books, limits, groups)
        assert told == naive_split_price(problem, labels) - before
        changes.add(told)
    assert {-11, 0, 11} <= changes
    assert (groups[2] == boundary._groups(problem, labels)[2]).all()
    assert problem.total_cost(labels) == cost[np.arange(problem.n_units), labels].sum() + naive_split_price(
        problem, labels
    )
