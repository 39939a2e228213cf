"""List the planner's lines in a problem, take lines out of it, and cut out the part of the map that they concern."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from optimizer.solving import Line
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance

BALANCE: Final = "territories_are_balanced"
CONTIGUITY: Final = "territories_are_contiguous"
WITHIN: Final = "territories_stay_within_groups"
TOGETHER: Final = "groups_are_kept_together"
LOCKS: Final = "locks_hold"
FORBIDDEN: Final = "forbidden_pairs_are_kept"
DRIVES: Final = "drives_are_short_enough"
CHANGE: Final = "few_areas_change_hands"
HOMES: Final = "territories_hold_their_home"

SINGLE_LINES: Final = (LOCKS, FORBIDDEN, TOGETHER)
"""Families of which the planner writes many lines, each of which can be given up alone."""


def lines_of(instance: TerritoryInstance) -> tuple[Line, ...]:
    """Return every line of the rules in use, those that are written once first.

    Homes are not among them: where a rep lives is a fact.
    """
    lines = [Line(rule=BALANCE, subject=measure.name) for measure in instance.measures]
    once = {
        CONTIGUITY: instance.contiguous,
        WITHIN: bool((instance.rep_group >= 0).any()),
        DRIVES: instance.max_drive_minutes != NO_LIMIT,
        CHANGE: instance.moved_limit != NO_LIMIT,
    }
    lines += [Line(rule=rule) for rule, used in once.items() if used]
    lines += [Line(rule=TOGETHER, subject=instance.area_ids[area]) for area in _first_of_groups(instance).tolist()]
    for rule, pairs in ((LOCKS, instance.locks), (FORBIDDEN, instance.forbidden)):
        lines += [pair_line(instance, rule, area, rep) for area, rep in pairs.tolist()]
    return tuple(dict.fromkeys(lines))


def pair_line(instance: TerritoryInstance, rule: str, area: int, rep: int) -> Line:
    """Return the line that locks an area to a rep, or forbids it."""
    return Line(rule=rule, subject=instance.area_ids[area], reps=(instance.rep_ids[rep],))


def by_rep(instance: TerritoryInstance, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines with each balance line divided into the limits of single reps."""
    return tuple(
        part
        for line in lines
        for part in ([replace(line, reps=(rep,)) for rep in instance.rep_ids] if line.rule == BALANCE else [line])
    )


def joined(instance: TerritoryInstance, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Undo `by_rep`: one balance line for each measure, naming the reps whose limits are left unless all are."""
    out: dict[tuple[str, str], Line] = {}
    for line in lines:
        if line.rule != BALANCE:
            out[f"{line.rule} {line.reps}", line.subject] = line
            continue
        before = out.get((BALANCE, line.subject), Line(rule=BALANCE, subject=line.subject))
        out[BALANCE, line.subject] = replace(line, reps=(*before.reps, *line.reps))
    return tuple(
        replace(line, reps=()) if line.rule == BALANCE and set(line.reps) == set(instance.rep_ids) else line
        for line in out.values()
    )


def keeping(instance: TerritoryInstance, lines: Sequence[Line]) -> TerritoryInstance:
    """Return the problem in which only the given lines (and the homes) hold."""
    kept = set(lines)
    once = {line.rule for line in lines}
    first = _first_of_groups(instance)
    groups = [instance.together[area] for area in first if Line(rule=TOGETHER, subject=instance.area_ids[area]) in kept]
    return replace(
        instance,
        measures=tuple(_kept_limits(instance, measure, kept) for measure in instance.measures),
        contiguous=CONTIGUITY in once,
        rep_group=instance.rep_group if WITHIN in once else np.full_like(instance.rep_group, -1),
        max_drive_minutes=instance.max_drive_minutes if DRIVES in once else NO_LIMIT,
        moved_limit=instance.moved_limit if CHANGE in once else NO_LIMIT,
        together=np.where(np.isin(instance.together, groups), instance.together, -1),
        locks=_kept_pairs(instance, LOCKS, instance.locks, kept),
        forbidden=_kept_pairs(instance, FORBIDDEN, instance.forbidden, kept),
    )


def narrowed(instance: TerritoryInstance, areas: IntArray, reps: IntArray) -> TerritoryInstance:
    """Return the problem of some areas and reps alone; both ascending, every home inside."""
    place = np.full(instance.n_areas, -1, dtype=np.int64)
    place[areas] = np.arange(len(areas))
    seat = np.full(instance.n_reps, -1, dtype=np.int64)
    seat[reps] = np.arange(len(reps))

    def pairs(rows: IntArray, columns: tuple[IntArray, IntArray]) -> IntArray:
        new = np.column_stack([column[rows[:, i]] for i, column in enumerate(columns)])
        return new[(new >= 0).all(axis=1)]

    return replace(
        instance,
        area_ids=tuple(instance.area_ids[area] for area in areas.tolist()),
        rep_ids=tuple(instance.rep_ids[rep] for rep in reps.tolist()),
        edges=pairs(instance.edges.reshape(-1, 2), (place, place)),
        home_areas=place[instance.home_areas[reps]],
        travel_cost=instance.travel_cost[np.ix_(areas, reps)],
        drive_minutes=instance.drive_minutes[np.ix_(areas, reps)],
        measures=tuple(
            replace(
                measure,
                amounts=measure.amounts[areas],
                targets=measure.targets[reps],
                lower=measure.lower[reps],
                upper=measure.upper[reps],
                fixed=measure.fixed[reps],
            )
            for measure in instance.measures
        ),
        area_group=instance.area_group[areas],
        rep_group=instance.rep_group[reps],
        together=instance.together[areas],
        locks=pairs(instance.locks, (place, seat)),
        forbidden=pairs(instance.forbidden, (place, seat)),
        current_rep=np.where(instance.current_rep[areas] >= 0, seat[instance.current_rep[areas]], -1),
        moved_amount=instance.moved_amount[areas],
        split_group=instance.split_group[areas],
        area_names=tuple(instance.area_names[area] for area in areas.tolist()) if instance.area_names else (),
    )


def with_tolerance(instance: TerritoryInstance, name: str, tolerance: float) -> TerritoryInstance:
    """Return the problem with another tolerance of one measure."""

    def changed(measure: BalanceMeasure) -> BalanceMeasure:
        least = np.ceil(measure.targets * (1 - tolerance) - 1e-6).astype(np.int64)
        most = np.floor(measure.targets * (1 + tolerance) + 1e-6).astype(np.int64)
        return replace(
            measure,
            tolerance=tolerance,
            lower=np.where(measure.lower > 0, np.minimum(measure.lower, np.maximum(least, 0)), measure.lower),
            upper=np.where(measure.upper != NO_LIMIT, np.maximum(measure.upper, most), NO_LIMIT),
        )

    return replace(
        instance, measures=tuple(changed(measure) if measure.name == name else measure for measure in instance.measures)
    )


def _kept_limits(instance: TerritoryInstance, measure: BalanceMeasure, kept: set[Line]) -> BalanceMeasure:
    """Return a measure without the limits of the reps whose lines are left out."""
    lines = [line for line in kept if line.rule == BALANCE and line.subject == measure.name]
    if any(not line.reps for line in lines):
        return measure
    named = {rep for line in lines for rep in line.reps}
    holds = np.array([rep in named for rep in instance.rep_ids])
    return replace(measure, lower=np.where(holds, measure.lower, 0), upper=np.where(holds, measure.upper, NO_LIMIT))


def _kept_pairs(instance: TerritoryInstance, rule: str, pairs: IntArray, kept: set[Line]) -> IntArray:
    holds = [pair_line(instance, rule, area, rep) in kept for area, rep in pairs.tolist()]
    rows: IntArray = pairs[np.array(holds, dtype=bool)]
    return rows


def _first_of_groups(instance: TerritoryInstance) -> IntArray:
    """Return the first area of each group that is kept together, in the order of the areas."""
    labels, first = np.unique(instance.together, return_index=True)
    return np.sort(first[labels >= 0])
