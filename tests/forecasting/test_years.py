"""Years that draw their months."""

import numpy as np
import pytest

from forecasting.models.smoothing import over_seasons
from forecasting.models.theta import theta
from forecasting.models.years import drawn_to_years
from forecasting.rhythm import QUARTERLY
from forecasting.seasons import seasonal_indices

ONE_LEVEL = np.zeros(30, dtype=np.int64)


def flat(sales, periods):
    """Repeat the last year."""
    return np.tile(sales[:, -4:], (1, -(-periods // 4)))[:, :periods]


def quarters(*, years=12, growth=1.0, noise=0.0, series=30, seed=3):
    """Quarters with a season, a steady growth a year and noise."""
    random = np.random.default_rng(seed)
    time = np.arange(4 * years)
    season = np.array([0.6, 1.0, 1.5, 0.9])[time % 4]
    sales = 100.0 * season * growth ** (time // 4)
    return sales * np.exp(noise * random.standard_normal((series, len(time))))


def test_years_that_foresee_better_draw_the_quarters_up():
    """Sales grow by 10 % a year, which repeating the last year never sees: the years' totals do."""
    sales = quarters(growth=1.1)
    drawn = drawn_to_years(sales[:, :-8], 8, 4, ONE_LEVEL, flat)
    before, after = (np.abs(made - sales[:, -8:]).mean() for made in (flat(sales[:, :-8], 8), drawn))
    assert after < 0.7 * before
    np.testing.assert_allclose(drawn[:, :4] / drawn[:, :4].sum(axis=1, keepdims=True), sales[:, :4] / 400.0, rtol=1e-9)


def test_years_that_foresee_worse_draw_nothing():
    """Sales that double or halve for the year are seen by one that knows the next year, not by years gone by."""
    random = np.random.default_rng(5)
    sales = np.repeat(100.0 * 2.0 ** random.integers(-1, 2, (30, 13)), 4, axis=1)

    def foreseen(known, periods):
        return sales[:, known.shape[1] : known.shape[1] + periods]

    np.testing.assert_array_equal(drawn_to_years(sales[:, :-4], 4, 4, ONE_LEVEL, foreseen), sales[:, -4:])


def test_noise_is_told_better_by_years():
    """Around a steady level Theta of noisy quarters errs more than when it is drawn to the years."""

    def ahead(sales, periods):
        places = np.resize(np.arange(4) / 4, sales.shape[1] + periods)
        return over_seasons(theta, sales, seasonal_indices(sales, places, QUARTERLY))

    sales = quarters(growth=1.03, noise=0.5, series=400)
    level = np.zeros(400, dtype=np.int64)
    alone, drawn = ahead(sales[:, :-8], 8), drawn_to_years(sales[:, :-8], 8, 4, level, ahead)
    wanted = quarters(growth=1.03)[0, -8:]
    assert np.abs(drawn - wanted).mean() < np.abs(alone - wanted).mean()


@pytest.mark.parametrize("horizon", [1, 3, 4, 6, 8])
def test_any_horizon_is_the_start_of_a_longer_one(horizon):
    sales = quarters(growth=1.1, noise=0.1)
    made = drawn_to_years(sales, horizon, 4, ONE_LEVEL, flat)
    assert made.shape == (30, horizon)
    np.testing.assert_array_equal(made, drawn_to_years(sales, 8, 4, ONE_LEVEL, flat)[:, :horizon])


def test_a_short_past_is_left_as_it_is():
    sales = quarters(growth=1.1)[:, :16]
    np.testing.assert_array_equal(drawn_to_years(sales, 4, 4, ONE_LEVEL, flat), flat(sales, 4))


def test_unknown_and_dead_series_pass():
    sales = quarters(growth=1.1)
    sales[0] = np.nan
    sales[1] = 0.0
    sales[2, :20] = np.nan
    made = drawn_to_years(sales, 4, 4, ONE_LEVEL, lambda known, periods: np.nan_to_num(flat(known, periods)))
    assert np.isfinite(made).all()
    assert (made[:2] == 0).all()
