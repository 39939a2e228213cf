"""Scores of accounts are calibrated, tested on the past, and know nothing of the future."""

import numpy as np
import pandas as pd
import pytest

from forecasting.account_behaviour import behaviour_of, silence, snapshot, trend
from forecasting.account_scores import score_accounts
from forecasting.logistic import discrimination, fit_logistic, probability, recalibrate

FIRST = pd.Timestamp("2022-01-03")


def firm(*, weeks: int = 160, accounts: int = 400, seed: int = 3):
    """Accounts that buy in a third of weeks; some fade and stop, some begin late, more of them near others."""
    random = np.random.default_rng(seed)
    begin = np.where(np.arange(accounts) % 4 == 0, random.integers(0, 2 * weeks, accounts), 0)
    end = np.where(random.random(accounts) < 0.5, random.integers(60, 2 * weeks, accounts), 10 * weeks)
    time = np.arange(weeks)
    rate = np.where(time[None, :] > end[:, None] - 12, 0.1, 0.35)
    buys = (random.random((accounts, weeks)) < rate) & (time >= begin[:, None]) & (time < end[:, None])
    row, week = np.nonzero(buys)
    ids = np.array([f"C{number:03d}" for number in range(accounts)])
    table = pd.DataFrame(
        {
            "account_id": ids,
            "region": np.where(np.arange(accounts) % 2, "N", "S"),
            "segment": np.where(np.arange(accounts) % 3, "A", "B"),
            "lon": random.uniform(2, 3, accounts),
            "lat": random.uniform(46, 47, accounts),
        }
    )
    sales = pd.DataFrame(
        {
            "account_id": pd.Categorical(ids[row], categories=ids),
            "week": FIRST + pd.to_timedelta(7 * week, unit="D"),
            "sales": 100.0,
        }
    )
    return table, sales


@pytest.fixture(scope="module")
def scored():
    table, sales = firm()
    return score_accounts(behaviour_of(table, sales), horizon=26)


def test_expected_and_true_numbers_agree(scored):
    """Over all tests, and from the least likely part to the most."""
    leave = scored.tests[scored.tests["kind"] == "leave"]
    assert leave["expected"].sum() == pytest.approx(leave["happened"].sum(), rel=0.25)
    parts = scored.reliability[scored.reliability["kind"] == "leave"]
    assert parts["expected"].is_monotonic_increasing
    assert parts["happened"].iloc[-1] > 3 * parts["happened"].iloc[0]


def test_scores_beat_the_usual_rate_where_accounts_fade(scored):
    leave = scored.tests[scored.tests["kind"] == "leave"]
    assert (leave["brier"] * leave["accounts"]).sum() < 0.9 * (leave["brier_base"] * leave["accounts"]).sum()
    assert leave["auc"].min() > 0.7


def test_silent_accounts_score_higher(scored):
    leave = scored.table[scored.table["kind"] == "leave"]
    silent = leave["silent_weeks"] > 10
    assert silent.any()
    assert leave.loc[silent, "probability"].mean() > 3 * leave.loc[~silent, "probability"].mean()


def test_a_snapshot_knows_nothing_of_later_weeks():
    """Sales planted after the week change outcomes only."""
    table, sales = firm()
    behaviour = behaviour_of(table, sales)
    planted = behaviour_of(
        table, sales.assign(sales=np.where(sales["week"] > FIRST + pd.Timedelta(weeks=80), 9e6, 100.0))
    )
    for kind in ("leave", "convert"):
        one, other = snapshot(behaviour, 80, kind, 26), snapshot(planted, 80, kind, 26)
        assert one.rows.tolist() == other.rows.tolist()
        np.testing.assert_array_equal(one.features, other.features)


def test_outcomes_that_are_still_to_come_are_not_known():
    behaviour = behaviour_of(*firm())
    assert np.isnan(snapshot(behaviour, 150, "leave", 26).outcome).all()
    assert not np.isnan(snapshot(behaviour, 133, "leave", 26).outcome).any()


def test_little_history_is_said_and_nothing_is_scored():
    table, sales = firm(weeks=60)
    found = score_accounts(behaviour_of(table, sales), horizon=26)
    assert found.table.empty
    assert all(note.startswith("Not enough history for scores") for note in found.notes)


def test_the_same_input_gives_the_same_scores(scored):
    again = score_accounts(behaviour_of(*firm()), horizon=26)
    pd.testing.assert_frame_equal(again.table, scored.table, check_exact=True)


def test_silence_and_trend_by_hand():
    sales = np.zeros((2, 60))
    sales[0, [20, 30, 40, 50]] = [10, 10, 40, 40]
    silent, usual = silence(sales)
    assert silent.tolist() == [9, 52]
    assert usual[0] == pytest.approx((52 - 12) / 4)
    assert trend(sales)[0] == pytest.approx(80 / 20 - 1)
    assert np.isnan(trend(sales)[1])


def test_logistic_weights_are_those_that_made_the_outcomes():
    random = np.random.default_rng(1)
    features = random.standard_normal((20_000, 2))
    outcome = (random.random(20_000) < probability(-1 + 2 * features[:, 0])).astype(float)
    model = fit_logistic(features, outcome)
    assert model.weights == pytest.approx([-1, 2, 0], abs=0.06)


def test_recalibration_mends_scores_that_are_too_sure():
    random = np.random.default_rng(2)
    logit = random.standard_normal(20_000)
    outcome = (random.random(20_000) < probability(logit)).astype(float)
    mended = recalibrate(3 * logit + 1, outcome, 3 * logit + 1)
    assert mended == pytest.approx(probability(logit), abs=0.02)


def test_discrimination_counts_pairs():
    score, outcome = np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 1.0, 0.0, 1.0])
    pairs = [1.0, 1.0, 0.5, 1.0]
    assert discrimination(score, outcome) == pytest.approx(np.mean(pairs))
    assert np.isnan(discrimination(score, np.zeros(4)))
