"""Write the plan as one Excel workbook for managers: territories, accounts, visits, what did not fit, forecast."""

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd
from xlsxwriter import Workbook

from maps.book import PlanBook
from maps.languages.speaking import language, say
from maps.measures import of_reps_who_left
from maps.tables import with_account

MONEY: Final = "#,##0"
HOURS: Final = "#,##0.0"
SHARE: Final = "+0.0%;-0.0%;0.0%"
COUNT: Final = "0"
DAY: Final = "yyyy-mm-dd"
FRENCH_DAY: Final = "dd/mm/yyyy"
WIDEST: Final = 60
"""Characters of the widest column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: its rows and, per column, the heading and the number format ("" for text)."""

    title: str
    rows: Callable[[PlanBook], pd.DataFrame]
    columns: dict[str, tuple[str, str]]


def _territories(book: PlanBook) -> pd.DataFrame:
    names = book.reps.set_index("rep_id")["name"]
    return book.territories.assign(rep_name=book.territories["rep_id"].map(names)).sort_values("territory_id")


def _accounts(book: PlanBook) -> pd.DataFrame:
    return _said(book.accounts, "status").sort_values("account_id")


def _visits(book: PlanBook) -> pd.DataFrame:
    table = with_account(book, book.visits, "name", "town", "segment").sort_values(["rep_id", "date", "stop"])
    return table.assign(date=pd.to_datetime(table["date"]))


def _moved(book: PlanBook) -> pd.DataFrame:
    areas = pd.DataFrame(book.areas.drop(columns="geometry"))
    moved = (areas["current_rep_id"] != "") & (areas["current_rep_id"] != areas["rep_id"])
    left = of_reps_who_left(areas, set(book.reps["rep_id"]))
    why = (areas["current_rep_id"] + " has left: no plan can avoid it").where(left, "by this plan")
    return areas.assign(why=[say(text) for text in why])[moved].sort_values(["current_rep_id", "area_id"])


def _forecast(book: PlanBook) -> pd.DataFrame:
    return book.forecast.sort_values(["region", "category", "week"])


def _said(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Say the sentences of columns in the reader's language."""
    return table.assign(**{column: [say(str(text)) for text in table[column]] for column in columns})


SHEETS: Final = (
    Sheet(
        title="Territories",
        rows=_territories,
        columns={
            "territory_id": ("Territory", ""), "rep_id": ("Rep", ""), "rep_name": ("Name", ""),
            "region": ("Region", ""), "areas": ("Areas", COUNT), "accounts": ("Accounts", COUNT),
            "potential": ("Potential", MONEY), "potential_deviation": ("Potential against target", SHARE),
            "workload_hours": ("Workload, h per cycle", HOURS),
            "workload_deviation": ("Workload against target", SHARE),
            "routed_hours": ("Routed, h per cycle", HOURS), "drive_hours": ("Driving, h per cycle", HOURS),
            "drive_km": ("Driving, km per cycle", MONEY),
        },
    ),
    Sheet(
        title="Accounts",
        rows=_accounts,
        columns={
            "account_id": ("Account", ""), "name": ("Name", ""), "town": ("Town", ""), "segment": ("Segment", ""),
            "status": ("Status", ""), "region": ("Region", ""), "area_id": ("Area", ""), "rep_id": ("Rep", ""),
            "baseline": ("Baseline", MONEY), "headroom": ("Headroom", MONEY), "potential": ("Potential", MONEY),
            "low": ("Low", MONEY), "high": ("High", MONEY), "workload_hours": ("Workload, h per cycle", HOURS),
            "visits_wanted": ("Visits wanted", COUNT), "visits_planned": ("Visits planned", COUNT),
        },
    ),
    Sheet(
        title="Visits",
        rows=_visits,
        columns={
            "rep_id": ("Rep", ""), "week": ("Week", COUNT), "date": ("Date", DAY), "stop": ("Stop", COUNT),
            "account_id": ("Account", ""), "name": ("Name", ""), "town": ("Town", ""), "segment": ("Segment", ""),
            "arrive": ("Arrive", ""), "start": ("Start", ""), "depart": ("Leave", ""),
            "service_minutes": ("Service, min", COUNT), "drive_minutes": ("Drive before, min", COUNT),
        },
    ),
    Sheet(
        title="Not planned",
        rows=lambda book: _said(book.missed, "reason").sort_values(["rep_id", "account_id"]),
        columns={
            "rep_id": ("Rep", ""), "account_id": ("Account", ""), "name": ("Name", ""), "segment": ("Segment", ""),
            "visits_wanted": ("Visits wanted", COUNT), "visits_planned": ("Visits planned", COUNT),
            "reason": ("Why", ""),
        },
    ),
    Sheet(
        title="Changing hands",
        rows=_moved,
        columns={
            "area_id": ("Area", ""), "name": ("Name", ""), "region": ("Region", ""), "current_rep_id": ("From", ""),
            "rep_id": ("To", ""), "potential": ("Potential", MONEY), "workload_hours": ("Workload, h per cycle", HOURS),
            "why": ("Why", ""),
        },
    ),
    Sheet(
        title="Forecast",
        rows=_forecast,
        columns={
            "region": ("Region", ""), "category": ("Category", ""), "week": ("Week of", DAY),
            "p10": ("Low (P10)", MONEY),
            "p50": ("Middle (P50)", MONEY), "p90": ("High (P90)", MONEY), "model": ("Model", ""),
        },
    ),
)  # fmt: skip


def workbook_bytes(book: PlanBook) -> bytes:
    """Make the workbook; the same plan gives the same bytes, and no cell is a formula (CWE-1236)."""
    stream = io.BytesIO()
    workbook = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    moment = dt.datetime.combine(book.period_start, dt.time())
    workbook.set_properties({"title": book.name, "author": "territory-tours", "created": moment})
    for sheet in SHEETS:
        _add(workbook, sheet, sheet.rows(book))
    workbook.close()
    return stream.getvalue()


def _add(workbook: Workbook, sheet: Sheet, table: pd.DataFrame) -> None:
    """Add one sheet with a heading that stays in sight and a filter on every column."""
    page, bold = workbook.add_worksheet(say(sheet.title)), workbook.add_format({"bold": True})
    columns = {name: told for name, told in sheet.columns.items() if name in table.columns}
    for number, (name, (words, form)) in enumerate(columns.items()):
        longest = 12 if form or table.empty else int(table[name].astype(str).str.len().max())
        heading = say(words)
        shown = FRENCH_DAY if form == DAY and language() == "fr" else form
        look = workbook.add_format({"num_format": shown}) if form else None
        page.set_column(number, number, min(WIDEST, max(longest, len(heading)) + 2), look)
        page.write_string(0, number, heading, bold)
        for row, value in enumerate(table[name], start=1):
            if not form:
                page.write_string(row, number, _printable(str(value)))
            elif form == DAY:
                page.write_datetime(row, number, value, look)
            elif pd.notna(value):
                page.write_number(row, number, float(value), look)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(1, len(table)), max(0, len(columns) - 1))


def _printable(text: str) -> str:
    """Leave out control characters, which the format cannot hold."""
    return "".join(char for char in text if char in "\t\n" or ord(char) >= 0x20)
