"""Indices of territories agree with counts by hand."""

import numpy as np
import pytest

from optimizer.territory.indices import territory_indices, tolerance_used
from optimizer.territory.plan import TerritoryPlan
from tests.optimizer.territory.builders import from_ascii

MAP = """
[2] 1  1 [2]
 1  1  1  1
"""
UNEVEN = TerritoryPlan(rep_of_area=np.array([0, 0, 0, 1, 0, 0, 1, 1]))


def test_indices_of_an_uneven_plan():
    """R0 holds 6 of a target of 5; the border crosses 1-2|3, 6|5, 2|6; drives count accounts."""
    instance = from_ascii(MAP, tolerance=0.4)
    weights = np.array([1.0, 0, 3, 0, 0, 0, 0, 0])
    found = territory_indices(instance, UNEVEN, weights=weights)
    assert found.balance_index == pytest.approx([80, 80])
    assert found.cut_edges.tolist() == [3, 3]
    assert found.mean_drive_minutes == pytest.approx([(1 * 0 + 3 * 2) / 4, (0 + 1 + 2) / 3])
    assert found.max_drive_minutes.tolist() == [2, 2]
    assert tolerance_used(instance, UNEVEN)[0] == pytest.approx([0.5, 0.5])


def test_fixed_amounts_count():
    """What a rep holds whatever the plan is part of the sum."""
    instance = from_ascii(MAP, tolerance=0.4)
    instance.measures[0].fixed[:] = [0, 1]
    assert territory_indices(instance, UNEVEN, weights=np.ones(8)).balance_index == pytest.approx([80, 100])
