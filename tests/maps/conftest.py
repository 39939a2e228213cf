"""Give the tests of pages a browser without network."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maps.writers import write_all, write_run_record
from tests.maps.builders import made_up_book

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SCREENS = {
    "desk": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is installed: looked for " + ", ".join(NAMES))
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    write_all(made_up_book(), folder)
    write_run_record(made_up_book().run, folder)
    return folder


@pytest.fixture(scope="module")
def on_screen(browser: Any) -> Iterator[Callable[[str], Any]]:
    """Open a page on a screen, the same one again and again: a new one costs as much as loading three of ours."""
    pages: dict[str, Any] = {}

    def page_on(screen: str) -> Any:
        if screen not in pages:
            pages[screen] = browser.new_context(**SCREENS[screen], offline=True).new_page()
        return pages[screen]

    yield page_on
    for page in pages.values():
        page.context.close()


@pytest.fixture(params=["desk", pytest.param("phone", marks=pytest.mark.slow)])
def page(request: pytest.FixtureRequest, on_screen: Callable[[str], Any]) -> Iterator[Any]:
    """Give a blank page that complains about every request and every word on the console."""
    page = on_screen(request.param)
    complaints: list[str] = []
    listeners = {
        "console": lambda message: complaints.append(f"{message.type}: {message.text}"),
        "pageerror": lambda error: complaints.append(f"error: {error}"),
        "request": lambda asked: (
            None if asked.url.startswith(("file:", "data:", "blob:")) else complaints.append(asked.url)
        ),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield page
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    page.emulate_media(media="null")
    page.goto("about:blank")
    assert complaints == []
