"""Swap homes a few territories at a time, in compiled code."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.plain_arrays import ascending, total
from optimizer.siting.location_kernels import CostArray, nearest, settle, sow
from optimizer.siting.location_prices import Limits, share_out, softness
from optimizer.territory.bound import FloatArray
from optimizer.territory.boundary import _next as next_random
from optimizer.territory.instance import IntArray

WORTH_IT = 1e-4
"""Least share by which a swap must lower the cost of the territories it touches."""


@njit(cache=True, nogil=True)
def beside(cost: CostArray, homes: IntArray, labels: IntArray, home: int, size: int) -> IntArray:
    """Return a home and those nearest to its territory, ascending. Shape (size,)."""
    k = len(homes)
    distance = np.zeros(k)
    for i in range(len(labels)):
        if labels[i] == home:
            for g in range(k):
                distance[g] += float(cost[i, homes[g]])
    distance[home] = -1.0
    chosen = np.zeros(k, dtype=np.bool_)
    chosen[ascending(distance)[:size]] = True
    return np.flatnonzero(chosen)


@njit(cache=True, nogil=True)
def _cut(limits: Limits, areas: IntArray, homes: IntArray) -> Limits:
    """Return the limits of some areas and homes, wide enough for equal shares.

    Areas that the whole map's prices give to these homes may be more or less than these homes' limits allow; the dual
    of limits that no division keeps has no maximum, and its prices would run away.
    """
    amounts, lower, upper = limits
    measures = len(amounts)
    some = np.zeros((measures, len(areas)))
    low, high = np.zeros((measures, len(homes))), np.zeros((measures, len(homes)))
    for m in range(measures):
        for row in range(len(areas)):
            some[m, row] = amounts[m, areas[row]]
        for h in range(len(homes)):
            low[m, h], high[m, h] = lower[m, homes[h]], upper[m, homes[h]]
        missing = max(0.0, total(low[m]) - total(some[m])) / len(homes)
        beyond = max(0.0, total(some[m]) - total(high[m])) / len(homes)
        for h in range(len(homes)):
            low[m, h] -= missing
            high[m, h] += beyond
    return some, low, high


@njit(cache=True, nogil=True)
def swap_homes(  # noqa: PLR0917 - plain arrays for the compiled code
    cost: CostArray,
    area_of: IntArray,
    candidate_at: IntArray,
    homes: IntArray,
    labels: IntArray,
    n_fixed: int,
    limits: Limits,
    price: FloatArray,
    work: tuple[int, int, int, int],
    state: NDArray[np.uint64],
) -> int:
    """Drop one or two free homes of a few territories side by side, sow others there, settle, and keep what is cheaper.

    Costs are compared as best divisions of the territories' areas with balance, so that lumps do not mislead.
    `homes`, `labels` and `price` are improved in place; `work` is (tries, territories, rounds, passes). Return how many
    tries were kept.
    """
    tries, size, rounds, passes = work
    k, kept = len(homes), 0
    inside = np.zeros(k, dtype=np.bool_)
    for _ in range(tries):
        pick = n_fixed + int(next_random(state) * (k - n_fixed))
        group = beside(cost, homes, labels, pick, min(size, k))
        free = group[group >= n_fixed]
        drops = min(len(free), 1 + int(next_random(state) * 2.0))
        for place in range(drops):
            other = len(free) - 1 - place
            chosen = int(next_random(state) * (other + 1))
            free[chosen], free[other] = free[other], free[chosen]
        fixed = group[group < n_fixed]
        order = np.concatenate((fixed, free))
        inside[:] = False
        inside[order] = True
        areas = np.flatnonzero(inside[labels])
        local = _cut(limits, areas, order)
        old_homes, old_price = homes[order], price[:, order].copy()
        near = nearest(cost, area_of, areas, old_homes)
        soft = softness(near[0], local)
        was = share_out(near, local, soft, old_price, passes)
        new_homes, new_price = old_homes.copy(), old_price.copy()
        if not sow(cost, candidate_at, areas, new_homes, len(order) - drops, state):
            continue
        for m in range(len(new_price)):
            new_price[m, len(order) - drops :] = total(old_price[m]) / len(order)
        settle(cost, area_of, candidate_at, areas, new_homes, len(fixed), local, new_price, rounds, passes)
        now = share_out(nearest(cost, area_of, areas, new_homes), local, soft, new_price, 3 * passes)
        if now.value < was.value * (1.0 - WORTH_IT):
            kept += 1
            for h in range(len(order)):
                homes[order[h]] = new_homes[h]
                for m in range(len(price)):
                    price[m, order[h]] = new_price[m, h]
            for row in range(len(areas)):
                labels[areas[row]] = order[now.labels[row]]
    return kept
