"""Lay out what moving an area would do, as a table and in plain words."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from maps.words import number_text, signed_percent_text
from optimizer.territory.cut_off import CutOff, cut_off
from optimizer.territory.explanation import Moves, border_pairs, explain_moves
from optimizer.territory.instance import TerritoryInstance, amount_text
from optimizer.territory.move_reasons import reasons, rule_word
from optimizer.territory.plan import TerritoryPlan

MOVE_COLUMNS: Final = ("area_id", "from", "to", "cost_change")
DEVIATION_COLUMNS: Final = ("from_before", "from_after", "to_before", "to_after")
"""After the name of each measure: deviation from the target, as a share, of giver and taker."""


def border_moves(instance: TerritoryInstance, plan: TerritoryPlan) -> pd.DataFrame:
    """Explain every move of an area to a territory that it touches, see `move_table`."""
    cuts = cut_off(instance, plan)
    moves = explain_moves(instance, plan, border_pairs(instance, plan), cuts=cuts)
    return move_table(instance, plan, moves, cuts)


def move_table(instance: TerritoryInstance, plan: TerritoryPlan, moves: Moves, cuts: CutOff) -> pd.DataFrame:
    """Lay out moves: one row each.

    Returns
    -------
    DataFrame
        area_id, from, to (rep_ids), cost_change (in the objective's units), for each measure m `m_from_before`,
        `m_from_after`, `m_to_before`, `m_to_after` (shares of the target), allowed ("yes" or "no"), forbidden_by (words
        such as "lock; balance"), why (sentences).
    """
    numbers = range(len(moves))
    columns: dict[str, object] = {
        "area_id": np.array(instance.area_ids, dtype=object)[moves.area],
        "from": np.array(instance.rep_ids, dtype=object)[moves.giver],
        "to": np.array(instance.rep_ids, dtype=object)[moves.taker],
        "cost_change": moves.cost_change,
    }
    for m, measure in enumerate(instance.measures):
        sides = (moves.giver_before[m], moves.giver_after[m], moves.taker_before[m], moves.taker_after[m])
        columns |= {f"{measure.name}_{what}": side for what, side in zip(DEVIATION_COLUMNS, sides, strict=True)}
    columns["allowed"] = np.where(moves.allowed, "yes", "no")
    columns["forbidden_by"] = ["; ".join(map(rule_word, moves.forbidden_by(number))) for number in numbers]
    columns["why"] = ["; ".join(reasons(instance, plan, moves, number, cuts=cuts)) for number in numbers]
    return pd.DataFrame(columns)


def moves_text(
    instance: TerritoryInstance, plan: TerritoryPlan, moves: Moves, cuts: CutOff, *, reps: Sequence[str]
) -> str:
    """Write what each move would do, in plain words; moves that are allowed and cheap first.

    Parameters
    ----------
    reps
        What to call each rep, in the order of the instance.
    """
    order = sorted(range(len(moves)), key=lambda n: (not moves.allowed[n], float(moves.cost_change[n]), n))
    paragraphs = []
    for number in order:
        why = reasons(instance, plan, moves, number, cuts=cuts)
        lines = [f"to {reps[moves.taker[number]]}: {'NOT ALLOWED' if why else 'allowed'}"]
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
    change_of_hands = instance.move_weight * float(moves.moved_change[number])
    travel = change - change_of_hands
    parts = f" (travel {_signed(travel)}, change of hands {_signed(change_of_hands)})" if change_of_hands else ""
    return f"{number_text(abs(change))} {unit} {'dearer' if change > 0 else 'cheaper'}{parts}"


def _signed(value: float) -> str:
    return f"+{number_text(value)}" if value > 0 else number_text(value)
