"""Condensing keeps the problem: what is merged, closed and split apart."""

import numpy as np

from optimizer.territory.instance import NO_LIMIT
from optimizer.territory.units import condense, reachable, rounding_error, split
from tests.optimizer.territory.builders import from_ascii, instance_of, towns
from tests.optimizer.territory.tiny_maps import tiny

ROW = "[1] 1  1  1 [1]"


def row(**changes):
    """Return five squares in a row with a home at either end."""
    return instance_of(
        edges=[(0, 1), (1, 2), (2, 3), (3, 4)],
        homes=[0, 4],
        cost=np.array([[0, 4], [1, 3], [2, 2], [3, 1], [4, 0]]),
        **changes,
    )


def test_connected_group_becomes_one_unit():
    """Areas 1 and 2 are kept together and touch: one unit with the sum of their costs."""
    problem = condense(row(together=np.array([-1, 0, 0, -1, -1])))
    assert problem.unit_of_area.tolist() == [0, 1, 1, 2, 3]
    assert problem.cost[1].tolist() == [3, 5]
    assert problem.beside(1).tolist() == [0, 2]


def test_group_in_pieces_becomes_a_bundle():
    """Areas 1 and 3 are kept together but do not touch: two units, one bundle, the same open pairs."""
    problem = condense(row(together=np.array([-1, 0, -1, 0, -1]), forbidden=np.array([[1, 0]])))
    assert problem.bundle.tolist() == [0, 1, 2, 1, 3]
    assert problem.allowed[[1, 3]].tolist() == [[False, True], [False, True]]


def test_lock_closes_what_lies_behind_it():
    """A lock of area 2 to the right rep cuts the left rep off from area 3, and leaves area 1 to both."""
    problem = condense(row(locks=np.array([[2, 1]])))
    assert problem.allowed.tolist() == [[True, False], [True, True], [False, True], [False, True], [False, True]]


def test_area_too_large_beside_the_home_is_closed():
    """An area of 5 fits neither rep whose home holds 4 where 8 is the most: the pair is closed."""
    problem = condense(from_ascii("[4] 5 [6]", tolerance=0.1))
    assert problem.allowed[1].tolist() == [False, False]


def test_parts_are_independent_and_complete():
    """Groups with reps of their own come apart; every unit and rep is in exactly one part."""
    problem = condense(towns(200, 8, groups=4, seed=3))
    parts = split(problem)
    assert len(parts) >= 4
    assert sorted(u for part in parts for u in part.units.tolist()) == list(range(problem.n_units))
    assert sorted(r for part in parts for r in part.reps.tolist()) == list(range(8))
    for part in parts:
        closed = np.setdiff1d(np.arange(8), part.reps)
        assert not problem.allowed[np.ix_(part.units, closed)].any()


def test_cap_on_moves_joins_everything():
    """With a cap on what changes hands nothing may be solved apart."""
    instance = towns(60, 4, groups=2, seed=3)
    assert len(split(condense(instance))) >= 2
    capped = row(moved_limit=1, rep_group=np.array([0, 1]), area_group=np.array([0, 0, 0, 1, 1]))
    assert len(split(condense(capped))) == 1


def test_reachable_matches_naive_search():
    """The members joined to the root are those that a plain search finds."""
    for seed in range(20):
        problem = condense(tiny(seed), families=set())
        rng = np.random.default_rng(seed)
        members = rng.random(problem.n_units) < 0.7
        found, front = set(), [0] if members[0] else []
        while front:
            unit = front.pop()
            if unit not in found:
                found.add(unit)
                front += [v for v in problem.beside(unit).tolist() if members[v]]
        assert np.flatnonzero(reachable(problem.graph(), members, 0)).tolist() == sorted(found)


def test_costs_are_exact_for_short_fractions_and_close_for_others():
    """0.25 per amount needs the scale 4; π is rounded with a stated error."""
    moves = {"current_rep": np.array([0, 1, 1, 1, 1]), "moved_amount": np.array([1, 3, 1, 1, 1])}
    exact = condense(row(move_weight=0.25, **moves))
    assert (exact.cost_scale, int(exact.cost[1, 0])) == (4, 4 * 1 + 3)
    instance = row(move_weight=np.pi, **moves)
    rounded = condense(instance)
    error = abs(rounded.cost[1, 0] / rounded.cost_scale - (1 + 3 * np.pi))
    assert error <= rounding_error(instance, rounded) < 1e-6


def test_no_limit_binds_nothing():
    """Limits that are off close no pair."""
    assert condense(row(max_drive_minutes=NO_LIMIT)).allowed[1:4].all()
