"""List the pairs (candidate, area) that a plan may use, dropping those that no contiguous plan can."""

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.territory.instance import NO_LIMIT, IntArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

UNREACHED: Final = np.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limits:
    """Amounts per area and the limits of a home at each candidate, as floats for the kernels; sums stay below 2⁵³."""

    amounts: FloatArray
    """Shape (measures, areas)."""
    lower: FloatArray
    """Shape (measures, candidates)."""
    upper: FloatArray
    """Shape (measures, candidates)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """The map as neighbour lists: those of area i are `area[start[i]:start[i + 1]]`."""

    start: IntArray
    area: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Open pairs by candidate: those of candidate j are entries `start[j]` to `start[j + 1]`."""

    start: IntArray
    """Shape (candidates + 1,)."""
    area: IntArray
    """Shape (pairs,)."""
    cost: FloatArray
    """Shape (pairs,)."""

    def kept(self, keep: BoolArray) -> "Pairs":
        """Return the pairs of a selection. Shape of `keep`: (pairs,)."""
        kept_before = np.concatenate([[0], np.cumsum(keep)])
        return Pairs(start=kept_before[self.start].astype(np.int64), area=self.area[keep], cost=self.cost[keep])

    def candidate(self) -> IntArray:
        """Return the candidate of each pair. Shape (pairs,)."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))


def limits_of(instance: SitingInstance) -> Limits:
    """Spread the limits of homes over candidates: fixed homes have their own, all others those of the free homes."""
    measures, candidates = len(instance.measures), instance.n_candidates
    lower, upper = np.zeros((measures, candidates)), np.zeros((measures, candidates))
    amounts = np.array([m.amounts for m in instance.measures], dtype=np.float64).reshape(measures, instance.n_areas)
    for m, measure in enumerate(instance.measures):
        most = float(measure.amounts.sum())
        for side, values, empty in ((lower, measure.lower, 0.0), (upper, measure.upper, most)):
            bound = np.where(values == NO_LIMIT, most, values)
            side[m] = bound[-1] if instance.n_homes > len(instance.fixed) else empty
            side[m, instance.fixed] = bound[: len(instance.fixed)]
    return Limits(amounts=amounts, lower=lower, upper=upper)


def neighbours_of(instance: SitingInstance) -> Neighbours:
    """Return the neighbour lists of the map."""
    n, edges = instance.n_areas, instance.edges.reshape(-1, 2)
    ends = np.concatenate([edges, edges[:, ::-1]])
    graph = csr_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return Neighbours(start=graph.indptr.astype(np.int64), area=graph.indices.astype(np.int64))


def open_pairs(instance: SitingInstance, limits: Limits, neighbours: Neighbours) -> Pairs:
    """Return the pairs that a plan may use.

    A pair is dropped if it is closed, or if every connected territory that holds both areas exceeds an upper limit: the
    least amount on a path between them does. Candidates that cannot reach a lower limit lose all their pairs.
    """
    allowed = instance.cost.T != CLOSED
    if instance.contiguous:
        for amounts, upper in zip(limits.amounts, limits.upper, strict=True):
            for j, home in enumerate(instance.candidates.tolist()):
                weight = np.where(allowed[j], amounts, UNREACHED)
                allowed[j] &= path_weights(neighbours.start, neighbours.area, weight, home, upper[j]) <= upper[j]
        if not limits.amounts.size:
            for j, home in enumerate(instance.candidates.tolist()):
                weight = np.where(allowed[j], 0.0, UNREACHED)
                allowed[j] = path_weights(neighbours.start, neighbours.area, weight, home, 0.0) <= 0.0
    else:
        for amounts, upper in zip(limits.amounts, limits.upper, strict=True):
            allowed &= (
                amounts
                + amounts[instance.candidates][:, None] * (np.arange(instance.n_areas) != instance.candidates[:, None])
                <= upper[:, None]
            )
    for amounts, lower in zip(limits.amounts, limits.lower, strict=True):
        allowed &= (allowed @ amounts >= lower)[:, None]
    return pairs_where(instance, allowed)


def pairs_where(instance: SitingInstance, allowed: BoolArray) -> Pairs:
    """Return the pairs of a table. Shape of `allowed`: (candidates, areas)."""
    start = np.concatenate([[0], np.cumsum(allowed.sum(axis=1))]).astype(np.int64)
    area = np.nonzero(allowed)[1].astype(np.int64)
    return Pairs(start=start, area=area, cost=instance.cost.T[allowed].astype(np.float64))


@numba.njit(cache=True)
def path_weights(
    start: IntArray, neighbour: IntArray, weight: FloatArray, source: int, limit: float
) -> FloatArray:  # pragma: no cover
    """Return the least sum of weights of areas on a path from a source, both ends counted; infinite beyond a limit.

    Weights are not negative and infinite where no path may pass (Dijkstra with a binary heap).
    Shape (areas,).
    """
    n = len(start) - 1
    best = np.full(n, np.inf)
    if weight[source] > limit:
        return best
    best[source] = weight[source]
    heap = [(weight[source], source)]
    while len(heap) > 0:
        length, area = _pop(heap)
        if length > best[area]:
            continue
        for e in range(start[area], start[area + 1]):
            other = neighbour[e]
            onward = length + weight[other]
            if onward <= limit and onward < best[other]:
                best[other] = onward
                _push(heap, (onward, other))
    return best


@numba.njit(cache=True)
def _push(heap, item):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 # pragma: no cover
    heap.append(item)
    place = len(heap) - 1
    while place > 0:
        parent = (place - 1) >> 1
        if heap[parent] <= heap[place]:
            break
        heap[parent], heap[place] = heap[place], heap[parent]
        place = parent


@numba.njit(cache=True)
def _pop(heap):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 # pragma: no cover
    top = heap[0]
    last = heap.pop()
    if len(heap) > 0:
        heap[0] = last
        place = 0
        while True:
            child = 2 * place + 1
            if child >= len(heap):
                break
            if child + 1 < len(heap) and heap[child + 1] < heap[child]:
                child += 1
            if heap[place] <= heap[child]:
                break
            heap[place], heap[child] = heap[child], heap[place]
            place = child
    return top
