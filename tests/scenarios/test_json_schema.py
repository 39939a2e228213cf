"""The JSON Schema beside the scenarios."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scenarios.json_schema import SCHEMA_FILE, scenario_schema_text
from scenarios.loading import load_scenario, resolved_yaml
from scenarios.strict_yaml import parse, plain

SHIPPED = sorted(SCHEMA_FILE.parent.glob("*.yaml"))
FIRST_LINE = "# yaml-language-server: $schema=scenario.schema.json"


def faults(data: Any) -> list[str]:
    """Validate plain data by the committed schema."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(data)]


def plain_file(path: Path) -> Any:
    """Read a scenario file without its layers."""
    tree, _ = parse(path.read_text(encoding="utf-8"), path.name)
    assert tree is not None
    return plain(tree)


def test_the_committed_schema_is_in_step():
    """After a change of the schema: `python -m scenarios.json_schema`."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == scenario_schema_text()


def test_the_schema_is_a_schema():
    """Editors can use it."""
    jsonschema.Draft202012Validator.check_schema(json.loads(scenario_schema_text()))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_name_the_schema_and_keep_it(path):
    """An editor that opens one completes and checks it at once."""
    assert path.read_text(encoding="utf-8").splitlines()[0] == FIRST_LINE
    assert faults(plain_file(path)) == []


def test_the_resolved_scenario_keeps_the_schema(here):
    """What a run saves can be edited with the same help."""
    tree, _ = parse(resolved_yaml(load_scenario(Path("scenario.yaml"))), "x")
    assert tree is not None
    assert faults(plain(tree)) == []


def test_a_part_needs_extends(here):
    """Required keys may be left out only where a parent can have them."""
    data = plain_file(Path("scenario.yaml"))
    del data["period"]
    assert faults(data) == ["'period' is a required property"]
    assert faults({**data, "extends": "base.yaml", "segments": {"B": None}}) == []


def test_unknown_keys_and_override_sets_are_checked(here):
    """Misspelt keys are marked in the editor, also inside override sets."""
    data = plain_file(Path("scenario.yaml"))
    assert len(faults({**data, "overrides": {"a": {"tours": {"weks": 2}}}})) == 1
    assert faults({**data, "overrides": {"a": {"tours": {"weeks": 2}}}, "apply": ["a"]}) == []
    assert faults({**data, "tourz": {}}) != []
