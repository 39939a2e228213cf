"""Load a scenario: read its layers strictly, check them against the schema, and tell every fault in one go."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from scenarios.consistency import inconsistencies
from scenarios.databases import is_address, with_anchor
from scenarios.explain import explain
from scenarios.faults import Fault, ScenarioError
from scenarios.layers import read_stack
from scenarios.loaded import LoadedScenario
from scenarios.schema import Scenario
from scenarios.starting_folder import starting_folder, way_to
from scenarios.strict_yaml import Fields, Items, Scalar, Tree, all_marks, fault_at, find, mark_at, plain
from scenarios.strict_yaml import Path as KeyPath

__all__ = ["LoadedScenario", "load_scenario", "resolved_yaml"]

FILE_KEYS: Final[tuple[KeyPath, ...]] = (
    ("data", "accounts", "path"),
    ("data", "sales", "path"),
    ("data", "reps", "path"),
    ("data", "areas", "source", "path"),
    ("data", "areas", "outline", "path"),
    ("data", "regions", "path"),
    ("data", "categories", "path"),
    ("data", "series", "path"),
    ("data", "events", "path"),
    ("data", "last_visits", "path"),
    ("data", "current_alignment", "path"),
    ("forecast", "models_folder"),
    ("travel", "graph"),
    ("territories", "barriers", "lines"),
)
"""Keys that name files, relative to the file that they are written in; on the command line, to the current folder."""


def load_scenario(path: Path, *, sets: Sequence[str] = (), overrides: Sequence[str] = ()) -> LoadedScenario:
    """Load a scenario file with its parents and overrides.

    Parameters
    ----------
    path
        The YAML file.
    sets
        `key.sub=value` from the command line, applied last.
    overrides
        Names of override sets to apply besides those that the file applies.

    Raises
    ------
    ScenarioError
        With all faults of all layers; and, when the `data` section can be read, all faults of the tables too.
    """
    stack = read_stack(path, sets=sets, overrides=overrides)
    if stack.tree is None:
        raise ScenarioError(stack.faults)
    tree = _with_paths(stack.tree, stack.folders)
    scenario, sections, faults = _validate(tree)
    faults = [*stack.faults, *faults]
    for spare in stack.spare.values():
        faults += [fault for fault in _validate(_with_paths(spare, stack.folders))[2] if fault not in faults]
    marks = all_marks(tree)
    if faults:
        if {"data", "segments", "territories"} <= sections.keys():
            from scenarios.tables import table_faults  # noqa: PLC0415 - heavy, and only to tell more faults at once

            faults += table_faults(sections, marks)
        raise ScenarioError(list(dict.fromkeys(faults)))
    assert scenario is not None  # noqa: S101 - no faults
    return LoadedScenario(
        scenario=scenario,
        path=path,
        marks=marks,
        changes=tuple(stack.changes),
        resolved=_resolved(scenario, starting_folder(path)),
    )


def resolved_yaml(loaded: LoadedScenario, *, folder: Path | None = None) -> str:
    """Write the whole scenario, defaults filled in, as a file that can be loaded again.

    Parameters
    ----------
    loaded
        The scenario.
    folder
        Where the text will be saved: paths are written relative to it. By default the folder of the scenario file, so
        that the text is the same on every machine; such a copy runs beside the scenario, and in an output folder with
        its run.json.
    """
    if folder is None:
        data, place = loaded.resolved, "the folder of the scenario that was run; run.json beside this file tells where"
    else:
        data, place = _resolved(loaded.scenario, folder), "the folder of this file"
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
    title = f"# The scenario {loaded.scenario.name} with all layers merged and all defaults filled in."
    return f"{title}\n# Paths are relative to {place}.\n{text}"


def _validate(tree: Fields) -> tuple[Scenario | None, dict[str, Any], list[Fault]]:
    """Check a tree against the schema and itself; give the sections that are valid."""
    scenario: Scenario | None = None
    faults: list[Fault] = []
    bad: set[str] = set()
    tree = _texts_as_written(tree)
    try:
        scenario = Scenario.model_validate_json(json.dumps(plain(tree)))
    except ValidationError as error:
        faults = explain(error, tree)
        bad = {str(detail["loc"][0]) for detail in error.errors(include_url=False)}
    sections = (
        _sections(tree, bad) if scenario is None else {key: getattr(scenario, key) for key in Scenario.model_fields}
    )
    faults += [fault_at(mark_at(tree, path), path, message) for path, message in inconsistencies(sections)]
    return scenario, sections, faults


def _sections(tree: Fields, bad: set[str]) -> dict[str, Any]:
    """Read the valid sections of a scenario that is not valid as a whole."""
    substitutes = {
        "name": "x",
        "period": {"start": "2000-01-01", "end": "2000-01-31"},
        "segments": {"x": {"visits": 0, "service_minutes": 1}},
    }
    substitutes["data"] = {key: {"path": "x"} for key in ("accounts", "sales", "reps")}
    good = {key: value for key, value in plain(tree).items() if key not in bad}
    readable = Scenario.model_validate_json(
        json.dumps({**{k: v for k, v in substitutes.items() if k not in good}, **good})
    )
    return {key: getattr(readable, key) for key in Scenario.model_fields if key not in bad}


def _texts_as_written(tree: Fields) -> Fields:
    """Give keys that hold text the text as it is written, also where it looks like a number (`area: 59350`)."""
    try:
        Scenario.model_validate_json(json.dumps(plain(tree)))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            found = find(tree, tuple(detail["loc"]))
            is_number = (
                isinstance(found, Scalar) and isinstance(found.value, int | float) and not isinstance(found.value, bool)
            )
            if detail["type"] == "string_type" and is_number and isinstance(found, Scalar):
                tree = _put(tree, tuple(detail["loc"]), replace(found, value=found.text))
    return tree


def _with_paths(tree: Fields, folders: Mapping[str, Path]) -> Fields:
    """Let relative paths start from the folder of the file that they are written in."""
    for key in FILE_KEYS:
        found = find(tree, key)
        if isinstance(found, Scalar) and found.value is not None and found.text and found.mark.file in folders:
            folder = folders[found.mark.file]
            if is_address(found.text):
                path = with_anchor(found.text, lambda name, folder=folder: _from(folder, name))  # type: ignore[misc]
            else:
                path = _from(folder, found.text)
            tree = _put(tree, key, replace(found, value=path))
    return tree


def _from(folder: Path, name: str) -> str:
    """Give a path that starts from a folder."""
    return Path(os.path.normpath(folder / name)).as_posix()


def _put(tree: Fields, path: KeyPath, leaf: Scalar) -> Fields:
    """Copy a tree with one value replaced."""
    new = _replaced(tree, path, leaf)
    assert isinstance(new, Fields)  # noqa: S101 - a path is never empty
    return new


def _replaced(tree: Tree, path: KeyPath, leaf: Scalar) -> Tree:
    if not path:
        return leaf
    step, rest = path[0], path[1:]
    if isinstance(tree, Items) and isinstance(step, int):
        return replace(
            tree, items=(*tree.items[:step], _replaced(tree.items[step], rest, leaf), *tree.items[step + 1 :])
        )
    if isinstance(tree, Fields):
        return replace(tree, fields={**tree.fields, str(step): _replaced(tree.fields[str(step)], rest, leaf)})
    return tree


def _way(folder: Path, path: str) -> str:
    """Give the way to a path from a folder."""
    return way_to(Path(path), folder)


def _resolved(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """Give the scenario as plain data with paths relative to a folder."""
    data: dict[str, Any] = scenario.model_dump(mode="json")
    for *steps, last in FILE_KEYS:
        holder = data
        for step in steps:
            holder = holder.get(str(step)) or {}
        if holder.get(str(last)):
            path = str(holder[str(last)])
            by_folder = partial(_way, folder)
            holder[str(last)] = with_anchor(path, by_folder) if is_address(path) else by_folder(path)
    return data
