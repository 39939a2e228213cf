"""Moves are laid out as a table, as CSV and in words, with the figures of the optimizer."""

import csv
import io

import numpy as np

from maps.move_table import border_moves, moves_csv
from maps.move_words import area_words, border_words
from optimizer.territory.plan import TerritoryPlan
from tests.optimizer.territory.builders import from_ascii

MAP = """
[2] 1  1 [2]
 1  1  1  1
"""
HALVES = TerritoryPlan(rep_of_area=np.array([0, 0, 1, 1, 0, 0, 1, 1]))
REPS = ("R0 Ada", "R1 Bo")


def halves(**changes):
    """Return two reps with half of the map each; R0 may not have A2."""
    return from_ascii(MAP, **{"tolerance": 0.2, "forbidden": np.array([[2, 0]]), **changes})


def test_the_table_names_rules_and_reasons():
    """Four areas touch the other territory."""
    table = border_moves(halves(), HALVES).set_index("area_id")
    assert table.index.tolist() == ["A1", "A2", "A5", "A6"]
    assert table.loc["A1", ["from", "to", "cost_change", "allowed", "forbidden_by", "why"]].tolist() == [
        "R0", "R1", 1.0, "yes", "", "",
    ]  # fmt: skip
    assert table.loc["A2", ["allowed", "forbidden_by", "why"]].tolist() == [
        "no", "forbidden pair", "forbidden pair: it must not go to R0",
    ]  # fmt: skip
    sides = [f"potential_{what}" for what in ("from_before", "from_after", "to_before", "to_after")]
    assert table.loc["A6", sides].tolist() == [0.0, -0.2, 0.0, 0.2]


def test_the_file_has_fixed_decimals_and_sorted_lines():
    """Whatever the order of the moves."""
    table = border_moves(halves(), HALVES)
    text = moves_csv(table.iloc[::-1])
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["area_id"] for line in lines] == ["A1", "A2", "A5", "A6"]
    assert (lines[0]["cost_change"], lines[3]["potential_to_after"]) == ("1.00", "0.2000")
    assert text == moves_csv(table)


def test_an_area_is_told_in_words():
    """What it is, what the move costs, both reps' balance, and why not."""
    words = area_words(halves(), HALVES, 2, reps=REPS)
    assert words.splitlines() == [
        "A2 is in T-R1, the territory of R1 Bo: 1 min from home, potential 1 EUR.",
        "The whole plan costs 8 visit-weighted minutes.",
        "",
        "Moving it to R0 Ada: NOT ALLOWED",
        "  1 visit-weighted minutes dearer",
        "  potential against target (20 % allowed): R1 from 0.0 % to −20.0 %, R0 from 0.0 % to +20.0 %",
        "  because of forbidden pair: it must not go to R0",
    ]


def test_change_of_hands_is_told_apart():
    """Travel and the price of change make up the cost."""
    instance = halves(current_rep=np.array([0, 0, 0, 1, 0, 0, 1, 1]), move_weight=3.0, moved_unit="EUR")
    words = area_words(instance, HALVES, 2, reps=REPS)
    assert "with R0 today" in words
    assert "2 visit-weighted minutes cheaper (travel +1, change of hands −3)" in words
    assert "1 EUR less would change hands against today" in words


def test_the_price_of_split_groups_is_no_travel():
    """A2 and A3 are a group that R1 serves alone; sharing it with R0 costs its price."""
    instance = halves(split_group=np.array([-1, -1, 0, 0, -1, -1, -1, -1]), split_price=5)
    words = area_words(instance, HALVES, 2, reps=REPS)
    assert "6 visit-weighted minutes dearer (travel +1, split groups +5)" in words


def test_without_an_area_the_cheapest_moves_are_told():
    """Counts first, then what is allowed."""
    words = border_words(halves(), HALVES, reps=REPS)
    assert words.startswith("4 of 8 areas touch another territory: 4 moves, 3 of them allowed.")
    assert "forbidden pair 1" in words
    assert "A1, from R0 Ada to R1 Bo: 1 visit-weighted minutes dearer" in words


def test_a_map_of_one_territory_has_nowhere_to_go():
    """Said in a sentence; the file keeps its heading."""
    instance = from_ascii("[2] 1  1", tolerance=None)
    plan = TerritoryPlan(rep_of_area=np.zeros(3, dtype=np.int64))
    assert area_words(instance, plan, 1, reps=("R0",)).endswith("No other territory touches this one.")
    assert moves_csv(border_moves(instance, plan)) == "area_id,from,to,cost_change,allowed,forbidden_by,why\n"
