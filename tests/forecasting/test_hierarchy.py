"""Levels of a cross hierarchy, and sums over them."""

import numpy as np
import pytest

from forecasting.hierarchy import ALL, make_hierarchy

STATE_REGION_PURPOSE = np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 2, 0], [1, 2, 1]])


def nested():
    return make_hierarchy(("state", "region", "purpose"), STATE_REGION_PURPOSE)


def test_nested_keys_make_no_level_of_their_own():
    """A region tells its state: state × region is the level region, and there are six levels, not eight."""
    hierarchy = nested()
    expected = {"region × purpose": 6, "region": 3, "state × purpose": 4, "state": 2, "purpose": 2, "total": 1}
    counts = np.bincount(hierarchy.level).tolist()
    assert dict(zip(hierarchy.levels, counts, strict=True)) == expected
    assert (hierarchy.levels[0], hierarchy.levels[-1]) == ("region × purpose", "total")


def test_sums_equal_a_loop():
    hierarchy = nested()
    values = np.random.default_rng(1).uniform(size=(6, 5))
    sums = hierarchy.total(values)
    for node, codes in enumerate(hierarchy.codes):
        members = [
            row
            for row, own in enumerate(STATE_REGION_PURPOSE)
            if all(code in (ALL, each) for code, each in zip(codes, own, strict=True))
        ]
        np.testing.assert_allclose(sums[node], values[members].sum(axis=0))


def test_a_sum_with_an_unknown_part_is_unknown():
    values = np.ones((6, 2))
    values[0, 1] = np.nan
    sums = nested().total(values)
    assert sums[-1].tolist() == [6.0, pytest.approx(np.nan, nan_ok=True)]


def test_ancestors_hold_the_whole_member_of_a_key():
    hierarchy = nested()
    state, region, purpose, total = hierarchy.ancestors[0]
    assert hierarchy.codes[state].tolist() == [0, ALL, ALL]
    assert hierarchy.codes[region].tolist() == [0, 0, ALL]
    assert hierarchy.codes[purpose].tolist() == [ALL, ALL, 0]
    assert hierarchy.codes[total].tolist() == [ALL, ALL, ALL]


def test_one_series_is_its_own_total():
    hierarchy = make_hierarchy(("region", "category"), np.array([[0, 0]]))
    assert hierarchy.summing.tolist() == [[1.0]]
    assert hierarchy.nodes_of([(ALL, ALL), (0, ALL)]) == [0, 0]


def test_nodes_are_found_by_their_members():
    hierarchy = make_hierarchy(("region", "category"), np.array([[0, 0], [0, 1]]))
    assert hierarchy.nodes_of([(0, 1), (0, ALL), (ALL, ALL)]) == [1, 2, 2]
