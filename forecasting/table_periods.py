"""Read dates and amounts of a long table, and number the periods that its dates fall into."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.settings import InvalidForecastError

CALENDAR_UNITS = {12: "M", 4: "Q"}
"""Seasons whose periods are months or quarters; 52 are weeks, others go by the step between dates."""
WEEKS = 52
DATE_FORMS = (
    (r"\d{4}-\d{2}-\d{2}([ T].*)?", "ISO8601"),
    (r"\d{4}-\d{2}", "%Y-%m"),
    (r"\d{8}", "%Y%m%d"),
    (r"\d{6}", "%Y%m"),
    (r"\d{4}", "%Y"),
)
"""What a date may look like: day and month first or last cannot be told apart, so only forms that begin with the year
are read."""
QUARTER = r"(\d{4})-?\s?[Qq]([1-4])"
SHORTEST_MONTH_DAYS = 28
MOST_SHOWN = 3
MOST_PERIODS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Periods:
    """Periods without a gap from the first date to the last."""

    number: NDArray[np.int64]
    """Period of each row. Shape (rows,)."""
    starts: NDArray[np.datetime64]
    """First moment of each period: days, seconds where periods are shorter. Shape (periods,)."""


def dates_of(column: pd.Series) -> tuple[pd.Series, list[str]]:
    """Read dates, as `YYYY-MM-DD` (a time may follow), `YYYY-MM`, `YYYYMM`, `YYYYMMDD`, `YYYY` or `YYYYQn`.

    Returns
    -------
    Moments without time zone, and what is wrong: rows counted as lines of a file with a head.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        read = column.dt.tz_localize(None) if column.dt.tz is not None else column
        return read, _faults(column, read.isna(), "no date")
    text = column.astype("string").str.strip().str.replace(r"\.0$", "", regex=True)
    read = pd.Series(pd.NaT, index=column.index, dtype="datetime64[ns]")
    for form, reading in DATE_FORMS:
        rows = text.str.fullmatch(form).fillna(value=False).astype(bool)
        plain = text[rows].str.replace(r"(Z|[+-]\d{2}:?\d{2})$", "", regex=True) if reading == "ISO8601" else text[rows]
        read[rows] = pd.to_datetime(plain, format=reading, errors="coerce").to_numpy()
    parts = text.str.extract(f"^{QUARTER}$")
    rows = parts[0].notna()
    read[rows] = [
        pd.Timestamp(int(year), 3 * int(quarter) - 2, 1) for year, quarter in parts[rows].itertuples(index=False)
    ]
    return read, _faults(column, read.isna(), "not a date; write YYYY-MM-DD, YYYY-MM or YYYYQn")


def amounts_of(column: pd.Series) -> tuple[pd.Series, list[str]]:
    """Read amounts; empty cells are unknown (NaN). Give them, and what is wrong."""
    read = pd.to_numeric(column, errors="coerce").astype("float64")
    text = column.notna() & (column.astype("string").str.strip() != "").fillna(value=False).astype(bool)
    wrong = (text & read.isna()) | np.isinf(read)
    return read, _faults(column, wrong, "not a number; write 1234.5")


def number_periods(dates: pd.Series, season: int) -> Periods:
    """Count the periods of dates: months for a season of 12, quarters for 4, weeks for 52, else by the step in between.

    Raises
    ------
    InvalidForecastError
        Dates lie at no even step, or so far apart that there would be 100,000 periods.
    """
    moments = dates.to_numpy().astype("datetime64[s]")
    distinct = np.unique(moments)
    if season in CALENDAR_UNITS:
        months = moments.astype("datetime64[M]").astype(np.int64)
        return _of_months(months, 3 if CALENDAR_UNITS[season] == "Q" else 1)
    if season == WEEKS:
        days = moments.astype("datetime64[D]").astype(np.int64)
        return _of_steps(days, 7, "D")
    step = int(np.gcd.reduce(np.diff(distinct).astype(np.int64))) if len(distinct) > 1 else 86_400
    usual = int(np.median(np.diff(distinct).astype(np.int64))) if len(distinct) > 1 else step
    if usual >= SHORTEST_MONTH_DAYS * 86_400:
        months = moments.astype("datetime64[M]").astype(np.int64)
        between = np.diff(np.unique(months))
        return _of_months(months, int(np.gcd.reduce(between)) if len(between) else 1)
    if step % 86_400:
        return _of_steps(moments.astype(np.int64), step, "s")
    return _of_steps(moments.astype("datetime64[D]").astype(np.int64), step // 86_400, "D")


def _of_months(months: NDArray[np.int64], width: int) -> Periods:
    """Count periods of so many months; quarters begin in January, April, July and October."""
    number = months // width
    first = int(number.min())
    starts = np.arange(first, _last(number) + 1) * width
    return Periods(number=number - first, starts=starts.astype("datetime64[M]").astype("datetime64[D]"))


def _of_steps(moments: NDArray[np.int64], step: int, unit: str) -> Periods:
    """Count periods of so many days or seconds, counted from the first moment."""
    first = int(moments.min())
    number = (moments - first) // step
    starts = first + step * np.arange(_last(number) + 1)
    return Periods(number=number, starts=starts.astype(f"datetime64[{unit}]"))


def _last(number: NDArray[np.int64]) -> int:
    """Give the last number, and refuse far too many."""
    last = int(number.max())
    if last - int(number.min()) >= MOST_PERIODS:
        raise InvalidForecastError(
            f"the dates would make {last - int(number.min()) + 1:,} periods: they lie at no even step; round them to "
            "days, weeks or months"
        )
    return last


def _faults(column: pd.Series, wrong: pd.Series, why: str) -> list[str]:
    """Name the first wrong cells by line."""
    lines = np.flatnonzero(wrong.to_numpy(bool))
    if not len(lines):
        return []
    shown = "; ".join(f'line {line + 2} {column.name}: "{column.iloc[line]}"' for line in lines[:MOST_SHOWN])
    more = f" and {len(lines) - MOST_SHOWN} more" if len(lines) > MOST_SHOWN else ""
    return [f"{shown}{more}: {why}"]
