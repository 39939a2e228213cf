"""The report's chapters about the forecast."""

import re

from maps.book import PlanBook
from maps.languages.speaking import noting_unknown, speaking
from maps.report_forecast import forecast_chapters
from tests.maps.builders import made_up_book

NOTE = "not enough history to compare models"


def backtest_chapter(**changes: object) -> str:
    """HTML of the chapter about the backtest."""
    return str(forecast_chapters(made_up_book(**changes))[1].body)


def test_every_model_of_a_region_has_a_row_and_one_is_marked() -> None:
    """Three models, all regions and two single ones."""
    page = backtest_chapter()
    assert page.count("<tr") == 1 + 3 * 3
    assert page.count(">chosen<") == 3
    assert NOTE not in page


def test_a_region_without_a_comparison_says_so() -> None:
    """In its one row, instead of a mark as chosen; in French too."""
    scores = made_up_book().scores
    scores = scores[scores["chosen"]].assign(note=NOTE)
    page = backtest_chapter(scores=scores)
    assert page.count(NOTE) == 3
    assert ">chosen<" not in page
    with speaking("fr"), noting_unknown() as unknown:
        assert "pas assez d'historique" in backtest_chapter(scores=scores).replace("&#x27;", "'").replace("&#39;", "'")
    assert NOTE not in unknown


def test_a_week_that_is_not_known_is_no_week_without_sales() -> None:
    """The chart of a sum leaves it out, instead of falling to the part that is known."""
    book = made_up_book()
    history = book.history.copy()
    history.loc[(history["week"] == "2025-06-02") & (history["category"] == "Pumps"), "sales"] = float("nan")

    def points(one: PlanBook) -> int:
        body = str(forecast_chapters(one)[0].body)
        first = re.search(r'class="past" d="([^"]*)"', body)
        return first.group(1).count("L") if first else 0

    assert points(book) == 51
    assert points(made_up_book(history=history)) == 50


def test_no_backtest_at_all_is_said() -> None:
    """Instead of a table without rows."""
    page = backtest_chapter(scores=made_up_book().scores.iloc[:0])
    assert "No test on past weeks was possible" in page
    assert "<table" not in page
