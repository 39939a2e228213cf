"""Arrays laid out from history and calendar."""

import numpy as np
import pandas as pd

from forecasting.panel import make_panel
from tests.forecasting.series import french_calendar, panel_of, seasonal_history


def test_series_are_ordered_by_region_then_category():
    history = seasonal_history(weeks=60)
    panel = panel_of(history)
    np.testing.assert_array_equal(panel.sales[3], history.sales[1, 1])
    assert panel.hierarchy.codes[3].tolist() == [1, 1]


def test_only_the_last_weeks_are_learned_from():
    history = seasonal_history(weeks=60)
    panel = make_panel(history, french_calendar(history), horizon=13, history_weeks=50)
    assert panel.past == 50
    assert panel.dates[0] == history.weeks[10]


def test_an_event_takes_the_share_of_its_days_in_its_region():
    """Wednesday to Sunday of the fifth week is 5/7; region R1 only, all categories."""
    history = seasonal_history(weeks=60)
    start = history.weeks[4] + np.timedelta64(2, "D")
    events = pd.DataFrame(
        {
            "event_id": ["E1"],
            "kind": ["fair"],
            "region": ["R1"],
            "category": [""],
            "start": [pd.Timestamp(start)],
            "end": [pd.Timestamp(start + np.timedelta64(4, "D"))],
        }
    )
    panel = make_panel(history, french_calendar(history, events=events), horizon=13, history_weeks=1000)
    values = panel.known[:, :, panel.names.index("event fair")]
    expected = np.zeros_like(values)
    expected[2:4, 4] = 5 / 7
    np.testing.assert_allclose(values[:6], expected[:6])


def test_an_event_out_of_the_weeks_changes_nothing():
    """Kinds stand by name, whatever their number, and those that do not occur in these weeks not at all."""
    history = seasonal_history(weeks=60)
    starts = pd.DatetimeIndex([history.weeks[4], history.weeks[20], history.weeks[40]])
    events = pd.DataFrame(
        {
            "event_id": ["E1", "E2", "E3"],
            "kind": ["strike", "fair", "strike"],
            "region": ["R1", "R0", "R0"],
            "category": "",
            "start": starts,
            "end": starts + pd.Timedelta(days=6),
        }
    )
    late = events.assign(
        event_id=["F1", "F2", "F3"],
        kind=["fair", "fair", "move"],
        start=starts + pd.Timedelta(weeks=400),
        end=starts + pd.Timedelta(weeks=401),
    )
    panels = [
        make_panel(history, french_calendar(history, events=given), horizon=13, history_weeks=1000)
        for given in (events, pd.concat([events, late]))
    ]
    assert [name for name in panels[0].names if name.startswith("event ")] == ["event fair", "event strike"]
    assert panels[0].names == panels[1].names
    np.testing.assert_array_equal(panels[0].known, panels[1].known)


def test_a_cut_panel_holds_no_later_sales():
    panel = panel_of(seasonal_history(weeks=80)).at_origin(40, 13)
    assert panel.sales.shape[1] == 41
    assert panel.horizon == 13
    assert panel.sales.base is None
