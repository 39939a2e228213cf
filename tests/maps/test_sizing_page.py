"""Test what the sentence on team sizes advises."""

import dataclasses

from maps.sizing_page import verdict
from tests.maps.every_page import sizing


def test_the_smallest_team_that_fits_is_named():
    """Two reps have too much to do, three have room."""
    assert verdict(sizing()).startswith("3 reps are the smallest")


def test_no_more_reps_are_asked_for_where_hours_are_enough():
    """Only balance is missed: more reps would not help."""
    said = verdict(dataclasses.replace(sizing(), tolerances=(0.01,)))
    assert "3 reps come nearest" in said
    assert said.endswith("Try a wider tolerance.")


def test_more_reps_are_asked_for_where_all_teams_have_too_much_work():
    """Each team has more work than hours."""
    made = sizing()
    sizes = [dataclasses.replace(size, capacity_hours=10.0) for size in made.sizes]
    assert "Try more reps" in verdict(dataclasses.replace(made, sizes=sizes))
