"""Series beside sales: plans act at their week, what is observed only once it is known; drivers name them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from forecasting.drivers import LAST_YEAR
from forecasting.features import make_features
from forecasting.forecast import forecast_sales
from forecasting.panel import Panel, make_panel
from forecasting.series import series_of
from forecasting.settings import ForecastSettings
from tests.forecasting.series import french_calendar, mondays, seasonal_history

WEEKS = 182
AHEAD = 8


def given(name: str, values: np.ndarray, *, planned: bool, region: str = "", category: str = "") -> pd.DataFrame:
    """A series from the first week of the history on."""
    return pd.DataFrame({"series": name, "region": region, "category": category, "planned": planned,
                         "week": pd.DatetimeIndex(mondays(len(values))), "value": values})  # fmt: skip


def panel_with(*series: pd.DataFrame) -> Panel:
    """A panel of three regions and two categories."""
    history = seasonal_history(weeks=WEEKS)
    calendar = dataclasses.replace(french_calendar(history, ahead=AHEAD), series=pd.concat(series))
    return make_panel(history, calendar, horizon=AHEAD, history_weeks=10_000)


def test_a_plan_is_known_at_its_week_and_the_more_definite_row_counts() -> None:
    """Region R1 has a value of its own; nodes above have the mean."""
    everywhere = given("spend", np.arange(WEEKS + AHEAD, dtype=float), planned=True)
    own = given("spend", np.full(WEEKS + AHEAD, 500.0), planned=True, region="R1")
    panel = panel_with(own, everywhere)
    values = panel.known[:, :, panel.names.index("series spend")]
    assert values[0].tolist() == list(range(WEEKS + AHEAD))
    assert values[2].tolist() == [500.0] * (WEEKS + AHEAD)
    assert values[-1, 9] == pytest.approx((9 + 9 + 500) / 3)
    features = make_features(panel, np.array([170]))
    rows = features.rows.reshape(AHEAD, len(panel.sales), -1)
    at = features.names.index("series spend")
    assert rows[:, 0, at].tolist() == list(range(171, 171 + AHEAD))
    assert rows[:, 0, features.names.index("series spend before")].tolist() == list(range(170, 170 + AHEAD))


def test_what_is_observed_enters_as_it_was_known_at_the_origin() -> None:
    """As late as at the end: the last three weeks are not known yet, so no origin knows its last three."""
    panel = panel_with(given("rain", np.arange(WEEKS - 3, dtype=float), planned=False))
    assert panel.seen_names == ("series rain",)
    assert panel.seen[0, [3, 100, WEEKS - 1], 0].tolist() == [0.0, 97.0, WEEKS - 4.0]
    features = make_features(panel, np.array([150, 170]))
    rows = features.rows.reshape(AHEAD, len(panel.sales), 2, -1)
    assert rows[:, 0, :, features.names.index("series rain latest")].tolist() == [[147.0, 167.0]] * AHEAD
    assert rows[0, 0, 1, features.names.index("series rain recent")] == pytest.approx(np.mean(np.arange(155, 168)))
    assert rows[0, 0, 1, features.names.index("series rain against year")] == pytest.approx(52)


def test_values_after_an_origin_change_none_of_its_features() -> None:
    """Neither of the panel that is cut there nor of the whole; values after the history are not read at all."""
    values = np.random.default_rng(1).uniform(0, 9, WEEKS)
    later = values.copy()
    later[151:] += 1000
    first, second = (panel_with(given("rain", each, planned=False)) for each in (values, later))
    for cut in (lambda panel: panel, lambda panel: panel.at_origin(150, AHEAD)):
        a, b = (make_features(cut(panel), np.array([150])).rows for panel in (first, second))
        assert np.array_equal(a, b, equal_nan=True)
    beyond = panel_with(given("rain", np.append(values, np.full(AHEAD, 1e6)), planned=False))
    assert np.array_equal(beyond.seen, first.seen)


def test_monthly_values_go_on_until_the_next_one_but_not_for_ever() -> None:
    """For a quarter at the most."""
    monthly = given("economy", np.arange(WEEKS, dtype=float), planned=False).iloc[:120:4]
    panel = panel_with(
        monthly, given("economy", np.array([7.0]), planned=False).assign(week=pd.Timestamp(mondays(WEEKS)[-1]))
    )
    assert panel.seen[0, 4:10, 0].tolist() == [4.0, 4.0, 4.0, 4.0, 8.0, 8.0]
    assert np.isnan(panel.seen[0, 150, 0])


def forecast_with(series: pd.DataFrame | None, *, planted: np.ndarray):
    """Sales that a series moves, with the series or without."""
    history = seasonal_history(weeks=WEEKS, noise=0.05)
    history = dataclasses.replace(history, sales=history.sales * (1 + planted[:WEEKS]))
    calendar = french_calendar(history, ahead=AHEAD)
    if series is not None:
        calendar = dataclasses.replace(calendar, series=series)
    days = mondays(WEEKS + AHEAD).astype("datetime64[D]").astype(object)
    return forecast_sales(history, calendar, period_start=days[WEEKS], period_end=days[-1],
                          settings=ForecastSettings(models=("lightgbm",), origins=1))  # fmt: skip


@pytest.fixture(scope="module")
def campaign() -> np.ndarray:
    """A campaign in about one week of five, and in all weeks to come."""
    on = np.random.default_rng(5).random(WEEKS + AHEAD) < 0.2
    on[WEEKS:] = True
    return np.where(on, 0.5, 0.0)


def test_a_plan_makes_the_forecast_better_and_is_named_as_a_driver(campaign) -> None:
    """Contributions with the series' own group still sum to the forecast."""
    spend = given("marketing spend", 1000 * campaign, planned=True)
    plain, informed = (forecast_with(series, planted=campaign) for series in (None, spend))
    error = {
        name: float(
            found.scores.loc[(found.scores["region"] == "") & (found.scores["model"] == "lightgbm"), "wape"].iloc[0]
        )
        for name, found in (("plain", plain), ("informed", informed))
    }
    assert error["informed"] < 0.7 * error["plain"]
    total = informed.drivers[(informed.drivers["region"] == "") & (informed.drivers["category"] == "")]
    by_group = total.set_index("group")["contribution"]
    assert by_group["series marketing spend"] > 0.1 * by_group[LAST_YEAR]
    assert by_group.sum() == pytest.approx(informed.table["p50"].sum(), abs=1)
    assert "marketing spend +" in total["words"].iloc[0]
    assert informed.table["p50"].sum() > 1.15 * plain.table["p50"].sum()


@pytest.mark.slow
def test_the_same_series_not_planned_cannot_tell_the_future(campaign) -> None:
    """A series that holds the weeks to come, planted as observed, leaves the forecast what it is without them."""
    spend = given("marketing spend", 1000 * campaign, planned=False)
    whole, cut = (forecast_with(each, planted=campaign) for each in (spend, spend.head(WEEKS)))
    pd.testing.assert_frame_equal(whole.table, cut.table)


def test_features_belong_to_the_series_with_the_longest_name() -> None:
    """Also where one name begins with another."""
    names = ("series rain", "series rain before")
    assert series_of("series rain latest", names) == "series rain"
    assert series_of("series rain before before", names) == "series rain before"
    assert series_of("season 1", names) == ""
