"""Close candidates and pairs that no plan cheaper than a limit uses."""

import numpy as np

from optimizer.siting.bound import Bound, Prices, Region
from optimizer.siting.pairs import BoolArray, FloatArray, Limits, Neighbours, Pairs, path_weights
from optimizer.territory.instance import IntArray


def extra_of_candidates(bound: Bound, region: Region) -> FloatArray:
    """Return by how much the bound rises if a candidate is a home: it replaces the dearest chosen one of its group.

    Infinite for candidates that are out. Shape (candidates,).
    """
    extra = np.full(len(region.group), np.inf)
    for g, homes in enumerate(region.homes_of_group.tolist()):
        members = np.flatnonzero(region.group == g)
        able = members[np.isfinite(bound.best[members])]
        dearest = np.sort(bound.best[able])[homes - 1]
        extra[able] = np.maximum(0.0, bound.best[able] - dearest)
    return extra


def extra_of_pairs(
    pairs: Pairs, limits: Limits, own: IntArray, region: Region, prices: Prices, neighbours: Neighbours | None, most: float
) -> FloatArray:
    """Return by how much a candidate's best territory gets dearer at least if it must hold an area.

    In a contiguous territory a whole path to the area comes along: the sum of what its areas ask above their price,
    along the cheapest path. Infinite beyond `most` and for closed pairs. Shape (pairs,).
    """
    extra = np.full(len(pairs.area), np.inf)
    for j, home in enumerate(own.tolist()):
        if region.group[j] < 0:
            continue
        here = slice(int(pairs.start[j]), int(pairs.start[j + 1]))
        area = pairs.area[here]
        asked = np.maximum(0.0, pairs.cost[here] + prices.balance[:, j] @ limits.amounts[:, area] - prices.area[area])
        asked[area == home] = 0.0
        asked[(region.owner[area] >= 0) & (region.owner[area] != j)] = np.inf
        if neighbours is None:
            extra[here] = asked
            continue
        weight = np.full(len(prices.area), np.inf)
        weight[area] = asked
        extra[here] = path_weights(neighbours.start, neighbours.area, weight, home, most)[area]
    return extra


def pairs_below(
    pairs: Pairs,
    limits: Limits,
    own: IntArray,
    region: Region,
    prices: Prices,
    bound: Bound,
    neighbours: Neighbours | None,
    *,
    cutoff: float,
) -> BoolArray:
    """Say which pairs a plan of the region that costs less than the cutoff may use. Shape (pairs,)."""
    spare = cutoff - bound.value
    candidates = extra_of_candidates(bound, region)
    extra = extra_of_pairs(pairs, limits, own, region, prices, neighbours, spare)
    return np.asarray(extra + candidates[pairs.candidate()] < spare)
