"""Stock follows the forecast's quantiles."""

import numpy as np
import pandas as pd
import pytest

from forecasting.stock import stock_levels, warehouse_demand

WEEKS = pd.date_range("2026-01-05", periods=4, freq="7D")


def table(regions=("N", "S"), spread: float = 20.0) -> pd.DataFrame:
    return pd.DataFrame(
        [(region, "Bolts", week, 100 - spread, 100.0, 100 + spread) for region in regions for week in WEEKS],
        columns=["region", "category", "week", "p10", "p50", "p90"],
    )


def levels(lines: pd.DataFrame, *, level: float = 0.9, cover: int = 1, shared: bool = False) -> pd.DataFrame:
    warehouse_of = {region: "both" if shared else region for region in lines["region"]}
    return stock_levels(lines, warehouse_of=warehouse_of, service_level=level, cover_weeks=cover)


def test_one_week_at_ninety_percent_is_p90():
    """Nothing is joined and nothing is extrapolated."""
    found = levels(table())
    assert found["stock"].tolist() == pytest.approx([120.0] * 8, abs=0.01)


def test_half_of_the_time_the_median_is_enough():
    assert levels(table(), level=0.5, cover=2)["safety"].abs().max() == 0


def test_weeks_are_joined_by_their_correlation():
    """√(0.3·40² + 0.7·2·20²)."""
    found = levels(table(), cover=2)
    assert found["safety"].tolist() == pytest.approx([np.sqrt(0.3 * 1600 + 0.7 * 800)] * 6, abs=0.01)
    assert found["week"].tolist() == [*WEEKS[:3], *WEEKS[:3]]
    assert found["cover_until"].tolist() == [*WEEKS[1:], *WEEKS[1:]]


def test_a_shared_warehouse_needs_less_safety_than_two():
    apart, shared = levels(table()), levels(table(), shared=True)
    assert shared["expected"].iloc[0] == 200
    assert shared["safety"].iloc[0] < apart["safety"].iloc[0] * 2


def test_more_service_needs_more_stock():
    stocks = [levels(table(), level=level)["stock"].iloc[0] for level in (0.2, 0.6, 0.95, 0.99)]
    assert stocks == sorted(stocks)
    assert stocks[0] < 100


def test_a_period_shorter_than_the_cover_is_covered_whole():
    found = levels(table(regions=("N",)), cover=9)
    assert found["expected"].tolist() == [400.0]
    assert found["cover_until"].iloc[0] == WEEKS[-1]


def test_normal_sales_are_served_as_often_as_asked():
    """The quantile of a sum of correlated normal weeks, against draws."""
    random = np.random.default_rng(5)
    sigma = 20 / 1.2816
    shared = random.standard_normal((200_000, 1)) * np.sqrt(0.3)
    weeks = 100 + sigma * (shared + random.standard_normal((200_000, 3)) * np.sqrt(0.7))
    stock = levels(table(regions=("N",)), level=0.95, cover=3)["stock"].iloc[0]
    assert (weeks.sum(axis=1) <= stock).mean() == pytest.approx(0.95, abs=0.003)


def test_demand_of_a_shared_warehouse_is_surer_than_its_parts():
    """P50 adds up; the distances of two regions are joined as √(0.3·40² + 0.7·2·20²), of one they stay."""
    alone = warehouse_demand(table(), warehouse_of={"N": "N", "S": "S"})
    assert alone[["p10", "p50", "p90"]].drop_duplicates().to_numpy().tolist() == [[80.0, 100.0, 120.0]]
    both = warehouse_demand(table(), warehouse_of={"N": "both", "S": "both"})
    assert both["week"].tolist() == list(WEEKS)
    assert both["p50"].tolist() == [200.0] * 4
    assert both["p90"].tolist() == pytest.approx([200 + np.sqrt(0.3 * 1600 + 0.7 * 800)] * 4, abs=0.01)
