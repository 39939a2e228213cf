"""Tell in plain words what moving an area to another territory would do."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from maps.languages.speaking import say, say_lines
from maps.plan_tables import territory_id
from maps.words import minutes_text, number_text, signed_percent_text
from optimizer.territory.cut_off import CutOff, cut_off
from optimizer.territory.explanation import Moves, border_pairs, explain_moves, pairs_of
from optimizer.territory.instance import TerritoryInstance, amount_text
from optimizer.territory.move_reasons import reasons, rule_word
from optimizer.territory.objective import terms
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.units import FAMILIES

SHOWN: Final = 10
"""Moves that are told when no area is named."""


def area_words(instance: TerritoryInstance, plan: TerritoryPlan, area: int, *, reps: Sequence[str]) -> str:
    """Tell what moving one area to each territory beside its own would do.

    Parameters
    ----------
    instance
        Its area_ids are what areas are called.
    reps
        What to call each rep, in the order of the instance.
    """
    cuts = cut_off(instance, plan)
    moves = explain_moves(instance, plan, pairs_of(instance, plan, area), cuts=cuts)
    giver = int(plan.rep_of_area[area])
    holds = [say(f"{minutes_text(int(instance.drive_minutes[area, giver]))} from home")]
    holds += [f"{say(measure.name)} {measure.text(int(measure.amounts[area]))}" for measure in instance.measures]
    if instance.current_rep[area] >= 0 and instance.current_rep[area] != giver:
        holds.append(say(f"with {instance.rep_ids[instance.current_rep[area]]} today"))
    territory = territory_id(instance.rep_ids[giver])
    head = f"{instance.area_ids[area]} is in {territory}, the territory of {reps[giver]}: {', '.join(holds)}."
    if not len(moves):
        return say_lines(f"{head}\nNo other territory touches this one.")
    cost = sum(term.contribution for term in terms(instance, plan))
    note = f"The whole plan costs {number_text(cost)} {instance.travel_unit}."
    return say_lines(f"{head}\n{note}\n\n{_moves_text(instance, plan, moves, cuts, reps=reps)}")


def border_words(instance: TerritoryInstance, plan: TerritoryPlan, *, reps: Sequence[str]) -> str:
    """Tell how many areas could move to a neighbour, what forbids the others, and which moves cost least."""
    cuts = cut_off(instance, plan)
    moves = explain_moves(instance, plan, border_pairs(instance, plan), cuts=cuts)
    free = np.flatnonzero(moves.allowed)
    touching = f"{len(np.unique(moves.area))} of {instance.n_areas} areas touch another territory"
    lines = [f"{touching}: {len(moves)} moves, {len(free)} of them allowed."]
    counts = moves.forbidden.sum(axis=1)
    told = [f"{say(rule_word(FAMILIES[i]))} {counts[i]}" for i in np.argsort(-counts, kind="stable") if counts[i]]
    if told:
        lines.append(f"What forbids the others (a move may break several rules): {', '.join(told)}.")
    best = free[np.argsort(moves.cost_change[free], kind="stable")][:SHOWN]
    if len(best):
        lines.append(f"\nThe {len(best)} allowed moves that cost least:")
    for number in best.tolist():
        giver, taker = int(moves.giver[number]), int(moves.taker[number])
        lines.append(
            f"  {instance.area_ids[moves.area[number]]}, from {reps[giver]} to {reps[taker]}: "
            f"{_cost_words(instance, moves, number)}"
        )
    lines.append("\nName an area with --area to see everything about it; area_moves.csv has every move.")
    return say_lines("\n".join(lines))


def _moves_text(
    instance: TerritoryInstance, plan: TerritoryPlan, moves: Moves, cuts: CutOff, *, reps: Sequence[str]
) -> str:
    """Write what each move would do; moves that are allowed and cheap first."""
    order = sorted(range(len(moves)), key=lambda n: (not moves.allowed[n], float(moves.cost_change[n]), n))
    paragraphs = []
    for number in order:
        why = reasons(instance, plan, moves, number, cuts=cuts)
        lines = [f"Moving it to {reps[moves.taker[number]]}: {'NOT ALLOWED' if why else 'allowed'}"]
        lines += [f"  {line}" for line in _effects(instance, moves, number)]
        lines += [f"  because of {reason}" for reason in why]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def _effects(instance: TerritoryInstance, moves: Moves, number: int) -> list[str]:
    """Say what one move would do to cost, balance and change of hands."""
    giver, taker = int(moves.giver[number]), int(moves.taker[number])
    lines = [_cost_words(instance, moves, number)]
    for m, measure in enumerate(instance.measures):
        sides = (
            (giver, moves.giver_before[m, number], moves.giver_after[m, number]),
            (taker, moves.taker_before[m, number], moves.taker_after[m, number]),
        )
        said = ", ".join(
            f"{instance.rep_ids[rep]} from {signed_percent_text(float(before))} to {signed_percent_text(float(after))}"
            for rep, before, after in sides
        )
        lines.append(f"{measure.name} against target ({100 * measure.tolerance:g} % allowed): {said}")
    change = int(moves.moved_change[number])
    if change:
        amount = amount_text(abs(change), instance.moved_unit, instance.moved_scale)
        lines.append(f"{amount} {'more' if change > 0 else 'less'} would change hands against today")
    return lines


def _cost_words(instance: TerritoryInstance, moves: Moves, number: int) -> str:
    """Say what the plan's cost would come to."""
    change = float(moves.cost_change[number])
    if change == 0:
        return "costs the same"
    unit = instance.travel_unit
    area, giver, taker = int(moves.area[number]), int(moves.giver[number]), int(moves.taker[number])
    travel = float(instance.travel_cost[area, taker] - instance.travel_cost[area, giver])
    change_of_hands = instance.move_weight * float(moves.moved_change[number])
    split = round(change - travel - change_of_hands, 6)  # a whole number of prices; the rest is rounding
    others = [("change of hands", change_of_hands), ("split groups", split)]
    told = [f"{name} {_signed(value)}" for name, value in others if value]
    parts = f" ({', '.join([f'travel {_signed(travel)}', *told])})" if told else ""
    return f"{number_text(abs(change))} {unit} {'dearer' if change > 0 else 'cheaper'}{parts}"


def _signed(value: float) -> str:
    return f"+{number_text(value)}" if value > 0 else number_text(value)
