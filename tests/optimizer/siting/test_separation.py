"""Cuts separate loose pieces from their home, minimally."""

import numpy as np
import pytest

from optimizer.siting.pairs import neighbours_of, path_weights
from optimizer.siting.separation import Cut, broken_cuts, pieces, separator
from tests.optimizer.siting.builders import line, random_siting, siting


def grid_3x3():
    """Nine areas.

    0 1 2
    3 4 5
    6 7 8
    """
    edges = [(0, 1), (1, 2), (3, 4), (4, 5), (6, 7), (7, 8), (0, 3), (3, 6), (1, 4), (4, 7), (2, 5), (5, 8)]
    return siting(edges=edges, cost=np.ones((9, 9)) - np.eye(9), n_homes=1)


def test_a_corner_is_cut_off_by_its_two_neighbours():
    """Area 8 is served from 0 without a path: it needs 5 or 7."""
    share = np.zeros((9, 1))
    share[[0, 1, 8], 0] = 1.0
    cuts = broken_cuts(share, np.ones((9, 1), dtype=bool), np.array([0]), neighbours_of(grid_3x3()))
    assert cuts == [Cut(8, 0, (5, 7))]


def test_neighbours_that_the_home_cannot_reach_are_left_out():
    """The separator is minimal: 8 is beside 5 and 7; 5 is closed in by 2 and 4 being closed, so 7 alone separates."""
    allowed = np.ones((9, 1), dtype=bool)
    allowed[[2, 4], 0] = False
    share = np.zeros((9, 1))
    share[[0, 8], 0] = 1.0
    cuts = broken_cuts(share, allowed, np.array([0]), neighbours_of(grid_3x3()))
    assert cuts == [Cut(8, 0, (7,))]


def test_connected_territories_break_no_cut():
    share = np.eye(2)[[0, 0, 0, 1, 1, 1]]
    assert broken_cuts(share, np.ones((6, 2), dtype=bool), np.array([1, 4]), neighbours_of(line(6, 2, 3, 3))) == []


@pytest.mark.parametrize("seed", range(20))
def test_separators_separate_and_none_is_spare(seed):
    """Without the separator the home does not reach the piece; with any one of its areas back, it does."""
    instance = random_siting(seed)
    map_ = neighbours_of(instance)
    random = np.random.default_rng(seed)
    allowed = random.random(instance.n_areas) < 0.8
    home, far = random.permutation(instance.n_areas)[:2].tolist()
    allowed[[home, far]] = True
    piece = np.arange(instance.n_areas) == far
    across = separator(map_.start, map_.area, allowed, piece, home).tolist()
    for back in [None, *across]:
        open_ = allowed.copy()
        open_[[area for area in across if area not in (back, home)]] = False
        reached = np.isfinite(path_weights(map_.start, map_.area, np.where(open_, 1.0, np.inf), home, 99.0)[far])
        assert reached == (back is not None or home in across)


@pytest.mark.parametrize("seed", range(20))
def test_pieces_are_those_of_a_flood(seed):
    """The compiled labels agree with a naive flood."""
    instance = random_siting(seed)
    map_ = neighbours_of(instance)
    members = np.random.default_rng(seed).random(instance.n_areas) < 0.6
    expected = np.where(members, np.arange(instance.n_areas), -1)
    for _ in range(instance.n_areas):
        for a, b in instance.edges.tolist():
            if members[a] and members[b]:
                expected[[a, b]] = min(expected[a], expected[b])
    _, names = np.unique(expected[members], return_inverse=True)
    label = pieces(map_.start, map_.area, members)
    assert label[members].tolist() == names.tolist()
    assert (label[~members] == -1).all()


@pytest.mark.parametrize("seed", range(20))
def test_path_weights_agree_with_relaxation_by_hand(seed):
    """The compiled shortest paths agree with Bellman's rounds."""
    instance = random_siting(seed)
    map_ = neighbours_of(instance)
    weight = np.random.default_rng(seed).integers(0, 9, instance.n_areas).astype(np.float64)
    expected = np.full(instance.n_areas, np.inf)
    expected[0] = weight[0]
    for _ in range(instance.n_areas):
        for a, b in instance.edges.tolist():
            expected[b] = min(expected[b], expected[a] + weight[b])
            expected[a] = min(expected[a], expected[b] + weight[a])
    expected[expected > 20.0] = np.inf
    assert path_weights(map_.start, map_.area, weight, 0, 20.0).tolist() == expected.tolist()
