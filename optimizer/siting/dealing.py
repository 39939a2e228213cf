"""Deal areas out to given homes by depth-first search in compiled code: for small maps with coarse amounts."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.plain_arrays import copy_rows_to, copy_to
from optimizer.siting.pairs import BoolArray, FloatArray
from optimizer.territory.instance import IntArray


@njit(cache=True)
def deal_out(  # type: ignore[no-untyped-def] # noqa: ANN201, C901, PLR0912, PLR0915, PLR0917 # pragma: no cover
    order: IntArray,
    options: IntArray,
    n_options: IntArray,
    extra: FloatArray,
    amounts: IntArray,
    lower: IntArray,
    upper: IntArray,
    home_areas: IntArray,
    start: IntArray,
    neighbour: IntArray,
    contiguous: bool,
    cost: FloatArray,
    value: float,
    cutoff: float,
    most_nodes: int,
    labels: IntArray,
):
    """Search for the cheapest labelling below a cutoff.

    Areas are taken in `order`; each tries its options, least extra first. A branch ends when the bound and its extras
    reach the best cost, when a limit cannot be kept any more, or when an area is cut off from its home.

    Parameters
    ----------
    order
        Areas in the order in which they are dealt. Shape (areas,).
    options, n_options
        Homes that each area may have, cheapest first, and how many. Shapes (areas, homes), (areas,).
    extra
        What a pair adds to the bound, not negative. Shape (areas, homes).
    amounts, lower, upper
        Shapes (measures, areas), (measures, homes), (measures, homes).
    home_areas, start, neighbour, contiguous
        The map.
    cost, value
        Cost of each pair, shape (areas, homes); and the bound: a labelling costs at least `value` and its extras.
    cutoff
        Only cheaper labellings count.
    most_nodes
        Tries after which the search gives up.
    labels
        Receives the best labelling. Shape (areas,).

    Returns
    -------
    tuple of float and int
        The least cost (infinite if none was found) and the tries made.
    """
    n, homes, measures = len(order), len(home_areas), len(amounts)
    rest = np.zeros((n + 1, measures, homes), dtype=np.int64)
    for depth in range(n - 1, -1, -1):
        i = order[depth]
        copy_rows_to(rest[depth + 1], rest[depth])
        for o in range(n_options[i]):
            for q in range(measures):
                rest[depth, q, options[i, o]] += amounts[q, i]
    may = np.zeros((n, homes), dtype=np.bool_)
    for i in range(n):
        for o in range(n_options[i]):
            may[i, options[i, o]] = True
    sums = np.zeros((measures, homes), dtype=np.int64)
    held = np.zeros(homes, dtype=np.int64)
    label = np.full(n, -1, dtype=np.int64)
    attempt = np.zeros(n, dtype=np.int64)
    path = np.zeros(n + 1)
    seen = np.full(n, -1, dtype=np.int64)
    stack = np.empty(n, dtype=np.int64)
    stamp, best, nodes, depth = 0, np.inf, 0, 0
    limit = cutoff - value
    while depth >= 0:
        i = order[depth]
        h = label[i]
        if h >= 0:
            label[i] = -1
            held[h] -= 1
            for q in range(measures):
                sums[q, h] -= amounts[q, i]
        if attempt[depth] >= n_options[i]:
            attempt[depth] = 0
            depth -= 1
            continue
        h = options[i, attempt[depth]]
        attempt[depth] += 1
        onward = path[depth] + extra[i, h]
        if onward >= limit:
            attempt[depth] = 0
            depth -= 1
            continue
        nodes += 1
        if nodes > most_nodes:
            break
        label[i] = h
        held[h] += 1
        for q in range(measures):
            sums[q, h] += amounts[q, i]
        fits = True
        for q in range(measures):
            for r in range(homes):
                if sums[q, r] > upper[q, r] or sums[q, r] + rest[depth + 1, q, r] < lower[q, r]:
                    fits = False
        if fits and contiguous and (n_options[i] > 1 or depth + 1 == n):
            for r in range(homes):
                stamp += 1
                reached = 0
                root = home_areas[r]
                seen[root] = stamp
                stack[0] = root
                height = 1
                while height > 0 and reached < held[r]:
                    height -= 1
                    area = stack[height]
                    if label[area] == r:
                        reached += 1
                    for e in range(start[area], start[area + 1]):
                        other = neighbour[e]
                        if seen[other] == stamp:
                            continue
                        if label[other] == r or (label[other] < 0 and may[other, r]):
                            seen[other] = stamp
                            stack[height] = other
                            height += 1
                if reached < held[r]:
                    fits = False
                    break
        if not fits:
            continue
        if depth + 1 == n:
            total = 0.0
            for a in range(n):
                total += cost[a, label[a]]
            if total < min(best, cutoff):
                best = total
                limit = min(limit, best - value)
                copy_to(label, labels)
            continue
        path[depth + 1] = onward
        depth += 1
        attempt[depth] = 0
    return best, nodes


def options_of(allowed: BoolArray, extra: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the homes that each area may have, cheapest first, and how many. Shapes (areas, homes), (areas,)."""
    ranked: NDArray[np.int64] = np.argsort(np.where(allowed, extra, np.inf), axis=1, kind="stable").astype(np.int64)
    return ranked, allowed.sum(axis=1).astype(np.int64)
