"""Look for the plan that breaks least where none keeps every rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final, Self

import numpy as np

from optimizer.interruption import late
from optimizer.territory.breach import Breach
from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan

STARTS: Final = 6
"""Plans that are improved, those that break least first."""

MOVES_LOOKED_AT: Final = 20_000
"""Moves of one area that are weighed from each start, a fixed amount of work."""

FEW_PAIRS: Final = 600
"""Pairs of area and rep up to which every one of them is a move; on larger maps those along borders are."""

VERY_FEW_PAIRS: Final = 60
"""Pairs of area and rep up to which any two areas move at once, too."""

NEGLIGIBLE: Final = 1e-9
"""Gains below this are rounding."""


def closest_plan(instance: TerritoryInstance, candidates: Sequence[TerritoryPlan], *, deadline: float) -> TerritoryPlan:
    """Return the plan that breaks least among some plans and what moves of single areas and groups make of them.

    Not proven to be the least: `Breach` weighs rules of different kinds, and the search is a descent.

    Parameters
    ----------
    instance
        The problem.
    candidates
        Complete plans, at least one.
    deadline
        Wall-clock safety net, in monotonic seconds.
    """
    breach = Breach.of(instance)
    seen = {plan.rep_of_area.tobytes(): plan.rep_of_area for plan in candidates}
    starts = sorted(seen.values(), key=breach.total)[:STARTS]
    best = min((_descend(breach, labels, deadline) for labels in starts), key=lambda labels: _rank(breach, labels))
    return TerritoryPlan(rep_of_area=best)


def _rank(breach: Breach, labels: IntArray) -> tuple[float, int]:
    """Return what makes one plan better than another: less breach, then less travel."""
    cost = int(breach.instance.travel_cost[np.arange(len(labels)), labels].sum())
    return round(breach.total(labels) / NEGLIGIBLE), cost


def _descend(breach: Breach, start: IntArray, deadline: float) -> IntArray:
    """Return the plan after moves that each lower the breach, until none does or the work is used up."""
    labels, total, left = start.copy(), breach.total(start), MOVES_LOOKED_AT
    improved, sums = total > NEGLIGIBLE, _Sums.of(breach, start)
    while improved and left > 0 and not late(deadline):
        improved = False
        for areas, reps in list(_moves(breach.instance, labels)):
            left -= 1
            if left <= 0 or total <= NEGLIGIBLE:
                break
            if (labels[areas] == reps).all() or not sums.promises(breach, labels, areas, reps):
                continue
            trial = labels.copy()
            trial[areas] = reps
            after = breach.total(trial)
            if after < total - NEGLIGIBLE:
                labels, total, improved, sums = trial, after, True, _Sums.of(breach, trial)
    return labels


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """What a plan adds up to, to weigh a move without walking the whole map."""

    loads: IntArray
    """Shape (measures, reps)."""
    moved: int
    known: float
    """Breach of balance and cap."""
    rest: float
    """Breach of contiguity and groups: no move can win more than that there."""

    @classmethod
    def of(cls, breach: Breach, labels: IntArray) -> Self:
        """Add up a plan."""
        loads, moved = breach.loads(labels), breach.moved(labels)
        known = breach.balance(loads) + breach.change(moved)
        return cls(loads, moved, known, breach.apart(labels) + breach.cut_off(labels))

    def promises(self, breach: Breach, labels: IntArray, areas: IntArray, reps: IntArray) -> bool:
        """Tell whether a move could lower the breach."""
        instance, loads = breach.instance, self.loads.copy()
        for row, measure in zip(loads, instance.measures, strict=True):
            np.subtract.at(row, labels[areas], measure.amounts[areas])
            np.add.at(row, reps, measure.amounts[areas])
        current, amount = instance.current_rep[areas], instance.moved_amount[areas]
        before = int(amount[(current >= 0) & (current != labels[areas])].sum())
        after = int(amount[(current >= 0) & (current != reps)].sum())
        pairs = float(breach.wrong[areas, reps].sum() - breach.wrong[areas, labels[areas]].sum())
        change = breach.balance(loads) + breach.change(self.moved + after - before) - self.known
        return pairs + change < self.rest - NEGLIGIBLE


def _moves(instance: TerritoryInstance, labels: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield areas with the reps whom they could join: single areas, groups kept together, any two on tiny maps."""
    for areas, rep in _single_moves(instance, labels):
        yield areas, np.full(len(areas), rep)
    if instance.n_areas * instance.n_reps <= VERY_FEW_PAIRS:
        for two in combinations(product(range(instance.n_areas), range(instance.n_reps)), 2):
            areas, reps = np.array(two).T
            if areas[0] != areas[1]:
                yield areas, reps


def _single_moves(instance: TerritoryInstance, labels: IntArray) -> Iterator[tuple[IntArray, int]]:
    """Yield areas, and groups that are kept together, with each rep whom they could join."""
    groups = [np.flatnonzero(instance.together == label) for label in np.unique(instance.together) if label >= 0]
    if not instance.contiguous or instance.n_areas * instance.n_reps <= FEW_PAIRS:
        for areas in [*(np.array([area]) for area in range(instance.n_areas)), *groups]:
            for rep in range(instance.n_reps):
                yield areas, rep
        return
    a, b = instance.edges.reshape(-1, 2).T
    across = labels[a] != labels[b]
    pairs = np.concatenate([np.column_stack([a, labels[b]])[across], np.column_stack([b, labels[a]])[across]])
    for area, rep in np.unique(pairs, axis=0).tolist():
        yield np.array([area]), rep
    for group in groups:
        for rep in np.unique(pairs[np.isin(pairs[:, 0], group), 1]).tolist():
            yield group, rep
