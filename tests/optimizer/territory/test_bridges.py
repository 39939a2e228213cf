"""Corridors join what is cut off, as cheaply as they can, and only where that costs less than losing it."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from optimizer.territory.bound import relax
from optimizer.territory.bridges import bridged, cheapest_corridor
from optimizer.territory.units import condense
from optimizer.territory.warmstart import detached, mended
from tests.optimizer.territory.builders import from_ascii, towns

ACROSS = """
 1  1  1  1  9
 1 [1] 1  1  1
 1  1  1 [1] 1
"""
"""The city of 9 in the corner is nearest to the second home, but let the first one want it."""


def wanted(price_of_corridor):
    """Return problem, prices and labels: the first rep wants the city, the second has the land between."""
    problem = condense(from_ascii(ACROSS, tolerance=None))
    labels = (np.arange(15) % 5 > 1).astype(np.int64)
    labels[4] = 0
    price = np.zeros((15, 2))
    price[labels == 1, 0] = price_of_corridor
    price[labels == 0, 1] = 5.0
    price[4, 1] = 10.0
    return problem, price, labels


def test_a_city_is_reached_by_a_corridor():
    """Two units of land for 2 each are cheaper than the city for 10: the first rep gets all three."""
    problem, price, labels = wanted(2.0)
    found = bridged(problem, price, labels)
    assert found[[2, 3, 4]].tolist() == [0, 0, 0]
    assert found.sum() == (labels == 1).sum() - 2
    assert not len(detached(problem, found))


def test_no_corridor_that_costs_more_than_the_city():
    """Two units for 6 each are dearer than the city for 10: it goes to the second rep."""
    problem, price, labels = wanted(6.0)
    found = bridged(problem, price, labels)
    assert found[4] == 1
    assert (found == mended(problem, price, labels)).all()


def test_pieces_kept_for_others_are_not_crossed():
    """With the land between kept for another piece there is no way."""
    problem, price, labels = wanted(2.0)
    kept = np.zeros(15, dtype=bool)
    assert cheapest_corridor(problem, price, labels, kept, np.array([4]), most=10.0) is not None
    kept[[2, 7, 12]] = True
    assert cheapest_corridor(problem, price, labels, kept, np.array([4]), most=10.0) is None


@pytest.mark.parametrize("seed", range(4))
def test_corridors_cost_what_shortest_paths_cost(seed):
    """On random maps and labellings the corridor is as cheap as the path that SciPy finds over the whole map."""
    problem = condense(towns(120, 5, seed=seed))
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 5, problem.n_units)
    labels[problem.home_unit] = np.arange(5)
    price = rng.random((problem.n_units, 5))
    kept = np.zeros(problem.n_units, dtype=bool)
    kept[problem.home_unit] = True
    checked = 0
    for unit in detached(problem, labels).tolist():
        rep = int(labels[unit])
        enter = np.where(labels == rep, 1e-12, price[:, rep])
        enter[(kept & (labels != rep)) | ~problem.allowed[:, rep]] = np.inf
        arcs = csr_array((enter[problem.neighbours], problem.neighbours, problem.starts), (problem.n_units,) * 2)
        least = dijkstra(arcs, indices=unit)[problem.home_unit[rep]]
        corridor = cheapest_corridor(problem, price, labels, kept, np.array([unit]), most=10.0)
        if np.isfinite(least):
            assert corridor is not None
            cost = price[corridor[labels[corridor] != rep], rep].sum()
            assert cost == pytest.approx(least, abs=1e-9)
            assert cheapest_corridor(problem, price, labels, kept, np.array([unit]), most=least - 1e-6) is None
            checked += 1
    assert checked > 10


@pytest.mark.parametrize("seed", range(3))
def test_bridged_labels_are_connected_and_never_dearer_than_mended_ones(seed):
    """Homes are held, nothing is cut off, and the reduced costs are at most those of mending alone."""
    problem = condense(towns(200, 6, seed=seed))
    relaxation = relax(problem)
    rounded = relaxation.shares.argmax(axis=1)
    found, plain = (how(problem, relaxation.reduced_cost, rounded) for how in (bridged, mended))
    units = np.arange(problem.n_units)
    assert found[problem.home_unit].tolist() == list(range(6))
    assert not len(detached(problem, found))
    assert relaxation.reduced_cost[units, found].sum() <= relaxation.reduced_cost[units, plain].sum()
