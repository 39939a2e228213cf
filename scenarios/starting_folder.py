"""Tell from which folder the relative paths of a scenario file start."""

import json
import os
from pathlib import Path
from typing import Final

RESOLVED_FILE: Final = "scenario.resolved.yaml"
"""The scenario in full, in an output folder."""
RUN_FILE: Final = "run.json"
"""The record of the run beside it."""
PATHS_FROM: Final = "paths_from"
"""Key of the record: the folder, relative to the output folder, from which the paths of the scenario in full start."""


def starting_folder(path: Path) -> Path:
    """Give the folder from which relative paths in a scenario file start.

    It is the folder of the file. Only the scenario in full that a run left in its output folder keeps the paths of the
    scenario that was run, so that it is the same text wherever the output lies; the record of the run beside it names
    their folder.
    """
    record = path.parent / RUN_FILE
    if path.name != RESOLVED_FILE or not record.is_file():
        return path.parent
    try:
        told = json.loads(record.read_text(encoding="utf-8"))
    except ValueError:
        return path.parent
    start = told.get(PATHS_FROM) if isinstance(told, dict) else None
    return path.parent / start if isinstance(start, str) else path.parent


def way_to(folder: Path, start: Path) -> str:
    """Write a folder as it is reached from another; in full where there is no way, as between two drives."""
    try:
        return Path(os.path.relpath(folder, start)).as_posix()
    except ValueError:
        return folder.resolve().as_posix()
