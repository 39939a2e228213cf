"""Say why there is no plan: the planner's lines that clash, and the smallest changes that would make one possible."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from optimizer.solving import Conflict, Line, Loosening, SolverSettings
from optimizer.territory.blame import families_to_blame
from optimizer.territory.bound import least_excess
from optimizer.territory.conflicts import active_families, open_question, rules_of, whole_conflict
from optimizer.territory.culprits import find_culprits
from optimizer.territory.instance import NO_LIMIT, IntArray, TerritoryInstance, amount_text
from optimizer.territory.least_change import least_changes
from optimizer.territory.lines import CHANGE, HOMES, WITHIN, keeping, lines_of, narrowed
from optimizer.territory.neighbourhood import Work
from optimizer.territory.sentences import clash_text, listed
from optimizer.territory.units import condense
from optimizer.territory.verdict import Judge, Verdict

EXPLAINED_AT_MOST: Final = 4
"""Parts of the map whose clash is worked out."""

CHECKED_AT_MOST: Final = 8
"""Lines of a conflict of the cheap tests up to which it is checked that none can be spared."""

WHOLE_MAP: Final = -1
"""Place of a conflict whose lines name neither area nor rep."""

PINCHES_AT_MOST: Final = 5
"""Limits named at which a clash pinches."""

FAMILY_WORK: Final = 2.0
"""Deterministic seconds of each solve that only looks for the families that clash."""


def reasons(
    instance: TerritoryInstance,
    certain: tuple[Conflict, ...],
    broken: tuple[str, ...],
    settings: SolverSettings,
    judge: Judge,
    *,
    proven: bool,
) -> tuple[Conflict, ...]:
    """Say why there is no plan, as exactly as can be found out within a fixed amount of work.

    Parameters
    ----------
    instance
        A problem for which no plan was found.
    certain
        What the cheap exact tests found.
    broken
        Families that the closest plan breaks.
    settings
        Seed and safety net.
    judge
        Decides about changed problems, within its amount of work.
    proven
        Whether it is known that there is no plan.

    Returns
    -------
    tuple of Conflict
        At least one; one with lines is a proof. Changes that would be enough stand with the first conflict of each
        part of the map.
    """
    if certain:
        return tuple(_with_changes(instance, certain, judge))
    parts = clashing_parts(instance, judge)
    found = [conflict for part in parts for conflict in _conflict_of(part, judge)]
    if found:
        across = _leaving_regions(instance, parts, judge)
        return tuple(replace(conflict, loosenings=(*conflict.loosenings, *across)) for conflict in found)
    if not proven:
        return (open_question(instance, broken),)
    families = active_families(instance)
    work = Work(deterministic_seconds=FAMILY_WORK, seed=settings.seed, seconds=settings.seconds)
    return (whole_conflict(instance, families_to_blame(instance, families, work) or families),)


def parts_of(instance: TerritoryInstance) -> tuple[tuple[IntArray, IntArray], ...]:
    """Return the areas and reps of each part of the map whose reps stay inside; the whole map if one may leave.

    Whatever other line is given up, no rep gets an area of another part.
    """
    everything = (np.arange(instance.n_areas), np.arange(instance.n_reps))
    groups = np.unique(instance.area_group)
    homes = instance.area_group[instance.home_areas]
    if (instance.rep_group < 0).any() or len(groups) == 1 or (homes != instance.rep_group).any():
        return (everything,)
    return tuple(
        (np.flatnonzero(instance.area_group == group), np.flatnonzero(instance.rep_group == group))
        for group in groups.tolist()
    )


def clashing_parts(instance: TerritoryInstance, judge: Judge) -> tuple[TerritoryInstance, ...]:
    """Return the parts of the map in which lines clash for certain, a few at most.

    A cap on what changes hands joins all parts: it is left out first, and only if every part is in order without it is
    the whole map the part concerned.
    """
    parts = parts_of(instance)
    free = keeping(instance, [line for line in lines_of(instance) if line.rule != CHANGE])
    capped = free.moved_limit != instance.moved_limit
    if len(parts) == 1 and not capped:
        return (instance,)
    found: list[TerritoryInstance] = []
    for areas, reps in parts:
        part = narrowed(free, areas, reps)
        if len(found) < EXPLAINED_AT_MOST and judge.decide(part) is Verdict.CLASH:
            found.append(part)
    return tuple(found) if found or not capped else (instance,)


def _leaving_regions(
    instance: TerritoryInstance, parts: Sequence[TerritoryInstance], judge: Judge
) -> tuple[Loosening, ...]:
    """Return the change by which reps may leave their region, if it mends all parts at once.

    Within a part of the map the rule is not among the lines that clash: it is what makes it a part.
    """
    if any(part.n_areas == instance.n_areas for part in parts):
        return ()
    return least_changes(instance, [line for line in lines_of(instance) if line.rule == WITHIN], judge)


def _conflict_of(part: TerritoryInstance, judge: Judge) -> Iterator[Conflict]:
    """Yield the conflict of one part, unless it could not be worked out."""
    lines, divided, minimal = find_culprits(part, judge)
    if not lines:
        return
    how = "by whole areas: every combination was ruled out"
    if divided:
        pinches = _pinches(keeping(part, lines))
        how = f"even if areas could be divided between reps, at best {listed(pinches, PINCHES_AT_MOST)}"
    text = f"{_where(part)}{clash_text(part, lines)}{':' if divided else ''} {how}"
    yield Conflict(
        rules=rules_of(lines), text=text, lines=lines, minimal=minimal, loosenings=least_changes(part, lines, judge)
    )


def _with_changes(instance: TerritoryInstance, certain: Sequence[Conflict], judge: Judge) -> Iterator[Conflict]:
    """Yield conflicts with the changes that would be enough for each part of the map, beside the part's first one."""
    parts = parts_of(instance)
    of_area = {instance.area_ids[area]: number for number, (areas, _) in enumerate(parts) for area in areas.tolist()}
    of_rep = {instance.rep_ids[rep]: number for number, (_, reps) in enumerate(parts) for rep in reps.tolist()}
    places = []
    for conflict in certain:
        named = [of_area[line.subject] for line in conflict.lines if line.subject in of_area]
        named += [of_rep[rep] for line in conflict.lines for rep in line.reps]
        places.append(named[0] if len(set(named)) == 1 else WHOLE_MAP)
    for number, conflict in enumerate(certain):
        if not conflict.lines:
            yield conflict
            continue
        here = [other for other, place in zip(certain, places, strict=True) if place == places[number]]
        lines = dict.fromkeys(line for other in here for line in other.lines)
        capped = instance.moved_limit != NO_LIMIT
        whole = capped or places[number] == WHOLE_MAP
        part = instance if whole else narrowed(instance, *parts[places[number]])
        across_parts = any(line.rule == WITHIN for line in conflict.lines)
        where = instance if across_parts else part
        checked = replace(conflict, minimal=_none_can_be_spared(where, conflict.lines, judge))
        if places[number] in places[:number]:
            yield checked
            continue
        inside = [line for line in lines if line.rule != WITHIN]
        across = [line for line in lines if line.rule == WITHIN]
        changes = (*least_changes(part, inside, judge), *least_changes(instance, across, judge))
        yield replace(checked, loosenings=changes)


def _none_can_be_spared(part: TerritoryInstance, lines: Sequence[Line], judge: Judge) -> bool:
    """Tell whether it is proven that without any one of some lines the others can be kept; homes are facts."""
    given_up = [line for line in lines if line.rule != HOMES]
    if len(given_up) > CHECKED_AT_MOST:
        return False
    return all(
        judge.decide(keeping(part, [other for other in given_up if other != line])) is Verdict.FITS for line in given_up
    )


def _pinches(instance: TerritoryInstance) -> list[str]:
    """Say which limits are exceeded when areas may be divided, and by how much at least in sum."""
    excess = least_excess(condense(instance))
    pinches = [
        f"{instance.rep_ids[rep]} {instance.measures[m].name} {instance.measures[m].text(amount)} {word}"
        for word, side in (("over", excess.over), ("short", excess.short))
        for m, rep in np.argwhere(side > 0.5).tolist()
        for amount in (side[m, rep],)
    ]
    if excess.moved > 0.5:
        amount = amount_text(excess.moved, instance.moved_unit, instance.moved_scale)
        pinches.append(f"{amount} more would change hands than the cap allows")
    return pinches


def _where(part: TerritoryInstance) -> str:
    """Name the region of a part, where the map has several, and the rule that makes it a part."""
    group = int(part.area_group[0])
    inside = bool((part.area_group == group).all()) and len(part.group_names) > 1
    return f"{part.group_names[group]}, where reps stay within their region: " if inside else ""
