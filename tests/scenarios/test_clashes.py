"""Clashes are told with the line and key of the planner's file, and what to write instead; written so, it works."""

from pathlib import Path

import pytest

from optimizer.solving import Effort, Line, Loosening, SolverSettings, Status
from optimizer.territory.search import design_territories
from scenarios.clashes import in_the_file, place, remedy
from tests.builders import tiny_case
from tests.scenarios.test_assembly import assembled

QUICK = SolverSettings(effort=Effort.QUICK, workers=1)
LOCKS = """\
territories:
  locks:
    - {area: Area 10, rep: R1}
    - {area: Area 11, rep: R1}
    - {area: Area 20, rep: R1}
    - {area: Area 01, rep: R1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tiny_case(tmp_path_factory.mktemp("tiny")).parent


def clashes_of(folder, text, *sets):
    """Write a scenario that extends the tiny one, and tell what clashes in it."""
    path = folder / "spring.yaml"
    path.write_text(f"extends: scenario.yaml\n{text}", encoding="utf-8")
    loaded, data, _, _, instance = assembled(path, *sets)
    result = design_territories(instance, QUICK)
    return result, in_the_file(result.conflicts, loaded, data), loaded, data


def test_locks_against_balance_in_the_planners_file(folder):
    """Five of six areas of the North for one of two reps: names of areas, numbers, lines, and the way out."""
    result, (clash, other), _, _ = clashes_of(folder, LOCKS)
    assert result.status is Status.INFEASIBLE
    spring, tiny = folder / "spring.yaml", folder / "scenario.yaml"
    assert clash.text == (
        "potential ± 40 % for R1, R1's lock on Area 01 (01), R1's lock on Area 10 (10), R1's lock on Area 11 (11) and "
        "R1's lock on Area 20 (20) cannot all be kept: R1: the 5 areas that only this rep may serve hold potential "
        "2,500 EUR, at most 2,100 EUR allowed "
        f"[{tiny}:36 territories.balance.potential.tolerance; {spring}:7 territories.locks[4]; "
        f"{spring}:4 territories.locks[1]; {spring}:5 territories.locks[2]; {spring}:6 territories.locks[3]]"
    )
    assert [change.text for change in clash.loosenings] == [
        f"giving up R1's lock on Area 11 (11) would do: take out {spring}:5 territories.locks[2]",
    ]
    assert "territories.contiguous (not written, the default)" in other.text


def test_what_is_said_to_be_enough_is_enough(folder):
    """With the greatest drive that is named there is a plan, with a minute less there is none."""
    result, clashes, _, _ = clashes_of(folder, "territories: {within: none}\n", "territories.max_drive_minutes=9")
    assert result.status is Status.INFEASIBLE
    (change,) = (change for clash in clashes for change in clash.loosenings if change.rule == "drives_are_short_enough")
    assert change.proven
    minutes = round(change.enough)
    assert f"write territories.max_drive_minutes: {minutes}" in change.text
    for allowed, status in ((minutes, Status.OPTIMAL), (minutes - 1, Status.INFEASIBLE)):
        again, *_ = clashes_of(folder, "territories: {within: none}\n", f"territories.max_drive_minutes={allowed}")
        assert again.status is status


def test_rule_by_default_is_told_as_such(folder):
    """A rule that the planner never wrote has no line, but a key."""
    _, _, loaded, data = clashes_of(folder, "description: none\n")
    line = Line(rule="territories_are_contiguous")
    assert place(line, loaded, data) == "territories.contiguous (not written, the default)"
    change = Loosening(rule=line.rule, now=1.0, least=1.0, enough=1.0, lines=(line,), text="")
    assert remedy(change, loaded, data) == "write territories.contiguous: false"


def test_tolerance_is_named_with_its_key(folder):
    """What to write for a tolerance: key, value, file and line."""
    _, _, loaded, data = clashes_of(folder, "description: none\n")
    change = Loosening(rule="territories_are_balanced", subject="workload", now=0.4, least=0.413, enough=0.413, text="")
    told = remedy(change, loaded, data)
    assert told == f"write territories.balance.workload.tolerance: 0.413 ({folder / 'scenario.yaml'}:37)"
