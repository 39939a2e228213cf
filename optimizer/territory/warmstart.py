"""Make a first labelling from prices: grow every territory from its home, cheapest unit first."""

import heapq

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray
from optimizer.territory.units import UnitProblem

UNASSIGNED = -1


def grow(problem: UnitProblem, reduced_cost: FloatArray) -> IntArray:
    """Return a labelling in which every territory is connected to its home where that can be had.

    Units that only one rep may serve are joined to the home first, along the cheapest path of open pairs. Then the
    territories grow together, always by the unit and rep with the least reduced cost, as in Prim's tree. The prices
    behind the reduced costs balance the territories, so the result is off balance by lumps only.

    Parameters
    ----------
    problem
        The condensed problem.
    reduced_cost
        Of each bundle and rep, from `bound.relax`. Shape (bundles, reps).
    """
    price = reduced_cost[problem.bundle]
    labels = np.full(problem.n_units, UNASSIGNED, dtype=np.int64)
    labels[problem.home_unit] = np.arange(problem.n_reps)
    only_one = problem.allowed.sum(axis=1) == 1
    labels[only_one] = np.argmax(problem.allowed[only_one], axis=1)
    if problem.contiguous:
        _join_to_homes(problem, price, labels)
        _spread(problem, price, labels)
    loose = labels == UNASSIGNED
    labels[loose] = np.argmin(np.where(problem.allowed[loose], price[loose], np.inf), axis=1)
    return _bundles_agree(problem, price, labels)


def mended(problem: UnitProblem, price: FloatArray, labels: IntArray) -> IntArray:
    """Return a labelling with homes held and what is cut off from them grown onto its surroundings.

    Parameters
    ----------
    problem
        The condensed problem.
    price
        Reduced cost of each unit and rep. Shape (units, reps).
    labels
        A labelling of open pairs that may leave units cut off. Shape (units,).
    """
    mended_labels = labels.copy()
    mended_labels[problem.home_unit] = np.arange(problem.n_reps)
    loose = detached(problem, mended_labels)
    if not len(loose):
        return mended_labels
    only_one = problem.allowed[loose].sum(axis=1) == 1
    if only_one.any() or len(np.unique(problem.bundle)) < problem.n_units:
        return grow(problem, price[np.unique(problem.bundle, return_index=True)[1]])
    mended_labels[loose] = UNASSIGNED
    _spread(problem, price, mended_labels)
    return mended_labels if (mended_labels != UNASSIGNED).all() else grow(problem, price)


def detached(problem: UnitProblem, labels: IntArray) -> IntArray:
    """Return the units that no path inside their territory joins to its home, ascending."""
    if not problem.contiguous:
        return np.zeros(0, dtype=np.int64)
    distance = steps_from_home(problem, labels)
    return np.flatnonzero(distance < 0)


def steps_from_home(problem: UnitProblem, labels: IntArray) -> IntArray:
    """Return the steps from each unit to its home inside its territory, -1 without a path. Shape (units,)."""
    steps = np.full(problem.n_units, -1, dtype=np.int64)
    reps = np.arange(problem.n_reps)
    front = problem.home_unit[labels[problem.home_unit] == reps].tolist()
    steps[front] = 0
    while front:
        following = []
        for unit in front:
            for other in problem.beside(unit).tolist():
                if steps[other] < 0 and labels[other] == labels[unit]:
                    steps[other] = steps[unit] + 1
                    following.append(other)
        front = following
    return steps


def _join_to_homes(problem: UnitProblem, price: FloatArray, labels: IntArray) -> None:
    """Label the cheapest open path from each pinned unit to its home, nearest to the home first."""
    steps = steps_from_home(problem, labels)
    for rep in range(problem.n_reps):
        pinned = np.flatnonzero((labels == rep) & (steps < 0))
        if not len(pinned):
            continue
        free = problem.allowed[:, rep] & ((labels == UNASSIGNED) | (labels == rep))
        if not free[problem.home_unit[rep]]:
            continue
        enter = np.where(labels == rep, 1e-9, np.where(np.isfinite(price[:, rep]), price[:, rep], 0.0) + 1.0)
        inside = np.flatnonzero(free)
        graph = problem.graph()[inside][:, inside].tocoo()
        arcs = csr_array((enter[inside][graph.col], (graph.row, graph.col)), shape=graph.shape)
        root = int(np.searchsorted(inside, problem.home_unit[rep]))
        _, before = dijkstra(arcs, indices=root, return_predecessors=True)
        for unit in pinned.tolist():
            at = int(np.searchsorted(inside, unit))
            while at >= 0 and at != root:
                labels[inside[at]] = rep
                at = int(before[at])


def _spread(problem: UnitProblem, price: FloatArray, labels: IntArray) -> None:
    """Grow all territories from the units that are joined to their homes."""
    steps = steps_from_home(problem, labels)
    heap: list[tuple[float, int, int]] = []
    for unit in np.flatnonzero(steps >= 0).tolist():
        heap.extend(_offers(problem, price, labels, unit))
    heapq.heapify(heap)
    while heap:
        _, unit, rep = heapq.heappop(heap)
        if labels[unit] == UNASSIGNED:
            labels[unit] = rep
            for entry in _offers(problem, price, labels, unit):
                heapq.heappush(heap, entry)


def _offers(problem: UnitProblem, price: FloatArray, labels: IntArray, unit: int) -> list[tuple[float, int, int]]:
    rep = int(labels[unit])
    return [
        (float(price[other, rep]), other, rep)
        for other in problem.beside(unit).tolist()
        if labels[other] == UNASSIGNED and problem.allowed[other, rep]
    ]


def _bundles_agree(problem: UnitProblem, price: FloatArray, labels: IntArray) -> IntArray:
    """Give all units of a bundle the rep that is cheapest among those that its units got."""
    for bundle in np.flatnonzero(np.bincount(problem.bundle) > 1).tolist():
        units = np.flatnonzero(problem.bundle == bundle)
        reps = np.unique(labels[units])
        labels[units] = reps[np.argmin(price[units[0], reps])]
    return labels
