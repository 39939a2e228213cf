"""What became of a forecast."""

import numpy as np
import pandas as pd
import pytest

from forecasting.monitoring import no_inputs, tracking_signal, watch_forecast

WEEKS = pd.to_datetime("2026-01-05") + pd.to_timedelta(7 * np.arange(8), unit="D")


def forecast():
    """Two regions, 100 a week, between 90 and 110."""
    return pd.concat(
        pd.DataFrame({"region": region, "week": WEEKS, "p10": 90.0, "p50": 100.0, "p90": 110.0})
        for region in ("North", "South")
    )


def actuals(north, south, weeks=8):
    return pd.concat(
        pd.DataFrame({"region": region, "week": WEEKS[:weeks], "sales": np.resize(values, weeks)})
        for region, values in (("North", north), ("South", south))
    )


def test_steady_weeks_raise_no_alarm():
    watch = watch_forecast(forecast(), actuals([95.0, 105.0], [98.0, 103.0]))
    assert watch.alarmed == ()
    assert watch.advice == ("The forecast holds: no need to make it anew.",)


def test_a_region_that_sells_far_more_is_named():
    watch = watch_forecast(forecast(), actuals([140.0], [95.0, 105.0]))
    assert watch.alarmed == ("North",)
    reason = watch.table.set_index("region").loc["North", "reason"]
    assert reason == "sales are 40% above the forecast, week after week; only 0 of 8 weeks lie between P10 and P90"
    assert "Alarm for North" in watch.advice[0]


def test_a_small_steady_bias_is_no_emergency():
    """Four percent more each week: the tracking signal is 8, the bias harmless."""
    watch = watch_forecast(forecast(), actuals([104.0], [100.0]))
    assert watch.table["tracking_signal"].tolist() == [8.0, 0.0]
    assert watch.alarmed == ()


def test_swings_outside_the_bands_raise_it_without_a_bias():
    assert watch_forecast(forecast(), actuals([60.0, 140.0], [100.0])).alarmed == ("North",)


def test_few_weeks_are_not_judged_and_those_to_come_are_left_out():
    watch = watch_forecast(forecast(), actuals([140.0], [100.0], weeks=3))
    assert watch.table["weeks"].tolist() == [3, 3]
    assert watch.alarmed == ()
    assert watch.advice == ("Too few weeks have come to judge the forecast: compare again once 4 are in.",)


def test_a_region_with_few_weeks_is_named():
    came = pd.concat([actuals([100.0], [100.0])[:8], actuals([100.0], [100.0], weeks=3)[3:]])
    watch = watch_forecast(forecast(), came)
    assert watch.table["reason"].tolist() == ["", "weeks that came: 3, too few to judge"]
    assert watch.advice == ("Too few weeks have come to judge South.",)


def test_nothing_to_compare_is_said():
    later = actuals([1.0], [1.0]).assign(week=WEEKS[-1] + pd.Timedelta(days=70))
    assert "nothing to compare" in watch_forecast(forecast(), later).advice[0]


def test_rows_of_accounts_are_added_up():
    parts = pd.concat([actuals([50.0], [50.0])] * 2)
    assert watch_forecast(forecast(), parts).table["wape"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("errors", "expected"), [([1.0, 1.0, 1.0], 3.0), ([1.0, -1.0], 0.0), ([0.0, 0.0], 0.0)])
def test_tracking_signal(errors, expected):
    assert tracking_signal(np.array(errors)) == expected


def test_drift_is_told_where_errors_are_known():
    """Errors of 5 % where those before were of 1 %, told with the limit of eight weeks against sixty."""
    earlier = pd.DataFrame({"region": "North", "error": np.tile([-0.01, 0.01, -0.02, 0.02], 15)})
    watch = watch_forecast(forecast(), actuals([95.0], [98.0]), earlier=earlier)
    table = watch.table.set_index("region")
    assert table.loc["North", "drift"] > table.loc["North", "drift_limit"] > 0.25
    assert np.isnan(table.loc["South", ["drift", "drift_limit"]].to_numpy(float)).all()
    assert watch.advice == ("Errors have shifted in North: forecast anew soon.",)


def test_errors_like_those_before_are_no_drift():
    """The eight weeks repeat what was seen before."""
    earlier = pd.DataFrame({"region": "North", "error": np.tile([-0.05, 0.05], 30)})
    watch = watch_forecast(forecast(), actuals([95.0, 105.0], [98.0, 103.0]), earlier=earlier)
    assert watch.advice == ("The forecast holds: no need to make it anew.",)


def test_inputs_that_have_shifted_are_told():
    """By input, with the regions; those that have not are left out."""
    inputs = no_inputs()
    for row in (("North", "mix of categories", True), ("South", "mix of categories", False)):
        inputs.loc[len(inputs)] = [row[0], row[1], 8, 0.3, 0.2, row[2]]
    watch = watch_forecast(forecast(), actuals([95.0, 105.0], [98.0, 103.0]), inputs=inputs)
    assert watch.advice == (
        "What the forecast learns from has shifted, mix of categories: North. Look for a cause, and forecast anew.",
    )
    assert watch.inputs is inputs
