"""Take up the moves and locks that a planner made by hand on the retouch page."""

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
        text = f"column {' and '.join(missing)} missing; the file has {', '.join(table.columns)}"
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


def around_moves(loaded: LoadedScenario, path: Path | None) -> LoadedScenario:
    """Add the moves of a file to the scenario, if there is one; see `with_moves`."""
    return loaded if path is None else with_moves(loaded, read_moves(path))


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
