"""The effect of each kind of event is found again, and chance is not taken for one."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from forecasting.backtest import make_forecasts
from forecasting.event_effects import event_effects, without_events
from forecasting.models.combination import competing_models
from forecasting.panel import Panel, make_panel
from forecasting.settings import ForecastSettings
from tests.forecasting.series import french_calendar, mondays, seasonal_history

AHEAD = 13


def event(number: int, kind: str, week: int, *, region: str = "R0", touched: float = 1.0, weeks: int = 2) -> dict:
    start = mondays(week + 1)[-1]
    return {"event_id": f"E{number}", "kind": kind, "region": region, "category": "", "start": pd.Timestamp(start),
            "end": pd.Timestamp(start) + pd.Timedelta(days=7 * weeks - 1), "touched": touched}  # fmt: skip


def table_of(panel: Panel) -> pd.DataFrame:
    """Estimate where P50 is 1,000 in every week to come."""
    effects = event_effects(panel)
    assert effects is not None
    return effects.table(np.full((len(panel.sales), AHEAD), 1000.0), np.arange(AHEAD))


def effects_of(events: list[dict], planted: dict[str, float], *, noise: float = 0.05, seed: int = 7) -> pd.DataFrame:
    """Estimate from sales into which effects were planted; P50 is 1,000 in every week to come."""
    history = seasonal_history(noise=noise, seed=seed)
    calendar = french_calendar(history, ahead=AHEAD, events=pd.DataFrame(events))
    panel = make_panel(history, calendar, horizon=AHEAD, history_weeks=10_000)
    for number, name in enumerate(panel.names):
        if name.startswith("event "):
            share = panel.known[: panel.hierarchy.bottom, : panel.past, number]
            panel.sales[: panel.hierarchy.bottom] *= 1 + planted[name.removeprefix("event ")] * share
    found = table_of(panel)
    return found.set_index("kind")


STRIKES = [event(n, "strike", week, touched=0.5) for n, week in enumerate((30, 75, 131))]
FAIRS = [event(10 + n, "fair", week, region="R1", weeks=1) for n, week in enumerate((20, 72, 124))]


def test_planted_effects_are_found_with_their_margin() -> None:
    """A strike that touches half of a region, and a fair that comes back at the same time of every year."""
    found = effects_of([*STRIKES, *FAIRS], {"strike": -0.4, "fair": 0.3})
    assert found["effect"].to_dict() == pytest.approx({"strike": -0.4, "fair": 0.3}, abs=0.06)
    assert found["weeks"].to_dict() == {"strike": 6, "fair": 3}
    assert found.loc["strike", "high"] < 0 < found.loc["fair", "low"]


def test_events_without_effect_are_seldom_taken_for_one() -> None:
    """Zero lies within the margin of most, and the estimate is never far from it."""
    found = [effects_of(STRIKES, {"strike": 0.0}, seed=seed).loc["strike"] for seed in range(6)]
    assert sum(line["low"] <= 0 <= line["high"] for line in found) >= 3
    assert max(abs(line["effect"]) for line in found) < 0.08


def test_what_is_made_up_for_afterwards_does_not_count_as_usual() -> None:
    """Three weeks at +20 % after each strike leave the strike at −40 %."""
    history = seasonal_history(noise=0.02)
    calendar = french_calendar(
        history, ahead=AHEAD, events=pd.DataFrame([{**each, "touched": 1.0} for each in STRIKES])
    )
    panel = make_panel(history, calendar, horizon=AHEAD, history_weeks=10_000)
    struck = panel.known[: panel.hierarchy.bottom, : panel.past, panel.names.index("event strike")] > 0
    after = np.zeros_like(struck)
    for shift in (1, 2, 3):
        after[:, shift:] |= struck[:, :-shift]
    panel.sales[: panel.hierarchy.bottom] *= np.where(struck, 0.6, np.where(after, 1.2, 1.0))
    found = table_of(panel)
    assert found["effect"].tolist() == pytest.approx([-0.4], abs=0.03)


def test_announced_events_to_come_are_priced() -> None:
    """Half of two weeks at −40 %: P50 holds it, so that 1,000 without it would be 1,250."""
    ahead = event(20, "strike", 175, touched=0.5)
    found = effects_of([*STRIKES, ahead], {"strike": -0.4}, noise=0.0)
    share = found.loc["strike", "counted"] * 0.5
    assert found.loc["strike", "ahead"] == pytest.approx(2 * 2 * 1000 * share / (1 + share))


@pytest.mark.parametrize("touched", [0.3, 0.9])
def test_a_loss_beyond_reach_is_not_stretched(touched: float) -> None:
    """Strikes that touched 0.3 of sales and took 0.6: one to come that touches 0.9 takes 0.6 too, not 1.8."""
    past = [{**each, "touched": 0.3} for each in STRIKES]
    found = effects_of([*past, event(20, "strike", 175, touched=touched)], {"strike": -2.0}, noise=0.0)
    share = found.loc["strike", "counted"] * 0.3
    assert share == pytest.approx(-0.6, abs=0.02)
    assert found.loc["strike", "ahead"] == pytest.approx(2 * 2 * 1000 * share / (1 + share), rel=0.001)


def test_events_of_several_kinds_leave_something_and_are_priced_by_their_parts() -> None:
    """−70 % and −60 % in the same weeks leave a twentieth; what both take is what the forecast lacks."""
    fires = [event(30 + n, "fire", week, touched=1.0) for n, week in enumerate((40, 95, 150))]
    strikes = [{**each, "touched": 1.0} for each in STRIKES]
    both = [event(20, "strike", 175), event(21, "fire", 175)]
    found = effects_of([*strikes, *fires, *both], {"strike": -0.7, "fire": -0.6}, noise=0.0)
    assert found["ahead"].sum() == pytest.approx(2 * 2 * 1000 * (0.05 - 1) / 0.05, rel=0.001)
    assert found.loc["strike", "ahead"] / found.loc["fire", "ahead"] == pytest.approx(7 / 6, rel=0.02)


def test_kinds_that_are_only_to_come_are_not_judged() -> None:
    """No effect, no margin, no amount; and no table without events."""
    found = effects_of([event(1, "move", 175)], {"move": 0.0})
    assert found.loc["move", ["effect", "low", "high"]].isna().all()
    assert found.loc["move", ["counted", "ahead"]].tolist() == [0.0, 0.0]
    history = seasonal_history()
    panel = make_panel(history, french_calendar(history), horizon=AHEAD, history_weeks=10_000)
    assert event_effects(panel) is None


def test_a_placed_event_takes_its_share_of_the_week() -> None:
    """Three days of seven and a quarter of the sales."""
    history = seasonal_history()
    one = {**event(1, "strike", 30, touched=0.25), "end": pd.Timestamp(mondays(31)[-1]) + pd.Timedelta(days=2)}
    panel = make_panel(history, french_calendar(history, events=pd.DataFrame([one])), horizon=13, history_weeks=10_000)
    known = panel.known[:2, :, panel.names.index("event strike")]
    assert known[:, 30].tolist() == pytest.approx([0.25 * 3 / 7] * 2)
    assert known.sum() == pytest.approx(2 * 0.25 * 3 / 7)


def test_a_strike_to_come_is_in_every_models_forecast() -> None:
    """Three strikes at −60 %: the weeks of the fourth fall as much, whichever model forecasts, and sums agree."""
    history = seasonal_history(noise=0.05)
    strikes = [{**each, "touched": 1.0} for each in STRIKES]
    events = pd.DataFrame([*strikes, event(20, "strike", 175)]).assign(announced=True)
    panel = make_panel(
        history, french_calendar(history, ahead=AHEAD, events=events), horizon=AHEAD, history_weeks=10_000
    )
    number = panel.names.index("event strike")
    calm = panel.sales[: panel.hierarchy.bottom].copy()
    struck = calm * (1 - 0.6 * panel.known[: panel.hierarchy.bottom, : panel.past, number])
    seen = dataclasses.replace(panel, sales=panel.hierarchy.total(struck))
    made = make_forecasts(seen, competing_models(ForecastSettings()))
    weeks = panel.known[0, panel.past :, number] > 0
    assert weeks.sum() == 2
    for name, forecast in made.forecasts.items():
        own = forecast[: panel.hierarchy.bottom]
        assert own[:2, weeks].sum() / weeks.sum() / (own[:2, ~weeks].sum() / (~weeks).sum()) < 0.55, name
        assert own[2:, weeks].sum() / weeks.sum() / (own[2:, ~weeks].sum() / (~weeks).sum()) > 0.85, name
        np.testing.assert_allclose(forecast, panel.hierarchy.total(own), rtol=1e-6)


def test_effects_within_noise_change_nothing() -> None:
    """A strike that did nothing: the very bytes of the forecast without what is known of it."""
    history = seasonal_history(noise=0.3)
    events = pd.DataFrame(STRIKES[:1]).assign(announced=True)
    panel = make_panel(
        history, french_calendar(history, ahead=AHEAD, events=events), horizon=AHEAD, history_weeks=10_000
    )
    effects = event_effects(panel)
    assert effects is not None
    assert not effects.counted.any()
    assert without_events(panel) is None


def test_later_sales_change_no_effect_before() -> None:
    """The panel of an origin gives the same effects whatever came after it."""
    history = seasonal_history()
    calendar = french_calendar(history, ahead=AHEAD, events=pd.DataFrame(STRIKES))
    panel = make_panel(history, calendar, horizon=0, history_weeks=10_000)
    later = dataclasses.replace(panel, sales=np.where(np.arange(panel.past) > 120, panel.sales * 9, panel.sales))
    found = [event_effects(each.at_origin(120, AHEAD)) for each in (panel, later)]
    assert found[0] is not None
    assert found[1] is not None
    np.testing.assert_array_equal(found[0].counted, found[1].counted)
