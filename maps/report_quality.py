"""Show what was found in the data and repaired: a chapter of the report and a page of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from maps.book import PlanBook
from maps.charts import score_bar
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, badge, reading_page
from maps.words import money_text, number_text, percent_text

MOST_REPAIRS: Final = 500
"""Repaired records listed on the page; data_quality.json has all."""
OUR_WORDS: Final = frozenset(
    {
        "dropped", "missing", "outside", "not known", "nothing", "incomplete", "several rows", "one row", "united",
        "no ground", "valid", "closed", "nearest area", "no place of its own", "middle of town", "middle of district",
    }
)  # fmt: skip
"""Instead of a value, where there is none; all others are values of the tables."""
_SEVERITIES: Final = {"error": "bad", "warning": "warn", "info": "plain"}


def quality_chapters(book: PlanBook) -> list[Chapter]:
    """Make the report's chapter about the data; none when nothing was checked."""
    if not book.quality.get("regions"):
        return []
    link = tag("p", tag("a", say("All findings and repairs"), href="data_quality.html"))
    return [
        Chapter(
            anchor="quality",
            title="Data by region",
            how="100 means nothing was found; points are taken off for what was found and for how much of the "
            "data it touches. A weak region makes a weak forecast there, however good the model.",
            body=join([_scores(book), link]),
        )
    ]


def quality_page(book: PlanBook) -> str:
    """Make data_quality.html."""
    summary = book.quality.get("summary", {})
    found = summary.get("findings", {})
    words = ", ".join(f"{number_text(count, 0)} {_plural(name, count)}" for name, count in found.items())
    lead = tag(
        "p",
        tag("b", f"{words or 'Nothing found'}; {number_text(summary.get('repairs', 0), 0)} repairs."),
        class_="doors",
    )
    chapters = [
        Chapter(
            anchor="regions",
            title="Regions",
            how="100 means nothing was found; points are taken off for what was found and for how much of the "
            "data it touches.",
            body=_scores(book),
        ),
        Chapter(
            anchor="findings",
            title="Findings",
            how="What is wrong or odd in the tables, and what was done about it. The rules are in the scenario "
            "under “cleaning”.",
            body=_findings(book.quality.get("findings", [])),
        ),
        Chapter(
            anchor="repairs",
            title="Repairs",
            how="Every record that was changed, with the value before and after. data_quality.json has them all.",
            body=_repairs(book.quality),
        ),
    ]
    regions = [str(row["region"]) for row in book.quality.get("regions", [])]
    subtitle = f"What was found in the tables of {book.name}, region by region"
    return reading_page(
        title=f"Data quality: {book.name}", subtitle=say(subtitle), lead=lead, chapters=chapters, regions=regions
    )


def _value(value: object) -> object:
    """Say what stands instead of a value; values stay as they are."""
    return say(value) if isinstance(value, str) and value in OUR_WORDS else value


def _plural(name: str, count: int) -> str:
    """Name a kind of finding."""
    return "notes" if name == "info" else f"{name}{'' if count == 1 else 's'}"


def _scores(book: PlanBook) -> Markup:
    rows = [
        Row(
            [
                row["region"],
                number_text(row["quality"], 0),
                score_bar(float(row["quality"]), title=f"{number_text(row['quality'], 0)} of 100"),
                number_text(row["customers"], 0),
                number_text(row["prospects"], 0),
                number_text(row["weeks"], 0),
                money_text(float(row["sales"] or 0.0), book.currency),
                number_text(row["findings"], 0),
                number_text(row["repairs"], 0),
            ],
            str(row["region"]),
        )
        for row in book.quality.get("regions", [])
    ]
    columns = ["Region", "Score", "", "Customers", "Prospects", "Weeks", "Sales", "Findings", "Repairs"]
    return table(columns, rows, numeric=(1, 3, 4, 5, 6, 7, 8), caption="Data quality by region, from 0 to 100")


def _findings(findings: Sequence[Mapping[str, Any]]) -> Markup:
    order = list(_SEVERITIES)
    ranked = sorted(findings, key=lambda row: (order.index(row["severity"]), row["check"], row["region"]))
    rows = [
        Row(
            [
                badge(row["severity"], _SEVERITIES[row["severity"]]),
                row["region"] or say("all"),
                say(row["text"]),
                number_text(row["count"], 0),
                percent_text(float(row["share"] or 0.0)),
                row["repair"],
            ],
            str(row["region"]),
        )
        for row in ranked
    ]
    columns = ["", "Region", "What was found", "Count", "Share", "Repair"]
    return table(columns, rows, numeric=(3, 4), caption="Findings, gravest first")


def _repairs(quality: Mapping[str, Any]) -> Markup:
    counts = [
        Row([row["rule"], say(row["table"]), number_text(row["count"], 0)])
        for row in quality.get("repairs_by_rule", [])
    ]
    listed = quality.get("repairs", [])
    rows = [
        Row(
            [row["rule"], say(row["table"]), row["id"], row["region"], _value(row["before"]), _value(row["after"])],
            str(row["region"]),
        )
        for row in listed[:MOST_REPAIRS]
    ]
    more = len(listed) - len(rows)
    note = f"{number_text(more, 0)} more are listed in data_quality.json." if more else ""
    whole = table(["Rule", "Table", "Record", "Region", "Before", "After"], rows, caption="Repaired records")
    return join(
        [
            table(["Rule", "Table", "Repairs"], counts, numeric=(2,), caption="Repairs by rule"),
            tag("details", tag("summary", "Show the records"), whole, tag("p", note, class_="soft")),
        ]
    )
