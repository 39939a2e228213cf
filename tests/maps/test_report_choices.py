"""The report narrows its charts, tables and sums to a region, a category and weeks, by keyboard alone."""

from pathlib import Path
from typing import Any

import pytest

from maps.languages.speaking import speaking
from maps.report import report_page
from maps.report_totals import weekly_amounts
from maps.words import money_text
from tests.maps.builders import REGIONS, made_up_book
from tests.maps.every_page import whole_book

pytestmark = pytest.mark.browser

VALVES = "`${Valves}`"


def shown_sums(page: Any, place: str) -> list[str]:
    """The amounts of a table or of the tiles that can be seen."""
    texts: list[str] = page.locator(f"{place} [data-sum]:visible").all_inner_texts()
    return texts


def expected_sums(region: str = "", category: str = "", first: int = 0, last: int = 11) -> list[str]:
    """The tiles' amounts, added up here."""
    amounts = weekly_amounts(made_up_book())
    weeks = sorted(amounts["week"].unique())[first : last + 1]
    kept = amounts[amounts["week"].isin(weeks)]
    kept = kept[(kept["region"] == region) | (region == "")]
    kept = kept[(kept["category"] == category) | (category == "")]
    return [money_text(float(kept[name].sum()), "EUR") for name in ("expected", "sold", "before")]


def captions(page: Any) -> list[str]:
    """What the charts of the forecast that can be seen are about."""
    texts: list[str] = page.locator("#forecast figcaption:visible").all_inner_texts()
    return texts


@pytest.fixture
def report(page: Any, tmp_path: Path) -> Any:
    """The report, opened."""
    (tmp_path / "report.html").write_text(report_page(whole_book(), with_maps=False), encoding="utf-8")
    page.goto((tmp_path / "report.html").as_uri())
    return page


def test_sums_follow_every_choice(report: Any) -> None:
    """Region, category and weeks narrow tiles and tables to what the forecast's lines add up to."""
    assert shown_sums(report, "#totals")[:3] == expected_sums()
    report.select_option("#region", REGIONS[1])
    assert shown_sums(report, "#totals")[:3] == expected_sums(REGIONS[1])
    report.select_option("#category", VALVES)
    assert shown_sums(report, "#totals")[:3] == expected_sums(REGIONS[1], VALVES)
    report.select_option("#from", "2")
    report.select_option("#to", "5")
    wanted = expected_sums(REGIONS[1], VALVES, 2, 5)
    assert shown_sums(report, "#totals")[:3] == wanted
    for side in ("region", "category"):
        assert shown_sums(report, f'.sums[data-side="{side}"] tbody')[:3] == wanted
    report.click("#whole")
    assert shown_sums(report, "#totals")[:3] == expected_sums()


def test_charts_follow_region_and_category(report: Any) -> None:
    """The sum of what is chosen above, each category of each region below."""
    assert captions(report) == [
        "All regions and categories",
        *(f"{region} · {category}" for region in REGIONS for category in ("Pumps", VALVES)),
    ]
    report.select_option("#region", "North")
    assert captions(report) == ["North", "North · Pumps", f"North · {VALVES}"]
    report.select_option("#category", VALVES)
    assert captions(report) == [f"North · {VALVES}"]
    report.select_option("#region", "")
    assert captions(report) == [VALVES, *(f"{region} · {VALVES}" for region in REGIONS)]
    assert report.locator("#stock tbody tr:visible").count() == 1
    report.select_option("#region", "North")
    assert report.locator("#stock tbody tr:visible").count() == 0


def test_charts_go_to_the_weeks_that_are_chosen(report: Any) -> None:
    """Fourteen of the sixty-three weeks before and after are left out, and the axis names weeks instead of quarters."""
    lines = report.locator("#forecast figure.level:visible svg.weeks")
    before = [float(number) for number in lines.get_attribute("viewBox").split()]
    report.select_option("#from", "2")
    report.select_option("#to", "5")
    after = [float(number) for number in lines.get_attribute("viewBox").split()]
    days = float(lines.get_attribute("data-last")) - float(lines.get_attribute("data-first"))
    assert after[2] == pytest.approx(before[2] * 28 / days)
    assert after[0] > before[2] * 0.7
    marks = report.locator("#forecast figure.level:visible .marks text:visible").all_text_contents()
    assert marks == ["19 Jan", "26 Jan", "2 Feb", "9 Feb"]
    report.select_option("#to", "1")
    assert report.input_value("#from") == "1"
    assert shown_sums(report, "#totals")[:3] == expected_sums(first=1, last=1)
    report.click("#whole")
    assert [float(number) for number in lines.get_attribute("viewBox").split()] == before


def test_why_the_forecast_differs_follows_the_category(report: Any) -> None:
    """Rows of sums give way to those of the category; charts of others go."""
    rows = report.locator("#drivers tbody tr:visible")
    assert rows.count() == 1
    report.select_option("#category", "Pumps")
    assert [text.split("\t")[0] for text in rows.all_inner_texts()] == ["North", REGIONS[1]]
    assert report.locator("#drivers figcaption:visible").all_inner_texts() == [f"{one} · Pumps" for one in REGIONS]


def test_a_part_that_does_not_follow_says_so(report: Any) -> None:
    """The territories know no category; nothing is said where all is shown."""
    assert report.locator(".unfollowed").count() == 0
    report.select_option("#category", "Pumps")
    assert report.inner_text("#territories .unfollowed") == "Not narrowed by: category"
    assert report.locator("#forecast p.unfollowed").count() == 0
    assert report.inner_text("#shown") == "Shown: Pumps"
    report.select_option("#region", "North")
    assert report.inner_text("#shown") == "Shown: North · Pumps"
    report.click("#whole")
    assert report.locator(".unfollowed:visible, #shown:visible").count() == 0


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_choices_are_made_by_keyboard(report: Any) -> None:
    """Tab to a choice, arrow down; the way back is a button."""
    for _ in range(60):
        report.keyboard.press("Tab")
        if report.evaluate("document.activeElement.id") == "region":
            break
    report.keyboard.press("ArrowDown")
    report.keyboard.press("Tab")
    report.keyboard.press("ArrowDown")
    assert shown_sums(report, "#totals")[:3] == expected_sums("North", "Pumps")
    report.keyboard.press("Tab")
    report.keyboard.press("ArrowDown")
    assert shown_sums(report, "#totals")[:3] == expected_sums("North", "Pumps", 1)
    report.keyboard.press("Tab")
    report.keyboard.press("Tab")
    report.keyboard.press("Enter")
    assert shown_sums(report, "#totals")[:3] == expected_sums()
    assert report.evaluate("document.activeElement.id") == "region"


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_the_printed_report_tells_what_it_shows(report: Any) -> None:
    """Controls go, the choice stays to be read, folded parts open, and wide tables fit."""
    report.select_option("#region", "North")
    report.emulate_media(media="print")
    report.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not report.locator("form.choices, nav.bar").first.is_visible()
    assert report.locator("#shown").is_visible()
    assert report.locator("details:not([open])").count() == 0
    assert report.locator("figure.level:visible").count() == 1


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_sums_are_written_as_french_readers_do(page: Any, tmp_path: Path) -> None:
    """Comma and the euro's sign, also after a choice."""
    with speaking("fr"):
        (tmp_path / "report.html").write_text(report_page(whole_book(), with_maps=False), encoding="utf-8")
        wanted = expected_sums("North", "", 2)
    page.goto((tmp_path / "report.html").as_uri())
    page.select_option("#region", "North")
    page.select_option("#from", "2")
    assert "€" in wanted[0]
    with speaking("fr"):
        assert shown_sums(page, "#totals")[:3] == wanted
    assert page.inner_text("#shown") == "Affiché : North · semaines du 19 janv. 2026 au 23 mars 2026"
