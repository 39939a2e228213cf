"""Find the areas that would lose their way home if one area left its territory, in compiled code."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CutOff:
    """One depth-first walk through every territory, from its home."""

    starts: IntArray
    """Where the neighbours of each area start in `neighbours`. Shape (areas + 1,)."""
    neighbours: IntArray
    """Shape (2 · edges,)."""
    order: IntArray
    """Areas in the order of the walk; those that no home reaches are left out at the end. Shape (areas,)."""
    place: IntArray
    """Place of each area in `order`; -1 for areas that are cut off already. Shape (areas,)."""
    parent: IntArray
    """Area from which the walk came; -1 for homes and areas that are cut off. Shape (areas,)."""
    low: IntArray
    """Earliest place that an area's subtree touches. Shape (areas,)."""
    size: IntArray
    """Areas of the subtree, the area itself included. Shape (areas,)."""
    count: IntArray
    """Areas that are cut off if an area leaves. Shape (areas,)."""

    def beside(self, area: int) -> IntArray:
        """Return the neighbours of an area."""
        return self.neighbours[self.starts[area] : self.starts[area + 1]]

    def by(self, area: int) -> IntArray:
        """Return the areas that are cut off if an area leaves, in rising order."""
        if self.place[area] < 0:
            return np.zeros(0, dtype=np.int64)
        near = self.beside(area)
        children = near[self.parent[near] == area]
        if self.parent[area] >= 0:
            lost = children[self.low[children] >= self.place[area]]
        else:
            lost = np.delete(children, self.size[children].argmax()) if len(children) else children
        spans = [self.order[self.place[child] : self.place[child] + self.size[child]] for child in lost.tolist()]
        return np.sort(np.concatenate(spans)) if spans else np.zeros(0, dtype=np.int64)


def cut_off(instance: TerritoryInstance, plan: TerritoryPlan) -> CutOff:
    """Walk through every territory and count what hangs on each area alone.

    An area is a cut vertex when a subtree below it reaches no earlier place (Hopcroft & Tarjan, Communications of the
    ACM 16(6), 1973, doi:10.1145/362248.362272); the subtrees that do not are what its leaving cuts off. If a home
    leaves, what it held together is cut off from the largest piece.

    Parameters
    ----------
    plan
        Each rep's home area roots the walk; without it, the rep's first area does.
    """
    n = instance.n_areas
    starts, neighbours = neighbour_lists(instance.edges, n)
    owner = plan.rep_of_area.astype(np.int64)
    roots = instance.home_areas.astype(np.int64).copy()
    first = np.full(instance.n_reps, -1, dtype=np.int64)
    np.put(first, owner[::-1], np.arange(n)[::-1])
    lost = owner[roots] != np.arange(instance.n_reps)
    roots[lost] = first[lost]
    order, place, parent, low = _walk(starts, neighbours, owner, roots)
    size, count = _sum_up(order, place, parent, low)
    return CutOff(
        starts=starts,
        neighbours=neighbours,
        order=order,
        place=place,
        parent=parent,
        low=low,
        size=size,
        count=count,
    )


def neighbour_lists(edges: IntArray, n_areas: int) -> tuple[IntArray, IntArray]:
    """Lay out pairs of neighbours as one list per area, each sorted. Shapes (areas + 1,) and (2 · edges,)."""
    pairs = edges.reshape(-1, 2)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    starts = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=n_areas))]).astype(np.int64)
    return starts, np.ascontiguousarray(both[:, 1], dtype=np.int64)


@njit(cache=True)
def _walk(
    starts: IntArray, neighbours: IntArray, owner: IntArray, roots: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:  # pragma: no cover - compiled
    """Walk each territory depth first without recursion; return order, place, parent, and low before children."""
    n = len(owner)
    order = np.full(n, -1, dtype=np.int64)
    place, parent, low = order.copy(), order.copy(), order.copy()
    at = starts[:-1].copy()
    seen = 0
    for root in roots:
        if root < 0 or place[root] >= 0:
            continue
        area = root
        place[root] = low[root] = seen
        order[seen] = root
        seen += 1
        while area >= 0:
            if at[area] == starts[area + 1]:
                area = parent[area]
                continue
            other = neighbours[at[area]]
            at[area] += 1
            if owner[other] != owner[area]:
                continue
            if place[other] >= 0:
                low[area] = min(low[area], place[other])
                continue
            parent[other] = area
            place[other] = low[other] = seen
            order[seen] = other
            seen += 1
            area = other
    return order, place, parent, low


@njit(cache=True)
def _sum_up(
    order: IntArray, place: IntArray, parent: IntArray, low: IntArray
) -> tuple[IntArray, IntArray]:  # pragma: no cover - compiled
    """Gather `low` from the last area of the walk to the first; return sizes of subtrees, and what each cuts off.

    `low` may hold the parent's own place, which never makes it less than that place.
    """
    n = len(order)
    size, count, largest = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for area in order[::-1]:
        above = parent[area] if area >= 0 else -1
        if above < 0:
            continue
        size[above] += size[area]
        low[above] = min(low[above], low[area])
        largest[above] = max(largest[above], size[area])
        if low[area] >= place[above]:
            count[above] += size[area]
    for area in range(n):
        if parent[area] < 0 and place[area] >= 0:
            count[area] -= largest[area]
    return size, count
