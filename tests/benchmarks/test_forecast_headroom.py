"""The backtest of headroom measures what it says."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecast_headroom import headroom_lifts


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Eighty accounts of forty towns; a sixth of them sell half as much in 2019 and catch up by 2021."""
    path = tmp_path_factory.mktemp("iowa")
    weeks = pd.date_range("2017-12-25", "2021-10-25", freq="7D")
    ids = np.arange(1000, 1080)
    low = (ids % 4 < 2) & (ids % 3 == 0)
    accounts = pd.DataFrame({"account_id": ids, "city": [f"T{number % 40}" for number in ids], "fips": "19001"})
    accounts.to_csv(path / "accounts.csv", index=False)
    pd.DataFrame({"fips": ["19001"], "region": ["Centre"]}).to_csv(path / "current_alignment.csv", index=False)
    random = np.random.default_rng(4)
    grid = pd.MultiIndex.from_product([ids, weeks], names=["account_id", "week"]).to_frame(index=False)
    behind = grid["account_id"].map(dict(zip(ids, low, strict=True))) & (grid["week"] < "2020-06-01")
    dollars = np.where(behind, 50.0, 100.0) * random.uniform(0.9, 1.1, len(grid))
    grid.assign(category="gin", dollars=dollars).to_parquet(path / "sales_week.parquet")
    return path


def test_accounts_that_catch_up_with_their_likes_are_found(folder):
    """Those behind double; the rest stays."""
    lifts = {(lift.set, lift.called_by): lift for lift in headroom_lifts(folder)}
    accounts = lifts["accounts", "headroom"]
    assert accounts.promising == 20
    assert accounts.lift > 0.3
    assert accounts.low <= accounts.lift <= accounts.high
    assert accounts.low > 0
    assert set(lifts) == {
        ("accounts", "headroom"),
        ("accounts", "growth in 2019"),
        ("accounts", "least sales of its segment"),
        ("towns", "headroom"),
        ("towns", "growth in 2019"),
    }


def test_what_cannot_be_matched_is_left_out(folder):
    rows = [lift.as_dict() for lift in headroom_lifts(folder)]
    assert ["matched_lift" in row for row in rows] == [True, True, True, False, False]


def test_sales_after_2019_call_nothing_promising(folder, tmp_path):
    """Other sales of 2021 change growth, not who is called."""
    for name in ("accounts.csv", "current_alignment.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    sales = pd.read_parquet(folder / "sales_week.parquet")
    later = (sales["week"] > "2019-12-29").to_numpy()
    sales.assign(dollars=np.where(later, 3 * sales["dollars"], sales["dollars"])).to_parquet(
        tmp_path / "sales_week.parquet"
    )
    for one, other in zip(headroom_lifts(folder), headroom_lifts(tmp_path), strict=True):
        assert other.growth_promising == pytest.approx(3 * (1 + one.growth_promising) - 1)
