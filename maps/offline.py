"""Make Folium maps into pages that need no network and are the same bytes on every run."""

import base64
import html
import importlib.resources
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from html.parser import HTMLParser
from typing import Any, Final
from unittest import mock

import branca.element
import folium
import jinja2

from maps.languages.speaking import language, script_words
from maps.plain import data_element

_ASSETS: Final = {
    "leaflet.js": ("xstatic.pkg.leaflet", "leaflet.js"),
    "leaflet.css": ("xstatic.pkg.leaflet", "leaflet.css"),
}
"""End of an address that Folium links: the installed package and file that hold the same."""
_NOT_NEEDED: Final = ("jquery", "bootstrap", "fontawesome", "glyphicons", "awesome-markers", "awesome.rotate")
"""Parts of addresses that Folium links for icons, popups and controls that our pages do without: 87 KB for jquery
alone."""

_SCRIPT_LINK: Final = re.compile(r'<script src="([^"]+)"></script>')
_STYLE_LINK: Final = re.compile(r'<link rel="stylesheet" href="([^"]+)"\s*/?>')
_CSS_ADDRESS: Final = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)")
_LOADING_ATTRIBUTES: Final = {"src", "srcset", "poster", "data", "background"}


class OnlinePageError(ValueError):
    """A page would ask the network for something."""


class RawText(branca.element.Element):
    """Text that goes into the page as it is, unlike that of an `Element`, which is a template that runs."""

    _template = jinja2.Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "RawText"
        self.text = text


class MapScript(folium.MacroElement):
    """Script that runs after the map's own."""

    _template = jinja2.Template("{% macro script(this, kwargs) %}{{ this.text }}{% endmacro %}")

    def __init__(self, text: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "MapScript"
        self.text = text


@contextmanager
def counted_ids() -> Iterator[None]:
    """Let Folium number its elements from one while the block runs, instead of naming them at random."""
    numbers = itertools.count(1)
    with mock.patch.object(branca.element.Element, "_generate_id", staticmethod(lambda: f"{next(numbers):04d}")):
        yield


def map_page(
    *, title: str, data: dict[str, Any], body: str, styles: tuple[str, ...], scripts: tuple[str, ...], start: str
) -> str:
    """Make a page with one map that our own script fills.

    Parameters
    ----------
    title
        Plain text.
    data
        What the script draws; it is written as JSON into the page and read from there, so that no name is ever code.
        The texts of the scripts in the reader's language are put beside it as `words`.
    body
        HTML beside the map.
    styles, scripts
        Names of files in maps/assets.
    start
        The script's function that is called with the map and the data.

    Returns
    -------
    str
        HTML that loads nothing.

    Raises
    ------
    OnlinePageError
        When something would be loaded after all.
    """
    with counted_ids():
        leaflet_map = folium.Map(tiles=None, prefer_canvas=True, zoom_control=False, zoom_snap=0.25)
        figure: Any = leaflet_map.get_root()
        figure.title = html.escape(title)
        for name in styles:
            figure.header.add_child(RawText(f"<style>\n{asset_text(name)}</style>"))
        figure.html.add_child(RawText(body))
        texts = [asset_text(name) for name in scripts]
        words = script_words("".join(texts))
        figure.html.add_child(RawText(data_element({**data, "words": words} if words else data)))
        for text in texts:
            leaflet_map.add_child(MapScript(text))
        leaflet_map.add_child(MapScript(f"{start}({leaflet_map.get_name()}, readData());"))
        page = figure.render()
    # Folium forbids zooming with two fingers, which people with poor sight need.
    page = re.sub(r"initial-scale=1\.0,\s*maximum-scale=1\.0, user-scalable=no", "initial-scale=1.0", page, count=1)
    return self_contained(page.replace("<html>", f'<html lang="{language()}">', 1))


def self_contained(page: str) -> str:
    """Put every linked script and style into the page, and make sure that nothing is left to load.

    Raises
    ------
    OnlinePageError
        When an address is left over.
    """
    page = _SCRIPT_LINK.sub(_script, page)
    page = _STYLE_LINK.sub(_style, page)
    check_offline(page)
    return page


def check_offline(page: str) -> None:
    """Refuse a page that would load anything.

    Raises
    ------
    OnlinePageError
        Names what would be loaded.
    """
    reader = _LoadReader()
    reader.feed(page)
    reader.close()
    if reader.found:
        raise OnlinePageError(f"the page would load {reader.found[0][:200]!r}")


class _LoadReader(HTMLParser):
    """Collects what a browser would fetch by itself; links to click on are not among them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes that load."""
        self._in_style = tag == "style"
        for name, value in attrs:
            text = (value or "").strip()
            if (name in _LOADING_ATTRIBUTES or (name, tag) == ("href", "link")) and not text.startswith("data:"):
                self.found.append(text)
            elif name == "style":
                self._read_style(text)

    def handle_endtag(self, tag: str) -> None:
        """Leave a style sheet."""
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        """Look at a style sheet."""
        if self._in_style:
            self._read_style(data)

    def _read_style(self, text: str) -> None:
        self.found += [at for at in _CSS_ADDRESS.findall(text) if not at.startswith(("data:", "#"))]
        self.found += re.findall(r"@import[^;]*", text)


@cache
def asset_text(name: str) -> str:
    """Read one of our own script or style files."""
    return (importlib.resources.files("maps") / "assets" / name).read_text(encoding="utf-8")


def _script(link: re.Match[str]) -> str:
    """Replace a link to a script by the script."""
    text = _package_text(link.group(1))
    if "</script" in text:
        raise OnlinePageError(f"{link.group(1)} cannot stand inside a page")
    return f"<script>{text}</script>" if text else ""


def _style(link: re.Match[str]) -> str:
    """Replace a link to a style sheet by the sheet."""
    text = _package_text(link.group(1))
    return f"<style>{text}</style>" if text else ""


@cache
def _package_text(address: str) -> str:
    """Find a linked file in an installed package; empty for one that is not needed."""
    for ending, (package, name) in _ASSETS.items():
        if address.endswith(ending):
            folder = importlib.resources.files(package) / "data"
            text = (folder / name).read_text(encoding="utf-8")
            if name.endswith(".css"):
                return _CSS_ADDRESS.sub(partial(_inlined, package), text)
            return re.sub(r"//# sourceMappingURL=.*", "", text)
    if any(part in address for part in _NOT_NEEDED):
        return ""
    raise OnlinePageError(f"no installed package holds {address}")


def _inlined(package: str, found: re.Match[str]) -> str:
    """Write a picture of a style sheet into the sheet."""
    address = found.group(1)
    if address.startswith(("#", "data:")):
        return found.group(0)
    picture = (importlib.resources.files(package) / "data").joinpath(*address.split("/")).read_bytes()
    return f"url(data:image/png;base64,{base64.b64encode(picture).decode()})"
