"""Other good plans are written as a table and as assignments, and shown side by side."""

import csv
import io
from dataclasses import replace

import numpy as np

from maps.alternative_plans import alternative_plans, alternatives_csv, alternatives_text, assignment_csv
from maps.report_indices import alternative_chapters, index_chapters
from maps.territory_indices import with_indices
from maps.writers import write_alternatives
from optimizer.territory.alternatives import Alternatives, measured
from optimizer.territory.plan import TerritoryPlan
from tests.maps.builders import made_up_book
from tests.optimizer.territory.builders import from_ascii

MAP = """
[2] 1  1 [2]
 1  1  1  1
"""
HALVES = TerritoryPlan(rep_of_area=np.array([0, 0, 1, 1, 0, 0, 1, 1]))
OTHER = TerritoryPlan(rep_of_area=np.array([0, 0, 1, 1, 0, 1, 1, 1]))


def plans():
    """Return the chosen plan and another, on a map where R0 has everything but R1's home today."""
    instance = from_ascii(MAP, tolerance=0.4, current_rep=np.array([0, 0, 0, 1, 0, 0, 0, 0]))
    kept = tuple(
        measured(instance, plan, HALVES, name) for plan, name in ((HALVES, "chosen"), (OTHER, "fewer changes, even"))
    )
    return instance, alternative_plans(instance, Alternatives(kept=kept, notes=("even: no plan found",)), None)


def test_measures_of_each_plan():
    """Of eight areas, which all count alike, three change hands; in the other plan four, and it is 20 % off."""
    _, (chosen, other) = plans()
    assert (chosen.moved_share, chosen.areas_moved, chosen.worst_deviation) == (3 / 8, 3, {"potential": 0.0})
    assert (other.moved_share, other.areas_moved, round(other.worst_deviation["potential"], 9)) == (4 / 8, 4, 0.2)
    assert (other.difference, other.tolerance_used, other.least_chance) == (1 / 8, 0.5, None)
    assert other.file == "alternatives/fewer_changes_even/assignment.csv"


def test_the_table_has_a_line_per_plan():
    """Names with commas are quoted; what is unknown stays empty."""
    lines = list(csv.DictReader(io.StringIO(alternatives_csv(plans()[1]))))
    assert [line["name"] for line in lines] == ["chosen", "fewer changes, even"]
    assert (lines[1]["potential_worst_deviation"], lines[1]["least_chance_inside"]) == ("0.2000", "")


def test_assignments_have_the_form_of_a_run():
    """So that `evaluate` reads them."""
    instance, (_, other) = plans()
    lines = assignment_csv(other, instance.area_ids).splitlines()
    assert lines[:2] == ["area_id,territory_id,rep_id", "A0,T-R0,R0"]
    assert lines[6] == "A5,T-R1,R1"


def test_plans_side_by_side_on_the_terminal():
    """A line each, then what was looked for in vain."""
    _, both = plans()
    lines = alternatives_text(both, ("even: no plan found",)).splitlines()
    assert (len(lines), lines[-1]) == (5, "even: no plan found")
    assert "37.5 %" in lines[1]
    assert alternatives_text((), ()).startswith("No other plans")


def test_files_of_a_run(tmp_path):
    """One table and one folder per plan; nothing at all without plans."""
    book = made_up_book()
    write_alternatives(book, tmp_path)
    assert list(tmp_path.iterdir()) == []
    owners = tuple(book.areas["rep_id"])
    some = tuple(replace(plan, rep_ids=owners) for plan in plans()[1])
    write_alternatives(replace(book, alternatives=some), tmp_path)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.csv")) == [
        "alternatives.csv",
        "alternatives/chosen/assignment.csv",
        "alternatives/fewer_changes_even/assignment.csv",
    ]


def test_chapters_of_the_report():
    """Other plans and indices get a chapter where there are any, with the least sure territory named."""
    book = made_up_book()
    assert (alternative_chapters(book), index_chapters(book)) == ([], [])
    table = book.territories.assign(
        balance_index=91.0, compactness_index=80.0, polsby_popper=0.3, cut_edges=4, mean_drive_minutes=30.0,
        max_drive_minutes=80, chance_inside=[0.9, 0.4, np.nan],
    )  # fmt: skip
    full = replace(book, territories=table, alternatives=plans()[1], alternative_notes=("even: <b>none</b>",))
    (indices,), (others,) = index_chapters(full), alternative_chapters(full)
    least = book.territories["territory_id"].iloc[1]
    assert f"Least sure is {least}: it stays inside its tolerance in 40 %" in indices.body
    assert all(word in indices.body for word in ("safe", "at risk", "frozen"))
    assert "&lt;b&gt;none" in others.body
    assert "fewer changes, even" in others.body


def test_indices_become_columns():
    """In the order of the reps, beside what the table had."""
    instance, _ = plans()
    shapes = np.array([*made_up_book().areas.geometry[:8]], dtype=object)
    table = made_up_book().territories.iloc[:2]
    found = with_indices(
        table, instance, HALVES, shapes=shapes, accounts_of_area=np.ones(8), chances=np.array([0.5, 1.0])
    )
    assert found["chance_inside"].tolist() == [0.5, 1.0]
    assert found["balance_index"].tolist() == [100.0, 100.0]
    assert found["cut_edges"].tolist() == [2, 2]
    assert found["max_drive_minutes"].tolist() == [2, 2]
