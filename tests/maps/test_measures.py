"""The figures that people compare count what really changes hands."""

from dataclasses import replace

import pandas as pd
import pytest

from maps.headlines import left_reps_text, moved_areas
from maps.measures import disruption_measures, tour_measures
from maps.plan_tables import tour_tables
from maps.report_territories import territory_chapters
from maps.words import money_text
from optimizer.solving import Effort, SolverSettings
from optimizer.tours.search import plan_tours
from tests.maps.builders import made_up_book
from tests.optimizer.tours.builders import random_instance

AREAS = pd.DataFrame(
    {
        "area_id": ["A", "B", "C"],
        "rep_id": ["R2", "R1", "R1"],
        "current_rep_id": ["R1", "R1", ""],
        "potential": [100.0, 200.0, 900.0],
    }
)
ACCOUNTS = pd.DataFrame(
    {"account_id": ["1", "2", "3", "4"], "area_id": ["A", "A", "B", "C"], "potential": [60.0, 40.0, 200.0, 900.0]}
)


@pytest.mark.parametrize(
    ("staying", "accounts", "share"), [((), 2, 100 / 300), (("1",), 1, 40 / 240), (("1", "2"), 0, 0.0)]
)
def test_accounts_that_stay_with_their_rep_do_not_change_hands(staying, accounts, share):
    """The share is that of the cap: what stays with a rep counts neither as moved nor as what could be."""
    told = disruption_measures(AREAS, ACCOUNTS, ("R1", "R2"), staying=staying)
    assert (told["areas_moved"], told["areas_with_a_rep_today"], told["accounts_moved"]) == (1, 2, accounts)
    assert told["potential_moved_share"] == pytest.approx(share, abs=1e-6)
    book = replace(made_up_book(), areas=AREAS, accounts=ACCOUNTS, staying=frozenset(staying))
    assert moved_areas(book) == (1, 2, pytest.approx(share))


def test_areas_of_a_rep_who_left_change_hands_and_are_told_apart():
    """They are part of the whole and of what moves; what no plan can avoid is told beside what this one chose."""
    areas = AREAS.assign(current_rep_id=["R1", "R1", "R9"])
    told = disruption_measures(areas, ACCOUNTS, ("R1", "R2"))
    assert (told["areas_moved"], told["areas_with_a_rep_today"], told["accounts_moved"]) == (2, 3, 3)
    assert told["potential_moved_share"] == pytest.approx(1000 / 1200, abs=1e-6)
    assert told["unavoidable"] == {
        "reps_who_left": ["R9"], "areas_moved": 1, "accounts_moved": 1, "potential_moved_share": 0.75,
    }  # fmt: skip
    assert told["avoidable"] == {
        "areas_moved": 1, "accounts_moved": 2, "potential_moved_share": pytest.approx(100 / 1200, abs=1e-6),
    }  # fmt: skip
    book = replace(made_up_book(), areas=areas, accounts=ACCOUNTS, reps=pd.DataFrame({"rep_id": ["R1", "R2"]}))
    text = "; 1 area of them (75.0 %) because R9 left, which no plan can avoid, and 1 area (8.3 %) by this plan"
    assert left_reps_text(book).replace("\u202f", " ") == text
    assert left_reps_text(made_up_book()) == ""


def test_the_table_of_changes_leaves_out_accounts_that_stay():
    """What each rep gives away shrinks by what stays; the sentence counts one account fewer."""
    book = made_up_book()
    changed = book.areas[(book.areas["current_rep_id"] != "") & (book.areas["current_rep_id"] != book.areas["rep_id"])]
    moved = book.accounts[book.accounts["area_id"].isin(changed["area_id"])]
    stays = str(moved["account_id"].iloc[0])
    chapters = (territory_chapters(plan)[-1] for plan in (book, replace(book, staying=frozenset({stays}))))
    before, after = (chapter.body for chapter in chapters)
    assert f"{len(moved)} of {len(book.accounts)} accounts" in before
    assert f"{len(moved) - 1} of {len(book.accounts)} accounts" in after
    giver = changed.set_index("area_id")["current_rep_id"][moved["area_id"].iloc[0]]
    gives = float(changed.loc[changed["current_rep_id"] == giver, "potential"].sum())
    assert f"gives {money_text(gives, book.currency)}" in before
    assert f"gives {money_text(gives - float(moved['potential'].iloc[0]), book.currency)}" in after


def test_each_reps_bound_and_gap_are_told():
    """The gap is the share of the cost that the bound leaves open."""
    instance = random_instance(1, accounts=20, weeks=2)
    result = plan_tours(instance, SolverSettings(effort=Effort.QUICK, workers=1))
    _, days, missed = tour_tables([instance], [result])
    (told,) = tour_measures([instance], [result], days, missed)["by_rep"]
    assert told["bound"] == pytest.approx(result.bound, abs=1e-6)
    assert told["gap"] == pytest.approx(1 - told["bound"] / told["objective"], abs=1e-6)
