"""The workbook opens, holds the plan's figures, and no cell runs."""

import csv
import io
import shutil
import subprocess

import openpyxl
import pandas as pd
import pytest

from maps.exports.workbook import SHEETS, workbook_bytes
from tests.maps.builders import made_up_book


def test_sheets_hold_the_plan():
    """A sheet each, a row per record, numbers as numbers."""
    book = made_up_book()
    workbook = openpyxl.load_workbook(io.BytesIO(workbook_bytes(book)))
    assert workbook.sheetnames == [sheet.title for sheet in SHEETS]
    rows = list(workbook["Territories"].iter_rows(values_only=True))
    assert len(rows) == 1 + len(book.territories)
    column = rows[0].index("Potential")
    assert [row[column] for row in rows[1:]] == book.territories.sort_values("territory_id")["potential"].tolist()
    assert workbook["Visits"].max_row == 1 + len(book.visits)
    assert workbook["Accounts"].freeze_panes == "A2"


def test_no_cell_is_a_formula():
    """A shop called "=HYPERLINK(1)" is text."""
    workbook = openpyxl.load_workbook(io.BytesIO(workbook_bytes(made_up_book())))
    cells = [cell for page in workbook for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell for cell in cells if cell.value == "=HYPERLINK(1)" and cell.data_type == "s"]


def test_the_same_plan_is_the_same_bytes():
    """Neither the archive nor the properties tell the time of writing."""
    assert workbook_bytes(made_up_book()) == workbook_bytes(made_up_book())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (Debian: libreoffice-calc)")
def test_libreoffice_opens_it(tmp_path):
    """Another program reads every sheet: the same headers, as many rows, names as text, and sums that agree."""
    book = made_up_book()
    (tmp_path / "plan.xlsx").write_bytes(workbook_bytes(book))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    command = ["soffice", profile, "--headless", "--convert-to", every_sheet, "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "plan.xlsx")], check=True, capture_output=True, timeout=240)
    ours = openpyxl.load_workbook(io.BytesIO(workbook_bytes(book)))
    for sheet in SHEETS:
        with (tmp_path / f"plan-{sheet.title}.csv").open(encoding="utf-8", newline="") as file:
            theirs = list(csv.reader(file))
        assert theirs[0] == [cell.value for cell in ours[sheet.title][1]]
        assert len(theirs) == ours[sheet.title].max_row
    territories = pd.read_csv(tmp_path / "plan-Territories.csv")
    assert territories["Potential"].sum() == pytest.approx(book.territories["potential"].sum())
    assert "=HYPERLINK(1)" in (tmp_path / "plan-Accounts.csv").read_text(encoding="utf-8")
