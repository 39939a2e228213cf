"""Show one rep's tours on a page for the phone: maps/<rep_id>.html."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from maps.book import PlanBook, rows_by
from maps.colours import neighbours
from maps.features import dissolved
from maps.languages.speaking import say
from maps.plain import data_element, plain
from maps.shapes import STEPS_PER_DEGREE, lighter_coverage, packed, packed_points
from maps.spans import cycle_weeks, period_weeks, plan_span
from maps.words import date_text, day_text, money_text, month_day_text

MOST_POINTS: Final = 30_000
"""Points of all areas before they are dissolved: a rep's page shows outlines only."""
TOWNS_SHOWN: Final = 12
"""Areas of the territory that are named on the map, those with most potential."""
COURSE_DEGREES: Final = 0.0001
"""How far the drawn course of a tour may be from the road: about ten metres."""
AROUND: Final = 0.5
"""How far neighbours are shown, as a share of the territory's own width and height."""
_DATA: Final = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def rep_pages(book: PlanBook) -> dict[str, str]:
    """Make the page of every rep.

    Parameters
    ----------
    book
        What the run came to.

    Returns
    -------
    dict
        rep_id → HTML of a page that loads nothing and holds only that rep's accounts.
    """
    light = lighter_coverage(list(book.areas.geometry), most_points=MOST_POINTS)
    shapes = dissolved(book, list(light))
    beside = neighbours(shapes)
    return {rep_id: _rep_page(book, rep_id, shapes, beside) for rep_id in sorted(book.reps["rep_id"])}


def _rep_page(book: PlanBook, rep_id: str, shapes: Mapping[str, BaseGeometry], beside: Mapping[str, list[str]]) -> str:
    rep = rows_by(book.reps, "rep_id")[rep_id]
    own = book.accounts[book.accounts["rep_id"] == rep_id]
    visited = set(book.visits.loc[book.visits["rep_id"] == rep_id, "account_id"]) - set(own["account_id"])
    accounts = pd.concat([own, book.accounts[book.accounts["account_id"].isin(visited)]]).sort_values("account_id")
    places = {name: place for place, name in enumerate(accounts["account_id"])}
    territory = f"T-{rep_id}"
    shape = shapes.get(territory, shapely.Polygon())
    data = {
        "rep": rep["name"] or rep_id,
        "rep_id": rep_id,
        "region": rep["region"],
        "title": f"{book.name}: {plan_span(book)}",
        "travel_note": say(book.travel_note),
        "currency": book.currency,
        "home": [round(float(rep["lat"]), 5), round(float(rep["lon"]), 5)],
        "shape": packed(shape),
        "neighbours": [_neighbour(name, shapes[name], shape) for name in beside.get(territory, [])],
        "accounts": _accounts(accounts),
        "calls": _calls(book, places),
        "cycle": _cycle(book),
        "towns": _towns(book, rep_id),
        "days": _days(book, rep_id, places),
        "missed": _missed(book, rep_id, places),
    }
    from maps.offline import map_page  # noqa: PLC0415 -- `replan` changes a page and draws none

    return map_page(
        title=f"{rep['name'] or rep_id} – {say('tours')}",
        data=data,
        body="",
        styles=("page.css", "rep.css"),
        scripts=("texts.js", "page.js", "rep_ways.js", "rep_calls.js", "rep.js"),
        start="showRep",
    )


def changed_page(page: str, book: PlanBook, rep_id: str) -> str:
    """Put other tours into a rep's page; what it shows of territory, neighbours and accounts stays.

    Parameters
    ----------
    page
        The page as `rep_pages` made it.
    book
        Visits, days and what was missed of this rep.
    """
    found = _DATA.search(page)
    if found is None:
        raise ValueError("the page holds no data")
    data = json.loads(found.group(1))
    accounts = data["accounts"]
    places = {name: place for place, name in enumerate(accounts["id"])}
    drawn = {_course(day): day["line"] for day in data["days"]}
    data["days"] = _days(book, rep_id, places)
    for day in data["days"]:
        day["line"] = drawn.get(_course(day), [])
    data["missed"] = _missed(book, rep_id, places)
    for row in book.accounts.to_dict("records"):
        accounts["wanted"][places[row["account_id"]]] = int(row["visits_wanted"])
        accounts["planned"][places[row["account_id"]]] = int(row["visits_planned"])
    return page[: found.start()] + data_element(data) + page[found.end() :]


def _course(day: Mapping[str, Any]) -> tuple[Any, ...]:
    """Name what decides along which roads a day leads."""
    ends = (tuple(end["at"]) if end else None for end in (day["start"], day["end"]))
    return (day["date"], *ends, *(stop["account"] for stop in day["stops"]))


def _neighbour(name: str, shape: BaseGeometry, own: BaseGeometry) -> dict[str, Any]:
    """Cut a neighbouring territory to what can be seen from this one."""
    west, south, east, north = own.bounds
    wide, high = AROUND * (east - west), AROUND * (north - south)
    seen = shapely.clip_by_rect(shape, west - wide, south - high, east + wide, north + high)
    middle = shapely.point_on_surface(shape if seen.is_empty else seen)
    return {
        "rep_id": name.removeprefix("T-"),
        "shape": packed(seen),
        "middle": [round(middle.y, 4), round(middle.x, 4)],
    }


def _towns(book: PlanBook, rep_id: str) -> list[dict[str, Any]]:
    """Name the territory's largest areas, so that the map can be read without streets below it."""
    own = book.areas[book.areas["rep_id"] == rep_id].sort_values(["potential", "area_id"], ascending=[False, True])
    own = own.head(TOWNS_SHOWN)
    middles = shapely.point_on_surface(own.geometry.to_numpy())
    return [
        {"name": name, "at": [round(middle.y, 4), round(middle.x, 4)]}
        for name, middle in zip(own["name"], middles, strict=True)
    ]


def _accounts(accounts: pd.DataFrame) -> dict[str, Any]:
    lon, lat = packed_points(list(accounts["lon"]), list(accounts["lat"]))
    return {
        "id": list(accounts["account_id"]),
        "name": list(accounts["name"]),
        "town": list(accounts["town"]),
        "segment": list(accounts["segment"]),
        "lon": lon,
        "lat": lat,
        "open": list(accounts["opening_hours"]),
        "potential": [round(value, 1) for value in accounts["potential"]],
        "wanted": [int(value) for value in accounts["visits_wanted"]],
        "planned": [int(value) for value in accounts["visits_planned"]],
    }


def _days(book: PlanBook, rep_id: str, places: Mapping[str, int]) -> list[dict[str, Any]]:
    """List the rep's days in order, each with its stops."""
    days = book.days[book.days["rep_id"] == rep_id].sort_values("date")
    visits = book.visits[book.visits["rep_id"] == rep_id].sort_values(["date", "stop"])
    visits = visits.assign(number=visits.groupby("account_id").cumcount() + 1)
    stops: dict[str, list[dict[str, Any]]] = {}
    for visit in visits.to_dict("records"):
        stops.setdefault(visit["date"], []).append(_stop(visit, places))
    rows = []
    for day in days.to_dict("records"):
        date = dt.date.fromisoformat(day["date"])
        rows.append(
            {
                "date": day["date"],
                "week": day["week"],
                "weekday": date.weekday(),
                "label": day_text(date),
                "monday_date": (date - dt.timedelta(days=date.weekday())).isoformat(),
                "monday": month_day_text(date - dt.timedelta(days=date.weekday())),
                "dated": date_text(date),
                "leave": day["leave_home"],
                "back": day["back_home"],
                "km": day["drive_km"],
                "lunch": day["lunch_start"],
                "lunch_minutes": day["lunch_minutes"],
                "lunch_before": day["lunch_before"],
                "overtime": day["overtime_minutes"],
                "stops": stops.get(day["date"], []),
                "start": _end(day, "start"),
                "end": _end(day, "end"),
                "night": bool(day["night_away"]),
                "line": _line(book, rep_id, day["date"]),
            }
        )
    return rows


def _end(day: Mapping[Any, Any], which: str) -> dict[str, Any] | None:
    """Name a start or end that is not at home."""
    if pd.isna(day[f"{which}_lon"]):
        return None
    at = [round(float(day[f"{which}_lat"]), 5), round(float(day[f"{which}_lon"]), 5)]
    return {"name": day[f"{which}_place"], "at": at}


def _line(book: PlanBook, rep_id: str, date: str) -> list[int]:
    """Write the course of a tour in whole steps, as rings are; empty where only straight lines are known."""
    drawn = book.tour_lines.get((rep_id, date))
    if drawn is None:
        return []
    at = np.round(shapely.get_coordinates(shapely.LineString(drawn).simplify(COURSE_DEGREES)) * STEPS_PER_DEGREE)
    return [int(step) for step in np.diff(at, axis=0, prepend=np.zeros((1, 2))).ravel()]


def _stop(stop: Mapping[Any, Any], places: Mapping[str, int]) -> dict[str, Any]:
    return {
        "account": places[stop["account_id"]],
        "arrive": stop["arrive"],
        "start": stop["start"],
        "depart": stop["depart"],
        "service": stop["service_minutes"],
        "drive": stop["drive_minutes"],
        "km": stop["drive_km"],
        "number": stop["number"],
    }


def _calls(book: PlanBook, places: Mapping[str, int]) -> dict[int, dict[str, Any]]:
    """Give the call notes of the rep's accounts by their place in the page's list."""
    own = book.calls[book.calls["account_id"].isin(list(places))]
    return {
        places[str(row["account_id"])]: {
            "every": None if pd.isna(row["every_weeks"]) else float(row["every_weeks"]),
            "silent": _weeks_without(row["orders"], row["known_until"]),
            "known_until": date_text(dt.date.fromisoformat(row["known_until"])),
            "orders": [
                {
                    "date": date_text(dt.date.fromisoformat(week)),
                    "amount": money_text(amount, book.currency),
                    "category": category,
                }
                for week, amount, category in row["orders"]
            ],
            "offers": [
                {"category": category, "amount": money_text(amount, book.currency)}
                for category, amount in row["offers"]
            ],
        }
        for row in own.to_dict("records")
    }


def _weeks_without(orders: Sequence[tuple[str, float, str]], known_until: str) -> int | None:
    """Count the weeks after the newest order, up to the last one known; weeks nobody has sales of are no silence."""
    if not orders:
        return None
    return max(0, (dt.date.fromisoformat(known_until) - dt.date.fromisoformat(orders[0][0])).days // 7)


def _cycle(book: PlanBook) -> dict[str, Any]:
    """Say how long the tours of the page go on."""
    weeks = cycle_weeks(book)
    return {
        "weeks": weeks,
        "until": book.period_end.isoformat(),
        "until_text": date_text(book.period_end),
        "repeats": 0 < weeks < period_weeks(book),
    }


def _missed(book: PlanBook, rep_id: str, places: Mapping[str, int]) -> Any:  # noqa: ANN401 - plain data
    rows = book.missed[book.missed["rep_id"] == rep_id].sort_values("account_id")
    rows = rows.rename(columns={"visits_wanted": "wanted", "visits_planned": "planned"})
    rows["account"] = [places.get(account_id, -1) for account_id in rows["account_id"]]
    rows["reason"] = [say(reason) for reason in rows["reason"]]
    return plain(rows[["account", "account_id", "name", "segment", "wanted", "planned", "reason"]].to_dict("records"))
