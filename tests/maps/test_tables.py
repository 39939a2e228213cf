"""The CSV files have the promised columns, fixed formats, and no cell that a spreadsheet would run."""

import csv
import io

import pytest

from maps.cells import as_text, decimals
from maps.tables import TABLE_FILES
from tests.maps.builders import made_up_book

PROMISED = {
    "assignment.csv": "area_id,territory_id,rep_id",
    "visits.csv": "rep_id,week,date,stop,account_id,arrive,depart,service_minutes,drive_minutes,drive_km,"
    "start,name,town",
    "forecast.csv": "region,category,week,p10,p50,p90,model",
    "forecast_levels.csv": "level,region,category,week,p10,p50,p90,model",
    "drivers.csv": "region,category,group,contribution,share,words",
    "potential.csv": "account_id,area_id,region,baseline,headroom,potential,low,high,workload_hours",
}


@pytest.mark.parametrize(("name", "columns"), PROMISED.items())
def test_columns_are_the_promised_ones(name: str, columns: str) -> None:
    """Later work and checks rely on names and order."""
    table = next(table for table in TABLE_FILES if table.name == name)
    assert table.text(made_up_book()).split("\n")[0] == columns


def test_rows_do_not_depend_on_the_order_of_the_input() -> None:
    """The same plan gives the same bytes."""
    book = made_up_book()
    shuffled = made_up_book(
        visits=book.visits.sample(frac=1, random_state=1),
        accounts=book.accounts.sample(frac=1, random_state=2),
        forecast=book.forecast.sample(frac=1, random_state=3),
    )
    assert [table.text(book) for table in TABLE_FILES] == [table.text(shuffled) for table in TABLE_FILES]


def test_first_rows_are_written_as_expected() -> None:
    """Numbers have fixed decimals, dates are ISO."""
    texts = {table.name: table.text(made_up_book()).split("\n") for table in TABLE_FILES}
    assert (
        texts["visits.csv"][1]
        == "R/3 é,1,2026-01-05,1,C008,08:37,09:27,45,25,18.4,08:42,\\u003cb\\u003e {{ 7*7 }} {% x %},Town 2"
    )
    assert texts["forecast.csv"][2] == "North,Pumps,2026-01-12,933.08,1018.08,1103.08,lightgbm+theta"
    assert texts["potential.csv"][1] == "C000,A00,South & <East>,300.00,50.00,315.00,250.00,400.00,3.000"


def test_drivers_keep_the_order_in_which_they_add_up() -> None:
    """Sorted by region and category, all of them first; a share without sales last year is empty."""
    book = made_up_book()
    texts = {table.name: table.text(book).split("\n") for table in TABLE_FILES}
    assert texts["drivers.csv"][1].startswith(",,last year,")
    assert texts["drivers.csv"][7:10] == [
        "North,`${Valves}`,last year,0.00,,nothing was sold in these weeks last year",
        "North,`${Valves}`,trend,100.00,,nothing was sold in these weeks last year",
        "North,`${Valves}`,events,-50.00,,nothing was sold in these weeks last year",
    ]
    assert texts["forecast_levels.csv"][1] == "category,,Pumps,2026-01-05,3000.00,3000.00,3000.00,theta"


def test_names_that_look_like_formulas_are_made_harmless() -> None:
    """A shop called =HYPERLINK(…) stays a name in a spreadsheet; ids and numbers are left as they are."""
    book = made_up_book()
    book.missed.loc[0, ["account_id", "name", "visits_planned"]] = ["-7", "=HYPERLINK(1)", 0]
    table = next(table for table in TABLE_FILES if table.name == "missed.csv")
    rows = {row["account_id"]: row for row in csv.DictReader(io.StringIO(table.text(book)))}
    assert rows["-7"]["name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "\r=1"])
def test_every_start_of_a_formula_is_caught(text: str) -> None:
    """Spreadsheets take more than the equals sign for a formula."""
    assert as_text(text) == f"'{text}"


def test_decimals_write_no_negative_zero_and_nothing_for_missing() -> None:
    """-0.0 and nan would differ between equal plans."""
    assert [decimals(1)(value) for value in (-0.01, float("nan"), 2.25)] == ["0.0", "", "2.2"]
