"""Covers hold every area once, and none is cheaper."""

from itertools import combinations

import numpy as np
import pytest

from optimizer.siting.covering import area_prices, cheapest_cover, words_of
from optimizer.siting.listing import Listing


def random_list(seed):
    """Up to 24 territories of 7 areas, among them some that hold each area once, and how many to choose."""
    random = np.random.default_rng(seed)
    homes = int(random.integers(1, 5))
    parts = random.integers(0, homes, 7)
    rows = [parts == h for h in range(homes) if (parts == h).any()]
    rows += [row for row in random.random((20, 7)) < 0.35 if row.any()]
    return Listing(
        holds=np.array(rows),
        candidate=np.zeros(len(rows), dtype=np.int64),
        cost=random.integers(0, 30, len(rows)).astype(np.float64),
    ), homes


def tried(listing, homes):
    """Cost of the cheapest cover, infinite if there is none, by trying all choices."""
    choices = (list(choice) for choice in combinations(range(len(listing.cost)), homes))
    return min(
        (listing.cost[choice].sum() for choice in choices if (listing.holds[choice].sum(axis=0) == 1).all()),
        default=np.inf,
    )


def covered(listing, homes, *, cutoff=np.inf, work=10.0, stop=False):
    """The answer of the search."""
    return cheapest_cover(listing, homes, cutoff=cutoff, work=work, stop=lambda: stop)


@pytest.mark.parametrize("seed", range(40))
def test_agrees_with_trying_all_choices(seed):
    """The cheapest cover is found, also if the cutoff is just above it, and none below it."""
    listing, homes = random_list(seed)
    best = tried(listing, homes)
    answer = covered(listing, homes)
    assert answer.done
    assert (answer.chosen is None) == (best == np.inf)
    if answer.chosen is None:
        return
    assert listing.holds[answer.chosen].sum(axis=0).tolist() == [1] * 7
    assert listing.cost[answer.chosen].sum() == best
    assert covered(listing, homes, cutoff=best + 0.5).chosen is not None
    assert covered(listing, homes, cutoff=best - 0.5).chosen is None


@pytest.mark.parametrize("seed", range(40))
def test_prices_never_claim_too_much(seed):
    """No cover costs less than the value and what its territories add."""
    listing, homes = random_list(seed)
    value, above = area_prices(listing, homes)
    assert above.min() >= 0.0
    for choice in map(list, combinations(range(len(listing.cost)), homes)):
        if (listing.holds[choice].sum(axis=0) == 1).all():
            assert listing.cost[choice].sum() >= value + above[choice].sum() - 1e-6


def test_no_work_left_is_not_a_proof():
    """Without work, or when told to stop, nothing is claimed."""
    holds = np.array([[True, False], [False, True], [True, True]])
    listing = Listing(holds=holds, candidate=np.arange(3), cost=np.array([3.0, 4.0, 1.0]))
    for answer in (covered(listing, 2, work=0.0), covered(listing, 2, stop=True)):
        assert (answer.chosen, answer.done) == (None, False)
    assert covered(listing, 2).chosen.tolist() == [0, 1]


def test_bits_are_those_of_the_areas():
    """Area i is bit i % 64 of word i // 64."""
    holds = np.random.default_rng(0).random((5, 130)) < 0.5
    words = words_of(holds)
    assert words.shape == (5, 3)
    for row, bits in zip(holds.tolist(), words.tolist(), strict=True):
        assert [bool(bits[i // 64] >> (i % 64) & 1) for i in range(130)] == row
