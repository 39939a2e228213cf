"""Holidays and working days by week and region."""

import numpy as np
import pandas as pd
import pytest

from forecasting.calendar import build_calendar
from forecasting.settings import InvalidForecastError
from tests.forecasting.series import no_events

EASTER_WEEK_2025 = np.datetime64("2025-04-14")
WEEKS = EASTER_WEEK_2025 + 7 * np.arange(4)


def calendar(**options):
    return build_calendar(
        ["Grand Est", "Bretagne"],
        WEEKS,
        country="FR",
        subdivisions={"Grand Est": {"6AE": 1.0}} | options.pop("parts", {}),
        school_zones={"Grand Est": {"B": 1.0}, "Bretagne": {"B": 1.0}} | options.pop("zones", {}),
        events=no_events(),
        **options,
    ).features


def test_easter_monday_costs_a_working_day():
    features = calendar()
    week = pd.Timestamp("2025-04-21")
    assert features.loc[("Bretagne", week), "public_holidays"] == 1
    assert features.loc[("Bretagne", week), "working_days"] == 4
    assert features.loc[("Bretagne", pd.Timestamp("2025-04-14")), "public_holidays_after"] == 1
    assert features.loc[("Bretagne", pd.Timestamp("2025-04-28")), "public_holidays_before"] == 1


def test_good_friday_is_a_holiday_in_alsace_only():
    features = calendar()
    assert features.loc[("Grand Est", pd.Timestamp("2025-04-14")), "public_holidays"] == 1
    assert features.loc[("Bretagne", pd.Timestamp("2025-04-14")), "public_holidays"] == 0


def test_school_holidays_follow_the_zone():
    """Spring 2025: zone B from 5 to 22 April, zone A from 19 April to 5 May."""
    features = calendar(school_holidays=True, zones={"Bretagne": {"A": 1.0}})
    assert features.loc[("Grand Est", pd.Timestamp("2025-04-14")), "school_holidays"] == 1.0
    assert features.loc[("Bretagne", pd.Timestamp("2025-04-14")), "school_holidays"] == 0.0
    assert features.loc[("Bretagne", pd.Timestamp("2025-04-28")), "school_holidays"] > 0.5


def test_school_holidays_only_when_asked():
    assert "school_holidays" not in calendar().columns


def test_turn_of_the_month_is_marked():
    features = calendar().loc["Bretagne"]
    assert features["month_ends"].tolist() == [0, 0, 1, 0]
    assert features["month_starts"].tolist() == [0, 0, 1, 0]


def test_unknown_country_is_told():
    with pytest.raises(InvalidForecastError, match="XX"):
        build_calendar(["A"], WEEKS, country="XX", subdivisions={}, school_zones={}, events=no_events())


def test_no_country_means_no_holidays():
    made = build_calendar(["A"], WEEKS, country="", subdivisions={}, school_zones={}, events=no_events())
    assert made.features["public_holidays"].sum() == 0


def test_a_region_of_several_parts_has_their_mean():
    """A third of Grand Est's accounts in Alsace: a third of a Good Friday; a quarter of a region in zone A."""
    made = calendar(parts={"Grand Est": {"6AE": 1 / 3, "": 2 / 3}}, zones={"Grand Est": {"A": 0.25, "B": 0.75}},
                    school_holidays=True)  # fmt: skip
    line = made.loc[("Grand Est", pd.Timestamp("2025-04-14"))]
    assert line["public_holidays"] == pytest.approx(1 / 3)
    assert line["working_days"] == pytest.approx(5 - 1 / 3)
    assert line["school_holidays"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("part", "week", "lost"),
    [
        ("57", "2025-12-22", 2),
        ("6AE", "2025-12-22", 2),
        ("", "2025-12-22", 1),
        ("971", "2025-05-26", 2),
        ("972", "2025-05-19", 1),
        ("974", "2025-12-15", 0),
        ("974", "2024-12-16", 1),
    ],
)
def test_alsace_moselle_and_overseas_have_days_of_their_own(part, week, lost):
    """Saint Stephen's Day, and the end of slavery.

    27 May in Guadeloupe (in Ascension's week), 22 May in Martinique, 20 December in Réunion (a Saturday in 2025).
    """
    made = build_calendar(["X"], [np.datetime64(week)], country="FR", subdivisions={"X": {part: 1.0}}, school_zones={},
                          events=no_events())  # fmt: skip
    assert made.features["public_holidays"].iloc[0] == lost
