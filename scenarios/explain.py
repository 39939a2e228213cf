"""Turn what pydantic finds wrong into sentences for people who do not program."""

import re
from typing import Any, Final

from pydantic import ValidationError

from scenarios.faults import Fault
from scenarios.schema import Source
from scenarios.schema_walk import homes_of_keys, section_at
from scenarios.strict_yaml import Fields, Items, Mark, Path, Scalar, Tree, fault_at, find, key_text, mark_at
from scenarios.suggest import did_you_mean, nearest, one_of

PATTERNS: Final = {
    r"^([01]\d|2[0-3]):[0-5]\d$": 'a clock time "HH:MM" from 00:00 to 23:59, such as "08:30"',
    r"^[a-z0-9][a-z0-9_-]{0,60}$": "lower-case letters, digits, - and _ (at most 61), beginning with a letter or digit",
    r"^[A-Z]{3}$": "three capital letters, such as EUR",
    r"^[A-Z]{2}$": "two capital letters, such as FR",
}
"""What the patterns of the schema ask for, in words."""

KINDS: Final = {
    "string_type": "text (in quotes where it looks like a number, true, false or null)",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2026-01-31",
    "date_parsing": "a date such as 2026-01-31",
    "date_from_datetime_parsing": "a date such as 2026-01-31",
    "date_from_datetime_inexact": "a date such as 2026-01-31, without a time of day",
    "tuple_type": 'a list, such as "[a, b]" or one "- item" a line',
    "list_type": 'a list, such as "[a, b]" or one "- item" a line',
}


def explain(error: ValidationError, tree: Tree) -> list[Fault]:
    """Tell each error of the schema at its place in the files.

    Parameters
    ----------
    error
        What pydantic found when it read `tree` as a scenario.
    tree
        The scenario with its marks.

    Returns
    -------
    Faults in the order of the schema.
    """
    details = error.errors(include_url=False, include_context=True)
    paths = [tuple(detail["loc"]) for detail in details]
    faults = []
    for detail, path in zip(details, paths, strict=True):
        is_echo = detail["type"] == "too_short" and any(
            len(other) > len(path) and other[: len(path)] == path for other in paths
        )
        if not is_echo:
            faults.append(_explain_one(detail["type"], detail.get("ctx", {}), path, tree))
    return faults


def got(tree: Tree | None) -> str:
    """Show what was found, short."""
    if isinstance(tree, Items):
        return "a list"
    if isinstance(tree, Fields):
        return "keys below it"
    if tree is None or tree.value is None:
        return "nothing"
    text = tree.text if len(tree.text) <= 60 else tree.text[:57] + "…"
    return f'"{text}"' if isinstance(tree.value, str) else text


def key_mark(tree: Tree, path: Path) -> Mark:
    """Tell where the key itself is written."""
    parent = find(tree, path[:-1])
    if isinstance(parent, Fields) and path[-1] in parent.key_marks:
        return parent.key_marks[str(path[-1])]
    return mark_at(tree, path)


def _explain_one(kind: str, context: dict[str, Any], path: Path, tree: Tree) -> Fault:
    if path and path[-1] == "[key]":
        path = path[:-1]
        return fault_at(key_mark(tree, path), path, f'got "{path[-1]}", {_choices(str(path[-1]), context)}')
    if kind == "extra_forbidden":
        return fault_at(key_mark(tree, path), path, _unknown_key(path))
    if kind == "missing":
        return fault_at(mark_at(tree, path), path, _missing_key(path, tree))
    found = find(tree, path)
    return fault_at(mark_at(tree, path), path, f"got {got(found)}, {_expected(kind, context, path, found)}")


def _expected(kind: str, context: dict[str, Any], path: Path, found: Tree | None) -> str:
    if kind in {"enum", "literal_error"}:  # the choices stand in the message only
        return _choices(found.text if isinstance(found, Scalar) else "", context)
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        section = section_at(path)
        if section is Source and isinstance(found, Scalar) and isinstance(found.value, str):
            return f'expected keys below it: write "path: {found.text}" on the next line, further in'
        keys = f": {one_of(list(section.model_fields), most=8)}" if section else ', one "name: …" a line'
        return f"expected keys below it{keys}"
    if kind == "string_pattern_mismatch":
        return f"expected {PATTERNS[context['pattern']]}"
    if kind in KINDS:
        reason = re.search(r"(month|day) value is outside expected range", str(context.get("error", "")))
        return f"expected {KINDS[kind]}" + ("; there is no such day" if reason else "")
    return _limit(context, found) or f"expected something else ({kind.replace('_', ' ')})"


def _limit(context: dict[str, Any], found: Tree | None) -> str:
    limits = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    for name, words in limits.items():
        if name in context:
            return f"expected {words} {context[name]:g}"
    if "min_length" in context:
        return "expected at least one entry" if isinstance(found, Items | Fields) else "expected some text"
    return f"expected at most {context['max_length']} characters" if "max_length" in context else ""


def _choices(word: str, context: dict[str, Any]) -> str:
    choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    return f"expected {one_of(choices)}{did_you_mean(word, choices)}"


def _unknown_key(path: Path) -> str:
    key, here = str(path[-1]), path[:-1]
    section = section_at(here)
    known = list(section.model_fields) if section else []
    if close := nearest(key, known):
        return f'unknown key; did you mean "{close}"?'
    if key in homes_of_keys():
        return f"unknown key here; it belongs under {_homes(key)}"
    if close := nearest(key, homes_of_keys()):
        return f'unknown key; did you mean "{close}" under {_homes(close)}?'
    place = f"under {key_text(here)}" if here else "at the top level"
    return f"unknown key; {place} stand {one_of(known, most=20, word='and')}"


def _homes(key: str) -> str:
    return one_of([f'"{home}"' if home else "the top level" for home in homes_of_keys()[key]], most=4)


def _missing_key(path: Path, tree: Tree) -> str:
    section = section_at(path[:-1])
    field = section.model_fields.get(str(path[-1])) if section else None
    what = re.split(r"[.:;](?:\s|$)|\s\(", (field.description or "").replace("\n", " "))[0].strip() if field else ""
    inner = section_at(path)
    if not what[:1].isupper():
        what = f"expected keys below it: {one_of(list(inner.model_fields), most=8)}" if inner else ""
    parent = find(tree, path[:-1])
    siblings = list(parent.fields) if isinstance(parent, Fields) else []
    known = set(section.model_fields) if section else set()
    misspelt = nearest(str(path[-1]), [key for key in siblings if key not in known])
    hint = f'; is "{misspelt}" meant for it?' if misspelt else ""
    return f"missing{f' ({what[0].lower()}{what[1:]})' if what else ''}{hint}"
