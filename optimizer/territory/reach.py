"""Walk over the map of units in compiled code: what a home reaches, what lies inside a piece."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.territory.instance import IntArray

BoolArray = NDArray[np.bool_]


@njit(cache=True)
def reach_home(starts: IntArray, neighbours: IntArray, open_to: BoolArray, home_unit: IntArray) -> BoolArray:
    """Return which open units of each rep a path of open units joins to the home.

    Parameters
    ----------
    starts, neighbours
        The neighbours of each unit, as in `UnitProblem`.
    open_to
        Whether a rep may serve a unit. Shape (reps, units).
    home_unit
        Shape (reps,).

    Returns
    -------
    NDArray
        Shape (units, reps).
    """
    reps, units = open_to.shape
    found = np.zeros((units, reps), dtype=np.bool_)
    stack = np.empty(units, dtype=np.int64)
    for rep in range(reps):
        home = home_unit[rep]
        if not open_to[rep, home]:
            continue
        stack[0], height = home, 1
        found[home, rep] = True
        while height > 0:
            height -= 1
            unit = stack[height]
            for e in range(starts[unit], starts[unit + 1]):
                other = neighbours[e]
                if open_to[rep, other] and not found[other, rep]:
                    found[other, rep] = True
                    stack[height] = other
                    height += 1
    return found


@njit(cache=True)
def edges_inside(starts: IntArray, neighbours: IntArray, units: IntArray, local: IntArray) -> tuple[IntArray, IntArray]:
    """Return the neighbours between some units in their own numbers, in the order of the map.

    Parameters
    ----------
    starts, neighbours
        The neighbours of each unit of the map.
    units
        The units to keep, ascending.
    local
        Own number of each unit of the map, -1 for units left out.
    """
    first = np.zeros(len(units) + 1, dtype=np.int64)
    for i in range(len(units)):
        first[i + 1] = first[i]
        for e in range(starts[units[i]], starts[units[i] + 1]):
            first[i + 1] += local[neighbours[e]] >= 0
    inside = np.empty(first[-1], dtype=np.int64)
    place = 0
    for i in range(len(units)):
        for e in range(starts[units[i]], starts[units[i] + 1]):
            other = local[neighbours[e]]
            if other >= 0:
                inside[place] = other
                place += 1
    return first, inside
