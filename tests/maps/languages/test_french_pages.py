"""French pages are French from top to bottom."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from maps.comparison.page import NamedPlan, comparison_page
from maps.languages.speaking import noting_unknown
from maps.monitor_page import monitor_page
from maps.sizing_page import sizing_page
from maps.writers import Wanted, write_all, write_text
from tests.maps.every_page import PAGES, moved_book, sizing, watched, whole_book

FROM_THE_DATA = {
    "a <b>",
    "b",
    "Three reps <b>and</b> thirty areas.",
    "Forecast anew for <South>.",
    "more was sold than expected",
    "Two weeks are not complete.",
    "Driving is <estimated> from straight lines.",
    "the detour of <38 min> costs more than the visit is worth",
    "3 accounts had no position and were put in the middle of <their> town.",
    "<i>12.3 %</i>",
    "<b>events</b> −2",
    "too thin for its own model.",
    "Covered <i>well</i>.",
    "silent",
}
"""Sentences that the made-up tables hold in place of those that a run makes, and names."""
ENGLISH = re.compile(
    r"\b(the|of|and|with|is|are|no|not|every|from|which|that|this|visits|areas|off|by)\b", re.IGNORECASE
)


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Every page in French, and what the catalogue did not know."""
    folder = tmp_path_factory.mktemp("french")
    book = whole_book(description="")
    with noting_unknown() as unknown:
        write_all(book, folder, Wanted(language="fr"))
        scenario = {"outputs": {"language": "fr"}, "seed": 1}
        plans = [NamedPlan(name="a <b>", book=book, scenario=scenario)]
        plans.append(NamedPlan(name="b", book=moved_book(description=""), scenario={**scenario, "seed": 2}))
        write_text(folder / "comparison.html", comparison_page(plans))
        write_text(folder / "monitor.html", monitor_page(dataclasses.replace(watched(book), language="fr")))
        write_text(folder / "sizing.html", sizing_page(dataclasses.replace(sizing(), language="fr")))
    return folder, unknown


def test_the_catalogue_knows_every_text(french: tuple[Path, list[str]]) -> None:
    """Nothing of ours stays English; the texts of scripts are checked when a page is made."""
    assert set(french[1]) - FROM_THE_DATA == set()


@pytest.mark.browser
@pytest.mark.parametrize("page", ["desk"], indirect=True)
@pytest.mark.parametrize("name", PAGES)
def test_a_french_page_shows_no_english(page: Any, french: tuple[Path, list[str]], name: str) -> None:
    """Of all that can be read on it, after opening what can be opened, names and sentences of the tables apart."""
    page.goto((french[0] / name).as_uri())
    assert page.evaluate("document.documentElement.lang") == "fr"
    if name == "maps/territories.html":
        page.check("#accounts")
        page.click('[data-theme="change"]')
    elif name == "maps/retouch.html":
        page.fill("#search", "A13")
        page.locator("#found button").first.click()
        page.locator("[data-to]").first.click()
    elif name == "maps/R1.html":
        page.locator("li.stop button.name").nth(1).click()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    hints = page.evaluate(
        "[...document.querySelectorAll('[aria-label], [placeholder], [alt], title')]"
        ".map(one => one.ariaLabel || one.placeholder || one.alt || one.textContent).join('\\n')"
    )
    text = re.sub(r"\S+\.(csv|geojson|json|html|xlsx)\b", "", f"{page.inner_text('body')}\n{hints}")
    for known in sorted(FROM_THE_DATA - {"b"}, key=len, reverse=True):
        text = text.replace(known, "")
    lines = [line for line in text.splitlines() if ENGLISH.search(line) and not re.search(r"<|\$|`|South|Locks", line)]
    assert lines == []
    assert re.search(r"\d,\d", text) or name == "maps/retouch.html"
    assert not re.search(r"\d\.\d+ (%|km|h|M|k)", text.replace("12.3 %", ""))
