"""The report tells what is made of the forecast."""

from maps.report import report_page
from maps.report_resources import resource_chapters
from maps.resource_tables import RESOURCE_FILES, resource_files
from maps.resources import Resources
from tests.maps.builders import made_up_book, made_up_resources


def test_every_part_has_a_chapter_and_names_stay_text() -> None:
    chapters = resource_chapters(made_up_book(resources=made_up_resources()))
    assert [chapter.anchor for chapter in chapters] == ["risks", "stock", "budget", "rep-time"]
    bodies = "".join(chapter.body for chapter in chapters)
    assert "<script>" not in bodies
    assert "Main <b>" not in bodies
    assert "<i>well" not in bodies
    assert "the largest 20 of 40, together" in bodies


def test_areas_of_a_segment_are_added_up() -> None:
    """Twenty hours become 24."""
    body = next(
        chapter.body
        for chapter in resource_chapters(made_up_book(resources=made_up_resources()))
        if chapter.anchor == "rep-time"
    )
    assert "+20 %" in body


def test_nothing_is_told_of_what_was_not_asked_for() -> None:
    assert resource_chapters(made_up_book()) == []
    assert resource_files(Resources()) == {}
    assert "stock.csv" not in report_page(made_up_book())


def test_the_report_links_the_files_that_are_there() -> None:
    page = report_page(made_up_book(resources=made_up_resources()))
    assert all(f'href="{file.name}"' in page for file in RESOURCE_FILES)


def test_missing_numbers_are_empty_cells() -> None:
    texts = resource_files(made_up_resources())
    assert texts["account_scores.csv"].splitlines()[1] == "C1,leave,0.2000,3,1.5,"
    assert texts["stock.csv"].splitlines()[1] == "'=Main <b>,Pumps,2026-01-05,2026-01-05,900.00,100.00,1000.00"
