"""Read YAML strictly, with the place of every key and value.

Only `true`, `false`, `null`, plain integers without leading zero and plain floats get a type; everything else is the
text as it was written, so that `17:00`, `01067`, `NO` and dates stay what they are. Duplicate keys, anchors, aliases,
merge keys and tags are refused. Nothing in a file is ever executed.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import yaml

from scenarios.faults import Fault

INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
FLOAT: Final = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "": None}
DEEPEST: Final = 40
"""Levels of nesting; far more than a scenario has, far fewer than would exhaust the stack."""

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions (from 0) that lead to a value."""


class Mark(NamedTuple):
    """Where a key or value is written; line and column count from 1, 0 when there is none (command line)."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, with the text that it was read from."""

    value: str | float | bool | None
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: "tuple[Tree, ...]"
    mark: Mark


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping; `mark` is the place of the key it hangs on."""

    fields: "dict[str, Tree]"
    key_marks: dict[str, Mark]
    mark: Mark


Tree: TypeAlias = Scalar | Items | Fields


def plain(tree: Tree) -> Any:  # noqa: ANN401 - plain data have no closer type
    """Give the values without their places."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Items):
        return [plain(item) for item in tree.items]
    return {key: plain(value) for key, value in tree.fields.items()}


def key_text(path: Path) -> str:
    """Write a path as a reader sees it; list items count from 1.

    Examples
    --------
    >>> key_text(("territories", "locks", 0, "rep"))
    'territories.locks[1].rep'
    """
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def find(tree: Tree, path: Path) -> Tree | None:
    """Look up the value at a path, None when there is none."""
    for step in path:
        if isinstance(tree, Fields) and step in tree.fields:
            tree = tree.fields[str(step)]
        elif isinstance(tree, Items) and isinstance(step, int) and step < len(tree.items):
            tree = tree.items[step]
        else:
            return None
    return tree


def mark_at(tree: Tree, path: Path) -> Mark:
    """Tell where a value is written, or else the nearest mapping that it would belong to."""
    while path and find(tree, path) is None:
        path = path[:-1]
    found = find(tree, path)
    return found.mark if found is not None else tree.mark


def all_marks(tree: Tree, path: Path = ()) -> dict[str, Mark]:
    """List the place of every key path."""
    marks = {key_text(path): tree.mark}
    if isinstance(tree, Fields):
        for key, value in tree.fields.items():
            marks |= all_marks(value, (*path, key))
    elif isinstance(tree, Items):
        for position, value in enumerate(tree.items):
            marks |= all_marks(value, (*path, position))
    return marks


def fault_at(mark: Mark, path: Path, message: str) -> Fault:
    """Make a fault of a key at its place."""
    return Fault(file=mark.file, line=mark.line, column=mark.column, key=key_text(path), message=message)


def parse(text: str, file: str) -> tuple[Tree | None, list[Fault]]:
    """Read a YAML document.

    Parameters
    ----------
    text
        The document.
    file
        Its name in marks and faults.

    Returns
    -------
    The tree (None when the text is no YAML or holds nothing) and all that is wrong with it.
    """
    return _Builder(text, file, placed=True).document()


def parse_value(text: str, label: str) -> tuple[Tree | None, list[Fault]]:
    """Read a value given on the command line; its marks name `label` and have no line."""
    return _Builder(text, label, placed=False).document()


def scalar_value(text: str) -> str | float | bool | None:
    """Type a plain scalar by the strict rules of this module."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text) and any(c in text for c in ".eE") and math.isfinite(float(text)):
        return float(text)
    return text


class _Builder:
    """Turn the events of PyYAML's parser into a tree."""

    def __init__(self, text: str, file: str, *, placed: bool) -> None:
        self._text = text
        self._file = file
        self._placed = placed
        self._faults: list[Fault] = []
        self._path: Path = ()

    def document(self) -> tuple[Tree | None, list[Fault]]:
        """Read the one document."""
        tree = None
        try:
            events = iter(yaml.parse(self._text, Loader=yaml.SafeLoader))
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if tree is not None:
                        self._tell(self._mark(event), "a second document starts here; expected one document in a file")
                        break
                    tree = self._tree(next(events), events, None)
        except yaml.MarkedYAMLError as error:
            self._tell_syntax(error)
            return None, self._faults
        except yaml.reader.ReaderError as error:
            before = self._text[: error.position]
            line, column = before.count("\n") + 1, error.position - before.rfind("\n")
            mark = Mark(self._file, line, column) if self._placed else Mark(self._file, 0, 0)
            self._tell(mark, f"character number {error.character} cannot be part of a text file; retype this line")
            return None, self._faults
        except RecursionError:
            self._tell(Mark(self._file, 0, 0), f"nested more than {DEEPEST} levels deep")
            return None, self._faults
        return tree, self._faults

    def _tell(self, mark: Mark, message: str, path: Path = ()) -> None:
        self._faults.append(fault_at(mark, path, message))

    def _tell_syntax(self, error: yaml.MarkedYAMLError) -> None:
        sentence = _syntax_sentence(error.problem or "", error.context or "")
        opened = re.search(r"quoted scalar|flow (sequence|mapping)", error.context or "")
        where = (error.context_mark if opened else None) or error.problem_mark
        if where is None or not self._placed:
            self._tell(Mark(self._file, 0, 0), sentence)
            return
        before = [*self._text.split("\n"), ""][where.line][: where.column]
        if sentence == SECOND_COLON and ": " not in before:
            sentence = 'this key stands in the wrong column, or the line above lacks its ":"'
        self._tell(Mark(self._file, where.line + 1, where.column + 1), sentence)

    def _mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        if start is None or not self._placed:
            return Mark(self._file, 0, 0)
        return Mark(self._file, start.line + 1, start.column + 1)

    def _tree(self, event: yaml.Event, events: Iterator[yaml.Event], key_mark: Mark | None) -> Tree:
        mark = self._mark(event)
        if isinstance(event, yaml.AliasEvent):
            self._tell(
                mark, f'"*{event.anchor}" is an alias; aliases are not read: write the value out, or use "extends"'
            )
            return Scalar(None, f"*{event.anchor}", mark)
        if anchor := getattr(event, "anchor", None):
            self._tell(mark, f'"&{anchor}" is an anchor; anchors are not read: write values out, or use "extends"')
        if tag := getattr(event, "tag", None):
            written = str(tag).replace("tag:yaml.org,2002:", "!!")
            self._tell(mark, f'"{written}" is a tag; tags are not read: write text in quotes, numbers without')
        if isinstance(event, yaml.ScalarEvent):
            if any("\ud800" <= c <= "\udfff" or c == "\0" for c in event.value):
                self._tell(mark, "the text holds an escaped character that does not exist; retype it")
                return Scalar(None, "", mark)
            value = scalar_value(event.value) if event.implicit[0] else event.value
            return Scalar(value, event.value, key_mark if key_mark and value is None else mark)
        if len(self._path) > DEEPEST:
            raise RecursionError
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(events, key_mark or mark)
        return self._fields(events, key_mark or mark)

    def _items(self, events: Iterator[yaml.Event], mark: Mark) -> Items:
        items: list[Tree] = []
        here = self._path
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            self._path = (*here, len(items))
            items.append(self._tree(event, events, None))
        self._path = here
        return Items(tuple(items), mark)

    def _fields(self, events: Iterator[yaml.Event], mark: Mark) -> Fields:
        fields: dict[str, Tree] = {}
        marks: dict[str, Mark] = {}
        here = self._path
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key_mark = self._mark(event)
            key_tree = self._tree(event, events, None)
            self._path = (*here, key_tree.text if isinstance(key_tree, Scalar) else "?")
            value = self._tree(next(events), events, key_mark)
            if not isinstance(key_tree, Scalar) or not key_tree.text:
                self._tell(key_mark, "a key must be a word or text in front of the colon")
                continue
            key = key_tree.text
            if key == "<<":
                self._tell(key_mark, 'merge keys (<<) are not read: write the keys out, or use "extends"')
            elif key in fields:
                self._tell(key_mark, f"written twice, first on line {marks[key].line}; keep one of the two", self._path)
            else:
                fields[key], marks[key] = value, key_mark
        self._path = here
        return Fields(fields, marks, mark)


SECOND_COLON: Final = 'a second ": " stands in one line; put text that holds ": " in quotes'


def _syntax_sentence(problem: str, context: str) -> str:
    """Say in plain words what PyYAML stumbled over."""
    for pattern, sentence in SYNTAX_SENTENCES:
        if re.search(pattern, f"{problem} | {context}"):
            return sentence
    return f"cannot be read as YAML: {problem}{f' {context}' if context else ''}"


SYNTAX_SENTENCES: Final = (
    (r"'<document start>'", 'the line above is no key with a value, such as "name: spring"'),
    (
        r"sequence entries are not allowed",
        'a "- " behind a key; begin a list on the next line, or put the text in quotes',
    ),
    (
        r"expected the node content",
        "a value is missing here; text that starts with a comma or bracket belongs in quotes",
    ),
    (r"a block scalar", "text that starts with | or > belongs in quotes"),
    (r"'\\t'", "a tab character stands here; indent with spaces"),
    (r"mapping values are not allowed", SECOND_COLON),
    (r"could not find expected ':'", 'a key without ":" after it'),
    (r"expected <block end>", "the indentation does not fit; keys of one section start in the same column"),
    (r"quoted scalar", "a text in quotes is not closed, or holds a stray quote or backslash"),
    (r"expected ',' or '[\]}]'", 'a list or mapping in brackets is not closed, or lacks a ","'),
    (r"cannot start any token", "text that starts with a special character (such as @, %, ` or |) belongs in quotes"),
    (r"did not find expected alphabetic", 'text that starts with "&" or "*" belongs in quotes'),
    (r"expected alphabetic or numeric", 'text that starts with "&" or "*" belongs in quotes'),
    (r"flow (node|sequence|mapping)", "a list or mapping in brackets is not closed"),
    (
        r"undefined alias|found duplicate anchor",
        'anchors and aliases are not read: write the values out, or use "extends"',
    ),
    (r"tag", "tags (!name) are not read: write text in quotes, numbers without"),
)
