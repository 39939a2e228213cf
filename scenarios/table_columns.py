"""List what is asked of the columns of each table."""

from dataclasses import replace
from typing import Final

from scenarios.columns import Column, Kind
from scenarios.opening import parse_opening_hours, parse_working_days
from scenarios.suggest import did_you_mean

NEVER: Final = "never"
"""Of a rep who sleeps at home always."""


def _opening(text: str) -> str:
    parse_opening_hours(text)
    return text


def _working_days(text: str) -> str:
    return " ".join(parse_working_days(text))


def _nights_away(text: str) -> str:
    return NEVER if text.strip().lower() == NEVER else " ".join(parse_working_days(text))


def _status(text: str) -> str:
    states = ("customer", "prospect")
    if text.lower() not in states:
        raise ValueError(f"expected customer or prospect{did_you_mean(text, states)}")
    return text.lower()


def _yes_no(text: str) -> str:
    answers = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}
    if text.lower() not in answers:
        raise ValueError("expected true or false, or an empty cell where it is not known")
    return answers[text.lower()]


def _id(name: str) -> Column:
    return Column(name=name, kind=Kind.ID, required=True, filled=True)


def _position(*, required: bool, filled: bool) -> tuple[Column, Column]:
    return (
        Column(name="lon", kind=Kind.NUMBER, required=required, filled=filled, low=-180, high=180),
        Column(name="lat", kind=Kind.NUMBER, required=required, filled=filled, low=-90, high=90),
    )


def _elsewhere(name: str) -> tuple[Column, Column]:
    lon, lat = _position(required=False, filled=False)
    return replace(lon, name=f"{name}_lon"), replace(lat, name=f"{name}_lat")


def _reps(*, with_homes: bool) -> tuple[Column, ...]:
    return (
        _id("rep_id"),
        Column(name="name", required=True),
        *_position(required=with_homes, filled=with_homes),
        Column(name="hours_per_week", kind=Kind.NUMBER, low=0, above=True, high=100),
        Column(name="region"),
        Column(name="working_days", parse=_working_days),
        Column(name="nights_away", parse=_nights_away),
        *_elsewhere("start"),
        *_elsewhere("end"),
        Column(name="target_share", kind=Kind.NUMBER, low=0, above=True, high=10),
    )


AREA_TEXTS: Final = (
    Column(name="name"),
    Column(name="district", kind=Kind.ID),
    Column(name="region"),
    Column(name="population", kind=Kind.NUMBER, low=0),
    Column(name="group", kind=Kind.ID),
)

TABLE_COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "data.accounts": (
        _id("account_id"),
        Column(name="name", required=True),
        *_position(required=True, filled=False),
        Column(name="town"),
        Column(name="district", kind=Kind.ID),
        Column(name="region"),
        Column(name="segment"),
        Column(name="status", default="customer", parse=_status),
        Column(name="first_sale", kind=Kind.DATE),
        Column(name="last_visit", kind=Kind.DATE),
        Column(name="opening_hours", parse=_opening),
        Column(name="visits", kind=Kind.WHOLE, low=0, high=60),
        Column(name="service_minutes", kind=Kind.WHOLE, low=1, high=600),
        Column(name="must", parse=_yes_no),
        Column(name="value", kind=Kind.WHOLE, low=1, high=10_000),
        Column(name="position_quality"),
        Column(name="group", kind=Kind.ID),
        Column(name="site", kind=Kind.ID),
    ),
    "data.sales": (
        Column(name="account_id", kind=Kind.ID, required=True, filled=True, repeated=True),
        Column(name="category", required=True, filled=True, repeated=True),
        Column(name="week", kind=Kind.DATE, required=True, filled=True),
        Column(name="sales", kind=Kind.NUMBER, required=True, filled=True),
    ),
    "data.reps": _reps(with_homes=True),
    "reps without homes": _reps(with_homes=False),
    "polygons": (_id("area_id"), *AREA_TEXTS, Column(name="geometry", required=True)),
    "towns": (_id("area_id"), AREA_TEXTS[0], *_position(required=True, filled=True), *AREA_TEXTS[1:]),
    "data.areas.outline": (Column(name="geometry", required=True),),
    "data.regions": (
        _id("district"),
        Column(name="region", required=True, filled=True),
        Column(name="valid_from", kind=Kind.DATE),
        Column(name="school_zone"),
        Column(name="subdivision"),
    ),
    "data.categories": (
        Column(name="category", required=True, filled=True),
        Column(name="becomes", required=True, filled=True),
        Column(name="valid_from", kind=Kind.DATE),
        Column(name="share", kind=Kind.NUMBER, low=0, above=True, high=1, default=1.0),
    ),
    "data.series": (
        Column(name="series", required=True, filled=True),
        Column(name="week", kind=Kind.DATE, required=True, filled=True),
        Column(name="value", kind=Kind.NUMBER, required=True, filled=True),
        Column(name="region"),
        Column(name="category"),
    ),
    "data.events": (
        _id("event_id"),
        Column(name="kind", required=True, filled=True),
        Column(name="start", kind=Kind.DATE, required=True, filled=True),
        Column(name="end", kind=Kind.DATE, required=True, filled=True),
        Column(name="region"),
        Column(name="category"),
        Column(name="name"),
        Column(name="announced", parse=_yes_no),
        *_position(required=False, filled=False),
        Column(name="reach_km", kind=Kind.NUMBER, low=0, above=True, high=20_000),
    ),
    "data.last_visits": (_id("account_id"), Column(name="date", kind=Kind.DATE, required=True, filled=True)),
    "data.current_alignment": (
        _id("rep_id"),
        Column(name="area_id", kind=Kind.ID, filled=True),
        Column(name="district", kind=Kind.ID, filled=True),
        Column(name="account_id", kind=Kind.ID, filled=True),
    ),
}
"""Columns by the key of the table; `polygons` and `towns` are the two forms of `data.areas.source`;
`reps without homes` is `data.reps` where homes are chosen."""
ALIGNED: Final = ("area_id", "district", "account_id")
"""What the current alignment may give to a rep; exactly one of them."""
EXTRA_NAMES: Final = {"data.sales": ("units",)}
"""Names that a mapping may hold although nothing reads them yet."""
