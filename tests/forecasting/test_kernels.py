"""Compiled smoothing against plain Python."""

import numpy as np
import pytest
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from forecasting.models.kernels import best_weights, seasonal_smoothing, simple_smoothing
from forecasting.models.smoothing import SEASONAL_WEIGHTS, smoothed

SERIES = np.random.default_rng(2).normal(10, 2, 40) + np.tile([0.0, 3.0, -1.0, 5.0], 10)


def naive_smoothing(  # noqa: PLR0917 - as its compiled twin
    series, season, weights, level, trend, indices
):
    alpha, beta, gamma, phi = weights
    terms, errors = list(indices), []
    for period, value in enumerate(series):
        error = value - (level + phi * trend + terms[period % season])
        errors.append(error)
        level = level + phi * trend + alpha * error
        trend = phi * trend + beta * error
        terms[period % season] += gamma * error
    return level, trend, terms, errors


def test_seasonal_smoothing_equals_a_loop():
    weights, start = np.array([0.3, 0.1, 0.2, 0.9]), np.array([0.5, 2.0, -1.0, 1.0])
    expected = naive_smoothing(SERIES, 4, weights, 9.0, 0.1, start)
    found = seasonal_smoothing(SERIES, 4, weights, 9.0, 0.1, start.copy())
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs)


def test_the_best_weights_are_those_of_a_full_search():
    start = np.array([0.5, 2.0, -1.0, 1.0])
    squares = [
        sum(error**2 for error in naive_smoothing(SERIES, 4, row, 9.0, 0.0, start)[3][4:]) for row in SEASONAL_WEIGHTS
    ]
    assert best_weights(SERIES, 4, SEASONAL_WEIGHTS, 9.0, 0.0, start, 4) == int(np.argmin(squares))


def test_simple_smoothing_equals_a_loop():
    level, total = SERIES[0], 0.0
    for value in SERIES[1:]:
        total += (value - level) ** 2
        level += 0.3 * (value - level)
    assert simple_smoothing(SERIES, 0.3)[:2] == pytest.approx((level, total))


def test_seasonal_smoothing_comes_near_statsmodels():
    """Half a year of months ahead, within 2 % of its optimized Holt–Winters with additive damped trend."""
    months = np.arange(120)
    random = np.random.default_rng(8)
    series = 100 + 0.5 * months + 20 * np.sin(2 * np.pi * months / 12) + random.normal(0, 2, 120)
    model = ExponentialSmoothing(series, trend="add", damped_trend=True, seasonal="add", seasonal_periods=12)
    expected = model.fit().forecast(6)
    np.testing.assert_allclose(smoothed(series, 6, 12)[0], expected, rtol=0.02)
