"""Write the plan's tables as CSV: fixed columns, fixed decimals, sorted rows, no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from maps.book import MOVED, PlanBook
from maps.cells import Format, as_day, as_id, as_text, as_whole, decimals


def with_account(book: PlanBook, table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Add columns of the accounts to rows that name an account."""
    return table.join(book.accounts.set_index("account_id")[list(columns)], on="account_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A CSV file: where its rows come from, how they are sorted and how each column is written."""

    name: str
    rows: Callable[[PlanBook], pd.DataFrame]
    order: tuple[str, ...]
    columns: dict[str, Format]

    def text(self, book: PlanBook) -> str:
        """Write the file's text."""
        table = self.rows(book).sort_values(list(self.order), kind="stable")
        written = [[form(value) for value in table[column]] for column, form in self.columns.items()]
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(zip(*written, strict=True))
        return stream.getvalue()


_MONEY: Final = decimals(2)
_HOURS: Final = decimals(3)
_KM: Final = decimals(1)
_DEGREES: Final = decimals(5)

TABLE_FILES: Final = (
    TableFile(
        name="assignment.csv",
        rows=lambda book: pd.DataFrame(book.areas[["area_id", "territory_id", "rep_id"]]),
        order=("area_id",),
        columns={"area_id": as_id, "territory_id": as_id, "rep_id": as_id},
    ),
    TableFile(
        name="visits.csv",
        rows=lambda book: with_account(book, book.visits, "name", "town"),
        order=("rep_id", "date", "stop"),
        columns={
            "rep_id": as_id, "week": as_whole, "date": as_day, "stop": as_whole, "account_id": as_id, "arrive": as_id,
            "depart": as_id, "service_minutes": as_whole, "drive_minutes": as_whole, "drive_km": _KM,
            "start": as_id, "name": as_text, "town": as_text,
        },
    ),
    TableFile(
        name="days.csv",
        rows=lambda book: book.days,
        order=("rep_id", "date"),
        columns={
            "rep_id": as_id, "week": as_whole, "date": as_day, "leave_home": as_id, "back_home": as_id,
            "stops": as_whole, "work_minutes": as_whole, "drive_minutes": as_whole, "drive_km": _KM,
            "lunch_start": as_id, "lunch_minutes": as_whole, "lunch_before": as_whole, "overtime_minutes": as_whole,
            "start_place": as_text, "end_place": as_text, "night_away": as_text,
            "start_lon": _DEGREES, "start_lat": _DEGREES, "end_lon": _DEGREES, "end_lat": _DEGREES,
        },
    ),
    TableFile(
        name="missed.csv",
        rows=lambda book: with_account(book, book.missed, "town"),
        order=("rep_id", "account_id"),
        columns={
            "account_id": as_id, "name": as_text, "rep_id": as_id, "segment": as_text, "visits_wanted": as_whole,
            "visits_planned": as_whole, "reason": as_text, "town": as_text,
        },
    ),
    TableFile(
        name="forecast.csv",
        rows=lambda book: book.forecast,
        order=("region", "category", "week"),
        columns={
            "region": as_text, "category": as_text, "week": as_day, "p10": _MONEY, "p50": _MONEY, "p90": _MONEY,
            "model": as_text,
        },
    ),
    TableFile(
        name="forecast_levels.csv",
        rows=lambda book: book.forecast_levels,
        order=("level", "region", "category", "week"),
        columns={
            "level": as_text, "region": as_text, "category": as_text, "week": as_day, "p10": _MONEY, "p50": _MONEY,
            "p90": _MONEY, "model": as_text,
        },
    ),
    TableFile(
        name="drivers.csv",
        rows=lambda book: book.drivers.assign(share=pd.to_numeric(book.drivers["share"])),
        order=("region", "category"),
        columns={
            "region": as_text, "category": as_text, "group": as_text, "contribution": _MONEY, "share": decimals(6),
            "words": as_text,
        },
    ),
    TableFile(
        name="event_effects.csv",
        rows=lambda book: book.event_effects,
        order=("kind",),
        columns={
            "kind": as_text, "weeks": as_whole, "effect": decimals(6), "low": decimals(6), "high": decimals(6),
            "counted": decimals(6), "ahead": _MONEY,
        },
    ),
    TableFile(
        name="potential.csv",
        rows=lambda book: book.accounts,
        order=("account_id",),
        columns={
            "account_id": as_id, "area_id": as_id, "region": as_text, "baseline": _MONEY, "headroom": _MONEY,
            "potential": _MONEY, "low": _MONEY, "high": _MONEY, "workload_hours": _HOURS,
        },
    ),
)  # fmt: skip
"""Every CSV file of an output folder."""

AREA_POTENTIAL_FILE: Final = TableFile(
    name="area_potential.csv",
    rows=lambda book: book.area_potential,
    order=("area_id",),
    columns={
        "area_id": as_id, "region": as_text, "accounts": as_whole, "baseline": _MONEY, "expected": _MONEY,
        "reach": _MONEY, "headroom": _MONEY, "white_space": _MONEY, "potential": _MONEY, "low": _MONEY, "high": _MONEY,
    },
)  # fmt: skip
"""Written where areas have attributes."""
MOVED_FILE: Final = TableFile(
    name="moved_by_events.csv",
    rows=lambda book: _moved_by_events(book.accounts),
    order=("area_id", "account_id"),
    columns={
        "account_id": as_id, "area_id": as_id, "region": as_text, "baseline": _MONEY, MOVED: _MONEY,
        "share": decimals(6),
    },
)  # fmt: skip
"""Written where events with a place move sales between accounts."""
HOMES_FILE: Final = TableFile(
    name="homes.csv",
    rows=lambda book: book.homes,
    order=("rep_id",),
    columns={
        "rep_id": as_id, "name": as_text, "area_id": as_id, "area": as_text, "lon": decimals(5), "lat": decimals(5),
        "chosen": as_id,
    },
)  # fmt: skip
"""Written where homes were chosen."""


def _moved_by_events(accounts: pd.DataFrame) -> pd.DataFrame:
    """Give the accounts to or from which events move sales, with the share of what they would sell without events."""
    rows = accounts[accounts[MOVED] != 0]
    usual = (rows["baseline"] - rows[MOVED]).to_numpy(np.float64)
    return rows.assign(share=rows[MOVED].to_numpy(np.float64) / np.where(usual > 0, usual, np.nan))
