"""Every page passes axe-core's checks (WCAG 2.2 AA and good practice), and works by keyboard alone."""

import importlib.resources
from pathlib import Path
from typing import Any

import pytest

from tests.maps.every_page import PAGES, write_every_page

pytestmark = pytest.mark.browser

FADING_MILLISECONDS = 400
"""Popups fade in; half seen, their text is pale."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUICK = {("phone", "maps/R1.html"), ("desk", "monitor.html"), ("desk", "data_quality.html")}
"""Looked at in every run; the others, and each on the other screen, in the slow one."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("every")
    write_every_page(folder)
    return folder


@pytest.fixture(scope="module")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    return (importlib.resources.files(package) / "axe.min.js").read_text(encoding="utf-8")


def findings(page: Any, axe: str) -> list[str]:
    """Name each rule that the page breaks as it stands, with the first place."""
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0]['failureSummary']}" for one in found["violations"]
    ]


def use(page: Any, name: str) -> None:
    """Bring up what a page shows only when it is used."""
    if name == "maps/territories.html":
        page.check("#accounts")
        page.check("#areas")
        page.check("#today")
        page.click('[data-territory="T-R2"]')
        page.click('[data-theme="change"]')
        page.fill("#search", "shop")
    elif name == "maps/retouch.html":
        page.fill("#search", "A13")
        page.locator("#found button").first.click()
        page.locator("[data-to]").first.click()
    elif name == "maps/R1.html":
        page.locator("details.missed summary").click()
        page.locator("li.stop button.name").nth(1).click()
    else:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.wait_for_timeout(FADING_MILLISECONDS)


@pytest.mark.parametrize(
    ("page", "name"),
    [
        pytest.param(screen, name, marks=pytest.mark.slow if (screen, name) not in QUICK else ())
        for screen in ("desk", "phone")
        for name in PAGES
    ],
    indirect=["page"],
)
def test_pages_pass_axe(page: Any, pages: Path, axe: str, name: str) -> None:
    """With everything open that can be opened."""
    page.goto((pages / name).as_uri())
    use(page, name)
    assert findings(page, axe) == []


def test_axe_would_tell(page: Any, axe: str) -> None:
    """Text that can hardly be read and a button without a name are found."""
    page.set_content('<html lang="en"><title>x</title><main><h1>x</h1><p style="color:#bbb">pale</p><button></button>')
    assert {text.partition(":")[0] for text in findings(page, axe)} == {"color-contrast", "button-name"}


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until an element has the focus, which must then be seen."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
    pytest.fail(f"Tab never reaches {selector}")


def test_a_stop_is_opened_by_keyboard(page: Any, pages: Path) -> None:
    """Tab, Enter; Escape closes it again."""
    page.goto((pages / "maps" / "R1.html").as_uri())
    tab_to(page, "button.name")
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('.leaflet-popup')")


def test_an_area_is_moved_by_keyboard(page: Any, pages: Path) -> None:
    """Search, Enter, Tab to an offer, Enter; control and z takes it back."""
    page.goto((pages / "maps" / "retouch.html").as_uri())
    tab_to(page, "#search")
    page.keyboard.type("A13")
    page.keyboard.press("Enter")
    tab_to(page, "[data-to]")
    page.keyboard.press("Enter")
    assert page.inner_text("#moved") == "1"
    page.keyboard.press("Control+z")
    assert page.inner_text("#moved") == "0"


def test_territories_are_chosen_by_keyboard(page: Any, pages: Path) -> None:
    """A theme by Space, a territory by Enter."""
    page.goto((pages / "maps" / "territories.html").as_uri())
    tab_to(page, '[data-theme="potential"]')
    page.keyboard.press("Space")
    assert "Potential" in page.inner_text("#legend")
    tab_to(page, '[data-territory="T-R2"]')
    page.keyboard.press("Enter")
    assert page.input_value("#rep") == "T-R2"
