"""Scenario files with their layers."""

from pathlib import Path

import pytest

from scenarios.faults import Fault, ScenarioError
from scenarios.loading import load_scenario, resolved_yaml
from scenarios.strict_yaml import Mark

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
BASE = """\
name: base
period: {start: 2026-01-05, end: 2026-03-29}
data:
  accounts: {path: tables/accounts.csv}
  sales: {path: tables/sales.csv}
  reps: {path: tables/reps.csv}
  areas: {make: accounts}
segments:
  A: {visits: 4, service_minutes: 30}
  B: {visits: 1, service_minutes: 20}
tours:
  lunch: {minutes: 30}
overrides:
  fast: {solver: {effort: quick}}
  short: {tours: {weeks: 2}}
"""


@pytest.fixture
def base(tmp_path, monkeypatch) -> Path:
    """Write base.yaml to common/ below the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("common").mkdir()
    path = Path("common/base.yaml")
    path.write_text(BASE)
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_load(path):
    """Every scenario of the package is valid by itself, whether or not its tables are here."""
    assert load_scenario(path).scenario.name == path.stem


def test_layers_win_in_the_documented_order(base):
    """Parents < file < applied overrides < --set; every change is noted."""
    Path("child.yaml").write_text(
        "extends: common/base.yaml\nname: child\napply: short\nsolver: {seed: 5}\ntours: {weeks: 3}\n"
    )
    loaded = load_scenario(Path("child.yaml"), sets=["solver.seed=7"], overrides=["fast"])
    scenario = loaded.scenario
    assert (scenario.name, scenario.tours.weeks, scenario.solver.effort, scenario.solver.seed) == (
        "child",
        2,
        "quick",
        7,
    )
    assert scenario.tours.lunch.minutes == 30
    assert loaded.changes == (
        "name: base → child",
        "solver.seed: 1 → 5",
        "tours.weeks: 4 → 3",
        "tours.weeks: 3 → 2",
        "solver.effort: normal → quick",
        "solver.seed: 5 → 7",
    )


def test_later_parents_win_and_lists_are_replaced(base):
    """Mappings are merged, lists are not."""
    Path("a.yaml").write_text("solver: {seed: 2}\nforecast: {models: [theta, ets]}\n")
    Path("b.yaml").write_text("solver: {seed: 3, workers: 4}\n")
    Path("c.yaml").write_text("extends: [common/base.yaml, a.yaml, b.yaml]\nforecast: {models: [theta]}\n")
    scenario = load_scenario(Path("c.yaml")).scenario
    assert (scenario.solver.seed, scenario.solver.workers) == (3, 4)
    assert [str(model) for model in scenario.forecast.models] == ["theta"]


def test_null_takes_an_inherited_key_away(base):
    """A child can drop a segment of its parent, or go back to a default."""
    Path("child.yaml").write_text("extends: common/base.yaml\nsegments: {B: null}\ntours: {lunch: null}\n")
    loaded = load_scenario(Path("child.yaml"))
    assert list(loaded.scenario.segments) == ["A"]
    assert loaded.scenario.tours.lunch.minutes == 45


def test_overrides_can_be_applied_by_set(base):
    """`--set apply=[…]` chooses what-if questions from the command line."""
    scenario = load_scenario(base, sets=["apply=[fast, short]"]).scenario
    assert (scenario.solver.effort, scenario.tours.weeks) == ("quick", 2)


def test_paths_start_from_the_file_that_they_are_written_in(base):
    """A parent in another folder keeps its own tables; the command line starts from the current folder."""
    Path("sub").mkdir()
    Path("sub/child.yaml").write_text("extends: ../common/base.yaml\ndata: {reps: {path: own.csv}}\n")
    data = load_scenario(Path("sub/child.yaml"), sets=["data.sales.path=here.csv"]).scenario.data
    assert (data.accounts.path, data.reps.path, data.sales.path) == (
        "common/tables/accounts.csv",
        "sub/own.csv",
        "here.csv",
    )


def test_text_keys_keep_numbers_as_they_are_written(base):
    """Ids that look like numbers need no quotes and lose no zero."""
    locks = "territories.locks=[{area: 59350, rep: 01}, {area: 1.50, rep: 7}]"
    scenario = load_scenario(base, sets=[locks]).scenario
    assert [(lock.area, lock.rep) for lock in scenario.territories.locks] == [("59350", "01"), ("1.50", "7")]


def test_marks_tell_where_keys_are_written(base):
    """Faults that are found later can name the line too."""
    loaded = load_scenario(base, sets=["solver.seed=3"])
    assert loaded.marks["tours.lunch.minutes"] == Mark("common/base.yaml", 12, 20)
    assert loaded.marks["solver.seed"] == Mark("--set solver.seed=3", 0, 0)


def test_the_resolved_scenario_is_a_scenario(base):
    """Saved beside the file it loads to the same; saved elsewhere with that folder named, too."""
    loaded = load_scenario(base, sets=["tours.closed=[2026-01-06]", "description='yes: 01067 é'"], overrides=["fast"])
    again = Path("common/again.yaml")
    again.write_text(resolved_yaml(loaded), encoding="utf-8")
    assert load_scenario(again).scenario == loaded.scenario
    Path("out").mkdir()
    Path("out/again.yaml").write_text(resolved_yaml(loaded, folder=Path("out")), encoding="utf-8")
    assert load_scenario(Path("out/again.yaml")).scenario == loaded.scenario


def test_the_resolved_scenario_does_not_depend_on_the_current_folder(base, monkeypatch):
    """The same file gives the same text, wherever the command is called."""
    text = resolved_yaml(load_scenario(base))
    monkeypatch.chdir("common")
    assert resolved_yaml(load_scenario(Path("base.yaml"))) == text
    assert resolved_yaml(load_scenario(Path("base.yaml").resolve())) == text


@pytest.mark.parametrize("value", ["null", "[]", "{}", "3", "x", "true", "[1]", "{a: 1}"])
@pytest.mark.parametrize(
    "key", ["name", "period", "data", "data.areas", "segments", "segments.A", "tours.lunch", "apply", "territories"]
)
def test_any_value_anywhere_is_read_or_refused(base, key, value):
    """A value of the wrong kind gives faults, never a traceback."""
    faults: tuple[Fault, ...] = ()
    try:
        load_scenario(base, sets=[f"{key}={value}"])
    except ScenarioError as error:
        faults = error.faults
    assert all(fault.message for fault in faults)


def test_changing_one_balance_leaves_the_other_default(base):
    """A measure that is balanced by default stays so when another one's tolerance is set, as when both are written."""
    balance = load_scenario(base, sets=["territories.balance.workload.tolerance=0.05"]).scenario.territories.balance
    assert {measure.value: rule.tolerance for measure, rule in balance.items()} == {"potential": 0.1, "workload": 0.05}
    base.write_text(BASE + "territories: {balance: {workload: {tolerance: 0.2}}}\n")
    balance = load_scenario(base, sets=["territories.balance.workload.tolerance=0.05"]).scenario.territories.balance
    assert {measure.value: rule.tolerance for measure, rule in balance.items()} == {"workload": 0.05}
