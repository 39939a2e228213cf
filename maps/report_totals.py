"""Report what is expected in money, summed by region and by category; the page adds it up anew for what is chosen."""

import datetime as dt
from typing import Any, Final

import pandas as pd

from maps.book import PlanBook
from maps.charts import bar_pair
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import key
from maps.words import money_text, signed_percent_text

AMOUNTS: Final = ("expected", "sold", "before")
"""Expected in the weeks of the period, what of it is sold already, and the same weeks a year before."""
YEAR: Final = pd.Timedelta(weeks=52)


def period_mondays(book: PlanBook) -> list[dt.date]:
    """List the weeks that are forecast, in their order."""
    return [pd.Timestamp(week).date() for week in sorted(book.forecast["week"].unique())]


def weekly_amounts(book: PlanBook) -> pd.DataFrame:
    """Give the columns of `AMOUNTS` for each region, category and week of the forecast; 0 where nothing is known."""
    ahead = book.forecast[["region", "category", "week", "p50", "model"]].sort_values(["region", "category", "week"])
    past = book.history.groupby(["region", "category", "week"])["sales"].sum()
    year_ago = pd.MultiIndex.from_arrays([ahead["region"], ahead["category"], ahead["week"] - YEAR])
    expected = ahead["p50"].astype(float)
    return pd.DataFrame(
        {
            "region": ahead["region"].astype(str),
            "category": ahead["category"].astype(str),
            "week": ahead["week"],
            "expected": expected,
            "sold": expected.where(ahead["model"] == "actual", 0.0),
            "before": past.reindex(year_ago).astype(float).fillna(0.0).to_numpy(),
        }
    ).reset_index(drop=True)


def totals_data(book: PlanBook) -> dict[str, Any]:
    """Lay out the weekly amounts for the page's script: a line per region and category, in the order of the weeks."""
    if book.forecast.empty:
        return {}
    mondays = [pd.Timestamp(week) for week in period_mondays(book)]
    lines = []
    for (region, category), part in weekly_amounts(book).groupby(["region", "category"], sort=True):
        whole = part.set_index("week")[list(AMOUNTS)].reindex(mondays).fillna(0.0).round(2)
        lines.append({"region": region, "category": category, **{name: list(whole[name]) for name in AMOUNTS}})
    return {"currency": book.currency, "lines": lines}


def sums_by_side(book: PlanBook) -> Markup:
    """Show what makes the whole up by region and by category."""
    amounts = weekly_amounts(book)
    legend = key(("#a9bccd", "a year before"), ("#29587f", "expected"))
    return join([legend, _by(book, amounts, "region"), _by(book, amounts, "category")])


def whole_sum(book: PlanBook) -> Markup:
    """Show the whole as tiles."""
    amounts = weekly_amounts(book)
    whole = amounts[list(AMOUNTS)].sum()
    values = {name: money_text(float(whole[name]), book.currency) for name in AMOUNTS}
    change = signed_percent_text(whole["expected"] / whole["before"] - 1.0) if whole["before"] > 0 else "–"
    words = {
        "expected": "Expected in the period",
        "sold": "of it already sold",
        "before": "Same weeks a year before",
        "change": "Change",
    }
    tiles = [
        tag(
            "div",
            tag("dt", say(label)),
            tag("dd", {**values, "change": change}[name], class_="value", data_sum=name),
            class_="tile",
        )
        for name, label in words.items()
    ]
    return tag("dl", *tiles, class_="tiles", id="totals")


def _by(book: PlanBook, amounts: pd.DataFrame, side: str) -> Markup:
    """Sum up by one side of the forecast, `region` or `category`."""
    sums = amounts.groupby(side, sort=True)[list(AMOUNTS)].sum()
    most = float(sums[["expected", "before"]].to_numpy().max(initial=0.0))
    rows = []
    for name, row in sums.iterrows():
        change = signed_percent_text(row["expected"] / row["before"] - 1.0) if row["before"] > 0 else "–"
        cells: list[object] = [
            str(name),
            *(_amount(kind, money_text(float(row[kind]), book.currency)) for kind in ("expected", "sold", "before")),
            _amount("change", change),
            bar_pair(float(row["before"]), float(row["expected"]), most, title=f"{change} against a year before"),
        ]
        rows.append(Row(cells, **{side: str(name)}))
    head, caption = HEADS[side]
    columns = [head, "Expected in the period", "of it already sold", "Same weeks a year before", "Change", ""]
    listing = table(columns, rows, numeric=(1, 2, 3, 4), caption=caption)
    return tag("div", listing, class_="sums", data_side=side)


def _amount(kind: str, text: str) -> Markup:
    return tag("span", text, data_sum=kind)


HEADS: Final = {
    "region": ("Region", "Expected sales by region"),
    "category": ("Category", "Expected sales by category"),
}
