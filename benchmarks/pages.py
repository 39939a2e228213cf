"""Measure weights and paint times of pages: python benchmarks/pages.py FOLDER… [--json] [--keep DIR].

A folder is a run's output, or the case of scale (a README with `fr_communes_2026.csv.gz` and its polygons), for which
the project's own writer makes the national page first: all communes, the 200 homes, each commune with the nearest
home (what is drawn counts here, not how good the plan is), and an account in each commune of 2,000 or more. Pages
are opened by an installed Chromium without network, in a window of 1280 × 800 (a rep's on a phone's screen). Seconds
are from asking for the page until the second frame after it is loaded, so that everything first shown is painted;
CPU seconds are those of all the browser's processes meanwhile, which say more on a crowded machine; "areas" is how
long the choropleth of all areas takes from the click. Of a run's reps the heaviest page is measured.
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from benchmarks.pages_france import COMMUNES, national_page

COLUMNS = ("folder", "page", "kilobytes", "limit_kilobytes", "seconds", "limit_seconds", "cpu_seconds",
           "areas_seconds", "kept")  # fmt: skip
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LIMITS = {"territories": (3000, 3.0), "national": (5000, 5.0), "rep": (600, None)}
"""Kilobytes and seconds allowed."""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
OTHERS = ("territories", "retouch")


def seconds_to_paint(browser: Browser, path: Path, screen: dict[str, Any]) -> tuple[float, float, float | None]:
    """Open a page and wait until it is painted; give seconds, CPU seconds, and those of a choropleth if it has one."""
    context = browser.new_context(**screen, offline=True)
    page = context.new_page()
    used = _cpu_seconds(browser)
    page.goto(path.resolve().as_uri(), timeout=120_000)
    seconds = float(page.evaluate(PAINTED)) / 1000
    used = _cpu_seconds(browser) - used
    areas = _choropleth_seconds(page)
    context.close()
    return seconds, used, areas


def _cpu_seconds(browser: Browser) -> float:
    """Sum what the browser's processes have used so far."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return float(sum(process["cpuTime"] for process in processes))


def _choropleth_seconds(page: Page) -> float | None:
    button = page.locator('[data-theme="potential"]')
    if not button.count():
        return None
    began = time.perf_counter()
    button.click()
    page.evaluate(PAINTED)
    return time.perf_counter() - began


def pages_of(folder: Path, keep: Path) -> list[tuple[str, Path, str]]:
    """Choose the pages to measure: (name, file, kind)."""
    if (folder / COMMUNES).exists():
        target = keep / "national.html"
        target.write_text(national_page(folder), encoding="utf-8", newline="\n")
        return [("national", target, "national")]
    pages = [(path.stem, path, "other") for path in sorted(folder.glob("*.html"))]
    maps = sorted((folder / "maps").glob("*.html"))
    pages += [(path.stem, path, path.stem) for path in maps if path.stem in OTHERS]
    reps = [path for path in maps if path.stem not in OTHERS]
    if reps:
        heaviest = max(reps, key=lambda path: path.stat().st_size)
        pages.append((f"rep {heaviest.stem}, heaviest of {len(reps)}", heaviest, "rep"))
    return pages


def rows_of(browser: Browser, folder: Path, keep: Path) -> list[dict[str, Any]]:
    """Measure the pages of one folder."""
    rows = []
    for name, path, kind in pages_of(folder, keep):
        size = path.stat().st_size / 1000
        most_kilobytes, most_seconds = LIMITS.get(kind, (None, None))
        seconds, used, areas = seconds_to_paint(browser, path, PHONE if kind == "rep" else DESK)
        kept = (most_kilobytes is None or size < most_kilobytes) and (most_seconds is None or seconds < most_seconds)
        values = (folder.name, name, round(size, 1), most_kilobytes, round(seconds, 2), most_seconds, round(used, 2),
                  None if areas is None else round(areas, 2), kept)  # fmt: skip
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, default=Path("out"), help="folder for the page made here")
    arguments = parser.parse_args()
    chromium = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
    if chromium is None:
        parser.error("no Chromium is installed: looked for chromium, google-chrome and chrome")
    arguments.keep.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        rows = [row for folder in arguments.folders for row in rows_of(browser, folder, arguments.keep)]
        browser.close()
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for row in rows:
        print("| " + " | ".join("" if row[name] is None else str(row[name]) for name in COLUMNS) + " |")


if __name__ == "__main__":
    main()
