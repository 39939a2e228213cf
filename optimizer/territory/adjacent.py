"""Ask about a unit and its neighbours in compiled code: does its territory stay connected, does it touch another."""

from numba import njit

from optimizer.territory.instance import IntArray


@njit(cache=True)
def stays_connected(  # noqa: PLR0917 - bundled arrays cost the compiled code a factor of ten
    starts: IntArray, neighbours: IntArray, labels: IntArray, unit: int, stamp: IntArray, stack: IntArray
) -> bool:
    """Tell whether the neighbours of a unit in its territory stay joined to one another when the unit leaves.

    First within the unit's own ring, which settles most cases; else by a search through the territory. `stamp` holds a
    counter in its last place, so that marks need not be cleared.
    """
    own, first, wanted = labels[unit], -1, 0
    for e in range(starts[unit], starts[unit + 1]):
        if labels[neighbours[e]] == own:
            wanted += 1
            first = neighbours[e]
    if wanted <= 1:
        return True
    for ring_only in (True, False):
        stamp[-1] += 2
        mark = stamp[-1]
        for e in range(starts[unit], starts[unit + 1]):
            stamp[neighbours[e]] = mark
        stamp[unit] = stamp[first] = mark + 1
        stack[0], height, found = first, 1, 1
        while height > 0 and found < wanted:
            height -= 1
            u = stack[height]
            for e in range(starts[u], starts[u + 1]):
                v = neighbours[e]
                near = stamp[v] == mark
                if labels[v] == own and stamp[v] != mark + 1 and (near or not ring_only):
                    found += near
                    stamp[v] = mark + 1
                    stack[height] = v
                    height += 1
        if found == wanted:
            return True
    return False


@njit(cache=True)
def touches(unit: int, rep: int, starts: IntArray, neighbours: IntArray, labels: IntArray) -> bool:
    """Tell whether a neighbour of the unit has the rep."""
    touching = 0
    for e in range(starts[unit], starts[unit + 1]):
        touching += labels[neighbours[e]] == rep
    return touching > 0
