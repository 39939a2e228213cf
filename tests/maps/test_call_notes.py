"""Notes for calls are taken from an account's own orders and from those of its peers."""

import math

import pandas as pd
import pytest

from maps.call_notes import call_notes

COLUMNS = ["account_id", "category", "week", "sales"]


def accounts(*ids: str) -> pd.DataFrame:
    """Accounts of one region and segment."""
    return pd.DataFrame({"account_id": ids, "segment": "A", "region": "North"})


def sales(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Weekly sales; categories as the checked tables have them."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(
        week=pd.to_datetime(table["week"]), account_id=table["account_id"].astype("category"),
        category=table["category"].astype("category"),
    )  # fmt: skip


def history(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Weekly sales of regions."""
    table = pd.DataFrame(rows or [("North", "2026-03-09", 1.0)], columns=["region", "week", "sales"])
    return table.assign(week=pd.to_datetime(table["week"]))


def notes(table: pd.DataFrame, *ids: str) -> dict[str, dict[str, object]]:
    """Notes by account."""
    return {row["account_id"]: row for row in call_notes(table, accounts(*ids), history()).to_dict("records")}


def test_last_orders_are_summed_by_week_and_name_the_larger_category() -> None:
    """Three at most, newest first; returns are no orders."""
    table = sales(
        ("A", "x", "2025-01-06", 10.0), ("A", "x", "2025-02-03", 30.0), ("A", "y", "2025-02-03", 50.0),
        ("A", "x", "2025-03-03", 20.0), ("A", "x", "2025-04-07", 5.0), ("A", "x", "2025-05-05", -9.0),
    )  # fmt: skip
    assert notes(table, "A")["A"]["orders"] == (
        ("2025-04-07", 5.0, "x"), ("2025-03-03", 20.0, "x"), ("2025-02-03", 80.0, "y"),
    )  # fmt: skip


def test_the_rhythm_is_the_median_gap() -> None:
    """Of gaps of 4, 4 and 5 weeks; two orders tell no rhythm."""
    weeks = ("2025-01-06", "2025-02-03", "2025-03-03", "2025-04-07")
    rows = [("A", "x", week, 1.0) for week in weeks] + [("B", "x", week, 1.0) for week in weeks[:2]]
    found = notes(sales(*rows), "A", "B")
    assert found["A"]["every_weeks"] == pytest.approx(4.0)
    assert math.isnan(found["B"]["every_weeks"])


def test_what_peers_buy_more_of_is_offered() -> None:
    """Peers in all buy 300 of x and 100 of y; A's own 100 of x would be 75 and 25 in their mix."""
    table = sales(("A", "x", "2025-01-06", 100.0), ("B", "x", "2025-01-06", 200.0), ("B", "y", "2025-01-06", 100.0))
    found = notes(table, "A", "B", "C")
    assert found["A"]["offers"] == (("y", pytest.approx(25.0)),)
    assert found["B"]["offers"] == (("x", pytest.approx(25.0)),)
    assert found["C"]["offers"] == (("x", pytest.approx(150.0)), ("y", pytest.approx(50.0)))
    assert found["C"]["orders"] == ()


def test_other_regions_are_no_peers() -> None:
    """What is bought elsewhere says nothing here."""
    table = sales(("A", "x", "2025-01-06", 100.0), ("B", "y", "2025-01-06", 100.0))
    where = accounts("A", "B").assign(region=["North", "South"])
    assert call_notes(table, where, history())["offers"].tolist() == [(), ()]


def test_sales_are_known_until_the_last_week_of_the_region() -> None:
    """Where its last week is not known, the one before; where none is, the last of all."""
    known = history(
        ("North", "2026-03-02", 1.0), ("North", "2026-03-09", 0.0), ("South", "2026-03-02", 1.0),
        ("South", "2026-03-09", math.nan), ("West", "2026-03-09", math.nan),
    )  # fmt: skip
    where = accounts("A", "B", "C").assign(region=["North", "South", "West"])
    table = sales(("A", "x", "2026-01-05", 1.0))
    assert call_notes(table, where, known)["known_until"].tolist() == ["2026-03-15", "2026-03-08", "2026-03-15"]


def test_without_sales_there_is_nothing_to_say() -> None:
    """No row, no note, no fault."""
    found = notes(sales(("A", "x", "2025-01-06", 0.0)), "A")
    assert (found["A"]["orders"], found["A"]["offers"]) == ((), ())
