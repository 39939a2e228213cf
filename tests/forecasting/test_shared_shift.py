"""Errors of all regions together."""

import numpy as np
import pandas as pd
import pytest

from forecasting.monitoring import watch_forecast
from forecasting.shared_shift import shared_shift

REGIONS = tuple(f"R{number}" for number in range(6))
WEEKS = pd.to_datetime("2026-01-05") + pd.to_timedelta(7 * np.arange(13), unit="D")


def weeks_of(bias, *, noise=0.08, seed=3):
    """A forecast of 100 a week within 85 to 115, and sales that are `bias` above it with a region's own noise."""
    random = np.random.default_rng(seed)
    return pd.concat(
        pd.DataFrame({"region": region, "week": WEEKS, "p10": 85.0, "p50": 100.0, "p90": 115.0}).assign(
            sales=100 * (1 + each + noise * random.standard_normal(13))
        )
        for region, each in zip(REGIONS, np.broadcast_to(bias, 6), strict=True)
    )


def before(*, noise=0.08, shared=0.02, seed=4):
    """Fifty-two weeks of errors of each region, of its own and shared by all."""
    random = np.random.default_rng(seed)
    common = shared * random.standard_normal(52)
    return pd.concat(
        pd.DataFrame({"region": region, "error": common + noise * random.standard_normal(52)}) for region in REGIONS
    )


def watched(table, earlier):
    return watch_forecast(table.drop(columns="sales"), table[["region", "week", "sales"]], earlier=earlier)


def test_a_shift_of_all_regions_is_seen_where_no_region_is_alarmed_alone():
    table = weeks_of(0.08)
    assert watch_forecast(table.drop(columns="sales"), table[["region", "week", "sales"]]).alarmed == ()
    watch = watched(table, before())
    assert watch.shared.alarm
    assert set(watch.alarmed) <= set(REGIONS)
    assert len(watch.alarmed) >= 4
    assert "All regions together sold" in watch.advice[0]
    assert "as in all regions together" in watch.table.set_index("region").loc[watch.alarmed[0], "reason"]


def test_regions_that_err_the_other_way_are_not_named():
    watch = watched(weeks_of([0.12, 0.12, 0.12, 0.12, 0.12, -0.06], noise=0.04), before())
    assert watch.shared.alarm
    assert watch.alarmed == REGIONS[:5]


def test_one_region_that_sells_nothing_is_no_shift_of_all():
    watch = watched(weeks_of([0.0, 0.0, 0.0, 0.0, 0.0, -1.0]), before())
    assert abs(watch.shared.bias) > watch.shared.limit
    assert watch.alarmed == ("R5",)


def test_errors_of_regions_cancel_out():
    watch = watched(weeks_of([0.07, -0.07, 0.07, -0.07, 0.07, -0.07]), before())
    assert not watch.shared.alarm
    assert watch.alarmed == ()


@pytest.mark.parametrize("seed", range(5, 10))
def test_steady_errors_raise_no_alarm(seed):
    assert watched(weeks_of(0.0, seed=seed), before()).alarmed == ()


def test_errors_that_were_as_large_before_raise_no_alarm():
    assert not shared_shift(weeks_of(0.08), before(shared=0.2)).alarm


def test_errors_that_last_make_the_limit_wider():
    table, apart = weeks_of(0.0), before()
    lasting = apart.assign(error=apart.groupby("region")["error"].transform(np.sort))
    assert shared_shift(table, lasting).limit > 2 * shared_shift(table, apart).limit


def test_too_little_to_compare_is_not_judged():
    table = weeks_of(0.3)
    assert shared_shift(table, None) is None
    assert shared_shift(table, before().groupby("region").head(5)) is None
    assert shared_shift(table[table["region"] == "R0"], before()) is None
    assert shared_shift(table, before().query("region != 'R5'")) is None
