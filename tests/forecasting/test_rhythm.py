"""Same-season periods of weeks, months and quarters."""

import numpy as np
import pytest

from forecasting.rhythm import MONTHLY, QUARTERLY, WEEKLY, rhythm_of


@pytest.mark.parametrize(("years", "weeks"), [(1, 52), (2, 104), (3, 157), (4, 209), (5, 261)])
def test_a_year_ago_is_the_nearest_monday(years, weeks):
    assert WEEKLY.lag(years) == weeks


def test_months_and_quarters_come_back_exactly():
    assert [MONTHLY.lag(3), QUARTERLY.lag(3)] == [36, 12]


@pytest.mark.parametrize("rhythm", [WEEKLY, MONTHLY, QUARTERLY], ids=lambda rhythm: rhythm.unit)
def test_same_season_never_lies_after_the_origin(rhythm):
    for step in range(1, 120):
        assert rhythm.same_season_index(200 + step, 200) <= 200


def test_same_season_goes_back_two_years_beyond_one_season_ahead():
    assert WEEKLY.same_season_index(152, 100) == 100
    assert WEEKLY.same_season_index(153, 100) == 153 - 104


def test_place_of_weeks_is_a_share_of_the_year():
    weeks = np.datetime64("2024-12-30") + 7 * np.arange(3)
    assert WEEKLY.place(weeks).tolist() == pytest.approx([1 / 365, 8 / 365, 15 / 365])


def test_place_of_quarters_begins_in_january():
    quarters = np.array(["2020-07", "2020-10", "2021-01", "2021-04"], dtype="datetime64[M]").astype("datetime64[D]")
    assert QUARTERLY.place(quarters).tolist() == [0.5, 0.75, 0.0, 0.25]


def test_widths_are_parts_of_a_season_each_once():
    assert WEEKLY.widths(1 / 52, 1 / 4, 1) == (1, 13, 52)
    assert QUARTERLY.widths(1 / 52, 1 / 4, 1) == (1, 4)


def test_any_season_has_a_rhythm():
    assert rhythm_of(52) is WEEKLY
    assert rhythm_of(7).lag(2) == 14
