"""Holidays and working days by week and region."""

import numpy as np
import pandas as pd
import pytest

from forecasting.calendar import build_calendar, shifted_weeks
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


def test_weeks_with_other_holidays_than_a_year_before_are_counted():
    """France, April to June 2025 against 2024: Easter, Ascension and Whitsun moved, 1 and 8 May did not.

    Easter Monday: 1 April and 21 April. Ascension: 9 May and 29 May. Whit Monday: 20 May and 9 June. Each leaves a week
    with less and a week with more.
    """
    weeks = np.datetime64("2024-04-01") + 7 * np.arange(65)
    made = build_calendar(["X"], weeks, country="FR", subdivisions={}, school_zones={}, events=no_events())
    spring = weeks[(weeks >= np.datetime64("2025-03-31")) & (weeks <= np.datetime64("2025-06-23"))]
    moved = ["2025-03-31", "2025-04-21", "2025-05-05", "2025-05-26", "2025-05-19", "2025-06-09"]
    assert shifted_weeks(made, spring) == len(moved)
    assert shifted_weeks(made, np.array(moved, dtype="datetime64[D]")) == len(moved)
    assert shifted_weeks(made, weeks[:52]) == 0
