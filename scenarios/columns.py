"""Turn the values of a column into their type, and report those that have none."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.faults import Fault

EXAMPLES: Final = 5
"""Rows that a fault names; more are counted."""
NUMBER: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[-+]\d{2}:?\d{2})?)?")
YEARS: Final = (1900, 2200)


class Kind(StrEnum):
    """What the cells of a column hold."""

    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What is asked of a column."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    """Whether the file must have the column."""
    filled: bool = False
    """Whether every cell must hold something."""
    low: float = -np.inf
    high: float = np.inf
    above: bool = False
    """Whether `low` itself is too low."""
    default: float | str | None = None
    """What an empty cell means; None leaves it empty ("", NaN, NaT)."""
    parse: Callable[[str], str] | None = None
    """Checks and tidies a text; raises ValueError with a sentence."""
    repeated: bool = False
    """Whether the same texts come again and again, so that they are kept as categories."""


class CellError(ValueError):
    """A value is not what its column asks for; the text says what was expected."""


@dataclass(slots=True, kw_only=True)
class FaultList:
    """Gather what is wrong with the cells of one table."""

    file: str
    rows: NDArray[np.int64]
    """Row of each record as a spreadsheet shows it. Shape (records,)."""
    faults: list[Fault]
    refused: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    """Records (positions, ascending) that have a fault, by key."""

    def tell(self, records: NDArray[np.int64], shown: Sequence[str], key: str, expected: str) -> None:
        """Add one fault about all of `records` (positions, ascending); `shown` says what the first few hold."""
        if not len(records):
            return
        self.refused[key] = np.union1d(self.refused.get(key, records), records)
        first, *others = [int(row) for row in self.rows[records[:EXAMPLES]]]
        texts = ["" if text == shown[0] else f" {text}" for text in shown[1:]]
        named = ", ".join(f"{row}{text}" for row, text in zip(others, texts, strict=False))
        more = len(records) - EXAMPLES
        tail = (
            f" (also {'row' if len(others) == 1 else 'rows'} {named}{f' and {more:,} more rows' if more > 0 else ''})"
        )
        joint = "," if expected.startswith("expected") else ":"
        message = f"got {shown[0]}{joint} {expected}{tail if others else ''}"
        self.faults.append(Fault(file=self.file, line=first, key=key, message=message))


def convert(raw: pd.Series, column: Column, key: str, told: FaultList, *, decimal: str = ".") -> pd.Series:
    """Give a column its type.

    Parameters
    ----------
    raw
        Values as they are in the file.
    column
        What is asked of them.
    key
        The column's name in faults.
    told
        Where faults go.
    decimal
        Decimal mark of numbers written as text.

    Returns
    -------
    Text (missing ""), float64 (missing NaN) or datetime64[ns] (missing NaT); cells with faults are missing.
    """
    if column.kind in {Kind.NUMBER, Kind.WHOLE}:
        if pd.api.types.is_numeric_dtype(raw) and not pd.api.types.is_bool_dtype(raw):
            numbers = raw.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
            missing = np.isnan(numbers)
        else:
            codes, values = _by_value(raw, lambda value: parse_number(value, decimal), key, told)
            numbers = np.append(np.array(values, dtype=np.float64), np.nan)[codes]
            missing = codes == -1
        _check_numbers(numbers, column, key, told)
        if column.default is not None:
            numbers[missing] = float(column.default)
        made = pd.Series(numbers)
    elif column.kind is Kind.DATE:
        codes, values = _by_value(raw, parse_date, key, told)
        dates = np.append(np.array(values, dtype="datetime64[ns]"), np.datetime64("NaT"))
        missing, made = codes == -1, pd.Series(dates[codes])
    else:
        codes, texts = _by_value(raw, lambda value: _parse_text(value, column), key, told)
        missing = codes == -1
        known = sorted({text for text in texts if text is not None})
        place = {text: number for number, text in enumerate(known)}
        places = np.array([place.get(text, -1) for text in texts] + [-1], dtype=np.int64)[codes]
        if column.repeated:
            made = pd.Series(pd.Categorical.from_codes(places, categories=pd.Index(known, dtype=str)))
        else:
            empty = "" if column.default is None else str(column.default)
            made = pd.Series(np.array([*known, empty], dtype=object)[places], dtype=str)
    if column.filled and missing.any():
        records = np.flatnonzero(missing)
        told.tell(records, ["an empty cell"] * EXAMPLES, key, f"expected {_wanted(column)} in every row")
    return made


def parse_number(value: object, decimal: str) -> float:
    """Read a number, written with `decimal` as its mark and no other."""
    if isinstance(value, str) and decimal == "." and NUMBER.fullmatch(value):
        return float(value)
    if isinstance(value, bool | dt.date):
        raise CellError("expected a number")
    if isinstance(value, int | float | np.number):
        return float(value)
    text = str(value).strip()
    if NUMBER.fullmatch(text.replace(decimal, ".", 1) if decimal not in ".eE" and "." not in text else text):
        if decimal != "." and "." in text:
            raise CellError(
                f'expected a number with "{decimal}" as decimal mark; is the mark "."? then write decimal: "."'
            )
        return float(text.replace(decimal, "."))
    if decimal == "." and NUMBER.fullmatch(text.replace(",", ".", 1)):
        raise CellError('expected a number with "." as decimal mark; is the mark ","? then write decimal: ","')
    if NUMBER.fullmatch(re.sub(r"[\s'’.,]", "", text)):
        raise CellError("expected a number without marks between the thousands")
    raise CellError("expected a number")


def parse_date(value: object) -> np.datetime64:
    """Read a date written year-month-day, or the date of a spreadsheet."""
    if isinstance(value, np.datetime64 | dt.date):
        stamp = pd.Timestamp(value)
        date = dt.date(stamp.year, stamp.month, stamp.day)
    elif isinstance(value, str) and (match := DATE.fullmatch(value.strip())):
        try:
            date = dt.date.fromisoformat(match[1])
        except ValueError as error:
            raise CellError("expected a date such as 2026-01-31; there is no such day") from error
    elif isinstance(value, str) and re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}.*", value.strip()):
        raise CellError("expected a date such as 2026-01-31, since day and month cannot be told apart here")
    elif isinstance(value, int | float | np.number):
        raise CellError("expected a date such as 2026-01-31; format the cells as dates")
    else:
        raise CellError("expected a date such as 2026-01-31")
    if not YEARS[0] <= date.year <= YEARS[1]:
        raise CellError(f"expected a date between {YEARS[0]} and {YEARS[1]}")
    return np.datetime64(date, "ns")


def text_of(value: object) -> str:
    """Write a value as text; whole numbers without decimals, as ids that went through a spreadsheet need it."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value).strip()


def _parse_text(value: object, column: Column) -> str:
    if column.kind is Kind.ID and isinstance(value, float | np.floating) and not float(value).is_integer():
        raise CellError("expected an id: text or a whole number")
    text = text_of(value)
    if column.parse is None:
        return text
    try:
        return column.parse(text)
    except CellError:
        raise
    except ValueError as error:
        raise CellError(str(error)) from error


def _by_value(
    raw: pd.Series, parse: Callable[[Any], Any], key: str, told: FaultList
) -> tuple[NDArray[np.int64], list[Any]]:
    """Parse every distinct value once.

    Returns
    -------
    Per record the position of its value, -1 for a missing one, shape (records,); and the parsed values, None for those
    with a fault.
    """
    codes, distinct = pd.factorize(raw)
    values: list[Any] = []
    wrong: dict[str, list[int]] = {}
    blank: list[int] = []
    originals = list(distinct)
    for number, value in enumerate(originals):
        if isinstance(value, str) and not value.strip():
            blank.append(number)
            values.append(None)
            continue
        try:
            values.append(parse(value))
        except CellError as error:
            wrong.setdefault(str(error), []).append(number)
            values.append(None)
    if blank:
        codes = np.where(np.isin(codes, blank), -1, codes)
    for expected, numbers in wrong.items():
        records = np.flatnonzero(np.isin(codes, numbers))
        shown = [_quoted(originals[codes[record]]) for record in records[:EXAMPLES]]
        told.tell(records, shown, key, expected)
    return codes.astype(np.int64), values


def _quoted(value: object) -> str:
    text = text_of(value)
    return f'"{text if len(text) <= 40 else text[:37] + "…"}"' if isinstance(value, str) else text


def _check_numbers(numbers: NDArray[np.float64], column: Column, key: str, told: FaultList) -> None:
    too_low = numbers <= column.low if column.above else numbers < column.low
    wrong = too_low | (numbers > column.high) | np.isinf(numbers)
    broken = np.zeros(len(numbers), dtype=bool)
    if column.kind is Kind.WHOLE:
        broken = ~wrong & ~np.isnan(numbers) & (numbers != np.round(numbers))
    for mask in (wrong, broken):
        records = np.flatnonzero(mask)
        told.tell(
            records, [f"{numbers[record]:.10g}" for record in records[:EXAMPLES]], key, f"expected {_wanted(column)}"
        )
    numbers[wrong | broken] = np.nan


def _wanted(column: Column) -> str:
    what = {Kind.ID: "an id", Kind.TEXT: "text"}.get(column.kind, f"a {column.kind}")
    if np.isfinite(column.low) and np.isfinite(column.high):
        words = ("above", "and at most") if column.above else ("from", "to")
        return f"{what} {words[0]} {column.low:g} {words[1]} {column.high:g}"
    if np.isfinite(column.low):
        return f"{what} {'above' if column.above else 'of at least'} {column.low:g}"
    return what
