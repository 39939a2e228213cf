"""Each model on series whose future is known."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel

from forecasting.models import smoothing
from forecasting.models.boosting import GlobalBoosting
from forecasting.models.combination import averages, competing_models, with_averages
from forecasting.models.seasonal_naive import SeasonalNaive, is_thin
from forecasting.models.smoothing import DampedSmoothing, Theta
from forecasting.settings import ForecastSettings
from tests.forecasting.series import panel_of, seasonal_history

MODELS = [SeasonalNaive(), Theta(), DampedSmoothing(), GlobalBoosting(trees=30)]


def test_seasonal_naive_repeats_last_year():
    panel = panel_of(seasonal_history())
    np.testing.assert_allclose(SeasonalNaive().forecast(panel), panel.sales[:, -52:-39])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_forecasts_are_neither_negative_nor_unknown(model):
    """Also with gaps, a dead series, a young one and one that is not known at all."""
    history = seasonal_history(categories=4)
    history.sales[0, 0, 20:30] = np.nan
    history.sales[0, 1, :150] = 0
    history.sales[1, 0, :] = 0
    history.sales[1, 1, :] = np.nan
    history.sales[2, 0, -3:] = np.nan
    forecast = model.forecast(panel_of(history))
    assert forecast.shape == (12, 13)
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()


@pytest.mark.parametrize("model", [Theta(), DampedSmoothing(), GlobalBoosting(trees=60)], ids=lambda model: model.name)
def test_models_beat_seasonal_naive_on_a_noisy_season_with_growth(model):
    whole = panel_of(seasonal_history(noise=0.15, weeks=222), horizon=0)
    cut = whole.at_origin(208, 13)
    actual = whole.sales[:, 209:]

    def error(forecast):
        return np.abs(forecast - actual).sum()

    assert error(model.forecast(cut)) < 0.9 * error(SeasonalNaive().forecast(cut))


def test_a_young_series_takes_the_shape_of_its_category():
    """Half of its sister's sales, known for the last 30 weeks only: the forecast is half of the sister's too."""
    history = seasonal_history(regions=2, categories=1, noise=0.0)
    sales = history.sales.copy()
    sales[1] = sales[0] / 2
    sales[1, :, :-30] = np.nan
    forecast = SeasonalNaive().forecast(panel_of(dataclasses.replace(history, sales=sales)))
    np.testing.assert_allclose(forecast[1], SeasonalNaive().forecast(panel_of(history))[0] / 2, rtol=0.15)


def test_thin_series_have_less_than_two_seasons_since_their_first_sale():
    history = seasonal_history(regions=1, categories=2, weeks=110)
    history.sales[0, 1, :10] = 0
    assert is_thin(panel_of(history)).tolist() == [False, True]


def test_theta_agrees_with_statsmodels_at_the_same_weight():
    """Drift and smoothing are those of `statsmodels.tsa.forecasting.theta`; its alpha is free, ours is on a grid."""
    random = np.random.default_rng(2)
    values = 100 + 0.5 * np.arange(120) + random.standard_normal(120).cumsum()
    index = pd.period_range("2015-01", periods=120, freq="M")
    theirs = ThetaModel(pd.Series(values, index=index), deseasonalize=False).fit(use_mle=False).forecast(12).to_numpy()
    ours = smoothing._theta(values[None, :], 12)[0]
    np.testing.assert_allclose(ours, theirs, rtol=0.01)


def test_damped_smoothing_follows_a_line_and_bends():
    ahead = smoothing._damped(np.linspace(100, 200, 120)[None, :], 5)[0]
    assert 200 < ahead[0] < 201
    assert (np.diff(ahead) > 0).all()


def test_boosting_repeats_itself():
    panel = panel_of(seasonal_history())
    first, second = (GlobalBoosting(trees=20, seed=4).forecast(panel) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_averages_are_pairs_without_the_gate_and_all_together():
    names = ["seasonal_naive", "theta", "lightgbm"]
    assert list(averages(names)) == ["theta + lightgbm", "seasonal_naive + theta + lightgbm"]
    made = with_averages({name: np.full((1, 1), float(value)) for value, name in enumerate(names)})
    assert made["theta + lightgbm"].item() == 1.5


def test_the_gate_always_competes():
    models = competing_models(ForecastSettings(models=("theta",)))
    assert [model.name for model in models] == ["seasonal_naive", "theta"]
