"""Every measure against a naive loop."""

import math

import numpy as np
import pytest

from forecasting import metrics

RANDOM = np.random.default_rng(3)
ACTUAL = RANDOM.uniform(0, 10, 40)
ACTUAL[[3, 17]] = np.nan
ACTUAL[5] = 0.0
FORECAST = RANDOM.uniform(0, 10, 40)
PAIRS = [(a, f) for a, f in zip(ACTUAL, FORECAST, strict=True) if not math.isnan(a)]


def test_mae_is_the_mean_distance():
    assert metrics.mae(ACTUAL, FORECAST) == pytest.approx(sum(abs(a - f) for a, f in PAIRS) / len(PAIRS))


def test_rmse_is_the_root_of_the_mean_square():
    assert metrics.rmse(ACTUAL, FORECAST) == pytest.approx(math.sqrt(sum((a - f) ** 2 for a, f in PAIRS) / len(PAIRS)))


def test_mape_leaves_out_weeks_without_sales():
    shares = [abs(a - f) / a for a, f in PAIRS if a != 0]
    assert metrics.mape(ACTUAL, FORECAST) == pytest.approx(sum(shares) / len(shares))


def test_wape_is_error_over_sales():
    assert metrics.wape(ACTUAL, FORECAST) == pytest.approx(sum(abs(a - f) for a, f in PAIRS) / sum(a for a, _ in PAIRS))


def test_wape_of_no_sales_is_unknown():
    assert np.isnan(metrics.wape(np.zeros(3), np.ones(3)))


def test_mase_is_error_over_the_past_seasonal_difference():
    past = RANDOM.uniform(0, 10, 20)
    difference = sum(abs(past[t] - past[t - 4]) for t in range(4, 20)) / 16
    expected = sum(abs(a - f) for a, f in PAIRS) / len(PAIRS) / difference
    assert metrics.mase(ACTUAL, FORECAST, past, season=4) == pytest.approx(expected)


def test_mase_without_a_season_of_past_is_unknown():
    assert np.isnan(metrics.mase(ACTUAL, FORECAST, np.ones(4), season=4))


def test_coverage_counts_both_ends():
    inside = [f - 2 <= a <= f + 2 for a, f in PAIRS]
    assert metrics.coverage(ACTUAL, FORECAST - 2, FORECAST + 2) == pytest.approx(sum(inside) / len(inside))
    assert metrics.coverage(np.array([1.0, 2.0]), np.array([1.0, 1.0]), np.array([3.0, 2.0])) == 1.0


def test_measures_work_along_the_last_axis():
    stack = np.stack([ACTUAL, ACTUAL * 2])
    other = np.stack([FORECAST, FORECAST * 2])
    assert metrics.mae(stack, other).tolist() == pytest.approx(
        [float(metrics.mae(ACTUAL, FORECAST)), 2 * float(metrics.mae(ACTUAL, FORECAST))]
    )
