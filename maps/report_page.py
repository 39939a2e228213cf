"""Lay out the pages that are read from top to bottom: report and data quality."""

from collections.abc import Sequence
from dataclasses import dataclass

from maps.languages.speaking import language, say
from maps.markup import Markup, join, tag
from maps.offline import asset_text, self_contained


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One section of a page, with its place in the contents."""

    anchor: str
    title: str
    body: Markup
    how: str = ""
    """How to read it, in a sentence or two."""
    alarm: bool = False


def reading_page(
    *, title: str, subtitle: str, lead: Markup, chapters: Sequence[Chapter], regions: Sequence[str]
) -> str:
    """Make a page.

    Parameters
    ----------
    lead
        What stands above the first chapter.
    regions
        What the page can be narrowed to.

    Returns
    -------
    str
        HTML that loads nothing.
    """
    options = [tag("option", say("All regions"), value=""), *(tag("option", name, value=name) for name in regions)]
    choice = tag("label", say("Region"), " ", tag("select", *options, id="region"))
    contents = [tag("a", say(chapter.title), href=f"#{chapter.anchor}") for chapter in chapters]
    sections = [
        tag(
            "section",
            tag("h2", chapter.title),
            *([tag("p", chapter.how, class_="how")] if chapter.how else []),
            chapter.body,
            id=chapter.anchor,
            class_="alarm" if chapter.alarm else None,
        )
        for chapter in chapters
    ]
    page = tag(
        "div",
        tag("header", tag("h1", say(title), dir="auto"), tag("p", subtitle, class_="soft", dir="auto"), class_="top"),
        tag("nav", *contents, *([choice] if regions else []), class_="bar", aria_label=say("Contents")),
        tag("main", lead, *sections),
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
    script = Markup(f"<script>\n{asset_text('report.js')}</script>")
    return self_contained(
        f'<!DOCTYPE html>\n<html lang="{language()}"><head>{head}</head><body>{page}{script}</body></html>\n'
    )


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
