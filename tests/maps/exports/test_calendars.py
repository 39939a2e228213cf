"""Calendars are read back by another library and keep their ids from plan to plan."""

import datetime as dt

import vobject

from maps.exports.calendars import rep_calendars
from tests.maps.builders import HOSTILE, REPS, made_up_book


def events(data: bytes) -> list:
    """The visits of a calendar, as another library reads them."""
    return list(vobject.readOne(data.decode()).contents.get("vevent", []))


def test_every_visit_is_in_its_reps_calendar_with_its_times():
    """Date, start and end agree with visits.csv, and times have no zone: they are the rep's own."""
    book = made_up_book()
    calendars = rep_calendars(book)
    assert list(calendars) == sorted(REPS)
    for rep_id, data in calendars.items():
        visits = book.visits[book.visits["rep_id"] == rep_id].sort_values(["date", "stop"])
        found = [(e.dtstart.value, e.dtend.value) for e in events(data)]
        expected = [
            (dt.datetime.fromisoformat(f"{day} {start}"), dt.datetime.fromisoformat(f"{day} {end}"))
            for day, start, end in zip(visits["date"], visits["start"], visits["depart"], strict=True)
        ]
        assert found == expected
        assert all(start.tzinfo is None for start, _ in found)


def test_names_come_through_as_they_are():
    """Commas, semicolons, line ends and markup are text."""
    book = made_up_book()
    summaries = {e.summary.value for data in rep_calendars(book).values() for e in events(data)}
    visited = set(book.accounts.set_index("account_id")["name"][book.visits["account_id"]])
    assert summaries == visited
    assert summaries & set(HOSTILE)


def test_ids_are_unique_and_stay_when_a_visit_moves():
    """Another day for the same visit has the same id, so that a calendar replaces it; another quarter has new ids."""
    book = made_up_book()
    ids = {e.uid.value for data in rep_calendars(book).values() for e in events(data)}
    assert len(ids) == len(book.visits)
    later = book.visits.assign(
        date=[(dt.date.fromisoformat(d) + dt.timedelta(1)).isoformat() for d in book.visits["date"]]
    )
    moved = {e.uid.value for data in rep_calendars(made_up_book(visits=later)).values() for e in events(data)}
    assert moved == ids
    next_quarter = made_up_book(period_start=dt.date(2026, 4, 6))
    assert not ids & {e.uid.value for data in rep_calendars(next_quarter).values() for e in events(data)}


def test_the_same_plan_is_the_same_bytes():
    """No time of writing is in the file."""
    assert rep_calendars(made_up_book()) == rep_calendars(made_up_book())
