"""Take up the moves and locks that a planner made by hand on the retouch page."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.plan import TerritoryPlan
from scenarios.alignment import read_text_table
from scenarios.faults import Fault, ScenarioError
from scenarios.loaded import LoadedScenario, nearest_mark
from scenarios.schema import Lock
from scenarios.strict_yaml import Mark
from scenarios.suggest import did_you_mean

COLUMNS: Final = ("area_id", "to_rep")
DRAWN_AROUND: Final = "drawn_around.csv"
"""File of an output folder that lists the moves that its plan was drawn around."""
NAMED_AT_MOST: Final = 3
"""Moves that a sentence names before it only counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An area that a planner gave to a rep, or locked to the one it had."""

    area_id: str
    rep_id: str
    file: str
    line: int


def read_moves(path: Path) -> tuple[Move, ...]:
    """Read moves.csv as the retouch page writes it: the columns area_id and to_rep; others are not looked at.

    Raises
    ------
    ScenarioError
        When the file cannot be read, lacks a column, or names an area twice.
    """
    table = read_text_table(path, key="--moves")
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        text = f"no column {' and no column '.join(missing)}; the file has {', '.join(table.columns)}"
        raise ScenarioError([Fault(file=str(path), line=1, key="--moves", message=text)])
    seen: set[str] = set()
    faults = []
    for line, area in enumerate(table["area_id"], start=2):
        if area in seen:
            faults.append(Fault(file=str(path), line=line, key="area_id", message=f"{area} is given again"))
        seen.add(area)
    if faults:
        raise ScenarioError(faults)
    return tuple(
        Move(area_id=area, rep_id=rep, file=str(path), line=line)
        for line, (area, rep) in enumerate(zip(table["area_id"], table["to_rep"], strict=True), start=2)
    )


def read_all_moves(paths: Sequence[Path]) -> tuple[Move, ...]:
    """Read files of moves, the later made on the plan of the former: of an area that two of them name the last counts.

    Raises
    ------
    ScenarioError
        With the faults of all files, see `read_moves`.
    """
    moves: dict[str, Move] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            moves |= {move.area_id: move for move in read_moves(path)}
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return tuple(moves.values())


def moves_of(folder: Path) -> tuple[Move, ...]:
    """Read the moves that the plan of an output folder was drawn around; none where there is no plan or no move."""
    path = folder / DRAWN_AROUND
    return read_moves(path) if path.is_file() else ()


def moves_text(moves: Sequence[Move]) -> str:
    """Write moves as a file that `read_moves` takes."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((move.area_id, move.rep_id) for move in moves)
    return stream.getvalue()


def forgotten_moves(folder: Path, loaded: LoadedScenario) -> tuple[Move, ...]:
    """Return the moves of the plan in a folder whose areas the scenario locks to nobody, neither to another rep."""
    locked = {lock.area for lock in loaded.scenario.territories.locks}
    return tuple(move for move in moves_of(folder) if move.area_id not in locked)


def refuse_to_forget(folder: Path, loaded: LoadedScenario, *, instead: str) -> None:
    """Refuse to put a plan that is not drawn around the moves of the plan in a folder in its place.

    Parameters
    ----------
    loaded
        The scenario of the new plan, with the moves that it is drawn around.
    instead
        What to write instead, with `{file}` for the file of the old plan's moves.

    Raises
    ------
    ScenarioError
        When a move would be forgotten.
    """
    lost = forgotten_moves(folder, loaded)
    if lost:
        some = ", ".join(f"{move.area_id} to {move.rep_id}" for move in lost[:NAMED_AT_MOST])
        some += f" and {len(lost) - NAMED_AT_MOST} more" if len(lost) > NAMED_AT_MOST else ""
        text = f"its plan was drawn around moves that would be forgotten ({some}); "
        raise ScenarioError([Fault(file=str(folder), message=text + instead.format(file=folder / DRAWN_AROUND))])


def with_moves(loaded: LoadedScenario, moves: Sequence[Move]) -> LoadedScenario:
    """Add every move to the scenario as a lock, so that the next plan is drawn around it.

    The moves stand in the resolved scenario like the planner's other locks, and faults about them name the line of the
    moves file.
    """
    territories = loaded.scenario.territories
    known = {(lock.area, lock.rep) for lock in territories.locks}
    new = [move for move in moves if (move.area_id, move.rep_id) not in known]
    locks = (*territories.locks, *(Lock(area=move.area_id, rep=move.rep_id) for move in new))
    marks = dict(loaded.marks)
    for number, move in enumerate(new, start=len(territories.locks) + 1):
        for key in ("", ".area", ".rep"):
            marks[f"territories.locks[{number}]{key}"] = Mark(file=move.file, line=move.line, column=1)
    marks.setdefault("territories.locks", nearest_mark(loaded.marks, "territories.locks"))
    scenario = loaded.scenario.model_copy(update={"territories": territories.model_copy(update={"locks": locks})})
    section = {**loaded.resolved["territories"], "locks": [lock.model_dump() for lock in locks]}
    told = tuple(f"territories.locks: {move.area_id} to {move.rep_id} ({move.file})" for move in new)
    return replace(
        loaded,
        scenario=scenario,
        marks=marks,
        changes=(*loaded.changes, *told),
        resolved={**loaded.resolved, "territories": section},
    )


def moved_plan(instance: TerritoryInstance, plan: TerritoryPlan, moves: Sequence[Move]) -> TerritoryPlan:
    """Apply moves to a plan.

    Raises
    ------
    ScenarioError
        For every area and rep that does not exist.
    """
    areas = {area: place for place, area in enumerate(instance.area_ids)}
    reps = {rep: place for place, rep in enumerate(instance.rep_ids)}
    faults = []
    for move in moves:
        if move.area_id not in areas:
            text = f'no area is called "{move.area_id}"{did_you_mean(move.area_id, list(areas))}'
            faults.append(Fault(file=move.file, line=move.line, key="area_id", message=text))
        if move.rep_id not in reps:
            text = f'no rep is called "{move.rep_id}"{did_you_mean(move.rep_id, list(reps))}'
            faults.append(Fault(file=move.file, line=move.line, key="to_rep", message=text))
    if faults:
        raise ScenarioError(faults)
    owner = plan.rep_of_area.copy()
    for move in moves:
        owner[areas[move.area_id]] = reps[move.rep_id]
    return TerritoryPlan(rep_of_area=owner)
