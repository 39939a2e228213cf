"""Write the files about one rep's visits again; rows and files of other reps stay as they are."""

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from maps.book import PlanBook
from maps.exports.calendars import rep_calendars
from maps.exports.routes import day_routes
from maps.features import Feature, tour_features
from maps.folder import updated_output
from maps.languages.speaking import Language, speaking
from maps.plain import collection_text
from maps.plan_tables import tour_tables
from maps.rep_map import changed_page
from maps.tables import TABLE_FILES
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import TourResult

CHANGED_TABLES: Final = ("visits.csv", "days.csv", "missed.csv")
AS_OF_THE_RUN: Final = ("report.html", "measures.json", "plan.xlsx", "accounts.geojson", "crm", "gis")
"""Files and folders that go on showing the plan of the run."""


def rep_book(
    instance: TourInstance,
    result: TourResult,
    *,
    title: str,
    period_start: dt.date,
    rep: Mapping[str, Any],
    accounts: Sequence[Mapping[str, Any]],
) -> PlanBook:
    """Make a book of one rep's tours; everything else in it is empty.

    Parameters
    ----------
    rep
        rep_id, name, lon, lat.
    accounts
        account_id, name, town, segment, lon and lat of each account of the instance.
    """
    visits, days, missed = tour_tables([instance], [result])
    table = pd.DataFrame(list(accounts))
    table["rep_id"] = instance.rep_id
    table["visits_wanted"] = [rule.frequency for rule in instance.visits]
    table["visits_planned"] = table["account_id"].map(visits.groupby("account_id").size()).fillna(0).astype(int)
    empty = pd.DataFrame()
    return PlanBook(
        name=title,
        description="",
        currency="",
        period_start=period_start,
        period_end=period_start,
        areas=gpd.GeoDataFrame(),
        accounts=table,
        reps=pd.DataFrame([dict(rep)]),
        territories=empty,
        forecast=empty,
        scores=empty,
        history=empty,
        forecast_notes=(),
        quality={},
        visits=visits,
        days=days,
        missed=missed.join(table.set_index("account_id")[["name", "segment"]], on="account_id"),
        violations=empty,
        conflicts=empty,
        measures={},
        run={},
        resolved_scenario="",
    )


def write_changed(
    book: PlanBook, folder: Path, *, page_name: str, more: Mapping[str, bytes], language: Language
) -> tuple[str, ...]:
    """Write what shows the rep's visits into the folder of a run, all in one step.

    Parameters
    ----------
    book
        As `rep_book` makes it.
    page_name
        Name of the rep's files, see `maps.names.page_names`.
    more
        Other files to write, by name.
    language
        In which the page is.

    Returns
    -------
    Files of the folder that go on showing the plan of the run.
    """
    rep_id = str(book.reps["rep_id"].iloc[0])
    routes = f"gpx/{page_name}/"
    with speaking(language), updated_output(folder, replaced=routes) as staging:
        for table in TABLE_FILES:
            if table.name in CHANGED_TABLES:
                former = (folder / table.name).read_text(encoding="utf-8")
                _write(staging / table.name, with_rows_of(rep_id, former, table.text(book)))
        former = (folder / "tours.geojson").read_text(encoding="utf-8")
        _write(staging / "tours.geojson", with_tours_of(rep_id, former, tour_features(book)))
        page = folder / "maps" / f"{page_name}.html"
        if page.is_file():
            _write(staging / "maps" / page.name, changed_page(page.read_text(encoding="utf-8"), book, rep_id))
        calendar = folder / "calendars" / f"{page_name}.ics"
        if calendar.is_file():
            (staging / "calendars").mkdir()
            made = rep_calendars(book, {rep_id: calendar.read_bytes()})
            (staging / "calendars" / calendar.name).write_bytes(made[rep_id])
        if (folder / "gpx").is_dir():
            for (_, date), text in day_routes(book).items():
                _write(staging / routes / f"{date}.gpx", text)
        for name, data in more.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(data)
    return tuple(name for name in AS_OF_THE_RUN if (folder / name).exists())


def with_rows_of(rep_id: str, former: str, rows: str) -> str:
    """Replace the rows of one rep in a table that is sorted by rep; all others stay as they are, byte for byte."""
    head, *old = csv.reader(io.StringIO(former, newline=""))
    new = list(csv.reader(io.StringIO(rows, newline="")))[1:]
    column = head.index("rep_id")
    before = [row for row in old if row[column] < rep_id]
    after = [row for row in old if row[column] > rep_id]
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([head, *before, *new, *after])
    return stream.getvalue()


def with_tours_of(rep_id: str, former: str, features: Sequence[Feature]) -> str:
    """Replace the tours of one rep; a tour with the same stops and ends keeps its course along the roads."""
    old = json.loads(former)["features"]
    own = [feature for feature in old if feature["properties"]["rep_id"] == rep_id]
    course = {_course(feature): feature["geometry"] for feature in own}
    new = [{**feature, "geometry": course.get(_course(feature), feature["geometry"])} for feature in features]
    before = [feature for feature in old if feature["properties"]["rep_id"] < rep_id]
    after = [feature for feature in old if feature["properties"]["rep_id"] > rep_id]
    return collection_text({"features": [*before, *new, *after]})


def _course(feature: Feature) -> tuple[object, ...]:
    """Name what decides along which roads a tour leads."""
    of = feature["properties"]
    return (of["date"], of["start_place"], of["end_place"], *of["account_ids"])


def _write(path: Path, text: str) -> None:
    """Write UTF-8 with plain line ends; `maps.writers` does the same, but loads everything that a run needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
