"""Show plans side by side on one page, and write the same as tables."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from maps.book import PlanBook
from maps.cells import Format, as_id, as_text, decimals
from maps.charts import gain_and_loss
from maps.comparison.aims import aims_picture
from maps.comparison.changes import ACCOUNT_COLUMNS, account_changes, changed_areas, changed_keys, potential_by_rep
from maps.comparison.drawing import change_picture, plan_picture
from maps.comparison.lines import Line, compared_lines
from maps.features import plan_colours
from maps.headlines import plural
from maps.languages.speaking import Language, Said, say, speaking
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, badge, key, reading_page
from maps.words import money_text, number_text, percent_text

FORMS: Final[dict[str, Format]] = {"name": as_text, "region": as_text, "potential": decimals(2)}
"""How columns of the change report are written; the others are ids and words of ours."""
ACCOUNTS_SHOWN: Final = 200
"""Accounts of one change report on the page; the CSV has all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NamedPlan:
    """A plan under the name that tells it from the others."""

    name: str
    book: PlanBook
    scenario: Mapping[str, Any]
    """The resolved scenario."""


def comparison_page(plans: Sequence[NamedPlan]) -> str:
    """Make the page; the first plan is the one that the others are held against, and whose language is spoken."""
    with speaking(language_of(plans[0])):
        return _page(plans)


def language_of(plan: NamedPlan) -> Language:
    """Name the language of a plan's pages."""
    language: Language = plan.scenario.get("outputs", {}).get("language", "en")
    return language


def _page(plans: Sequence[NamedPlan]) -> str:
    books = [plan.book for plan in plans]
    names = [plan.name for plan in plans]
    lines = compared_lines(books)
    colours: dict[str, str] = {}
    for book in books:
        colours = {**plan_colours(book), **colours}
    lead = tag(
        "p", f"Changes are told against {names[0]}. ", badge("better", "good"), " marks the best figure of a line."
    )
    chapters = [
        Chapter(anchor="keys", title="What differs in the scenarios", body=_keys(plans)),
        Chapter(anchor="measures", title="Measures", body=_measures(names, lines)),
        Chapter(
            anchor="trade-off",
            title="What a better figure costs",
            how="Choose two measures. Full dots are plans that no other beats in both.",
            body=aims_picture(names, lines),
        ),
        Chapter(
            anchor="maps", title="Maps", how="A territory has the same colour on all maps.", body=_maps(plans, colours)
        ),
        *(_change_chapter(plans[0], plan, number, colours) for number, plan in enumerate(plans[1:], start=1)),
    ]
    return reading_page(
        title=f"Comparison: {' · '.join(names)}",
        subtitle=books[0].description,
        lead=lead,
        chapters=chapters,
        regions=[],
        scripts=["aims.js"],
    )


def measures_csv(plans: Sequence[NamedPlan]) -> str:
    """Write every line: group, measure, unit, the plans' figures, and which is better."""
    lines = compared_lines([plan.book for plan in plans])
    names = [plan.name for plan in plans]
    rows = [
        [
            line.group,
            line.name,
            line.unit,
            *("" if math.isnan(value) else f"{round(value, 6) + 0.0:.12g}" for value in line.figures),
            "; ".join(names[place] for place in sorted(line.best)),
        ]
        for line in lines
    ]
    return _csv(["group", "measure", "unit", *names, "better"], rows)


def keys_csv(plans: Sequence[NamedPlan]) -> str:
    """Write every key that differs."""
    rows = [[key, *(as_text(value) for value in values)] for key, values in _differences(plans)]
    return _csv(["key", *(plan.name for plan in plans)], rows)


def accounts_csv(plans: Sequence[NamedPlan]) -> str:
    """Write the change report of every plan against the first."""
    rows = []
    for plan in plans[1:]:
        for row in account_changes(plans[0].book, plan.book).to_dict("records"):
            told = [FORMS.get(name, as_id)(row[name]) for name in ACCOUNT_COLUMNS]
            rows.append([plan.name, *told])
    return _csv(["plan", *ACCOUNT_COLUMNS], rows)


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue()


def _differences(plans: Sequence[NamedPlan]) -> list[tuple[str, tuple[str, ...]]]:
    """List keys that differ, without those that only name the plan."""
    return [pair for pair in changed_keys([plan.scenario for plan in plans]) if pair[0] not in {"name", "description"}]


def _keys(plans: Sequence[NamedPlan]) -> Markup:
    rows = [Row((name, *values)) for name, values in _differences(plans)]
    if not rows:
        return tag("p", "Nothing but the names.")
    return table(["Key", *(plan.name for plan in plans)], rows, caption="Keys with different values")


def _measures(names: Sequence[str], lines: Sequence[Line]) -> Markup:
    rows = []
    for group in dict.fromkeys(line.group for line in lines):
        rows.append(Row((), heads=group))
        for line in (one for one in lines if one.group == group):
            cells: list[object] = [say(line.name)]
            for place in range(len(names)):
                words = line.text(place)
                cells.append(join([badge("better", "good"), " ", words]) if place in line.best else words)
            rows.append(Row(cells))
    numeric = range(1, 1 + len(names))
    return table(["Measure", *names], rows, numeric=list(numeric), caption="Measures side by side")


def _maps(plans: Sequence[NamedPlan], colours: Mapping[str, str]) -> Markup:
    figures = [
        tag(
            "figure",
            tag("figcaption", plan.name),
            plan_picture(plan.book, colours, title=f"Territories of {plan.name}"),
        )
        for plan in plans
    ]
    return tag("div", *figures, class_="charts")


def _change_chapter(first: NamedPlan, plan: NamedPlan, number: int, colours: Mapping[str, str]) -> Chapter:
    """Report what a plan changes against the first."""
    currency = plan.book.currency
    accounts, areas = account_changes(first.book, plan.book), changed_areas(first.book, plan.book)
    by_rep = potential_by_rep(first.book, plan.book)
    handed = accounts[accounts["from_rep"] != accounts["to_rep"]]
    total = float(plan.book.accounts["potential"].sum())
    share = percent_text(float(handed["potential"].sum()) / total if total else 0.0)
    counts = ", ".join(f"{number_text(count, 0)} {word}" for word, count in accounts["change"].value_counts().items())
    known = plural(len(areas), "area", "areas")
    sentence = f"{known} with another rep; accounts: {counts or 'none changed'}; {share} of potential."
    if not areas and accounts.empty:
        same = tag("p", tag("b", f"The same territories and owners as in {first.name}."))
        return Chapter(anchor=f"change-{number}", title=Said(f"{plan.name} {say('against')} {first.name}"), body=same)
    most = max([*by_rep["gained"], *by_rep["lost"], 0.0])
    rep_rows = [
        Row(
            (
                row["rep_id"],
                f"{money_text(row['lost'], currency)} ({row['accounts_lost']})",
                gain_and_loss(row["lost"], row["gained"], most, title=f"{row['rep_id']} gives and takes"),
                f"{money_text(row['gained'], currency)} ({row['accounts_gained']})",
            )
        )
        for row in by_rep.to_dict("records")
    ]
    body = [
        tag("p", tag("b", sentence), class_="whole"),
        tag(
            "figure",
            tag("figcaption", say("Areas with another rep, in the colour of the one who takes over")),
            change_picture(plan.book, areas, colours, title=f"Areas with another rep than in {first.name}"),
            class_="alone",
        ),
        key(("#c2410c", "gives away"), ("#1f69a3", "takes over")),
        table(
            ["Rep", "Gives away (accounts)", "", "Takes over (accounts)"], rep_rows, numeric=(1, 3), caption="By rep"
        ),
        _account_list(accounts, currency),
    ]
    return Chapter(anchor=f"change-{number}", title=Said(f"{plan.name} {say('against')} {first.name}"), body=join(body))


def _account_list(accounts: pd.DataFrame, currency: str) -> Markup:
    if accounts.empty:
        return Markup("")
    largest = accounts.sort_values(["potential", "account_id"], ascending=[False, True]).head(ACCOUNTS_SHOWN)
    shown = ("account_id", "name", "change", "from_rep", "to_rep")
    rows = [
        Row(
            (
                *(say(row[name]) if name == "change" else row[name] for name in shown),
                money_text(row["potential"], currency),
            )
        )
        for row in largest.to_dict("records")
    ]
    count = number_text(len(accounts), 0)
    whole = len(rows) == len(accounts)
    told = f"Accounts ({count})" if whole else f"Accounts ({len(rows)} with the most potential of {count})"
    listing = table(["Account", "Name", "Change", "From", "To", "Potential"], rows, numeric=(5,), caption=told)
    return tag("details", tag("summary", told), listing)
