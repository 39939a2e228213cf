"""Write the table of scenario keys for the documentation: `python -m scenarios.key_table > docs/scenario_keys.md`."""

import types
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from scenarios.schema import Scenario, Section, Source

HEAD = """\
# Scenario keys

Every key of a scenario file, made from the schema by `python -m scenarios.key_table > docs/scenario_keys.md`. Keys in
**bold** must be written. Besides these a file may have `extends` (a file, or a list of files, whose keys it takes
over), `overrides` (named sets of changes) and `apply` (which of them to use). Later wins: extended file < file <
overrides < `--set` on the command line.

| key | value | when left out | meaning |
|---|---|---|---|
"""


def key_table() -> str:
    """Give the table as Markdown."""
    return HEAD + "\n".join(_rows(Scenario, "", set())) + "\n"


def _rows(section: type[Section], prefix: str, told: set[type[Section]]) -> Iterator[str]:
    for key, field in section.model_fields.items():
        path = f"{prefix}{key}"
        meaning = " ".join((field.description or "").split()).replace("|", "\\|")
        inner, below = _section_of(field.annotation, path)
        default = "" if field.is_required() or inner else _default(field.get_default(call_default_factory=True))
        name = f"**`{path}`**" if field.is_required() else f"`{path}`"
        kind = "" if inner and below == path else _kind(field.annotation)
        if inner is Source and inner in told:
            kind = "a table, with keys as under `data.accounts`"
        yield f"| {name} | {kind} | {default} | {meaning} |"
        if inner and not (inner is Source and inner in told):
            told.add(inner)
            yield from _rows(inner, f"{below}.", told)


def _section_of(annotation: Any, path: str) -> tuple[type[Section] | None, str]:  # noqa: ANN401 -- a type expression
    """Find the section that a key holds, itself or in a list or mapping, and how paths below it begin."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, path
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _section_of(inner[0], path)
    if origin in {Union, types.UnionType}:
        return next((found for found in (_section_of(part, path) for part in inner) if found[0]), (None, path))
    if origin is dict:
        return _section_of(inner[1], f"{path}.<name>")
    if origin is tuple:
        return _section_of(inner[0], f"{path}[]")
    return None, path


def _kind(annotation: Any) -> str:  # noqa: ANN401, PLR0911 -- a type expression; one answer per form
    """Say in plain words what may be written."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inner[0])
    if origin in {Union, types.UnionType}:
        return " or ".join(_kind(part) for part in inner if part is not type(None))
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in inner)
    if origin is tuple:
        return f"list of {_kind(inner[0])}"
    if origin is dict:
        return "mapping"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{choice}`" for choice in annotation)
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false", "date": "date"}
    return names.get(getattr(annotation, "__name__", ""), "mapping")


def _default(value: Any) -> str:  # noqa: ANN401 -- any value of the schema
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | dict):
        return ", ".join(str(part) for part in value) or "–"
    return "–" if value in {None, ""} else str(value)


if __name__ == "__main__":
    print(key_table(), end="")
