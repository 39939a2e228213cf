"""Each model on series whose future is known."""

import dataclasses
from operator import attrgetter

import numpy as np
import pytest

from forecasting.models import smoothing
from forecasting.models.boosting import GlobalBoosting
from forecasting.models.combination import averages, broadest, competing_models, with_averages
from forecasting.models.seasonal_naive import SeasonalNaive, is_thin
from forecasting.models.smoothing import DampedSmoothing
from forecasting.models.theta import Theta, theta
from forecasting.settings import ForecastSettings
from tests.forecasting.series import panel_of, seasonal_history

SMOOTHERS = [Theta(), DampedSmoothing()]
MODELS = [SeasonalNaive(), *SMOOTHERS, GlobalBoosting(trees=30)]
NAME = attrgetter("name")


def test_seasonal_naive_repeats_last_year():
    panel = panel_of(seasonal_history())
    np.testing.assert_allclose(SeasonalNaive().forecast(panel), panel.sales[:, -52:-39])


@pytest.mark.parametrize("model", MODELS, ids=NAME)
def test_forecasts_are_neither_negative_nor_unknown(model):
    """Also with gaps, a dead series, a young one and one that is not known at all."""
    history = seasonal_history(categories=4)
    history.sales[0, 0, 20:30] = np.nan
    history.sales[0, 1, :150] = 0
    history.sales[1, 0, :] = 0
    history.sales[1, 1, :] = np.nan
    history.sales[2, 0, -3:] = np.nan
    forecast = model.forecast(panel_of(history))
    assert forecast.shape == (12 + 3 + 4 + 1, 13)
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()


@pytest.mark.parametrize("model", [*SMOOTHERS, GlobalBoosting(trees=60)], ids=NAME)
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
    assert is_thin(panel_of(history)).tolist() == [False, True, False]


def without_season(values, weeks_ahead=5):
    """A panel of one series that is long enough for a model of its own."""
    history = seasonal_history(regions=1, categories=1, weeks=len(values))
    return panel_of(dataclasses.replace(history, sales=np.asarray(values, float)[None, None, :]), horizon=weeks_ahead)


@pytest.mark.parametrize("model", SMOOTHERS, ids=NAME)
def test_a_constant_series_stays_constant(model):
    np.testing.assert_allclose(model.forecast(without_season(np.full(120, 250.0))), 250.0)


@pytest.mark.parametrize("model", SMOOTHERS, ids=NAME)
def test_a_smoothed_level_does_not_depend_on_the_currency(model):
    history = seasonal_history(regions=1, categories=1)
    small = model.forecast(panel_of(history))
    large = model.forecast(panel_of(dataclasses.replace(history, sales=history.sales * 2.0**20)))
    np.testing.assert_allclose(large, small * 2.0**20, rtol=1e-9)


@pytest.mark.parametrize("model", SMOOTHERS, ids=NAME)
def test_smoothing_repeats_itself(model):
    panel = panel_of(seasonal_history())
    assert model.forecast(panel).tobytes() == model.forecast(panel).tobytes()


def damped(series, horizon):
    return smoothing.smoothed(series, horizon, 1)[0]


def test_theta_drifts_by_half_the_slope_of_the_line():
    """On a line of slope 2 smoothing follows almost at once, and the mean of smoothing and line rises by 1 a week."""
    ahead = theta(100 + 2.0 * np.arange(120), 5)
    assert ahead[0] == pytest.approx(338 + 1, abs=0.03)
    np.testing.assert_allclose(np.diff(ahead), 1.0, rtol=1e-6)


def test_damped_smoothing_follows_a_line_and_bends():
    ahead = damped(np.linspace(100, 200, 120), 13)
    assert 200 < ahead[0] < 201
    steps = np.diff(ahead)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()


@pytest.mark.parametrize("method", [theta, damped])
@pytest.mark.parametrize(
    "series",
    [[3.0], [0.0, 4.0], np.arange(12.0), np.zeros(120), 5 + 1e-12 * np.arange(120)],
    ids=["one week", "two weeks", "a quarter", "nothing sold", "constant but for rounding"],
)
def test_what_has_no_weights_keeps_its_last_value(method, series):
    np.testing.assert_array_equal(method(np.asarray(series), 3), np.full(3, series[-1]))


@pytest.mark.parametrize("method", [theta, damped])
@pytest.mark.parametrize(
    "series",
    [
        np.eye(120)[0],
        np.eye(120)[-1],
        np.arange(120) % 7 == 0,
        np.arange(13),
        0.9 ** np.arange(120),
        np.arange(120) < 60,
    ],
    ids=["only the first", "only the last", "every seventh", "short", "dying", "dead"],
)
def test_odd_series_are_smoothed_without_warnings(method, series):
    assert np.isfinite(method(np.asarray(series, float), 13)).all()


def test_weeks_are_filled_from_before_and_at_the_start_from_after():
    values = np.array([[np.nan, 2.0, np.nan, 3.0, np.nan], [np.nan] * 5])
    np.testing.assert_array_equal(smoothing.filled(values), [[2, 2, 2, 3, 3], [0] * 5])


def test_boosting_repeats_itself():
    panel = panel_of(seasonal_history())
    first, second = (GlobalBoosting(trees=20, seed=4).forecast(panel) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_averages_are_pairs_and_all_together_without_the_gate():
    names = ["seasonal_naive", "theta", "ets", "lightgbm"]
    pairs = ["theta + ets", "theta + lightgbm", "ets + lightgbm"]
    assert list(averages(names)) == [*pairs, "theta + ets + lightgbm"]
    assert broadest([*names, *averages(names)]) == "theta + ets + lightgbm"
    made = with_averages({name: np.full((1, 1), float(value)) for value, name in enumerate(names)})
    assert made["theta + lightgbm"].item() == pytest.approx(np.sqrt(3.0))


def test_one_model_at_nothing_does_not_take_the_average_there():
    """A forecast of 0 counts as a twentieth of the mean; where all are 0 so is the average."""
    made = with_averages({"theta": np.array([[0.0, 0.0]]), "ets": np.array([[10.0, 0.0]])})
    np.testing.assert_allclose(made["theta + ets"], [[np.sqrt(0.05 * 5 * 10), 0.0]])


def test_the_gate_always_competes():
    models = competing_models(ForecastSettings(models=("theta",)))
    assert [model.name for model in models] == ["seasonal_naive", "theta"]
