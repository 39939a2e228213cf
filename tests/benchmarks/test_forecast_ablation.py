"""The ablation leaves out what it says, and tells what helps."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecast_ablation import WHOLE, WITHOUT_EVENTS, ablate, print_ablation
from forecasting.panel import make_panel
from forecasting.settings import ForecastSettings
from tests.forecasting.series import french_calendar, seasonal_history

EVENTS = pd.DataFrame(
    [(f"E{number}", "fair", "", "", f"202{1 + number // 6}-{2 + 2 * (number % 5):02d}-08") for number in range(18)],
    columns=["event_id", "kind", "region", "category", "start"],
).assign(end=lambda table: table["start"], name="", announced="true")


def rows_of(events: pd.DataFrame | None):
    """Two regions whose sales triple in weeks with a fair."""
    history = seasonal_history(regions=2, categories=2, weeks=170, noise=0.05)
    if events is not None:
        weeks = pd.DatetimeIndex(history.weeks)
        fair = np.isin(weeks, pd.to_datetime(events["start"]).dt.to_period("W").dt.start_time)
        history.sales[:, :, fair] *= 3
        events = events.assign(start=pd.to_datetime(events["start"]), end=pd.to_datetime(events["end"]))
    panel = make_panel(history, french_calendar(history, ahead=0, events=events), horizon=0, history_weeks=1000)
    return ablate(panel, 8, (140, 160), name="made up", settings=ForecastSettings())


@pytest.mark.slow
def test_leaving_out_events_costs_where_events_matter(capsys):
    rows = {row.features: row for row in rows_of(EVENTS)}
    assert rows[WHOLE].mase_change == 0
    assert rows["no region id"].dropped == 1
    assert rows["no ids at all"].dropped == 2
    assert rows[WITHOUT_EVENTS].dropped > 0
    assert rows[WITHOUT_EVENTS].mase_change > 0.05
    assert rows[WITHOUT_EVENTS].low <= rows[WITHOUT_EVENTS].mase_change <= rows[WITHOUT_EVENTS].high
    print_ablation(list(rows.values()))
    assert "no region id" in capsys.readouterr().out


@pytest.mark.slow
def test_sets_without_events_say_so(capsys):
    rows = rows_of(None)
    assert WITHOUT_EVENTS not in {row.features for row in rows}
    print_ablation(rows)
    assert "no events: nothing to leave out" in capsys.readouterr().out
