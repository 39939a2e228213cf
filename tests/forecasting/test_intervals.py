"""P10 and P90 from past errors."""

import numpy as np
import pytest

from forecasting.intervals import calibrate, left_out_bands, quantiles, spread, wide_bands
from forecasting.metrics import coverage

REGION = np.repeat(np.arange(3), 6)


def simulated(origins=5, horizon=13, seed=1):
    random = np.random.default_rng(seed)
    scale = random.uniform(1, 50, (origins, len(REGION)))
    forecast = np.full((origins, len(REGION), horizon), 500.0)
    return forecast + scale[:, :, None] * random.standard_normal(forecast.shape), forecast, scale


def test_left_out_bands_cover_about_four_in_five():
    actual, forecast, scale = simulated()
    low, high = left_out_bands(actual, forecast, scale, REGION)
    assert float(coverage(actual.ravel(), low.ravel(), high.ravel())) == pytest.approx(0.8, abs=0.04)


def test_one_origin_cannot_prove_its_bands():
    actual, forecast, scale = simulated(origins=1)
    low, _ = left_out_bands(actual, forecast, scale, REGION)
    assert np.isnan(low).all()


def test_ends_are_ordered_and_not_negative():
    actual, forecast, scale = simulated()
    bands = calibrate(actual, forecast, scale, REGION)
    median = np.linspace(0, 60, len(REGION) * 20).reshape(len(REGION), 20)
    low, high = spread(bands, median, scale[0], REGION)
    assert (low >= 0).all()
    assert (low <= median).all()
    assert (median <= high).all()


def test_a_biased_backtest_never_puts_the_median_outside():
    actual, forecast, scale = simulated()
    bands = calibrate(actual + 1000, forecast, scale, REGION)
    low, high = spread(bands, forecast[0], scale[0], REGION)
    assert (low <= forecast[0]).all()
    assert (high > forecast[0]).all()


def test_a_small_level_borrows_the_errors_of_the_next_below():
    """One node over a level of eight, which errs twice as much for its scale as the bottom."""
    actual, forecast, scale = simulated(origins=8, horizon=4)
    actual[:, 9:] = forecast[:, 9:] + 2 * (actual[:, 9:] - forecast[:, 9:])
    levels = np.array([0] * 9 + [1] * 8 + [2])
    bands = calibrate(actual, forecast, scale, levels)
    assert bands.ends[0, 2] == pytest.approx(bands.ends[0, 1], rel=0.1)
    assert bands.ends[0, 2] == pytest.approx(2 * bands.ends[0, 0], rel=0.25)


def test_a_lowest_level_with_few_errors_borrows_those_of_all():
    actual, forecast, scale = simulated(origins=2)
    lonely = np.array([1] * 17 + [0])
    bands = calibrate(actual, forecast, scale, lonely)
    all_alike = calibrate(actual, forecast, scale, np.zeros(18, dtype=np.int64))
    assert bands.ends[:, 0].tolist() == all_alike.ends[:, 0].tolist()


def test_errors_that_hang_together_count_for_fewer_and_widen_the_bands():
    """The same errors; as drawn they are 936 of their own, sorted into origins hardly more than 4."""
    actual, forecast, scale = simulated(origins=4)
    group = np.zeros(18, dtype=np.int64)
    errors = (actual - forecast) / scale[:, :, None]
    sorted_errors = np.sort(errors.ravel()).reshape(errors.shape)
    widths = []
    for each in (errors, sorted_errors):
        bands = calibrate(forecast + scale[:, :, None] * each, forecast, scale, group)
        low, high = spread(bands, forecast[0], np.ones(18), group)
        widths.append(float((high - low).mean()))
    assert widths[0] == pytest.approx(2.56, abs=0.2)
    assert widths[1] > 1.3 * widths[0]


def test_few_origins_prove_less_than_many():
    """Origins that err by half a scale of their own: four of them widen the bands more than forty do."""
    group = np.zeros(18, dtype=np.int64)
    widths = []
    for origins in (4, 40):
        found = []
        for seed in range(12):
            actual, forecast, scale = simulated(origins=origins, seed=seed)
            shift = 0.5 * np.resize([-1.0, 1.0], origins)[:, None, None]
            bands = calibrate(actual + scale[:, :, None] * shift, forecast, scale, group)
            low, high = spread(bands, forecast[0], np.ones(18), group)
            found.append(float((high - low)[:, 5].mean()))
        widths.append(np.mean(found))
    assert widths[0] > 1.05 * widths[1]


def test_bands_widen_ahead_as_past_errors_did():
    """Errors that grow like a random walk's: four times the step, twice the width; those that do not keep theirs."""
    actual, forecast, scale = simulated(origins=20)
    group = np.zeros(18, dtype=np.int64)
    walk = forecast + (actual - forecast) * np.sqrt(np.arange(1, 14))
    for came, ratio in ((walk, 2.0), (actual, 1.0)):
        low, high = spread(calibrate(came, forecast, scale, group), forecast[0], scale[0], group)
        width = (high - low)[0]
        assert width[11] / width[2] == pytest.approx(ratio, rel=0.06)


def test_without_a_backtest_bands_are_wide_and_even():
    low, high = spread(wide_bands(REGION), np.full((18, 6), 500.0), np.full(18, 10.0), REGION)
    np.testing.assert_allclose(low, 480.0)
    np.testing.assert_allclose(high, 520.0)


def test_unknown_actuals_are_left_out():
    actual, forecast, scale = simulated()
    actual[0, :, 0] = np.nan
    bands = calibrate(actual, forecast, scale, REGION)
    assert np.isfinite(bands.ends).all()


def test_a_high_season_gets_wider_bands():
    """Four times the forecast makes twice the width; a period without sales keeps a width all the same."""
    actual, forecast, scale = simulated(origins=8)
    group = np.zeros(18, dtype=np.int64)
    median = np.tile([400.0, 1600.0, 0.0], (18, 1))
    bands = calibrate(actual, forecast, scale, group)
    low, high = spread(bands, median, np.ones(18), group)
    above = (high - median)[0]
    assert above[1] == pytest.approx(2 * above[0])
    assert 0 < above[2] < above[0]
    assert low[0, 2] == 0


def test_quantiles_rise_with_their_probability():
    actual, forecast, scale = simulated()
    bands = calibrate(actual, forecast, scale, REGION, probabilities=(0.1, 0.25, 0.75, 0.9))
    assert (np.diff(quantiles(bands, forecast[0], scale[0], REGION), axis=0) >= 0).all()
