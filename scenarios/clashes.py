"""Tell where in the scenario the lines that clash are written, and what to write instead."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from optimizer.solving import Conflict, Line, Loosening
from scenarios.checking import CheckedData
from scenarios.loaded import LoadedScenario
from scenarios.planner_rules import area_called
from scenarios.strict_yaml import Mark

KEYS: Final = {
    "territories_hold_their_home": "data.reps",
    "territories_are_contiguous": "territories.contiguous",
    "territories_stay_within_groups": "territories.within",
    "groups_are_kept_together": "territories.keep_together",
    "locks_hold": "territories.locks",
    "forbidden_pairs_are_kept": "territories.forbidden",
    "drives_are_short_enough": "territories.max_drive_minutes",
    "few_areas_change_hands": "territories.disruption.cap",
}
"""Where the planner writes the rules of each constraint family."""

PAIR_KEYS: Final = {"locks_hold": "locks", "forbidden_pairs_are_kept": "forbidden"}
SWITCHED_OFF: Final = {"territories.contiguous": "false", "territories.within": "none"}

PLACES_AT_MOST: Final = 8
"""Places that are named before the rest is only counted."""


def in_the_file(conflicts: Sequence[Conflict], loaded: LoadedScenario, data: CheckedData) -> tuple[Conflict, ...]:
    """Return the conflicts with the file, line and key of every line that clashes, and the keys to change.

    Parameters
    ----------
    conflicts
        As the search for territories gives them, with ids.
    loaded
        The scenario that the lines were read from.
    data
        The tables, to find the areas that the scenario calls by name.
    """
    return tuple(
        replace(
            conflict,
            text=f"{conflict.text}{_see([place(line, loaded, data) for line in conflict.lines])}",
            loosenings=tuple(
                replace(change, text=f"{change.text}: {remedy(change, loaded, data)}") for change in conflict.loosenings
            ),
        )
        for conflict in conflicts
    )


def place(line: Line, loaded: LoadedScenario, data: CheckedData) -> str:
    """Tell where a line is written, such as "scenarios/x.yaml:41 territories.locks[2]"."""
    return _place(key_of(line, loaded, data), loaded)


def key_of(line: Line, loaded: LoadedScenario, data: CheckedData) -> str:
    """Return the key path of a line, such as `territories.locks[2]`."""
    if line.rule == "territories_are_balanced":
        return f"territories.balance.{line.subject}.tolerance"
    rules = loaded.scenario.territories
    if line.rule in PAIR_KEYS:
        written = getattr(rules, PAIR_KEYS[line.rule])
        ids = data.areas["area_id"].tolist()
        for number, pair in enumerate(written, start=1):
            if pair.rep in line.reps and ids[area_called(pair.area, data)] == line.subject:
                return f"{KEYS[line.rule]}[{number}]"
        return "territories.freeze" if rules.freeze else "territories.mode"
    return KEYS[line.rule]


def remedy(change: Loosening, loaded: LoadedScenario, data: CheckedData) -> str:
    """Tell what to write instead, such as "territories.max_drive_minutes: 45 (scenarios/x.yaml:12)"."""
    if change.lines:
        keys = [key_of(line, loaded, data) for line in change.lines]
        if keys[0] in SWITCHED_OFF:
            return _written(keys[0], SWITCHED_OFF[keys[0]], loaded)
        return f"take out {_joined([_place(key, loaded) for key in keys])}"
    key = key_of(Line(rule=change.rule, subject=change.subject), loaded, data)
    return _written(key, f"{change.enough:g}", loaded)


def _place(key: str, loaded: LoadedScenario) -> str:
    mark = loaded.marks.get(key)
    return f"{key} (not written, the default)" if mark is None else f"{_spot(mark)} {key}"


def _written(key: str, value: str, loaded: LoadedScenario) -> str:
    mark = loaded.marks.get(key)
    where = f" ({_spot(mark)})" if mark is not None else ""
    return f"write {key}: {value}{where}"


def _spot(mark: Mark) -> str:
    """Name file and line; what stands on the command line has none."""
    return f"{mark.file}:{mark.line}" if mark.line else mark.file


def _see(places: Sequence[str]) -> str:
    return f" [{_joined(list(dict.fromkeys(places)))}]" if places else ""


def _joined(places: Sequence[str]) -> str:
    more = len(places) - PLACES_AT_MOST
    return "; ".join([*places[:PLACES_AT_MOST], *([f"and {more} more"] if more > 0 else [])])
