"""Sales are carried to the holidays of the week at hand, and nothing else is touched."""

import dataclasses

import numpy as np
import pytest

from forecasting.backtest import make_forecasts
from forecasting.calendar import build_calendar
from forecasting.drivers import HOLIDAYS as HOLIDAY_GROUP
from forecasting.drivers import OTHERS
from forecasting.history import SalesHistory
from forecasting.models.combination import competing_models
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.models.smoothing import DampedSmoothing
from forecasting.models.theta import Theta
from forecasting.panel import Panel, make_panel
from forecasting.rhythm import MONTHLY
from forecasting.settings import ForecastSettings
from forecasting.shifted_holidays import HOLIDAYS, OnItsHolidays, holiday_effect, shifted_weeks, told_holidays
from maps.languages.speaking import noting_unknown, say, speaking
from tests.forecasting.series import french_calendar, mondays, no_events, seasonal_history
from tests.forecasting.test_forecast import made

ORIGIN, AHEAD = 221, 13
"""The Monday of 31 March 2025: Easter Monday is three weeks later, a year before it was in the next week."""
PLANTED = (-0.2, 0.08, 0.0)
"""In the week, in the week before, in the week after."""
CARRIED = [SeasonalNaive(), Theta(), DampedSmoothing()]


def planted_history(
    planted: tuple[float, ...] = PLANTED, *, noise: float = 0.05, weeks: int = ORIGIN + AHEAD + 1, seed: int = 7
) -> SalesHistory:
    """Sales that change with every public holiday."""
    history = seasonal_history(noise=noise, weeks=weeks, seed=seed)
    table = french_calendar(history).features.loc[history.regions[0]].iloc[:weeks]
    days = table[list(HOLIDAYS)].to_numpy()
    return dataclasses.replace(history, sales=history.sales * (1 + days @ np.array(planted)))


def panel_at_origin(history: SalesHistory, horizon: int = AHEAD) -> Panel:
    whole = make_panel(history, french_calendar(history), horizon=0, history_weeks=10_000)
    return whole.at_origin(ORIGIN, horizon)


def test_a_planted_effect_is_found() -> None:
    effect = holiday_effect(panel_at_origin(planted_history()))
    assert effect is not None
    assert effect.effects.shape == (2, 3)
    np.testing.assert_allclose(np.expm1(effect.effects), np.tile(PLANTED, (2, 1)), atol=0.03)


@pytest.mark.parametrize("model", CARRIED, ids=lambda model: model.name)
def test_easter_is_carried_to_its_week(model) -> None:
    """Last year's dip stands in the first week to come, this year's belongs into the third; errors fall."""
    history = planted_history()
    panel = panel_at_origin(history)
    actual = history.sales.reshape(6, -1)[:, ORIGIN + 1 :].sum(axis=0)
    plain, carried = (each.forecast(panel)[-1] for each in (model, OnItsHolidays(model)))
    easter = (mondays(ORIGIN + AHEAD + 1)[ORIGIN + 1 :] == np.datetime64("2025-04-21")).argmax()
    assert carried[easter] < 0.9 * plain[easter]
    assert np.abs(carried - actual).sum() < 0.8 * np.abs(plain - actual).sum()


def test_sales_without_effect_are_left_as_they_are() -> None:
    """Of ten histories of mere noise, most keep every byte, and none moves a week by more than 4 %."""
    found = [holiday_effect(panel_at_origin(planted_history((0, 0, 0), seed=seed))) for seed in range(10)]
    assert sum(effect is None for effect in found) >= 7
    assert max(np.abs(effect.factor - 1).max() for effect in found if effect) < 0.04


def test_a_category_of_its_own_keeps_its_effect() -> None:
    """C0 loses 30 % a day, C1 nothing."""
    history = planted_history((0, 0, 0), noise=0.03)
    lost = french_calendar(history).features.loc["R0", "public_holidays"].to_numpy()[: len(history.weeks)]
    sales = history.sales.copy()
    sales[:, 0] *= 1 - 0.3 * lost
    effect = holiday_effect(panel_at_origin(dataclasses.replace(history, sales=sales)))
    assert effect is not None
    np.testing.assert_allclose(np.expm1(effect.effects[:, 0]), [-0.3, 0.0], atol=0.04)


def test_later_sales_change_no_adjustment() -> None:
    """Neither the effect nor any carried forecast of an origin knows what came after it."""
    history = planted_history()
    sales = history.sales.copy()
    sales[:, :, ORIGIN + 1 :] = 3 * sales[:, :, ORIGIN + 1 :] + 1000
    panels = [panel_at_origin(each) for each in (history, dataclasses.replace(history, sales=sales))]
    effects = [holiday_effect(panel) for panel in panels]
    np.testing.assert_array_equal(effects[0].factor, effects[1].factor)
    models = competing_models(ForecastSettings(models=("theta", "ets")))
    forecasts = [make_forecasts(panel, models).forecasts for panel in panels]
    for name, values in forecasts[0].items():
        np.testing.assert_array_equal(values, forecasts[1][name])


def test_past_sales_change_the_adjustment() -> None:
    """The guard above would also pass on an effect that reads nothing."""
    history = planted_history()
    sales = history.sales.copy()
    sales[:, :, ORIGIN - 60 : ORIGIN] *= np.linspace(0.5, 2, 60)
    changed = holiday_effect(panel_at_origin(dataclasses.replace(history, sales=sales)))
    assert (changed.factor != holiday_effect(panel_at_origin(history)).factor).any()


@pytest.mark.parametrize("model", CARRIED, ids=lambda model: model.name)
@pytest.mark.parametrize("kind", ["no holidays", "no calendar", "months", "less than two years"])
def test_other_panels_are_unchanged(model, kind) -> None:
    """To the last byte."""
    history = planted_history()
    panel = panel_at_origin(history)
    if kind == "no holidays":
        calendar = build_calendar(
            history.regions, mondays(len(history.weeks)), country="", subdivisions={}, school_zones={},
            events=no_events(),
        )  # fmt: skip
        panel = make_panel(history, calendar, horizon=0, history_weeks=10_000).at_origin(ORIGIN, AHEAD)
    elif kind == "no calendar":
        panel = dataclasses.replace(panel, known=panel.known[:, :, :0], known_from=panel.known_from[:, :, :0], names=())
    elif kind == "months":
        panel = dataclasses.replace(panel, rhythm=MONTHLY)
    else:
        whole = make_panel(history, french_calendar(history), horizon=0, history_weeks=10_000)
        panel = whole.at_origin(ORIGIN, AHEAD, longest=103)
    assert holiday_effect(panel) is None
    np.testing.assert_array_equal(OnItsHolidays(model).forecast(panel), model.forecast(panel))


def test_sums_have_the_sales_of_their_members() -> None:
    """Nodes above the bottom: the mean factor of their members by sales of the last year."""
    panel = panel_at_origin(planted_history())
    effect = holiday_effect(panel)
    weight = panel.sales[:6, -52:].sum(axis=1)
    expected = (weight[:, None] * effect.factor[:6]).sum(axis=0) / weight.sum()
    np.testing.assert_allclose(effect.factor[-1], expected)


def test_returns_beyond_sales_have_no_weight() -> None:
    """A category of which as much comes back as the other one sells: the region has the factor of that one."""
    history = planted_history()
    history.sales[0, 1] = -0.98 * history.sales[0, 0]
    panel = panel_at_origin(history)
    effect = holiday_effect(panel)
    (region,) = panel.hierarchy.nodes_of([(0, -1)])
    np.testing.assert_allclose(effect.factor[region], effect.factor[0])


def test_unknown_and_dead_series_have_a_sound_factor() -> None:
    history = planted_history()
    history.sales[0, 0, :] = np.nan
    history.sales[1, :, :] = 0
    history.sales[2, 1, 30:40] = np.nan
    forecast = OnItsHolidays(SeasonalNaive()).forecast(panel_at_origin(history))
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()


def test_weeks_with_other_holidays_than_a_year_before_are_counted() -> None:
    """France, April to June 2025 against 2024: Easter, Ascension and Whitsun moved, 1 and 8 May did not.

    Easter Monday: 1 April and 21 April. Ascension: 9 May and 29 May. Whit Monday: 20 May and 9 June. Each leaves a week
    with less and a week with more.
    """
    history = seasonal_history(weeks=ORIGIN + AHEAD + 1)
    whole = make_panel(history, french_calendar(history), horizon=0, history_weeks=10_000)
    panel = whole.at_origin(ORIGIN - 1, AHEAD)
    assert shifted_weeks(panel)[1] == len(("03-31", "04-21", "05-05", "05-26", "05-19", "06-09"))
    assert shifted_weeks(whole.at_origin(51, 0)) == (0, 0)


def test_the_notes_count_and_name_the_rule() -> None:
    text = " ".join(told_holidays(panel_at_origin(planted_history())))
    assert "in 5 of 13 weeks to come. Rule shifted_holidays: a working day lost makes on average −1" in text
    quiet = " ".join(told_holidays(panel_at_origin(planted_history((0, 0, 0), seed=0))))
    assert quiet.endswith("without an effect on sales beyond noise: rule shifted_holidays changes nothing.")
    with speaking("fr"), noting_unknown() as unknown:
        assert "jour ouvré perdu" in say(text)
        assert "ne change rien" in say(quiet)
    assert unknown == []


def test_drivers_name_the_holidays_and_sum_to_the_forecast() -> None:
    """Without trees, what is carried is with the holidays, and not with what other models see otherwise."""
    history = planted_history(noise=0.02, weeks=ORIGIN + 1)
    week = ORIGIN + 3
    result = made(history, week, week, ForecastSettings(models=("theta",), origins=1))
    total = result.drivers[(result.drivers["region"] == "") & (result.drivers["category"] == "")].set_index("group")
    assert total["contribution"].sum() == pytest.approx(result.table["p50"].sum(), abs=0.5)
    assert total.loc[HOLIDAY_GROUP, "share"] == pytest.approx(-0.2, abs=0.04)
    assert abs(total.loc[OTHERS, "share"]) < 0.1
