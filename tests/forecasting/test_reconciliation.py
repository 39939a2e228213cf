"""Forecasts of all levels that agree."""

import numpy as np
import pytest

from forecasting.hierarchy import make_hierarchy
from forecasting.reconciliation import Reconciler, shrunk_covariance

CODES = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
HIERARCHY = make_hierarchy(("region", "category"), CODES)
NODES = len(HIERARCHY.level)


def errors(count=60, seed=3):
    random = np.random.default_rng(seed)
    return HIERARCHY.total(random.normal(size=(4, count))) + 0.3 * random.normal(size=(NODES, count))


def test_sums_agree_and_nothing_is_negative():
    forecast = np.random.default_rng(1).normal(2.0, 4.0, size=(NODES, 20))
    made = Reconciler(HIERARCHY, shrunk_covariance(errors())).reconcile(forecast)
    assert (made >= 0).all()
    np.testing.assert_allclose(made, HIERARCHY.total(made[:4]))


def test_forecasts_that_agree_stay_as_they_are():
    forecast = HIERARCHY.total(np.arange(8.0).reshape(4, 2))
    made = Reconciler(HIERARCHY, shrunk_covariance(errors())).reconcile(forecast)
    np.testing.assert_allclose(made, forecast, atol=1e-6)


def test_minimum_trace_equals_the_textbook_formula():
    """S (S' W⁻¹ S)⁻¹ S' W⁻¹ ŷ, Wickramasuriya et al. 2019, equation 9."""
    covariance = shrunk_covariance(errors())
    forecast = HIERARCHY.total(np.full((4, 1), 10.0)) + np.random.default_rng(2).normal(size=(NODES, 1))
    inverse, summing = np.linalg.inv(covariance), HIERARCHY.summing
    expected = summing @ np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ forecast)
    np.testing.assert_allclose(Reconciler(HIERARCHY, covariance).reconcile(forecast), expected, rtol=1e-5)


def test_the_node_with_small_errors_is_believed():
    covariance = np.diag([1.0] * (NODES - 1) + [1e-4])
    forecast = HIERARCHY.total(np.full((4, 1), 10.0))
    forecast[-1] = 60.0
    assert Reconciler(HIERARCHY, covariance).reconcile(forecast)[-1, 0] == pytest.approx(60.0, abs=0.1)


def test_a_thin_node_above_the_bottom_has_no_voice():
    forecast = HIERARCHY.total(np.full((4, 1), 10.0))
    expected = forecast.copy()
    forecast[-1] = 900.0
    thin = np.arange(NODES) == NODES - 1
    made = Reconciler(HIERARCHY, np.eye(NODES), thin=thin).reconcile(forecast)
    np.testing.assert_allclose(made, expected)


def test_the_covariance_is_the_shrunk_one_of_schaefer_and_strimmer():
    """Against plain loops over the formula of their appendix A for zero-mean errors."""
    given = errors(30)
    count = given.shape[1]
    variance = (given**2).mean(axis=1)
    scaled = given / np.sqrt(variance)[:, None]
    noise = squares = 0.0
    for i in range(NODES):
        for j in range(NODES):
            if i != j:
                product = scaled[i] * scaled[j]
                noise += ((product - product.mean()) ** 2).sum() / (count * (count - 1))
                squares += product.mean() ** 2
    weight = min(max(noise / squares, 0.0), 1.0)
    expected = (1 - weight) * (given @ given.T) / count
    np.fill_diagonal(expected, variance)
    np.testing.assert_allclose(shrunk_covariance(given), expected, rtol=1e-9)


def test_unknown_errors_are_left_out():
    given = errors()
    given[0, 5] = np.nan
    assert np.isfinite(shrunk_covariance(given)).all()
    assert np.isfinite(shrunk_covariance(np.full((NODES, 10), np.nan))).all()
