"""Put numbers, shares, durations and dates into the words that people read."""

import datetime as dt
import math
from typing import Final

from maps.languages.speaking import POINTS, Language, language

THIN_SPACE: Final = "\u202f"
"""Stands between the thousands (a narrow no-break space: ISO 80000-1 knows no comma there)."""
WEEKDAYS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
}
MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}
SIZES: Final[dict[Language, tuple[tuple[float, str], ...]]] = {
    "en": ((1e9, " bn"), (1e6, " M"), (1e3, " k")),
    "fr": ((1e9, " Md"), (1e6, " M"), (1e3, " k")),
}
"""Letters that stand for thousands and more."""
SIGNS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}
"""Of currencies, for readers who write them after the amount."""
MISSING: Final = "–"
"""What stands where there is no number."""


def number_text(value: float, decimals: int | None = None) -> str:
    """Write a number with spaces between the thousands.

    Parameters
    ----------
    decimals
        Digits after the point; by default 0 from 100 on, 1 from 10 on, 2 below.
    """
    if not math.isfinite(value):
        return MISSING
    if decimals is None:
        decimals = 0 if abs(value) >= 99.95 or float(value).is_integer() else 1 if abs(value) >= 9.995 else 2
    text = f"{value:,.{decimals}f}".replace(",", THIN_SPACE)
    text = text.removeprefix("-") if float(text.replace(THIN_SPACE, "")) == 0.0 else text.replace("-", "−")
    return text.replace(".", POINTS[language()])


def percent_text(share: float, decimals: int = 1) -> str:
    """Write a share as percent: 0.031 is `3.1 %`."""
    return MISSING if not math.isfinite(share) else f"{number_text(100.0 * share, decimals)} %"


def signed_percent_text(share: float, decimals: int = 1) -> str:
    """Write a deviation as percent with its sign: `+3.1 %`, `−3.1 %`."""
    text = percent_text(share, decimals)
    return text if text == MISSING or text.startswith("−") or not text.strip("0., %") else f"+{text}"


def money_text(value: float, currency: str) -> str:
    """Write an amount of money short enough for a label: `1.24 M EUR`, `82 k EUR`, `940 EUR`; `1,24 M€` in French."""
    if not math.isfinite(value):
        return MISSING
    sign = currency_text(currency)
    for size, letter in SIZES[language()]:
        if abs(value) >= 0.9995 * size:
            scaled = value / size
            digits = 0 if abs(scaled) >= 99.5 else 1 if abs(scaled) >= 9.95 else 2
            return f"{number_text(scaled, digits)}{letter}{' ' if sign == currency else ''}{sign}"
    return f"{number_text(value, 0)} {sign}"


def currency_text(currency: str) -> str:
    """Write a currency as readers do: its ISO code, or its sign in French."""
    return currency if language() == "en" else SIGNS.get(currency, currency)


def duration_text(seconds: float) -> str:
    """Write seconds as `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{number_text(seconds, 1)} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def minutes_text(minutes: float) -> str:
    """Write minutes as `45 min` or `7 h 05`."""
    whole = round(minutes)
    return f"{whole} min" if whole < 60 else f"{whole // 60} h {whole % 60:02d}"


def day_text(day: dt.date) -> str:
    """Write a date as `Mon 5 Jan`, `lun. 5 janv.`."""
    return f"{WEEKDAYS[language()][day.weekday()]} {month_day_text(day)}"


def month_text(month: int) -> str:
    """Write a month, from 1, as `Jan`, `janv.`."""
    return MONTHS[language()][month - 1]


def month_day_text(day: dt.date, *, with_month: bool = True) -> str:
    """Write a date as `5 Jan`, or the day of the month alone; the first is `1er` in French."""
    number = "1er" if day.day == 1 and language() == "fr" else str(day.day)
    return f"{number} {month_text(day.month)}" if with_month else number


def date_text(day: dt.date) -> str:
    """Write a date as `5 Jan 2026`."""
    return f"{month_day_text(day)} {day.year}"
