"""Any long table as a panel."""

import numpy as np
import pandas as pd
import pytest

from forecasting.backtest import run_backtest
from forecasting.long_table import panel_of_table, period_calendar
from forecasting.models.combination import competing_models
from forecasting.rhythm import MONTHLY, QUARTERLY
from forecasting.settings import ForecastSettings, InvalidForecastError
from forecasting.table_periods import dates_of, number_periods


def monthly(series=4, months=72):
    random = np.random.default_rng(4)
    dates = pd.date_range("2012-01-01", periods=months, freq="MS")
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(months) / 12)
    return pd.concat(
        pd.DataFrame(
            {"state": f"S{row % 2}", "trade": f"T{row // 2}", "ds": dates, "y": (row + 2) * 100 * season}
        ).assign(y=lambda part: part["y"] * np.exp(0.05 * random.standard_normal(len(part))))
        for row in range(series)
    )


def laid_out(table, **options):
    return panel_of_table(table, keys=["state", "trade"], time="ds", value="y", season=12, **options)


def test_sums_of_levels_are_sums_of_rows():
    table = monthly()
    panel, notes = laid_out(table)
    assert notes == ()
    assert panel.hierarchy.levels[-1] == "total"
    np.testing.assert_allclose(panel.sales[-1], table.groupby("ds")["y"].sum())


def test_rows_of_one_date_are_added_up_and_their_order_changes_nothing():
    table = monthly()
    halves = pd.concat([table.assign(y=table["y"] / 2)] * 2).sample(frac=1.0, random_state=1)
    np.testing.assert_allclose(laid_out(halves)[0].sales, laid_out(table)[0].sales)


def test_a_late_series_begins_at_zero_or_is_left_out():
    table = monthly()
    late = table[~((table["state"] == "S0") & (table["trade"] == "T0") & (table["ds"] < "2015-01-01"))]
    assert laid_out(late)[0].sales[0, :36].tolist() == [0.0] * 36
    panel, notes = laid_out(late, complete=True)
    assert panel.hierarchy.bottom == 3
    assert "1 of 4 series" in notes[0]


def test_a_gap_takes_the_season_before():
    table = monthly()
    hole = table[~((table["state"] == "S0") & (table["trade"] == "T0") & (table["ds"] == "2015-03-01"))]
    panel, notes = laid_out(hole)
    assert panel.sales[0, 38] == panel.sales[0, 26]
    assert notes == ("1 periods without a row were filled from the season before.",)


def test_a_missing_column_is_named():
    with pytest.raises(InvalidForecastError, match="no column trade"):
        laid_out(monthly().drop(columns="trade"))


def test_months_count_their_weekdays_and_easter():
    """March 2024 had five Fridays to Sundays, and Easter on its last day: seven of the eight days around it."""
    known, names = period_calendar(np.array(["2024-03-01", "2024-04-01"], dtype="datetime64[D]"), MONTHLY)
    march = dict(zip(names, known[0], strict=True))
    assert [march[day] for day in ("Thursdays", "Fridays", "Sundays", "easter")] == [0.0, 1.0, 1.0, 7 / 8]
    assert period_calendar(np.array(["2024-01-01"], dtype="datetime64[D]"), QUARTERLY)[0].shape == (1, 0)


def test_months_can_be_backtested_and_their_sums_agree():
    panel, _ = laid_out(monthly())
    cut = panel.at_origin(panel.past - 7, 6)
    models = competing_models(ForecastSettings(models=("theta", "ets", "lightgbm")))
    backtest = run_backtest(cut, models, origins=2)
    for forecast in backtest.forecasts.values():
        np.testing.assert_allclose(forecast[0], panel.hierarchy.total(forecast[0][: panel.hierarchy.bottom]))
    best, naive = backtest.forecasts["theta + ets + lightgbm"], backtest.forecasts["seasonal_naive"]
    assert np.abs(best - backtest.actual).sum() < np.abs(naive - backtest.actual).sum()


def test_a_series_that_ended_sells_nothing_and_a_short_silence_is_filled():
    table = monthly()
    first, second = ((table["state"] == "S0") & (table["trade"] == name) for name in ("T0", "T1"))
    gone = table[~(first & (table["ds"] >= "2016-12-01")) & ~(second & (table["ds"] >= "2017-06-01"))]
    panel, notes = laid_out(gone)
    assert panel.sales[0, -13:].tolist() == [0.0] * 13
    assert panel.sales[1, -1] == panel.sales[1, -13] > 0
    assert notes[0] == "1 series have no row for more than a season and count as ended."


def test_a_table_that_tells_sales_alone_has_zeros_in_between():
    table = monthly()
    panel, notes = laid_out(table[table.index % 3 != 1])
    assert (panel.sales[:4, 1::3] == 0).all()
    assert "the table tells sales alone" in notes[0]


@pytest.mark.parametrize(
    ("written", "season", "first"),
    [
        (["2020-01-31", "2020-02-29"], 12, "2020-01-01"),
        (["202001", "202003"], 12, "2020-01-01"),
        (["2020Q1", "2020-Q3"], 4, "2020-01-01"),
        (["2020-05", "2020-11"], 4, "2020-04-01"),
        (["2020-01-06T08:00:00+02:00", "2020-01-13"], 52, "2020-01-06"),
        (["20200106", "20200107"], 7, "2020-01-06"),
    ],
)
def test_dates_are_read_in_forms_that_begin_with_the_year(written, season, first):
    dates, faults = dates_of(pd.Series(written, name="ds"))
    assert not faults
    periods = number_periods(dates, season)
    assert str(periods.starts[0]) == first
    assert periods.number.tolist() == [0, len(periods.starts) - 1]


def test_hours_and_two_months_are_found_by_the_step_between_dates():
    hours = number_periods(pd.Series(pd.date_range("2024-01-01", periods=30, freq="h")), 24)
    assert hours.number.tolist() == list(range(30))
    pairs = number_periods(pd.Series(pd.to_datetime(["2024-01-31", "2024-03-31", "2024-07-31"])), 6)
    assert pairs.number.tolist() == [0, 1, 3]


def test_all_faults_of_a_table_are_told_by_line():
    table = monthly().reset_index(drop=True).astype({"ds": "str", "y": "object"})
    table.loc[0, "ds"], table.loc[3, "y"], table.loc[5, "state"] = "04/01/2012", "1,234", None
    with pytest.raises(InvalidForecastError) as told:
        laid_out(table)
    for part in ('line 2 ds: "04/01/2012"', 'line 5 y: "1,234"', "line 7 state: empty"):
        assert part in str(told.value)


def test_a_season_that_does_not_fit_the_dates_is_refused():
    quarters = monthly()[lambda part: part["ds"].dt.month % 3 == 1]
    with pytest.raises(InvalidForecastError, match="are there really 12 periods a season"):
        laid_out(quarters)
