"""Say texts in the reader's language: `with speaking("fr"): say("All regions")`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Final, Literal

from maps.languages.catalogue import catalogue

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")
POINTS: Final[dict[Language, str]] = {"en": ".", "fr": ","}
"""What stands before decimals."""


class Said(str):
    """A text in the reader's language: saying it again changes nothing."""

    __slots__ = ()


_language: ContextVar[Language] = ContextVar("language", default="en")
_unknown: ContextVar[list[str] | None] = ContextVar("unknown", default=None)
_PIECES: Final = re.compile(r"(?<=[.;!?…]) +| · ")
"""Between sentences and between the parts of a line."""
_AMOUNT: Final = re.compile(r"[^A-Za-z]*( ?(k|M|Md|bn)?[ €$£]*|h|km|min|[A-Z]{3})")
"""A number with its unit, which needs no translation."""
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CLOSE_PERCENT: Final = re.compile(r"(?<=\d)%")
_SCRIPT_TEXT: Final = re.compile(r"\bsay\('((?:[^'\\]|\\.)*)'")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Let everything that is written inside the block be in this language."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


@contextmanager
def noting_unknown() -> Iterator[list[str]]:
    """Collect the texts that the catalogue does not know and that stay English, for tests."""
    found: list[str] = []
    token = _unknown.set(found)
    try:
        yield found
    finally:
        _unknown.reset(token)


def language() -> Language:
    """Name the language of the block."""
    return _language.get()


def say(text: str) -> str:
    """Translate a text of ours, whole or sentence by sentence; one that is not known stays as it is.

    Names and values stand in it already: the catalogue's texts have places for them.
    """
    spoken = _language.get()
    if spoken == "en" or isinstance(text, Said) or not any(char.isalpha() for char in text):
        return text
    said, unknown = _translated(spoken, text)
    notes = _unknown.get()
    if notes is not None:
        notes.extend(unknown)
    return Said(said)


def say_lines(text: str) -> str:
    """Translate line by line, each with its indentation."""
    return "\n".join(f"{line[: len(line) - len(line.lstrip())]}{say(line.strip())}" for line in text.split("\n"))


def script_words(script: str) -> dict[str, str]:
    """Translate the texts of a page's script, which stand in it as `say('…')`; places stay open.

    Raises
    ------
    KeyError
        For a text that the catalogue does not have.
    """
    spoken = _language.get()
    if spoken == "en":
        return {}
    texts = {text.replace("\\'", "'") for text in _SCRIPT_TEXT.findall(script)}
    return {text: catalogue(spoken).exact[text] for text in sorted(texts)}


@lru_cache(maxsize=20_000)
def _translated(spoken: Language, text: str) -> tuple[str, tuple[str, ...]]:
    """Translate, and tell which parts were not known."""
    bare = text.strip()
    if bare != text:
        said, unknown = _translated(spoken, bare)
        return text.replace(bare, said, 1), unknown
    if _AMOUNT.fullmatch(text):
        return text.replace(".", POINTS[spoken]), ()
    whole = _whole(spoken, text)
    if whole is not None:
        return whole
    return _piecewise(spoken, text)


def _piecewise(spoken: Language, text: str) -> tuple[str, tuple[str, ...]]:
    """Translate as many sentences at once as the catalogue has together, from left to right."""
    ends = [found.start() for found in _PIECES.finditer(text)]
    for end in reversed(ends):
        whole = _whole(spoken, text[:end])
        if whole is not None:
            rest, unknown = _translated(spoken, text[end:])
            return whole[0] + rest, (*whole[1], *unknown)
    if not ends:
        return text, (text,)
    gap = _PIECES.match(text, ends[0])
    start = gap.end() if gap else ends[0]
    rest, unknown = _translated(spoken, text[start:])
    return text[:start] + rest, (text[: ends[0]], *unknown)


def _number(spoken: Language, number: str) -> str:
    """Write an English number as readers do, the minus as a minus and a space before the percent sign."""
    spaced = _THOUSANDS.sub("\u202f", number).replace(".", POINTS[spoken])
    return _CLOSE_PERCENT.sub(" %", spaced.replace("-", "−"))


def _whole(spoken: Language, text: str) -> tuple[str, tuple[str, ...]] | None:
    """Translate a text that the catalogue has as it stands or with places."""
    known = catalogue(spoken)
    if text in known.exact:
        return known.exact[text], ()
    for pattern in known.patterns:
        unknown: list[str] = []

        def inner(part: str, unknown: list[str] = unknown) -> str:
            said, not_known = _translated(spoken, part)
            unknown.extend(not_known)
            return said

        filled = pattern.filled(text, inner, lambda number: _number(spoken, number))
        if filled is not None:
            return filled, tuple(unknown)
    return None
