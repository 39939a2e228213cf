"""No forecast of the past knows what came later; a planted leak is caught."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from forecasting.backtest import rolling_origins, run_backtest
from forecasting.features import make_features
from forecasting.models.boosting import GlobalBoosting
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.models.smoothing import DampedSmoothing
from forecasting.models.theta import Theta
from forecasting.panel import make_panel
from tests.forecasting.series import french_calendar, panel_of, seasonal_history

ORIGINS = 2


class Peeking:
    """A model that was handed the whole panel and reads the weeks it is to forecast."""

    name = "peeking"

    def __init__(self, whole):
        self._whole = whole

    def forecast(self, panel):
        """Read off what came."""
        return self._whole.sales[:, panel.past : panel.past + panel.horizon]


def backtest_with_other_future(make_model):
    """Forecasts of the first origin on a history, and on the same history with everything after that origin changed."""
    panel = panel_of(seasonal_history())
    first = rolling_origins(panel.past, panel.horizon, ORIGINS)[0]
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


def with_event(kind, **columns):
    """A panel with an event after the first origin of the backtest, and one without; the sales are the same."""
    history = seasonal_history()
    first = rolling_origins(len(history.weeks), 13, ORIGINS)[0]

    def panel(weeks):
        rows = [
            {"event_id": f"E{week}", "kind": kind, "region": "", "category": "", "start": day, "end": day, **columns}
            for week in weeks
            for day in [pd.Timestamp(history.weeks[week])]
        ]
        calendar = french_calendar(history, events=pd.DataFrame(rows))
        return make_panel(history, calendar, horizon=13, history_weeks=10_000)

    return first, panel([60, 80, first + 3]), panel([60, 80])


@pytest.mark.parametrize(("kind", "columns"), [("storm", {}), ("fair", {"announced": False})])
def test_events_nobody_could_foresee_do_not_flatter_the_backtest(kind, columns):
    first, told, untold = with_event(kind, **columns)
    assert (told.known != untold.known).any()
    np.testing.assert_array_equal(told.at_origin(first, 13).known, untold.at_origin(first, 13).known)


@pytest.mark.parametrize(("kind", "columns"), [("fair", {}), ("storm", {"announced": "yes"})])
def test_announced_events_are_known_in_advance(kind, columns):
    first, told, untold = with_event(kind, **columns)
    assert (told.at_origin(first, 13).known != untold.at_origin(first, 13).known).any()


def test_a_surprise_is_known_once_it_has_begun():
    first, told, _ = with_event("storm")
    np.testing.assert_array_equal(told.at_origin(first + 3, 13).known, told.known[:, : first + 17])


def test_the_forecast_itself_knows_every_event_of_the_table():
    """Who writes a strike of next month into the table wants it forecast."""
    _, told, _ = with_event("strike")
    assert told.known[:, :, told.names.index("event strike")].sum() > 0


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
