"""Take a picture of every page type: `python docs/screenshots.py docs/images FOLDER…`.

A folder is what a command left: a run, a comparison, a monitored forecast, team sizes. Of each page type the first
folder that has it is taken, of a run's reps the first, on a phone's screen; a French run gives its rep's page as a
further picture. Chapters of the report that are worth a picture of their own get one. Needs the `test` extra and an
installed Chromium; pages are opened with the network off. A picture weighs at most 150 kB.
"""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PAINT_MILLISECONDS = 1500
MOST_BYTES = 150_000
READING_PAGES = ("report", "data_quality", "compare", "monitor", "size")
MAP_PAGES = ("territories", "retouch")
CHAPTERS = {"forecast": "forecast", "alternatives": "alternatives"}
"""Picture → chapter of the report."""
OPENED_AT = {"compare": "trade-off"}
"""Page → chapter that it is shown from, where its head says less."""


def wanted_pictures(folders: Sequence[Path]) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Choose the pages: (name of the picture, file, screen)."""
    for name in READING_PAGES:
        yield from _first(name, [folder / f"{name}.html" for folder in folders], DESKTOP)
    for name in MAP_PAGES:
        yield from _first(name, [folder / "maps" / f"{name}.html" for folder in folders], DESKTOP)
    for name, anchor in CHAPTERS.items():
        reports = [folder / "report.html" for folder in folders]
        yield from _first(name, [path for path in reports if path.exists() and _has(path, anchor)], DESKTOP)
    reps = [
        path for folder in folders for path in sorted((folder / "maps").glob("*.html")) if path.stem not in MAP_PAGES
    ]
    french = [path for path in reps if 'lang="fr"' in path.read_text(encoding="utf-8")[:2000]]
    yield from _first("rep_phone", [path for path in reps if path not in french], PHONE)
    yield from _first("rep_phone_french", french, PHONE)


def _has(report: Path, anchor: str) -> bool:
    return f'<section id="{anchor}"' in report.read_text(encoding="utf-8")


def _first(name: str, paths: Sequence[Path], screen: dict[str, Any]) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    there = [path for path in paths if path.exists()]
    if there:
        yield name, there[0], screen


def bring_up(page: Page, name: str) -> None:
    """Show what a page is for."""
    if name == "retouch":
        page.evaluate("document.querySelector('#search').value = ''")
        page.mouse.click(800, 430)
    elif name in CHAPTERS:
        if name == "forecast":
            page.select_option("#region", index=page.locator("#region option").count() - 1)
        page.evaluate("id => document.getElementById(id).scrollIntoView({behavior: 'instant'})", CHAPTERS[name])
    elif name in OPENED_AT:
        page.evaluate("id => document.getElementById(id)?.scrollIntoView({behavior: 'instant'})", OPENED_AT[name])
    elif name.startswith("rep_phone"):
        page.locator('[data-week="1"]').click()
        page.locator("#days button").nth(1).click()
        page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(PAINT_MILLISECONDS)


def picture_of(page: Page) -> bytes:
    """Take a picture as good as its weight allows."""
    for quality in range(88, 20, -8):
        taken = page.screenshot(type="jpeg", quality=quality)
        if len(taken) <= MOST_BYTES:
            break
    return taken


def main() -> None:
    """Open the pages one by one and save what they look like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    arguments = parser.parse_args()
    chromium = next(path for name in ("chromium", "google-chrome") if (path := shutil.which(name)))
    arguments.pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name, path, screen in wanted_pictures(arguments.folders):
            context = browser.new_context(**screen, offline=True)
            page = context.new_page()
            page.goto(path.resolve().as_uri(), timeout=120_000)
            page.wait_for_timeout(PAINT_MILLISECONDS)
            bring_up(page, name)
            (arguments.pictures / f"{name}.jpg").write_bytes(picture_of(page))
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
