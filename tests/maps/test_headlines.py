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
