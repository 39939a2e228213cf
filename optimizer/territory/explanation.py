"""Explain a plan: what moving an area to a neighbouring territory would cost, and which rule forbids it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.territory.cut_off import CutOff, cut_off
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.objective import moved
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.units import FAMILIES, PAIR_FAMILIES, closed_by

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

BALANCED: Final = "territories_are_balanced"
CONTIGUOUS: Final = "territories_are_contiguous"
TOGETHER: Final = "groups_are_kept_together"
CHANGE: Final = "few_areas_change_hands"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moves:
    """What each of many single moves, an area to another rep, would do to a plan; all else stays as it is."""

    area: IntArray
    """Shape (moves,)."""
    giver: IntArray
    """Rep who serves the area in the plan. Shape (moves,)."""
    taker: IntArray
    """Rep who would take it over. Shape (moves,)."""
    cost_change: FloatArray
    """Change of the objective; less than 0 is cheaper. Shape (moves,)."""
    moved_change: IntArray
    """Change of what changes hands against today's alignment, in the instance's whole numbers. Shape (moves,)."""
    giver_before: FloatArray
    """Deviation of the giver's sum from its target, as a share of it (0 without a target). Shape (measures, moves)."""
    giver_after: FloatArray
    """Shape (measures, moves)."""
    taker_before: FloatArray
    """Shape (measures, moves)."""
    taker_after: FloatArray
    """Shape (measures, moves)."""
    off_giver: BoolArray
    """Whether the giver would leave its limits, or be farther outside them. Shape (measures, moves)."""
    off_taker: BoolArray
    """Likewise the taker. Shape (measures, moves)."""
    touches: BoolArray
    """Whether the area has a neighbour that hangs together with the taker's home. Shape (moves,)."""
    cut_off: IntArray
    """Areas that would be cut off from the giver's home. Shape (moves,)."""
    forbidden: BoolArray
    """Which rule forbids it, by the order of `units.FAMILIES`. Shape (families, moves)."""

    @property
    def allowed(self) -> BoolArray:
        """Whether no rule forbids a move. Shape (moves,)."""
        return np.asarray(~self.forbidden.any(axis=0))

    def forbidden_by(self, move: int) -> tuple[str, ...]:
        """Name the rules that forbid a move."""
        return tuple(FAMILIES[i] for i in np.flatnonzero(self.forbidden[:, move]).tolist())

    def __len__(self) -> int:
        return len(self.area)


def border_pairs(instance: TerritoryInstance, plan: TerritoryPlan) -> IntArray:
    """Return every area with each other rep who serves one of its neighbours: sorted pairs. Shape (pairs, 2)."""
    owner = plan.rep_of_area
    a, b = instance.edges.reshape(-1, 2).T
    across = owner[a] != owner[b]
    a, b = a[across], b[across]
    pairs = np.column_stack([np.concatenate([a, b]), np.concatenate([owner[b], owner[a]])])
    return np.unique(pairs.astype(np.int64), axis=0)


def pairs_of(instance: TerritoryInstance, plan: TerritoryPlan, area: int) -> IntArray:
    """Return an area with each rep whose territory touches its own territory, even far away from it."""
    pairs = border_pairs(instance, plan)
    giver = plan.rep_of_area[area]
    takers = np.unique(pairs[plan.rep_of_area[pairs[:, 0]] == giver, 1])
    return np.column_stack([np.full(len(takers), area, dtype=np.int64), takers]).astype(np.int64)


def explain_moves(
    instance: TerritoryInstance, plan: TerritoryPlan, pairs: IntArray, *, cuts: CutOff | None = None
) -> Moves:
    """Measure single moves, each against every rule.

    A move is forbidden by a rule that it breaks, or that it breaks more than before: the deviation beyond a limit
    grows, more areas are cut off. A plan that breaks a rule elsewhere does not forbid every move.

    Parameters
    ----------
    pairs
        Area and rep who would take it over, another than the one who serves it. Shape (moves, 2).
    cuts
        The walk through the plan, if there is one already.
    """
    area, taker = pairs.reshape(-1, 2).T.astype(np.int64)
    giver = plan.rep_of_area[area].astype(np.int64)
    cuts = cuts or cut_off(instance, plan)
    forbidden = np.zeros((len(FAMILIES), len(area)), dtype=bool)
    row = {family: forbidden[i] for i, family in enumerate(FAMILIES)}
    for family in PAIR_FAMILIES:
        row[family][:] = closed_by(instance, family)[area, taker]
    balance = [_balance(plan, measure, (area, giver, taker)) for measure in instance.measures]
    row[BALANCED][:] = np.any([one.off_giver | one.off_taker for one in balance], axis=0)
    touches = _touches(instance, plan, cuts, area, taker)
    if instance.contiguous:
        row[CONTIGUOUS][:] = (cuts.count[area] > 0) | ~touches
    row[TOGETHER][:] = _more_reps(instance.together, plan, area, giver, taker, n_reps=instance.n_reps) > 0
    split = _more_reps(instance.split_group, plan, area, giver, taker, n_reps=instance.n_reps)
    change = _moved_change(instance, area, giver, taker)
    if instance.moved_limit != NO_LIMIT:
        row[CHANGE][:] = (change > 0) & (moved(instance, plan) + change > instance.moved_limit)
    shape = (len(instance.measures), len(area))
    travel = instance.travel_cost[area, taker] - instance.travel_cost[area, giver]
    return Moves(
        area=area,
        giver=giver,
        taker=taker,
        cost_change=travel + instance.move_weight * change + instance.split_price * split,
        moved_change=change,
        giver_before=np.array([one.giver_before for one in balance], dtype=np.float64).reshape(shape),
        giver_after=np.array([one.giver_after for one in balance], dtype=np.float64).reshape(shape),
        taker_before=np.array([one.taker_before for one in balance], dtype=np.float64).reshape(shape),
        taker_after=np.array([one.taker_after for one in balance], dtype=np.float64).reshape(shape),
        off_giver=np.array([one.off_giver for one in balance], dtype=bool).reshape(shape),
        off_taker=np.array([one.off_taker for one in balance], dtype=bool).reshape(shape),
        touches=touches,
        cut_off=cuts.count[area],
        forbidden=forbidden,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Balance:
    """One measure's part of `Moves`; shapes (moves,)."""

    giver_before: FloatArray
    giver_after: FloatArray
    taker_before: FloatArray
    taker_after: FloatArray
    off_giver: BoolArray
    off_taker: BoolArray


def _balance(plan: TerritoryPlan, measure: BalanceMeasure, ends: tuple[IntArray, IntArray, IntArray]) -> _Balance:
    """Measure the moves (area, giver, taker) against the limits of one measure."""
    area, giver, taker = ends
    sums = measure.fixed.copy()
    np.add.at(sums, plan.rep_of_area, measure.amounts)
    amount = measure.amounts[area]

    def deviation(rep: IntArray, total: IntArray) -> FloatArray:
        target: IntArray = measure.targets[rep]
        return np.where(target > 0, (total - target) / np.maximum(target, 1), 0.0)

    def outside(rep: IntArray, total: IntArray) -> IntArray:
        beyond: IntArray = np.maximum(total - measure.upper[rep], measure.lower[rep] - total)
        return np.maximum(0, beyond)

    left, right = sums[giver], sums[taker]
    return _Balance(
        giver_before=deviation(giver, left),
        giver_after=deviation(giver, left - amount),
        taker_before=deviation(taker, right),
        taker_after=deviation(taker, right + amount),
        off_giver=outside(giver, left - amount) > outside(giver, left),
        off_taker=outside(taker, right + amount) > outside(taker, right),
    )


def _touches(
    instance: TerritoryInstance, plan: TerritoryPlan, cuts: CutOff, area: IntArray, taker: IntArray
) -> BoolArray:
    """Tell whether an area has a neighbour from which a path leads to the taker's home inside the territory."""
    a, b = instance.edges.reshape(-1, 2).T
    here, there = np.concatenate([a, b]), np.concatenate([b, a])
    reached = cuts.place[there] >= 0
    found = np.unique(here[reached] * instance.n_reps + plan.rep_of_area[there[reached]])
    return np.isin(area * instance.n_reps + taker, found)


def _more_reps(
    label: IntArray, plan: TerritoryPlan, area: IntArray, giver: IntArray, taker: IntArray, *, n_reps: int
) -> IntArray:
    """Return by how many reps more the group of a moved area would be served: −1, 0 or 1. Shape (moves,)."""
    kept = label >= 0
    keys, counts = np.unique(label[kept] * n_reps + plan.rep_of_area[kept], return_counts=True)
    if not len(keys):
        return np.zeros(len(area), dtype=np.int64)

    def members(rep: IntArray) -> IntArray:
        wanted = label[area] * n_reps + rep
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, counts[at], 0)

    more = (members(taker) == 0).astype(np.int64) - (members(giver) == 1).astype(np.int64)
    return np.where(label[area] >= 0, more, 0)


def _moved_change(instance: TerritoryInstance, area: IntArray, giver: IntArray, taker: IntArray) -> IntArray:
    """Return by how much what changes hands would grow."""
    today = instance.current_rep[area]
    change = (taker != today).astype(np.int64) - (giver != today).astype(np.int64)
    return np.where(today >= 0, change * instance.moved_amount[area], 0)
