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


def test_a_season_that_is_only_noise_is_hardly_believed():
    """Months drawn alike, six years of them: what the raw means show as a season is left by less than half."""
    random = np.random.default_rng(3)
    noise = random.gamma(4.0, 25.0, (50, 72))
    dates = (np.datetime64("2010-01") + np.arange(84)).astype("datetime64[D]")
    indices = seasons.seasonal_indices(noise, MONTHLY.place(dates), MONTHLY)[:, 72:]
    raw = noise.reshape(50, 6, 12).mean(axis=1)
    raw /= raw.mean(axis=1, keepdims=True)
    assert indices.std(axis=1).mean() < 0.5 * raw.std(axis=1).mean()


def test_a_season_beyond_the_noise_is_kept_but_for_the_part_that_noise_is():
    """Half a season's spread on noise a fifth of the level: ten years tell it to a few percent."""
    random = np.random.default_rng(4)
    dates = (np.datetime64("2010-01") + np.arange(132)).astype("datetime64[D]")
    course = 1 + 0.5 * np.sin(2 * np.pi * np.arange(132) / 12)
    sales = 100 * course[:120] * (1 + 0.2 * random.standard_normal((50, 120)))
    indices = seasons.seasonal_indices(sales, MONTHLY.place(dates), MONTHLY)[:, 120:]
    kept = (indices - 1) @ (course[120:] - 1) / ((course[120:] - 1) ** 2).sum()
    assert kept.mean() == pytest.approx(0.96, abs=0.03)
