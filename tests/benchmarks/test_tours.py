"""Test that public tour instances are read as their authors mean them and that solutions are judged by hand's sums."""

import json
import math

import pytest

from benchmarks.tours import main
from benchmarks.tours_check import Route, check, shortest_duration
from benchmarks.tours_readers import read_folder

PERIODIC = """1 1 4 3
0 10
0 10
20 10
 0 0 0 0 0 0 0
 1 3 4 0 4 1 3 1 2 4
 2 0 5 2 7 2 1 6
 3 6 8 0 1 0 2 1 4
 4 0 0 0 10 1 1 4
"""
WINDOWS = """5 1 1 1
0 0
0 0 0 0 0 0 0 0 100
1 0 10 5 1 1 1 1 50 60
"""
ORIENTEERING = """5 1 2 1
0 0
0 0 0 0 0 0 0 0 30
1 0 10.559 1 7 1 1 1 0 20
2 0 90 1 9 1 1 1 0 20
"""


@pytest.fixture
def periodic(tmp_path):
    (tmp_path / "a").write_text(PERIODIC, encoding="utf-8")
    (tmp_path / "best_known.csv").write_text("instance,best_known\na,40\n", encoding="utf-8")
    return read_folder(tmp_path, form="pvrp")[0]


def test_patterns_are_bits_from_left_to_right(periodic):
    """Three days: 1 = 001 is the last day, 6 = 110 the first two; a frequency of 0 means one of the patterns."""
    assert [c.patterns for c in periodic.customers[1:]] == [((2,), (1,), (0,)), ((0, 1),), ((2,), (0,))]
    assert [c.frequency for c in periodic.customers[1:]] == [1, 2, 1]


def test_limits_and_dummy(periodic):
    """A limit of 0 is none; the row on the depot with a whole vehicle's load is left out."""
    assert periodic.max_duration == (math.inf, math.inf, 20.0)
    assert len(periodic.customers) == 4
    assert (periodic.best_known, periodic.vehicles) == (40.0, 1)


def test_feasible_routes_are_summed(periodic):
    """Two round trips of 10 and one of 20."""
    routes = [Route(day=0, stops=(2,)), Route(day=1, stops=(2,)), Route(day=2, stops=(1, 3))]
    result = check(periodic, routes)
    assert (result.faults, result.objective) == ((), 40.0)


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ([Route(day=0, stops=(1, 2)), Route(day=1, stops=(2,)), Route(day=2, stops=(3,))], "load 11.0 of 10.0"),
        ([Route(day=0, stops=(1,)), Route(day=0, stops=(2,))], "2 routes, 1 vehicles"),
        ([Route(day=0, stops=(2,)), Route(day=1, stops=(2, 3)), Route(day=2, stops=(1,))], "customer 3: visited on"),
        ([Route(day=0, stops=(2,)), Route(day=1, stops=(2,)), Route(day=2, stops=(1,))], "customer 3: visited on"),
        ([Route(day=2, stops=(2, 3))], "23.708 of 20.0 long"),
    ],
)
def test_each_fault_is_named(periodic, routes, fault):
    """Load, fleet, pattern, missing visit and duration are held against the instance."""
    assert any(fault in text for text in check(periodic, routes).faults)


def test_duration_leaves_as_late_as_the_windows_allow(tmp_path):
    """The customer opens at 50, 10 away: leaving at 40 takes 10 + 5 + 10, leaving at 0 would take 65."""
    (tmp_path / "b").write_text(WINDOWS, encoding="utf-8")
    instance = read_folder(tmp_path, form="pvrptw")[0]
    assert shortest_duration(instance, (1,)) == 25.0
    assert instance.best_known is None


def test_orienteering_cuts_distances_and_leaves_customers_out(tmp_path):
    """Two decimals for Cordeau's form; a place that is left out is no fault; one that is too far is."""
    (tmp_path / "c.txt").write_text(ORIENTEERING, encoding="utf-8")
    instance = read_folder(tmp_path, form="optw")[0]
    assert instance.distance(0, 1) == 10.55
    near = check(instance, [Route(day=0, stops=(1,))])
    assert (near.objective, near.faults) == (7.0, ())
    assert check(instance, [Route(day=0, stops=(2,))]).faults == ("day 0: a time window is missed",)


def test_unknown_name_is_told(tmp_path, capsys):
    """Names without a file end the command with a sentence, not a trace."""
    (tmp_path / "a").write_text(PERIODIC, encoding="utf-8")
    assert main(["pvrp", str(tmp_path), "--only", "p99"]) == 2
    assert "no instance p99" in capsys.readouterr().err


def test_command_solves_a_folder(tmp_path, capsys):
    """One row a run, feasible and checked; the solution is written with the customers' own numbers."""
    (tmp_path / "a").write_text(PERIODIC, encoding="utf-8")
    (tmp_path / "best_known.csv").write_text("instance,best_known\na,40\n", encoding="utf-8")
    out = tmp_path / "solutions"
    assert main(["pvrp", str(tmp_path), "--seconds", "0.2", "--json", "--solutions", str(out)]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["instance"], row["feasible"], row["objective"], row["gap"]) == ("a", True, 40.0, 0.0)
    written = json.loads((out / "a_engine_1.json").read_text(encoding="utf-8"))
    assert sorted(stop for route in written["routes"] for stop in route["customers"]) == [1, 2, 2, 3]
