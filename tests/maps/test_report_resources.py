"""The report tells what is made of the forecast."""

import pandas as pd

from maps.report import report_page
from maps.report_resources import resource_chapters
from maps.resource_tables import RESOURCE_FILES, resource_files
from maps.resources import Resources
from tests.maps.builders import HOSTILE, made_up_book


def resources() -> Resources:
    """One row or a few of everything, with names that break careless pages."""
    week = pd.Timestamp("2026-01-05")
    return Resources(
        tables={
            "stock": pd.DataFrame(
                [("<b>Main</b>", "tools", week, week, 900.0, 100.0, 1000.0)],
                columns=["warehouse", "category", "week", "cover_until", "expected", "safety", "stock"],
            ),
            "budget": pd.DataFrame(
                [("North", 1000.0, 300.0, 0.0, 0.0, float("nan"), 1.4, 50.0, 9.0)],
                columns=[
                    "region", "expected", "winnable", "spend", "gain", "return", "next_return", "by_sales",
                    "gain_by_sales",
                ],
            ),
            "rep_time": pd.DataFrame(
                [("A01", "North", "A", 2, 10.0, 500.0, 12.0), ("A02", "North", "A", 1, 10.0, 500.0, 12.0)],
                columns=["area_id", "region", "segment", "accounts", "hours", "potential", "suggested_hours"],
            ),
            "risks": pd.DataFrame(
                [("may_leave", "North", f"C{n}", name, 50.0, 0.2, "silent") for n, name in enumerate(HOSTILE * 3)]
                + [("under_target", "North", "", "", 70.0, 0.9, "expected 3 against 4")],
                columns=["kind", "region", "account_id", "name", "size", "probability", "reason"],
            ),
            "account_scores": pd.DataFrame(
                [("C1", "leave", 0.2, 3.0, 1.5, float("nan"))],
                columns=["account_id", "kind", "probability", "silent_weeks", "usual_gap", "trend"],
            ),
            "score_tests": pd.DataFrame(
                [("leave", week, 100, 5, 4.5, 0.02, 0.03, 0.8)],
                columns=["kind", "origin", "accounts", "happened", "expected", "brier", "brier_base", "auc"],
            ),
            "score_parts": pd.DataFrame(
                [("leave", 1, 50, 0.01, 0.02), ("leave", 2, 50, 0.08, 0.07)],
                columns=["kind", "part", "accounts", "expected", "happened"],
            ),
        },
        notes={"stock": ("Covered <i>well</i>.",)},
    )  # fmt: skip


def test_every_part_has_a_chapter_and_names_stay_text() -> None:
    chapters = resource_chapters(made_up_book(resources=resources()))
    assert [chapter.anchor for chapter in chapters] == ["risks", "stock", "budget", "rep-time"]
    bodies = "".join(chapter.body for chapter in chapters)
    assert "<script>" not in bodies
    assert "<b>Main" not in bodies
    assert "<i>well" not in bodies
    assert "the largest 20 of 30" in bodies


def test_areas_of_a_segment_are_added_up() -> None:
    """Twenty hours become 24."""
    body = next(
        chapter.body
        for chapter in resource_chapters(made_up_book(resources=resources()))
        if chapter.anchor == "rep-time"
    )
    assert "+20 %" in body


def test_nothing_is_told_of_what_was_not_asked_for() -> None:
    assert resource_chapters(made_up_book()) == []
    assert resource_files(Resources()) == {}
    assert "stock.csv" not in report_page(made_up_book())


def test_the_report_links_the_files_that_are_there() -> None:
    page = report_page(made_up_book(resources=resources()))
    assert all(f'href="{file.name}"' in page for file in RESOURCE_FILES)


def test_missing_numbers_are_empty_cells() -> None:
    texts = resource_files(resources())
    assert texts["account_scores.csv"].splitlines()[1] == "C1,leave,0.2000,3,1.5,"
    assert texts["stock.csv"].splitlines()[1] == "<b>Main</b>,tools,2026-01-05,2026-01-05,900.00,100.00,1000.00"
