"""The few lines that the terminal and the report share."""

from dataclasses import replace

import pandas as pd
import pytest

from maps.headlines import headlines
from tests.maps.builders import made_up_book

CLASH = pd.DataFrame({"rules": ["territories_are_balanced"], "text": ["R1 may hold 5, but its only area holds 9"]})


def told(**changes) -> dict[str, str]:
    """Give the notes by label."""
    return {line.label: line.note for line in headlines(replace(made_up_book(), **changes))}


@pytest.mark.parametrize(
    ("status", "words"),
    [("infeasible", "no plan can keep them all"), ("unknown", "a plan that keeps them all was not found")],
)
def test_not_found_is_not_called_impossible(status, words):
    """Only a proof lets us say that no plan can be."""
    solves = made_up_book().solves
    solves = solves.assign(status=solves["status"].where(solves["stage"] != "territories", status))
    notes = told(conflicts=CLASH, solves=solves)
    assert notes["Rules"] == words
    assert notes["Why"] == CLASH["text"][0]


def test_tours_that_were_not_run_are_not_told():
    """Nothing is said of visits when the stage is missing, rather than that none was left out."""
    measures = {name: value for name, value in made_up_book().measures.items() if name != "tours"}
    assert "Visits planned" in told()
    assert "Visits planned" not in told(measures=measures)


def test_stages_that_were_not_run_are_not_told():
    """After a check alone no rule is said to be kept, no potential to be 0, and no area to have another rep."""
    book = made_up_book()
    unplanned = book.areas.assign(rep_id="", territory_id="")
    nothing = {"territories": book.territories.iloc[:0], "forecast": book.forecast.iloc[:0]}
    kept = {"violations": book.violations.iloc[:0], "conflicts": book.conflicts.iloc[:0]}
    names = ("Rules", "Forecast sales", "Potential", "Changes hands")
    assert all(name in told(**kept) for name in names)
    assert not any(name in told(areas=unplanned, measures={}, **nothing, **kept) for name in names)


@pytest.mark.parametrize(("chances", "words"), [([0.86, 1.0, 0.99], "86 %"), ([1.0, 1.0, 1.0], "100 %")])
def test_the_least_chance_is_told_as_it_is(chances, words):
    """Never as "100 % or more"."""
    territories = made_up_book().territories.assign(chance_inside=chances)
    book = replace(made_up_book(), territories=territories)
    value = next(line.value for line in headlines(book) if line.label == "Chance to stay inside")
    assert value.replace("\u202f", " ").replace("\xa0", " ") == f"{words} for the least sure"
