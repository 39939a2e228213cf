"""Say in the planner's words why no plan can keep every rule."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import numpy as np

from optimizer.solving import Conflict
from optimizer.territory.bound import least_excess
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance, amount_text
from optimizer.territory.units import FAMILIES, PAIR_FAMILIES, UnitProblem, closed_by, condense, open_pairs, split

NAMED_AT_MOST: Final = 3
"""Ids that a sentence names before it only counts them."""

LISTED_AT_MOST: Final = 12
"""Conflicts of one kind that are worked out."""


def certain_conflicts(instance: TerritoryInstance, problem: UnitProblem) -> tuple[Conflict, ...]:
    """Return conflicts that cheap exact tests find; each alone proves that no plan keeps every rule.

    The tests go from the narrow to the wide: areas that no rep may serve, areas too large, areas cut off from every
    home, reps and sets of reps whose limits their open areas cannot meet.
    """
    found = [
        *_areas_without_rep(instance),
        *_areas_too_large(instance),
    ]
    if not found:
        found = [*_areas_cut_off(instance, problem)]
    if not found:
        found = [*_sums_out_of_reach(instance, problem)]
    return tuple(found)


def divided_conflicts(instance: TerritoryInstance, problem: UnitProblem) -> tuple[Conflict, ...]:
    """Return the conflict that remains even if areas may be divided: its rules and where it pinches."""
    excess = least_excess(problem)
    if not excess.proven:
        return ()
    rules = smallest_clash(instance, lambda families: least_excess(condense(instance, families=families)).proven)
    pinches = [
        f"{instance.rep_ids[rep]} {instance.measures[m].name} {instance.measures[m].text(amount)} {word}"
        for word, side in (("over", excess.over), ("short", excess.short))
        for m, rep in np.argwhere(side > 0.5).tolist()
        for amount in (side[m, rep],)
    ]
    if excess.moved > 0.5:
        pinches.append(
            f"{amount_text(excess.moved, instance.moved_unit, instance.moved_scale)} "
            "more would change hands than the cap allows"
        )
    text = (
        f"{_rules_text(instance, rules)} cannot all be kept: even if areas could be divided between reps, "
        f"at best {_listed(pinches, 5)}"
    )
    return (Conflict(rules=rules, text=text),)


def smallest_clash(instance: TerritoryInstance, clashes: Callable[[frozenset[str]], bool]) -> tuple[str, ...]:
    """Return families that clash, none of which can be left out (deletion filter, Chinneck & Dravnieks 1991)."""
    kept = list(active_families(instance))
    for family in tuple(kept):
        fewer = frozenset(kept) - {family}
        if clashes(fewer):
            kept.remove(family)
    return tuple(kept)


def active_families(instance: TerritoryInstance) -> tuple[str, ...]:
    """Return the families that an instance makes use of, in the order in which they are left out first."""
    uses = {
        "territories_hold_their_home": True,
        "territories_are_balanced": bool(instance.measures),
        "territories_are_contiguous": instance.contiguous,
        "territories_stay_within_groups": bool((instance.rep_group >= 0).any()),
        "groups_are_kept_together": bool((instance.together >= 0).any()),
        "locks_hold": instance.locks.size > 0,
        "forbidden_pairs_are_kept": instance.forbidden.size > 0,
        "drives_are_short_enough": instance.max_drive_minutes != NO_LIMIT,
        "few_areas_change_hands": instance.moved_limit != NO_LIMIT,
    }
    return tuple(family for family in FAMILIES if uses[family])


def whole_conflict(instance: TerritoryInstance, rules: tuple[str, ...]) -> Conflict:
    """Return the conflict that only the search over whole areas could prove."""
    text = f"{_rules_text(instance, rules)} cannot all be kept by whole areas: every combination was ruled out"
    return Conflict(rules=rules, text=text)


def open_question(instance: TerritoryInstance, rules: tuple[str, ...]) -> Conflict:
    """Return the note on a search that found no plan and proved nothing."""
    text = (
        f"no plan was found that keeps every rule, and none was proven impossible; "
        f"the closest one breaks: {_rules_text(instance, rules)}"
    )
    return Conflict(rules=rules, text=text)


def _areas_without_rep(instance: TerritoryInstance) -> Iterator[Conflict]:
    """Find areas, or areas kept together, for which the rules on pairs leave no rep."""
    closed = {family: closed_by(instance, family) for family in PAIR_FAMILIES}
    for areas in _kept_together(instance):
        shut = {family: mask[areas].any(axis=0) for family, mask in closed.items()}
        if not np.logical_or.reduce(list(shut.values())).all():
            continue
        kept = [family for family in PAIR_FAMILIES if shut[family].any()]
        for family in tuple(kept):
            fewer = [other for other in kept if other != family]
            if fewer and np.logical_or.reduce([shut[other] for other in fewer]).all():
                kept.remove(family)
        reasons = [_reason(instance, family, areas) for family in kept]
        names = _ids(instance.area_ids, areas)
        together = () if len(areas) == 1 else ("groups_are_kept_together",)
        what = f"{names}: " if len(areas) == 1 else f"{names} are kept together: "
        yield Conflict(rules=(*kept, *together), text=f"{what}no rep is left ({', but '.join(reasons)})")


def _reason(instance: TerritoryInstance, family: str, areas: IntArray) -> str:
    """Say what one family does to some areas."""
    reps = instance.rep_ids
    if family == "territories_hold_their_home":
        homes = [reps[r] for r, home in enumerate(instance.home_areas.tolist()) if home in areas]
        return f"home of {' and '.join(homes)}"
    if family == "locks_hold":
        locked = sorted({int(rep) for area, rep in instance.locks.tolist() if area in areas})
        return f"locked to {' and to '.join(reps[r] for r in locked)}"
    if family == "forbidden_pairs_are_kept":
        forbidden = np.array(sorted({int(rep) for area, rep in instance.forbidden.tolist() if area in areas}))
        return f"forbidden for {_ids(reps, forbidden)}"
    if family == "drives_are_short_enough":
        minutes = instance.drive_minutes[areas].max(axis=0)
        other = np.flatnonzero(open_pairs(instance, frozenset(PAIR_FAMILIES) - {family})[areas].all(axis=0))
        among = other if len(other) else np.arange(instance.n_reps)
        nearest = int(among[np.argmin(minutes[among])])
        return f"{minutes[nearest]} minutes from {reps[nearest]}, {instance.max_drive_minutes} allowed"
    allowed = ~closed_by(instance, family)[areas].any(axis=0)
    return f"in the group of {_ids(reps, np.flatnonzero(allowed))}" if allowed.any() else "in a group without a rep"


def _areas_too_large(instance: TerritoryInstance) -> Iterator[Conflict]:
    """Find areas, or areas kept together, that alone exceed what any rep who may serve them may hold."""
    pairs = open_pairs(instance, frozenset(PAIR_FAMILIES))
    for areas in _kept_together(instance):
        reps = pairs[areas].all(axis=0)
        for measure in instance.measures:
            amount = int(measure.amounts[areas].sum())
            if not reps.any() or amount <= int(measure.upper[reps].max()):
                continue
            most = int(measure.upper[reps].max())
            who = "any territory" if reps.all() else _ids(instance.rep_ids, np.flatnonzero(reps))
            together = () if len(areas) == 1 else ("groups_are_kept_together",)
            verb = "alone exceeds" if len(areas) == 1 else "kept together exceed"
            text = (
                f"{_ids(instance.area_ids, areas)}: {measure.name} {measure.text(amount)} {verb} "
                f"the {measure.text(most)} "
                f"that {who} may hold at {100 * measure.tolerance:g} % tolerance"
            )
            pair_rules = () if reps.all() else _rules_that_close(instance, areas)
            yield Conflict(rules=("territories_are_balanced", *together, *pair_rules), text=text)


def _areas_cut_off(instance: TerritoryInstance, problem: UnitProblem) -> Iterator[Conflict]:
    """Find units with reps who may serve them, but without a path to the home of any."""
    pairs = open_pairs(instance, frozenset(PAIR_FAMILIES))
    for unit in np.flatnonzero(~problem.allowed.any(axis=1))[:LISTED_AT_MOST].tolist():
        areas = np.flatnonzero(problem.unit_of_area == unit)
        area, reps = int(areas[0]), np.flatnonzero(pairs[areas].all(axis=0))
        rules = smallest_clash(instance, partial(_has_no_rep, instance, area))
        names = _ids(instance.area_ids, areas)
        who = _ids(instance.rep_ids, reps)
        text = f"{names}: only {who} may serve it, and cannot get there through areas of their own"
        if "territories_are_contiguous" not in rules:
            text = f"{names}: too large to be served beside the home of any rep who may serve it"
        elif not len(problem.beside(unit)):
            text = f"{names}: has no neighbouring area"
        elif len(reps) == instance.n_reps:
            text = f"{names}: cut off from every home"
        yield Conflict(rules=rules, text=text)
    for rep, home in enumerate(problem.home_unit.tolist()):
        if not problem.allowed[home, rep] and problem.allowed[home].any():
            name = instance.area_ids[int(instance.home_areas[rep])]
            text = f"{name}: home of {instance.rep_ids[rep]}, who may not serve it"
            yield Conflict(rules=("territories_hold_their_home",), text=text)


def _has_no_rep(instance: TerritoryInstance, area: int, families: frozenset[str]) -> bool:
    problem = condense(instance, families=families)
    return not problem.allowed[problem.unit_of_area[area]].any()


def _sums_out_of_reach(instance: TerritoryInstance, problem: UnitProblem) -> Iterator[Conflict]:
    """Find reps, and sets of reps that share areas with nobody else, whose limits do not fit their open areas."""
    sets = [np.array([rep]) for rep in range(instance.n_reps)]
    sets += [part.reps for part in split(problem) if len(part.reps) > 1]
    listed = 0
    for m, measure in enumerate(instance.measures):
        for reps in sets:
            for above in (True, False):
                short = _out_of_reach(problem, m, reps, above=above)
                if short is None or listed == LISTED_AT_MOST:
                    continue
                listed += 1
                rules = smallest_clash(instance, partial(_still_out_of_reach, instance, m, reps, above=above))
                yield Conflict(rules=rules, text=_reach_text(instance, measure, reps, short, above=above))


def _still_out_of_reach(
    instance: TerritoryInstance, m: int, reps: IntArray, families: frozenset[str], *, above: bool
) -> bool:
    return _out_of_reach(condense(instance, families=families), m, reps, above=above) is not None


def _out_of_reach(problem: UnitProblem, m: int, reps: IntArray, *, above: bool) -> tuple[int, int, int] | None:
    """Return limit, amount and number of units if some reps must exceed a limit, or can never reach it."""
    mine = problem.allowed[:, reps].any(axis=1)
    if above:
        others = np.setdiff1d(np.arange(problem.n_reps), reps)
        mine &= ~problem.allowed[:, others].any(axis=1)
    amount = int(problem.amounts[m, mine].sum())
    limits = (problem.upper if above else problem.lower)[m, reps]
    limit = NO_LIMIT if (limits == NO_LIMIT).any() else int(limits.sum())
    return (limit, amount, int(mine.sum())) if (amount > limit if above else amount < limit) else None


def _reach_text(
    instance: TerritoryInstance, measure: BalanceMeasure, reps: IntArray, numbers: tuple[int, int, int], *, above: bool
) -> str:
    limit, amount, count = numbers
    names = _ids(instance.rep_ids, reps)
    areas = "1 area" if count == 1 else f"{count} areas"
    if above:
        return (
            f"{names}: the {areas} that only {'this rep' if len(reps) == 1 else 'these reps'} may serve "
            f"hold {measure.name} {measure.text(amount)}, at most {measure.text(limit)} allowed"
        )
    return (
        f"{names}: the {areas} that {'this rep' if len(reps) == 1 else 'these reps'} may serve "
        f"hold {measure.name} {measure.text(amount)}, at least {measure.text(limit)} wanted"
    )


def _rules_that_close(instance: TerritoryInstance, areas: IntArray) -> tuple[str, ...]:
    """Return the families, but for homes, that close a pair of one of the areas."""
    others = [family for family in PAIR_FAMILIES if family != "territories_hold_their_home"]
    return tuple(family for family in others if closed_by(instance, family)[areas].any())


def _kept_together(instance: TerritoryInstance) -> Iterator[IntArray]:
    """Yield each area alone, or the areas of each label together."""
    for area in np.flatnonzero(instance.together < 0).tolist():
        yield np.array([area])
    for label in np.unique(instance.together[instance.together >= 0]).tolist():
        yield np.flatnonzero(instance.together == label)


def _rules_text(instance: TerritoryInstance, rules: tuple[str, ...]) -> str:
    tolerances = sorted({f"{measure.name} ± {100 * measure.tolerance:g} %" for measure in instance.measures})
    words = [
        f"territories are balanced ({', '.join(tolerances)})"
        if rule == "territories_are_balanced"
        else rule.replace("_", " ")
        for rule in rules
    ]
    return _listed(words, len(words))


def _ids(ids: tuple[str, ...], which: IntArray) -> str:
    return _listed([ids[i] for i in which.tolist()], NAMED_AT_MOST)


def _listed(words: list[str], at_most: int) -> str:
    if len(words) > at_most:
        return f"{', '.join(words[:at_most])} and {len(words) - at_most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
