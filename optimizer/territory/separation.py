"""Find contiguity cuts that a labelling, whole or divided, breaks."""

from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimizer.territory.bound import Cut, FloatArray
from optimizer.territory.instance import IntArray
from optimizer.territory.units import BoolArray, UnitProblem

THRESHOLDS: Final = (1e-6, 0.2, 0.5)
"""Shares above which a divided unit counts as served when its territory is searched for loose pieces."""

CUTS_PER_PIECE: Final = 4
"""Units of a loose piece that get a cut, those with the greatest share first."""

LEAST_VIOLATION: Final = 1e-3
"""A cut that is broken by less is not worth its row."""


def broken_by_shares(problem: UnitProblem, shares: FloatArray) -> list[Cut]:
    """Return cuts that a divided labelling breaks.

    Loose pieces of the support at several thresholds give the separators: the neighbours of the piece that touch the
    home's side. Faster than exact minimum cuts, and sharp enough here (Validi, Buchanan & Lykhovyd 2022,
    doi:10.1287/opre.2021.2141, separate a,b-separators of integer points in the same way).

    Parameters
    ----------
    problem
        The condensed problem.
    shares
        Share of each bundle that each rep serves. Shape (bundles, reps).
    """
    if not problem.contiguous:
        return []
    graph = problem.graph()
    share = shares[problem.bundle]
    found: dict[Cut, None] = {}
    for rep in range(problem.n_reps):
        for threshold in THRESHOLDS:
            for piece in _loose_pieces(graph, share[:, rep] > threshold, int(problem.home_unit[rep])):
                across = separator(problem, graph, piece, rep)
                spare = share[piece, rep] - share[list(across), rep].sum() if across else share[piece, rep]
                for i in np.argsort(-spare, kind="stable")[:CUTS_PER_PIECE]:
                    if spare[i] > LEAST_VIOLATION:
                        found[Cut(int(piece[i]), rep, across)] = None
    return list(found)


def broken_by_labels(problem: UnitProblem, labels: IntArray) -> list[Cut]:
    """Return cuts that a labelling breaks; none if every territory is connected to its home."""
    shares = np.zeros((int(problem.bundle.max(initial=-1)) + 1, problem.n_reps))
    shares[problem.bundle, labels] = 1.0
    return broken_by_shares(problem, shares)


def separator(problem: UnitProblem, graph: csr_array, piece: IntArray, rep: int) -> tuple[int, ...]:
    """Return the open units beside a piece that touch the home's side: every path from there meets one."""
    open_units = problem.allowed[:, rep]
    inside = np.zeros(problem.n_units, dtype=bool)
    inside[piece] = True
    rim = _beside(graph, inside) & open_units & ~inside
    rest = np.flatnonzero(open_units & ~inside & ~rim)
    home = int(problem.home_unit[rep])
    at_home = np.zeros(problem.n_units, dtype=bool)
    at_home[home] = True
    if not rim[home]:
        _, component = connected_components(graph[rest][:, rest], directed=False)
        at_home[rest[component == component[np.searchsorted(rest, home)]]] = True
    return tuple(np.flatnonzero(rim & (_beside(graph, at_home) | at_home)).tolist())


def _loose_pieces(graph: csr_array, members: BoolArray, home: int) -> list[IntArray]:
    units = np.flatnonzero(members)
    count, component = connected_components(graph[units][:, units], directed=False)
    if count <= 1 and members[home]:
        return []
    own = component[np.searchsorted(units, home)] if members[home] else -1
    return [units[component == c] for c in range(count) if c != own]


def _beside(graph: csr_array, members: BoolArray) -> BoolArray:
    return np.asarray(graph @ members.astype(np.int8) > 0, dtype=bool)
