"""Build the nodes of a cross hierarchy: every level of every key, and all of it together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

TOTAL = "total"
ALL = -1
"""Code of a key that a node sums over."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hierarchy:
    """Nodes and what they sum; the bottom series come first, in their own order, the total last."""

    keys: tuple[str, ...]
    codes: NDArray[np.int64]
    """Number of the member of each key, `ALL` where the node sums over it. Shape (nodes, keys)."""
    levels: tuple[str, ...]
    """Names of the levels from the bottom to the total, such as "region × category"."""
    level: NDArray[np.int64]
    """Index of the level of each node. Shape (nodes,)."""
    summing: NDArray[np.float64]
    """1 where a node holds a bottom series. Shape (nodes, bottom)."""
    ancestors: NDArray[np.int64]
    """The node that holds all of each node's member of a key, and the total in the last column.
    Shape (nodes, keys + 1)."""

    @property
    def bottom(self) -> int:
        """Number of bottom series."""
        return int(self.summing.shape[1])

    def nodes_of(self, codes: Sequence[Sequence[int]]) -> list[int]:
        """Find the first node of the same members as each row of codes, `ALL` standing for every member of a key."""
        place: dict[bytes, int] = {}
        for node in range(len(self.summing) - 1, -1, -1):
            place[self.summing[node].tobytes()] = node
        series = self.codes[: self.bottom]
        wanted = [((series == row) | (np.array(row) == ALL)).all(axis=1).astype(np.float64) for row in codes]
        return [place[members.tobytes()] for members in wanted]

    def total(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum bottom series to all nodes; a period unknown in one is unknown in all that hold it.

        Parameters
        ----------
        values
            Shape (bottom, ...).

        Returns
        -------
        Shape (nodes, ...).
        """
        flat = values.reshape(self.bottom, -1)
        unknown = self.summing @ np.isnan(flat).astype(np.float64) > 0
        sums = np.where(unknown, np.nan, self.summing @ np.nan_to_num(flat))
        sums[: self.bottom] = flat
        return np.asarray(sums).reshape(-1, *values.shape[1:])

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average what is known of bottom series over the members of each node. Shape (nodes, ...)."""
        flat = values.reshape(self.bottom, -1)
        share = self.summing / self.summing.sum(axis=1, keepdims=True)
        means = share @ flat
        means[: self.bottom] = flat
        return np.asarray(means).reshape(-1, *values.shape[1:])


def make_hierarchy(keys: Sequence[str], codes: NDArray[np.int64]) -> Hierarchy:
    """Build every level that differs from the others.

    Keys may nest: a region that lies in one state gives no level "state × region" of its own.

    Parameters
    ----------
    codes
        Number of the member of each key, one row per bottom series, no two rows the same. Shape (bottom, keys).
    """
    subsets = [subset for size in range(len(keys), -1, -1) for subset in combinations(range(len(keys)), size)]
    closures = list(dict.fromkeys(_closure(codes, subset) for subset in subsets))
    bottom = tuple(range(len(keys)))
    closures.sort(key=lambda closure: (closure != bottom, not closure, -len(np.unique(codes[:, closure], axis=0))))
    rows, level, summing = [], [], []
    for number, closure in enumerate(closures):
        kept = codes[:, closure]
        for member in codes if closure == bottom else _unique_rows(kept):
            inside = (kept == member).all(axis=1)
            row = np.full(len(keys), ALL, dtype=np.int64)
            row[list(closure)] = member
            rows.append(row)
            level.append(number)
            summing.append(inside)
    table = np.array(rows)
    return Hierarchy(
        keys=tuple(keys),
        codes=table,
        levels=tuple(_name(keys, codes, closure) for closure in closures),
        level=np.array(level),
        summing=np.array(summing, dtype=np.float64),
        ancestors=_ancestors(table, codes),
    )


def _closure(codes: NDArray[np.int64], subset: tuple[int, ...]) -> tuple[int, ...]:
    """Add the keys that follow from those of the subset: a region tells its state."""
    groups = len(np.unique(codes[:, subset], axis=0)) if subset else 1
    return tuple(
        key
        for key in range(codes.shape[1])
        if key in subset or len(np.unique(codes[:, (*subset, key)], axis=0)) == groups
    )


def _unique_rows(kept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the members of a level, sorted; one without keys for the total."""
    return np.unique(kept, axis=0) if kept.shape[1] else np.zeros((1, 0), dtype=np.int64)


def _name(keys: Sequence[str], codes: NDArray[np.int64], closure: tuple[int, ...]) -> str:
    """Name a level by the keys that do not follow from the others."""
    if not closure:
        return TOTAL
    needed = [key for key in closure if key not in _closure(codes, tuple(other for other in closure if other != key))]
    return " × ".join(keys[key] for key in (needed or closure))


def _ancestors(table: NDArray[np.int64], codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find for each node and key the node of that member alone."""
    total = len(table) - 1
    found = np.full((len(table), table.shape[1] + 1), total)
    place = {tuple(row): number for number, row in enumerate(table)}
    for key in range(table.shape[1]):
        closure = _closure(codes, (key,))
        for number, row in enumerate(table):
            if row[key] != ALL:
                parent = np.full(table.shape[1], ALL, dtype=np.int64)
                parent[list(closure)] = row[list(closure)]
                found[number, key] = place[tuple(parent)]
    return found
