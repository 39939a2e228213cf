"""Find by cheap exact tests why no plan can keep every rule, and say it in the planner's words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from optimizer.solving import Conflict, Line
from optimizer.territory.closing import closing_lines, leave_no_rep, together_line
from optimizer.territory.culprits import smallest_set
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.lines import (
    BALANCE,
    CONTIGUITY,
    DRIVES,
    FORBIDDEN,
    HOMES,
    LOCKS,
    TOGETHER,
    keeping,
    lines_of,
    pair_line,
)
from optimizer.territory.sentences import (
    NAMED_AT_MOST,
    areas_text,
    clash_text,
    listed,
    minutes_text,
    percent,
    reps_text,
)
from optimizer.territory.units import FAMILIES, PAIR_FAMILIES, BoolArray, UnitProblem, condense, open_pairs, split

LISTED_AT_MOST: Final = 12
"""Conflicts of one kind that are worked out."""

MOST_PAIRS: Final = 500_000
"""Pairs of area and rep up to which the lines behind a sum are looked for, condensing again and again."""


def certain_conflicts(instance: TerritoryInstance, problem: UnitProblem) -> tuple[Conflict, ...]:
    """Return conflicts that cheap exact tests find; each alone proves that no plan keeps every rule.

    The tests go from the narrow to the wide: areas that no rep may serve, areas too large, areas cut off from every
    home, reps and sets of reps whose limits their open areas cannot meet.
    """
    found = [*_areas_without_rep(instance), *_areas_too_large(instance)]
    if not found:
        found = [*_areas_cut_off(instance, problem)]
    if not found:
        found = [*_sums_out_of_reach(instance, problem)]
    return tuple(found)


def active_families(instance: TerritoryInstance) -> tuple[str, ...]:
    """Return the families that an instance makes use of, in the order in which they are left out first."""
    used = {HOMES, *(line.rule for line in lines_of(instance))}
    return tuple(family for family in FAMILIES if family in used)


def rules_of(lines: Sequence[Line]) -> tuple[str, ...]:
    """Return the families of some lines, in their order."""
    named = {line.rule for line in lines}
    return tuple(family for family in FAMILIES if family in named)


def whole_conflict(instance: TerritoryInstance, rules: tuple[str, ...]) -> Conflict:
    """Return the conflict that only the search over whole areas could prove."""
    text = f"{rules_text(instance, rules)} cannot all be kept by whole areas: every combination was ruled out"
    return Conflict(rules=rules, text=text)


def open_question(instance: TerritoryInstance, rules: tuple[str, ...]) -> Conflict:
    """Return the note on a search that found no plan and proved nothing."""
    text = (
        f"no plan was found that keeps every rule, and none was proven impossible; "
        f"the closest one breaks: {rules_text(instance, rules)}"
    )
    return Conflict(rules=rules, text=text)


def rules_text(instance: TerritoryInstance, rules: tuple[str, ...]) -> str:
    """Name families of rules."""
    tolerances = sorted({f"{measure.name} ± {percent(measure.tolerance)}" for measure in instance.measures})
    words = [
        f"territories are balanced ({', '.join(tolerances)})" if rule == BALANCE else rule.replace("_", " ")
        for rule in rules
    ]
    return listed(words, len(words))


def _areas_without_rep(instance: TerritoryInstance) -> Iterator[Conflict]:
    """Find areas, or areas kept together, for which the rules on pairs leave no rep."""
    open_by_rules = open_pairs(instance, frozenset(PAIR_FAMILIES))
    too_far: list[int] = []
    for areas in _kept_together(instance, np.asarray(~open_by_rules.any(axis=1))):
        if open_by_rules[areas].all(axis=0).any():
            continue
        closing = closing_lines(instance, areas)
        lines = smallest_set(partial(leave_no_rep, closing=closing), list(closing))
        if len(areas) == 1 and rules_of(lines) == (DRIVES,):
            too_far.append(int(areas[0]))
            continue
        single = TOGETHER not in rules_of(lines)
        reasons = [_reason(instance, family, areas, lines) for family in rules_of(lines) if family != TOGETHER]
        what = f"{areas_text(instance, areas)}: " if single else f"{areas_text(instance, areas)} are kept together: "
        text = f"{what}no rep is left ({', but '.join(reasons)})"
        yield Conflict(rules=rules_of(lines), text=text, lines=lines)
    if too_far:
        yield _too_far(instance, np.array(too_far))


def _too_far(instance: TerritoryInstance, areas: IntArray) -> Conflict:
    """Return the conflict of areas that are too far from every rep, the farthest named first."""
    minutes = instance.drive_minutes[areas]
    nearest = np.argmin(minutes, axis=1)
    least = minutes[np.arange(len(areas)), nearest]
    order = np.argsort(-least, kind="stable")
    named = [
        f"{instance.area_text(int(areas[i]))} is {least[i]} minutes from {instance.rep_ids[int(nearest[i])]}"
        for i in order[:NAMED_AT_MOST].tolist()
    ]
    others = [f"{len(areas) - NAMED_AT_MOST} more are too far"] if len(areas) > NAMED_AT_MOST else []
    if len(areas) == 1:
        text = (
            f"{instance.area_text(int(areas[0]))}: no rep is left ({least[0]} minutes from "
            f"{instance.rep_ids[int(nearest[0])]}, {instance.max_drive_minutes} allowed)"
        )
    else:
        text = (
            f"{len(areas)} areas: no rep lives within {minutes_text(instance.max_drive_minutes)}; "
            f"{listed([*named, *others], len(named) + 1)}"
        )
    return Conflict(rules=(DRIVES,), text=text, lines=(Line(rule=DRIVES),))


def _reason(instance: TerritoryInstance, family: str, areas: IntArray, lines: Sequence[Line]) -> str:
    """Say what one family does to some areas."""
    named = [line.reps[0] for line in lines if line.rule == family and line.reps]
    if family == HOMES:
        return f"home of {' and '.join(named)}"
    if family == LOCKS:
        return f"locked to {' and to '.join(dict.fromkeys(named))}"
    if family == FORBIDDEN:
        return f"forbidden for {listed(list(dict.fromkeys(named)), NAMED_AT_MOST)}"
    if family == DRIVES:
        minutes = instance.drive_minutes[areas].max(axis=0)
        other = np.flatnonzero(open_pairs(instance, frozenset(PAIR_FAMILIES) - {family})[areas].all(axis=0))
        among = other if len(other) else np.arange(instance.n_reps)
        nearest = int(among[np.argmin(minutes[among])])
        return f"{minutes[nearest]} minutes from {instance.rep_ids[nearest]}, {instance.max_drive_minutes} allowed"
    allowed = ((instance.rep_group < 0) | (instance.rep_group == instance.area_group[areas][:, None])).all(axis=0)
    if not allowed.any():
        return "in a region without a rep"
    return f"in the region of {reps_text(instance, np.flatnonzero(allowed))}"


def _areas_too_large(instance: TerritoryInstance) -> Iterator[Conflict]:
    """Find areas, or areas kept together, that alone exceed what any rep who may serve them may hold."""
    pairs = open_pairs(instance, frozenset(PAIR_FAMILIES))
    large = np.zeros(instance.n_areas, dtype=bool)
    for measure in instance.measures:
        large |= measure.amounts > (measure.upper - measure.fixed).min(initial=NO_LIMIT)
    for areas in _kept_together(instance, large):
        reps = pairs[areas].all(axis=0)
        for measure in instance.measures:
            amount = int(measure.amounts[areas].sum())
            room = np.where(measure.upper == NO_LIMIT, NO_LIMIT, measure.upper - measure.fixed)
            if not reps.any() or amount <= int(room[reps].max()):
                continue
            most = int(room[reps].max())
            who = "any territory" if reps.all() else reps_text(instance, np.flatnonzero(reps))
            verb = "alone exceeds" if len(areas) == 1 else "kept together exceed"
            text = (
                f"{areas_text(instance, areas)}: {measure.name} {measure.text(amount)} {verb} "
                f"the {measure.text(most)} that {who} may hold at {percent(measure.tolerance)} tolerance"
            )
            lines = _too_large_lines(instance, areas, measure, amount > room)
            yield Conflict(rules=rules_of(lines), text=text, lines=lines)


def _too_large_lines(
    instance: TerritoryInstance, areas: IntArray, measure: BalanceMeasure, too_small: BoolArray
) -> tuple[Line, ...]:
    """Return the lines because of which some areas are too large for every rep whom the rules leave."""
    balance = Line(rule=BALANCE, subject=measure.name)
    closing = closing_lines(instance, areas)
    together = together_line(instance, areas)

    def clash(kept: Sequence[Line]) -> bool:
        closed = too_small & (balance in kept)
        for line in kept:
            if line != balance:
                closed = closed | closing[line].any(axis=0)
        return bool(closed.all()) and (len(areas) == 1 or together in kept)

    return smallest_set(clash, [balance, *closing])


def _areas_cut_off(instance: TerritoryInstance, problem: UnitProblem) -> Iterator[Conflict]:
    """Find units with reps who may serve them, but without a path to the home of any."""
    pairs = open_pairs(instance, frozenset(PAIR_FAMILIES))
    for unit in np.flatnonzero(~problem.allowed.any(axis=1))[:LISTED_AT_MOST].tolist():
        areas = np.flatnonzero(problem.unit_of_area == unit)
        reps = np.flatnonzero(pairs[areas].all(axis=0))
        rules, lines = lines_behind(instance, partial(_has_no_rep, int(areas[0])))
        names, who = areas_text(instance, areas), reps_text(instance, reps)
        text = f"{names}: only {who} may serve it, and cannot get there through areas of their own"
        named = [line for line in lines if line.rule != BALANCE]
        if CONTIGUITY not in rules:
            text = f"{names}: too large to be served beside the home of any rep who may serve it"
        elif not len(problem.beside(unit)):
            text = f"{names}: has no neighbouring area"
        elif len(reps) == instance.n_reps:
            text = f"{names}: cut off from every home"
        if len(named) > 1:
            text = f"{clash_text(instance, lines)}: {text}"
        yield Conflict(rules=rules, text=text, lines=lines)
    for rep, home in enumerate(problem.home_unit.tolist()):
        if not problem.allowed[home, rep] and problem.allowed[home].any():
            area = int(instance.home_areas[rep])
            rules, lines = lines_behind(instance, partial(_home_is_closed, rep))
            lines = (pair_line(instance, HOMES, area, rep), *lines)
            text = f"{instance.area_text(area)}: home of {instance.rep_ids[rep]}, who may not serve it"
            yield Conflict(rules=rules_of(lines) or rules, text=text, lines=lines)


def _has_no_rep(area: int, instance: TerritoryInstance, families: frozenset[str]) -> bool:
    problem = condense(instance, families=families)
    return not problem.allowed[problem.unit_of_area[area]].any()


def _home_is_closed(rep: int, instance: TerritoryInstance, families: frozenset[str]) -> bool:
    problem = condense(instance, families=families)
    return not problem.allowed[problem.home_unit[rep], rep]


def lines_behind(
    instance: TerritoryInstance, clash: Callable[[TerritoryInstance, frozenset[str]], bool]
) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    """Return the families and the lines behind a clash, none of which can be spared; on a large map the families."""
    lines = lines_of(instance)
    every = frozenset(FAMILIES)
    rules = smallest_set(
        lambda kept: clash(keeping(instance, [line for line in lines if line.rule in kept]), every), rules_of(lines)
    )
    lines = tuple(line for line in lines if line.rule in rules)
    if instance.n_areas * instance.n_reps <= MOST_PAIRS:
        lines = smallest_set(lambda kept: clash(keeping(instance, kept), every), lines)
    homes = () if clash(keeping(instance, lines), every - {HOMES}) else (HOMES,)
    found = tuple(family for family in FAMILIES if family in {*homes, *rules})
    return found, lines if instance.n_areas * instance.n_reps <= MOST_PAIRS else ()


def _sums_out_of_reach(instance: TerritoryInstance, problem: UnitProblem) -> Iterator[Conflict]:
    """Find reps, and sets of reps that share areas with nobody else, whose limits do not fit their open areas."""
    sets = [np.array([rep]) for rep in range(instance.n_reps)]
    sets += [part.reps for part in split(problem) if len(part.reps) > 1]
    told: set[tuple[Line | str, ...]] = set()
    open_to = problem.allowed.sum(axis=1)
    for m, measure in enumerate(instance.measures):
        for reps in sets:
            for above in (True, False):
                short = _out_of_reach(problem, m, reps, open_to, above=above)
                if short is None or len(told) == LISTED_AT_MOST:
                    continue
                rules, lines = lines_behind(instance, partial(_still_out_of_reach, m, reps, above))
                ids = tuple(instance.rep_ids[rep] for rep in reps.tolist()) if len(reps) < instance.n_reps else ()
                at_these = tuple(replace(line, reps=ids) if line.rule == BALANCE else line for line in lines)
                named = keeping(instance, at_these)
                if lines and not _still_out_of_reach(m, reps, above, named, frozenset(FAMILIES)):
                    at_these = lines  # limits of other reps leave these reps too many areas, or too few
                others = tuple(line for line in lines if line.rule != BALANCE)
                cause = (*others, *(() if others else (measure.name,)))
                if cause in told:
                    continue
                told.add(cause)
                text = _reach_text(instance, measure, reps, short, above=above)
                if others:
                    text = f"{clash_text(instance, at_these)}: {text}"
                yield Conflict(rules=rules, text=text, lines=at_these)


def _still_out_of_reach(
    m: int, reps: IntArray, above: bool, instance: TerritoryInstance, families: frozenset[str]
) -> bool:
    problem = condense(instance, families=families)
    return _out_of_reach(problem, m, reps, problem.allowed.sum(axis=1), above=above) is not None


def _out_of_reach(
    problem: UnitProblem, m: int, reps: IntArray, open_to: IntArray, *, above: bool
) -> tuple[int, int, int] | None:
    """Return limit, amount and number of units if some reps must exceed a limit, or can never reach it.

    `open_to` counts the reps who may serve each unit. Shape (units,).
    """
    mine = problem.allowed[:, reps].any(axis=1)
    if above:
        few = np.flatnonzero(open_to <= len(reps))
        alone = few[open_to[few] == problem.allowed[np.ix_(few, reps)].sum(axis=1)]
        mine &= np.isin(np.arange(problem.n_units), alone)
    amount = int(problem.amounts[m, mine].sum())
    limits = (problem.upper if above else problem.lower)[m, reps]
    limit = NO_LIMIT if (limits == NO_LIMIT).any() else int(limits.sum())
    return (limit, amount, int(mine.sum())) if (amount > limit if above else amount < limit) else None


def _reach_text(
    instance: TerritoryInstance, measure: BalanceMeasure, reps: IntArray, numbers: tuple[int, int, int], *, above: bool
) -> str:
    limit, amount, count = numbers
    names, who = reps_text(instance, reps), "this rep" if len(reps) == 1 else "these reps"
    areas = "1 area" if count == 1 else f"{count} areas"
    only, wanted = ("only ", f"at most {measure.text(limit)} allowed") if above else ("", "")
    wanted = wanted or f"at least {measure.text(limit)} wanted"
    verb = "holds" if count == 1 else "hold"
    return f"{names}: the {areas} that {only}{who} may serve {verb} {measure.name} {measure.text(amount)}, {wanted}"


def _kept_together(instance: TerritoryInstance, suspect: BoolArray) -> Iterator[IntArray]:
    """Yield each suspect area alone, and the areas of each label together. Shape of `suspect` (areas,)."""
    for area in np.flatnonzero((instance.together < 0) & suspect).tolist():
        yield np.array([area])
    for label in np.unique(instance.together[instance.together >= 0]).tolist():
        yield np.flatnonzero(instance.together == label)
