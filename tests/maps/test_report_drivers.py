"""The report says why the forecast differs from last year."""

import re
from dataclasses import replace

import pandas as pd

from maps.book import DRIVER_COLUMNS, EVENT_EFFECT_COLUMNS, MOVED, PlanBook, no_rows
from maps.languages.speaking import noting_unknown, speaking
from maps.report_drivers import driver_chapters
from maps.tables import MOVED_FILE
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


def moved_book(**changes: object) -> PlanBook:
    """A strike that moves 30 EUR from the first account to the last one, in another area."""
    accounts = made_up_book().accounts
    accounts[MOVED] = [-30.0, *[0.0] * (len(accounts) - 2), 30.0]
    effects = pd.DataFrame([("strike", 4, -0.5, -0.6, -0.4, -0.5, -60.0)], columns=list(EVENT_EFFECT_COLUMNS))
    return made_up_book(accounts=accounts, event_effects=effects, **changes)


def test_areas_that_events_move_sales_from_and_to_are_listed() -> None:
    """One loses what the other wins; all words are known in French."""
    chapter = driver_chapters(moved_book())[1]
    assert chapter.anchor == "events"
    assert "Areas whose sales events move most" in chapter.body
    assert "−30 EUR" in chapter.body
    added = []
    for accounts in (made_up_book().accounts, moved_book().accounts):
        with speaking("fr"), noting_unknown() as unknown:
            french = driver_chapters(replace(moved_book(), accounts=accounts))[1].body
        added.append(unknown)
    assert "Zones dont les événements" in french
    assert added[0] == added[1]


def test_accounts_that_events_move_sales_from_and_to_are_a_file() -> None:
    """Baseline with events, what they moved, and the share of what there would be without."""
    lines = MOVED_FILE.text(moved_book()).splitlines()
    assert lines[0] == "account_id,area_id,region,baseline,moved_by_events,share"
    assert len(lines) == 3
    first = moved_book().accounts.iloc[0]
    share = -30.0 / (first["baseline"] + 30.0)
    assert next(line for line in lines if line.startswith(first["account_id"])).endswith(f",-30.00,{share:.6f}")
