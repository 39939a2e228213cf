"""Shifts of errors and inputs against limits that know the number of weeks."""

import numpy as np
import pandas as pd
import pytest

from forecasting.drift import (
    MIX,
    YEAR_ON_YEAR,
    input_drift,
    mean_limit,
    persistence_of,
    stability_index,
    stability_limit,
)

WEEKS = pd.date_range("2023-01-02", periods=160, freq="7D")
NEW = 12


def sales(*, now=1.0, swap=False):
    """Two categories, 300 and 100 a week with noise; the last twelve weeks times `now`, or with categories swapped."""
    random = np.random.default_rng(5)
    amounts = np.array([300.0, 100.0]) * random.uniform(0.9, 1.1, size=(len(WEEKS), 2))
    amounts[-NEW:] *= now
    if swap:
        amounts[-NEW:] = amounts[-NEW:, ::-1]
    return pd.concat(
        pd.DataFrame({"region": "North", "category": name, "week": WEEKS, "sales": amounts[:, place]})
        for place, name in enumerate("ab")
    )


def shifted(table):
    """Input → whether it has shifted, of history and new weeks."""
    new = table["week"] >= WEEKS[-NEW]
    drift = input_drift(table[~new], table[new])
    return dict(zip(drift["input"], drift["shifted"], strict=True))


def test_the_index_tells_a_shift():
    random = np.random.default_rng(1)
    before, same = random.normal(size=2000), random.normal(size=2000)
    assert stability_index(before, same) < 0.05
    assert stability_index(before, same + 1) > 0.25


@pytest.mark.parametrize("weeks", [4, 8, 13, 40])
def test_steady_weeks_seldom_pass_the_limit_however_few(weeks):
    """At most three in a hundred, where the usual 0.25 would be passed by most when weeks are few."""
    random = np.random.default_rng(2)
    draws = [stability_index(random.normal(size=104), random.normal(size=weeks)) for _ in range(400)]
    assert np.mean(np.array(draws) > stability_limit(104, weeks)) <= 0.03


def test_persistent_weeks_raise_the_limit():
    """A week that is like the one before tells little new; one that is unlike it counts as any other."""
    assert stability_limit(104, 13, persistence=0.6) == pytest.approx(4 * stability_limit(104, 13))
    assert stability_limit(104, 13, persistence=-0.6) == stability_limit(104, 13)


def test_persistence():
    """Of a slow wave, of alternating weeks, and of weeks that do not vary."""
    assert persistence_of(np.sin(np.arange(60) / 5)) > 0.9
    assert persistence_of(np.tile([1.0, -1.0], 10)) == pytest.approx(-1.0)
    assert persistence_of(np.ones(20)) == 0.0


def test_steady_inputs_have_not_shifted():
    assert shifted(sales()) == {YEAR_ON_YEAR: False, MIX: False}


def test_sales_that_halve_shift_against_last_year_and_leave_the_mix():
    assert shifted(sales(now=0.5)) == {YEAR_ON_YEAR: True, MIX: False}


def test_categories_that_change_places_shift_the_mix_alone():
    assert shifted(sales(swap=True)) == {YEAR_ON_YEAR: False, MIX: True}


def test_the_mix_is_half_the_sum_of_changes_of_shares():
    """From 3 : 1 to 1 : 3 half of the sales have moved."""
    table = sales(swap=True).assign(sales=lambda rows: np.where(rows["category"] == "a", 300.0, 100.0))
    new = (table["week"] >= WEEKS[-NEW]).to_numpy()
    came = table[new].assign(sales=lambda rows: 400.0 - rows["sales"])
    drift = input_drift(table[~new], came).set_index("input")
    assert drift.loc[MIX, "shift"] == pytest.approx(0.5)
    assert drift.loc[MIX, "limit"] == pytest.approx(0.0)


def test_too_few_weeks_or_too_short_a_history_give_no_row():
    """Three new weeks; a history without the weeks a year before; nothing at all."""
    table = sales()
    few = table["week"] >= WEEKS[-3]
    assert input_drift(table[~few], table[few]).empty
    new = table["week"] >= WEEKS[-NEW]
    late = table["week"] >= WEEKS[-NEW - 60]
    assert input_drift(table[late & ~new], table[new]).empty
    assert input_drift(table, table.iloc[:0]).empty


def test_the_shift_against_last_year_is_a_share():
    """Sales that halve move the change against last year by about −50 %, far beyond a limit of a few percent."""
    table = sales(now=0.5)
    new = table["week"] >= WEEKS[-NEW]
    drift = input_drift(table[~new], table[new]).set_index("input")
    assert drift.loc[YEAR_ON_YEAR, "shift"] == pytest.approx(-0.5, abs=0.03)
    assert 0 < drift.loc[YEAR_ON_YEAR, "limit"] < 0.15
    assert drift.loc[YEAR_ON_YEAR, "shifted"]


@pytest.mark.parametrize("weeks", [4, 13])
def test_means_of_steady_weeks_seldom_differ_beyond_the_limit(weeks):
    """At most three in a hundred do, and nearly every shift of a standard deviation over a quarter does."""
    random = np.random.default_rng(3)
    draws = np.array([random.normal(size=weeks).mean() - random.normal(size=104).mean() for _ in range(2000)])
    limit = mean_limit(104, weeks)
    assert np.mean(np.abs(draws) > limit) <= 0.03
    if weeks == 13:
        assert np.mean(draws + 1 > limit) > 0.7
