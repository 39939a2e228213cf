"""Steps are shared out at the greatest gain."""

from itertools import product

import numpy as np
import pytest

from optimizer.allocation import AllocationError, diminishing_gains, share_out


def curves(seed: int, groups: int, steps: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return diminishing_gains(random.uniform(1, 9, groups), random.uniform(0.5, 4, groups), step=1.0, steps=steps)


def test_gains_follow_the_curve():
    """At the half amount half of the most is reached."""
    gains = diminishing_gains(np.array([10.0]), np.array([3.0]), step=1.0, steps=5)
    assert gains[0, :3].sum() == pytest.approx(5.0)
    assert (np.diff(gains) < 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_no_other_shares_bring_more(seed):
    """Every way to share six steps out is tried."""
    gains = curves(seed, 3, 6)
    least, most = np.array([1, 0, 0]), np.array([6, 2, 6])
    found = share_out(gains, total=6, least=least, most=most, all_of_it=True)
    ways = [
        way
        for way in product(range(7), repeat=3)
        if sum(way) == 6 and all(low <= each <= high for low, each, high in zip(least, way, most, strict=True))
    ]
    best = max(sum(gains[group, :number].sum() for group, number in enumerate(way)) for way in ways)
    assert found.gain == pytest.approx(best)
    assert tuple(found.steps) in ways


@pytest.mark.parametrize("seed", range(3))
def test_large_ones_agree_with_taking_the_best_step_again_and_again(seed):
    """Fox 1966: greedy is optimal for one resource with diminishing gains."""
    gains = curves(seed, 12, 100)
    found = share_out(gains, total=100, least=np.zeros(12, int), most=np.full(12, 100), all_of_it=True)
    assert found.gain == pytest.approx(np.sort(gains.ravel())[-100:].sum())


def test_steps_that_cost_more_than_they_bring_are_kept_back():
    """Net gains below 0 are taken only when everything must go."""
    gains = np.array([[3.0, 1.0, -1.0], [2.0, -2.0, -3.0]])
    free = share_out(gains, total=5, least=np.zeros(2, int), most=np.full(2, 3), all_of_it=False)
    assert free.steps.tolist() == [2, 1]
    forced = share_out(gains, total=5, least=np.zeros(2, int), most=np.full(2, 3), all_of_it=True)
    assert forced.steps.tolist() == [3, 2]


def test_limits_that_leave_no_way_are_told():
    with pytest.raises(AllocationError, match="4 steps cannot be shared out over 2 groups that take 6 to 6"):
        share_out(np.zeros((2, 3)), total=4, least=np.full(2, 3), most=np.full(2, 3), all_of_it=True)


def test_rising_gains_are_refused():
    with pytest.raises(AllocationError, match="must not rise"):
        share_out(np.array([[1.0, 2.0]]), total=1, least=np.zeros(1, int), most=np.ones(1, int), all_of_it=True)
