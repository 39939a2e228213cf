"""Count the changes of each visit of a calendar, and cancel visits that are no more."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from icalendar import Calendar, Event

SIGNIFICANT: Final = ("dtstart", "dtend", "summary", "location")
"""A change of one of them counts (RFC 5546, 2.1.4)."""
CANCELLED: Final = "CANCELLED"


def add_with_changes(
    calendar: Calendar, events: Sequence[Event], former: bytes, *, period_start: dt.date, last_day: dt.date
) -> None:
    """Put events into a calendar, each with its SEQUENCE: how often it was changed since the folder's first calendar.

    A visit of the same period that the former calendar has and this one does not is put in as cancelled. The same plan
    made again gives the same bytes.

    Parameters
    ----------
    events
        Without SEQUENCE.
    former
        The calendar that is replaced; empty, or not readable, for none.
    period_start
        First day of the period, of which the DTSTAMP of all its events is made.
    last_day
        Of the cycle; what the former calendar has beyond it is not touched.
    """
    old = _events(former)
    for event in events:
        before = old.pop(str(event["uid"]), None)
        event.add("sequence", 0 if before is None else _sequence(before) + int(_differ(before, event)))
        calendar.add_component(event)
    for uid in sorted(old):
        gone = old[uid]
        if gone.decoded("dtstamp").date() == period_start and gone.decoded("dtstart").date() <= last_day:
            calendar.add_component(_cancelled(gone))


def _events(former: bytes) -> dict[str, Any]:
    """Read the events of a calendar by their id; none where it cannot be read."""
    try:
        read: Any = Calendar.from_ical(former)
        return {str(event["uid"]): event for event in read.walk("VEVENT")}
    except (ValueError, KeyError):
        return {}


def _sequence(event: Any) -> int:  # noqa: ANN401 - the library's own types are loose
    return int(event.get("sequence", 0))


def _differ(before: Any, after: Any) -> bool:  # noqa: ANN401
    if str(before.get("status", "")) == CANCELLED:
        return True
    return any(before.decoded(name, None) != after.decoded(name, None) for name in SIGNIFICANT)


def _cancelled(gone: Any) -> Event:  # noqa: ANN401
    """Tell programs to take a visit out; once told, it stays told."""
    event = Event()
    for name in ("uid", "dtstamp", "dtstart", "dtend", "summary", "location"):
        if name in gone:
            event.add(name, gone[name])
    event.add("status", CANCELLED)
    event.add("sequence", _sequence(gone) + int(str(gone.get("status", "")) != CANCELLED))
    return event
