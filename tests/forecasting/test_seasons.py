"""Rolling means and seasonal indices."""

import numpy as np
import pytest

from forecasting import seasons
from forecasting.rhythm import MONTHLY, WEEKLY

VALUES = np.random.default_rng(5).uniform(0, 10, (3, 60))
VALUES[0, 4:9] = np.nan
VALUES[1, :30] = np.nan


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


@pytest.mark.parametrize("season", [4, 7, 12])
def test_a_year_level_holds_no_season(season):
    """Of a pure season on a level of 10 nothing but the level is left, away from the ends."""
    pattern = np.tile(np.random.default_rng(1).normal(size=season), 6)[None, :]
    level = seasons.year_level(10 + pattern - pattern.mean(), season)
    np.testing.assert_allclose(level[0, season:-season], 10.0)


def test_seasonal_indices_recover_a_known_season_of_weeks():
    weeks = np.datetime64("2020-01-06") + 7 * np.arange(221)
    places = WEEKLY.place(weeks)
    course = 1 + 0.3 * np.sin(2 * np.pi * places)
    indices = seasons.seasonal_indices(100 * course[None, :208], places, WEEKLY)
    assert np.abs(indices[0] - course / course.mean()).max() < 0.02


def test_seasonal_indices_recover_sharp_months():
    """December sells three times as much, and no neighbour takes part of it."""
    dates = np.datetime64("2010-01") + np.arange(96)
    course = np.where(np.arange(96) % 12 == 11, 3.0, 1.0)
    places = MONTHLY.place(dates.astype("datetime64[D]"))
    indices = seasons.seasonal_indices(course[None, :84], places, MONTHLY)
    np.testing.assert_allclose(indices[0, 84:] / indices[0, 84], course[84:], rtol=0.02)
