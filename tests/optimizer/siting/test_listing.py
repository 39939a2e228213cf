"""Lists hold every territory that a cheap plan may use, each once."""

from itertools import combinations

import numpy as np
import pytest

from optimizer.siting import listing as module
from optimizer.siting.instance import CLOSED
from optimizer.siting.listing import list_territories
from tests.optimizer.siting.brute_force import least_cost
from tests.optimizer.siting.builders import line, random_siting
from tests.optimizer.siting.test_bound import bounded

CONTIGUOUS = [seed for seed in range(40) if random_siting(seed).contiguous]


def listed(instance, cutoff):
    """The list of an instance at its root bound."""
    limits, map_, pairs, region, prices, bound = bounded(instance, 300)
    return list_territories(instance, limits, map_, pairs, region=region, prices=prices, bound=bound, cutoff=cutoff)


def territories(instance):
    """Every connected territory within limits with the cost of its cheapest home, by trying all sets of areas.

    None holds two areas that are certain to be homes.
    """
    n, fixed = instance.n_areas, instance.fixed.tolist()
    certain = fixed if instance.n_homes < instance.n_candidates else list(range(instance.n_candidates))
    edges = {tuple(edge) for edge in instance.edges.tolist()}
    found = {}
    for size in range(1, n + 1):
        for areas in combinations(range(n), size):
            reached = {areas[0]}
            for _ in areas:
                reached |= {b for b in areas for a in reached if (a, b) in edges or (b, a) in edges}
            for j, home in enumerate(instance.candidates.tolist()):
                place = fixed.index(j) if j in fixed else instance.n_homes - 1
                strange = [other for other in certain if other != j and int(instance.candidates[other]) in areas]
                cost = instance.cost[list(areas), j]
                if home not in areas or len(reached) < size or strange or (cost == CLOSED).any():
                    continue
                if j not in fixed and instance.n_homes == len(fixed):
                    continue
                sums = [int(m.amounts[list(areas)].sum()) for m in instance.measures]
                if all(m.lower[place] <= s <= m.upper[place] for m, s in zip(instance.measures, sums, strict=True)):
                    found[areas] = min(found.get(areas, CLOSED), int(cost.sum()))
    return found


@pytest.mark.parametrize("seed", CONTIGUOUS)
def test_without_a_limit_every_territory_is_listed(seed):
    """The same sets of areas at the same costs as by trying all sets, where any choice of homes can be."""
    instance = random_siting(seed)
    if not np.isfinite(bounded(instance, 300)[-1].value):
        return
    found = listed(instance, np.inf)
    sets = [tuple(np.flatnonzero(row).tolist()) for row in found.holds]
    assert len(sets) == len(set(sets))
    assert dict(zip(sets, found.cost.astype(int).tolist(), strict=True)) == territories(instance)


@pytest.mark.parametrize("areas", [6, 8])
def test_the_best_plan_is_listed_below_a_cutoff_just_above_it(areas):
    """A row cut in two: the list at the optimum plus one is shorter than that of all, but has both halves."""
    instance = line(areas, 2, areas // 2, areas // 2)
    best = least_cost(instance)
    found = listed(instance, best + 1.0)
    half = [True] * (areas // 2) + [False] * (areas // 2)
    halves = [row for row in found.holds.tolist() if row in (half, half[::-1])]
    assert len(halves) == 2
    assert len(found.cost) <= len(listed(instance, np.inf).cost)


@pytest.mark.parametrize("limit", ["MOST_TERRITORIES", "MOST_TRIES"])
def test_a_long_list_is_given_up(limit, monkeypatch):
    """More territories or tries than allowed give no list at all, never a part of one."""
    monkeypatch.setattr(module, limit, 3)
    assert listed(line(8, 2, 1, 7), np.inf) is None
