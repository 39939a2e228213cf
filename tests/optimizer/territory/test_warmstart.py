"""Growing gives connected territories wherever they can be had."""

import numpy as np
import pytest

from optimizer.territory.bound import relax
from optimizer.territory.units import condense
from optimizer.territory.warmstart import detached, grow, steps_from_home
from tests.optimizer.territory.builders import from_ascii, towns


@pytest.mark.parametrize("seed", range(5))
def test_grown_territories_are_connected_and_open(seed):
    """Every unit has a rep who may serve it and a path to that rep's home."""
    problem = condense(towns(200, 8, seed=seed, groups=2, tolerance=0.3))
    labels = grow(problem, relax(problem).reduced_cost)
    assert not len(detached(problem, labels))
    assert problem.allowed[np.arange(problem.n_units), labels].all()


def test_far_lock_pulls_a_path_with_it():
    """The lower right square is locked to the upper left rep: the squares between come along."""
    problem = condense(from_ascii("[1] 1  1\n 1  1  1\n[1] 1  1", tolerance=None, locks=np.array([[8, 0]])))
    labels = grow(problem, relax(problem).reduced_cost)
    assert labels[8] == 0
    assert not len(detached(problem, labels))


def test_steps_count_squares_inside_the_territory():
    """Steps go round a foreign square; a square without a path has none."""
    problem = condense(from_ascii("[1] 1  1\n[1] 1  1", tolerance=None))
    assert steps_from_home(problem, np.array([0, 0, 0, 1, 1, 0])).tolist() == [0, 1, 2, 0, 1, 3]
    assert steps_from_home(problem, np.array([0, 1, 0, 1, 1, 1])).tolist() == [0, 2, -1, 0, 1, 2]
