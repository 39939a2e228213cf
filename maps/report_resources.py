"""Report what is made of the forecast: stock, shares of a budget, rep time, risks and opportunities."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from maps.book import PlanBook
from maps.languages.speaking import Said, say
from maps.markup import Markup, Row, join, table, tag, text
from maps.report_page import Chapter
from maps.words import date_text, money_text, number_text, percent_text, signed_percent_text

RISK_WORDS: Final = {
    "under_target": "Region heading under target",
    "may_leave": "May leave",
    "below_likes": "Below its likes",
    "prospect": "Prospect worth a visit",
}
"""Kinds of risks and opportunities, in the order of the report."""
ROWS_SHOWN: Final = 20
"""Of each kind; the file has more."""


def resource_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapters of the parts that were asked for."""
    return [chapter(book) for name, chapter in CHAPTERS.items() if name in book.resources.tables]


def _risks(book: PlanBook) -> Chapter:
    risks, totals = book.resources.tables["risks"], book.resources.tables["risk_totals"]
    parts = [_notes(book, "risks")]
    for kind, words in RISK_WORDS.items():
        own = risks[(risks["kind"] == kind).to_numpy()]
        if len(own):
            whole = totals[(totals["kind"] == kind).to_numpy()]
            count, size = int(whole["lines"].sum()), float(whole["size"].sum())
            parts.append(_risk_table(book, own, words, count=count, size=size))
    parts.append(_reliability(book))
    return Chapter(
        anchor="risks",
        title="Risks and opportunities",
        how="The size of a region under target is what lacks; of a customer who may leave, his expected sales times "
        "the probability that he buys nothing more; of one below its likes, the part of the gap that can be won; of a "
        "prospect, what good customers like it buy times the probability that it buys.",
        body=join(parts),
    )


def _risk_table(book: PlanBook, risks: pd.DataFrame, words: str, *, count: int, size: float) -> Markup:
    rows = [
        Row(
            [
                row["name"] or row["account_id"] or row["region"],
                row["region"],
                money_text(float(row["size"]), book.currency),
                percent_text(float(row["probability"]), 0) if pd.notna(row["probability"]) else "–",
                say(str(row["reason"])),
            ],
            str(row["region"]),
        )
        for row in risks.head(ROWS_SHOWN).to_dict("records")
    ]
    total = money_text(size, book.currency)
    shown = f"the largest {len(rows)} of {count}" if count > len(rows) else f"{count}"
    caption = f"{say(words)}: {say(f'{shown}, together {total} in all regions')}"
    listed = table(["Who", "Region", "Size", "Probability", "Why"], rows, numeric=(2, 3), caption=Said(caption))
    return join([tag("h3", text(caption)), listed])


def _reliability(book: PlanBook) -> Markup:
    """Put expected beside true shares, from the least to the most likely fifth."""
    parts = book.resources.tables["score_parts"]
    if parts.empty:
        return Markup()
    rows = [
        Row(
            [
                say("Customers leaving" if row["kind"] == "leave" else "Prospects buying"),
                say(f"{int(row['part'])} of {int((parts['kind'] == row['kind']).sum())}"),
                number_text(float(row["accounts"]), 0),
                percent_text(float(row["expected"])),
                percent_text(float(row["happened"])),
            ]
        )
        for row in parts.to_dict("records")
    ]
    columns = ["Score", "Part, least likely first", "Accounts", "Expected", "Happened"]
    caption = "How the scores did in the past"
    return join([tag("h3", caption), table(columns, rows, numeric=(2, 3, 4), caption=caption)])


def _stock(book: PlanBook) -> Chapter:
    stock = book.resources.tables["stock"]
    rows = []
    for name, part in stock.groupby(["warehouse", "category"], sort=True):
        warehouse, category = map(str, name)
        first, most = part.iloc[0], part.iloc[int(part["stock"].to_numpy(float).argmax())]
        cells = [
            warehouse,
            category,
            *(money_text(float(first[column]), book.currency) for column in ("expected", "safety", "stock")),
            money_text(float(most["stock"]), book.currency),
            date_text(pd.Timestamp(most["week"]).date()),
        ]
        rows.append(Row(cells, region=str(first["regions"]), category=category))
    columns = ["Warehouse", "Category", "Expected sales", "Safety", "Stock at first", "Highest", "Week of the highest"]
    return Chapter(
        anchor="stock",
        title="Stock",
        how="Stock on hand and on order that lasts until the next delivery with the wanted probability. Safety is what "
        "it takes beyond expected sales. Every week stands in stock.csv.",
        body=join(
            [
                _notes(book, "stock"),
                table(columns, rows, numeric=(2, 3, 4, 5), caption="Stock by warehouse and category"),
            ]
        ),
        follows=("region", "category"),
    )


def _budget(book: PlanBook) -> Chapter:
    budget = book.resources.tables["budget"]
    rows = [
        Row(
            [
                row["region"],
                money_text(float(row["winnable"]), book.currency),
                money_text(float(row["spend"]), book.currency),
                money_text(float(row["gain"]), book.currency),
                number_text(float(row["return"]), 2) if pd.notna(row["return"]) else "–",
                number_text(float(row["next_return"]), 2),
                money_text(float(row["by_sales"]), book.currency),
            ],
            str(row["region"]),
        )
        for row in budget.to_dict("records")
    ]
    columns = ["Region", "Can be won", "Spend", "Sales won", "Back per unit", "Of the next step", "Split by sales"]
    return Chapter(
        anchor="budget",
        title="Marketing budget",
        how="Each further step brings less, so that money goes where the next step brings most. Back per unit is the "
        "margin on the sales won over the spending: under 1 it costs more than it brings.",
        body=join(
            [_notes(book, "budget"), table(columns, rows, numeric=(1, 2, 3, 4, 5, 6), caption="Budget by region")]
        ),
    )


def _rep_time(book: PlanBook) -> Chapter:
    sums = (
        book.resources.tables["rep_time"]
        .groupby(["region", "segment"], sort=True)[["accounts", "hours", "potential", "suggested_hours"]]
        .sum()
        .reset_index()
    )
    rows = [
        Row(
            [
                row["region"],
                row["segment"],
                number_text(float(row["accounts"]), 0),
                number_text(float(row["hours"]), 0),
                money_text(float(row["potential"]) / float(row["hours"]), book.currency) if row["hours"] > 0 else "–",
                number_text(float(row["suggested_hours"]), 0),
                signed_percent_text(float(row["suggested_hours"]) / float(row["hours"]) - 1, 0)
                if row["hours"] > 0
                else "–",
            ],
            str(row["region"]),
        )
        for row in sums.to_dict("records")
    ]
    columns = ["Region", "Segment", "Accounts", "Hours a cycle", "Potential per hour", "Suggested hours", "Change"]
    return Chapter(
        anchor="rep-time",
        title="Rep time",
        how="Hours by the visit rules against the hours that would bring most with the same team. The tours keep the "
        "visit rules; to follow the suggestion, change the visits of a segment. Every area stands in rep_time.csv.",
        body=join(
            [
                _notes(book, "rep_time"),
                table(columns, rows, numeric=(2, 3, 4, 5, 6), caption="Rep time by region and segment"),
            ]
        ),
    )


def _notes(book: PlanBook, part: str) -> Markup:
    notes = book.resources.notes.get(part, ())
    return tag("ul", *(tag("li", note, dir="auto") for note in notes), class_="small") if notes else Markup()


CHAPTERS: Final[dict[str, Callable[[PlanBook], Chapter]]] = {
    "risks": _risks,
    "stock": _stock,
    "budget": _budget,
    "rep_time": _rep_time,
}
"""The chapter of each part, in the order of the report."""
