"""Compiled walks over the map agree with plain ones."""

import numpy as np

from optimizer.territory.reach import edges_inside, reach_home
from optimizer.territory.units import condense
from tests.optimizer.territory.builders import towns


def test_units_reached_match_naive_search():
    """For random open pairs, each home reaches what a plain search reaches."""
    problem = condense(towns(80, 4, seed=1))
    for seed in range(5):
        open_to = np.random.default_rng(seed).random((4, problem.n_units)) < 0.6
        reached = reach_home(problem.starts, problem.neighbours, open_to, problem.home_unit)
        for rep, home in enumerate(problem.home_unit.tolist()):
            found, front = set(), [home] if open_to[rep, home] else []
            while front:
                unit = front.pop()
                if unit not in found:
                    found.add(unit)
                    front += [v for v in problem.beside(unit).tolist() if open_to[rep, v]]
            assert np.flatnonzero(reached[:, rep]).tolist() == sorted(found)


def test_edges_inside_match_naive_ones():
    """The neighbours kept are those inside, renumbered, in the same order."""
    problem = condense(towns(80, 4, seed=2))
    units = np.flatnonzero(np.random.default_rng(0).random(problem.n_units) < 0.5)
    local = np.full(problem.n_units, -1, dtype=np.int64)
    local[units] = np.arange(len(units))
    starts, neighbours = edges_inside(problem.starts, problem.neighbours, units, local)
    for i, unit in enumerate(units.tolist()):
        expected = [int(local[v]) for v in problem.beside(unit).tolist() if local[v] >= 0]
        assert neighbours[starts[i] : starts[i + 1]].tolist() == expected
