"""The commands that explain a plan and show others, on a tiny firm."""

import csv
import json
from pathlib import Path

import pytest

import run_scenario
from tests.builders import tiny_case

QUICK = ("--set", "solver.effort=quick")


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, Path]:
    """A tiny scenario and the folder of its run, with other plans beside the chosen one."""
    folder = tmp_path_factory.mktemp("case")
    scenario, out = tiny_case(folder), folder / "out"
    assert run_scenario.main(["alternatives", str(scenario), "--out", str(out), "--count", "3", "--quiet", *QUICK]) == 0
    return scenario, out


def test_measures_and_features_carry_indices(finished):
    """In measures.json and in territories.geojson, territory by territory."""
    _, out = finished
    measures = json.loads((out / "measures.json").read_text())["territories"]
    features = json.loads((out / "territories.geojson").read_text())["features"]
    names = ("balance_index", "compactness_index", "polsby_popper", "cut_edges", "mean_drive_minutes", "chance_inside")
    for row, feature in zip(measures["by_territory"], features, strict=True):
        assert [row[name] for name in names] == [feature["properties"][name] for name in names]
        assert 0 <= row["balance_index"] <= 100
        assert 0 < row["compactness_index"] <= 100
        assert 0 < row["polsby_popper"] <= 1
        assert 0 <= row["chance_inside"] <= 1
    least = min(row["chance_inside"] for row in measures["by_territory"])
    assert measures["chance_inside"]["least"] == least


def test_alternatives_can_be_evaluated(finished):
    """Each saved assignment breaks no rule, and the first is the plan of the run."""
    scenario, out = finished
    with (out / "alternatives.csv").open(encoding="utf-8") as file:
        plans = list(csv.DictReader(file))
    assert plans[0]["name"] == "chosen"
    assert (out / plans[0]["file"]).read_bytes() == (out / "assignment.csv").read_bytes()
    for plan in plans:
        words = ["evaluate", str(scenario), "--alignment", str(out / plan["file"]), "--out", str(out), "--quiet"]
        assert run_scenario.main([*words, *QUICK]) == 0


def test_an_area_is_explained_from_the_saved_plan(finished, capsys):
    """With the same figures as area_moves.csv, and nothing is written."""
    scenario, out = finished
    with (out / "area_moves.csv").open(encoding="utf-8") as file:
        move = next(csv.DictReader(file))
    before = sorted(out.rglob("*"))
    assert run_scenario.main(["explain", str(scenario), "--area", move["area_id"], "--out", str(out), *QUICK]) == 0
    told = capsys.readouterr().out
    verdict = "allowed" if move["allowed"] == "yes" else "NOT ALLOWED"
    assert any(line.startswith(f"Moving it to {move['to']} ") and line.endswith(verdict) for line in told.splitlines())
    assert all(f"because of {reason}" in told for reason in move["why"].split("; ") if reason and "," not in reason)
    assert sorted(out.rglob("*")) == before


def test_without_an_area_the_borders_are_explained(finished, capsys):
    """How many moves, and what forbids the others."""
    scenario, out = finished
    assert run_scenario.main(["explain", str(scenario), "--out", str(out), *QUICK]) == 0
    assert "areas touch another territory" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--area", "nowhere"], "--area: no area is called 'nowhere'"),
        (["--set", "territories.contiguous=false"], "holds no plan of this scenario as it is now; make one first"),
    ],
)
def test_what_cannot_be_explained_is_said(finished, capsys, words, message):
    """Unknown areas, and plans that were made from something else."""
    scenario, out = finished
    assert run_scenario.main(["explain", str(scenario), "--out", str(out), *QUICK, *words]) == 2
    assert message in capsys.readouterr().err
