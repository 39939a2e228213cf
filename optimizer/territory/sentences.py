"""Put the planner's lines and their clashes into words, with names and numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from optimizer.solving import Line
from optimizer.territory.instance import IntArray, TerritoryInstance, amount_text
from optimizer.territory.lines import BALANCE, CHANGE, CONTIGUITY, DRIVES, FORBIDDEN, HOMES, LOCKS, TOGETHER, WITHIN

NAMED_AT_MOST: Final = 3
"""Ids that a sentence names before it only counts them."""

LINES_AT_MOST: Final = 6
"""Lines that a sentence names before it only counts them."""


def percent(share: float) -> str:
    """Write a share, such as "7.5 %"."""
    return f"{round(100 * share, 1):g} %"


def listed(words: Sequence[str], at_most: int) -> str:
    """Join words with commas and "and", counting those beyond a number."""
    if len(words) > at_most:
        return f"{', '.join(words[:at_most])} and {len(words) - at_most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def minutes_text(minutes: float) -> str:
    """Write minutes, such as "1 minute"."""
    return "1 minute" if minutes == 1 else f"{minutes:g} minutes"


def areas_text(instance: TerritoryInstance, areas: IntArray) -> str:
    """Name some areas."""
    return listed([instance.area_text(area) for area in areas.tolist()], NAMED_AT_MOST)


def reps_text(instance: TerritoryInstance, reps: IntArray) -> str:
    """Name some reps."""
    return listed([instance.rep_ids[rep] for rep in reps.tolist()], NAMED_AT_MOST)


def line_text(instance: TerritoryInstance, line: Line) -> str:
    """Name a line as the planner would, such as "R07's lock on Lille (59350)"."""
    return _TEXTS[line.rule](instance, line)


def gives_way(instance: TerritoryInstance, line: Line) -> str:
    """Say that a line is given up."""
    if line.rule == CONTIGUITY:
        return "territories in several pieces"
    if line.rule == WITHIN:
        return "reps who may leave their region"
    if line.rule == FORBIDDEN:
        return f"allowing {_area(instance, line)} to {line.reps[0]}"
    if line.rule == TOGETHER:
        return f"no longer keeping {_members(instance, line)} together"
    return f"giving up {line_text(instance, line)}"


def clash_text(instance: TerritoryInstance, lines: Sequence[Line]) -> str:
    """Say which lines clash, such as "R07's lock on Lille (59350) and potential ± 5 % cannot both be kept"."""
    words = [line_text(instance, line) for line in lines]
    many = {1: "cannot be kept", 2: "cannot both be kept"}.get(len(lines), "cannot all be kept")
    return f"{listed(words, LINES_AT_MOST)} {many}"


def _area(instance: TerritoryInstance, line: Line) -> str:
    return instance.area_text(instance.area_ids.index(line.subject))


def _balance(instance: TerritoryInstance, line: Line) -> str:
    measure = next(measure for measure in instance.measures if measure.name == line.subject)
    at = f" for {listed(line.reps, NAMED_AT_MOST)}" if line.reps else ""
    return f"{measure.name} ± {percent(measure.tolerance)}{at}"


def _members(instance: TerritoryInstance, line: Line) -> str:
    label = instance.together[instance.area_ids.index(line.subject)]
    return areas_text(instance, (instance.together == label).nonzero()[0])


def _change(instance: TerritoryInstance, _: Line) -> str:
    limit = amount_text(instance.moved_limit, instance.moved_unit, instance.moved_scale)
    return f"at most {limit} changing hands"


_TEXTS: Final[Mapping[str, Callable[[TerritoryInstance, Line], str]]] = {
    HOMES: lambda instance, line: f"{line.reps[0]}'s home in {_area(instance, line)}",
    BALANCE: _balance,
    CONTIGUITY: lambda *_: "territories in one piece",
    WITHIN: lambda *_: "reps staying within their region",
    TOGETHER: lambda instance, line: f"{_members(instance, line)} kept together",
    LOCKS: lambda instance, line: f"{line.reps[0]}'s lock on {_area(instance, line)}",
    FORBIDDEN: lambda instance, line: f"{_area(instance, line)} forbidden for {line.reps[0]}",
    DRIVES: lambda instance, _: f"drives of at most {minutes_text(instance.max_drive_minutes)}",
    CHANGE: _change,
}
