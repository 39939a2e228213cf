"""Folders that another version of the program left are told, or made anew."""

import json
import shutil
from pathlib import Path

import pytest

import run_scenario
from scenarios.commands.comparing import plan_of
from tests.builders import PLAN_ONLY

QUICK = "solver.effort=quick"


@pytest.fixture
def older(finished, tmp_path) -> tuple[Path, Path]:
    """The tiny scenario and the folder of a run whose territories lack what this version saves."""
    scenario, out = finished
    folder = tmp_path / "older"
    shutil.copytree(out, folder)
    path = folder / "stages" / "territories.json"
    saved = json.loads(path.read_text())
    del saved["terms"]
    path.write_text(json.dumps(saved))
    return scenario, folder


def test_commands_that_only_read_say_what_to_do(older, capsys):
    """One sentence that names the file, and no traceback."""
    scenario, folder = older
    words = [str(scenario), "--out", str(folder), "--set", QUICK]
    for command in (["explain", *words], ["run", *words, "--only", "maps"]):
        assert run_scenario.main(command) == 2
        file = folder / "stages" / "territories.json"
        text = f"{file}: was saved by another version of this program; run the scenario again"
        assert text in capsys.readouterr().err


def test_commands_that_need_a_plan_make_it_anew(older, capsys):
    """And say so."""
    scenario, folder = older
    plan_of(scenario, folder, sets=[QUICK, *PLAN_ONLY], overrides=[], quiet=False)
    told = f"Territories: what {folder} holds was saved by another version of this program; made anew"
    assert told in capsys.readouterr().err
    assert "terms" in json.loads((folder / "stages" / "territories.json").read_text())
