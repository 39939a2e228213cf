"""Tables in every format, with the firm's own column names."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Polygon

from scenarios.assemble_forecast import assemble_calendar, assemble_history
from scenarios.checking import check_data
from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.table_types import ACCOUNT_COLUMNS, EVENT_COLUMNS, POLYGON_COLUMNS, REP_COLUMNS, SALES_COLUMNS
from scenarios.tables import Tables, read_tables
from tests.scenarios.faulty import YAML, swap, told


def read(*sets: str) -> Tables:
    """Read the tables of scenario.yaml in the current folder."""
    return read_tables(load_scenario(Path(YAML), sets=list(sets)))


def test_tables_have_our_columns_and_types(here):
    """What the file lacks gets its default; missing text is empty, never NaN."""
    tables = read()
    assert tables.areas is not None
    assert tuple(tables.accounts.columns) == ACCOUNT_COLUMNS
    assert tuple(tables.sales.columns) == SALES_COLUMNS
    assert tuple(tables.reps.columns) == REP_COLUMNS
    assert tuple(tables.areas.columns) == POLYGON_COLUMNS
    assert tuple(tables.events.columns) == EVENT_COLUMNS
    assert tables.areas.crs == "EPSG:4326"
    first = tables.accounts.iloc[0]
    assert (first["account_id"], first["status"], first["district"], first["opening_hours"]) == (
        "001",
        "customer",
        "",
        "",
    )
    assert np.isnan(first["visits"])
    assert pd.isna(first["first_sale"])
    assert (len(tables.accounts), len(tables.sales), len(tables.reps), len(tables.areas)) == (60, 13_800, 4, 12)
    assert tables.sales["account_id"].dtype == "category"
    assert tables.sales["week"].dtype == "datetime64[ns]"
    assert tables.current_alignment is not None
    assert list(tables.current_alignment.columns) == ["rep_id", "area_id"]


def test_tables_that_are_left_out_are_none_or_empty(here):
    """Only accounts, sales and reps must be there."""
    swap(YAML, "  events:\n    path: events.csv\n  current_alignment:\n    path: alignment.csv\n", "")(here)
    swap(YAML, "make: polygons\n    source:\n      path: areas.geojson", "make: accounts")(here)
    tables = read()
    assert (tables.areas, tables.towns, tables.outline, tables.regions, tables.current_alignment) == (None,) * 5
    assert tuple(tables.events.columns) == EVENT_COLUMNS
    assert len(tables.events) == 0


def test_whether_an_event_was_announced_is_read_and_reaches_the_forecast(here):
    """True and false in a few spellings; an empty cell leaves it to the kind of the event."""
    rows = [("E1", "storm", "true"), ("E2", "fair", "No"), ("E3", "fair", ""), ("E4", "storm", "")]
    lines = [f"{event},{kind},2025-03-03,2025-03-09,{announced}" for event, kind, announced in rows]
    Path("events.csv").write_text("event_id,kind,start,end,announced\n" + "\n".join(lines) + "\n", encoding="utf-8")
    loaded = load_scenario(Path(YAML))
    tables = read_tables(loaded)
    assert tables.events["announced"].tolist() == ["true", "false", "", ""]
    data = check_data(tables, loaded.scenario)
    calendar = assemble_calendar(data, assemble_history(data), loaded.scenario)
    known = dict(zip(calendar.events["event_id"], calendar.events["announced"], strict=True))
    assert known == {"E1": True, "E2": False, "E3": True, "E4": False}


def test_kinds_of_events_that_are_written_alike_are_told(here):
    """The rarer one, once; other kinds are left in peace."""
    kinds = ["port strike", "port strike", "Port Strikes", "trade fair", "storm"]
    lines = [f"E{number},{kind},2025-03-03,2025-03-09" for number, kind in enumerate(kinds)]
    Path("events.csv").write_text("event_id,kind,start,end\n" + "\n".join(lines) + "\n", encoding="utf-8")
    loaded = load_scenario(Path(YAML))
    findings = check_data(read_tables(loaded), loaded.scenario).quality.findings
    told = findings.loc[(findings["check"] == "event_kinds_alike").to_numpy(), "text"].tolist()
    assert told == [
        "Events of kind Port Strikes count apart from those of kind port strike; if they are one, write one name."
    ]


def test_a_misspelt_column_is_told_and_others_are_not(here):
    """A note of the firm's own is left in peace."""
    Path("events.csv").write_text(
        "event_id,kind,start,end,categroy,note\nE1,fair,2025-03-03,2025-03-09,Bolts,x\n", encoding="utf-8"
    )
    loaded = load_scenario(Path(YAML))
    findings = check_data(read_tables(loaded), loaded.scenario).quality.findings
    told = findings.loc[(findings["check"] == "misspelt_column").to_numpy(), "text"].tolist()
    assert len(told) == 1
    assert told[0].startswith("events.csv: column categroy is not read. If it is category, name it so")


def test_another_word_for_announced_is_a_fault(here):
    """It is told with its row and what to write."""
    Path("events.csv").write_text(
        "event_id,kind,start,end,announced\nE1,fair,2025-03-03,2025-03-09,perhaps\n", encoding="utf-8"
    )
    with pytest.raises(ScenarioError) as caught:
        read()
    assert 'events.csv:2 announced: got "perhaps", expected true or false' in str(caught.value)


def test_days_become_the_monday_of_their_week(here):
    """Sales may carry any day of the week."""
    before = read().sales
    table = pd.read_csv("sales.csv", dtype=str)
    table["week"] = [
        str(dt.date.fromisoformat(week) + dt.timedelta(days=row % 7)) for row, week in enumerate(table["week"])
    ]
    table.to_csv("sales.csv", index=False)
    pd.testing.assert_frame_equal(read().sales, before)


def test_a_table_is_the_same_in_every_format(here):
    """CSV with semicolons and commas, Parquet, Excel and GeoPackage give what the plain CSV gives."""
    expected = read()
    accounts = pd.read_csv("accounts.csv", dtype={"account_id": str})
    accounts.to_csv("a.csv", sep=";", decimal=",", index=False, encoding="utf-8-sig")
    accounts.to_csv("a.csv.gz", index=False)
    accounts.to_parquet("a.parquet")
    accounts.to_excel("a.xlsx", index=False, sheet_name="Kunden")
    points = gpd.points_from_xy(accounts.pop("lon"), accounts.pop("lat"), crs=4326)
    gpd.GeoDataFrame(accounts, geometry=points).to_crs(3857).to_file("a.gpkg", layer="shops", driver="GPKG")
    gpd.GeoDataFrame(accounts, geometry=points).to_file("a.geojson", driver="GeoJSON")
    for sets in (
        ("path=a.csv", 'separator=";"', 'decimal=","'),
        ("path=a.csv.gz",),
        ("path=a.parquet",),
        ("path=a.xlsx", "sheet=Kunden"),
        ("path=a.xlsx",),
        ("path=a.gpkg", "sheet=shops"),
        ("path=a.geojson",),
    ):
        found = read(*(f"data.accounts.{text}" for text in sets)).accounts
        pd.testing.assert_frame_equal(found, expected.accounts, rtol=1e-9)


def test_polygons_are_turned_to_degrees(here):
    """A GeoPackage in another coordinate system gives the same areas."""
    expected = read().areas
    gpd.read_file("areas.geojson").to_crs(2154).to_file("areas.gpkg", driver="GPKG")
    found = read("data.areas.source.path=areas.gpkg").areas
    assert found is not None
    assert expected is not None
    assert found.geometry.geom_equals_exact(expected.geometry, tolerance=1e-8).all()


def test_ids_that_went_through_a_spreadsheet_are_whole(here):
    """7, 7.0 and "7" are one id; a leading zero in text stays."""
    reps = pd.read_csv("reps.csv")
    reps["rep_id"] = pd.Series([7, 8.0, "09", "x"], dtype=object)
    reps.to_excel("reps.xlsx", index=False)
    sets = ("data.reps.path=reps.xlsx", "data.current_alignment=null")
    assert list(read(*sets).reps["rep_id"]) == ["7", "8", "09", "x"]
    reps["rep_id"] = [7.0, 8.0, 9.0, 10.0]
    reps.to_parquet("reps.parquet")
    sets = ("data.reps.path=reps.parquet", "data.current_alignment=null")
    assert list(read(*sets).reps["rep_id"]) == ["7", "8", "9", "10"]


def test_dates_of_a_spreadsheet_are_dates(here):
    """Cells formatted as dates need no text."""
    start = pd.Timestamp("2025-03-03")
    events = pd.DataFrame({"event_id": [1], "kind": ["fair"], "start": [start], "end": [dt.date(2025, 3, 9)]})
    events.to_excel("events.xlsx", index=False)
    found = read("data.events.path=events.xlsx").events.iloc[0]
    assert (found["start"], found["end"]) == (pd.Timestamp("2025-03-03"), pd.Timestamp("2025-03-09"))


def test_own_column_names_are_mapped(here):
    """A firm's names stay in its files; one column may serve twice."""
    swap("reps.csv", "rep_id,name", "Kürzel,Vorname")(here)
    reps = read("data.reps.columns={rep_id: Kürzel, name: Vorname}", "data.current_alignment=null").reps
    assert list(reps["rep_id"]) == ["R1", "R2", "R3", "R4"]
    both = read("data.reps.columns={rep_id: Kürzel, name: Kürzel}", "data.current_alignment=null").reps
    assert list(both["name"]) == ["R1", "R2", "R3", "R4"]


def test_faults_show_the_column_as_the_file_calls_it(here):
    """A planner looks for the name that stands in the spreadsheet."""
    swap("reps.csv", "hours_per_week", "Stunden")(here)
    swap("reps.csv", ",40,North", ",viel,North")(here)
    expected = 'reps.csv:2 Stunden (hours_per_week): got "viel", expected a number'
    assert told(sets=["data.reps.columns={hours_per_week: Stunden}"]) == [expected]


def test_rows_are_counted_as_a_spreadsheet_shows_them(here):
    """Blank rows count, and text over two lines is one row."""
    Path("reps.csv").write_text('rep_id,name,lon,lat\n\nR1,"Ada\nLove",2.1,47.1\n\nR2,Ben,x,47.2\n')
    assert told(sets=["data.current_alignment=null"]) == ['reps.csv:5 lon: got "x", expected a number']


def test_a_border_that_touches_itself_is_left_to_the_checks(here):
    """Only shapes that cover something twice, or not at all, are refused here."""
    table = gpd.read_file("areas.geojson")
    ring = [(2, 47), (2.15, 47), (2.15, 47.15), (2.1, 47.1), (2.15, 47.15), (2, 47.15)]
    table.loc[0, "geometry"] = Polygon(ring)
    table.to_file("areas.geojson", driver="GeoJSON")
    assert told() == []


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.gpkg", "a.csv"])
def test_a_file_that_is_no_table_is_refused(here, name):
    """A wrong or broken file gets a sentence, not a traceback."""
    Path(name).write_bytes(b"\x00\x01\x02 nothing of use")
    faults = told(sets=[f"data.sales.path={name}"])
    assert len(faults) == 1
    assert "is it another kind of file?" in faults[0] or "this is no text file" in faults[0]


def test_a_wrong_sheet_is_told_with_the_sheets_there(here):
    """The names of sheets and layers are suggested."""
    pd.read_csv("reps.csv").to_excel("reps.xlsx", index=False, sheet_name="Reps 2026")
    faults = told(sets=["data.reps.path=reps.xlsx", "data.reps.sheet=Reps"])
    expected = 'reps.xlsx: no sheet is called "Reps"; did you mean "Reps 2026"?'
    assert faults == [f"--set data.reps.sheet=Reps data.reps.sheet: {expected}"]


@pytest.mark.cases
def test_the_iowa_case_is_read(shared):
    """4.35 million real rows keep their sum."""
    scenario = Path(__file__).parents[2] / "scenarios" / "iowa.yaml"
    tables = read_tables(load_scenario(scenario))
    assert len(tables.sales) == 4_350_911
    assert len(tables.accounts) == 2_671
    assert tables.sales["account_id"].dtype == "category"
    assert tables.sales.memory_usage(deep=True).sum() < 150e6
