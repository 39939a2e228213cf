"""Lay out the pages that are read from top to bottom: report and data quality."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from maps.languages.speaking import language, say, script_words
from maps.markup import Markup, join, tag
from maps.offline import asset_text, self_contained
from maps.plain import data_element
from maps.words import date_text, month_day_text

SCRIPTS: Final = ("texts.js", "report.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One section of a page, with its place in the contents."""

    anchor: str
    title: str
    body: Markup
    how: str = ""
    """How to read it, in a sentence or two."""
    alarm: bool = False
    follows: tuple[str, ...] = ("region",)
    """By which choices its body is narrowed: region, category, period. It says so where another one is made."""


def reading_page(
    *,
    title: str,
    subtitle: str,
    lead: Markup,
    chapters: Sequence[Chapter],
    regions: Sequence[str],
    categories: Sequence[str] = (),
    weeks: Sequence[dt.date] = (),
    data: Mapping[str, Any] | None = None,
    scripts: Sequence[str] = (),
) -> str:
    """Make a page.

    Parameters
    ----------
    lead
        What stands above the first chapter.
    regions, categories, weeks
        What the page can be narrowed to: weeks as their Mondays, in their order.
    data
        What the page's script adds up for what is chosen.
    scripts
        Assets of this page alone, which run after those of all reading pages.

    Returns
    -------
    str
        HTML that loads nothing.
    """
    contents = [tag("a", say(chapter.title), href=f"#{chapter.anchor}") for chapter in chapters]
    sections = [
        tag(
            "section",
            tag("h2", chapter.title),
            *([tag("p", chapter.how, class_="how")] if chapter.how else []),
            chapter.body,
            id=chapter.anchor,
            class_="alarm" if chapter.alarm else None,
            data_follows=" ".join(chapter.follows),
        )
        for chapter in chapters
    ]
    page = tag(
        "div",
        tag("header", tag("h1", say(title), dir="auto"), tag("p", subtitle, class_="soft", dir="auto"), class_="top"),
        tag("nav", *contents, class_="bar", aria_label=say("Contents")),
        *_choices(regions, categories, weeks),
        tag("main", tag("div", lead, data_follows=""), *sections),
        id="page",
    )
    head = join(
        [
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1.0">'),
            tag("title", say(title)),
            Markup(f"<style>\n{asset_text('page.css')}{asset_text('report.css')}</style>"),
        ]
    )
    script = "".join(asset_text(name) for name in (*SCRIPTS, *scripts))
    told = data_element({**(data or {}), "words": script_words(script)})
    return self_contained(
        f'<!DOCTYPE html>\n<html lang="{language()}"><head>{head}</head><body>{page}{told}<script>\n{script}</script>'
        "</body></html>\n"
    )


def _choices(regions: Sequence[str], categories: Sequence[str], weeks: Sequence[dt.date]) -> list[Markup]:
    """Lay out what the page can be narrowed by; nothing where there is no choice."""
    fields = [
        *([_field("region", "Region", [("All regions", "")], regions)] if regions else []),
        *([_field("category", "Category", [("All categories", "")], categories)] if categories else []),
        *([_weeks_field("from", "From the week of", weeks)] if weeks else []),
        *([_weeks_field("to", "to that of", weeks, chosen=len(weeks) - 1)] if weeks else []),
    ]
    if not fields:
        return []
    whole = tag("button", say("Whole plan"), type="button", id="whole", hidden="hidden")
    shown = tag("p", id="shown", role="status", class_="soft", hidden="hidden")
    return [tag("form", *fields, whole, class_="choices", aria_label=say("What is shown"), role="search"), shown]


def _field(name: str, words: str, first: Sequence[tuple[str, str]], values: Sequence[str]) -> Markup:
    options = [tag("option", say(label), value=value) for label, value in first]
    options += [tag("option", value, value=value) for value in values]
    return tag("label", say(words), " ", tag("select", *options, id=name, autocomplete="off"))


def _weeks_field(name: str, words: str, weeks: Sequence[dt.date], *, chosen: int = 0) -> Markup:
    """Offer weeks by their number, from 0; a short form for charts is beside each."""
    options = [
        tag(
            "option",
            date_text(week),
            value=place,
            data_short=month_day_text(week),
            data_day=(week - dt.date(1970, 1, 1)).days,
            selected="selected" if place == chosen else None,
        )
        for place, week in enumerate(weeks)
    ]
    return tag("label", say(words), " ", tag("select", *options, id=name, autocomplete="off"))


def badge(words: str, kind: str) -> Markup:
    """Write a badge: `good`, `bad`, `warn` or `plain`."""
    return tag("span", say(words), class_=f"badge {kind}")


def key(*entries: tuple[str, str]) -> Markup:
    """Explain the colours of charts: (colour, meaning)."""
    return tag(
        "div",
        *(tag("span", tag("i", style=f"background:{colour}"), say(words)) for colour, words in entries),
        class_="key",
    )
