"""The whole check turns dirty tables into clean ones and tells what it found."""

import dataclasses
import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from forecasting.selection import ALL as ALL_REGIONS
from scenarios.checking import CheckedData, check_data
from scenarios.checks_history import check_up_to_date, incomplete_ends
from scenarios.faults import ScenarioError
from scenarios.quality_log import QualityLog
from scenarios.schema import Scenario
from tests.scenarios.firms import WEEKS, accounts_of, reps_of, sales_of, scenario_of, tables_of

WHOLE_TOWNS = {"make": "accounts", "largest_share": 1.0}


def found(data: CheckedData) -> dict[str, int]:
    """Return how many subjects each check found."""
    return {str(k): int(v) for k, v in data.quality.findings.groupby("check")["count"].sum().items()}


def test_clean_firm_passes_with_nothing_but_information() -> None:
    """No warning, full scores, every account in an area of its region."""
    accounts = accounts_of().assign(segment="B")
    data = check_data(tables_of(accounts=accounts), scenario_of())
    assert set(data.quality.findings["severity"]) <= {"info"}
    assert data.quality.by_region["quality"].tolist() == [100.0, 100.0]
    assert len(data.quality.repairs) == 0
    region = data.accounts["area_id"].map(data.areas.set_index("area_id")["region"])
    assert (region == data.accounts["region"]).all()
    assert len(data.sales) == len(accounts) * 2 * len(WEEKS)
    assert len(data.history) == 2 * 2 * len(WEEKS)
    assert data.history["sales"].sum() == pytest.approx(data.sales["sales"].sum(), rel=1e-6)


def test_order_of_rows_does_not_matter() -> None:
    """Shuffled tables give the same clean tables and the same report."""
    tables = tables_of()
    mixed = dataclasses.replace(
        tables,
        accounts=tables.accounts.sample(frac=1, random_state=1),
        sales=tables.sales.sample(frac=1, random_state=2),
        reps=tables.reps.iloc[::-1],
    )
    first, second = check_data(tables, scenario_of()), check_data(mixed, scenario_of())
    pd.testing.assert_frame_equal(first.accounts, second.accounts)
    pd.testing.assert_frame_equal(first.sales, second.sales)
    assert first.areas.to_json() == second.areas.to_json()
    assert first.quality.to_json() == second.quality.to_json()


def test_tables_given_are_left_as_they_were() -> None:
    """Checking changes no input."""
    tables = tables_of()
    before = tables.accounts.copy(), tables.sales.copy()
    check_data(tables, scenario_of())
    pd.testing.assert_frame_equal(before[0], tables.accounts)
    pd.testing.assert_frame_equal(before[1], tables.sales)


def test_incomplete_last_week_is_dropped() -> None:
    """A last week in which a third of the accounts bought is left out, and listed."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    few = (sales["week"] == WEEKS[-1]) & ~sales["account_id"].str.endswith(("00", "03", "06", "09"))
    data = check_data(tables_of(accounts=accounts, sales=sales[~few]), scenario_of())
    assert data.sales["week"].max() == WEEKS[-2]
    assert found(data)["incomplete_week"] == 1
    kept = check_data(
        tables_of(accounts=accounts, sales=sales[~few]), scenario_of(cleaning={"incomplete_weeks": "keep"})
    )
    assert kept.sales["week"].max() == WEEKS[-1]


def test_holiday_week_at_the_end_is_not_incomplete() -> None:
    """A week that is low every year stays; the same week without such years before is cut off."""
    active = np.full(157, 1000.0)
    active[[0 + 52, 52 + 52, 104 + 52]] = 550.0
    assert incomplete_ends(active) == (0, 0)
    active[[52, 104]] = 1000.0
    assert incomplete_ends(active) == (0, 1)


def test_several_incomplete_weeks_are_found_at_both_ends() -> None:
    """Two weeks of a slow start and three of late booking."""
    active = np.full(140, 200.0) + np.tile([3.0, -4.0, 1.0, 0.0], 35)
    active[:2] = [50, 120]
    active[-3:] = [150, 90, 20]
    assert incomplete_ends(active) == (2, 3)


def test_region_that_books_late_is_not_known_in_its_last_weeks() -> None:
    """Other regions keep the weeks; in this one they are NaN, not zero."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    late = sales["account_id"].str[0].isin(["A", "B"]) & (sales["week"] >= WEEKS[-2])
    data = check_data(tables_of(accounts=accounts, sales=sales[~late]), scenario_of())
    blank = data.history[data.history["sales"].isna()]
    assert set(blank["region"]) == {"North"}
    assert sorted(set(blank["week"])) == list(WEEKS[-2:])
    assert "incomplete_week_of_region" in found(data)


@pytest.mark.parametrize(("rule", "blank"), [("zero", 0), ("interpolate", 2)])
def test_gap_in_history_by_rule(rule: str, blank: int) -> None:
    """Two weeks without any Bolts in the North are zeros, or not known."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    gap = (
        sales["account_id"].str[0].isin(["A", "B"]) & sales["week"].isin(WEEKS[60:62]) & (sales["category"] == "Bolts")
    )
    data = check_data(tables_of(accounts=accounts, sales=sales[~gap]), scenario_of(cleaning={"history_gaps": rule}))
    assert found(data)["history_gap"] == 2
    assert int(data.history["sales"].isna().sum()) == blank


def test_short_history_of_a_region_starts_unknown() -> None:
    """A region whose records begin a year ago is told, and the weeks before are NaN."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    early = sales["account_id"].str[0].isin(["C", "D"]) & (sales["week"] < WEEKS[70])
    data = check_data(tables_of(accounts=accounts, sales=sales[~early]), scenario_of())
    assert {"short_history", "late_start"} <= set(found(data))
    assert int(data.history["sales"].isna().sum()) == 70 * 2


def test_category_that_starts_or_is_coded_anew_is_told() -> None:
    """Nuts begin in the middle; Bolts jump."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    data = check_data(
        tables_of(accounts=accounts, sales=sales[(sales["category"] == "Bolts") | (sales["week"] > WEEKS[60])]),
        scenario_of(),
    )
    assert found(data)["category_starts"] == 1
    jump = sales.assign(sales=sales["sales"].where((sales["category"] == "Bolts") | (sales["week"] < WEEKS[80]), 1.0))
    assert "category_jump" in found(check_data(tables_of(accounts=accounts, sales=jump), scenario_of()))


def test_closed_customers_are_not_planned_but_teach() -> None:
    """They leave the accounts, their sales stay in the history."""
    accounts = accounts_of()
    sales = sales_of(accounts)
    gone = (sales["account_id"] == "A00") & (sales["week"] >= WEEKS[-60])
    tables = tables_of(accounts=accounts, sales=sales[~gone])
    data = check_data(tables, scenario_of(cleaning={"closed_after_weeks": 52}))
    assert "A00" not in set(data.accounts["account_id"])
    assert "A00" not in set(data.sales["account_id"].astype(str))
    assert data.history["sales"].sum() > data.sales["sales"].sum()
    open_data = check_data(tables, scenario_of())
    assert "A00" in set(open_data.accounts["account_id"])
    assert found(open_data)["dormant_customer"] == 1


def test_missing_region_comes_from_the_area() -> None:
    """By rule imputed or dropped."""
    accounts = accounts_of()
    accounts.loc[0, ["region", "district"]] = ""
    data = check_data(tables_of(accounts=accounts), scenario_of())
    assert data.accounts.set_index("account_id").loc["A00", "region"] == "North"
    assert found(data)["missing_region"] == 1
    dropped = check_data(tables_of(accounts=accounts), scenario_of(cleaning={"missing_region": "drop"}))
    assert len(dropped.accounts) == len(accounts) - 1


def test_firm_without_regions_is_one_region() -> None:
    """Everything counts as `all`."""
    data = check_data(
        tables_of(accounts=accounts_of().assign(region=""), reps=reps_of().assign(region="")), scenario_of()
    )
    assert set(data.accounts["region"]) == set(data.areas["region"]) == set(data.reps["region"]) == {"everywhere"}
    assert set(data.accounts["region"]) != {ALL_REGIONS}  # the forecast's word for the total


def test_only_some_regions_are_kept() -> None:
    """Accounts, sales, areas, reps and the report of other regions are left aside."""
    alignment = pd.DataFrame({"rep_id": ["R1", "R2"], "district": ["01", "02"]})
    data = check_data(
        tables_of(current_alignment=alignment), scenario_of(data={"only_regions": ("South",), "areas": WHOLE_TOWNS})
    )
    assert set(data.accounts["region"]) == set(data.areas["region"]) == {"South"}
    assert data.reps["rep_id"].tolist() == ["R2"]
    assert data.areas["current_rep_id"].tolist() == ["R2", "R2"]
    assert data.quality.by_region["region"].tolist() == ["South"]
    with pytest.raises(ScenarioError, match="no region 'Middle'; the regions are North, South"):
        check_data(tables_of(), scenario_of(data={"only_regions": ("Middle",)}))


@pytest.mark.parametrize(
    ("unit", "places"),
    [("district", ["01", "02"]), ("account_id", ["A03", "C03"]), ("area_id", ["01-aville", "02-cville"])],
)
def test_current_alignment_by_any_unit(unit: str, places: list[str]) -> None:
    """Districts go to all their areas, accounts to theirs."""
    alignment = pd.DataFrame({"rep_id": ["R1", "R2"], unit: places})
    rep = check_data(tables_of(current_alignment=alignment), scenario_of(data={"areas": WHOLE_TOWNS})).areas
    expected = ["R1", "R1", "R2", "R2"] if unit == "district" else ["R1", "", "R2", ""]
    assert rep["current_rep_id"].tolist() == expected


def test_who_left_is_still_in_the_alignment() -> None:
    """A rep who is not in the reps table any more keeps his areas of today; one of a region left aside does not."""
    alignment = pd.DataFrame({"rep_id": ["R1", "R9"], "district": ["01", "02"]})
    data = check_data(tables_of(current_alignment=alignment), scenario_of(data={"areas": WHOLE_TOWNS}))
    assert data.areas["current_rep_id"].tolist() == ["R1", "R1", "R9", "R9"]
    told = " ".join(data.quality.findings["text"])
    assert "(R9); they count as having left: their areas change hands in any plan." in told
    alignment = pd.DataFrame({"rep_id": ["R9", "R1"], "district": ["01", "02"]})
    south = scenario_of(data={"only_regions": ("South",), "areas": WHOLE_TOWNS})
    assert set(check_data(tables_of(current_alignment=alignment), south).areas["current_rep_id"]) == {""}


def test_accounts_of_several_reps_in_one_area_are_told() -> None:
    """The area counts for one of them; how many accounts are with others is told."""
    alignment = pd.DataFrame({"rep_id": ["R1", "R1", "R2"], "account_id": ["A01", "A02", "A03"]})
    data = check_data(tables_of(current_alignment=alignment), scenario_of(data={"areas": WHOLE_TOWNS}))
    (text,) = data.quality.findings.loc[data.quality.findings["check"] == "alignment_mixed", "text"]
    assert text.startswith("1 areas hold accounts of several reps today (01-aville)")
    assert "1 accounts in them are with somebody else" in text
    alone = alignment.assign(rep_id="R1")
    assert "alignment_mixed" not in found(
        check_data(tables_of(current_alignment=alone), scenario_of(data={"areas": WHOLE_TOWNS}))
    )


def test_an_alignment_by_cells_is_warned_of_unless_their_size_is_held() -> None:
    """Cells depend on the number of reps, until `sized_for` says for how many they are cut."""
    alignment = pd.DataFrame({"rep_id": ["R1", "R2"], "area_id": ["01-aville", "02-cville"]})
    loose = check_data(tables_of(current_alignment=alignment), scenario_of(data={"areas": WHOLE_TOWNS}))
    held = check_data(
        tables_of(current_alignment=alignment), scenario_of(data={"areas": {**WHOLE_TOWNS, "sized_for": 2}})
    )
    assert "alignment_of_cells" in found(loose)
    assert "alignment_of_cells" not in found(held)
    fewer = check_data(
        tables_of(reps=reps_of().head(1)), scenario_of(data={"areas": {"make": "accounts", "sized_for": 2}})
    )
    whole = check_data(tables_of(), scenario_of(data={"areas": {"make": "accounts"}}))
    assert fewer.areas["area_id"].tolist() == whole.areas["area_id"].tolist()


@pytest.mark.parametrize(("weeks", "told"), [(13, False), (14, True)])
def test_sales_that_end_long_before_the_period_are_told(weeks: int, told: bool) -> None:
    """A quarter between the last sales and the period is usual, more is told."""
    log = QualityLog()
    check_up_to_date(pd.Timestamp("2026-01-05"), dt.date(2026, 1, 5) + dt.timedelta(weeks=weeks + 1), log)
    assert log.findings({}, {})["check"].tolist() == (["sales_end_early"] if told else [])


def test_unknown_names_between_tables_are_told() -> None:
    """Alignment of unknown reps, events of unknown regions or categories, reps of unknown regions."""
    alignment = pd.DataFrame({"rep_id": ["R1", "R9"], "district": ["77", "02"]})
    day = pd.Timestamp("2024-01-01")
    events = pd.DataFrame(
        {
            "event_id": ["e1", "e2", "e3", "e4"],
            "kind": "fair",
            "start": day,
            "end": [day, day, day, day - pd.Timedelta(days=3)],
            "region": ["North", "Nowhere", "", ""],
            "category": ["", "", "Screws", ""],
            "name": "",
            "reach_km": np.nan,
        }
    )
    reps = reps_of().assign(region=["North", "Atlantis"])
    data = check_data(tables_of(current_alignment=alignment, events=events, reps=reps), scenario_of())
    assert data.events["event_id"].tolist() == ["e1"]
    assert data.reps["region"].tolist() == ["North", "South"]
    assert {
        "alignment_of_unknown_rep",
        "alignment_of_unknown_place",
        "event_of_unknown_region",
        "event_of_unknown_category",
        "event_ends_before_start",
        "unknown_region_of_rep",
    } <= set(found(data))


def test_areas_around_towns_hold_their_accounts() -> None:
    """The account's area is the cell that contains it."""
    towns = pd.DataFrame(
        {
            "area_id": ["t1", "t2", "t3", "t4"],
            "name": ["Aville", "Bville", "Cville", "Dville"],
            "lon": [2.1, 2.5, 2.9, 2.3],
            "lat": [46.1, 46.2, 46.1, 46.5],
            "district": ["01", "01", "02", "02"],
            "region": "",
            "population": 1000.0,
        }
    )
    data = check_data(tables_of(towns=towns), scenario_of(data={"areas": {"make": "towns"}}))
    assert data.areas["region"].tolist() == ["North", "North", "South", "South"]
    shapes = data.areas.set_index("area_id").geometry.loc[data.accounts["area_id"]].to_numpy()
    assert shapely.intersects(shapes, shapely.points(data.accounts["lon"], data.accounts["lat"])).all()


def test_everything_refused_is_told_at_once() -> None:
    """Faults of accounts and sales come together."""
    accounts = accounts_of()
    doubled = pd.concat([accounts, accounts.iloc[[0]]])
    sales = pd.concat([sales_of(accounts), sales_of(accounts).iloc[[0]]])
    rules = {"duplicate_accounts": "refuse", "duplicate_sales": "refuse"}
    with pytest.raises(ScenarioError) as caught:
        check_data(tables_of(accounts=doubled, sales=sales), scenario_of(cleaning=rules))
    assert [fault.file for fault in caught.value.faults] == ["accounts.csv", "sales.csv"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sales": sales_of(accounts_of()).assign(account_id="nobody")}, "no sales of any known account"),
        ({"accounts": accounts_of().assign(lon=np.nan, lat=np.nan)}, "no account is left"),
        ({"reps": reps_of().assign(lon=np.nan)}, "rep R1 has no home position"),
        ({"reps": reps_of().iloc[:0]}, "there is no rep"),
    ],
)
def test_hopeless_data_are_refused(changed: dict[str, pd.DataFrame], message: str) -> None:
    """Nothing is made up where nothing is left."""
    with pytest.raises(ScenarioError, match=message):
        check_data(tables_of(**changed), scenario_of())


def test_region_without_rep_is_an_error_when_reps_stay_within() -> None:
    """The report says that nobody can serve it."""
    tables = tables_of(reps=reps_of().iloc[:1])
    strict = check_data(tables, scenario_of(territories={"within": "region"})).quality.findings
    row = strict[strict["check"] == "no_rep"].iloc[0]
    assert (row["region"], row["severity"]) == ("South", "error")


@pytest.mark.slow
@pytest.mark.cases
def test_iowa_dirt_is_found_with_the_right_counts(shared: Path) -> None:
    """The real case: 2,671 shops, 57 on a centroid, 6 suspect, 2 nowhere, 4.35 M rows."""
    from tests.scenarios.iowa_tables import iowa_tables  # noqa: PLC0415

    tables = iowa_tables(shared / "cases" / "iowa")
    plain = scenario_of(data={"areas": {"make": "accounts"}}, cleaning={"closed_after_weeks": 52}).model_dump()
    plain["period"] = {"start": dt.date(2021, 10, 1), "end": dt.date(2021, 12, 31)}
    data = check_data(tables, Scenario.model_validate(plain))
    checks = found(data)
    assert len(tables.accounts) == 2671
    expected = {
        "position_on_centroid": 57,
        "position_suspect": 6,
        "missing_position": 2,
        "account_dropped": 2,
        "position_near_miss": 4,
        "position_identical": 765,
        "zero_sales": 573,
        "closed_account": 724,
        "incomplete_week": 1,
    }
    assert {name: checks[name] for name in expected} == expected
    assert len(data.accounts) == 1945
    assert shapely.coverage_is_valid(np.asarray(data.areas.geometry.values))
    assert data.history["week"].min() == pd.Timestamp("2012-01-09")
    assert data.history["week"].max() == pd.Timestamp("2021-10-25")


def test_polygons_of_a_file_hold_their_accounts() -> None:
    """Areas keep their ids; an account just off the map takes the nearest, one far off its town's middle."""
    shapes = [shapely.box(2.0, 46.0, 2.4, 46.3), shapely.box(2.4, 46.0, 2.7, 46.3), shapely.box(2.7, 46.0, 3.0, 46.3)]
    areas = gpd.GeoDataFrame(
        {"area_id": ["p1", "p2", "p3", "p4"], "name": "", "district": "", "region": "", "population": 1.0},
        geometry=[*shapes, shapely.box(2.0, 46.3, 3.0, 46.6)],
        crs="EPSG:4326",
    )
    accounts = accounts_of()
    accounts.loc[0, ["lon", "lat"]] = [1.99, 46.1]
    accounts.loc[1, ["lon", "lat"]] = [9.0, 46.1]
    data = check_data(
        tables_of(accounts=accounts, areas=areas, outline=None), scenario_of(data={"areas": {"make": "polygons"}})
    )
    assert data.accounts["area_id"].str[1].tolist() == [*"1" * 12, *"2" * 12, *"3" * 12, *"4" * 12]
    assert data.areas["region"].tolist() == ["North", "North", "South", "South"]
    assert data.areas["district"].tolist() == ["01", "01", "02", "02"]
    assert {"position_near_miss", "position_outside"} <= set(found(data))
