"""A night away and a start elsewhere are on every page and file that shows a rep's day."""

import json
from dataclasses import replace

import pytest
import vobject

from maps.exports.calendars import rep_calendars
from maps.exports.routes import day_routes
from maps.features import tour_features
from maps.languages.speaking import noting_unknown, speaking
from maps.rep_map import changed_page, rep_pages
from maps.report_tours import tour_chapters
from maps.tables import TABLE_FILES
from tests.maps.builders import HOSTILE, REPS, made_up_book, with_a_night

INN, LON, LAT = HOSTILE[0], 2.31, 47.11


@pytest.fixture(scope="module")
def book():
    return with_a_night(made_up_book())


@pytest.fixture(scope="module")
def days(book):
    """Evening and morning of the night."""
    mine = book.days[book.days["rep_id"] == REPS[-1]]
    return mine[mine["night_away"] == INN].iloc[0], mine[mine["start_place"] == INN].iloc[0]


def test_a_tour_is_drawn_to_the_inn_and_from_it(book, days):
    """The line of the evening ends there, that of the morning begins there."""
    lines = {
        f["properties"]["date"]: f["geometry"]["coordinates"]
        for f in tour_features(book)
        if f["properties"]["rep_id"] == REPS[-1]
    }
    evening, morning = (lines[day["date"]] for day in days)
    assert evening[-1] == morning[0] == (LON, LAT)
    assert evening[0] == morning[-1] != (LON, LAT)


def test_a_route_ends_at_the_inn_and_begins_there(book, days):
    """First and last point, with their names."""
    evening, morning = (day_routes(book)[REPS[-1], day["date"]] for day in days)
    name = INN.replace("<", "&lt;").replace(">", "&gt;")
    assert f"<name>{name}, arrive {days[0]['back_home']}</name>" in evening
    assert f"<name>{name}, leave {days[1]['leave_home']}</name>" in morning
    assert "Home, back" not in evening
    assert "Home, leave" not in morning


def test_a_night_is_an_event_from_arrival_to_departure(book, days):
    """With the name of the inn; calendars of other reps are as they were."""
    calendars, before = rep_calendars(book), rep_calendars(made_up_book())
    (night,) = [
        e
        for e in vobject.readOne(calendars[REPS[-1]].decode()).contents["vevent"]
        if e.summary.value == f"Night in {INN}"
    ]
    assert night.dtstart.value.isoformat(" ") == f"{days[0]['date']} {days[0]['back_home']}:00"
    assert night.dtend.value.isoformat(" ") == f"{days[1]['date']} {days[1]['leave_home']}:00"
    assert {rep: calendars[rep] for rep in REPS[:-1]} == {rep: before[rep] for rep in REPS[:-1]}


def test_the_rep_page_knows_both_ends(book, days):
    """Also when its tours are changed afterwards."""
    own = replace(book, accounts=book.accounts[book.accounts["rep_id"] == REPS[-1]])
    page, before = rep_pages(book)[REPS[-1]], rep_pages(made_up_book())[REPS[-1]]
    for text in (page, changed_page(before, own, REPS[-1])):
        data = json.loads(text.partition('id="data">')[2].partition("</script>")[0])
        by_date = {day["date"]: day for day in data["days"]}
        evening, morning = (by_date[day["date"]] for day in days)
        assert evening["end"] == morning["start"] == {"name": INN, "at": [LAT, LON]}
        assert (evening["start"], evening["night"], morning["end"], morning["night"]) == (None, True, None, False)


def test_tables_and_report_tell_of_the_night(book, days):
    """Days have the places; the report has a column, in French too, and none where nobody sleeps away."""
    (table,) = [file for file in TABLE_FILES if file.name == "days.csv"]
    assert f",{INN},{INN},,,{LON:.5f},{LAT:.5f}" in table.text(book)
    with speaking("fr"), noting_unknown() as unknown:
        assert "Nuits hors domicile" in str(tour_chapters(book)[0].body)
    assert "Nights away" not in unknown
    assert "Nights away" not in str(tour_chapters(made_up_book())[0].body)
