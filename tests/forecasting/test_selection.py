"""The choice of a model, and the gate of each region."""

import numpy as np
import pandas as pd

from forecasting.backtest import Backtest
from forecasting.selection import SCORE_COLUMNS, choose, mark_chosen, score

REGIONS = ("North", "South")
SERIES = np.array([0, 0, 1, 1])


def backtest(errors_by_model):
    """Two origins, actual 100 everywhere; errors given per region."""
    actual = np.full((2, 4, 5), 100.0)
    return Backtest(
        origins=(110, 120),
        actual=actual,
        forecasts={
            name: actual + np.array([north, north, south, south])[None, :, None]
            for name, (north, south) in errors_by_model.items()
        },
        scale=np.ones((2, 4)),
        seasonal_error=np.full((2, 4), 10.0),
    )


def chosen(errors_by_model):
    scores = score(backtest(errors_by_model), SERIES, REGIONS)
    return scores, choose(scores, REGIONS)


def test_the_best_over_all_wins():
    _, choice = chosen({"seasonal_naive": (20, 20), "theta": (10, 10), "lightgbm": (12, 6)})
    assert choice.overall == "lightgbm"
    assert choice.by_region == ("lightgbm", "lightgbm")
    assert "55% below seasonal_naive" in choice.notes[0]


def test_a_region_where_the_winner_loses_keeps_seasonal_naive():
    _, choice = chosen({"seasonal_naive": (20, 5), "theta": (5, 6)})
    assert choice.by_region == ("theta", "seasonal_naive")
    assert choice.notes[1].startswith("South: theta had a WAPE of 6.0% against 5.0%")


def test_seasonal_naive_wins_when_nothing_beats_it():
    _, choice = chosen({"seasonal_naive": (5, 5), "theta": (6, 5)})
    assert choice.overall == "seasonal_naive"
    assert choice.notes[0].startswith("No model beat seasonal_naive")


def test_the_simpler_of_equals_wins():
    _, choice = chosen({"seasonal_naive": (5, 5), "theta": (4, 4), "lightgbm": (4, 4)})
    assert choice.overall == "theta"


def test_scores_name_every_model_in_every_region():
    scores, choice = chosen({"seasonal_naive": (20, 5), "theta": (5, 6)})
    table = mark_chosen(scores, choice, REGIONS)
    assert tuple(table.columns) == SCORE_COLUMNS
    assert list(zip(table["region"], table["model"], table["chosen"], strict=True)) == [
        ("all", "seasonal_naive", False),
        ("all", "theta", True),
        ("North", "seasonal_naive", False),
        ("North", "theta", True),
        ("South", "seasonal_naive", True),
        ("South", "theta", False),
    ]
    north = table[(table["region"] == "North") & (table["model"] == "theta")].iloc[0]
    pd.testing.assert_series_equal(
        north[["mae", "rmse", "mape", "mase", "wape"]].astype(float),
        pd.Series({"mae": 5.0, "rmse": 5.0, "mape": 0.05, "mase": 0.5, "wape": 0.05}),
        check_names=False,
    )
