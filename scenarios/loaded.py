"""Hold a scenario that was read, with the places of its keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.faults import Fault
from scenarios.schema import Data, Scenario, Source
from scenarios.strict_yaml import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedScenario:
    """A valid scenario; its tables have not been read yet."""

    scenario: Scenario
    """Relative paths in it start from the current folder (or are absolute when the scenario file was named so)."""
    path: Path
    """The scenario file."""
    marks: Mapping[str, Mark]
    """File, line and column of every key path that is written somewhere, such as `territories.locks[1].rep`; "" is the
    file itself."""
    changes: tuple[str, ...]
    """`key: old → new` for everything that a later layer changed."""
    resolved: dict[str, Any]
    """The whole scenario as plain data, defaults filled in; paths relative to the folder of `path`."""


def fault_at(loaded: LoadedScenario, key: str, message: str) -> Fault:
    """Make a fault about a key of the scenario, at the place where it is written."""
    mark = nearest_mark(loaded.marks, key)
    return Fault(file=mark.file, line=mark.line, column=mark.column, key=key, message=message)


def nearest_mark(marks: Mapping[str, Mark], key: str) -> Mark:
    """Tell where a key is written, or else the section that it would belong to."""
    while key and key not in marks:
        key = key.rpartition("[" if key.endswith("]") else ".")[0]
    return marks[key]


def sources(data: Data) -> dict[str, Source]:
    """List the tables that a scenario names, by key path."""
    named = {
        "data.accounts": data.accounts,
        "data.sales": data.sales,
        "data.reps": data.reps,
        "data.areas.source": data.areas.source,
        "data.areas.outline": data.areas.outline,
        "data.regions": data.regions,
        "data.categories": data.categories,
        "data.series": data.series,
        "data.events": data.events,
        "data.last_visits": data.last_visits,
        "data.current_alignment": data.current_alignment,
    }
    return {key: source for key, source in named.items() if source is not None}
