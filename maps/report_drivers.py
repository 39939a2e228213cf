"""Report why the forecast differs from last year: words and a chart of contributions per region and category."""

from typing import Final

import pandas as pd

from maps.book import PlanBook
from maps.charts import contribution_bars
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, key
from maps.words import money_text

LAST_YEAR: Final = "last year"
"""The group that the others are told against."""
SMALLEST_SHARE: Final = 0.005
"""Contributions under half a percent of last year are not drawn."""


def driver_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapter about what drives the forecast; none without a week to come."""
    if book.drivers.empty:
        return []
    return [
        Chapter(
            anchor="drivers",
            title="Why the forecast differs from last year",
            how="Over the weeks to come, against the same weeks of last year. Each bar is what one thing adds or "
            "takes, in percent of sales then; together they make the whole difference. They say what the forecast "
            "rests on, not what caused sales.",
            body=join([_regions(book), _figures(book)]),
        )
    ]


def _regions(book: PlanBook) -> Markup:
    """List the total and each region over all categories."""
    rows = []
    for name, group in _groups(book.drivers[book.drivers["category"] == ""]):
        last_year = float(group.loc[group["group"] == LAST_YEAR, "contribution"].sum())
        expected = float(group["contribution"].sum())
        cells = [
            name[0] or say("All regions"),
            money_text(last_year, book.currency),
            money_text(expected, book.currency),
            say(group["words"].iloc[0]),
        ]
        rows.append(Row(cells, name[0]))
    columns = ["Region", "Same weeks last year", "Expected", "Why"]
    return table(columns, rows, numeric=(1, 2), caption="What makes the forecast of each region, over all categories")


def _figures(book: PlanBook) -> Markup:
    """Draw every region × category."""
    detail = book.drivers[(book.drivers["region"] != "") & (book.drivers["category"] != "")]
    if detail.empty:
        return Markup()
    against = detail[detail["group"] != LAST_YEAR]
    most = float(pd.to_numeric(against["share"]).abs().max())
    figures = [_figure(region, category, group, most) for (region, category), group in _groups(detail)]
    legend = key(("#1f69a3", "adds"), ("#c2410c", "takes"))
    return join([legend, tag("div", *figures, class_="charts")])


def _figure(region: str, category: str, group: pd.DataFrame, most: float) -> Markup:
    words = group["words"].iloc[0]
    shares = [
        (str(name), float(share))
        for name, share in zip(group["group"], pd.to_numeric(group["share"]), strict=True)
        if name != LAST_YEAR and abs(share) >= SMALLEST_SHARE
    ]
    chart = [contribution_bars(shares, most, title=f"{category} in {region}: {words}")] if shares else []
    return tag(
        "figure",
        tag("figcaption", f"{region} · {category}", dir="auto"),
        tag("p", words, class_="small"),
        *chart,
        data_region=region,
    )


def _groups(drivers: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """Split by region and category, sorted by name, groups in their order; "" comes first."""
    return [((str(name[0]), str(name[1])), group) for name, group in drivers.groupby(["region", "category"], sort=True)]
