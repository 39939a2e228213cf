"""Find quickest ways: by scipy, or by customizable contraction hierarchies where they are installed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from scenarios.faults import Fault, ScenarioError
from scenarios.roads.core import core_of
from scenarios.roads.network import Floats, Ints, RoadNetwork

if TYPE_CHECKING:
    from routingkit_cch import CCHQuery

METRE_BITS: Final = 24
"""Bits of a packed weight that count metres: ways up to 16,777 km."""
UNREACHED: Final = np.inf
ROWS_AT_ONCE: Final = 64
"""Dijkstra trees held in memory at a time."""
LEAST_FOR_CORE: Final = 100
"""Trees for which it pays to shrink the graph first: doing so takes as long as about fifty of them."""


class RoadEngine(Protocol):
    """Finds quickest ways between junctions; of equally quick ones, times agree between engines."""

    def matrix(self, starts: Ints, ends: Ints) -> tuple[Floats, Floats]:
        """Give minutes and kilometres from every start to every end, inf without a way. Shape (starts, ends) each."""

    def minutes(self, starts: Ints, ends: Ints) -> Floats:
        """Give minutes only. Shape (starts, ends)."""

    def ways(self, starts: Ints, ends: Ints) -> Iterator[list[int]]:
        """Give the junctions of the way of each pair, in order; empty without a way."""


class Dijkstra:
    """One tree per start, by scipy.

    Time and length of an arc are packed into one whole number, milliseconds above and metres below, which a float64
    holds exactly up to 2^53: one run finds the quickest way, the shortest among equally quick ones, and both figures.
    Large matrices are computed on a core of the graph that has the same quickest ways.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._packed = network.milliseconds * 2**METRE_BITS + network.metres
        self._graph = _graph(network.n_nodes, network.tail, network.head, self._packed)

    def matrix(self, starts: Ints, ends: Ints) -> tuple[Floats, Floats]:
        """Give minutes and kilometres from every start to every end."""
        distinct, which = np.unique(starts, return_inverse=True)
        graph, roots, columns = self._graph, distinct, ends
        if len(distinct) >= LEAST_FOR_CORE:
            graph, left = self._core(np.union1d(distinct, ends))
            roots, columns = np.searchsorted(left, distinct), np.searchsorted(left, ends)
        rows = [
            dijkstra(graph, indices=roots[first : first + ROWS_AT_ONCE])[:, columns]
            for first in range(0, len(roots), ROWS_AT_ONCE)
        ]
        packed = np.concatenate(rows)[which] if rows else np.zeros((0, len(ends)))
        reached = np.isfinite(packed)
        whole = np.where(reached, packed, 0.0).astype(np.int64)
        minutes, kilometres = (whole >> METRE_BITS) / 60_000, (whole & (2**METRE_BITS - 1)) / 1000
        return np.where(reached, minutes, UNREACHED), np.where(reached, kilometres, UNREACHED)

    def _core(self, asked: Ints) -> tuple[csr_array, Ints]:
        """Shrink the graph around junctions that are asked about; give it with the sorted junctions that are left."""
        network = self._network
        tail, head, packed = core_of(network.n_nodes, network.tail, network.head, self._packed, kept=asked)
        left = np.union1d(np.union1d(tail, head), asked)
        return _graph(len(left), np.searchsorted(left, tail), np.searchsorted(left, head), packed), left

    def minutes(self, starts: Ints, ends: Ints) -> Floats:
        """Give minutes only."""
        return self.matrix(starts, ends)[0]

    def ways(self, starts: Ints, ends: Ints) -> Iterator[list[int]]:
        """Give the junctions of the way of each pair."""
        found: dict[tuple[int, int], list[int]] = {}
        for start in np.unique(starts).tolist():
            _, before = dijkstra(self._graph, indices=start, return_predecessors=True)
            for end in np.unique(ends[starts == start]).tolist():
                found[start, end] = _walk_back(before, start, end)
        return (found[pair] for pair in zip(starts.tolist(), ends.tolist(), strict=True))


def _graph(n_nodes: int, tail: Ints, head: Ints, weight: Ints) -> csr_array:
    return csr_array((weight.astype(np.float64), (tail, head)), shape=(n_nodes, n_nodes))


def _walk_back(before: Ints, start: int, end: int) -> list[int]:
    """Follow predecessors from the end to the start."""
    way = [end]
    while way[-1] != start:
        previous = int(before[way[-1]])
        if previous < 0:
            return []
        way.append(previous)
    return way[::-1]


class ContractionHierarchy:
    """Customizable contraction hierarchies by RoutingKit (Dibbelt, Strasser, Wagner 2016, doi:10.1145/2886843)."""

    def __init__(self, network: RoadNetwork) -> None:
        try:
            import routingkit_cch  # noqa: PLC0415 -- an extra
        except ImportError:
            text = 'needs routingkit-cch; install it with: pip install "territory-tours[roads]", or write engine: scipy'
            raise ScenarioError([Fault(file="", key="travel.engine", message=text)]) from None
        tail, head = network.tail.tolist(), network.head.tolist()
        order = routingkit_cch.compute_order_inertial(
            network.n_nodes, tail, head, network.lat.tolist(), network.lon.tolist()
        )
        self._kit = routingkit_cch
        self._metres = network.metres
        hierarchy = routingkit_cch.CCH(order, tail, head, False)
        self._metric: routingkit_cch.CCHMetric = routingkit_cch.CCHMetric(hierarchy, network.milliseconds.tolist())

    def minutes(self, starts: Ints, ends: Ints) -> Floats:
        """Give minutes from every start to every end."""
        distinct, which = np.unique(starts, return_inverse=True)
        targets, column = np.unique(ends, return_inverse=True)
        query = self._kit.CCHOneToMany(self._metric, targets.tolist())
        rows = [query.distances_from(start) for start in distinct.tolist()]
        table = np.array(rows, dtype=np.float64).reshape(len(distinct), len(targets)) / 60_000  # None becomes nan
        return np.asarray(np.where(np.isnan(table), UNREACHED, table)[which][:, column], dtype=np.float64)

    def matrix(self, starts: Ints, ends: Ints) -> tuple[Floats, Floats]:
        """Give minutes and kilometres; kilometres take one query for each pair."""
        minutes = self.minutes(starts, ends)
        query, known = self._kit.CCHQuery(self._metric), dict[tuple[int, int], float]()
        kilometres = np.full(minutes.shape, UNREACHED)
        for row, start in enumerate(starts.tolist()):
            for column, end in enumerate(ends.tolist()):
                if start == end:
                    kilometres[row, column] = 0.0
                elif np.isfinite(minutes[row, column]):
                    if (start, end) not in known:
                        known[start, end] = float(self._metres[query.run(start, end).arc_path].sum()) / 1000
                    kilometres[row, column] = known[start, end]
        return minutes, kilometres

    def ways(self, starts: Ints, ends: Ints) -> Iterator[list[int]]:
        """Give the junctions of the way of each pair."""
        query = self._kit.CCHQuery(self._metric)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield [start] if start == end else _way(query, start, end)


def _way(query: "CCHQuery", start: int, end: int) -> list[int]:
    """Ask for one way; a query holds one result at a time, so that none may outlive its answer."""
    result = query.run(start, end)
    return list(result.node_path) if result.distance is not None else []
