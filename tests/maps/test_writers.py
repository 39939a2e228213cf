"""One call writes every file of an output folder."""

import json
from pathlib import Path

import pytest

from maps.writers import write_all
from tests.maps.builders import made_up_book


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_promised_file_is_there_and_the_same_again(tmp_path: Path) -> None:
    """Two runs of one plan give the same bytes."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write_all(made_up_book(), tmp_path / "a")
    write_all(made_up_book(), tmp_path / "b")
    written = contents(tmp_path / "a")
    assert written == contents(tmp_path / "b")
    promised = "territories.geojson areas.geojson accounts.geojson tours.geojson assignment.csv visits.csv forecast.csv"
    promised += " potential.csv measures.json maps/territories.html maps/R1.html report.html run.json"
    promised += " scenario.resolved.yaml data_quality.json data_quality.html days.csv missed.csv"
    assert set(promised.split()) <= set(written)
    assert len(written) == 20
    assert b"\r" not in b"".join(written.values())


def test_maps_and_report_can_be_left_out(tmp_path: Path) -> None:
    """The scenario says what is wanted."""
    write_all(made_up_book(), tmp_path, with_maps=False, with_report=False)
    assert not [name for name in contents(tmp_path) if name.endswith(".html")]


def test_json_has_no_numbers_that_json_does_not_know(tmp_path: Path) -> None:
    """NaN becomes null, NumPy's numbers become plain ones."""
    write_all(made_up_book(), tmp_path, with_maps=False, with_report=False)
    measures = json.loads((tmp_path / "measures.json").read_text(encoding="utf-8"))
    assert measures == {"territories": {"count": 3, "gap": 0.0125}, "weird": None}


@pytest.mark.parametrize("missing", ["tours", "territories and tours", "forecast"])
def test_a_run_of_some_stages_can_be_shown(tmp_path: Path, missing: str) -> None:
    """What a run did not make is left out of its pages."""
    book = made_up_book()
    nothing = {name: getattr(book, name).iloc[:0] for name in ("visits", "days", "missed", "violations", "conflicts")}
    if missing == "forecast":
        nothing = {name: getattr(book, name).iloc[:0] for name in ("forecast", "scores", "history")}
    if missing == "territories and tours":
        areas = book.areas.assign(territory_id="", rep_id="")
        accounts = book.accounts.assign(rep_id="")
        nothing |= {"areas": areas, "accounts": accounts}
        nothing |= {"territories": book.territories.iloc[:0], "solves": book.solves.iloc[:0]}
    write_all(made_up_book(**nothing), tmp_path)
    assert (tmp_path / "report.html").exists()
