"""Write a calendar per rep: each visit with place, duration and a stable id, so that a later plan replaces it."""

import datetime as dt
import uuid
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from icalendar import Calendar, Event, vGeo

from maps.book import PlanBook, rows_by
from maps.exports.calendar_changes import add_with_changes
from maps.languages.speaking import language, say

PRODUCT: Final = "-//territory-tours//visit plan//"
NOTHING_BEFORE: Final[Mapping[str, bytes]] = {}
_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "territory-tours/visit")


def rep_calendars(book: PlanBook, former: Mapping[str, bytes] = NOTHING_BEFORE) -> dict[str, bytes]:
    """Make one iCalendar (RFC 5545) per rep.

    Times are local times without a zone ("floating"): 09:00 is nine o'clock where the rep is. The id of a visit is made
    from the first day of the period, the account and the visit's number in the cycle: when the plan is made anew, the
    calendar moves the visit and keeps no second one. `DTSTAMP` is the first day of the period, so that the same plan is
    the same bytes.

    Parameters
    ----------
    former
        rep_id → the calendar that is replaced, against which changes are counted, see `add_with_changes`.

    Returns
    -------
    dict
        rep_id → the file's bytes; reps without visits have an empty calendar.
    """
    accounts = rows_by(book.accounts, "account_id")
    visits = book.visits.sort_values(["rep_id", "date", "stop"], kind="stable")
    numbers = visits.groupby("account_id").cumcount() + 1
    calendars = {str(row["rep_id"]): _calendar(book, str(row["name"])) for row in book.reps.to_dict("records")}
    events: dict[str, list[Event]] = {rep_id: [] for rep_id in calendars}
    for visit, number in zip(visits.to_dict("records"), numbers, strict=True):
        account = accounts[str(visit["account_id"])]
        row = {str(key): value for key, value in visit.items()}
        events[str(visit["rep_id"])].append(_event(book, row, account, int(number)))
    for rep_id, days in book.days.sort_values(["rep_id", "date"], kind="stable").groupby("rep_id", sort=True):
        for number, (evening, morning) in enumerate(_nights(days.to_dict("records")), start=1):
            events[str(rep_id)].append(_night(book, str(rep_id), evening, morning, number))
    last_day = dt.date.fromisoformat(str(book.days["date"].max())) if len(book.days) else book.period_end
    for rep_id, calendar in calendars.items():
        before = former.get(rep_id, b"")
        add_with_changes(calendar, events[rep_id], before, period_start=book.period_start, last_day=last_day)
    return {rep_id: calendar.to_ical() for rep_id, calendar in sorted(calendars.items())}


def _calendar(book: PlanBook, rep_name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"{PRODUCT}{language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{book.name}: {rep_name}")
    return calendar


def _event(book: PlanBook, visit: dict[str, Any], account: dict[str, Any], number: int) -> Event:
    event = Event()
    name = f"{book.period_start}/{visit['account_id']}/{number}"
    event.add("uid", f"{uuid.uuid5(_IDS, name)}@territory-tours")
    event.add("dtstamp", dt.datetime.combine(book.period_start, dt.time(), dt.UTC))
    event.add("dtstart", _moment(visit["date"], visit["start"]))
    event.add("dtend", _moment(visit["date"], visit["depart"]))
    event.add("summary", str(account["name"]))
    event.add("location", str(account["town"]) or f"{account['lat']:.5f}, {account['lon']:.5f}")
    event.add("geo", vGeo((float(account["lat"]), float(account["lon"]))))
    event.add("description", _description(visit, account, number))
    return event


def _nights(days: list[dict[Any, Any]]) -> list[tuple[dict[Any, Any], dict[Any, Any]]]:
    """Pair the days before and after each night away."""
    return [(evening, morning) for evening, morning in pairwise(days) if evening["night_away"]]


def _night(book: PlanBook, rep_id: str, evening: dict[Any, Any], morning: dict[Any, Any], number: int) -> Event:
    """Make the event of a night away: from the arrival to the departure on the next day."""
    event = Event()
    event.add("uid", f"{uuid.uuid5(_IDS, f'{book.period_start}/night/{rep_id}/{number}')}@territory-tours")
    event.add("dtstamp", dt.datetime.combine(book.period_start, dt.time(), dt.UTC))
    event.add("dtstart", _moment(evening["date"], evening["back_home"]))
    event.add("dtend", _moment(morning["date"], morning["leave_home"]))
    event.add("summary", say(f"Night in {evening['night_away']}"))
    event.add("location", str(evening["night_away"]))
    event.add("geo", vGeo((float(evening["end_lat"]), float(evening["end_lon"]))))
    event.add("transp", "TRANSPARENT")
    return event


def _description(visit: dict[str, Any], account: dict[str, Any], number: int) -> str:
    """Say in a few lines what the rep wants to know before he drives."""
    return "\n".join(
        [
            say(f"Stop {visit['stop']}, visit {number} of {account['visits_planned']} in the cycle"),
            say(f"Segment {account['segment']}, account {visit['account_id']}"),
            say(f"{round(float(visit['drive_minutes']))} minutes of driving before"),
        ]
    )


def _moment(day: str, clock: str) -> dt.datetime:
    """Put a date and a time together; the hours may pass midnight ("24:30")."""
    hours, minutes = (int(part) for part in clock.split(":"))
    return dt.datetime.fromisoformat(day) + dt.timedelta(hours=hours, minutes=minutes)
