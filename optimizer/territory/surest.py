"""Look for the plan whose least certain territory is most likely to stay inside its tolerance."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from optimizer.interruption import requested
from optimizer.progress import Observer, Silent
from optimizer.solving import SolverSettings, Status, StopReason
from optimizer.territory.explanation import CONTIGUOUS, Moves, border_pairs, explain_moves
from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.objective import terms
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.robustness import FloatArray, Futures, chances, future_sums, within
from optimizer.territory.search import design_territories
from optimizer.territory.tightened import tightened
from optimizer.territory.units import FAMILIES
from optimizer.territory.verify import verify

TOLERANCE_SHARES: Final = (0.5, 0.25, 0.1)
"""Parts of the tolerance that are asked for to find other starts: balanced today is likely balanced tomorrow."""

MOST_STEPS: Final = 200
"""Exchanges after which one climb ends."""

TRIES: Final = 12
"""Exchanges that look best and are verified before the climb gives up on a territory."""

LOCAL: Final = tuple(FAMILIES.index(name) for name in FAMILIES if name not in {"territories_are_balanced", CONTIGUOUS})
"""Rules that forbid a move whatever else moves."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Exchange:
    """One or two areas that change sides between two reps."""

    areas: tuple[int, ...]
    takers: tuple[int, ...]
    worst: float
    """The smaller of the two reps' chances afterwards."""


def make_surest(
    instance: TerritoryInstance,
    result: TerritoryResult,
    futures: Futures,
    settings: SolverSettings,
    *,
    observer: Observer | None = None,
) -> TerritoryResult:
    """Return the plan found whose least chance of staying inside the tolerance is greatest, whatever it costs.

    Starts are the given plan and plans for parts of the tolerance on the uncertain measure; from each, areas are
    exchanged across the borders of the least certain territory as long as its chance rises. Nothing is proven about
    the greatest chance possible; the bound stays that of the cost.

    Parameters
    ----------
    result
        The plan of least cost; without a plan that keeps every rule it is returned as it is.
    futures
        See `robustness.draw_futures`.
    """
    if result.plan is None:
        return result
    watch = observer or Silent()
    name = instance.measures[futures.number].name
    found: list[TerritoryPlan] = []
    for number, share in enumerate((1.0, *TOLERANCE_SHARES)):
        if requested():
            break
        watch.report("making balance surer", share_done=number / (len(TOLERANCE_SHARES) + 1))
        start: TerritoryPlan | None = result.plan
        if share < 1.0:
            other = design_territories(
                tightened(instance, share, only=name), settings, start=result.plan, explain=False
            )
            start = other.plan or other.closest
        if start is not None and not verify(instance, start):
            found.append(climb(instance, start, futures))

    def rank(plan: TerritoryPlan) -> tuple[float, float]:
        return -_least(chances(instance, plan, futures)), sum(t.contribution for t in terms(instance, plan))

    plan = min(found, key=rank, default=result.plan)
    watch.report("making balance surer", share_done=1.0)
    same = bool((plan.rep_of_area == result.plan.rep_of_area).all())
    if same:
        return result
    stopped = StopReason.WORK_DONE if result.stopped_by is StopReason.PROVEN else result.stopped_by
    if requested():
        stopped = StopReason.INTERRUPTED
    return replace(result, plan=plan, status=Status.FEASIBLE, terms=terms(instance, plan), stopped_by=stopped)


def _least(chance: FloatArray) -> float:
    """Return the least chance of those that are judged; 1 when none is."""
    return float(np.min(chance, where=~np.isnan(chance), initial=1.0))


def climb(instance: TerritoryInstance, plan: TerritoryPlan, futures: Futures) -> TerritoryPlan:
    """Raise the least chance by exchanges of one or two areas until none helps; each plan on the way keeps every rule.

    Parameters
    ----------
    plan
        Must keep every rule.
    """
    for _ in range(MOST_STEPS):
        chance = chances(instance, plan, futures)
        if np.isnan(chance).all():
            return plan
        worst = int(np.nanargmin(chance))
        better = _better(instance, plan, futures, worst, float(chance[worst]))
        if better is None:
            return plan
        plan = better
    return plan


def _better(
    instance: TerritoryInstance, plan: TerritoryPlan, futures: Futures, worst: int, chance: float
) -> TerritoryPlan | None:
    """Return a plan in which the least certain territory and the one it exchanges with are both surer than it was."""
    pairs = border_pairs(instance, plan)
    near = (plan.rep_of_area[pairs[:, 0]] == worst) | (pairs[:, 1] == worst)
    moves = explain_moves(instance, plan, pairs[near])
    keep = ~moves.forbidden[list(LOCAL)].any(axis=0)
    sums = future_sums(plan, futures)
    exchanges = [one for one in _exchanges(instance, moves, np.flatnonzero(keep), futures, sums) if one.worst > chance]
    exchanges.sort(key=lambda one: (-one.worst, one.areas))
    for one in exchanges[:TRIES]:
        owner = plan.rep_of_area.copy()
        owner[list(one.areas)] = one.takers
        after = TerritoryPlan(rep_of_area=owner)
        if not verify(instance, after):
            return after
    return None


def _exchanges(
    instance: TerritoryInstance, moves: Moves, open_moves: IntArray, futures: Futures, sums: FloatArray
) -> list[_Exchange]:
    """Weigh every single move, and every pair of moves in opposite directions between the same two reps."""
    found = []
    by_reps: dict[tuple[int, int], list[int]] = {}
    for number in open_moves.tolist():
        by_reps.setdefault((int(moves.giver[number]), int(moves.taker[number])), []).append(number)
    for (giver, taker), numbers in sorted(by_reps.items()):
        gifts = futures.areas[moves.area[numbers]].astype(np.float64)
        back = by_reps.get((taker, giver), []) if giver < taker else []
        for gift, number in zip(gifts, numbers, strict=True):
            returns = np.vstack([np.zeros(gifts.shape[1]), *(futures.areas[moves.area[n]][None] for n in back)])
            left = within(instance, sums[giver] - gift + returns, np.full(len(returns), giver), futures).mean(axis=1)
            right = within(instance, sums[taker] + gift - returns, np.full(len(returns), taker), futures).mean(axis=1)
            for row, least in enumerate(np.minimum(left, right).tolist()):
                area = int(moves.area[number])
                areas = (area,) if row == 0 else (area, int(moves.area[back[row - 1]]))
                found.append(_Exchange(areas=areas, takers=(taker, giver)[: len(areas)], worst=least))
    return found
