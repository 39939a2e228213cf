"""Read a catalogue of translated texts, and find the translation of a text that has values in it."""

import ast
import importlib.resources
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

_PLACE: Final = re.compile(r"\{(\w+)\}")
_NUMBER: Final = re.compile(r"[+−-]?[\d\u202f ]*\d(,\d{3})*(\.\d+)?( ?[%hk]| M| bn| min| km)?")
_LEAST_DEFINITE: Final = 16
"""Characters of a text that are not open, from which on its places may hold sentences."""
_ONE_SENTENCE: Final = r"((?:(?![.;!?] ).)*?)"
_KINDS: Final = {"n": r"([\d\u202f.,+−–%-]+(?: %)?)"}
"""What may stand in a place by its name without digits: a number in `n`; in `t` a text of ours, which is
translated too; in all others anything."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text with places, and what it becomes."""

    english: re.Pattern[str]
    names: tuple[str, ...]
    other: str

    def filled(self, text: str, translate: Callable[[str], str], number: Callable[[str], str]) -> str | None:
        """Write the translation with the values of the text; `None` where the text has another form."""
        found = self.english.fullmatch(text)
        if found is None:
            return None
        values = {}
        for name, value in zip(self.names, found.groups(), strict=True):
            plain = number(value) if _NUMBER.fullmatch(value) else value
            values[name] = translate(value) if _kind(name) == "t" else plain
        return _PLACE.sub(lambda place: values[place.group(1)], self.other)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language."""

    exact: dict[str, str]
    """English text → the other language, for the scripts of pages with their places left open."""
    patterns: tuple[Pattern, ...]
    """Texts with places, the most definite first."""


@cache
def catalogue(language: str) -> Catalogue:
    """Read the catalogue that comes with the program."""
    path = importlib.resources.files("maps") / "languages" / f"{language}.po"
    exact = read_po(path.read_text(encoding="utf-8"))
    with_places = sorted((text for text in exact if _PLACE.search(text)), key=lambda text: (-_definite(text), text))
    return Catalogue(exact, tuple(_pattern(text, exact[text]) for text in with_places))


def read_po(text: str) -> dict[str, str]:
    """Read the messages of a gettext catalogue: `msgid "…"` and `msgstr "…"`, each in one or more quoted lines.

    Raises
    ------
    ValueError
        For a message that is there twice or is not translated.
    """
    messages: dict[str, str] = {}
    parts: dict[str, str] = {}
    kind = ""
    for line in [*text.splitlines(), 'msgid ""']:
        word, _, quoted = line.partition(" ") if line.startswith("msg") else (kind, "", line.strip())
        if not quoted.startswith('"'):
            continue
        if line.startswith("msgid"):
            _take(messages, parts)
            parts = {}
        kind = word
        parts[kind] = parts.get(kind, "") + str(ast.literal_eval(quoted))
    return messages


def _take(messages: dict[str, str], parts: dict[str, str]) -> None:
    english, other = parts.get("msgid", ""), parts.get("msgstr", "")
    if not english:
        return
    if english in messages or not other:
        raise ValueError(f"{english!r} is translated {'twice' if english in messages else 'nowhere'}")
    messages[english] = other


def _kind(name: str) -> str:
    """Leave out the digits that tell places of one kind apart."""
    return name.rstrip("0123456789")


def _definite(text: str) -> int:
    """Count the characters that are not open."""
    return len(_PLACE.sub("", text))


def _pattern(english: str, other: str) -> Pattern:
    names = tuple(_PLACE.findall(english))
    pieces = _PLACE.split(english)
    anything = _ONE_SENTENCE if _definite(english) < _LEAST_DEFINITE else r"(.*?)"
    expression = "".join(
        _KINDS.get(_kind(piece), anything) if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
    )
    return Pattern(re.compile(expression, re.DOTALL), names, other)
