"""Versions of models are plain files with a manifest; a former one can be put back."""

import dataclasses
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import run_scenario
from forecasting.model_version import LearnedModel, with_name
from scenarios.faults import ScenarioError
from scenarios.model_store import MANIFEST, in_use, keep, load, put_back, read_manifest
from tests.builders import tiny_case


def files_of(folder: Path) -> dict[str, bytes]:
    """Contents by name, run.json apart."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if name != "run.json"}


def version(number: int, *, trees: str = "tree\n") -> LearnedModel:
    """A version of its own."""
    return with_name(
        LearnedModel(regions=("North",), categories=("tools",), models=("theta",) * 4, features=("a", "b"),
                     first_week="2023-10-16", last_week=f"2026-01-{number:02d}", horizon=4,
                     parameters={"seed": 1}, scores={"wape": 0.1}, data="ab",
                     bands={"ends": [[-1.25], [1.5]], "growth": [0.1]}, trees=trees and f"{trees}é{number}")
    )  # fmt: skip


def test_a_version_comes_back_as_it_was(tmp_path) -> None:
    """With and without trees, from readable files."""
    for number, trees in ((1, "tree\n"), (2, "")):
        kept = version(number, trees=trees)
        keep(tmp_path / "m", kept, {"data.sales": "ab"}, most=9)
        assert load(tmp_path / "m", kept.version) == kept
    assert sorted(path.name for path in (tmp_path / "m").iterdir()) == [f"{version(1).version}.txt", MANIFEST]
    line = json.loads((tmp_path / "m" / MANIFEST).read_text(encoding="utf-8"))["versions"][0]
    assert line["features"] == ["a", "b"]
    assert line["inputs"] == {"data.sales": "ab"}
    assert line["last_week"] == "2026-01-01"


def test_a_version_of_before_has_no_intervals(tmp_path) -> None:
    """A manifest that was written without them is read all the same."""
    keep(tmp_path, version(1), {}, most=9)
    data = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    del data["versions"][0]["bands"]
    (tmp_path / MANIFEST).write_text(json.dumps(data), encoding="utf-8")
    assert load(tmp_path, version(1).version) == dataclasses.replace(version(1), bands={})


def test_the_newest_are_kept_and_the_one_put_back(tmp_path) -> None:
    """Files of the others go; the same version again changes nothing."""
    for number in (1, 2):
        keep(tmp_path, version(number), {}, most=2)
    put_back(tmp_path, version(1).version)
    for number in (3, 4, 4):
        keep(tmp_path, version(number), {}, most=2)
    assert read_manifest(tmp_path).names() == [version(1).version, version(4).version]
    assert sorted(path.stem for path in tmp_path.glob("*.txt")) == sorted(read_manifest(tmp_path).names())
    assert in_use(tmp_path) == version(1)
    put_back(tmp_path, "")
    assert in_use(tmp_path) is None


def test_damage_is_told(tmp_path) -> None:
    """A changed or missing file of trees, an unknown version, a broken manifest or one of another form."""
    name = version(1).version
    keep(tmp_path, version(1), {}, most=2)
    (tmp_path / f"{name}.txt").write_text("other")
    with pytest.raises(ScenarioError, match="is damaged; put another version back"):
        put_back(tmp_path, name)
    (tmp_path / f"{name}.txt").unlink()
    with pytest.raises(ScenarioError, match="is missing"):
        load(tmp_path, name)
    with pytest.raises(ScenarioError, match="there is no version"):
        put_back(tmp_path, "2026")
    assert read_manifest(tmp_path).put_back == ""
    (tmp_path / MANIFEST).write_text('{"form": 2}')
    with pytest.raises(ScenarioError, match="has form 2, expected 1"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(ScenarioError, match="move the folder away"):
        keep(tmp_path, version(1), {}, most=2)


@pytest.fixture(scope="module")
def run_once(tmp_path_factory) -> tuple[Path, Path]:
    """A tiny scenario with trees and the folder of its forecast."""
    folder = tmp_path_factory.mktemp("versions")
    scenario = tiny_case(folder)
    words = [str(scenario), "--out", str(folder / "run"), "--quiet", "--only", "forecast"]
    assert run_scenario.main(words) == 0
    return scenario, folder / "run"


def test_a_run_keeps_what_it_learned_and_forecasts_with_a_former_version(run_once, tmp_path, capsys) -> None:
    """List, restore, run, learn: the command line's whole way; versions stay outside of the output folder."""
    scenario, out = run_once
    shutil.copytree(scenario.parent, tmp_path / "case")
    scenario, out = tmp_path / "case" / scenario.name, tmp_path / "case" / out.name
    beside = out.with_name("run.models")
    first = read_manifest(beside).names()
    assert len(first) == 1
    before = files_of(out)
    words = [str(scenario), "--out", str(out), "--only", "forecast"]
    assert run_scenario.main([*words, "--quiet"]) == 0
    assert files_of(out) == before
    sales = pd.read_csv(scenario.parent / "sales.csv", dtype=str)
    sales[sales["week"] < "2025-12-08"].to_csv(scenario.parent / "sales.csv", index=False)
    assert run_scenario.main([*words, "--quiet"]) == 0
    names = read_manifest(beside).names()
    assert names[0] == first[0]
    assert len(names) == 2
    anew = files_of(out)
    assert run_scenario.main(["models", str(scenario), "restore", first[0], "--out", str(out)]) == 0
    assert f"Runs forecast with {first[0]}, put back" in capsys.readouterr().out
    assert run_scenario.main(words) == 0
    assert first[0] in capsys.readouterr().err
    assert json.loads((out / "stages" / "forecast.json").read_text())["version"] == first[0]
    assert read_manifest(beside).names() == names
    assert run_scenario.main(["models", str(scenario), "learn", "--out", str(out)]) == 0
    assert run_scenario.main([*words, "--quiet"]) == 0
    assert files_of(out) == anew


def test_words_that_do_not_fit_are_told(run_once, capsys) -> None:
    """Exit code 2 and nothing changed."""
    scenario, out = run_once
    before = read_manifest(out.with_name("run.models"))
    for words in (["restore"], ["learn", "x"], ["restore", "2020-01-01-00000000"]):
        assert run_scenario.main(["models", str(scenario), *words, "--out", str(out)]) == 2
    assert "there is no version" in capsys.readouterr().err
    assert read_manifest(out.with_name("run.models")) == before
    assert dataclasses.asdict(before)
