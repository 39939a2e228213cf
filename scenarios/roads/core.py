"""Shrink a road graph to its core: junctions that nobody asks about go, what it takes between all others stays."""

from typing import Final

import numpy as np

from scenarios.roads.network import Ints

MOST_NEIGHBOURS: Final = 5
"""Of a junction that is left out: with more, the arcs that stand in for it are too many to be a gain."""


def core_of(n_nodes: int, tail: Ints, head: Ints, weight: Ints, *, kept: Ints) -> tuple[Ints, Ints, Ints]:
    """Leave junctions out round by round, none beside another in one round, those with few neighbours first.

    Each way in and on through such a junction becomes an arc of its own, and of parallel arcs the lightest stays, so
    that whole-number weights of lightest ways between all others are exactly what they were (node contraction:
    Geisberger et al. 2008, doi:10.1007/978-3-540-68552-4_24).

    Parameters
    ----------
    tail, head, weight
        Arcs, at most one from a junction to another. Shape (arcs,) each.
    kept
        Junctions that must stay.

    Returns
    -------
    tuple
        Tail, head and weight of the arcs of the core, sorted by tail, then head; junctions keep their numbers.
    """
    may_go = np.ones(n_nodes, dtype=bool)
    may_go[kept] = False
    shuffled = np.random.default_rng(0).permutation(n_nodes)  # along a street in order, one of it would go at a time
    while True:
        chosen = _apart(n_nodes, tail, head, may_go, shuffled)
        if not chosen.any():
            return tail, head, weight
        through = _ways_through(tail, head, weight, chosen)
        stay = ~(chosen[tail] | chosen[head])
        arcs = [np.concatenate([old[stay], new]) for old, new in zip((tail, head, weight), through, strict=True)]
        tail, head, weight = _lightest(*arcs)


def _apart(n_nodes: int, tail: Ints, head: Ints, may_go: np.ndarray, shuffled: Ints) -> np.ndarray:
    """Choose junctions of few neighbours, none beside another. Shape (nodes,), true for those chosen."""
    one, other = np.divmod(np.unique(np.minimum(tail, head) * n_nodes + np.maximum(tail, head)), n_nodes)
    neighbours = np.bincount(one, minlength=n_nodes) + np.bincount(other, minlength=n_nodes)
    candidate = may_go & (neighbours > 0) & (neighbours <= MOST_NEIGHBOURS)
    rank = np.where(candidate, neighbours * n_nodes + shuffled, np.iinfo(np.int64).max)
    first = rank.copy()
    np.minimum.at(first, one, rank[other])
    np.minimum.at(first, other, rank[one])
    return np.asarray(candidate & (first == rank))


def _ways_through(tail: Ints, head: Ints, weight: Ints, chosen: np.ndarray) -> tuple[Ints, Ints, Ints]:
    """Join each arc into a chosen junction with each arc out of it, but for those that turn back."""
    into, out = np.flatnonzero(chosen[head]), np.flatnonzero(chosen[tail])
    out = out[np.argsort(tail[out], kind="stable")]
    first, end = (np.searchsorted(tail[out], head[into], side) for side in ("left", "right"))
    count = end - first
    before = np.repeat(into, count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    after = out[place]
    on = tail[before] != head[after]
    return tail[before][on], head[after][on], (weight[before] + weight[after])[on]


def _lightest(tail: Ints, head: Ints, weight: Ints) -> tuple[Ints, Ints, Ints]:
    """Keep the lightest of parallel arcs."""
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return tail[first], head[first], weight[first]
