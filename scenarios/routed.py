"""Measure the hours that territories take as routed: by account, by rep, and against the reps' shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from optimizer.territory.explanation import border_pairs, explain_moves
from optimizer.territory.move_reasons import rule_word
from optimizer.territory.units import FAMILIES
from optimizer.tours.needs import missed_minutes, routed_minutes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.territory.instance import BalanceMeasure, IntArray, TerritoryInstance
    from optimizer.territory.plan import TerritoryPlan
    from optimizer.tours.instance import TourInstance
    from optimizer.tours.plan import TourResult
    from scenarios.travel import Floats

WORKLOAD: Final = "workload"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoutedHours:
    """What the tours of all reps take over a cycle."""

    by_account: Floats
    """Hours of each account for all visits that it wants and can have, made or missed. Shape (accounts,)."""
    driven: Floats
    """Hours of each rep as routed. Shape (reps,)."""
    needed: Floats
    """Hours that each rep would need to miss no visit for lack of time. Shape (reps,)."""

    def deviation(self, measure: BalanceMeasure, rep_group: IntArray) -> Floats:
        """Compare each rep's hours with his share of his group's, driven or needed, whichever is further off.

        The shares are those of the targets of a measure. A rep whose visits were dropped is not in balance because of
        that, nor one who drives far less than the others.

        Returns
        -------
        With its sign, as a share. Shape (reps,).
        """
        driven, needed = (_off_share(hours, measure, rep_group) for hours in (self.driven, self.needed))
        return np.where(np.abs(driven) > np.abs(needed), driven, needed)


def routed_hours(
    instances: Sequence[TourInstance], results: Sequence[TourResult], account_ids: pd.Series, rep_ids: Sequence[str]
) -> RoutedHours:
    """Measure tours; accounts that are in nobody's tours take no time."""
    seat = pd.Index(rep_ids)
    place = pd.Index(account_ids)
    by_account = np.zeros(len(account_ids))
    driven, needed = np.zeros(len(rep_ids)), np.zeros(len(rep_ids))
    for instance, result in zip(instances, results, strict=True):
        if result.plan is None or not instance.visits:
            continue
        routed, missed = routed_minutes(instance, result.plan), missed_minutes(instance, result.plan)
        rep = seat.get_loc(instance.rep_id)
        driven[rep] = routed.sum() / 60
        needed[rep] = (routed + missed).sum() / 60
        by_account[place.get_indexer(pd.Index([rule.account_id for rule in instance.visits]))] = (routed + missed) / 60
    return RoutedHours(by_account=by_account, driven=driven, needed=needed)


def _off_share(hours: Floats, measure: BalanceMeasure, rep_group: IntArray) -> Floats:
    """Return by how much hours are off the shares of the targets in each group, as shares. Shape (reps,).

    Reps whose territory is frozen are not judged: their limits are what they have.
    """
    judged = measure.upper - measure.lower + 2 > measure.tolerance * measure.targets  # whole numbers, rounded inwards
    share = np.zeros(len(hours))
    for group in np.unique(rep_group):
        mine = (rep_group == group) & judged
        share[mine] = hours[mine].sum() * measure.targets[mine] / max(1, int(measure.targets[mine].sum()))
    return np.where(share > 0, hours / np.where(share > 0, share, 1.0) - 1.0, 0.0)


def why_outside(instance: TerritoryInstance, plan: TerritoryPlan, hours: RoutedHours) -> tuple[str, ...]:
    """Say of each rep outside the tolerance by how much he is, and what keeps a move of an area from bringing him in.

    Parameters
    ----------
    instance
        The problem with the workload as routed.
    """
    measure = next(measure for measure in instance.measures if measure.name == WORKLOAD)
    off = hours.deviation(measure, instance.rep_group)
    moves = explain_moves(instance, plan, border_pairs(instance, plan))
    sentences = []
    for rep in np.flatnonzero(np.abs(off) > measure.tolerance + 1e-9).tolist():
        over = off[rep] > 0
        mine = np.flatnonzero((moves.giver if over else moves.taker) == rep)
        text = (
            f"{instance.rep_ids[rep]} needs {hours.needed[rep]:.0f} h and drives {hours.driven[rep]:.0f} h, "
            f"{100 * abs(off[rep]):.1f} % {'above' if over else 'below'} the share"
        )
        open_moves = int(moves.allowed[mine].sum())
        blocked = {rule_word(family): int(moves.forbidden[i, mine].sum()) for i, family in enumerate(FAMILIES)}
        words = ", ".join(f"{rule} {count}" for rule, count in blocked.items() if count)
        way = "give away" if over else "take over"
        if open_moves:
            text += f"; {open_moves} of {len(mine)} moves along the border keep every rule, but the rounds are used up"
        elif len(mine):
            text += f"; of {len(mine)} ways to {way} an area on the border none keeps every rule ({words})"
        else:
            text += f"; there is no area on the border to {way}"
        sentences.append(text)
    return tuple(sentences)
