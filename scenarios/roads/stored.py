"""Keep road networks on disk under the contents of the file that they were read from."""

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from scenarios.roads.network import RoadNetwork

READER: Final = 1
"""Goes up whenever a reader makes another network of the same file."""
_ARRAYS: Final = ("lon", "lat", "tail", "head", "milliseconds", "metres")


def cache_folder() -> Path:
    """Name the user's folder for what can be made again: `$XDG_CACHE_HOME`, Windows' local data, or `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "territory-tours" / "roads"


def stored(path: Path, made_with: str, read: Callable[[], RoadNetwork]) -> RoadNetwork:
    """Give the network that `read` makes of a file, from disk if the same contents have been read before.

    Parameters
    ----------
    made_with
        Whatever else the network depends on.
    """
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    name = hashlib.sha256(f"{READER}\n{made_with}\n{content}".encode()).hexdigest()
    kept = cache_folder() / f"{name}.npz"
    with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):  # none there, or a damaged one
        return _load(kept)
    network = read()
    with contextlib.suppress(OSError):  # a folder that cannot be written to costs time only
        put(kept, lambda part: _save(network, part))
    return network


def put(path: Path, write: Callable[[Path], None]) -> None:
    """Let a file be written aside and moved into place whole, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        part = Path(folder) / path.name
        write(part)
        part.replace(path)


def _save(network: RoadNetwork, path: Path) -> None:
    arrays = {name: getattr(network, name) for name in _ARRAYS}
    ends = np.cumsum([len(points) for points in network.course], dtype=np.int64)
    points = np.concatenate([np.zeros((0, 2)), *network.course])
    np.savez(path, points=points, ends=ends, **arrays)


def _load(path: Path) -> RoadNetwork:
    with path.open("rb") as handle, np.load(handle, allow_pickle=False) as file:
        arrays = {name: file[name] for name in (*_ARRAYS, "points", "ends")}
    points, ends = arrays.pop("points"), arrays.pop("ends").tolist()
    course = tuple(points[first:last] for first, last in zip([0, *ends[:-1]], ends, strict=True)) if ends else ()
    return RoadNetwork(course=course, **arrays)
