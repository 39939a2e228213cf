"""Tell which of the planner's lines close which pairs of area and rep."""

from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.solving import Line
from optimizer.territory.instance import NO_LIMIT, IntArray, TerritoryInstance
from optimizer.territory.lines import DRIVES, FORBIDDEN, HOMES, LOCKS, TOGETHER, WITHIN, pair_line
from optimizer.territory.units import BoolArray


def closing_lines(instance: TerritoryInstance, areas: IntArray) -> dict[Line, BoolArray]:
    """Return what each line closes: pairs of the given areas (ascending) and the reps. Shape of each (areas, reps).

    Homes are among the lines; the line that keeps the areas together closes nothing alone.
    """
    closing: dict[Line, BoolArray] = {}
    for line, area, reps in _closed(instance, areas):
        mask = closing.setdefault(line, np.zeros((len(areas), instance.n_reps), dtype=bool))
        mask[np.searchsorted(areas, area)] |= reps
    if len(areas) > 1:
        closing[together_line(instance, areas)] = np.zeros((len(areas), instance.n_reps), dtype=bool)
    return closing


def leave_no_rep(lines: Sequence[Line], closing: dict[Line, BoolArray]) -> bool:
    """Tell whether lines leave no rep to an area, or to all areas if one of the lines keeps them together."""
    if not lines:
        return False
    closed: BoolArray = np.logical_or.reduce([closing[line] for line in lines])
    together = any(line.rule == TOGETHER for line in lines)
    return bool(closed.any(axis=0).all() if together else closed.all(axis=1).any())


def together_line(instance: TerritoryInstance, areas: IntArray) -> Line:
    """Return the line that keeps some areas together."""
    return Line(rule=TOGETHER, subject=instance.area_ids[int(areas[0])])


def _closed(instance: TerritoryInstance, areas: IntArray) -> Iterator[tuple[Line, int, BoolArray]]:
    """Yield each line with an area and the reps that it closes to it. Shape (reps,)."""
    reps = np.arange(instance.n_reps)
    for rep, home in enumerate(instance.home_areas.tolist()):
        if home in areas:
            yield pair_line(instance, HOMES, home, rep), home, reps != rep
    for area in areas.tolist():
        if instance.max_drive_minutes != NO_LIMIT:
            yield Line(rule=DRIVES), area, instance.drive_minutes[area] > instance.max_drive_minutes
        strangers = (instance.rep_group >= 0) & (instance.rep_group != instance.area_group[area])
        if strangers.any():
            yield Line(rule=WITHIN), area, strangers
    for rule, pairs in ((FORBIDDEN, instance.forbidden), (LOCKS, instance.locks)):
        for area, rep in pairs[np.isin(pairs[:, 0], areas)].tolist():
            yield pair_line(instance, rule, area, rep), area, (reps == rep) == (rule == FORBIDDEN)
