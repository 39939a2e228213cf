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


def sequences(data: bytes) -> dict[str, int]:
    """How often each visit was changed, by its id; cancelled ones are left out."""
    return {e.uid.value: int(e.sequence.value) for e in events(data) if "status" not in e.contents}


def test_changes_are_counted_and_the_same_plan_is_the_same_bytes_again():
    """A visit that moves counts one more, so that programs take the update; one that stays keeps its number."""
    book = made_up_book()
    first = rep_calendars(book)
    assert set(sequences(first["R1"]).values()) == {0}
    assert rep_calendars(book, first) == first
    visits = book.visits.copy()
    here = visits.index[(visits["rep_id"] == "R1") & (visits["stop"] == 1)][0]
    visits.loc[here, "start"] = "08:00"
    second = rep_calendars(made_up_book(visits=visits), first)
    assert sorted(sequences(second["R1"]).values()) == [0] * (len(sequences(first["R1"])) - 1) + [1]
    third = rep_calendars(book, second)
    assert max(sequences(third["R1"]).values()) == 2
    assert rep_calendars(book, third) == third


def test_visits_that_are_no_more_are_cancelled():
    """Once, and for good; those of another period are left alone."""
    book = made_up_book()
    first = rep_calendars(book)
    own = book.visits[book.visits["rep_id"] == "R1"].sort_values(["date", "stop"])
    fewer = made_up_book(visits=book.visits.drop(own.index[-1]))
    second = rep_calendars(fewer, first)
    gone = [e for e in events(second["R1"]) if "status" in e.contents]
    assert [(e.status.value, e.sequence.value) for e in gone] == [("CANCELLED", "1")]
    assert {e.uid.value for e in events(second["R1"])} == {e.uid.value for e in events(first["R1"])}
    assert rep_calendars(fewer, second) == second
    next_quarter = made_up_book(period_start=dt.date(2026, 4, 6))
    assert len(events(rep_calendars(next_quarter, first)["R1"])) == len(events(first["R1"]))


def test_a_former_file_that_is_no_calendar_counts_as_none():
    """Somebody wrote into the folder."""
    book = made_up_book()
    assert rep_calendars(book, {"R1": b"not a calendar"}) == rep_calendars(book)
