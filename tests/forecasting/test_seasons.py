"""Same-season weeks, rolling means and seasonal indices."""

import numpy as np
import pytest

from forecasting import seasons

VALUES = np.random.default_rng(5).uniform(0, 10, (3, 60))
VALUES[0, 4:9] = np.nan
VALUES[1, :30] = np.nan


@pytest.mark.parametrize(("years", "weeks"), [(1, 52), (2, 104), (3, 157), (4, 209), (5, 261)])
def test_season_lag_takes_the_nearest_monday(years, weeks):
    assert seasons.season_lag(years) == weeks


def test_same_season_never_lies_after_the_origin():
    for step in range(1, 120):
        assert seasons.same_season_index(200 + step, 200) <= 200


def test_same_season_goes_back_two_years_beyond_one_season_ahead():
    assert seasons.same_season_index(152, 100) == 100
    assert seasons.same_season_index(153, 100) == 153 - 104


@pytest.mark.parametrize("width", [1, 4, 13])
def test_trailing_mean_equals_a_loop(width):
    expected = np.full_like(VALUES, np.nan)
    for row in range(VALUES.shape[0]):
        for week in range(VALUES.shape[1]):
            known = [v for v in VALUES[row, max(0, week - width + 1) : week + 1] if not np.isnan(v)]
            if len(known) >= max(width / 2, 1):
                expected[row, week] = sum(known) / len(known)
    np.testing.assert_allclose(seasons.trailing_mean(VALUES, width), expected)


@pytest.mark.parametrize("width", [3, 7])
def test_centred_mean_equals_a_loop(width):
    expected = np.full_like(VALUES, np.nan)
    for row in range(VALUES.shape[0]):
        for week in range(VALUES.shape[1]):
            window = VALUES[row, max(0, week - width // 2) : week + width // 2 + 1]
            known = [v for v in window if not np.isnan(v)]
            if known:
                expected[row, week] = sum(known) / len(known)
    np.testing.assert_allclose(seasons.centred_mean(VALUES, width), expected)


def test_place_in_year_is_a_share():
    weeks = np.datetime64("2024-12-30") + 7 * np.arange(3)
    assert seasons.place_in_year(weeks).tolist() == pytest.approx([1 / 365, 8 / 365, 15 / 365])


def test_seasonal_indices_recover_a_known_season():
    weeks = np.datetime64("2020-01-06") + 7 * np.arange(221)
    places = seasons.place_in_year(weeks)
    course = 1 + 0.3 * np.sin(2 * np.pi * places)
    indices = seasons.seasonal_indices(100 * course[None, :208], places)
    assert np.abs(indices[0] - course / course.mean()).max() < 0.02
