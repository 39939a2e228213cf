"""The forecast shared out to accounts, and the headroom above it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from forecasting.headroom import attribute_ranks, comparable_quantile
from forecasting.history import Forecast
from forecasting.potential import POTENTIAL_COLUMNS, round_to_sum, share_out_potential

START, END = dt.date(2026, 1, 5), dt.date(2026, 1, 18)
LAST_WEEKS = pd.DatetimeIndex(np.datetime64("2024-01-01") + 7 * np.arange(104)).as_unit("s")


def forecast(p50_by_region=None):
    """Two weeks, categories C0 and C1, the same P50 in each cell of a region; P10 and P90 20 % off."""
    rows = [
        {
            "region": region,
            "category": category,
            "week": week,
            "p10": 0.8 * p50,
            "p50": p50,
            "p90": 1.2 * p50,
            "model": "x",
        }
        for region, p50 in (p50_by_region or {"North": 1000.01, "South": 500.0}).items()
        for category in ("C0", "C1")
        for week in pd.to_datetime(["2026-01-05", "2026-01-12"])
    ]
    empty = pd.DataFrame()
    return Forecast(table=pd.DataFrame(rows), scores=empty, history=empty, notes=())


def accounts(count=40, **columns):
    return pd.DataFrame(
        {
            "account_id": [f"A{number:03}" for number in range(count)],
            "region": ["North", "South"] * (count // 2),
            "segment": "A",
            "status": "customer",
            "lon": 1.0,
            "lat": 45.0,
        }
        | columns
    )


def sales_of(table, amounts, *, every=1, weeks=LAST_WEEKS):
    """Each account sells its amount in both categories in every `every`-th week."""
    frames = [
        pd.DataFrame({"account_id": account, "category": category, "week": weeks[::every], "sales": float(amount)})
        for account, amount in zip(table["account_id"], amounts, strict=True)
        for category in ("C0", "C1")
    ]
    made = pd.concat(frames, ignore_index=True)
    return made[made["sales"] > 0].astype({"account_id": "category", "category": "category"})


def shared(table, sales, made=None, **options):
    given = {"headroom_share": 0.3, "headroom_quantile": 0.85} | options
    return share_out_potential(made or forecast(), sales, table, period_start=START, period_end=END, **given)


def test_baselines_of_a_region_sum_to_its_forecast_to_the_cent():
    table = accounts()
    result = shared(table, sales_of(table, np.random.default_rng(1).uniform(1, 90, 40)))
    sums = result.groupby(table["region"])["baseline"].sum().round(2)
    assert sums.to_dict() == {"North": 4000.04, "South": 2000.0}
    assert tuple(result.columns) == POTENTIAL_COLUMNS


def test_baselines_follow_recent_sales():
    table = accounts(4)
    result = shared(table, sales_of(table, [30, 10, 10, 10]))
    assert result["baseline"].tolist() == pytest.approx([3000.03, 1000.0, 1000.01, 1000.0], abs=0.01)


def test_potential_is_baseline_plus_a_share_of_headroom():
    table = accounts()
    result = shared(table, sales_of(table, range(1, 41)), headroom_share=0.5)
    np.testing.assert_allclose(result["potential"], result["baseline"] + 0.5 * result["headroom"], atol=0.011)
    assert (result["headroom"] >= 0).all()
    assert result["headroom"].iloc[0] > 0
    assert result["headroom"].iloc[-2] == 0


def test_low_and_high_enclose_the_potential():
    table = accounts(status=["customer", "prospect"] * 20, region="North")
    result = shared(table, sales_of(table[::2], np.random.default_rng(1).uniform(1, 90, 20)))
    assert (result["low"] <= result["potential"]).all()
    assert (result["potential"] <= result["high"]).all()
    assert (result["low"] >= 0).all()


def test_the_spread_of_a_sum_is_less_than_the_sum_of_spreads():
    """Eight lines 20 % off each: the sum is off by less, since not all err to the same side."""
    table = accounts(2)
    result = shared(table, sales_of(table, [10, 10]))
    relative = 1 - result["low"] / result["baseline"]
    assert (relative > 0.1).all()
    assert (relative < 0.2).all()


def test_a_prospect_has_no_baseline_but_headroom_of_its_likes():
    table = accounts(status=["prospect"] + ["customer"] * 39)
    result = shared(table, sales_of(table, [0, *range(10, 49)]))
    first = result.iloc[0]
    assert first["baseline"] == 0
    assert 0 < first["headroom"] < result["baseline"].max()
    assert first["low"] == 0


def test_a_shop_that_closed_has_neither_baseline_nor_headroom():
    table = accounts()
    sales = sales_of(table, [10] * 40)
    closed = sales[~((sales["account_id"] == "A000") & (sales["week"] > LAST_WEEKS[40]))]
    first = shared(table, closed).iloc[0]
    assert (first["baseline"], first["headroom"], first["potential"]) == (0, 0, 0)


def test_an_account_that_fell_silent_fades():
    table = accounts()
    sales = sales_of(table, [10] * 40)
    silent = sales[~((sales["account_id"] == "A000") & (sales["week"] > LAST_WEEKS[-21]))]
    result = shared(table, silent)
    assert 0 < result["baseline"].iloc[0] < 0.4 * result["baseline"].iloc[2]


def test_a_rare_buyer_is_not_taken_for_silent():
    table = accounts(4)
    sales = pd.concat([sales_of(table[:1], [100], every=10), sales_of(table[1:], [10, 10, 10])])
    result = shared(table, sales)
    assert result["baseline"].iloc[0] == pytest.approx(result["baseline"].iloc[2], rel=0.25)


def test_accounts_need_not_buy_every_category():
    table = accounts(4)
    sales = sales_of(table, [10] * 4)
    only = sales[~((sales["account_id"] == "A000") & (sales["category"] == "C1"))]
    result = shared(table, only)
    assert result["baseline"].iloc[0] < result["baseline"].iloc[2]
    assert result["baseline"].iloc[[0, 2]].sum() == pytest.approx(4000.04)


def test_a_new_account_is_taken_at_its_rate():
    """Sixteen weeks of the same sales count as much as a year of them."""
    table = accounts(4)
    sales = pd.concat([sales_of(table[:1], [10], weeks=LAST_WEEKS[-16:]), sales_of(table[1:], [10, 10, 10])])
    result = shared(table, sales)
    assert result["baseline"].iloc[0] == pytest.approx(result["baseline"].iloc[2], rel=0.05)


def test_a_region_without_sales_is_shared_equally_by_its_customers():
    table = accounts(4, status=["customer", "customer", "prospect", "customer"])
    result = shared(table, sales_of(table[1::2], [10, 10]))
    assert result["baseline"].tolist() == [4000.04, 1000.0, 0.0, 1000.0]


def test_a_region_without_forecast_has_headroom_only():
    table = accounts(region=["North"] * 39 + ["East"])
    result = shared(table, sales_of(table, [*range(10, 49), 0]))
    assert result["baseline"].iloc[-1] == 0
    assert result["headroom"].iloc[-1] > 0


def test_bigger_employers_have_bigger_likes():
    size = np.tile(np.arange(1, 101), 2)
    table = accounts(200, employees=size, region="North")
    assert attribute_ranks(table, ["employees"]).shape == (200, 1)
    baseline = size * 10.0
    everybody = np.ones(200, dtype=bool)
    likes = comparable_quantile(table, baseline, customer=everybody, quantile=0.85, attributes=["employees"])
    assert likes[90] > 1.5 * likes[10]


def test_small_groups_are_shrunk_towards_the_group_above():
    table = accounts(100, segment=["A"] * 98 + ["B"] * 2, region="North")
    baseline = np.array([100.0] * 98 + [1000.0] * 2)
    likes = comparable_quantile(table, baseline, customer=np.ones(100, dtype=bool), quantile=0.85)
    assert 100 < likes[-1] < 400


def test_order_of_sales_rows_changes_nothing():
    table = accounts()
    sales = sales_of(table, np.random.default_rng(1).integers(1, 90, 40))
    mixed = sales.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(shared(table, sales), shared(table, mixed), check_exact=True)


@pytest.mark.parametrize(("values", "total"), [([1.5, 1.5, 1.0], 4), ([0.2, 0.2, 0.2], 1), ([0.0, 0.0], 5), ([3.0], 2)])
def test_rounding_keeps_the_sum(values, total):
    assert round_to_sum(np.array(values), total).sum() == total


def test_rounding_gives_the_rest_to_the_largest_remainders():
    assert round_to_sum(np.array([1.2, 1.7, 1.1]), 4).tolist() == [1, 2, 1]
