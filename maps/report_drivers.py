"""Report why the forecast differs from last year: words and a chart of contributions per region and category."""

import math
from typing import Final

import pandas as pd

from maps.book import MOVED, PlanBook
from maps.charts import contribution_bars
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, key
from maps.words import money_text, number_text, signed_percent_text

LAST_YEAR: Final = "last year"
"""The group that the others are told against."""
SMALLEST_SHARE: Final = 0.005
"""Contributions under half a percent of last year are not drawn."""

SMALLEST_MOVE: Final = 0.5
"""Areas that win or lose less, in currency, are not listed."""
MOST_AREAS: Final = 12


def driver_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapters about what drives the forecast and what events do; none without a week to come or an event."""
    if book.drivers.empty:
        return []
    return [
        Chapter(
            anchor="drivers",
            title="Why the forecast differs from last year",
            how="Over the weeks to come, against the same weeks of last year. Each bar is what one thing adds or "
            "takes, in percent of sales then; with those under half a percent, which are not drawn, they make the "
            "whole difference. They say what the forecast rests on, not what caused sales.",
            body=join([_sums(book), _figures(book)]),
            follows=("region", "category"),
        ),
        *_event_chapters(book),
    ]


def _event_chapters(book: PlanBook) -> list[Chapter]:
    """Tell what events of each kind did; nothing without any."""
    if book.event_effects.empty:
        return []
    rows = []
    for line in book.event_effects.to_dict("records"):
        known = math.isfinite(line["effect"])
        sure = known and math.isfinite(line["low"])
        margin = f"{signed_percent_text(line['low'])} … {signed_percent_text(line['high'])}" if sure else "–"
        rows.append(
            Row(
                [
                    str(line["kind"]),
                    number_text(float(line["weeks"])),
                    signed_percent_text(line["effect"]) if known else say("too few to tell"),
                    margin,
                    signed_percent_text(line["counted"]) if line["counted"] else say("nothing"),
                    money_text(line["ahead"], book.currency) if known else "–",
                ]
            )
        )
    columns = [
        "Kind of event",
        "Weeks touched",
        "Effect on a week's sales",
        "80 % margin",
        "Counted on",
        "Weeks to come",
    ]
    beyond = say("Sales fell by more than what lies within reach: the reach of such events may be too small.")
    warned = [tag("p", beyond, class_="small")] if (book.event_effects["effect"] < -1.0).any() else []
    return [
        Chapter(
            anchor="events",
            title="What events do to sales",
            how="Sales of the weeks that such events take up, against level and season without them, where they reach. "
            "The margin is what chance makes of the same events put into other weeks; one that holds 0 % is no proof. "
            "Forecasts count on an effect as far as it is beyond two and a half times what chance makes; the last "
            "column is what that adds to the weeks to come or takes from them. LightGBM may read a little more or less "
            "in events by itself: the drivers tell all.",
            body=join(
                [
                    table(columns, rows, numeric=(1, 2, 3, 4, 5), caption="Effect of each kind of event"),
                    *warned,
                    *_moved(book),
                ]
            ),
            follows=(),
        )
    ]


def _moved(book: PlanBook) -> list[Markup]:
    """Tell which areas lose or win most where events with a place move sales between accounts; nothing without any."""
    if MOVED not in book.accounts:
        return []
    sums = book.accounts.groupby(["region", "area_id"], sort=True)[[MOVED, "baseline"]].sum().reset_index()
    sums = sums[sums[MOVED].abs() >= SMALLEST_MOVE]
    size = sums[MOVED].abs()
    shown = sums.iloc[size.argsort(kind="stable")[::-1].to_numpy()[:MOST_AREAS]]
    names = dict(zip(book.areas["area_id"], book.areas["name"], strict=True))
    rows = []
    for line in shown.to_dict("records"):
        usual = line["baseline"] - line[MOVED]
        share = signed_percent_text(line[MOVED] / usual) if usual > 0 else "–"
        cells = [str(names.get(line["area_id"], line["area_id"])), str(line["region"])]
        cells += [money_text(line["baseline"], book.currency), money_text(line[MOVED], book.currency), share]
        rows.append(Row(cells))
    why = say(
        "Events with a place move expected sales, and so potential, from the accounts within their reach to the others "
        "of the region, or the other way, by what such events did between these before. The region's total is "
        "what the forecast says; headroom does not change. All accounts are in moved_by_events.csv."
    )
    columns = ["Area", "Region", "Expected sales", "Moved by events", "Share"]
    caption = "Areas whose sales events move most"
    return [tag("p", why, class_="small"), table(columns, rows, numeric=(2, 3, 4), caption=caption)]


def _sums(book: PlanBook) -> Markup:
    """List the total and each region over all categories, or over the one that is chosen."""
    rows = []
    for name, group in _groups(book.drivers):
        last_year = float(group.loc[group["group"] == LAST_YEAR, "contribution"].sum())
        expected = float(group["contribution"].sum())
        cells = [
            name[0] or say("All regions"),
            money_text(last_year, book.currency),
            money_text(expected, book.currency),
            say(group["words"].iloc[0]),
        ]
        rows.append(Row(cells, name[0], of_category=name[1]))
    columns = ["Region", "Same weeks last year", "Expected", "Why"]
    return table(columns, rows, numeric=(1, 2), caption="What makes the forecast of each region")


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
        data_category=category,
    )


def _groups(drivers: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """Split by region and category, sorted by name, groups in their order; "" comes first."""
    return [((str(name[0]), str(name[1])), group) for name, group in drivers.groupby(["region", "category"], sort=True)]
