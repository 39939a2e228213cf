"""Read opening hours and working days written as text.

Opening hours are a subset of OpenStreetMap's `opening_hours`: rules parted by ";", each with days ("mo", "mo-fr",
"mo,we,fr", "mo-th,sa"; none for every day) and times ("09:00-12:00,14:00-18:00", or "closed"); "24/7" is always open.
A later rule replaces what an earlier one said of the same day. No dates, seasons, public holidays or spans over
midnight.
"""

import re
from itertools import pairwise
from typing import Final, TypeAlias

from scenarios.schema import Weekday
from scenarios.suggest import did_you_mean

DAYS: Final = tuple(day.value for day in Weekday)
DAY_NUMBERS: Final = {**{day[:2]: n for n, day in enumerate(DAYS)}, **{day: n for n, day in enumerate(DAYS)}}
EXAMPLE: Final = '"mo-fr 09:00-12:00,14:00-18:00; sa 09:00-12:00"'
SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
RULE: Final = re.compile(r"(?:(?P<days>[a-z][a-z,\s-]*)\s)?\s*(?P<times>closed|off|\d.*)")

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Open from, until; minutes after midnight, ascending, not touching each other."""


def parse_opening_hours(text: str) -> tuple[Spans, ...]:
    """Read opening hours.

    Parameters
    ----------
    text
        Such as "mo-fr 09:00-12:00,14:00-18:00; sa 09:00-12:00".

    Returns
    -------
    The spans of each day, Monday first. Shape (7,).

    Raises
    ------
    ValueError
        With a sentence for the person who wrote the text.

    Examples
    --------
    >>> parse_opening_hours("mo-th,sa 08:00-12:00; th closed")[2:6]
    (((480, 720),), (), (), ((480, 720),))
    """
    week: list[Spans] = [()] * 7
    if text.strip() == "24/7":
        return (((0, 1440),),) * 7
    rules = [rule.strip() for rule in text.lower().split(";") if rule.strip()]
    if not rules:
        raise ValueError(f"no opening hours, expected something like {EXAMPLE}")
    for rule in rules:
        match = RULE.fullmatch(rule)
        if match is None:
            raise ValueError(f'"{rule}" gives no days with times, expected something like {EXAMPLE}')
        spans = () if match["times"] in {"closed", "off"} else _spans(match["times"])
        for day in _days(match["days"] or "mo-su"):
            week[day] = spans
    return tuple(week)


def parse_working_days(text: str) -> tuple[Weekday, ...]:
    """Read the days on which a rep works, such as "mon tue thu" or "mon-thu"; none for no text.

    Raises
    ------
    ValueError
        With a sentence for the person who wrote the text.
    """
    days = (
        _days(re.sub(r"[\s,;/]+", ",", re.sub(r"\s*-\s*", "-", text.strip().lower())).strip(","))
        if text.strip()
        else []
    )
    return tuple(Weekday(DAYS[day]) for day in sorted(set(days)))


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        names = [name.strip() for name in part.split("-")]
        for name in names:
            if name not in DAY_NUMBERS:
                raise ValueError(
                    f'"{name}" is no day of the week, expected {", ".join(DAYS)}{did_you_mean(name, DAYS)}'
                )
        if len(names) > 2:
            raise ValueError(f'"{part.strip()}" is no span of days, expected something like "mon-fri"')
        first, last = DAY_NUMBERS[names[0]], DAY_NUMBERS[names[-1]]
        days += [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]
    return days


def _spans(text: str) -> Spans:
    spans = []
    for part in text.split(","):
        match = SPAN.fullmatch(part.strip())
        if match is None:
            raise ValueError(f'"{part.strip()}" is no span of times, expected something like "09:00-12:00"')
        from_hour, from_minute, until_hour, until_minute = (int(group) for group in match.groups())
        start, until = from_hour * 60 + from_minute, until_hour * 60 + until_minute
        if from_minute > 59 or until_minute > 59 or until > 1440:
            raise ValueError(f'"{part.strip()}" holds a time that no clock shows, expected 00:00 to 24:00')
        if until <= start:
            raise ValueError(f'"{part.strip()}" ends before it starts; write spans over midnight as two')
        spans.append((start, until))
    spans.sort()
    for (_, before), (start, _) in pairwise(spans):
        if start < before:
            raise ValueError(f'the times "{text}" overlap')
    return tuple(spans)
