"""Risks and opportunities have the right size."""

import pandas as pd
import pytest

from forecasting.watchlist import (
    accounts_below_likes,
    accounts_that_may_leave,
    prospects_worth_a_visit,
    regional_targets,
    regions_under_target,
    risk_totals,
)

WEEKS = pd.date_range("2026-01-05", periods=2, freq="7D")


def table() -> pd.DataFrame:
    rows = [(region, "Bolts", week, 80.0, 100.0, 120.0) for region in ("N", "S") for week in WEEKS]
    return pd.DataFrame(rows, columns=["region", "category", "week", "p10", "p50", "p90"])


def history(amount: float = 110.0) -> pd.DataFrame:
    rows = [("N", "Bolts", week - pd.Timedelta(weeks=52), amount) for week in WEEKS]
    return pd.DataFrame([*rows, ("S", "Bolts", WEEKS[0] - pd.Timedelta(weeks=52), 90.0)]).set_axis(
        ["region", "category", "week", "sales"], axis=1
    )


ACCOUNTS = pd.DataFrame(
    {
        "account_id": ["C1", "C2", "P1"],
        "region": ["N", "S", "S"],
        "segment": ["A", "B", "B"],
        "customer": [True, True, False],
        "baseline": [1000.0, 200.0, 0.0],
        "headroom": [0.0, 300.0, 50.0],
    }
)
SCORES = pd.DataFrame(
    [
        ("C1", "leave", 0.5, 12.0, 2.0, -0.4),
        ("C2", "leave", 0.01, 0.0, 1.0, 0.1),
        ("P1", "convert", 0.2, 52.0, 52.0, 0.0),
    ]
    + [(f"X{number}", "leave", 0.0, 0.0, 1.0, 0.0) for number in range(10)],
    columns=["account_id", "kind", "probability", "silent_weeks", "usual_gap", "trend"],
)


def test_targets_are_last_year_and_growth_unless_given():
    """A region whose last year is known in part has none."""
    assert regional_targets(table(), history(), growth=0.1, given={}) == ({"N": pytest.approx(242.0)}, ["S"])
    assert regional_targets(table(), history(), growth=0.1, given={"S": 300.0})[0]["S"] == 300.0


def test_a_region_under_target_lacks_the_difference():
    """A target at P90 of the sum is missed nine times out of ten."""
    found = regions_under_target(table(), {"N": 200 + 32.2490, "S": 199.0})
    assert found["region"].tolist() == ["N"]
    assert found["size"].iloc[0] == pytest.approx(32.25)
    assert found["probability"].iloc[0] == pytest.approx(0.9, abs=0.001)


def test_a_customer_who_may_leave_is_worth_probability_times_sales():
    found = accounts_that_may_leave(ACCOUNTS, SCORES)
    assert found["account_id"].tolist() == ["C1"]
    assert found["size"].tolist() == [500.0]
    assert (
        found["reason"].iloc[0]
        == "silent for 12 weeks, usually buys every 2; last half year -40% against the one before"
    )


def test_customers_below_their_likes_can_win_a_share_of_the_gap():
    found = accounts_below_likes(ACCOUNTS, headroom_share=0.3)
    assert found["account_id"].tolist() == ["C2"]
    assert found["size"].tolist() == [90.0]
    assert "reach 500" in found["reason"].iloc[0]


def test_a_prospect_is_worth_its_expected_value():
    """Likes reach 200: four times its headroom."""
    found = prospects_worth_a_visit(ACCOUNTS, SCORES, horizon=26)
    assert found["account_id"].tolist() == ["P1"]
    assert found["size"].tolist() == [40.0]


def test_lines_are_sorted_and_added_up():
    accounts = pd.concat(
        [ACCOUNTS.iloc[[1]].assign(account_id=f"C{number}", headroom=number) for number in range(1, 4)]
    )
    found = accounts_below_likes(accounts, headroom_share=1.0)
    assert found["account_id"].tolist() == ["C3", "C2", "C1"]
    assert risk_totals(found).to_dict("records") == [{"kind": "below_likes", "lines": 3, "size": 6.0}]
