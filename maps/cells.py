"""Write values as cells of a table: fixed decimals, ids as they are, nothing that a spreadsheet would run."""

import math
from collections.abc import Callable
from typing import Any, Final

import pandas as pd

Format = Callable[[Any], str]

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(value: object) -> str:
    """Write a name or sentence; what a spreadsheet would take for a formula gets an apostrophe in front (CWE-1236)."""
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def as_id(value: object) -> str:
    """Write an id as it is: it must be found again in the firm's own systems."""
    return str(value)


def as_whole(value: float) -> str:
    """Write a whole number; empty when missing."""
    return "" if pd.isna(value) else str(round(float(value)))


def as_day(value: str | pd.Timestamp) -> str:
    """Write a date as YYYY-MM-DD."""
    return value if isinstance(value, str) else pd.Timestamp(value).strftime("%Y-%m-%d")


def decimals(digits: int) -> Format:
    """Make a format with a fixed number of decimals, empty for a missing number, never a negative zero."""

    def write(value: float) -> str:
        number = float(value)
        return f"{round(number, digits) + 0.0:.{digits}f}" if math.isfinite(number) else ""

    return write
