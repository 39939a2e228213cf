"""What became of a forecast."""

import numpy as np
import pandas as pd
import pytest

from forecasting.monitoring import stability_index, tracking_signal, watch_forecast

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
    assert reason == "sales are 29% above the forecast, week after week; only 0 of 8 weeks lie between P10 and P90"
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


def test_nothing_to_compare_is_said():
    later = actuals([1.0], [1.0]).assign(week=WEEKS[-1] + pd.Timedelta(days=70))
    assert "nothing to compare" in watch_forecast(forecast(), later).advice[0]


def test_rows_of_accounts_are_added_up():
    parts = pd.concat([actuals([50.0], [50.0])] * 2)
    assert watch_forecast(forecast(), parts).table["wape"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("errors", "expected"), [([1.0, 1.0, 1.0], 3.0), ([1.0, -1.0], 0.0), ([0.0, 0.0], 0.0)])
def test_tracking_signal(errors, expected):
    assert tracking_signal(np.array(errors)) == expected


def test_the_stability_index_tells_a_shift():
    random = np.random.default_rng(1)
    before, same = random.normal(size=2000), random.normal(size=2000)
    assert stability_index(before, same) < 0.05
    assert stability_index(before, same + 1) > 0.25


def test_drift_is_told_where_errors_are_known():
    earlier = pd.DataFrame({"region": "North", "error": np.linspace(-0.02, 0.02, 60)})
    table = watch_forecast(forecast(), actuals([95.0, 105.0], [98.0]), earlier=earlier).table.set_index("region")
    assert table.loc["North", "drift"] > 0.25
    assert np.isnan(table.loc["South", "drift"])
