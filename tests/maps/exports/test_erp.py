"""ERP files name each warehouse, category and week once, and are read back with the figures of the plan."""

import io

import pandas as pd
import pytest

from maps.exports.erp import erp_files
from tests.maps.builders import made_up_book, made_up_resources


def read(name: str) -> pd.DataFrame:
    """One file as a program reads it."""
    files = erp_files(made_up_book(resources=made_up_resources()))
    return pd.read_csv(io.StringIO(files[f"erp/{name}.csv"]), parse_dates=[2, 3])


def test_columns_are_those_that_are_documented():
    """Receiving systems map them once."""
    assert list(read("demand_forecast").columns) == [
        "warehouse_id", "item_category", "period_start", "period_end", "quantity", "quantity_low", "quantity_high",
        "unit", "status",
    ]  # fmt: skip
    assert list(read("stock_levels").columns) == [
        "warehouse_id", "item_category", "valid_from", "cover_until", "expected_demand", "safety_stock",
        "reorder_point", "order_up_to", "unit", "service_level",
    ]  # fmt: skip


def test_categories_with_a_price_are_counted_in_pieces():
    """300 at 12.5 each are 24; without a price it is money. A week ends on its Sunday."""
    demand = read("demand_forecast").set_index("item_category")
    assert demand["unit"].to_dict() == {"Pumps": "EA", "`${Valves}`": "EUR"}
    assert demand["quantity"].to_dict() == {"Pumps": 24.0, "`${Valves}`": 30.0}
    assert demand.loc["Pumps", ["quantity_low", "quantity_high"]].tolist() == [20.0, 28.0]
    assert demand["status"].to_dict() == {"Pumps": "sold", "`${Valves}`": "forecast"}
    assert ((demand["period_end"] - demand["period_start"]).dt.days == 6).all()


def test_order_up_to_is_expected_demand_and_safety():
    """And it is reached from the reorder point, which lies below."""
    stock = read("stock_levels")
    assert stock["order_up_to"].tolist() == pytest.approx(stock["expected_demand"] + stock["safety_stock"])
    assert stock.loc[0, ["reorder_point", "order_up_to", "service_level"]].tolist() == [56.0, 80.0, 0.95]


def test_no_cell_starts_like_a_formula():
    """A warehouse called "=Main" is text for a spreadsheet."""
    assert set(read("stock_levels")["warehouse_id"]) == {"'=Main <b>"}


def test_nothing_is_written_where_stock_was_not_asked_for():
    """There is no level to tell."""
    assert erp_files(made_up_book()) == {}
