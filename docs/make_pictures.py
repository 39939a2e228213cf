"""Take the README's pictures of a finished run: `python docs/make_pictures.py out/alpha docs/images`.

Needs the `test` extra and an installed Chromium; pages are opened with the network off.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PAINT_MILLISECONDS = 1500


def main(run: Path, pictures: Path) -> None:
    """Open the main pages of a run and save what they look like."""
    rep_page = sorted(page for page in (run / "maps").glob("*.html") if page.stem != "territories")[0]
    wanted = [
        (run / "maps" / "territories.html", "territories.png", DESKTOP),
        (run / "report.html", "report.png", DESKTOP),
        (rep_page, "rep_phone.png", PHONE),
    ]
    chromium = next(path for name in ("chromium", "google-chrome") if (path := shutil.which(name)))
    pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for page_file, name, size in wanted:
            context = browser.new_context(viewport=size, offline=True)
            page = context.new_page()
            page.goto(page_file.resolve().as_uri())
            page.wait_for_timeout(PAINT_MILLISECONDS)
            page.screenshot(path=pictures / name)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
