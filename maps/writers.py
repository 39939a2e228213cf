"""Write everything that a run leaves behind into one folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from maps import features
from maps.alternative_plans import alternatives_csv, assignment_csv
from maps.book import MOVED, PlanBook
from maps.exports.calendars import rep_calendars
from maps.exports.crm import CRM_FILES
from maps.exports.erp import erp_files
from maps.exports.gis import write_gis
from maps.exports.routes import day_routes
from maps.exports.workbook import workbook_bytes
from maps.languages.speaking import Language, speaking
from maps.move_table import moves_csv
from maps.names import page_names
from maps.plain import collection_text, json_text
from maps.rep_map import rep_pages
from maps.report import report_page
from maps.report_quality import quality_page
from maps.resource_tables import resource_files
from maps.retouching import retouch_page
from maps.tables import AREA_POTENTIAL_FILE, HOMES_FILE, MOVED_FILE, TABLE_FILES
from maps.territory_map import territories_page

STAGE_OF_FILE: Final = {
    "forecast.csv": "forecast",
    "forecast_levels.csv": "forecast",
    "drivers.csv": "forecast",
    "event_effects.csv": "forecast",
    "potential.csv": "forecast",
    "assignment.csv": "territories",
    "territories.geojson": "territories",
    "areas.geojson": "territories",
    "accounts.geojson": "territories",
    "tours.geojson": "tours",
}
"""The stage after which a file can be written; tours where it is not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is written besides tables, GeoJSON and records; see the scenario's `outputs`."""

    maps: bool = True
    report: bool = True
    calendars: bool = True
    gpx: bool = True
    workbook: bool = True
    gis: bool = False
    crm: bool = False
    erp: bool = False
    language: Language = "en"
    """Of pages, calendars, routes and workbook; tables and GeoJSON keep their English names."""


EVERYTHING_USUAL: Final = Wanted()


def write_all(book: PlanBook, folder: Path, wanted: Wanted = EVERYTHING_USUAL, *, former: Path | None = None) -> None:
    """Write tables, GeoJSON, records, maps and report; the same book gives the same bytes.

    Files of stages that were not run are left out, and so are maps and report unless all were.

    Parameters
    ----------
    book
        What the run came to.
    folder
        An existing folder, best the one that `maps.folder.staged_output` gives.
    wanted
        What to write besides.
    former
        The folder that this one will take the place of; calendars count what has changed against its.
    """
    write_tables(book, folder)
    write_geojson(book, folder)
    write_records(book, folder)
    for name, text in erp_files(book).items() if wanted.erp else ():
        write_text(folder / name, text)
    whole = _is_done(book, "tours")
    with speaking(wanted.language):
        if wanted.maps and whole:
            write_maps(book, folder)
        if wanted.report:
            write_text(folder / "data_quality.html", quality_page(book))
            if whole:
                links = {"with_maps": wanted.maps, "with_workbook": wanted.workbook, "with_calendars": wanted.calendars}
                write_text(folder / "report.html", report_page(book, **links))
        if whole:
            write_exports(book, folder, wanted, former=former)


def _is_done(book: PlanBook, stage: str) -> bool:
    """Tell whether the run came as far as a stage: forecast, territories or tours."""
    return stage in book.measures


def write_tables(book: PlanBook, folder: Path) -> None:
    """Write the CSV files."""
    for table in TABLE_FILES:
        if _is_done(book, STAGE_OF_FILE.get(table.name, "tours")):
            write_text(folder / table.name, table.text(book))
    if len(book.area_potential):
        write_text(folder / AREA_POTENTIAL_FILE.name, AREA_POTENTIAL_FILE.text(book))
    if MOVED in book.accounts:
        write_text(folder / MOVED_FILE.name, MOVED_FILE.text(book))
    if len(book.homes):
        write_text(folder / HOMES_FILE.name, HOMES_FILE.text(book))
    if len(book.moves.columns):
        write_text(folder / "area_moves.csv", moves_csv(book.moves))
    for name, text in resource_files(book.resources).items():
        write_text(folder / name, text)
    write_alternatives(book, folder)


def write_alternatives(book: PlanBook, folder: Path) -> None:
    """Write alternatives.csv and the assignment of each other good plan."""
    if book.alternatives:
        write_text(folder / "alternatives.csv", alternatives_csv(book.alternatives))
    for plan in book.alternatives:
        write_text(folder / plan.file, assignment_csv(plan, tuple(book.areas["area_id"])))


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
    if book.rules:
        write_text(folder / "maps" / "retouch.html", retouch_page(book))
    names = page_names(list(book.reps["rep_id"]))
    for rep_id, page in rep_pages(book).items():
        write_text(folder / "maps" / f"{names[rep_id]}.html", page)


def write_exports(book: PlanBook, folder: Path, wanted: Wanted, *, former: Path | None = None) -> None:
    """Write what other systems take: calendars, navigation, spreadsheets, GIS, CRM."""
    names = page_names(list(book.reps["rep_id"]))
    if wanted.calendars:
        there = {rep_id: former / "calendars" / f"{name}.ics" for rep_id, name in names.items()} if former else {}
        before = {rep_id: path.read_bytes() for rep_id, path in there.items() if path.is_file()}
        for rep_id, calendar in rep_calendars(book, before).items():
            _write_bytes(folder / "calendars" / f"{names[rep_id]}.ics", calendar)
    if wanted.gpx:
        for (rep_id, date), text in day_routes(book).items():
            write_text(folder / "gpx" / names[rep_id] / f"{date}.gpx", text)
    if wanted.workbook:
        _write_bytes(folder / "plan.xlsx", workbook_bytes(book))
    if wanted.gis:
        write_gis(book, folder)
    for table in CRM_FILES if wanted.crm else ():
        write_text(folder / table.name, table.text(book))


def _write_bytes(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with plain line ends, whatever the system's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
