"""The workbook opens, holds the plan's figures, and no cell runs."""

import io
import shutil
import subprocess

import openpyxl
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
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path):
    """Another program reads the same first row."""
    (tmp_path / "plan.xlsx").write_bytes(workbook_bytes(made_up_book()))
    command = ["soffice", "--headless", "--convert-to", "csv", "--outdir", str(tmp_path), str(tmp_path / "plan.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "plan.csv").read_text(encoding="utf-8").startswith("Territory,Rep,Name,Region")
