"""List every territory that a plan cheaper than a limit may use: few on small maps with tight limits."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.siting.bound import Bound, Prices, Region
from optimizer.siting.fixing import extra_of_candidates
from optimizer.siting.instance import SitingInstance
from optimizer.siting.pairs import FloatArray, Limits, Neighbours, Pairs
from optimizer.territory.instance import IntArray

MOST_TERRITORIES: Final = 250_000
"""Territories that a list may hold."""

MOST_CELLS: Final = 50_000_000
"""Territories times areas that a list may hold."""

MOST_TRIES: Final = 2_000_000
"""Areas that are tried to be taken or left for one list: about a second."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listing:
    """Territories with the candidate that serves each at the least cost."""

    holds: NDArray[np.bool_]
    """Which areas a territory holds. Shape (territories, areas)."""
    candidate: IntArray
    """Shape (territories,)."""
    cost: FloatArray
    """Shape (territories,)."""

    def kept(self, keep: NDArray[np.bool_] | IntArray) -> "Listing":
        """Return the territories of a selection."""
        return Listing(holds=self.holds[keep], candidate=self.candidate[keep], cost=self.cost[keep])


def list_territories(
    instance: SitingInstance,
    limits: Limits,
    neighbours: Neighbours,
    pairs: Pairs,
    *,
    region: Region,
    prices: Prices,
    bound: Bound,
    cutoff: float,
) -> Listing | None:
    """List the connected territories within limits that a plan of a region below a cutoff may use.

    Territories grow from each candidate, area by area taken or left; an area taken above its price, or left below it,
    takes from what the bound leaves to the cutoff (Garfinkel & Nemhauser 1970, doi:10.1287/mnsc.16.8.B495, list
    districts; reduced costs limit the list as in Baldacci et al. 2008, doi:10.1007/s10107-007-0178-5). Of equal
    territories the cheapest stays; those of a fixed home hold its area, which no other may.

    Parameters
    ----------
    instance, limits, neighbours, pairs
        The problem; territories must be contiguous.
    region, prices, bound
        All choices, and their bound at the prices.
    cutoff
        What a plan must cost less than.

    Returns
    -------
    Listing or None
        `None` if there are more than `MOST_TERRITORIES`, or more than `MOST_TRIES` tries would be needed.
    """
    n, extra = instance.n_areas, extra_of_candidates(bound, region)
    found, served_from = list[NDArray[np.bool_]](), list[int]()
    tries, total = MOST_TRIES, 0
    most = min(MOST_TERRITORIES, MOST_CELLS // n)
    room = np.zeros((most, n), dtype=np.bool_)
    for j, home in enumerate(instance.candidates.tolist()):
        if not extra[j] < cutoff - bound.value:
            continue
        here = slice(int(pairs.start[j]), int(pairs.start[j + 1]))
        area = pairs.area[here]
        priced = np.full(n, np.inf)
        priced[area] = pairs.cost[here] + prices.balance[:, j] @ limits.amounts[:, area] - prices.area[area]
        priced[(region.owner >= 0) & (region.owner != j)] = np.inf
        count, used = grow_all(
            home,
            neighbours.start,
            neighbours.area,
            priced,
            cutoff - bound.value - extra[j],
            limits.amounts,
            limits.lower[:, j].copy(),
            limits.upper[:, j].copy(),
            tries,
            room[: most - total],
        )
        tries -= used
        if tries < 0 or total + count >= most:
            return None
        found.append(room[:count].copy())
        served_from.append(j)
        total += count
    if not total:
        return Listing(holds=room[:0], candidate=np.zeros(0, dtype=np.int64), cost=np.zeros(0))
    holds = np.concatenate(found)
    candidate = np.repeat(served_from, [len(some) for some in found]).astype(np.int64)
    cost = np.concatenate(
        [rows @ instance.cost[:, of].astype(np.float64) for rows, of in zip(found, served_from, strict=True)]
    )
    return _cheapest_of_equals(Listing(holds=holds, candidate=candidate, cost=cost))


def _cheapest_of_equals(listing: Listing) -> Listing:
    """Keep one of the territories with the same areas, cheapest first, in the order of cost."""
    ordered = listing.kept(np.lexsort((listing.candidate, listing.cost)))
    packed = np.packbits(ordered.holds, axis=1)
    _, first = np.unique(packed, axis=0, return_index=True)
    return ordered.kept(np.sort(first))


@njit(cache=True)
def grow_all(  # type: ignore[no-untyped-def] # noqa: ANN201, C901, PLR0912, PLR0915, PLR0917 # pragma: no cover
    home: int,
    start: IntArray,
    neighbour: IntArray,
    priced: FloatArray,
    spare: float,
    amounts: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    most_tries: int,
    rows: NDArray[np.bool_],
):
    """Write the connected territories of a home whose extra is below the spare, each once.

    Areas beside the territory are taken or left one after the other in the order in which they were reached; what is
    taken puts its own neighbours at the end.

    Parameters
    ----------
    home, start, neighbour
        Where to begin, and the map.
    priced
        What each area adds above its price, negative if it pays for itself, infinite if closed. Shape (areas,).
    spare
        What taking dear areas and leaving cheap ones must stay below.
    amounts, lower, upper
        Shapes (measures, areas), (measures,), (measures,).
    most_tries
        Tries after which the search gives up.
    rows
        Receives the territories. Shape (most territories, areas).

    Returns
    -------
    tuple of int and int
        Territories written, all rows if there are more, and tries.
    """
    n, measures = len(priced), len(amounts)
    taken, reached = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    rim = np.empty(n, dtype=np.int64)
    n_rim = np.zeros(n + 1, dtype=np.int64)
    attempt = np.zeros(n + 1, dtype=np.int64)
    room, unreached = np.zeros(n + 1), np.zeros(n + 1)
    sums = np.zeros(measures)
    taken[home] = reached[home] = True
    for q in range(measures):
        sums[q] = amounts[q, home]
    for i in range(n):
        if not reached[i] and priced[i] < 0.0:
            unreached[0] += priced[i]
    room[0] = spare
    for e in range(start[home], start[home + 1]):
        other = neighbour[e]
        if priced[other] < np.inf:
            reached[other] = True
            rim[n_rim[0]] = other
            n_rim[0] += 1
            unreached[0] -= min(0.0, priced[other])
    depth, found, tries = 0, 0, 0
    while depth >= 0:
        if depth == n_rim[depth]:
            fits = room[depth] + unreached[depth] > 0.0
            for m in range(measures):
                if sums[m] < lower[m] or sums[m] > upper[m]:
                    fits = False
            if fits:
                if found == len(rows):
                    return found, tries
                rows[found] = taken
                found += 1
            depth -= 1
            continue
        area = rim[depth]
        if attempt[depth] == 0:
            attempt[depth] = 1
            tries += 1
            if tries > most_tries:
                return found, tries
            left = room[depth] - max(0.0, priced[area])
            fits = left > 0.0
            for m in range(measures):
                if sums[m] + amounts[m, area] > upper[m]:
                    fits = False
            if fits:
                taken[area] = True
                sums += amounts[:, area]
                n_rim[depth + 1] = n_rim[depth]
                unreached[depth + 1] = unreached[depth]
                for e in range(start[area], start[area + 1]):
                    other = neighbour[e]
                    if not reached[other] and priced[other] < np.inf:
                        reached[other] = True
                        rim[n_rim[depth + 1]] = other
                        n_rim[depth + 1] += 1
                        unreached[depth + 1] -= min(0.0, priced[other])
                room[depth + 1] = left
                depth += 1
                attempt[depth] = 0
                continue
        if attempt[depth] == 1:
            attempt[depth] = 2
            if taken[area]:
                taken[area] = False
                sums -= amounts[:, area]
                for place in range(n_rim[depth], n_rim[depth + 1]):
                    reached[rim[place]] = False
            left = room[depth] + min(0.0, priced[area])
            if left > 0.0:
                n_rim[depth + 1] = n_rim[depth]
                unreached[depth + 1] = unreached[depth]
                room[depth + 1] = left
                depth += 1
                attempt[depth] = 0
                continue
        depth -= 1
    return found, tries
