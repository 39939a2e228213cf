"""Bounds never exceed what a plan costs, and what they close holds no better plan."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.siting.bound import first_prices, improve_bound
from optimizer.siting.branching import divide, geography_of, root_region
from optimizer.siting.fixing import extra_of_candidates, pairs_below
from optimizer.siting.pairs import limits_of, neighbours_of, open_pairs
from optimizer.siting.partition import find_partition
from tests.optimizer.siting.brute_force import least_cost
from tests.optimizer.siting.builders import line, random_siting


def bounded(instance, iterations):
    """Everything about the bound of all choices."""
    limits, map_ = limits_of(instance), neighbours_of(instance)
    pairs, region = open_pairs(instance, limits, map_), root_region(instance)
    prices = first_prices(pairs, limits, instance.n_areas, instance.n_homes)
    target = 1.0 + 2.0 * prices.area.sum()
    bound = improve_bound(
        pairs, limits, instance.candidates, region, prices, target=target, iterations=iterations, step=1.0
    )
    return limits, map_, pairs, region, prices, bound


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("iterations", [1, 300])
def test_no_plan_costs_less_than_the_bound(seed, iterations):
    """At whatever prices the search stops."""
    instance = random_siting(seed)
    best = least_cost(instance)
    assert bounded(instance, iterations)[-1].value <= (np.inf if best is None else best)


@pytest.mark.parametrize("seed", range(25))
def test_the_best_plan_survives_fixing(seed):
    """With the optimum plus one as cutoff, some best plan only uses what was not closed."""
    instance = random_siting(seed)
    best = least_cost(instance)
    limits, map_, pairs, region, prices, bound = bounded(instance, 300)
    if best is None or not np.isfinite(bound.value):
        return
    keep = pairs_below(
        pairs,
        limits,
        instance,
        region=region,
        prices=prices,
        bound=bound,
        neighbours=map_ if instance.contiguous else None,
        cutoff=best + 1.0,
    )
    kept = pairs.kept(keep)
    allowed = np.zeros(instance.cost.shape, dtype=bool)
    allowed[kept.area, kept.candidate()] = True
    allowed[:, extra_of_candidates(bound, region) + bound.value >= best + 1.0] = False
    out = ~allowed
    out[instance.candidates, np.arange(instance.n_candidates)] = False
    assert least_cost(replace(instance, cost=np.where(out, 2 * best + 9, instance.cost))) == best


def test_a_group_is_divided_without_loss_or_overlap():
    """Each way to choose two of six homes lies in exactly one child."""
    instance = line(6, 2, 3, 3)
    _, map_, _, region, _, bound = bounded(instance, 50)
    children = list(divide(region, bound, geography_of(instance, map_), instance))
    for a in range(6):
        for b in range(a + 1, 6):
            holding = [
                child
                for child in children
                if [int((child.group[[a, b]] == g).sum()) for g in range(len(child.homes_of_group))]
                == child.homes_of_group.tolist()
            ]
            assert len(holding) == 1


def test_partition_needs_limits_that_lumps_can_meet():
    """3, 3, 1, 1 in a row: none of exactly 4 each, one of 3 to 5."""
    for lower, upper, impossible in ((4, 4, True), (3, 5, False)):
        instance = line(4, 2, lower, upper, [3, 3, 1, 1])
        answer = find_partition(instance, limits_of(instance), neighbours_of(instance), work=5.0, deadline=np.inf)
        assert (answer.impossible, answer.labels is None) == (impossible, impossible)
