"""Write a GPX file per rep and day, for navigation devices and apps."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from gpxpy.gpx import GPX, GPXRoute, GPXRoutePoint

from maps.book import PlanBook, rows_by
from maps.day_ends import ends_of
from maps.languages.speaking import say
from maps.words import date_text


def day_routes(book: PlanBook) -> dict[tuple[str, str], str]:
    """Make one GPX 1.1 route per rep and day: its start, the stops in order with their times, its end.

    Returns
    -------
    dict
        (rep_id, date as ISO text) → the file's text.
    """
    accounts, reps = rows_by(book.accounts, "account_id"), rows_by(book.reps, "rep_id")
    days = {(str(row["rep_id"]), str(row["date"])): row for row in book.days.to_dict("records")}
    routes = {}
    visits = book.visits.sort_values(["rep_id", "date", "stop"], kind="stable")
    for (rep_id, date), stops in visits.groupby(["rep_id", "date"], sort=True):
        key = (str(rep_id), str(date))
        home, day = reps[key[0]], days[key]
        route = GPXRoute(name=f"{home['name']}, {date_text(dt.date.fromisoformat(key[1]))}")
        start, end = ends_of(day, home)
        route.points.append(_point(asdict(start), say(f"{start.name or 'Home'}, leave {day['leave_home']}")))
        for stop in stops.to_dict("records"):
            account = accounts[str(stop["account_id"])]
            route.points.append(
                _point(account, f"{stop['stop']} {account['name']}", f"{stop['start']}-{stop['depart']}")
            )
        arrives = f"{end.name}, arrive" if end.name else "Home, back"
        route.points.append(_point(asdict(end), say(f"{arrives} {day['back_home']}")))
        gpx = GPX()
        gpx.creator = "territory-tours"
        gpx.routes.append(route)
        routes[key] = gpx.to_xml(version="1.1") + "\n"
    return routes


def _point(place: dict[str, Any], name: str, comment: str | None = None) -> GPXRoutePoint:
    return GPXRoutePoint(
        latitude=round(float(place["lat"]), 6),
        longitude=round(float(place["lon"]), 6),
        name=_printable(name),
        comment=comment,
    )


def _printable(text: str) -> str:
    """Leave out what XML cannot hold (XML 1.0, 2.2), such as control characters."""
    return "".join(char for char in text if char in "\t\n\r" or ord(char) >= 0x20)
