"""Find what separates an area from its home: cuts that a loose territory breaks."""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from optimizer.siting.pairs import BoolArray, FloatArray, Neighbours
from optimizer.territory.instance import IntArray

THRESHOLDS: Final = (1e-6, 0.3, 0.5)
"""Shares above which a divided area counts as served when loose pieces are looked for."""

LEAST_VIOLATION: Final = 0.01
"""A cut broken by less is not worth its row in a linear program."""

CUTS_PER_PIECE: Final = 6
"""Areas of a loose piece that get a cut, those with the greatest share first."""


class Cut(NamedTuple):
    """A home that serves `area` also serves one of the areas that separate the two (a,b-separator)."""

    area: int
    home: int
    separator: tuple[int, ...]


def broken_cuts(share: FloatArray, allowed: BoolArray, home_areas: IntArray, neighbours: Neighbours) -> list[Cut]:
    """Return cuts that an assignment, whole or divided, breaks; none if it is whole and contiguous.

    Separators are minimal: the open neighbours of a loose piece that the home reaches without passing another of them
    (Fischetti et al. 2017, doi:10.1007/s12532-016-0111-0; Validi et al. 2022 use the same).

    Parameters
    ----------
    share
        Share of each area that each home serves. Shape (areas, homes).
    allowed
        Pairs that are open. Shape (areas, homes).
    home_areas
        Area of each home. Shape (homes,).
    neighbours
        The map.
    """
    found: dict[Cut, None] = {}
    for home, area in enumerate(home_areas.tolist()):
        for threshold in THRESHOLDS:
            label = pieces(neighbours.start, neighbours.area, share[:, home] > threshold)
            for piece in range(int(label.max(initial=-1)) + 1):
                members = np.flatnonzero(label == piece)
                if label[area] == piece:
                    continue
                may = np.ascontiguousarray(allowed[:, home])
                across = separator(neighbours.start, neighbours.area, may, label == piece, area)
                spare = share[members, home] - share[across, home].sum()
                for i in np.argsort(-spare, kind="stable")[:CUTS_PER_PIECE].tolist():
                    if spare[i] > LEAST_VIOLATION:
                        found[Cut(int(members[i]), home, tuple(across.tolist()))] = None
    return list(found)


@njit(cache=True)
def pieces(start: IntArray, neighbour: IntArray, members: BoolArray) -> IntArray:  # pragma: no cover
    """Label the connected pieces of a set of areas from 0 on, -1 outside. Shape (areas,)."""
    n = len(start) - 1
    label = np.full(n, -1, dtype=np.int64)
    stack = np.empty(n, dtype=np.int64)
    count = 0
    for first in range(n):
        if not members[first] or label[first] >= 0:
            continue
        label[first] = count
        stack[0] = first
        height = 1
        while height > 0:
            height -= 1
            area = stack[height]
            for e in range(start[area], start[area + 1]):
                other = neighbour[e]
                if members[other] and label[other] < 0:
                    label[other] = count
                    stack[height] = other
                    height += 1
        count += 1
    return label


@njit(cache=True)
def separator(
    start: IntArray, neighbour: IntArray, allowed: BoolArray, piece: BoolArray, home: int
) -> IntArray:  # pragma: no cover
    """Return the open areas beside a piece that the home reaches without passing another of them, ascending."""
    n = len(start) - 1
    rim = np.zeros(n, dtype=np.bool_)
    for area in range(n):
        if piece[area]:
            for e in range(start[area], start[area + 1]):
                other = neighbour[e]
                if allowed[other] and not piece[other]:
                    rim[other] = True
    touched = np.zeros(n, dtype=np.bool_)
    seen = np.zeros(n, dtype=np.bool_)
    stack = np.empty(n, dtype=np.int64)
    if rim[home]:
        touched[home] = True
        return np.flatnonzero(touched)
    stack[0] = home
    height = 1
    seen[home] = True
    while height > 0:
        height -= 1
        area = stack[height]
        for e in range(start[area], start[area + 1]):
            other = neighbour[e]
            if not allowed[other] or seen[other]:
                continue
            seen[other] = True
            if rim[other]:
                touched[other] = True
            else:
                stack[height] = other
                height += 1
    return np.flatnonzero(touched)
