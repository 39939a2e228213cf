"""What clashes is said with names, numbers and the planner's lines, and what change would be enough."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solving import Effort, Line, SolverSettings, Status
from optimizer.territory import reasons
from optimizer.territory.conflicts import certain_conflicts
from optimizer.territory.lines import narrowed
from optimizer.territory.search import design_territories
from optimizer.territory.units import condense
from tests.optimizer.territory.builders import from_ascii

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
MAP = """
[2] 1  1 [2]
 1  1  1  1
"""
ROAD = "[1] 1  1  1  1  1  1 [1]"
TOWNS = ("Ardres", "Bourg", "Calais", "Dole", "Évian", "Foix", "Gap", "Hyères")

CASES = {
    "locked and forbidden": (
        MAP,
        {"locks": [[1, 1]], "forbidden": [[1, 1]]},
        ("locks_hold", "forbidden_pairs_are_kept"),
        "A1: no rep is left (locked to R1, but forbidden for R1)",
        ["giving up R1's lock on A1 would do", "allowing A1 to R1 would do"],
    ),
    "a home locked to another": (
        MAP,
        {"locks": [[0, 1]]},
        ("territories_hold_their_home", "locks_hold"),
        "A0: no rep is left (home of R0, but locked to R1)",
        ["giving up R1's lock on A0 would do"],
    ),
    "two locks on one area": (
        MAP,
        {"locks": [[1, 0], [1, 1]]},
        ("locks_hold",),
        "A1: no rep is left (locked to R0 and to R1)",
        ["giving up R0's lock on A1 would do"],
    ),
    "nobody near": (
        MAP,
        {"max_drive_minutes": 1},
        ("drives_are_short_enough",),
        "2 areas: no rep lives within 1 minute; A5 is 2 minutes from R0 and A6 is 2 minutes from R1",
        ["drives up to 2 minutes instead of 1 would do, and no less"],
    ),
    "locked to someone far away": (
        MAP,
        {"max_drive_minutes": 3, "locks": [[4, 1]]},
        ("locks_hold", "drives_are_short_enough"),
        "A4: no rep is left (locked to R1, but 4 minutes from R1, 3 allowed)",
        ["giving up R1's lock on A4 would do"],
    ),
    "two homes kept together": (
        MAP,
        {"together": [0, -1, -1, 0, -1, -1, -1, -1]},
        ("territories_hold_their_home", "groups_are_kept_together"),
        "A0 and A3 are kept together: no rep is left (home of R0 and R1)",
        ["no longer keeping A0 and A3 together would do"],
    ),
    "an area too large": (
        "[1] 1  1  1  9 [1]",
        {},
        ("territories_are_balanced",),
        "A4: potential 9 EUR alone exceeds the 7 EUR that any territory may hold at 10 % tolerance",
        ["potential ± 42.9 % instead of ± 10 % would do, and no less"],
    ),
    "a group too large": (
        MAP,
        {"together": [-1, 0, 0, -1, 0, 0, 0, 0], "tolerance": 0.2},
        ("territories_hold_their_home", "territories_are_balanced", "groups_are_kept_together"),
        "A1, A2, A4 and 3 more: too large to be served beside the home of any rep who may serve it",
        [
            "potential ± 60 % instead of ± 20 % would do, and no less",
            "no longer keeping A1, A2, A4 and 3 more together would do",
        ],
    ),
    "regions of unequal size": (
        MAP,
        {"rep_group": [0, 1], "area_group": [0, 1, 1, 1, 0, 1, 1, 1]},
        ("territories_are_balanced", "territories_stay_within_groups"),
        (
            "potential ± 10 % for R0 and reps staying within their region cannot both be kept: "
            "R0: the 2 areas that this rep may serve hold potential 3 EUR, at least 5 EUR wanted"
        ),
        ["potential ± 40 % instead of ± 10 % would do, and no less", "reps who may leave their region would do"],
    ),
    "an island": (
        "[1] 1 [1]### 1",
        {"tolerance": None},
        ("territories_hold_their_home", "territories_are_contiguous"),
        "A3: has no neighbouring area",
        ["territories in several pieces would do"],
    ),
    "a lock behind another's home": (
        "[1] 1 [1] 1",
        {"tolerance": None, "locks": [[3, 0]]},
        ("territories_hold_their_home", "territories_are_contiguous", "locks_hold"),
        (
            "territories in one piece and R0's lock on A3 cannot both be kept: "
            "A3: only R0 may serve it, and cannot get there through areas of their own"
        ),
        ["territories in several pieces would do", "giving up R0's lock on A3 would do"],
    ),
    "too many locks": (
        ROAD,
        {"tolerance": 0.2, "locks": [[1, 0], [2, 0], [4, 0], [5, 0]], "contiguous": False},
        ("territories_hold_their_home", "territories_are_balanced", "locks_hold"),
        (
            "potential ± 20 % for R0, R0's lock on A1, R0's lock on A2, R0's lock on A4 and R0's lock on A5 "
            "cannot all be kept: "
            "R0: the 5 areas that only this rep may serve hold potential 5 EUR, at most 4 EUR allowed"
        ),
        ["potential ± 25 % instead of ± 20 % would do, and no less", "giving up R0's lock on A1 would do"],
    ),
    "a lock far away on a road": (
        ROAD,
        {"locks": [[5, 0]], "area_names": TOWNS},
        ("territories_hold_their_home", "territories_are_balanced", "territories_are_contiguous", "locks_hold"),
        (
            "potential ± 10 % for R0, territories in one piece and R0's lock on Foix (A5) cannot all be kept: "
            "R0: the 6 areas that only this rep may serve hold potential 6 EUR, at most 4 EUR allowed"
        ),
        [
            "potential ± 50 % instead of ± 10 % would do, and no less",
            "territories in several pieces would do",
            "giving up R0's lock on Foix (A5) would do",
        ],
    ),
    "too much forbidden": (
        ROAD,
        {"tolerance": 0.0, "forbidden": [[1, 0], [2, 0], [3, 0], [4, 0], [5, 0]], "contiguous": False},
        ("territories_hold_their_home", "territories_are_balanced", "forbidden_pairs_are_kept"),
        (
            "potential ± 0 % for R0, A1 forbidden for R0, A2 forbidden for R0, A3 forbidden for R0 "
            "and A4 forbidden for R0 cannot all be kept: "
            "R0: the 2 areas that this rep may serve hold potential 2 EUR, at least 4 EUR wanted"
        ),
        [
            "potential ± 50 % instead of ± 0 % would do, and no less",
            "allowing A4 to R0 and allowing A5 to R0 would do",
        ],
    ),
    "a cap against balance": (
        MAP,
        {"current_rep": [0, 0, 0, 1, 0, 0, 0, 0], "moved_limit": 1, "moved_unit": "areas"},
        ("territories_are_balanced", "few_areas_change_hands"),
        (
            "potential ± 10 % for R0 and at most 1 areas changing hands cannot both be kept: "
            "even if areas could be divided between reps, at best R0 potential 2 EUR over"
        ),
        [
            "potential ± 40 % instead of ± 10 % would do, and no less",
            "letting 37.5 % change hands instead of 12.5 % would do, and no less",
        ],
    ),
    "a cap against locks": (
        MAP,
        {
            "tolerance": None,
            "current_rep": [0, 0, 1, 1, 0, 0, 1, 1],
            "moved_limit": 1,
            "moved_unit": "areas",
            "locks": [[1, 1], [5, 1]],
        },
        ("locks_hold", "few_areas_change_hands"),
        (
            "at most 1 areas changing hands, R1's lock on A1 and R1's lock on A5 cannot all be kept: "
            "even if areas could be divided between reps, at best 1 areas more would change hands than the cap allows"
        ),
        [
            "letting 25 % change hands instead of 12.5 % would do, and no less",
            "giving up R1's lock on A1 would do",
        ],
    ),
    "lumps that whole areas cannot balance": (
        "[3] 3  3  3  2 [2]",
        {},
        ("territories_are_balanced", "territories_are_contiguous"),
        (
            "A0 and A1 hang on the rest of the map by A2 alone and hold potential 6 EUR (with A2 potential 9 EUR): R0, "
            "whose home is there, and who gets there cannot share that out in one piece at potential ± 10 %"
        ),
        ["potential ± 12.5 % instead of ± 10 % would do, and no less", "territories in several pieces would do"],
    ),
    "an odd number of like areas": (
        "[1] 1  1  1  1  1 [1]",
        {"tolerance": 0.0},
        ("territories_are_balanced",),
        "R0 and R1: the 7 areas that only these reps may serve hold potential 7 EUR, at most 6 EUR allowed",
        ["potential ± 25 % instead of ± 0 % would do, and no less"],
    ),
}


def designed(drawing, changes):
    """Design territories on a drawn map with rules changed."""
    arrays = {key: np.array(value) if isinstance(value, list) else value for key, value in changes.items()}
    return design_territories(from_ascii(drawing, **arrays), QUICK)


@pytest.mark.parametrize(("drawing", "changes", "rules", "text", "enough"), CASES.values(), ids=CASES)
def test_clash_and_least_change_in_words(drawing, changes, rules, text, enough):
    """The first conflict names the rules, the lines and the numbers, and every change that alone would be enough."""
    result = designed(drawing, changes)
    assert result.status is Status.INFEASIBLE
    first = result.conflicts[0]
    assert first.rules == rules
    assert first.text == text
    assert [loosening.text for loosening in first.loosenings] == enough
    assert first.minimal


def test_clash_of_whole_areas_names_only_the_lines_at_fault():
    """Three squares of 2 cannot be halved: balance alone is to blame, not the lock elsewhere."""
    result = designed("[2] 2 [2]", {"locks": [[0, 0]]})
    assert result.status is Status.INFEASIBLE
    assert [line.rule for line in result.conflicts[0].lines] == ["territories_are_balanced"]


def test_one_clash_in_each_region():
    """Two regions with a clash of their own each: two conflicts, each with its region and its own change."""
    drawing = "[1] 1  1  1  1  1  1 [1]\n[1] 1  1  1  1  1  1 [1]"
    changes = {
        "rep_group": [0, 0, 1, 1],
        "area_group": [0] * 8 + [1] * 8,
        "group_names": ("North", "South"),
        "locks": [[5, 0], [10, 3]],
    }
    result = designed(drawing, changes)
    mended = [loosening.text for conflict in result.conflicts for loosening in conflict.loosenings]
    assert "giving up R0's lock on A5 would do" in mended
    assert "giving up R3's lock on A10 would do" in mended


def test_change_of_a_rule_for_all_regions_is_enough_for_all():
    """A longest drive holds everywhere: the least one that is named mends the worst region, not the first."""
    drawing = "[1] 1  1 [1]\n### ### ### ###\n[1] 1  1  1  1 [1]"
    changes = {
        "rep_group": [0, 0, 1, 1],
        "area_group": [0] * 4 + [1] * 6,
        "max_drive_minutes": 0,
        "tolerance": None,
    }
    (conflict,) = designed(drawing, changes).conflicts
    assert [loosening.text for loosening in conflict.loosenings] == [
        "drives up to 2 minutes instead of 0 would do, and no less"
    ]


def test_lines_name_area_and_rep():
    """Lines are data as well: rule, id of the area, ids of the reps."""
    result = designed("[1] 1 [1] 1", {"tolerance": None, "locks": [[3, 0]]})
    assert Line(rule="locks_hold", subject="A3", reps=("R0",)) in result.conflicts[0].lines


def test_closest_plan_breaks_as_little_as_can_be():
    """Seven squares of 1 for two reps at 0 %: the closest plan is off by half a square on either side."""
    result = designed("[1] 1  1  1  1  1 [1]", {"tolerance": 0.0})
    assert result.status is Status.INFEASIBLE
    counts = sorted(np.bincount(result.closest.rep_of_area).tolist())
    assert counts == [3, 4]


def test_limits_of_other_reps_are_named_where_the_clash_needs_them():
    """R1 has too much since R0's limit closes both areas to R0: R1's limit alone clashes with nothing."""
    drawn = from_ascii("[9] 5  5 [1]", tolerance=0.0, contiguous=False)
    (potential,) = drawn.measures
    instance = replace(drawn, measures=(replace(potential, lower=np.zeros_like(potential.lower)),))
    (conflict,) = certain_conflicts(instance, condense(instance))
    assert conflict.lines == (Line(rule="territories_are_balanced", subject="potential"),)
    assert conflict.text.startswith("R1: the 3 areas that only this rep may serve hold potential 11 EUR")


def test_clash_inside_a_region_says_that_reps_stay_there():
    """What clashes in a part of the map clashes only because its reps may not leave it: the text says so."""
    arrays = {"rep_group": np.array([0, 0, 1, 1]), "area_group": np.array([0, 0, 0, 1, 1])}
    instance = from_ascii("[2] 2 [2]\n### ### ###\n[3] [3] ###", **arrays, group_names=("North", "South"))
    north, south = (reasons._where(narrowed(instance, *part)) for part in reasons.parts_of(instance))
    assert north == "North, where reps stay within their region: "
    assert south == "South, where reps stay within their region: "
    assert reasons._where(instance) == ""
