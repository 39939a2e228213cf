"""Teams of different size compared."""

import numpy as np
import pytest

from optimizer.siting.sizing import resized, size_team
from optimizer.siting.verify import verify
from optimizer.solving import Effort, InvalidInstanceError, SolverSettings, Status
from tests.optimizer.siting.location_maps import grid

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)


def test_more_reps_drive_less_and_do_less_each():
    """From two to four reps the cost falls, and so does the mean workload; every plan keeps the rules."""
    instance = grid(6, 6, 2, tolerance=0.2, seed=1)
    hours = np.full(36, 10.0)
    sizes = size_team(instance, (2, 3, 4), QUICK, area_hours=hours, capacity_hours=130.0)
    assert [size.reps for size in sizes] == [2, 3, 4]
    assert all(size.status in {Status.FEASIBLE, Status.OPTIMAL} for size in sizes)
    assert all(verify(resized(instance, size.reps), size.result.plan) == () for size in sizes)
    assert sizes[0].cost > sizes[1].cost > sizes[2].cost
    assert [size.mean_fill for size in sizes] == pytest.approx([180 / 130, 120 / 130, 90 / 130])
    assert sizes[0].overfull >= 1
    assert sizes[0].greatest_fill >= sizes[0].mean_fill


def test_sums_and_deviations_are_those_of_the_plan():
    """Hours add up to the whole, deviations are shares of equal targets."""
    instance = grid(4, 4, 2, tolerance=0.25, seed=2)
    hours = np.arange(16.0)
    (size,) = size_team(instance, (3,), QUICK, area_hours=hours, capacity_hours=50.0)
    assert size.hours.sum() == pytest.approx(hours.sum())
    amounts = instance.measures[0].amounts
    sums = [amounts[size.result.plan.home_of_area == home].sum() for home in range(3)]
    target = round(amounts.sum() / 3)
    assert size.max_deviation == (pytest.approx(max(abs(total - target) / target for total in sums)),)


def test_fixed_homes_stay_in_every_team():
    """A rep who lives somewhere does so whatever the number of others."""
    instance = grid(4, 4, 2, tolerance=0.4, seed=3, fixed=(5,))
    sizes = size_team(instance, (2, 3), QUICK, area_hours=np.ones(16), capacity_hours=8.0)
    assert [size.result.plan.homes[0] for size in sizes] == [5, 5]


def test_a_team_too_small_for_its_fixed_homes_is_refused():
    """One rep cannot live in two places."""
    instance = grid(3, 3, 2, tolerance=0.4, fixed=(0, 8))
    with pytest.raises(InvalidInstanceError, match="2 fixed homes"):
        size_team(instance, (1,), QUICK, area_hours=np.ones(9), capacity_hours=8.0)


def test_capacity_must_be_positive():
    """Nobody can do no work."""
    with pytest.raises(InvalidInstanceError, match="capacity_hours"):
        size_team(grid(3, 3, 2, tolerance=0.4), (2,), QUICK, area_hours=np.ones(9), capacity_hours=0.0)
