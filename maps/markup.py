"""Write HTML in which every text stays text."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from maps.languages.speaking import say

LONG_TEXT: Final = 45
"""Characters from which on a cell is a sentence."""
SAID: Final = frozenset({"p", "h2", "h3", "li", "summary", "caption", "th", "title", "b"})
"""Elements whose plain texts are ours, and are said in the reader's language; names stand in others, or as markup."""


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row, and what it belongs to ("" for nothing), by which the page can be narrowed."""

    cells: Sequence[object]
    region: str = ""
    """Or several of them, one a line."""
    category: str = ""
    of_category: str | None = None
    """The row is shown only where this very category is chosen, "" for all of them."""
    heads: str = ""
    """What the rows below have in common; such a row has no cells."""


class Markup(str):
    """HTML that is finished: its texts have been escaped."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Escape a text; what is markup already stays as it is."""
    return value if isinstance(value, Markup) else Markup(html.escape(str(value), quote=True))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """Write an element.

    Parameters
    ----------
    name
        Such as `p`.
    *children
        Texts, which are escaped, or markup.
    **attributes
        `class_` stands for class, and `data_region` for data-region; None leaves an attribute out.
    """
    if name in SAID:
        children = tuple(_said(child) for child in children)
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def _said(child: object) -> object:
    """Say a text; markup and values stay as they are."""
    return say(child) if isinstance(child, str) and not isinstance(child, Markup) else child


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Put texts and markup one after the other."""
    return Markup(between.join(text(part) for part in parts))


def table(columns: Sequence[str], rows: Iterable[Row], *, numeric: Sequence[int] = (), caption: str = "") -> Markup:
    """Write a table.

    Parameters
    ----------
    columns
        Headings.
    rows
        Cells in the order of the columns.
    numeric
        Positions of the columns that hold numbers, which are aligned to the right.
    caption
        What the table shows, for readers who hear it.
    """
    kinds = ["n" if place in numeric else None for place in range(len(columns))]
    head = tag("tr", *(_head_cell(name, kind) for name, kind in zip(columns, kinds, strict=True)))
    body = [
        tag(
            "tr",
            *(
                [tag("th", row.heads, scope="rowgroup", colspan=len(columns))]
                if row.heads
                else [_cell(cell, kind) for cell, kind in zip(row.cells, kinds, strict=True)]
            ),
            data_region=row.region or None,
            data_category=row.category or None,
            data_of_category=row.of_category,
            hidden="hidden" if row.of_category else None,
        )
        for row in rows
    ]
    inner = tag("table", *([tag("caption", caption)] if caption else []), tag("thead", head), tag("tbody", *body))
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=say(caption or columns[0]))


def _head_cell(name: str, kind: str | None) -> Markup:
    """Write a heading; an empty one (over bars or badges) is none, so that it is not read out as one."""
    return tag("th", name, scope="col", class_=kind) if name else tag("td", class_=kind)


def _cell(cell: object, kind: str | None) -> Markup:
    """Write a cell; sentences get room on narrow screens, and names run in the direction of their letters."""
    if kind is None and not isinstance(cell, Markup) and len(str(cell)) > LONG_TEXT:
        kind = "long"
    return tag("td", cell, class_=kind, dir=None if kind == "n" else "auto")
