"""Find parts of the map behind a single area that the reps who can get there cannot share out."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from optimizer.solving import Conflict
from optimizer.territory.conflicts import lines_behind
from optimizer.territory.gates import behind_gates
from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.lines import BALANCE, CONTIGUITY
from optimizer.territory.sentences import areas_text, clash_text, listed, percent, reps_text
from optimizer.territory.units import UnitProblem, condense

TOLD_AT_MOST: Final = 3
"""Pockets that are told."""


def pocket_conflicts(instance: TerritoryInstance, problem: UnitProblem) -> tuple[Conflict, ...]:
    """Return the parts behind a single area that fit no territories; each proves that no plan keeps every rule.

    One territory holds the gate. If it is one of those with a home behind it, nobody else gets behind it: those reps
    share the whole part and the gate. Otherwise they stay behind it, and the gate's own rep may take what is left. If
    either way breaks a limit, there is no plan.
    """
    if not problem.contiguous:
        return ()
    found: list[Conflict] = []
    for gate, units in _pockets(problem):
        if len(found) == TOLD_AT_MOST:
            break
        if not _blocked(problem, gate, units):
            continue
        area = int(np.flatnonzero(problem.unit_of_area == gate)[0])
        rules, lines = lines_behind(instance, partial(_still_blocked, area))
        inside = np.flatnonzero(np.isin(problem.unit_of_area, units))
        at_the_gate = areas_text(instance, np.flatnonzero(problem.unit_of_area == gate))
        homes = np.flatnonzero(np.isin(problem.home_unit, units))
        others = [line for line in lines if line.rule not in {BALANCE, CONTIGUITY}]
        clash = f"{clash_text(instance, lines)}: " if others else ""
        hang, hold = ("hangs", "holds") if len(inside) == 1 else ("hang", "hold")
        text = (
            f"{clash}{areas_text(instance, inside)} {hang} on the rest of the map by {at_the_gate} alone and {hold} "
            f"{_amounts(instance, problem, units)} (with {at_the_gate} {_amounts(instance, problem, (gate, *units))}): "
            f"{_who(instance, homes)} cannot share that out in one piece at {_tolerances(instance)}"
        )
        found.append(Conflict(rules=rules, text=text, lines=lines))
    return tuple(found)


def _pockets(problem: UnitProblem) -> list[tuple[int, tuple[int, ...]]]:
    tail = np.repeat(np.arange(problem.n_units), np.diff(problem.starts))
    edges = np.column_stack([tail, problem.neighbours])
    return behind_gates(problem.n_units, edges[edges[:, 0] < edges[:, 1]])


def _blocked(problem: UnitProblem, gate: int, units: tuple[int, ...]) -> bool:
    """Tell whether a part behind a gate breaks a limit whoever has the gate."""
    behind = np.array(units)
    here = np.isin(problem.home_unit, behind)
    inside, outside = (np.flatnonzero(reps & problem.allowed[gate]) for reps in (here, ~here))
    reps = np.flatnonzero(here)
    ways = [*_gate_inside(problem, gate, behind, reps, inside), *_gate_outside(problem, gate, behind, reps, outside)]
    return not any(ways)


def _gate_inside(problem: UnitProblem, gate: int, behind: IntArray, reps: IntArray, takers: IntArray) -> Iterator[bool]:
    """Yield for each rep who lives behind the gate whether he may have it: then the part is theirs, all of it."""
    if not problem.allowed[np.ix_(behind, reps)].any(axis=1).all():
        return
    for taker in takers.tolist():
        stay = reps[reps != taker]
        fits = True
        for m, amounts in enumerate(problem.amounts):
            total = int(amounts[behind].sum())
            upper = np.minimum(problem.upper[m], int(amounts.sum()))
            fits &= total + int(amounts[gate]) <= int(upper[reps].sum())
            fits &= int(problem.lower[m, stay].sum()) <= total
        yield fits


def _gate_outside(
    problem: UnitProblem, gate: int, behind: IntArray, reps: IntArray, takers: IntArray
) -> Iterator[bool]:
    """Yield for each rep who lives on the other side whether he may have the gate: the others stay behind it."""
    for taker in takers.tolist():
        fits = True
        for m, amounts in enumerate(problem.amounts):
            total, own = int(amounts[behind].sum()), int(amounts[gate])
            upper = np.minimum(problem.upper[m], int(amounts.sum()))
            fits &= own <= int(upper[taker])
            fits &= total <= int(upper[reps].sum()) + int(upper[taker]) - own
            fits &= int(problem.lower[m, reps].sum()) <= total
        yield fits


def _still_blocked(area: int, instance: TerritoryInstance, families: frozenset[str]) -> bool:
    """Tell whether a part behind an area is out of reach in a problem of fewer lines."""
    problem = condense(instance, families=families)
    if not problem.contiguous:
        return False
    gate = int(problem.unit_of_area[area])
    return any(_blocked(problem, cut, units) for cut, units in _pockets(problem) if cut == gate)


def _amounts(instance: TerritoryInstance, problem: UnitProblem, units: tuple[int, ...]) -> str:
    sums = problem.amounts[:, list(units)].sum(axis=1).tolist()
    return listed([f"{m.name} {m.text(total)}" for m, total in zip(instance.measures, sums, strict=True)], len(sums))


def _tolerances(instance: TerritoryInstance) -> str:
    return listed([f"{m.name} ± {percent(m.tolerance)}" for m in instance.measures], len(instance.measures))


def _who(instance: TerritoryInstance, homes: IntArray) -> str:
    if not len(homes):
        return "nobody lives there, and the rep who gets there"
    return f"{reps_text(instance, homes)}, whose home{' is' if len(homes) == 1 else 's are'} there, and who gets there"
