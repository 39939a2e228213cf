"""Drive minutes from straight lines."""

import numpy as np
import pytest

from scenarios.schema import Travel
from scenarios.travel import StraightLine, great_circle_km, straight_line

PARIS, LYON = (2.3522, 48.8566), (4.8357, 45.7640)


def test_great_circle_of_a_known_pair():
    """Paris to Lyon is 392 km as the crow flies."""
    assert great_circle_km(*PARIS, *LYON) == pytest.approx(392, abs=1.0)


def test_a_degree_of_latitude():
    """A degree along a meridian is the earth's circumference over 360."""
    assert great_circle_km(0, 0, 0, 1) == pytest.approx(2 * np.pi * 6371.0088 / 360)


def test_first_kilometres_at_town_speed_the_rest_faster():
    """25 road km are 10 at 30 km/h and 15 at 90 km/h: 20 + 10 minutes."""
    model = StraightLine(circuity=1.0, town_kmh=30.0, country_kmh=90.0)
    assert model.minutes(np.array([5.0, 25.0])) == pytest.approx([10.0, 30.0])


def test_matrix_has_origins_in_rows():
    """Shape (origins, destinations), and each cell is its pair."""
    model = straight_line(Travel())
    minutes, km = model.between([2.0, 3.0], [48.0, 47.0], [2.5, 2.6, 2.7], [48.5, 48.6, 48.7])
    assert minutes.shape == km.shape == (2, 3)
    one, one_km = model.pairwise(3.0, 47.0, 2.6, 48.6)
    assert (minutes[1, 1], km[1, 1]) == pytest.approx((float(one), float(one_km)))


def test_speed_factor_divides_minutes_and_leaves_kilometres():
    """Twice as fast takes half as long."""
    usual = straight_line(Travel()).pairwise(*PARIS, *LYON)
    fast = straight_line(Travel(speed_factor=2.0)).pairwise(*PARIS, *LYON)
    assert fast[0] == pytest.approx(usual[0] / 2)
    assert fast[1] == pytest.approx(usual[1])
