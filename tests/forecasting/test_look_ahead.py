"""No forecast of the past knows what came later; a planted leak is caught."""

import dataclasses

import numpy as np
import pytest

from forecasting.backtest import rolling_origins, run_backtest
from forecasting.features import make_features
from forecasting.models.boosting import GlobalBoosting
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.models.smoothing import DampedSmoothing, Theta
from tests.forecasting.series import panel_of, seasonal_history

ORIGINS = 2


class Peeking:
    """A model that was handed the whole panel and reads the weeks it is to forecast."""

    name = "peeking"

    def __init__(self, whole):
        self._whole = whole

    def forecast(self, panel):
        """Read off what came."""
        return self._whole.sales[:, panel.history_weeks : panel.history_weeks + panel.horizon]


def backtest_with_other_future(make_model):
    """Forecasts of the first origin on a history, and on the same history with everything after that origin changed."""
    panel = panel_of(seasonal_history())
    first = rolling_origins(panel.history_weeks, panel.horizon, ORIGINS)[0]
    sales = panel.sales.copy()
    sales[:, first + 1 :] = sales[:, first + 1 :] * 3 + 1000
    changed = dataclasses.replace(panel, sales=sales)
    return [
        run_backtest(each, [SeasonalNaive(), make_model(each)], origins=ORIGINS).forecasts for each in (panel, changed)
    ]


def same_at_first_origin(results, name):
    return bool((results[0][name][0] == results[1][name][0]).all())


@pytest.mark.parametrize(
    "model", [SeasonalNaive(), Theta(), DampedSmoothing(), GlobalBoosting(trees=20)], ids=lambda model: model.name
)
def test_changing_the_future_changes_no_forecast(model):
    assert same_at_first_origin(backtest_with_other_future(lambda _: model), model.name)


def test_a_planted_leak_is_caught():
    assert not same_at_first_origin(backtest_with_other_future(Peeking), "peeking")


def test_features_of_an_origin_read_no_later_sales():
    """Within one panel too: the rows from which LightGBM learns are made of what was known at their own origin."""
    panel = panel_of(seasonal_history())
    origins = np.array([60, 100])
    sales = panel.sales.copy()
    sales[:, 101:] = np.nan
    changed = make_features(dataclasses.replace(panel, sales=sales), origins)
    original = make_features(panel, origins)
    np.testing.assert_array_equal(original.rows, changed.rows)
    np.testing.assert_array_equal(original.base, changed.base)
    np.testing.assert_array_equal(original.scale, changed.scale)


def test_features_read_sales_up_to_the_origin():
    """The guard above would also pass on features that read nothing at all."""
    panel = panel_of(seasonal_history())
    sales = panel.sales.copy()
    sales[:, 100] *= 2
    origin = np.array([100])
    original = make_features(panel, origin)
    changed = make_features(dataclasses.replace(panel, sales=sales), origin)
    assert (np.nan_to_num(original.rows) != np.nan_to_num(changed.rows)).any()


def test_features_are_sound_beyond_one_season_ahead():
    panel = panel_of(seasonal_history(weeks=220), horizon=60)
    origins = np.array([150])
    sales = panel.sales.copy()
    sales[:, 151:] = np.nan
    changed = make_features(dataclasses.replace(panel, sales=sales), origins)
    np.testing.assert_array_equal(make_features(panel, origins).rows, changed.rows)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [(157, (104, 117, 130, 143)), (125, (105, 107, 109, 111)), (100, (59, 68, 77, 86)), (73, (59,)), (70, ())],
)
def test_origins_keep_enough_history_before_and_a_horizon_after(weeks, expected):
    """Two seasons before the first origin where the history has them, else one and eight weeks."""
    assert rolling_origins(weeks, 13, 4) == expected
