"""The whole forecast, from history to the weeks of the period."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from forecasting.forecast import forecast_sales, period_weeks
from forecasting.settings import ForecastSettings, InvalidForecastError
from tests.forecasting.series import french_calendar, mondays, seasonal_history

QUICK = ForecastSettings(models=("theta",), origins=2)


def made(history, start_week, end_week, settings=QUICK, observer=None):
    """Forecast from the Monday of one week number (0 = first of the history) to the Sunday of another."""
    weeks = mondays(end_week + 1).astype(dt.date)
    ahead = max(end_week + 1 - len(history.weeks), 1)
    return forecast_sales(
        history,
        french_calendar(history, ahead=ahead),
        period_start=weeks[start_week],
        period_end=weeks[end_week] + dt.timedelta(days=6),
        settings=settings,
        **({} if observer is None else {"observer": observer}),
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-01-05", "2026-01-18", ["2026-01-05", "2026-01-12"]),
        ("2026-01-06", "2026-01-19", ["2026-01-12", "2026-01-19"]),
        ("2021-10-01", "2021-10-10", ["2021-10-04"]),
        ("2026-01-07", "2026-01-09", ["2026-01-05"]),
    ],
)
def test_a_week_belongs_to_the_period_of_its_monday(start, end, expected):
    found = period_weeks(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    assert found.astype(str).tolist() == expected


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(InvalidForecastError, match="before it starts"):
        period_weeks(dt.date(2026, 2, 1), dt.date(2026, 1, 1))


def test_every_series_and_week_has_ordered_quantiles():
    table = made(seasonal_history(), 170, 182).table
    assert len(table) == 3 * 2 * 13
    assert (table["p10"] <= table["p50"]).all()
    assert (table["p50"] <= table["p90"]).all()
    assert (table["p10"] >= 0).all()
    assert not table.isna().any().any()


def test_known_weeks_come_as_they_are():
    history = seasonal_history()
    table = made(history, 166, 175).table.query("region == 'R1' and category == 'C0'")
    assert table["model"].tolist()[:4] == ["actual"] * 4
    assert "actual" not in table["model"].tolist()[4:]
    np.testing.assert_allclose(table["p50"].to_numpy()[:4], history.sales[1, 0, 166:].round(2))
    assert (table["p10"] == table["p90"]).tolist()[:4] == [True] * 4


def test_a_gap_before_the_period_is_forecast_through():
    """The weeks of the period are the same whether the gap is in the period or not."""
    history = seasonal_history()
    late = made(history, 175, 180).table
    whole = made(history, 170, 180).table
    assert late["week"].min() == pd.Timestamp(mondays(176)[-1])
    both = whole[whole["week"] >= late["week"].min()].reset_index(drop=True)
    pd.testing.assert_frame_equal(late, both)


def test_a_period_that_is_all_known_needs_no_forecast():
    result = made(seasonal_history(), 160, 165)
    assert set(result.table["model"]) == {"actual"}
    assert len(result.scores) == 0
    assert "known already" in result.notes[0]


def test_the_same_input_gives_the_same_forecast():
    settings = ForecastSettings(origins=1)
    first, second = (made(seasonal_history(regions=2, weeks=130), 130, 133, settings) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    pd.testing.assert_frame_equal(first.scores, second.scores, check_exact=True)


def test_a_short_history_is_said_to_be_unproven():
    result = made(seasonal_history(weeks=40), 40, 44)
    assert set(result.table["model"]) == {"seasonal_naive"}
    assert any("too few for a backtest" in note for note in result.notes)
    assert any("less than two years" in note for note in result.notes)
    assert (result.table["p50"] > 0).all()


def test_a_history_under_two_years_compares_no_models():
    """One row a region instead of the same figures under every model, and a note; nobody has won anything."""
    settings = ForecastSettings(models=("theta", "ets"), origins=2)
    result = made(seasonal_history(weeks=80), 80, 83, settings)
    assert result.scores["model"].tolist() == ["seasonal_naive"] * 4
    assert set(result.scores["note"]) == {"not enough history to compare models"}
    assert result.scores["chosen"].all()
    assert set(result.table["model"]) == {"seasonal_naive"}
    assert result.notes[0].startswith("Not enough history to compare models")
    assert not any("won" in note or "beat" in note for note in result.notes)


def test_scores_report_honest_coverage():
    scores = made(seasonal_history(regions=4, categories=4), 170, 182, dataclasses.replace(QUICK, origins=4)).scores
    chosen = scores[(scores["region"] == "") & scores["chosen"]].iloc[0]
    assert 0.7 < chosen["coverage_80"] < 0.9


def test_a_dead_region_is_forecast_as_dead():
    history = seasonal_history()
    history.sales[1] = 0.0
    table = made(history, 170, 175).table
    assert (table.loc[table["region"] == "R1", "p50"] == 0).all()


def test_history_is_what_was_learned_from():
    history = seasonal_history(weeks=150)
    learned = made(history, 150, 155, dataclasses.replace(QUICK, history_weeks=120)).history
    assert len(learned) == 3 * 2 * 120
    assert learned["week"].min() == pd.Timestamp(history.weeks[30])


def test_events_are_learned():
    """A fair that lifts sales by half, four times in the past, and once in the period."""
    history = seasonal_history(regions=4, noise=0.03)
    at = [70, 95, 112, 140, 172]
    for week in at[:-1]:
        history.sales[:, :, week] *= 1.5
    monday = [pd.Timestamp(week) for week in mondays(180)[at]]
    events = pd.DataFrame(
        {
            "event_id": [f"E{week}" for week in at],
            "kind": "fair",
            "region": "",
            "category": "",
            "start": monday,
            "end": [day + pd.Timedelta(days=6) for day in monday],
        }
    )

    def of(calendar):
        result = forecast_sales(
            history,
            calendar,
            period_start=dt.date(2024, 4, 8),
            period_end=dt.date(2024, 4, 28),
            settings=ForecastSettings(models=("lightgbm",), origins=1),
        )
        return result.table.loc[result.table["week"] == monday[-1], "p50"].sum()

    lift = of(french_calendar(history, events=events)) / of(french_calendar(history))
    assert lift > 1.2


@pytest.mark.parametrize(("start", "end"), [(0, 5)])
def test_a_period_before_the_history_is_refused(start, end):
    history = seasonal_history()
    later = dataclasses.replace(history, weeks=history.weeks + np.timedelta64(70, "D"))
    with pytest.raises(InvalidForecastError, match="before the first week"):
        made(later, start, end)


def test_weeks_must_follow_each_other():
    history = seasonal_history()
    weeks = history.weeks.copy()
    weeks[-1] += np.timedelta64(7, "D")
    with pytest.raises(InvalidForecastError, match="not consecutive"):
        made(dataclasses.replace(history, weeks=weeks), 171, 175)


def test_unknown_models_are_refused():
    with pytest.raises(InvalidForecastError, match="prophet"):
        ForecastSettings(models=("prophet",))


def test_progress_never_goes_back():
    shares = []

    class Noting:
        def report(self, doing, *, share_done):
            """Note the share."""
            shares.append(share_done)

    made(seasonal_history(), 170, 172, observer=Noting())
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_errors_of_the_backtest_are_kept_by_region_in_the_order_of_weeks():
    """Two origins with the weeks asked for, as shares of what was forecast; a short history has none."""
    errors = made(seasonal_history(), 170, 182).residuals
    assert errors["region"].drop_duplicates().tolist() == ["R0", "R1", "R2"]
    for _, part in errors.groupby("region"):
        assert len(part) == 2 * 13
        assert (part["week"].diff().dt.days.dropna() == 7).sum() >= 2 * 12
    assert 0 < errors["error"].abs().median() < 0.2
    assert made(seasonal_history(weeks=20), 20, 25).residuals.empty


def test_levels_sum_up_the_table_to_the_cent():
    """Region × category → regions and categories → total, known weeks and forecast ones alike."""
    result = made(seasonal_history(regions=4, categories=3), 168, 175)
    levels = result.levels
    table = result.table.assign(p50=(result.table["p50"] * 100).round())
    for level, keys in (("region", ["region"]), ("category", ["category"]), ("total", [])):
        expected = table.groupby([*keys, "week"])["p50"].sum()
        found = levels[levels["level"] == level].set_index([*keys, "week"])["p50"] * 100
        np.testing.assert_array_equal(found.sort_index().round(), expected.sort_index())


def test_levels_have_narrower_bands_than_the_sum_of_their_members():
    result = made(seasonal_history(regions=4, categories=3), 170, 175)
    total = result.levels[result.levels["level"] == "total"]
    width = (total["p90"] - total["p10"]).sum()
    assert 0 < width < 0.8 * (result.table["p90"] - result.table["p10"]).sum()
    assert (result.levels["p10"] <= result.levels["p50"]).all()
    assert (result.levels["p50"] <= result.levels["p90"]).all()


@pytest.mark.parametrize(("regions", "categories"), [(1, 1), (1, 3), (3, 1)])
def test_small_hierarchies_have_all_levels(regions, categories):
    result = made(seasonal_history(regions=regions, categories=categories), 170, 172)
    counts = result.levels.groupby("level").size()
    assert counts.to_dict() == {"region": 3 * regions, "category": 3 * categories, "total": 3}


def test_a_region_may_be_called_all():
    """Its scores stand apart from those of all regions together, and its forecast is that of any other name."""
    history = seasonal_history(regions=2)
    usual = made(history, 170, 182)
    renamed = made(dataclasses.replace(history, regions=("all", "R1")), 170, 182)
    assert renamed.table["p50"].tolist() == usual.table["p50"].tolist()
    assert renamed.scores["wape"].tolist() == usual.scores["wape"].tolist()
    assert list(dict.fromkeys(renamed.scores["region"])) == ["", "all", "R1"]
