"""Repairs do what their rule says, and every repaired record is listed."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.placing import ground_of
from scenarios.quality_log import QualityLog
from scenarios.repairs_accounts import current_regions, one_row_per_account, own_regions
from scenarios.repairs_polygons import repair_polygons
from scenarios.repairs_positions import repair_positions
from scenarios.repairs_sales import net_returns, repair_sales
from scenarios.schema import Cleaning
from scenarios.segments import fill_segments
from tests.scenarios.firms import OUTLINE, accounts_of, scenario_of

MONDAYS = pd.date_range("2024-01-01", periods=30, freq="7D")


def sold(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    """Return sales rows of (account, category, week number, amount)."""
    frame = pd.DataFrame(rows, columns=["account_id", "category", "week", "sales"])
    return frame.assign(week=MONDAYS[frame["week"].to_numpy()])


def repaired(sales: pd.DataFrame, log: QualityLog | None = None, **rules: object) -> pd.DataFrame:
    """Return the clean sales of accounts a and b."""
    rows, faults = repair_sales(sales, ["a", "b"], Cleaning(**rules), log or QualityLog(), file="sales.csv")
    assert faults == []
    return rows


def net_one_by_one(amounts: list[float]) -> list[float]:
    """Net returns with a naive loop: each eats the latest sales before it."""
    net = list(amounts)
    for index, amount in enumerate(amounts):
        owed = -amount if amount < 0 else 0.0
        if amount < 0:
            net[index] = 0.0
        for earlier in range(index - 1, -1, -1):
            eaten = min(owed, net[earlier])
            net[earlier] -= eaten
            owed -= eaten
    return net


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(-20, 20), min_size=1, max_size=12), min_size=1, max_size=4))
def test_returns_eat_the_latest_earlier_sales(series: list[list[int]]) -> None:
    """The vectorised netting equals the naive loop, series by series."""
    amounts = np.array([value for one in series for value in one], dtype=float)
    numbers = np.repeat(np.arange(len(series)), [len(one) for one in series])
    expected = [value for one in series for value in net_one_by_one([float(v) for v in one])]
    assert net_returns(amounts, numbers)[0].tolist() == pytest.approx(expected)


def test_return_without_earlier_sale_is_ignored_and_told() -> None:
    """More sent back than bought leaves zero, not a negative amount."""
    log = QualityLog()
    rows = repaired(sold(("a", "x", 0, 5.0), ("a", "x", 1, -8.0), ("a", "x", 2, 3.0)), log)
    assert rows["sales"].tolist() == [0.0, 0.0, 3.0]
    assert "return_without_sale" in set(log.findings({}, {})["check"])


@pytest.mark.parametrize(("rule", "expected"), [("return", [6.0, 0.0]), ("zero", [10.0, 0.0]), ("drop", [10.0])])
def test_negative_sales_by_rule(rule: str, expected: list[float]) -> None:
    """Netted, set to zero or left out."""
    log = QualityLog()
    rows = repaired(sold(("a", "x", 0, 10.0), ("a", "x", 1, -4.0)), log, negative_sales=rule)
    assert rows["sales"].tolist() == expected
    assert (log.repairs({})["rule"] == "negative_sales").all()


@pytest.mark.parametrize(("rule", "expected"), [("sum", 7.0), ("first", 3.0)])
def test_double_sales_rows_become_one(rule: str, expected: float) -> None:
    """Added up, or the first row of the file counts."""
    log = QualityLog()
    rows = repaired(sold(("b", "x", 0, 1.0), ("a", "x", 0, 3.0), ("a", "x", 0, 4.0)), log, duplicate_sales=rule)
    assert rows["sales"].tolist() == [expected, 1.0]
    assert log.repairs({})["id"].tolist() == ["a|x|2024-01-01"]


def test_refused_rules_give_faults_with_their_place() -> None:
    """Unknown accounts and double rows are told at once."""
    sales = sold(("a", "x", 0, 3.0), ("a", "x", 0, 4.0), ("z", "x", 0, 4.0))
    rules = Cleaning(duplicate_sales="refuse", unknown_accounts="refuse")
    _, faults = repair_sales(sales, ["a"], rules, QualityLog(), file="sales.csv")
    assert [(fault.file, fault.line) for fault in faults] == [("sales.csv", 4), ("sales.csv", 0)]
    assert "z" in faults[0].message
    assert "a|x|2024-01-01" in faults[1].message


def test_unknown_and_blank_rows_are_dropped_and_listed() -> None:
    """Rows of unknown accounts, without amount or without week are repairs."""
    sales = sold(("a", "x", 0, 3.0), ("z", "x", 0, 4.0), ("b", "x", 0, np.nan), ("b", "", 1, 2.0))
    sales.loc[len(sales)] = ["b", "x", pd.NaT, 1.0]
    log = QualityLog()
    rows = repaired(sales, log)
    assert rows[["account_id", "category"]].astype(str).to_numpy().tolist() == [["a", "x"], ["b", "unknown"]]
    assert log.repairs({})["rule"].tolist() == ["missing_sales", "missing_sales", "unknown_accounts"]


def test_extreme_weeks_are_capped_for_the_forecast_only() -> None:
    """A week beyond the factor times the account's 90th percentile is scaled down over its categories."""
    rows = [("a", "x", week, 10.0) for week in range(20)] + [("a", "x", 20, 300.0), ("a", "y", 20, 100.0)]
    clean = repaired(sold(*rows), extreme_factor=4.0)
    big = clean[clean["week"] == MONDAYS[20]]
    assert big["sales"].tolist() == [300.0, 100.0]
    assert big["sales_capped"].sum() == pytest.approx(4.0 * np.quantile([10.0] * 20 + [400.0], 0.9))
    assert big["sales_capped"].iloc[0] == pytest.approx(3 * big["sales_capped"].iloc[1])
    assert (clean.loc[clean["week"] != MONDAYS[20], "sales_capped"] == 10.0).all()


def test_kept_extremes_are_not_capped() -> None:
    """The rule `keep` leaves all amounts."""
    rows = [("a", "x", week, 10.0) for week in range(20)] + [("a", "x", 20, 300.0)]
    clean = repaired(sold(*rows), extreme_sales="keep")
    assert (clean["sales_capped"] == clean["sales"]).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 25), st.integers(1, 500)), min_size=1, max_size=60))
def test_caps_equal_a_naive_loop(rows: list[tuple[str, int, int]]) -> None:
    """The vectorised cap equals one computed account by account."""
    clean = repaired(sold(*[(account, "x", week, float(amount)) for account, week, amount in rows]), extreme_factor=1.5)
    for _, own in clean.groupby("account_id", observed=True):
        cap = 1.5 * np.quantile(own["sales"], 0.9)
        assert own["sales_capped"].tolist() == pytest.approx(np.minimum(own["sales"], cap).tolist())


def test_double_accounts_are_merged_from_later_rows() -> None:
    """A gap in the first row is filled from the second."""
    accounts = accounts_of(1)
    later = accounts.iloc[[0]].assign(name="Other", town="Late", lon=9.0)
    accounts.loc[0, ["town", "lon"]] = ["", np.nan]
    log = QualityLog()
    rows, faults = one_row_per_account(pd.concat([accounts, later]), Cleaning(), log, file="accounts.csv")
    assert faults == []
    assert rows.loc[0, ["name", "town", "lon"]].tolist() == ["Shop A00", "Late", 9.0]
    assert log.repairs({})["id"].tolist() == ["A00"]


def test_double_accounts_can_be_refused() -> None:
    """The fault names the row as a spreadsheet counts it."""
    accounts = accounts_of(1)
    rows = pd.concat([accounts, accounts.iloc[[1]]])
    _, faults = one_row_per_account(rows, Cleaning(duplicate_accounts="refuse"), QualityLog(), file="accounts.csv")
    assert [(fault.line, fault.key) for fault in faults] == [(6, "account_id")]


def test_swapped_missing_and_far_positions() -> None:
    """Swapped coordinates are turned, missing and far ones go to the town's middle, near misses stay."""
    accounts = accounts_of(5)
    accounts.loc[0, ["lon", "lat"]] = accounts.loc[0, ["lat", "lon"]].to_list()
    accounts.loc[1, ["lon", "lat"]] = np.nan
    accounts.loc[2, ["lon", "lat"]] = [60.0, 10.0]
    accounts.loc[3, ["lon", "lat"]] = [1.99, 46.1]
    log = QualityLog()
    fixed = repair_positions(accounts, ground_of(OUTLINE), None, Cleaning(), log)
    assert fixed.loc[0, "lon"] == accounts.loc[0, "lat"]
    town = fixed.loc[[0, 3, 4], ["lon", "lat"]].median()
    assert fixed.loc[[1, 2], ["lon", "lat"]].to_numpy() == pytest.approx(np.array([town, town]), abs=1e-6)
    assert fixed.loc[3, "lon"] == 1.99
    assert log.repairs({})["rule"].value_counts().to_dict() == {
        "missing_position": 2,
        "swapped_position": 1,
        "outside_km": 1,
    }


def test_positions_can_be_dropped_and_hopeless_ones_are() -> None:
    """Rule `drop`, and an account of which neither town nor district is known."""
    accounts = accounts_of(2)
    accounts.loc[0, ["lon", "lat"]] = np.nan
    accounts.loc[1, ["lon", "lat", "town", "district"]] = [np.nan, np.nan, "", ""]
    dropped = repair_positions(
        accounts,
        ground_of(OUTLINE),
        None,
        Cleaning.model_validate({"missing_position": "drop"}, strict=False),
        QualityLog(),
    )
    assert len(dropped) == len(accounts) - 2
    log = QualityLog()
    assert len(repair_positions(accounts, ground_of(OUTLINE), None, Cleaning(), log)) == len(accounts) - 1
    assert "account_dropped" in set(log.findings({}, {})["check"])


def test_doubtful_positions_are_counted() -> None:
    """Centroid, suspect and identical positions are findings, not repairs."""
    accounts = accounts_of(5)
    accounts.loc[[0, 1], "position_quality"] = ["centroid", "suspect"]
    accounts.loc[[5, 6], ["lon", "lat"]] = [2.5, 46.2]
    log = QualityLog()
    repair_positions(accounts, ground_of(OUTLINE), None, Cleaning(), log)
    found = log.findings({}, {}).set_index("check")["count"].to_dict()
    assert found == {"position_on_centroid": 1, "position_suspect": 1, "position_identical": 2}
    assert len(log.repairs({})) == 0


def test_newest_region_of_a_district_counts_and_is_told() -> None:
    """A re-drawn region moves all its history; a stale own entry gives way."""
    mapping = pd.DataFrame(
        {
            "district": ["01", "01", "02"],
            "region": ["North", "South", "South"],
            "valid_from": pd.to_datetime(["2020-01-01", "2024-01-01", None]),
            "school_zone": "",
            "subdivision": "",
        }
    )
    log = QualityLog()
    current = current_regions(mapping, log)
    assert current is not None
    assert current[["district", "region"]].to_numpy().tolist() == [["01", "South"], ["02", "South"]]
    assert log.findings({}, {})["check"].tolist() == ["redrawn_region"]
    accounts = pd.DataFrame({"district": ["01", "01", "02", "09"], "region": ["North", "", "South", "Atlantis"]})
    assert own_regions(accounts, current, mapping).tolist() == ["South", "South", "South", ""]


def test_segments_fill_by_sales_in_the_order_written() -> None:
    """A takes accounts until half of sales, B the next 30 %, C the rest and the prospects."""
    accounts = pd.DataFrame({"account_id": list("abcdef"), "segment": ["", "", "", "", "", "B"], "status": "customer"})
    accounts.loc[4, "status"] = "prospect"
    sales = pd.Series({"a": 10.0, "b": 50.0, "c": 30.0, "d": 10.0, "e": 99.0, "f": 1.0})
    log = QualityLog()
    filled = fill_segments(accounts, sales, scenario_of(), log)
    assert filled["segment"].tolist() == ["C", "A", "B", "C", "C", "B"]
    assert len(log.repairs({})) == 5


def test_broken_polygons_are_mended() -> None:
    """A bow tie becomes valid, doubles are united, empty ones dropped, overlaps told."""
    import geopandas as gpd  # noqa: PLC0415

    bow = shapely.Polygon([(2, 46), (2.1, 46.1), (2.1, 46), (2, 46.1)])
    shapes = [
        bow,
        shapely.box(2.2, 46, 2.3, 46.1),
        shapely.box(2.3, 46, 2.4, 46.1),
        None,
        shapely.box(2.25, 46, 2.5, 46.05),
    ]
    areas = gpd.GeoDataFrame(
        {"area_id": ["a", "b", "b", "c", "d"], "name": "", "district": "", "region": "", "population": 1.0},
        geometry=shapes,
        crs="EPSG:4326",
    )
    log = QualityLog()
    fixed = repair_polygons(areas, log)
    assert fixed["area_id"].tolist() == ["a", "b", "d"]
    assert shapely.is_valid(np.asarray(fixed.geometry.values)).all()
    assert sorted(log.findings({}, {})["check"]) == [
        "duplicate_area",
        "empty_polygon",
        "invalid_polygon",
        "overlapping_areas",
    ]


def test_map_without_any_ground_is_empty() -> None:
    """No polygon at all leaves no area and raises nothing."""
    import geopandas as gpd  # noqa: PLC0415

    areas = gpd.GeoDataFrame(
        {"area_id": ["a"], "name": "", "district": "", "region": "", "population": 1.0},
        geometry=[None],
        crs="EPSG:4326",
    )
    assert len(repair_polygons(areas, QualityLog())) == 0
