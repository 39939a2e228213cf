"""The report says why the forecast differs from last year."""

import re

from maps.book import DRIVER_COLUMNS, no_rows
from maps.report_drivers import driver_chapters
from tests.maps.builders import made_up_book


def body(**changes: object) -> str:
    """Markup of the chapter."""
    return driver_chapters(made_up_book(**changes))[0].body


def test_words_and_names_are_escaped_and_regions_can_be_chosen() -> None:
    """A figure per region and category carries the name of its region; a table row has the total."""
    html = body()
    assert "<b>" not in html.replace("<b></b>", "")
    assert re.findall(r'<figure data-region="([^"]*)" data-category="[^"]*">', html) == [
        "North",
        "North",
        "South &amp; &lt;East&gt;",
    ]
    assert "All regions" in html


def test_sales_of_nothing_last_year_have_words_and_no_bars() -> None:
    """Shares are unknown there."""
    figures = body().split("<figure")
    assert ["<rect" in figure for figure in figures[1:]] == [True, False, True]
    assert "nothing was sold in these weeks last year" in figures[2]


def test_the_expected_sum_is_that_of_all_contributions() -> None:
    """40 000 − 1 % of it."""
    assert "39.6 k EUR" in body()


def test_without_weeks_to_come_there_is_no_chapter() -> None:
    """Every week is known already."""
    assert driver_chapters(made_up_book(drivers=no_rows(*DRIVER_COLUMNS))) == []
