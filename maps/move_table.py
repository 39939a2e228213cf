"""Lay out what moving an area to a neighbouring territory would do, as a table."""

import csv
import io
from typing import Final

import numpy as np
import pandas as pd

from maps.cells import as_id, as_text, decimals
from optimizer.territory.cut_off import CutOff, cut_off
from optimizer.territory.explanation import Moves, border_pairs, explain_moves
from optimizer.territory.instance import TerritoryInstance
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


def moves_csv(moves: pd.DataFrame) -> str:
    """Write the moves of a run, sorted by area and taker: costs to a hundredth, shares to four decimals."""
    ids = {"area_id": as_id, "from": as_id, "to": as_id, "cost_change": decimals(2)}
    words = {"allowed": as_id, "forbidden_by": as_text, "why": as_text}
    forms = {name: ids.get(name) or words.get(name) or decimals(4) for name in moves.columns}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(forms)
    ordered = moves.sort_values(["area_id", "to"], kind="stable")
    written = [[form(value) for value in ordered[name]] for name, form in forms.items()]
    writer.writerows(zip(*written, strict=True))
    return stream.getvalue()
