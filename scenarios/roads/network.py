"""Hold a road network as arrays: junctions, one-way arcs, and the course of each arc."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadNetwork:
    """A directed road network; between two junctions there is at most one arc each way, the quickest."""

    lon: Floats
    """Degrees. Shape (nodes,)."""
    lat: Floats
    tail: Ints
    """Junction that an arc leaves; arcs are sorted by tail, then head. Shape (arcs,)."""
    head: Ints
    milliseconds: Ints
    """Time to drive an arc, at least 1. Shape (arcs,)."""
    metres: Ints
    """Length of an arc, at least 1. Shape (arcs,)."""
    course: tuple[Floats, ...]
    """(lon, lat) of the points of each arc between its junctions. Each of shape (points, 2)."""

    @classmethod
    def from_arcs(
        cls, positions: Floats, ends: Ints, seconds: Floats, metres: Floats, course: Sequence[Floats]
    ) -> Self:
        """Make a network of any arcs: loops are left out, of parallel arcs the quickest is kept.

        Parameters
        ----------
        positions
            (lon, lat) of each junction. Shape (nodes, 2).
        ends
            Tail and head of each arc. Shape (arcs, 2).
        """
        milliseconds = np.maximum(1, np.rint(seconds * 1000)).astype(np.int64)
        length = np.maximum(1, np.rint(metres)).astype(np.int64)
        order = np.lexsort((length, milliseconds, ends[:, 1], ends[:, 0]))
        order = order[ends[order, 0] != ends[order, 1]]
        pairs = ends[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        kept = order[first]
        return cls(
            lon=positions[:, 0].copy(),
            lat=positions[:, 1].copy(),
            tail=ends[kept, 0],
            head=ends[kept, 1],
            milliseconds=milliseconds[kept],
            metres=length[kept],
            course=tuple(course[arc] for arc in kept.tolist()),
        )

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.lon)

    def connected(self) -> Self:
        """Keep the largest part in which every junction can be reached from every other.

        Car parks, yards and one-way stubs cut off by the edge of an extract would otherwise catch accounts that no way
        leads to.
        """
        graph = csr_array((self.metres, (self.tail, self.head)), shape=(self.n_nodes, self.n_nodes))
        count, label = connected_components(graph, connection="strong")
        if count <= 1:
            return self
        inside = label == np.bincount(label).argmax()
        number = np.cumsum(inside) - 1
        arcs = np.flatnonzero(inside[self.tail] & inside[self.head])
        return replace(
            self,
            lon=self.lon[inside],
            lat=self.lat[inside],
            tail=number[self.tail[arcs]],
            head=number[self.head[arcs]],
            milliseconds=self.milliseconds[arcs],
            metres=self.metres[arcs],
            course=tuple(self.course[arc] for arc in arcs.tolist()),
        )

    def nearest(self, lon: ArrayLike, lat: ArrayLike) -> Ints:
        """Give the junction nearest to each position."""
        shrink = np.cos(np.radians(self.lat.mean()))
        tree = cKDTree(np.column_stack([self.lon * shrink, self.lat]))
        positions = np.column_stack([np.asarray(lon, dtype=np.float64) * shrink, np.asarray(lat, dtype=np.float64)])
        return np.asarray(tree.query(positions)[1], dtype=np.int64)

    def line(self, nodes: Sequence[int]) -> Floats:
        """Draw the way along junctions, with the course of every arc. Shape (points, 2)."""
        if len(nodes) == 0:
            return np.zeros((0, 2))
        keys = self.tail * self.n_nodes + self.head
        steps = np.array([a * self.n_nodes + b for a, b in itertools.pairwise(nodes)], dtype=np.int64)
        points = [np.array([[self.lon[nodes[0]], self.lat[nodes[0]]]])]
        for arc, node in zip(np.searchsorted(keys, steps).tolist(), nodes[1:], strict=True):
            points += [self.course[arc], np.array([[self.lon[node], self.lat[node]]])]
        return np.concatenate(points)
