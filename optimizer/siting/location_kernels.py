"""Sow homes, find the nearest, and let them follow their territories, in compiled code."""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.plain_arrays import ascending
from optimizer.siting.instance import CLOSED
from optimizer.siting.location_prices import Limits, Near, Shared, share_out, softness
from optimizer.territory.bound import FloatArray
from optimizer.territory.boundary import _next as next_random
from optimizer.territory.instance import IntArray

NEAR: Final = 12
"""Homes that an area can go to while homes are sought; farther ones hardly ever serve it in a balanced plan."""

FORBIDDEN: Final = 1e15
"""What a closed pair costs while homes are sought: dear enough never to be wanted, small enough to add up."""

CostArray = NDArray[np.int32] | NDArray[np.int64]


@njit(cache=True, nogil=True)
def nearest(cost: CostArray, area_of: IntArray, areas: IntArray, homes: IntArray) -> Near:
    """Return the nearest homes of each of some areas; an area that holds a home has that home only."""
    n, k = len(areas), len(homes)
    width = min(NEAR, k)
    near_cost, near = np.full((n, width), FORBIDDEN), np.zeros((n, width), dtype=np.int64)
    home_at = np.full(len(cost), -1, dtype=np.int64)
    for h in range(k):
        home_at[area_of[homes[h]]] = h
    for row in range(n):
        i = areas[row]
        own = home_at[i]
        if own >= 0:
            near[row] = own
            near_cost[row, 0] = cost[i, homes[own]]
            continue
        filled = 0
        for h in range(k):
            value = float(cost[i, homes[h]])
            if value == CLOSED:
                value = FORBIDDEN
            if filled == width and value >= near_cost[row, width - 1]:
                continue
            place = min(filled, width - 1)
            while place > 0 and near_cost[row, place - 1] > value:
                near_cost[row, place] = near_cost[row, place - 1]
                near[row, place] = near[row, place - 1]
                place -= 1
            near_cost[row, place] = value
            near[row, place] = h
            filled = min(filled + 1, width)
    return near_cost, near


@njit(cache=True, nogil=True)
def recentre(  # noqa: PLR0917 - plain arrays for the compiled code
    cost: CostArray, candidate_at: IntArray, areas: IntArray, labels: IntArray, homes: IntArray, n_fixed: int
) -> int:
    """Move each free home to the candidate in its territory that serves the territory at least cost; count moves."""
    k = len(homes)
    start = np.zeros(k + 1, dtype=np.int64)
    for h in labels:
        start[h + 1] += 1
    for h in range(k):
        start[h + 1] += start[h]
    fill, members = start[:-1].copy(), np.zeros(len(areas), dtype=np.int64)
    for row in range(len(areas)):
        members[fill[labels[row]]] = areas[row]
        fill[labels[row]] += 1
    moves = 0
    for h in range(n_fixed, k):
        inside = members[start[h] : start[h + 1]]
        best, chosen = np.inf, homes[h]
        for i in inside:
            c = candidate_at[i]
            if c < 0:
                continue
            total = 0.0
            for j in inside:
                value = float(cost[j, c])
                total += FORBIDDEN if value == CLOSED else value
                if total >= best:
                    break
            if total < best:
                best, chosen = total, c
        moves += chosen != homes[h]
        homes[h] = chosen
    return moves


@njit(cache=True, nogil=True)
def sow(  # noqa: C901, PLR0917 - plain arrays for the compiled code
    cost: CostArray, candidate_at: IntArray, areas: IntArray, homes: IntArray, given: int, state: NDArray[np.uint64]
) -> bool:
    """Choose the homes after the first `given` at random, far areas first (k-means++, Arthur & Vassilvitskii 2007).

    Return whether there were candidates enough.
    """
    n = len(areas)
    least = np.full(n, np.inf)
    for h in range(given):
        for row in range(n):
            least[row] = min(least[row], float(cost[areas[row], homes[h]]))
    for h in range(given, len(homes)):
        total = 0.0
        for row in range(n):
            c = candidate_at[areas[row]]
            if c >= 0:
                total += 1.0 if h == 0 else least[row]
        aim = next_random(state) * total
        chosen = -1
        for row in range(n):
            c = candidate_at[areas[row]]
            if c < 0:
                continue
            taken = False
            for g in range(h):
                taken |= homes[g] == c
            if taken:
                continue
            chosen = c
            aim -= 1.0 if h == 0 else least[row]
            if aim < 0.0:
                break
        if chosen < 0:
            return False
        homes[h] = chosen
        for row in range(n):
            least[row] = min(least[row], float(cost[areas[row], chosen]))
    return True


@njit(cache=True, nogil=True)
def sow_evenly(  # noqa: C901, PLR0917 - plain arrays for the compiled code
    cost: CostArray, candidate_at: IntArray, homes: IntArray, given: int, limits: Limits, state: NDArray[np.uint64]
) -> None:
    """Choose the homes after the first `given` at random, drawn from what the others leave.

    Every home takes the areas that are near for their size until it has a mean territory; the next one is drawn from
    what is left, so that homes are as dense as the amounts to be balanced.
    """
    amounts = limits[0]
    n = amounts.shape[1]
    size = np.full(n, 1e-9)
    for m in range(len(amounts)):
        for i in range(n):
            size[i] += amounts[m, i] / len(amounts)
    left = size.copy()
    used = np.zeros(cost.shape[1], dtype=np.bool_)
    far = np.zeros(n)
    for h in range(len(homes)):
        if h >= given:
            total = 0.0
            for i in range(n):
                if candidate_at[i] >= 0 and not used[candidate_at[i]]:
                    total += left[i]
            aim = next_random(state) * total
            for i in range(n):
                c = candidate_at[i]
                if c < 0 or used[c]:
                    continue
                homes[h] = c
                aim -= left[i]
                if aim < 0.0:
                    break
        used[homes[h]] = True
        for i in range(n):
            far[i] = float(cost[i, homes[h]]) / size[i] if left[i] > 0.0 else np.inf
        wanted = 1.0
        for i in ascending(far):
            taken = min(left[i], wanted)
            left[i] -= taken
            wanted -= taken
            if wanted <= 0.0:
                break


@njit(cache=True, nogil=True)
def settle(  # noqa: PLR0917 - plain arrays for the compiled code
    cost: CostArray,
    area_of: IntArray,
    candidate_at: IntArray,
    areas: IntArray,
    homes: IntArray,
    n_fixed: int,
    limits: Limits,
    price: FloatArray,
    rounds: int,
    passes: int,
) -> Shared:
    """Alternate sharing out and recentring (Cooper 1964, doi:10.1137/1006005) until no home moves.

    `homes` and `price` are improved in place.
    """
    shared = Shared(np.zeros(len(areas), dtype=np.int64), np.inf)
    for turn in range(rounds):
        near = nearest(cost, area_of, areas, homes)
        shared = share_out(near, limits, softness(near[0], limits), price, passes)
        if turn == rounds - 1 or recentre(cost, candidate_at, areas, shared.labels, homes, n_fixed) == 0:
            break
    return shared
