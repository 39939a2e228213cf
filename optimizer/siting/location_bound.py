"""Bound the cost from below on large maps: the bound of `bound.py` over near pairs, made good over every pair.

The prices of areas and of limits are improved over the pairs (area, candidate) that are near only, a few per cent of
all: first by subgradients, then smoothed. A bound over near pairs is none; so the prices of areas are kept, those of
limits get a few steps over every pair, each candidate keeps the best value it had, and the cheapest candidates make the
bound.
"""

import math
from typing import Final

import numpy as np
from numba import njit

from optimizer.plain_arrays import ascending, copy_rows_to, copy_to, greatest, least, total
from optimizer.siting.instance import CLOSED
from optimizer.siting.location_kernels import CostArray
from optimizer.siting.location_search import Field, Homes
from optimizer.siting.location_smooth import NearPairs, Prices, climb_smoothly
from optimizer.siting.pairs import FloatArray, limits_of
from optimizer.territory.instance import IntArray

BEYOND: Final = 12
"""A candidate counts as near to an area if it is nearer than this many of the homes of a good plan."""

FEW_PAIRS: Final = 12_000_000
"""Pairs that are all looked at in every step along a subgradient."""

FIRST_STEPS: Final = 30
"""Steps along subgradients, which show roughly what areas are worth."""

CAUTION: Final = 0.5
"""First share of the Polyak step."""

DEAREST: Final = 1.2
"""Greatest price of a limit over every pair, in greatest prices of candidates that near pairs open."""

HARDLY_OPEN: Final = 1e-3
"""Share up to which a candidate counts as closed; prices of those that near areas cannot fill run away."""

SMOOTHING: Final = 0.3
"""Share of the last direction kept in the next, which damps zigzags."""

PATIENCE: Final = 15
"""Steps without a better bound before steps get shorter."""

LEAST_LENGTH: Final = 1e-4
"""Share of the Polyak step below which prices are as good as they get."""

LAST_LOOKS: Final = 16
"""Steps of the prices of limits over every pair."""

ROWS_AT_ONCE: Final = 2048
"""Areas whose costs are sorted at once, to save memory."""

SAFETY: Final = 1e-9
"""Share of the sums by which the bound is lowered for floating-point error, which is about 1e-12."""


@njit(cache=True, nogil=True)
def _near_pairs(cost: CostArray, reach: FloatArray, area_of: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return starts, areas and costs of the pairs within reach, candidate by candidate; its own area comes first."""
    n, candidates = cost.shape
    count = np.zeros(candidates + 1, dtype=np.int64)
    for i in range(n):
        for c in range(candidates):
            count[c + 1] += (cost[i, c] <= reach[i] and cost[i, c] != CLOSED) or area_of[c] == i
    for c in range(candidates):
        count[c + 1] += count[c]
    place = count[:-1] + 1
    area, value = np.zeros(count[-1], dtype=np.int64), np.zeros(count[-1])
    for i in range(n):
        for c in range(candidates):
            if area_of[c] == i:
                area[count[c]], value[count[c]] = i, cost[i, c]
            elif cost[i, c] <= reach[i] and cost[i, c] != CLOSED:
                area[place[c]], value[place[c]] = i, cost[i, c]
                place[c] += 1
    starts = np.concatenate((np.zeros(1, dtype=np.int64), count[1:]))
    return starts, area, value


@njit(cache=True, nogil=True)
def _step_tolls(  # noqa: PLR0917 - plain arrays for the compiled code
    lower: FloatArray,
    upper: FloatArray,
    load: FloatArray,
    toll: FloatArray,
    step: FloatArray,
    last: FloatArray,
    cap: FloatArray,
) -> None:
    """Move the price of each limit by a step that grows while its sign stays and shrinks when it turns."""
    measures, candidates = toll.shape
    for m in range(measures):
        for c in range(candidates):
            inside = lower[m, c] <= load[m, c] <= upper[m, c]
            if inside:
                sign = -1.0 if toll[m, c] > 0.0 else (1.0 if toll[m, c] < 0.0 else 0.0)
            else:
                sign = 1.0 if load[m, c] > upper[m, c] else -1.0
            turn = sign * last[m, c]
            step[m, c] *= 1.2 if turn > 0.0 else (0.5 if turn < 0.0 else 1.0)
            last[m, c] = sign
            moved = min(cap[m], max(-cap[m], toll[m, c] + sign * step[m, c]))
            toll[m, c] = 0.0 if inside and moved * toll[m, c] < 0.0 else moved


@njit(cache=True, nogil=True)
def _chosen(value: FloatArray, fixed: IntArray, n_homes: int) -> IntArray:
    """Return the fixed candidates and the cheapest others."""
    taken = np.zeros(len(value), dtype=np.bool_)
    taken[fixed] = True
    chosen, filled = np.zeros(n_homes, dtype=np.int64), len(fixed)
    copy_to(fixed, chosen)
    for c in ascending(value):
        if filled == n_homes:
            break
        if not taken[c]:
            chosen[filled] = c
            filled += 1
    return chosen


@njit(cache=True, nogil=True)
def _climb(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one loop over plain arrays, for the compiled code
    pairs: tuple[IntArray, IntArray, FloatArray],
    limits: tuple[FloatArray, FloatArray, FloatArray],
    fixed: IntArray,
    n_homes: int,
    worth: FloatArray,
    toll: FloatArray,
    step: FloatArray,
    aim: float,
    steps: int,
) -> float:
    """Raise the bound over near pairs by subgradients, each area's in proportion to its size; improve prices in place.

    As in `bound.improve_bound`, with steps in the scale of each area: counties differ a thousandfold.
    """
    starts, area, cost = pairs
    amounts, lower, upper = limits
    n, (measures, candidates) = len(worth), toll.shape
    scale = np.full(n, 1e-3 / n)
    for m in range(measures):
        whole = max(1.0, total(amounts[m]))
        for i in range(n):
            scale[i] += amounts[m, i] / whole
    value, load, last = np.zeros(candidates), np.zeros((measures, candidates)), np.zeros((measures, candidates))
    cap = np.full(measures, np.inf)
    best, best_worth, best_toll = -np.inf, worth.copy(), toll.copy()
    used, slope, heading = toll.copy(), np.zeros(n), np.zeros(n)
    length, waited = CAUTION, 0
    for _ in range(steps):
        load[:] = 0.0
        copy_rows_to(toll, used)
        for c in range(candidates):
            amount = 0.0
            for e in range(starts[c], starts[c + 1]):
                i = area[e]
                reduced = cost[e] - worth[i]
                for m in range(measures):
                    reduced += toll[m, c] * amounts[m, i]
                if reduced < 0.0 or e == starts[c]:
                    amount += reduced
                    for m in range(measures):
                        load[m, c] += amounts[m, i]
            for m in range(measures):
                amount -= toll[m, c] * (upper[m, c] if toll[m, c] > 0.0 else lower[m, c])
            value[c] = amount
        _step_tolls(lower, upper, load, toll, step, last, cap)
        chosen = _chosen(value, fixed, n_homes)
        bound = total(worth) + total(value[chosen])
        waited = 0 if bound > best + 1e-6 * abs(best) else waited + 1
        if bound > best:
            best = bound
            copy_to(worth, best_worth)
            copy_rows_to(used, best_toll)
        if best >= aim:
            break
        if waited >= PATIENCE:
            waited, length = 0, length * 0.7
            copy_to(best_worth, worth)
            heading[:] = 0.0
            if length < LEAST_LENGTH:
                break
            continue
        slope[:] = 1.0
        for c in chosen:
            for e in range(starts[c], starts[c + 1]):
                i = area[e]
                reduced = cost[e] - worth[i]
                for m in range(measures):
                    reduced += used[m, c] * amounts[m, i]
                if reduced < 0.0 or e == starts[c]:
                    slope[i] -= 1.0
        size = 0.0
        for i in range(n):
            heading[i] = slope[i] + SMOOTHING * heading[i]
            size += scale[i] * heading[i] ** 2
        if size < 1e-12:
            break
        stride = length * (aim - bound) / size
        for i in range(n):
            worth[i] += stride * scale[i] * heading[i]
    copy_to(best_worth, worth)
    copy_rows_to(best_toll, toll)
    return best


@njit(cache=True, nogil=True)
def _full_values(  # noqa: PLR0917 - plain arrays for the compiled code
    cost: CostArray,
    area_of: IntArray,
    limits: tuple[FloatArray, FloatArray, FloatArray],
    worth: FloatArray,
    toll: FloatArray,
    value: FloatArray,
    load: FloatArray,
) -> None:
    """Write the same as `_values` over every pair."""
    amounts, lower, upper = limits
    n, candidates = cost.shape
    measures = len(amounts)
    value[:], load[:] = 0.0, 0.0
    for i in range(n):
        for c in range(candidates):
            if cost[i, c] == CLOSED:
                continue
            reduced = cost[i, c] - worth[i]
            for m in range(measures):
                reduced += toll[m, c] * amounts[m, i]
            if reduced < 0.0 or area_of[c] == i:
                value[c] += reduced
                for m in range(measures):
                    load[m, c] += amounts[m, i]
    for m in range(measures):
        for c in range(candidates):
            value[c] -= toll[m, c] * (upper[m, c] if toll[m, c] > 0.0 else lower[m, c])


@njit(cache=True, nogil=True)
def _over_all_pairs(  # noqa: PLR0917 - plain arrays for the compiled code
    cost: CostArray,
    area_of: IntArray,
    limits: tuple[FloatArray, FloatArray, FloatArray],
    fixed: IntArray,
    n_homes: int,
    worth: FloatArray,
    toll: FloatArray,
    cap: FloatArray,
) -> tuple[float, float]:
    """Return the bound over every pair, and the size of the sums behind it."""
    _, lower, upper = limits
    measures, candidates = toll.shape
    value, load, best = np.zeros(candidates), np.zeros((measures, candidates)), np.full(candidates, -np.inf)
    step, last = np.zeros((measures, candidates)), np.zeros((measures, candidates))
    for m in range(measures):
        step[m, :] = 0.01 * cap[m]
    for _ in range(LAST_LOOKS):
        _full_values(cost, area_of, limits, worth, toll, value, load)
        for c in range(candidates):
            best[c] = max(best[c], value[c])
        _step_tolls(lower, upper, load, toll, step, last, cap)
    size = 0.0
    for i in range(len(worth)):
        size += abs(worth[i])
    size += max(greatest(best), -least(best)) * n_homes
    for m in range(measures):
        size += n_homes * cap[m] * greatest(upper[m])
    return total(worth) + total(best[_chosen(best, fixed, n_homes)]), size


def lower_bound(field: Field, homes: Homes, *, aim: float, steps: int, deadline: float = math.inf) -> float:
    """Return what no choice of homes with balanced territories, divided areas allowed, can undercut.

    Parameters
    ----------
    field
        The problem.
    homes
        A good choice, which tells what is near.
    aim
        Cost of a good plan, which scales the steps.
    steps
        Smoothed steps of the prices, a fixed amount of work.
    deadline
        Safety net, monotonic seconds; the bound is weaker, but holds, if it is reached.
    """
    instance = field.instance
    k = instance.n_homes
    limits = limits_of(instance)
    arrays = (limits.amounts, limits.lower, limits.upper)
    beyond = min(BEYOND, k) - 1
    reach = np.partition(instance.cost[:, homes.homes], beyond, axis=1)[:, beyond].astype(np.float64)
    if instance.cost.size <= FEW_PAIRS:
        reach[:] = np.inf
    pairs = NearPairs(*_near_pairs(instance.cost, reach, instance.candidates))
    sizes = np.maximum(limits.amounts.sum(axis=1), 1.0)
    first_step = 0.1 * max(1.0, aim) / sizes
    step = np.tile(first_step[:, None], (1, instance.n_candidates))
    worth = _rather_near(instance.cost, instance.n_candidates // (2 * k))
    toll = np.zeros(limits.lower.shape)
    _climb(pairs, arrays, instance.fixed, k, worth, toll, step, aim, FIRST_STEPS)
    (worth, toll), opened = climb_smoothly(
        pairs,
        arrays,
        instance.fixed,
        k,
        Prices(worth, toll),
        per_home=max(1.0, aim) / k,
        steps=steps,
        deadline=deadline,
    )
    cap = DEAREST * np.abs(toll[:, opened > HARDLY_OPEN]).max(axis=1, initial=0.0) + 1e-9
    toll = np.clip(toll, -cap[:, None], cap[:, None])
    bound, size = _over_all_pairs(
        instance.cost,
        instance.candidates,
        arrays,
        instance.fixed,
        k,
        worth,
        toll,
        cap,
    )
    return max(0.0, float(bound - SAFETY * size))


def _rather_near(cost: CostArray, rank: int) -> FloatArray:
    """Return the cost of each area from the candidate of a rank among the nearest. Shape (areas,)."""
    worth = [
        np.partition(cost[first : first + ROWS_AT_ONCE], rank, axis=1)[:, rank]
        for first in range(0, len(cost), ROWS_AT_ONCE)
    ]
    near = np.concatenate(worth).astype(np.float64)
    return np.where(near == CLOSED, 0.0, near)
