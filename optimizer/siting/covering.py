"""Choose territories from a list so that each area lies in one of them, or prove that this costs too much."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from optimizer.plain_arrays import copy_to
from optimizer.siting.bound import ROUNDING_SHARE
from optimizer.siting.listing import Listing
from optimizer.siting.pairs import BoolArray, FloatArray
from optimizer.territory.instance import IntArray

SECONDS_PER_VISIT: Final = 4e-9
"""What looking at a territory counts as deterministic seconds."""

INFEASIBLE: Final = 2
"""Status of a linear program without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cover:
    """What a search for a cover knows."""

    chosen: IntArray | None
    """The cheapest cover below the cutoff, if one was found: places in the list. Shape (homes,)."""
    done: bool
    """Whether `chosen` is the cheapest below the cutoff, or there is none."""
    work: float
    """Deterministic seconds used."""


def cheapest_cover(listing: Listing, n_homes: int, *, cutoff: float, work: float, stop: Callable[[], bool]) -> Cover:
    """Choose `n_homes` territories that hold each area once, at the least cost below a cutoff.

    A linear program prices the areas; what is too dear at these prices is dropped; a depth-first search covers the area
    held by the fewest territories left, cheapest territory first (set partitioning, Garfinkel & Nemhauser 1969,
    doi:10.1287/opre.17.5.848).

    Parameters
    ----------
    listing
        The territories.
    n_homes
        How many to choose.
    cutoff
        Only cheaper covers count; between whole numbers, as costs are whole and prices are not.
    work
        Deterministic seconds at most.
    stop
        Asked before each territory that is chosen first.
    """
    if not listing.holds.any(axis=0).all() or len(listing.cost) < n_homes:
        return Cover(chosen=None, done=True, work=0.0)
    value, above = area_prices(listing, n_homes)
    if not value < cutoff:
        return Cover(chosen=None, done=True, work=0.0)
    open_ = np.flatnonzero(above < cutoff - value)
    open_ = open_[np.argsort(above[open_], kind="stable")]
    small, above = listing.kept(open_), above[open_]
    count = small.holds.sum(axis=0)
    if not count.all():
        return Cover(chosen=None, done=True, work=0.0)
    area = int(np.argmin(count))
    spare, used = cutoff - value, 0.0
    chosen: IntArray | None = None
    bits = words_of(small.holds)
    for first in np.flatnonzero(small.holds[:, area]).tolist():
        if above[first] >= spare:
            break
        if used >= work or stop():
            return Cover(chosen=chosen, done=False, work=used)
        rest = np.flatnonzero((above + above[first] < spare) & ~(bits & bits[first]).any(axis=1))
        held = small.holds[rest]
        choice = np.full(n_homes - 1, -1, dtype=np.int64)
        found, done, visits = complete(
            np.concatenate([[0], np.cumsum(held.sum(axis=1))]).astype(np.int64),
            np.nonzero(held)[1].astype(np.int64),
            bits[rest],
            above[rest],
            small.holds[first].copy(),
            spare - above[first],
            int((work - used) / SECONDS_PER_VISIT),
            choice,
        )
        used += (len(above) + visits) * SECONDS_PER_VISIT
        if found:
            chosen = open_[np.concatenate([[first], rest[choice]])]
            spare = min(spare, float(listing.cost[chosen].sum()) - 0.5 - value)
        if not done:
            return Cover(chosen=chosen, done=False, work=used)
    return Cover(chosen=chosen, done=True, work=used)


def area_prices(listing: Listing, n_homes: int) -> tuple[float, FloatArray]:
    """Return what every cover costs at least, and how much more one with each territory costs. Shape (territories,).

    The prices are those of a linear program; that the value holds follows from the prices alone.
    """
    holds = csr_array(listing.holds.T.astype(np.float64))
    areas, total = holds.shape
    rows = vstack([holds, csr_array(np.ones((1, total)))])
    unit = max(float(listing.cost.mean()), 1.0)
    amounts = np.append(np.ones(areas), n_homes)
    answer = linprog(listing.cost / unit, A_eq=rows, b_eq=amounts, bounds=(0, None), method="highs-ds")
    if answer.status == INFEASIBLE:
        return np.inf, np.zeros(total)
    price = answer.eqlin.marginals * unit if answer.status == 0 else np.zeros(areas + 1)
    above = listing.cost - rows.T @ price
    least = float(above.min())
    value = float(price @ amounts) + n_homes * least
    return value - ROUNDING_SHARE * abs(value), above - least


def words_of(holds: BoolArray) -> NDArray[np.uint64]:
    """Return rows of truth values as bits of 64-bit words. Shape (rows, words)."""
    padded = np.zeros((len(holds), -(-holds.shape[1] // 64) * 64), dtype=np.bool_)
    padded[:, : holds.shape[1]] = holds
    return np.packbits(padded, axis=1, bitorder="little").view(np.dtype("<u8")).astype(np.uint64)


@njit(cache=True)
def complete(  # type: ignore[no-untyped-def] # noqa: ANN201, C901, PLR0912, PLR0915, PLR0917 # pragma: no cover
    start: IntArray,
    member: IntArray,
    bits: NDArray[np.uint64],
    above: FloatArray,
    covered_first: BoolArray,
    spare: float,
    most_visits: int,
    choice: IntArray,
):
    """Complete a cover with as many territories as `choice` has places, adding less than the spare.

    Each area still open adds at least the least share of what a territory with it adds, shared out evenly over the
    territory's open areas; a branch ends when these shares reach the spare.

    Parameters
    ----------
    start, member
        Areas of the territories: those of t are `member[start[t]:start[t + 1]]`. Shapes (territories + 1,), (members,).
    bits
        The same as bits of words. Shape (territories, words).
    above
        What each territory adds, not negative, ascending. Shape (territories,).
    covered_first
        Areas that are covered already. Shape (areas,).
    spare
        What the territories must add less than.
    most_visits
        Looks at a territory after which the search gives up.
    choice
        Receives the territories that add least. Shape (places,).

    Returns
    -------
    tuple of bool, bool and int
        Whether a cover was found, whether the search came to its end, and the looks at a territory.
    """
    total, words = bits.shape
    n, places = len(covered_first), len(choice)
    covered = np.zeros((places + 1, n), dtype=np.bool_)
    copy_to(covered_first, covered[0])
    if places == 0:
        return bool(covered_first.all()), True, 0
    listed = np.empty((places, total), dtype=np.int32)
    branch = np.empty((places, total), dtype=np.int32)
    size, n_branch, place = np.zeros(places, np.int64), np.zeros(places, np.int64), np.zeros(places, np.int64)
    chosen = np.zeros(places, dtype=np.int64)
    spent = np.zeros(places)
    count, least = np.zeros(n, dtype=np.int64), np.zeros(n)
    for t in range(total):
        listed[0, t] = t
    size[0] = total
    found, fresh, visits, depth = False, True, 0, 0
    while depth >= 0:
        if fresh:
            fresh = False
            n_branch[depth] = place[depth] = 0
            visits += size[depth]
            if visits > most_visits:
                return found, False, visits
            count[:] = 0
            least[:] = np.inf
            for q in range(size[depth]):
                t = listed[depth, q]
                share = above[t] / (start[t + 1] - start[t])
                for e in range(start[t], start[t + 1]):
                    count[member[e]] += 1
                    least[member[e]] = min(least[member[e]], share)
            total_above, area = spent[depth], -1
            for i in range(n):
                if not covered[depth, i]:
                    total_above += least[i]
                    if area < 0 or count[i] < count[area]:
                        area = i
            if area >= 0 and total_above < spare:
                word, shift = area // 64, np.uint64(area % 64)
                for q in range(size[depth]):
                    t = listed[depth, q]
                    if (bits[t, word] >> shift) & np.uint64(1):
                        branch[depth, n_branch[depth]] = t
                        n_branch[depth] += 1
        if place[depth] >= n_branch[depth]:
            depth -= 1
            continue
        t = branch[depth, place[depth]]
        place[depth] += 1
        onward = spent[depth] + above[t]
        if onward >= spare:
            depth -= 1
            continue
        chosen[depth] = t
        copy_to(covered[depth], covered[depth + 1])
        for e in range(start[t], start[t + 1]):
            covered[depth + 1, member[e]] = True
        if depth + 1 == places:
            if covered[depth + 1].all():
                found = True
                spare = onward - 0.5  # costs are whole numbers
                copy_to(chosen, choice)
            continue
        kept = 0
        for q in range(size[depth]):
            u = listed[depth, q]
            if onward + above[u] >= spare:
                break
            apart = True
            for w in range(words):
                if bits[u, w] & bits[t, w]:
                    apart = False
                    break
            if apart:
                listed[depth + 1, kept] = u
                kept += 1
        visits += size[depth]
        size[depth + 1] = kept
        spent[depth + 1] = onward
        depth += 1
        fresh = True
    return found, True, visits
