"""Read what the territory benchmarks are given, and say in one sentence what is wrong with it."""

import argparse
import contextlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any


class InputError(ValueError):
    """What was given cannot be measured; the text says why."""


def positive(text: str) -> int:
    """Read a whole number of at least 1 from the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong in reading a file or folder into one sentence that names it."""
    try:
        yield
    except InputError:
        raise
    except KeyError as error:
        raise InputError(f"{path}: {error} is missing") from error
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror or error}") from error
    except (ValueError, TypeError, AttributeError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: {error}") from error


def read_object(path: Path) -> dict[str, Any]:
    """Return the one JSON object of a file."""
    with reading(path):
        data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise InputError(f"{path}: not a JSON object")
    return data


def check_map(name: str, data: object, amount: str, others: Sequence[str] = ()) -> None:
    """Make sure that a map has its ids, amounts, places and edges, and single whole numbers under other keys."""
    if not isinstance(data, Mapping):
        raise InputError(f"{name}: not a JSON object")
    for key in ("ids", amount, "x_km", "y_km", "edges", *others):
        if key not in data:
            raise InputError(f"{name}: {key!r} is missing")
        if not isinstance(data[key], int if key in others else list):
            raise InputError(f"{name}: {key!r} is not a {'whole number' if key in others else 'list'}")
    n = len(data["ids"])
    for key, kind in ((amount, int), ("x_km", (int, float)), ("y_km", (int, float))):
        if len(data[key]) != n or not all(isinstance(value, kind) for value in data[key]):
            raise InputError(f"{name}: {key!r} does not hold one number for each of the {n} ids")
    if sum(data[amount]) <= 0 or min(data[amount]) < 0:
        raise InputError(f"{name}: {amount!r} must not be negative, nor zero everywhere")
    if not all(
        isinstance(edge, list | tuple) and len(edge) == 2 and all(end in range(n) for end in edge)
        for edge in data["edges"]
    ):
        raise InputError(f"{name}: 'edges' must be pairs of whole numbers from 0 to {n - 1}")
