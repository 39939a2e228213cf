"""Suggest what a misspelt word may have been meant to be."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Find the known word that looks most like `word`, "" when none is as like as `cutoff` (of 1)."""
    words = list(known)
    by_shape = {_shape(other): other for other in reversed(words)}
    if _shape(word) in by_shape:
        return by_shape[_shape(word)]
    close = difflib.get_close_matches(_shape(word), list(by_shape), n=1, cutoff=cutoff)
    return by_shape[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask `; did you mean "…"?`, or say nothing."""
    close = nearest(word, known)
    return f'; did you mean "{close}"?' if close else ""


def one_of(choices: Sequence[str], *, most: int = 12, word: str = "or") -> str:
    """List choices in a sentence, the first dozen of many, with "or" or "and" before the last."""
    if len(choices) > most:
        return f"{', '.join(choices[:most])} and {len(choices) - most} more"
    return f"{', '.join(choices[:-1])} {word} {choices[-1]}" if len(choices) > 1 else "".join(choices)


def missing_file(path: Path, suffixes: Sequence[str]) -> str:
    """Say that a file is not there, and which one of its folder was perhaps meant."""
    if path.is_dir():
        return f'"{path.as_posix()}" is a folder, expected a file'
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    if folder != path.parent:
        return f'file "{path.as_posix()}" not found: there is no folder "{path.parent.as_posix()}"'
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    hint = did_you_mean(path.name, names)
    fitting = [name for name in names if Path(name).suffix.lower() in suffixes]
    if not hint and fitting:
        hint = f"; the folder holds {one_of(fitting, most=8, word='and')}"
    return f'file "{path.as_posix()}" not found{hint}'


def _shape(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
