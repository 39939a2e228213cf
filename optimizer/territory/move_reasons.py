"""Say in the planner's words why a move is forbidden."""

from typing import Final

import numpy as np

from optimizer.territory.cut_off import CutOff
from optimizer.territory.explanation import Moves
from optimizer.territory.instance import TerritoryInstance, amount_text
from optimizer.territory.objective import moved
from optimizer.territory.plan import TerritoryPlan

RULE_WORDS: Final = {
    "territories_hold_their_home": "home",
    "territories_are_balanced": "balance",
    "territories_are_contiguous": "contiguity",
    "territories_stay_within_groups": "region",
    "groups_are_kept_together": "keep together",
    "locks_hold": "lock",
    "forbidden_pairs_are_kept": "forbidden pair",
    "drives_are_short_enough": "max drive",
    "few_areas_change_hands": "disruption cap",
}
"""What planners call each rule."""

NAMED_AT_MOST: Final = 3
"""Areas that a sentence names before it only counts them."""


def rule_word(rule: str) -> str:
    """Return what planners call a rule."""
    return RULE_WORDS.get(rule, rule.replace("_", " "))


def reasons(
    instance: TerritoryInstance, plan: TerritoryPlan, moves: Moves, number: int, *, cuts: CutOff
) -> tuple[str, ...]:
    """Return a sentence for each rule that forbids a move, with numbers; empty for an allowed one.

    Parameters
    ----------
    moves, number
        The move: number `number` of `moves`.
    cuts
        The walk through the plan that `moves` was made with.
    """
    sentences: list[str] = []
    for rule in moves.forbidden_by(number):
        if rule == "territories_are_balanced":
            sentences += _balance(instance, moves, number)
        elif rule == "territories_are_contiguous":
            sentences += _contiguity(instance, moves, number, cuts)
        else:
            sentences.append(_plain(rule, instance, plan, moves, number))
    return tuple(sentences)


def _balance(instance: TerritoryInstance, moves: Moves, number: int) -> list[str]:
    """Name each measure that leaves its limits, for giver and taker."""
    sentences = []
    for m, measure in enumerate(instance.measures):
        sides = (
            (moves.giver, moves.off_giver[m], moves.giver_after[m]),
            (moves.taker, moves.off_taker[m], moves.taker_after[m]),
        )
        for reps, off, after in sides:
            if off[number]:
                deviation = float(after[number])
                side = "above" if deviation > 0 else "below"
                sentences.append(
                    f"balance: {instance.rep_ids[reps[number]]}'s {measure.name} would be {100 * abs(deviation):.1f} % "
                    f"{side} its target, {100 * measure.tolerance:g} % allowed"
                )
    return sentences


def _contiguity(instance: TerritoryInstance, moves: Moves, number: int, cuts: CutOff) -> list[str]:
    """Name the areas that would be cut off, and say when the area does not touch the taker."""
    giver, taker = (instance.rep_ids[reps[number]] for reps in (moves.giver, moves.taker))
    sentences = []
    if moves.cut_off[number]:
        lost = [instance.area_ids[area] for area in cuts.by(int(moves.area[number])).tolist()]
        sentences.append(f"contiguity: {named(lost)} would be cut off from {giver}'s home")
    if not moves.touches[number]:
        sentences.append(f"contiguity: no neighbour of it hangs together with {taker}'s home")
    return sentences


def _plain(rule: str, instance: TerritoryInstance, plan: TerritoryPlan, moves: Moves, number: int) -> str:
    """Word a rule about the area itself, or about the plan as a whole."""
    area, taker = int(moves.area[number]), int(moves.taker[number])
    rep = instance.rep_ids[taker]
    match rule:
        case "territories_hold_their_home":
            owners = [instance.rep_ids[r] for r in np.flatnonzero(instance.home_areas == area).tolist()]
            sentence = f"it is the home area of {', '.join(owners)}"
        case "territories_stay_within_groups":
            sentence = f"it lies outside the region of {rep}"
        case "groups_are_kept_together":
            members = np.flatnonzero(instance.together == instance.together[area]).tolist()
            sentence = f"it stays with {named([instance.area_ids[a] for a in members if a != area])}"
        case "locks_hold":
            kept = [instance.rep_ids[r] for a, r in instance.locks.tolist() if a == area and r != taker]
            sentence = f"it is locked to {', '.join(kept)}"
        case "drives_are_short_enough":
            minutes = int(instance.drive_minutes[area, taker])
            sentence = f"{minutes} minutes from {rep}'s home, {instance.max_drive_minutes} allowed"
        case "few_areas_change_hands":
            total = moved(instance, plan) + int(moves.moved_change[number])
            said = amount_text(total, instance.moved_unit, instance.moved_scale)
            limit = amount_text(instance.moved_limit, instance.moved_unit, instance.moved_scale)
            sentence = f"{said} would change hands, {limit} allowed"
        case _:
            sentence = f"it must not go to {rep}"
    return f"{rule_word(rule)}: {sentence}"


def named(ids: list[str]) -> str:
    """Name a few ids, and count the rest."""
    if len(ids) <= NAMED_AT_MOST:
        return ", ".join(ids)
    return f"{', '.join(ids[:NAMED_AT_MOST])} and {len(ids) - NAMED_AT_MOST} more"
