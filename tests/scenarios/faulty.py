"""Spoil the tiny case in one place, and collect what is told about it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.tables import read_tables

Edit = Callable[[Path], None]
YAML = "scenario.yaml"


def swap(file: str, old: str, new: str, *, every: bool = False) -> Edit:
    """Replace text in a file, the first time it occurs or every time."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, -1 if every else 1), encoding="utf-8")

    return edit


def write(file: str, content: str | bytes) -> Edit:
    """Write a file anew."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / file).write_bytes(data) and None


def cell(file: str, row: int, column: int, content: str) -> Edit:
    """Replace one cell of a CSV file; rows and columns count from 1."""

    def edit(folder: Path) -> None:
        lines = (folder / file).read_text(encoding="utf-8").split("\n")
        cells = lines[row - 1].split(",")
        cells[column - 1] = content
        lines[row - 1] = ",".join(cells)
        (folder / file).write_text("\n".join(lines), encoding="utf-8")

    return edit


def shape(kind: str, coordinates: list[Any]) -> Edit:
    """Replace the shape of the first area."""

    def edit(folder: Path) -> None:
        data = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))
        data["features"][0]["geometry"] = {"type": kind, "coordinates": coordinates}
        (folder / "areas.geojson").write_text(json.dumps(data), encoding="utf-8")

    return edit


def told(**options: Any) -> list[str]:
    """Load scenario.yaml of the current folder and its tables, and give the faults as they are printed."""
    try:
        read_tables(load_scenario(Path(YAML), **options))
    except ScenarioError as error:
        return str(error).split("\n")
    return []
