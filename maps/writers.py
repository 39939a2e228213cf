"""Write everything that a run leaves behind into one folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from maps import features
from maps.book import PlanBook
from maps.names import page_names
from maps.plain import collection_text, json_text
from maps.rep_map import rep_pages
from maps.report import report_page
from maps.report_quality import quality_page
from maps.tables import TABLE_FILES
from maps.territory_map import territories_page

STAGE_OF_FILE: Final = {
    "forecast.csv": "forecast",
    "potential.csv": "forecast",
    "assignment.csv": "territories",
    "territories.geojson": "territories",
    "areas.geojson": "territories",
    "accounts.geojson": "territories",
    "tours.geojson": "tours",
}
"""The stage after which a file can be written; tours where it is not named."""


def write_all(book: PlanBook, folder: Path, *, with_maps: bool = True, with_report: bool = True) -> None:
    """Write tables, GeoJSON, records, maps and report; the same book gives the same bytes.

    Files of stages that were not run are left out, and so are maps and report unless all were.

    Parameters
    ----------
    book
        What the run came to.
    folder
        An existing folder, best the one that `maps.folder.staged_output` gives.
    with_maps
        Whether to make maps/territories.html and a page per rep.
    with_report
        Whether to make report.html and data_quality.html.
    """
    write_tables(book, folder)
    write_geojson(book, folder)
    write_records(book, folder)
    whole = _is_done(book, "tours")
    if with_maps and whole:
        write_maps(book, folder)
    if with_report:
        write_text(folder / "data_quality.html", quality_page(book))
        if whole:
            write_text(folder / "report.html", report_page(book, with_maps=with_maps))


def _is_done(book: PlanBook, stage: str) -> bool:
    """Tell whether the run came as far as a stage: forecast, territories or tours."""
    return stage in book.measures


def write_tables(book: PlanBook, folder: Path) -> None:
    """Write the CSV files."""
    for table in TABLE_FILES:
        if _is_done(book, STAGE_OF_FILE.get(table.name, "tours")):
            write_text(folder / table.name, table.text(book))


def write_geojson(book: PlanBook, folder: Path) -> None:
    """Write the GeoJSON files."""
    makers: dict[str, Callable[[PlanBook], list[features.Feature]]] = {
        "territories.geojson": features.territory_features,
        "areas.geojson": features.area_features,
        "accounts.geojson": features.account_features,
        "tours.geojson": features.tour_features,
    }
    for name, make in makers.items():
        if _is_done(book, STAGE_OF_FILE[name]):
            write_text(folder / name, collection_text(features.collection(make(book))))


def write_records(book: PlanBook, folder: Path) -> None:
    """Write measures, data quality and resolved scenario."""
    write_text(folder / "measures.json", json_text(book.measures))
    write_text(folder / "data_quality.json", json_text(book.quality))
    write_text(folder / "scenario.resolved.yaml", book.resolved_scenario)


def write_run_record(run: Mapping[str, Any], folder: Path) -> None:
    """Write run.json, last of all, since it tells how long everything took."""
    write_text(folder / "run.json", json_text(run))


def write_maps(book: PlanBook, folder: Path) -> None:
    """Write the territory map and a page per rep."""
    write_text(folder / "maps" / "territories.html", territories_page(book))
    names = page_names(list(book.reps["rep_id"]))
    for rep_id, page in rep_pages(book).items():
        write_text(folder / "maps" / f"{names[rep_id]}.html", page)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with plain line ends, whatever the system's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
