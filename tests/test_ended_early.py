"""Plans whose search was ended early are marked, told, and made anew where whole ones are wanted."""

import json
import shutil
from pathlib import Path

import pytest

import run_scenario
from scenarios.commands.comparing import plan_of
from tests.builders import PLAN_ONLY

QUICK = "solver.effort=quick"
PLAIN = [word for key in PLAN_ONLY for word in ("--set", key)]


@pytest.fixture
def cut_short(finished, tmp_path) -> tuple[Path, Path]:
    """The tiny scenario and the folder of a run whose territories and tours Ctrl-C ended early."""
    scenario, out = finished
    folder = tmp_path / "cut"
    shutil.copytree(out, folder)
    for stage in ("territories", "tours"):
        path = folder / "stages" / f"{stage}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "ended_early": "interrupted"}))
    return scenario, folder


def test_one_stage_takes_it_and_says_so(cut_short, capsys):
    """--only tours draws on the territories as they are; the mark stays for the next run."""
    scenario, folder = cut_short
    assert run_scenario.main([str(scenario), "--out", str(folder), "--set", QUICK, *PLAIN, "--only", "tours"]) == 0
    told = capsys.readouterr().err
    assert f"Territories: what {folder} holds was ended early by Ctrl-C; taken as it is" in told
    stages = {path.stem: json.loads(path.read_text()) for path in (folder / "stages").glob("*.json")}
    assert stages["territories"]["ended_early"] == "interrupted"
    assert "ended_early" not in stages["tours"]
    assert json.loads((folder / "run.json").read_text())["ended_early"] == {"territories": "interrupted"}


def test_comparisons_make_it_anew(cut_short, capsys):
    """A comparison wants whole plans: they are made, and saved in the place of the others."""
    scenario, folder = cut_short
    plan_of(scenario, folder, sets=[QUICK, *PLAN_ONLY], overrides=[], quiet=False)
    told = capsys.readouterr().err
    assert f"Territories: what {folder} holds was ended early by Ctrl-C; made anew" in told
    assert "Forecast: begins" not in told
    assert not any("ended_early" in path.read_text() for path in (folder / "stages").glob("*.json"))
    plan_of(scenario, folder, sets=[QUICK, *PLAN_ONLY], overrides=[], quiet=False)
    assert "Territories" not in capsys.readouterr().err


def test_a_time_limit_marks_the_stage(finished, tmp_path):
    """A plan that the time limit ended may differ on another machine."""
    scenario, out = finished
    folder = tmp_path / "short"
    shutil.copytree(out, folder)
    words = [str(scenario), "--out", str(folder), "--set", QUICK, "--set", "solver.seconds=0.000001", "--quiet"]
    assert run_scenario.main([*words, *PLAIN, "--only", "tours"]) == 0
    tours = json.loads((folder / "stages" / "tours.json").read_text())
    stops = {tour["stopped_by"] for tour in tours["tours"]}
    assert ("out of time" in stops) == (tours.get("ended_early") == "out of time")
    assert "out of time" in stops
