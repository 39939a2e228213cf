"""Divide the choices of homes: groups of candidates, each with the number of homes to choose from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from optimizer.siting.bound import Bound, Region
from optimizer.siting.instance import SitingInstance
from optimizer.siting.pairs import FloatArray, Neighbours
from optimizer.territory.instance import IntArray

LEAST_SHARE: Final = 0.02
"""Candidates chosen less often than this do not count when a group is divided."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Geography:
    """How far candidates are from each other, in steps between neighbouring areas."""

    steps: IntArray
    """Shape (candidates, candidates)."""


def geography_of(instance: SitingInstance, neighbours: Neighbours) -> Geography:
    """Count the steps between all candidates; those without a path are farther than any other."""
    n, m = instance.n_areas, instance.n_candidates
    steps = np.full((m, m), n, dtype=np.int64)
    for j, home in enumerate(instance.candidates.tolist()):
        far = np.full(n, n, dtype=np.int64)
        far[home] = 0
        frontier, reached = [home], 0
        while frontier:
            reached += 1
            beyond = []
            for area in frontier:
                for other in neighbours.area[neighbours.start[area] : neighbours.start[area + 1]].tolist():
                    if far[other] == n and other != home:
                        far[other] = reached
                        beyond.append(other)
            frontier = beyond
        steps[j] = far[instance.candidates]
    return Geography(steps=steps)


def root_region(instance: SitingInstance) -> Region:
    """Return all choices: each fixed home alone, all free candidates in one group."""
    fixed, free_homes = instance.fixed, instance.n_homes - len(instance.fixed)
    group = np.full(instance.n_candidates, len(fixed) if free_homes else -1, dtype=np.int64)
    group[fixed] = np.arange(len(fixed))
    homes = np.array([1] * len(fixed) + ([free_homes] if free_homes else []), dtype=np.int64)
    return with_owners(group, homes, instance)


def with_owners(group: IntArray, homes_of_group: IntArray, instance: SitingInstance) -> Region:
    """Return a region; areas whose candidate is certain to be a home belong to it."""
    size = np.bincount(group[group >= 0], minlength=len(homes_of_group))
    certain = np.flatnonzero((group >= 0) & (size == homes_of_group)[np.maximum(group, 0)])
    owner = np.full(instance.n_areas, -1, dtype=np.int64)
    owner[instance.candidates[certain]] = certain
    return Region(group=group, homes_of_group=homes_of_group, owner=owner)


def is_settled(region: Region) -> bool:
    """Say whether the homes of a region are known."""
    return bool(np.count_nonzero(region.group >= 0) == region.homes_of_group.sum())


def without(region: Region, extra: FloatArray, spare: float, instance: SitingInstance) -> Region | None:
    """Return the region without candidates whose extra reaches the spare; `None` if a group has too few left."""
    group = np.where(extra < spare, region.group, -1)
    size = np.bincount(group[group >= 0], minlength=len(region.homes_of_group))
    if (size < region.homes_of_group).any():
        return None
    return with_owners(group, region.homes_of_group, instance)


def divide(region: Region, bound: Bound, geography: Geography, instance: SitingInstance) -> Iterator[Region]:
    """Divide a group in two and yield a region for each way to spread its homes over the two.

    The two are the candidates nearer to the one chosen most often, and those nearer to its strongest rival far away.
    """
    size = np.bincount(region.group[region.group >= 0], minlength=len(region.homes_of_group))
    open_groups = np.flatnonzero(size > region.homes_of_group)
    g = int(open_groups[np.lexsort((-size[open_groups], -region.homes_of_group[open_groups]))[0]])
    members, homes = np.flatnonzero(region.group == g), int(region.homes_of_group[g])
    share = bound.chosen_share[members]
    first = int(np.argmax(share))
    rivalry = np.where(share > LEAST_SHARE, share, 0.0) * geography.steps[members[first], members]
    rival = int(np.argmax(rivalry))
    if rivalry[rival] > 0.0:
        near = geography.steps[members[first], members] <= geography.steps[members[rival], members]
    else:
        near = np.arange(len(members)) == first
    ours, others = members[near], members[~near]
    for here in range(max(0, homes - len(others)), min(homes, len(ours)) + 1):
        group = region.group.copy()
        counts = list(region.homes_of_group.tolist())
        counts[g] = here
        group[others] = len(counts)
        counts.append(homes - here)
        kept = [label for label, count in enumerate(counts) if count]
        relabel = np.full(len(counts) + 1, -1, dtype=np.int64)
        relabel[kept] = np.arange(len(kept))
        yield with_owners(relabel[group], np.array([counts[label] for label in kept], dtype=np.int64), instance)
