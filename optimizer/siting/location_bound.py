"""Bound the cost from below when homes are free: prices on areas, and on the balance of every candidate.

Dualising "every area has one home" with prices u leaves one choice per candidate: as a home it serves its own area and
every area that pays (c − u + λ·a < 0), and pays for its limits; the cheapest candidates become homes (Beasley 1993,
doi:10.1016/0377-2217(93)90182-M). The λ are prices inside the candidate's own choice: any values give a bound. Steps
follow Rprop for λ, and smoothed subgradients (Camerini et al. 1975, doi:10.1007/BFb0120697) for u. They look at near
pairs only; as a bound over near pairs is none, the last evaluation takes every pair.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.siting.instance import CLOSED
from optimizer.siting.location_kernels import CostArray
from optimizer.siting.location_search import Field, Homes
from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray

BEYOND: Final = 6
"""A candidate counts as near to an area if it is nearer than this many of the homes of a good plan."""

PATIENCE: Final = 12
"""Steps without a better bound before steps get shorter."""

POLISH: Final = 60
"""Steps at the end in which only the prices of the limits move."""

DEAREST: Final = 6.0
"""Greatest price of a limit, in mean costs of a territory: where near areas are too few, it would rise for ever."""

LEAST_STEP: Final = 1e-4
"""Shortest step of the price of a limit, as a share of the greatest: it has to follow the prices of areas."""

LAST_LOOKS: Final = 12
"""Steps of the prices of limits over every pair."""

SAFETY: Final = 1e-9
"""Share of the sums by which the bound is lowered for floating-point error, which is about 1e-12."""


@njit(cache=True, nogil=True)
def _near_pairs(
    cost: CostArray, reach: FloatArray, area_of: IntArray
) -> tuple[IntArray, NDArray[np.int32], FloatArray]:
    """Return starts, areas and costs of the pairs within reach, candidate by candidate; its own area comes first."""
    n, candidates = cost.shape
    count = np.zeros(candidates + 1, dtype=np.int64)
    for i in range(n):
        for c in range(candidates):
            count[c + 1] += (cost[i, c] <= reach[i] and cost[i, c] != CLOSED) or area_of[c] == i
    for c in range(candidates):
        count[c + 1] += count[c]
    place = count[:-1] + 1
    area, value = np.zeros(count[-1], dtype=np.int32), np.zeros(count[-1])
    for i in range(n):
        for c in range(candidates):
            if area_of[c] == i:
                area[count[c]], value[count[c]] = i, cost[i, c]
            elif cost[i, c] <= reach[i] and cost[i, c] != CLOSED:
                area[place[c]], value[place[c]] = i, cost[i, c]
                place[c] += 1
    return count, area, value


@njit(cache=True, nogil=True)
def _values(  # noqa: PLR0917 - plain arrays for the compiled code
    pairs: tuple[IntArray, NDArray[np.int32], FloatArray],
    amounts: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    worth: FloatArray,
    toll: FloatArray,
    value: FloatArray,
    load: FloatArray,
) -> None:
    """Write what each candidate is worth as a home, and what it would take on."""
    starts, area, cost = pairs
    measures = len(amounts)
    load[:] = 0.0
    for c in range(len(value)):
        total = 0.0
        for e in range(starts[c], starts[c + 1]):
            i = area[e]
            reduced = cost[e] - worth[i]
            for m in range(measures):
                reduced += toll[m, c] * amounts[m, i]
            if reduced < 0.0 or e == starts[c]:
                total += reduced
                for m in range(measures):
                    load[m, c] += amounts[m, i]
        for m in range(measures):
            total -= toll[m, c] * (upper[m, c] if toll[m, c] > 0.0 else lower[m, c])
        value[c] = total


@njit(cache=True, nogil=True)
def _step_tolls(  # noqa: PLR0917 - plain arrays for the compiled code
    lower: FloatArray,
    upper: FloatArray,
    load: FloatArray,
    toll: FloatArray,
    step: FloatArray,
    last: FloatArray,
    cap: float,
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
            step[m, c] = max(LEAST_STEP * cap, step[m, c] * (1.2 if turn > 0.0 else (0.5 if turn < 0.0 else 1.0)))
            last[m, c] = sign
            moved = min(cap, max(-cap, toll[m, c] + sign * step[m, c]))
            toll[m, c] = 0.0 if inside and moved * toll[m, c] < 0.0 else moved


@njit(cache=True, nogil=True)
def _settle_tolls(  # noqa: PLR0917 - plain arrays for the compiled code
    pairs: tuple[IntArray, NDArray[np.int32], FloatArray],
    limits: tuple[FloatArray, FloatArray, FloatArray],
    worth: FloatArray,
    toll: FloatArray,
    step: FloatArray,
    last: FloatArray,
    cap: float,
) -> FloatArray:
    """Improve the prices of the limits in place, those of areas given, and return what each candidate is worth."""
    amounts, lower, upper = limits
    measures, candidates = toll.shape
    value, load = np.zeros(candidates), np.zeros((measures, candidates))
    best_value, best_toll = np.full(candidates, -np.inf), toll.copy()
    for _ in range(POLISH):
        _values(pairs, amounts, lower, upper, worth, toll, value, load)
        for c in range(candidates):
            if value[c] > best_value[c]:
                best_value[c] = value[c]
                best_toll[:, c] = toll[:, c]
        _step_tolls(lower, upper, load, toll, step, last, cap)
    toll[:] = best_toll
    return best_value


@njit(cache=True, nogil=True)
def _chosen(value: FloatArray, fixed: IntArray, n_homes: int) -> IntArray:
    """Return the fixed candidates and the cheapest others."""
    taken = np.zeros(len(value), dtype=np.bool_)
    taken[fixed] = True
    chosen, filled = np.zeros(n_homes, dtype=np.int64), len(fixed)
    chosen[:filled] = fixed
    for c in np.argsort(value, kind="mergesort"):
        if filled == n_homes:
            break
        if not taken[c]:
            chosen[filled] = c
            filled += 1
    return chosen


@njit(cache=True, nogil=True)
def _climb(  # noqa: PLR0917 - plain arrays for the compiled code
    pairs: tuple[IntArray, NDArray[np.int32], FloatArray],
    limits: tuple[FloatArray, FloatArray, FloatArray],
    fixed: IntArray,
    n_homes: int,
    worth: FloatArray,
    toll: FloatArray,
    scale: FloatArray,
    first_step: float,
    cap: float,
    aim: float,
    steps: int,
) -> float:
    """Improve the prices in place and return their bound over the near pairs."""
    amounts, lower, upper = limits
    starts, area, cost = pairs
    n, (measures, candidates) = len(worth), toll.shape
    value, load = np.zeros(candidates), np.zeros((measures, candidates))
    step, last = np.full((measures, candidates), first_step), np.zeros((measures, candidates))
    best, best_worth, best_toll = -np.inf, worth.copy(), toll.copy()
    slope, heading = np.zeros(n), np.zeros(n)
    length, waited = 1.0, 0
    _settle_tolls(pairs, limits, worth, toll, step, last, cap)
    for _ in range(steps):
        _values(pairs, amounts, lower, upper, worth, toll, value, load)
        chosen = _chosen(value, fixed, n_homes)
        bound = worth.sum() + value[chosen].sum()
        slope[:] = 1.0
        for c in chosen:
            for e in range(starts[c], starts[c + 1]):
                i = area[e]
                reduced = cost[e] - worth[i]
                for m in range(measures):
                    reduced += toll[m, c] * amounts[m, i]
                if reduced < 0.0 or e == starts[c]:
                    slope[i] -= 1.0
        if bound > best:
            best, waited = bound, 0
            best_worth[:] = worth
            best_toll[:] = toll
        else:
            waited += 1
            if waited >= PATIENCE:
                waited, length = 0, length * 0.7
        heading = 0.7 * heading + 0.3 * slope
        size = (scale * heading**2).sum()
        if size < 1e-12 * scale.sum():
            break
        worth += length * max(aim - bound, 1e-6 * abs(aim)) / size * scale * heading
        _step_tolls(lower, upper, load, toll, step, last, cap)
    worth[:] = best_worth
    toll[:] = best_toll
    best_value = _settle_tolls(pairs, limits, worth, toll, step, last, cap)
    return float(worth.sum() + best_value[_chosen(best_value, fixed, n_homes)].sum())


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
    first_step: float,
    cap: float,
) -> tuple[float, float]:
    """Return the bound over every pair, and the size of the sums behind it."""
    _, lower, upper = limits
    measures, candidates = toll.shape
    value, load, best = np.zeros(candidates), np.zeros((measures, candidates)), np.full(candidates, -np.inf)
    step, last = np.full((measures, candidates), 0.2 * first_step), np.zeros((measures, candidates))
    for _ in range(LAST_LOOKS):
        _full_values(cost, area_of, limits, worth, toll, value, load)
        best = np.maximum(best, value)
        _step_tolls(lower, upper, load, toll, step, last, cap)
    size = np.abs(worth).sum() + (np.abs(best).max() + cap * measures) * n_homes
    return worth.sum() + best[_chosen(best, fixed, n_homes)].sum(), size


def lower_bound(field: Field, homes: Homes, *, aim: float, steps: int) -> float:
    """Return what no choice of homes with balanced territories, divided areas allowed, can undercut.

    Parameters
    ----------
    field
        The problem.
    homes
        A good choice, whose prices are a good start.
    aim
        Cost of a good plan, which scales the steps.
    steps
        Steps of the prices, a fixed amount of work.
    """
    instance = field.instance
    amounts, lower, upper = field.limits
    n_fixed, free = len(instance.fixed), np.ones(instance.n_candidates, dtype=np.bool_)
    free[instance.fixed] = False
    low, high = np.zeros((len(lower), len(free))), np.zeros((len(lower), len(free)))
    for part, given in ((low, lower), (high, upper)):
        part[:, free] = given[:, n_fixed:].max(axis=1, initial=0.0)[:, None]
        part[:, instance.fixed] = given[:, :n_fixed]
    labels = homes.labels
    cost = instance.cost[np.arange(instance.n_areas), homes.homes[labels]].astype(np.float64)
    worth = cost.copy()
    beyond = min(BEYOND, instance.n_homes) - 1
    reach = np.maximum(np.partition(instance.cost[:, homes.homes], beyond, axis=1)[:, beyond], worth)
    toll = np.zeros((len(amounts), instance.n_candidates))
    pairs = _near_pairs(instance.cost, reach, instance.candidates)
    limits = (amounts, low, high)
    scale = amounts.mean(axis=0) + 1e-3 / instance.n_areas
    first_step = 0.05 * max(1.0, aim) / instance.n_homes
    cap = DEAREST * max(1.0, aim) / instance.n_homes
    _climb(pairs, limits, instance.fixed, instance.n_homes, worth, toll, scale, first_step, cap, aim, steps)
    bound, size = _over_all_pairs(
        instance.cost, instance.candidates, limits, instance.fixed, instance.n_homes, worth, toll, first_step, cap
    )
    return max(0.0, float(bound - SAFETY * size))
