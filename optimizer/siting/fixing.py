"""Close candidates and pairs that no plan cheaper than a limit uses."""

import numpy as np

from optimizer.siting.bound import Bound, Prices, Region
from optimizer.siting.instance import SitingInstance
from optimizer.siting.pairs import BoolArray, FloatArray, Limits, Neighbours, Pairs, path_weights


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


def pairs_below(
    pairs: Pairs,
    limits: Limits,
    instance: SitingInstance,
    *,
    region: Region,
    prices: Prices,
    bound: Bound,
    neighbours: Neighbours | None,
    cutoff: float,
) -> BoolArray:
    """Say which pairs a plan of the region that costs less than the cutoff may use.

    In a contiguous territory a whole path to an area comes along: its best territory gets dearer by the sum of what the
    areas of the cheapest path ask above their price.

    Parameters
    ----------
    pairs, limits, instance
        The problem.
    region, prices, bound
        A part of all choices, and its bound at the prices.
    neighbours
        The map; `None` where territories need not be contiguous.
    cutoff
        What a plan must cost less than.

    Returns
    -------
    numpy.ndarray
        Shape (pairs,).
    """
    candidates = extra_of_candidates(bound, region)
    below = np.zeros(len(pairs.area), dtype=bool)
    for j, home in enumerate(instance.candidates.tolist()):
        spare = cutoff - bound.value - candidates[j]
        if region.group[j] < 0 or not spare > 0.0:
            continue
        here = slice(int(pairs.start[j]), int(pairs.start[j + 1]))
        area = pairs.area[here]
        asked = np.maximum(0.0, pairs.cost[here] + prices.balance[:, j] @ limits.amounts[:, area] - prices.area[area])
        asked[area == home] = 0.0
        asked[(region.owner[area] >= 0) & (region.owner[area] != j)] = np.inf
        if neighbours is not None:
            weight = np.full(instance.n_areas, np.inf)
            weight[area] = asked
            asked = path_weights(neighbours.start, neighbours.area, weight, home, spare)[area]
        below[here] = asked < spare
    return below
