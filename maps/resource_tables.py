"""Write stock, budget, rep time, risks and account scores as CSV."""

import csv
import io
from dataclasses import dataclass
from typing import Final

from maps.cells import Format, as_day, as_id, as_text, as_whole, decimals
from maps.resources import Resources

_MONEY: Final = decimals(2)
_HOURS: Final = decimals(3)
_SHARE: Final = decimals(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFile:
    """A CSV file of a part that a scenario may ask for."""

    name: str
    table: str
    """Of `Resources.tables`."""
    what: str
    """For the list of files."""
    columns: dict[str, Format]


RESOURCE_FILES: Final = (
    ResourceFile(
        name="stock.csv",
        table="stock",
        what="stock by warehouse, category and week",
        columns={
            "warehouse": as_text, "category": as_text, "week": as_day, "cover_until": as_day, "expected": _MONEY,
            "safety": _MONEY, "stock": _MONEY,
        },
    ),
    ResourceFile(
        name="budget.csv",
        table="budget",
        what="shares of the marketing budget by region",
        columns={
            "region": as_text, "expected": _MONEY, "winnable": _MONEY, "spend": _MONEY, "gain": _MONEY,
            "return": _SHARE, "next_return": _SHARE, "by_sales": _MONEY, "gain_by_sales": _MONEY,
        },
    ),
    ResourceFile(
        name="rep_time.csv",
        table="rep_time",
        what="rep hours by area and segment, today and as they would bring most",
        columns={
            "area_id": as_id, "region": as_text, "segment": as_text, "accounts": as_whole, "hours": _HOURS,
            "potential": _MONEY, "suggested_hours": _HOURS,
        },
    ),
    ResourceFile(
        name="risks.csv",
        table="risks",
        what="risks and opportunities with size and reason",
        columns={
            "kind": as_text, "region": as_text, "account_id": as_id, "name": as_text, "size": _MONEY,
            "probability": _SHARE, "reason": as_text,
        },
    ),
    ResourceFile(
        name="account_scores.csv",
        table="account_scores",
        what="how likely customers are to leave and prospects to buy",
        columns={
            "account_id": as_id, "kind": as_text, "probability": _SHARE, "silent_weeks": as_whole,
            "usual_gap": decimals(1), "trend": _SHARE,
        },
    ),
    ResourceFile(
        name="score_tests.csv",
        table="score_tests",
        what="how good such scores were in the past",
        columns={
            "kind": as_text, "origin": as_day, "accounts": as_whole, "happened": as_whole, "expected": decimals(1),
            "brier": decimals(6), "brier_base": decimals(6), "auc": _SHARE,
        },
    ),
)  # fmt: skip
"""Every file of `Resources`; rows are in the order of the tables."""


def resource_files(resources: Resources) -> dict[str, str]:
    """Write the files of the parts that were made; name → text."""
    texts = {}
    for file in RESOURCE_FILES:
        if file.table in resources.tables:
            stream = io.StringIO()
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(file.columns)
            for row in resources.tables[file.table].to_dict("records"):
                writer.writerow([form(row[name]) for name, form in file.columns.items()])
            texts[file.name] = stream.getvalue()
    return texts
