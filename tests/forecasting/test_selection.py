"""The choice of a model, and the gate of each region."""

import numpy as np
import pandas as pd

from forecasting.backtest import Backtest
from forecasting.hierarchy import make_hierarchy
from forecasting.selection import (
    NOT_COMPARED,
    SCORE_COLUMNS,
    alike,
    choose,
    choose_by_level,
    mark_chosen,
    measure,
    not_compared,
    score,
    without_copies,
)

REGIONS = ("North", "South")
HIERARCHY = make_hierarchy(("region", "category"), np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))
NODES = len(HIERARCHY.level)


def backtest(errors_by_model):
    """Two origins, actual 100 everywhere; errors given per region, at the nodes above regions the mean of both."""
    actual = np.full((2, NODES, 5), 100.0)
    return Backtest(
        origins=(110, 120),
        actual=actual,
        forecasts={
            name: actual + np.array([each[region] for region in HIERARCHY.codes[:, 0]])[None, :, None]
            for name, each in ((name, (*pair, sum(pair) / 2)) for name, pair in errors_by_model.items())
        },
        scale=np.ones((2, NODES)),
        seasonal_error=np.full((2, NODES), 10.0),
    )


def served_of(errors_by_model):
    made = backtest(errors_by_model)
    (name,) = made.forecasts
    return pd.DataFrame(measure(made, name, made.forecasts[name], HIERARCHY, REGIONS))


def chosen(errors_by_model):
    scores = score(backtest(errors_by_model), HIERARCHY, REGIONS)
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
    table = mark_chosen(scores, served_of({"theta": (5, 6)}), choice, REGIONS)
    assert tuple(table.columns) == SCORE_COLUMNS
    assert list(zip(table["region"], table["model"], table["chosen"], strict=True)) == [
        ("", "seasonal_naive", False),
        ("", "theta", True),
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


def test_chosen_rows_tell_what_is_served():
    scores, choice = chosen({"seasonal_naive": (20, 5), "theta": (5, 6)})
    table = mark_chosen(scores, served_of({"mixed": (3, 4)}), choice, REGIONS)
    assert table.loc[table["chosen"], "mae"].tolist() == [3.5, 3.0, 4.0]


def test_the_average_of_all_is_kept_unless_another_is_clearly_better():
    close = {"seasonal_naive": (20, 20), "theta": (10, 10), "ets": (10, 10), "theta + ets": (10.2, 10.2)}
    assert chosen(close)[1].overall == "theta + ets"
    assert chosen(close | {"theta": (8, 8)})[1].overall == "theta"


def test_every_level_chooses_for_itself_and_keeps_seasonal_naive_where_nothing_beats_it():
    made = backtest({"seasonal_naive": (9, 9), "theta": (6, 6)})
    top = HIERARCHY.level == HIERARCHY.levels.index("total")
    made.forecasts["theta"][:, top] += 50
    expected = ["seasonal_naive" if level == "total" else "theta" for level in HIERARCHY.levels]
    assert list(choose_by_level(made, HIERARCHY)) == expected


def test_a_region_that_keeps_seasonal_naive_keeps_it_on_its_own_level():
    _, choice = chosen({"seasonal_naive": (20, 5), "theta": (5, 6)})
    names = choice.by_node(HIERARCHY, ("theta",) * len(HIERARCHY.levels))
    by_codes = dict(zip(map(tuple, HIERARCHY.codes.tolist()), names, strict=True))
    assert by_codes[1, -1] == by_codes[1, 0] == "seasonal_naive"
    assert by_codes[0, -1] == by_codes[-1, 0] == by_codes[-1, -1] == "theta"


def test_models_are_alike_where_all_forecast_the_same():
    """To the precision of sums; one model alone is alike to none."""
    everywhere = HIERARCHY.level == 0
    north = everywhere & (HIERARCHY.codes[:, 0] == 0)
    made = backtest({"seasonal_naive": (5, 5), "theta": (5 + 1e-7, 6)})
    assert alike(made, north)
    assert not alike(made, everywhere)
    assert not alike(backtest({"seasonal_naive": (5, 5)}), everywhere)


def test_a_region_whose_models_are_alike_keeps_one_row_and_says_why():
    """The other region and the sum of all keep theirs."""
    errors = {"seasonal_naive": (5, 20), "theta": (5, 6)}
    scores, choice = chosen(errors)
    marked = mark_chosen(scores, served_of({"theta": (5, 6)}), choice, REGIONS)
    table = without_copies(marked, backtest(errors), HIERARCHY, REGIONS)
    assert list(zip(table["region"], table["model"], table["note"], strict=True)) == [
        ("", "seasonal_naive", ""),
        ("", "theta", ""),
        ("North", "theta", NOT_COMPARED),
        ("South", "seasonal_naive", ""),
        ("South", "theta", ""),
    ]


def test_without_a_comparison_seasonal_naive_is_kept_and_the_reason_told():
    choice = not_compared(REGIONS, 0.114)
    assert (choice.overall, choice.by_region) == ("seasonal_naive", ("seasonal_naive", "seasonal_naive"))
    assert choice.notes[0].startswith("Not enough history to compare models")
    assert "11.4%" in choice.notes[0]
