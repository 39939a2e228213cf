"""One call writes every file of an output folder."""

import json
from pathlib import Path

import pytest

from maps.rep_map import rep_pages
from maps.report import report_page
from maps.report_quality import quality_page
from maps.territory_map import territories_page
from maps.writers import Wanted, write_all, write_run_record
from tests.maps.builders import made_up_book

LITTLE = Wanted(maps=False, report=False, calendars=False, gpx=False, workbook=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_promised_file_is_there_and_the_same_again(tmp_path: Path) -> None:
    """Two runs of one plan give the same bytes."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write_all(made_up_book(), tmp_path / "a")
    write_all(made_up_book(), tmp_path / "b")
    write_run_record({"seed": 1, "seconds": 2.5}, tmp_path / "a")
    write_run_record({"seed": 1, "seconds": 2.5}, tmp_path / "b")
    written = contents(tmp_path / "a")
    assert written == contents(tmp_path / "b")
    promised = "territories.geojson areas.geojson accounts.geojson tours.geojson assignment.csv visits.csv forecast.csv"
    promised += " potential.csv measures.json maps/territories.html maps/R1.html report.html run.json"
    promised += " scenario.resolved.yaml data_quality.json data_quality.html days.csv missed.csv"
    assert set(promised.split()) <= set(written)
    promised = {"calendars/R1.ics", "gpx/R1/2026-01-05.gpx", "plan.xlsx"}
    assert promised <= set(written)
    text = {name: data for name, data in written.items() if not name.endswith((".ics", ".xlsx"))}
    assert not [name for name, data in text.items() if b"\r" in data]


def test_maps_and_report_can_be_left_out(tmp_path: Path) -> None:
    """The scenario says what is wanted."""
    write_all(made_up_book(), tmp_path, LITTLE)
    assert not [name for name in contents(tmp_path) if name.endswith(".html")]


def test_json_has_no_numbers_that_json_does_not_know(tmp_path: Path) -> None:
    """NaN becomes null, NumPy's numbers become plain ones."""
    write_all(made_up_book(), tmp_path, LITTLE)
    measures = json.loads((tmp_path / "measures.json").read_text(encoding="utf-8"))
    assert measures == {"forecast": {"wape": None}, "territories": {"gap": 0.0125}, "tours": {"days": 60}}


@pytest.mark.parametrize(
    ("stages", "there", "missing"),
    [
        ((), "data_quality.html", "forecast.csv"),
        (("forecast",), "potential.csv", "assignment.csv"),
        (("forecast", "territories"), "areas.geojson", "tours.geojson"),
    ],
)
def test_a_run_of_some_stages_leaves_their_files_only(
    tmp_path: Path, stages: tuple[str, ...], there: str, missing: str
) -> None:
    """What was not made is not written, least of all as an empty file."""
    book = made_up_book(measures={stage: {} for stage in stages})
    write_all(book, tmp_path)
    written = contents(tmp_path)
    assert there in written
    assert missing not in written
    assert "report.html" not in written


@pytest.mark.parametrize("missing", ["tours", "territories", "forecast"])
def test_pages_bear_with_empty_tables(missing: str) -> None:
    """A plan without tours, territories or forecast can be shown all the same."""
    book = made_up_book()
    tables = {
        "tours": ("visits", "days", "missed", "violations", "conflicts"),
        "territories": ("visits", "days", "missed", "territories", "solves"),
        "forecast": ("forecast", "scores", "history"),
    }[missing]
    changes = {name: getattr(book, name).iloc[:0] for name in tables}
    if missing == "territories":
        changes |= {"areas": book.areas.assign(territory_id="", rep_id=""), "accounts": book.accounts.assign(rep_id="")}
    without = made_up_book(**changes)
    pages = (territories_page(without), report_page(without), quality_page(without), *rep_pages(without).values())
    assert all(page.startswith("<!DOCTYPE html>") for page in pages)
