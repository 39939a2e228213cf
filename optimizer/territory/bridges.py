"""Join pieces of a divided optimum to their homes by the cheapest corridors, where that costs less than losing them."""

import heapq
from typing import Final

import numpy as np
from scipy.sparse.csgraph import connected_components

from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray
from optimizer.territory.units import BoolArray, UnitProblem
from optimizer.territory.warmstart import detached, mended

LEAST_LOSS: Final = 1e-6
"""Share of all reduced costs of the second-best reps below which a piece is not worth a corridor."""


def bridged(problem: UnitProblem, price: FloatArray, labels: IntArray) -> IntArray:
    """Return a connected labelling in which pieces worth it are joined to their homes by corridors.

    Moves of single units along borders never carry a city across a neighbour's land, so this is settled before they
    start. The outcome is the cheaper one of two: with corridors and without.

    Parameters
    ----------
    problem
        The condensed problem; corridors are built where it is contiguous and every unit a bundle of its own.
    price
        Reduced cost of each unit and rep. Shape (units, reps).
    labels
        A labelling of open pairs that may leave units cut off. Shape (units,).
    """
    plain = mended(problem, price, labels)
    if not problem.contiguous or len(np.unique(problem.bundle)) < problem.n_units:
        return plain
    joined = labels.copy()
    joined[problem.home_unit] = np.arange(problem.n_reps)
    kept = np.zeros(problem.n_units, dtype=bool)
    kept[problem.home_unit] = True
    for units, loss in _pieces(problem, price, joined):
        corridor = cheapest_corridor(problem, price, joined, kept, units, most=loss)
        if corridor is not None:
            joined[corridor] = joined[units[0]]
            kept[corridor] = kept[units] = True
    joined = mended(problem, price, joined)
    return min((plain, joined), key=lambda found: float(price[np.arange(problem.n_units), found].sum()))


def _pieces(problem: UnitProblem, price: FloatArray, labels: IntArray) -> list[tuple[IntArray, float]]:
    """Return the pieces cut off from homes, with what giving each to others costs at least, dearest first."""
    loose = detached(problem, labels)
    if not len(loose):
        return []
    graph = problem.graph()[loose][:, loose].tocoo()
    same = labels[loose][graph.row] == labels[loose][graph.col]
    graph.data = graph.data * same
    graph = graph.tocsr()
    graph.eliminate_zeros()
    _, piece = connected_components(graph, directed=False)
    others = price[loose].copy()
    others[np.arange(len(loose)), labels[loose]] = np.inf
    loss = np.bincount(piece, weights=others.min(axis=1) - price[loose, labels[loose]])
    worth = np.flatnonzero(loss > LEAST_LOSS * loss[np.isfinite(loss)].sum())
    order = worth[np.argsort(-loss[worth], kind="stable")]
    return [(loose[piece == number], float(loss[number])) for number in order.tolist()]


def cheapest_corridor(
    problem: UnitProblem, price: FloatArray, labels: IntArray, kept: BoolArray, units: IntArray, *, most: float
) -> IntArray | None:
    """Return the units of the cheapest path from a piece to its rep's home that costs less than `most`, if any.

    Units of the rep cost nothing; those marked as kept are not entered. Dijkstra's algorithm, ended at `most`.
    """
    rep = int(labels[units[0]])
    home = int(problem.home_unit[rep])
    before = dict.fromkeys(units.tolist(), -1)
    done: set[int] = set()
    heap = [(0.0, unit) for unit in units.tolist()]
    cost = dict.fromkeys(units.tolist(), 0.0)
    while heap:
        so_far, unit = heapq.heappop(heap)
        if unit in done:
            continue
        done.add(unit)
        if unit == home:
            path = []
            while unit >= 0:
                path.append(unit)
                unit = before[unit]
            return np.array(path)
        for other in problem.beside(unit).tolist():
            mine = labels[other] == rep
            if other in done or not problem.allowed[other, rep] or (kept[other] and not mine):
                continue
            entering = so_far + (0.0 if mine else max(0.0, float(price[other, rep])))
            if entering < most and entering < cost.get(other, np.inf):
                cost[other], before[other] = entering, unit
                heapq.heappush(heap, (entering, other))
    return None
