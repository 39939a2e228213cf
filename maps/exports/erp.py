"""Write demand and stock levels by warehouse, item category and week in a plain form that an ERP imports."""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from maps.book import PlanBook
from maps.cells import Format, as_day, as_id, as_text, decimals

PIECE: Final = "EA"
"""Unit of quantities where a category's price is known ("each", UN/CEFACT Recommendation 20); else the currency."""
_LAST_DAY: Final = pd.Timedelta(days=6)
_QUANTITY: Final = decimals(3)

DEMAND_COLUMNS: Final[dict[str, Format]] = {
    "warehouse_id": as_text, "item_category": as_text, "period_start": as_day, "period_end": as_day,
    "quantity": _QUANTITY, "quantity_low": _QUANTITY, "quantity_high": _QUANTITY, "unit": as_id, "status": as_id,
}  # fmt: skip
STOCK_COLUMNS: Final[dict[str, Format]] = {
    "warehouse_id": as_text, "item_category": as_text, "valid_from": as_day, "cover_until": as_day,
    "expected_demand": _QUANTITY, "safety_stock": _QUANTITY, "reorder_point": _QUANTITY, "order_up_to": _QUANTITY,
    "unit": as_id, "service_level": decimals(4),
}  # fmt: skip


def erp_files(book: PlanBook) -> dict[str, str]:
    """Make the files: name → text; none where stock was not asked for.

    Rows are sorted by warehouse, category and week. Quantities are pieces where the scenario names a category's price,
    else money at sales prices; `unit` says which.
    """
    tables = book.resources.tables
    if "stock" not in tables or "demand" not in tables:
        return {}
    return {
        "erp/demand_forecast.csv": _text(_demand(tables["demand"], book.currency), DEMAND_COLUMNS),
        "erp/stock_levels.csv": _text(_stock(tables["stock"], book.currency), STOCK_COLUMNS),
    }


def _demand(demand: pd.DataFrame, currency: str) -> pd.DataFrame:
    """One record a week: P50, with P10 and P90 as its low and high; weeks that are sold already say so."""
    week = pd.to_datetime(demand["week"])
    return pd.DataFrame(
        {
            "warehouse_id": demand["warehouse"],
            "item_category": demand["category"],
            "period_start": week,
            "period_end": week + _LAST_DAY,
            **_quantities(demand, {"quantity": "p50", "quantity_low": "p10", "quantity_high": "p90"}),
            "unit": _unit(demand, currency),
            "status": demand["sold"].map({True: "sold", False: "forecast"}),
        }
    )


def _stock(stock: pd.DataFrame, currency: str) -> pd.DataFrame:
    """One record a week: levels of stock on hand and on order that hold from its Monday."""
    names = {
        "expected_demand": "expected",
        "safety_stock": "safety",
        "reorder_point": "reorder",
        "order_up_to": "stock",
    }
    return pd.DataFrame(
        {
            "warehouse_id": stock["warehouse"],
            "item_category": stock["category"],
            "valid_from": stock["week"],
            "cover_until": pd.to_datetime(stock["cover_until"]) + _LAST_DAY,
            **_quantities(stock, names),
            "unit": _unit(stock, currency),
            "service_level": stock["service_level"],
        }
    )


def _quantities(table: pd.DataFrame, names: Mapping[str, str]) -> dict[str, pd.Series]:
    price = table["unit_price"].astype(float).fillna(1.0)
    return {name: table[column].astype(float) / price for name, column in names.items()}


def _unit(table: pd.DataFrame, currency: str) -> pd.Series:
    return table["unit_price"].notna().map({True: PIECE, False: currency})


def _text(table: pd.DataFrame, columns: Mapping[str, Callable[[Any], str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in table.sort_values(list(columns)[:3], kind="stable").to_dict("records"):
        writer.writerow([form(row[name]) for name, form in columns.items()])
    return stream.getvalue()
