"""Numbers, shares, durations and dates read as people write them."""

import datetime as dt
import math

import pytest

from maps import words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.001, "0.00"), (1.234, "1.23"), (12.34, "12.3"), (1234567.8, "1\u202f234\u202f568"), (-5, "−5")],
)
def test_numbers(value: float, text: str) -> None:
    """Fewer decimals for larger numbers, no negative zero."""
    assert words.number_text(value) == text


@pytest.mark.parametrize(("share", "text"), [(0.031, "+3.1 %"), (-0.031, "−3.1 %"), (0.0, "0.0 %"), (math.nan, "–")])
def test_deviations(share: float, text: str) -> None:
    """A deviation shows its sign."""
    assert words.signed_percent_text(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(940, "940 EUR"), (82_400, "82.4 k EUR"), (1_240_000, "1.24 M EUR"), (2e9, "2.00 bn EUR")]
)
def test_money(value: float, text: str) -> None:
    """Three digits say enough."""
    assert words.money_text(value, "EUR") == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4 s"), (59.7, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")]
)
def test_durations(seconds: float, text: str) -> None:
    """Minutes and hours from where they are easier to read."""
    assert words.duration_text(seconds) == text


def test_days_and_minutes() -> None:
    """Dates are short; hours have two digits of minutes."""
    assert words.day_text(dt.date(2026, 1, 5)) == "Mon 5 Jan"
    assert words.minutes_text(425) == "7 h 05"
