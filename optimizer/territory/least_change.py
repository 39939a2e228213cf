"""Find the smallest change of one rule after which a plan exists: least tolerance, fewest locks, and so on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from optimizer.solving import Line, Loosening
from optimizer.territory.instance import NO_LIMIT, TerritoryInstance
from optimizer.territory.lines import (
    BALANCE,
    CHANGE,
    CONTIGUITY,
    DRIVES,
    SINGLE_LINES,
    WITHIN,
    keeping,
    lines_of,
    with_tolerance,
)
from optimizer.territory.sentences import gives_way, listed, minutes_text, percent
from optimizer.territory.verdict import Judge, Verdict

STEPS_PER_UNIT: Final = 1000
"""Tolerances and caps are looked for in steps of a thousandth: 0.1 %."""

WIDEST_TOLERANCE: Final = 1.0
"""No tolerance above the whole target is looked for."""

MOST_SINGLES: Final = 40
"""Lines of one family that are tried one by one."""


class Step(NamedTuple):
    """The least step that is enough."""

    least: int
    """All steps below are proven to be too small."""
    enough: int
    """At this step a plan was found."""


def least_changes(instance: TerritoryInstance, lines: Sequence[Line], judge: Judge) -> tuple[Loosening, ...]:
    """Return for each rule that clashes the smallest change that suffices, as far as the work allows.

    Parameters
    ----------
    instance
        A problem without a plan.
    lines
        The lines that clash: to loosen any other is of no use.
    judge
        Decides about changed problems.

    Returns
    -------
    tuple of Loosening
        In the order of the lines, one for each rule or measure by which alone the problem can be mended.
    """
    found: list[Loosening | None] = []
    for line in dict.fromkeys(replace(line, reps=()) if line.rule == BALANCE else line for line in lines):
        if line.rule == BALANCE:
            found.append(_least_tolerance(instance, line.subject, judge))
        elif line.rule == DRIVES:
            found.append(_least_drive(instance, judge))
        elif line.rule == CHANGE:
            found.append(_least_cap(instance, judge))
        elif line.rule in {CONTIGUITY, WITHIN}:
            found.append(_switched_off(instance, line, judge))
    for rule in SINGLE_LINES:
        single = [line for line in lines if line.rule == rule]
        if single:
            found.append(_fewest_given_up(instance, rule, single, judge))
    return tuple(loosening for loosening in found if loosening is not None)


def least_step(judge: Judge, problem_at: Callable[[int], TerritoryInstance], most: int) -> Step | None:
    """Return the least step from 1 to `most` at which a plan exists, if steps only ever help.

    First the linear program proves which steps are too small (by halving), then searches go up from there in growing
    strides and halve the last stride.

    Returns
    -------
    Step or None
        None if no plan was found up to `most`.
    """
    if judge.divided_clash(problem_at(most)):
        return None
    too_small, perhaps = 0, most
    while perhaps - too_small > 1:
        middle = (too_small + perhaps) // 2
        if judge.divided_clash(problem_at(middle)):
            too_small = middle
        else:
            perhaps = middle
    step, stride, enough, tried = too_small + 1, 1, 0, too_small
    while not enough and tried < most and not judge.exhausted():
        verdict = judge.decide(problem_at(step))
        if verdict is Verdict.FITS:
            enough = step
        else:
            tried = step
            too_small = step if verdict is Verdict.CLASH else too_small
            step, stride = min(most, step + stride), 2 * stride
    if not enough:
        return None
    while enough - tried > 1 and not judge.exhausted():
        middle = (tried + enough) // 2
        verdict = judge.decide(problem_at(middle))
        if verdict is Verdict.FITS:
            enough = middle
        else:
            tried = middle
            too_small = max(too_small, middle) if verdict is Verdict.CLASH else too_small
    return Step(too_small + 1, enough)


def _least_tolerance(instance: TerritoryInstance, name: str, judge: Judge) -> Loosening | None:
    measure = next(measure for measure in instance.measures if measure.name == name)
    first = int(np.floor(measure.tolerance * STEPS_PER_UNIT + 1e-9))

    def tolerance(step: int) -> float:
        return (first + step) / STEPS_PER_UNIT

    found = least_step(
        judge,
        lambda step: with_tolerance(instance, name, tolerance(step)),
        max(1, round(WIDEST_TOLERANCE * STEPS_PER_UNIT) - first),
    )
    if found is None:
        return None
    least, enough = tolerance(found.least), tolerance(found.enough)
    return Loosening(
        rule=BALANCE,
        subject=name,
        now=measure.tolerance,
        least=least,
        enough=enough,
        text=_sentence(f"{name} ± {percent(enough)} instead of ± {percent(measure.tolerance)}", least, enough, percent),
    )


def _least_drive(instance: TerritoryInstance, judge: Judge) -> Loosening | None:
    now = instance.max_drive_minutes
    longer = np.unique(instance.drive_minutes[instance.drive_minutes > now]).tolist()
    levels = [now, *longer]
    found = least_step(judge, lambda step: replace(instance, max_drive_minutes=levels[step]), len(longer))
    if found is None:
        return None
    least, enough = float(levels[found.least]), float(levels[found.enough])
    text = _sentence(f"drives up to {minutes_text(enough)} instead of {now}", least, enough, minutes_text)
    return Loosening(rule=DRIVES, now=now, least=least, enough=enough, text=text)


def _least_cap(instance: TerritoryInstance, judge: Judge) -> Loosening | None:
    total = int(instance.moved_amount[instance.current_rep >= 0].sum()) + instance.left_amount
    if total == 0:
        return None
    first = int(np.floor(instance.moved_limit / total * STEPS_PER_UNIT + 1e-9))

    def at(step: int) -> TerritoryInstance:
        limit = NO_LIMIT if first + step >= STEPS_PER_UNIT else int((first + step) / STEPS_PER_UNIT * total + 1e-6)
        return replace(instance, moved_limit=max(limit, instance.moved_limit))

    found = least_step(judge, at, max(1, STEPS_PER_UNIT - first))
    if found is None:
        return None
    now = instance.moved_limit / total
    least, enough = ((first + step) / STEPS_PER_UNIT for step in found)
    text = _sentence(f"letting {percent(enough)} change hands instead of {percent(now)}", least, enough, percent)
    return Loosening(rule=CHANGE, now=now, least=least, enough=enough, text=text)


def _switched_off(instance: TerritoryInstance, line: Line, judge: Judge) -> Loosening | None:
    others = [other for other in lines_of(instance) if other != line]
    if judge.decide(keeping(instance, others)) is not Verdict.FITS:
        return None
    text = f"{gives_way(instance, line)} would do"
    return Loosening(rule=line.rule, now=1.0, least=1.0, enough=1.0, lines=(line,), text=text)


def _fewest_given_up(instance: TerritoryInstance, rule: str, single: Sequence[Line], judge: Judge) -> Loosening | None:
    """Give up one line of the clash, or else add lines back to none of them as long as a plan remains."""
    everything = lines_of(instance)
    all_single = [line for line in everything if line.rule == rule]

    def without(given_up: Sequence[Line]) -> Verdict:
        return judge.decide(keeping(instance, [line for line in everything if line not in given_up]))

    one_is_too_few = True
    for line in single[:MOST_SINGLES]:
        verdict = without([line])
        if verdict is Verdict.FITS:
            return _given_up(instance, rule, [line], len(all_single), least=1)
        one_is_too_few = one_is_too_few and verdict is Verdict.CLASH
    one_is_too_few = one_is_too_few and len(single) <= MOST_SINGLES
    given_up = list(all_single)
    if len(given_up) < 2 or len(given_up) > MOST_SINGLES or without(given_up) is not Verdict.FITS:
        return None
    for line in all_single:
        fewer = [other for other in given_up if other != line]
        if fewer and without(fewer) is Verdict.FITS:
            given_up = fewer
    return _given_up(instance, rule, given_up, len(all_single), least=2 if one_is_too_few else 1)


def _given_up(instance: TerritoryInstance, rule: str, lines: Sequence[Line], now: int, *, least: int) -> Loosening:
    words = listed([gives_way(instance, line) for line in lines], len(lines))
    text = f"{words} would do"
    if least < len(lines):
        text += f"; perhaps {'one' if least == 1 else least} of the {len(lines)} is enough" if least > 1 else ""
        text += "; whether fewer are enough was not found out" if least == 1 else ""
    return Loosening(
        rule=rule, now=float(now), least=float(least), enough=float(len(lines)), lines=tuple(lines), text=text
    )


def _sentence(change: str, least: float, enough: float, write: Callable[[float], str]) -> str:
    """Say that a change would do, and whether less would."""
    if least >= enough:
        return f"{change} would do, and no less"
    return f"{change} would do; whether less is enough was not found out (below {write(least)} there is no plan)"
