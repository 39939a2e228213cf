"""Write the JSON Schema of scenario files, which editors use to complete and check them.

python -m scenarios.json_schema        (writes scenarios/scenario.schema.json anew)
"""

import json
from pathlib import Path
from typing import Any, Final

from scenarios.schema import Scenario

SCHEMA_FILE: Final = Path(__file__).with_name("scenario.schema.json")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
PART: Final = "Part"
"""Ending of definitions in which keys may be left out or null, for files that extend another and for override sets."""

STACKING: Final[dict[str, Any]] = {
    "extends": {
        "description": "A file, or a list of files, whose keys hold unless this file says otherwise.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    },
    "overrides": {
        "description": "Named sets of keys that `apply` or the command line lays over the scenario.",
        "type": "object",
        "additionalProperties": {"$ref": f"#/$defs/Scenario{PART}"},
    },
    "apply": {
        "description": "Names of the override sets to apply; no two of them may set the same key.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    },
}


def scenario_schema() -> dict[str, Any]:
    """Make the JSON Schema of a scenario file: complete, or a part when the file has `extends`."""
    whole = Scenario.model_json_schema()
    definitions: dict[str, Any] = whole.pop("$defs")
    definitions["Scenario"] = whole
    sections = {name for name, definition in definitions.items() if "properties" in definition}
    parts = {f"{name}{PART}": _part(definitions[name], sections) for name in sections}
    named = dict.fromkeys(STACKING, True)
    definitions["ScenarioFile"] = {**whole, "properties": {**named, **whole["properties"]}}
    return {
        "$schema": DIALECT,
        "title": "A territory and tour scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": {**STACKING, **parts[f"Scenario{PART}"]["properties"]},
        "if": {"not": {"required": ["extends"]}},
        "then": {"$ref": "#/$defs/ScenarioFile"},
        "$defs": dict(sorted((definitions | parts).items())),
    }


def scenario_schema_text() -> str:
    """Write the JSON Schema as the text of `scenario.schema.json`."""
    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"


def _part(definition: dict[str, Any], sections: set[str]) -> dict[str, Any]:
    """Copy a section so that every key may be left out, or be null, which takes an inherited value away."""
    part: dict[str, Any] = _refer_to_parts(definition, sections)
    part.pop("required", None)
    part["properties"] = {key: _or_null(value) for key, value in part["properties"].items()}
    return part


def _refer_to_parts(value: Any, sections: set[str]) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, list):
        return [_refer_to_parts(inner, sections) for inner in value]
    if not isinstance(value, dict):
        return value
    copy = {key: _refer_to_parts(inner, sections) for key, inner in value.items()}
    if str(copy.get("$ref", "")).removeprefix("#/$defs/") in sections:
        copy["$ref"] += PART
    if isinstance(copy.get("additionalProperties"), dict):
        copy["additionalProperties"] = _or_null(copy["additionalProperties"])
    return copy


def _or_null(value: dict[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {key: value[key] for key in ("description", "title", "default") if key in value}
    rest = {key: inner for key, inner in value.items() if key not in words}
    return {**words, "anyOf": [rest, {"type": "null"}]}


if __name__ == "__main__":
    SCHEMA_FILE.write_text(scenario_schema_text(), encoding="utf-8", newline="\n")
