"""The commands that lay plans side by side, from the words on the command line to the folder of results."""

import json
from pathlib import Path

import pytest

import run_scenario
from scenarios.commands.sweep import short_names
from tests.builders import tiny_case


def test_compare_and_sweep_run_what_is_missing_only(tmp_path, monkeypatch, capsys):
    """What was run before is taken from its folder, and a forecast that would be the same from another run."""
    monkeypatch.chdir(tmp_path)
    scenario = tiny_case(tmp_path)
    with scenario.open("a") as file:
        file.write("outputs: {maps: false, report: false, calendars: false, gpx: false, workbook: false}\n")
    other = scenario.parent / "two_weeks.yaml"
    other.write_text("extends: scenario.yaml\nname: two_weeks\ntours:\n  weeks: 2\n")
    command = ["compare", str(scenario), str(other), "--out", "side", "--quiet"]
    assert run_scenario.main(command) == 0
    stamps = {path: path.stat().st_mtime_ns for path in Path("out").rglob("run.json")}
    assert len(stamps) == 2
    assert run_scenario.main(command) == 0
    assert stamps == {path: path.stat().st_mtime_ns for path in Path("out").rglob("run.json")}
    assert {path.name for path in Path("side").iterdir()} >= {
        "compare.html",
        "measures.csv",
        "keys.csv",
        "accounts.csv",
    }
    assert "tours.weeks" in Path("side/keys.csv").read_text()
    vary = ["sweep", str(other), "--vary", "tours.weeks=1,2", "--out", "swept", "--quiet"]
    assert run_scenario.main(vary) == 0
    records = [json.loads(path.read_text()) for path in sorted(Path("swept-runs").rglob("run.json"))]
    assert ["forecast" in record["stage_seconds"] for record in records] == [True, False]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        (["tours.weeks"], ["weeks"]),
        (["tours.weeks", "solver.seed"], ["weeks", "seed"]),
        (
            ["territories.balance.potential.tolerance", "territories.balance.workload.tolerance"],
            ["potential.tolerance", "workload.tolerance"],
        ),
    ],
)
def test_keys_of_a_sweep_are_told_apart(keys, names):
    """Two tolerances are not both called "tolerance"."""
    assert short_names(keys) == names


def test_comparisons_tell_faults_before_the_first_run(tmp_path, monkeypatch, capsys):
    """A wrong value or file at the end of the list does not wait for the runs before it."""
    monkeypatch.chdir(tmp_path)
    scenario = str(tiny_case(tmp_path))
    before = sorted(tmp_path.rglob("*"))
    assert run_scenario.main(["sweep", scenario, "--vary", "tours.weeks=1,x"]) == 2
    assert 'tours.weeks: got "x"' in capsys.readouterr().err
    assert run_scenario.main(["compare", scenario, str(tmp_path / "other.yaml")]) == 2
    assert "other.yaml" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compare", "a.yaml"], "name two scenario files or more"),
        (["compare", "x/a.yaml", "y/a.yaml"], "a is named twice"),
        (["sweep", "alpha", "--vary", "tours.weeks=1"], "two different values or more"),
        (["sweep", "alpha", "--vary", "a=1,2", "--vary", "a=1,2"], "at most 2 different keys"),
    ],
)
def test_comparisons_that_make_no_sense_are_refused(words, told, capsys):
    """One clear message, nothing run."""
    assert run_scenario.main(words) == 2
    assert told in capsys.readouterr().err
