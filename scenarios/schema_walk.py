"""Ask the schema which keys may stand where, and what they default to."""

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from scenarios.schema import Scenario, Section
from scenarios.strict_yaml import Path


def section_at(path: Path) -> type[Section] | None:
    """Find the section whose keys stand under a path, None when the path leads elsewhere."""
    annotation: Any = Scenario
    for step in path:
        annotation = _below(annotation, step)
        if annotation is None:
            return None
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


@cache
def homes_of_keys() -> dict[str, tuple[str, ...]]:
    """List, for every key of the schema, the sections that it may stand in ("" is the top level)."""
    homes: dict[str, list[str]] = {}
    for section, key in _all_keys(Scenario, ""):
        homes.setdefault(key, []).append(section)
    return {key: tuple(sections) for key, sections in homes.items()}


@cache
def defaults() -> dict[str, Any]:
    """Give the default of every key that has one, by key path, as plain data."""
    found: dict[str, Any] = {}
    _collect_defaults(Scenario, "", found)
    return found


def _collect_defaults(section: type[Section], prefix: str, found: dict[str, Any]) -> None:
    for key, field in section.model_fields.items():
        path = f"{prefix}{key}"
        if not field.is_required():
            value = field.get_default(call_default_factory=True)
            _flatten(to_jsonable_python(value), path, found)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            _collect_defaults(field.annotation, f"{path}.", found)


def _flatten(value: Any, path: str, found: dict[str, Any]) -> None:  # noqa: ANN401 - plain data
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _flatten(inner, f"{path}.{key}", found)
    else:
        found[path] = value


def _all_keys(section: type[Section], name: str) -> Iterator[tuple[str, str]]:
    for key, field in section.model_fields.items():
        yield name, key
        inner = _bare(field.annotation)
        path = f"{name}.{key}" if name else key
        if isinstance(inner, type) and issubclass(inner, Section):
            yield from _all_keys(inner, path)
        elif get_origin(inner) in {dict, tuple}:
            item = _below(inner, 0 if get_origin(inner) is tuple else "")
            if isinstance(item, type) and issubclass(item, Section):
                yield from _all_keys(item, f"{path}[…]" if get_origin(inner) is tuple else f"{path}.<name>")


def _below(annotation: Any, step: str | int) -> Any:  # noqa: ANN401 - type annotations have no closer type
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        field = annotation.model_fields.get(str(step))
        return _bare(field.annotation) if isinstance(field, FieldInfo) else None
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict and isinstance(step, str):
        return _bare(arguments[1])
    if origin is tuple and isinstance(step, int):
        return _bare(arguments[0])
    return None


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - type annotations have no closer type
    """Take constraints and `| None` away."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, types.UnionType}:
            members = [member for member in get_args(annotation) if member is not type(None)]
            if len(members) != 1:
                return annotation
            annotation = members[0]
        else:
            return annotation
