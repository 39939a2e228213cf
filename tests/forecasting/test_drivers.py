"""Drivers that sum to the forecast, and their words."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from forecasting.drivers import GROUPS, LAST_YEAR, group_of, in_words
from forecasting.history import DRIVER_COLUMNS
from forecasting.settings import ForecastSettings
from tests.forecasting.series import seasonal_history
from tests.forecasting.test_forecast import made

SETTINGS = ForecastSettings(models=("theta", "lightgbm"), origins=1)


@pytest.fixture(scope="module")
def forecast():
    """Eight weeks, two of them known already."""
    return made(seasonal_history(weeks=140), 138, 145, SETTINGS)


def test_contributions_sum_to_the_forecast_weeks(forecast):
    """Of every region × category, to a few cents of rounding."""
    ahead = forecast.table[forecast.table["model"] != "actual"]
    expected = ahead.groupby(["region", "category"])["p50"].sum()
    own = forecast.drivers[(forecast.drivers["region"] != "") & (forecast.drivers["category"] != "")]
    found = own.groupby(["region", "category"])["contribution"].sum()
    np.testing.assert_allclose(found.loc[expected.index], expected, atol=0.15)


def test_contributions_of_the_total_sum_to_the_total(forecast):
    ahead = forecast.table[forecast.table["model"] != "actual"]
    total = forecast.drivers[(forecast.drivers["region"] == "") & (forecast.drivers["category"] == "")]
    assert total["contribution"].sum() == pytest.approx(ahead["p50"].sum(), abs=0.5)


@pytest.mark.parametrize(("regions", "categories"), [(3, 1), (1, 2), (1, 1)])
def test_sums_are_there_with_one_region_or_one_category(regions, categories):
    """The report shows the sums over all categories first."""
    history = seasonal_history(regions=regions, categories=categories, weeks=140)
    drivers = made(history, 140, 142, ForecastSettings(models=("theta",), origins=1)).drivers
    sums = drivers.groupby(["region", "category"])["contribution"].sum()
    assert set(sums.index) == {(r, c) for r in (*history.regions, "") for c in (*history.categories, "")}
    for region in (*history.regions, ""):
        assert sums[region, ""] == pytest.approx(sum(sums[region, each] for each in history.categories), abs=0.1)


def test_every_node_has_every_group(forecast):
    assert tuple(forecast.drivers.columns) == DRIVER_COLUMNS
    counts = forecast.drivers.groupby(["region", "category"])["group"].apply(tuple)
    assert set(counts) == {GROUPS}
    assert len(counts) == 3 * 2 + 3 + 2 + 1


def test_trees_explain_part_of_the_forecast(forecast):
    if not any("lightgbm" in name for name in forecast.table["model"]):
        pytest.fail("the case was built so that LightGBM takes part")
    groups = forecast.drivers.groupby("group")["contribution"].apply(lambda values: np.abs(values).sum())
    assert groups["trend"] > 0
    assert groups["season"] > 0


def test_a_forecast_without_trees_is_explained_by_its_other_models():
    result = made(seasonal_history(), 170, 172, dataclasses.replace(SETTINGS, models=("theta",)))
    groups = result.drivers.groupby("group")["contribution"].apply(lambda values: np.abs(values).sum())
    assert groups["trend"] == groups["season"] == 0
    assert groups["other models"] > 0


@pytest.mark.parametrize(
    ("feature", "group"),
    [
        ("event competitor before", "events"),
        ("public_holidays against season", "holidays"),
        ("working_days", "calendar"),
        ("Mondays against season", "calendar"),
        ("key region", "region"),
        ("season 1 less base", "season"),
        ("category expected 26", "trend"),
        ("mean 13", "trend"),
    ],
)
def test_features_have_a_group(feature, group):
    assert group_of(feature) == group


def test_words_name_the_largest_reasons_first():
    parts = dict.fromkeys(GROUPS, 0.0) | {LAST_YEAR: 1000.0, "events": -50.0, "calendar": -30.0, "trend": 2.0}
    expected = "−8 % against last year: events −5, working days and turn of the month −3"
    assert in_words(parts) == expected


def test_words_name_the_event():
    parts = dict.fromkeys(GROUPS, 0.0) | {LAST_YEAR: 1000.0, "events": -50.0}
    assert in_words(parts, event="competitor") == "−5 % against last year: events (competitor) −5"


def test_nothing_last_year_is_said():
    assert "nothing was sold" in in_words(dict.fromkeys(GROUPS, 0.0))


def test_a_known_period_has_no_drivers():
    assert isinstance(made(seasonal_history(), 160, 165).drivers, pd.DataFrame)
    assert len(made(seasonal_history(), 160, 165).drivers) == 0
