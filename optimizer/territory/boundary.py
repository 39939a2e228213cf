"""Search along the borders of territories: annealed moves of units between neighbours, in compiled code."""

from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.interruption import flag, requested, stoppable
from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray
from optimizer.territory.units import BoolArray, UnitProblem

ROUNDS_PER_ANNEALING: Final = 60
"""Temperatures of one annealing; after each, prices of excess are adapted."""

COLD: Final = 0.0005
"""Last temperature, likewise: only improvements of any size worth having pass."""


DEAREST: Final = 30.0
"""Excess never gets dearer than this many times its first price: above it lumps could no longer pass through."""


class Annealed(NamedTuple):
    """The outcome of one annealing."""

    labels: IntArray
    """Rep of each unit in the best labelling: least excess first, then least cost. Shape (units,)."""
    excess: float
    """Weighted excess over all limits; 0.0 if every limit is kept."""


Map = tuple[IntArray, IntArray, BoolArray, BoolArray, bool]
"""Where a move may lead, for the compiled code: starts, neighbours, allowed, frozen, contiguous."""

Limits = tuple[IntArray, IntArray, IntArray, IntArray, IntArray, int]
"""What a move changes: cost, amounts, lower, upper, moved, cap on what changes hands."""

Books = tuple[NDArray[np.int32], IntArray, IntArray]
"""Units of each territory in no order (reps, units), place of each unit in them (units,), their number (reps,)."""


def anneal(
    problem: UnitProblem, labels: IntArray, *, price: FloatArray, proposals: int, seed: int, hot: float
) -> Annealed:
    """Improve a labelling by moves along borders, keeping every territory as connected as it is.

    Parameters
    ----------
    problem
        The condensed problem.
    labels
        Rep of each unit at the start; every pair open. Shape (units,).
    price
        What one unit of excess of each measure costs at first. Shape (measures,).
    proposals
        Moves to propose, a fixed amount of work.
    seed
        Seed of the random numbers.
    hot
        First temperature, as a share of the mean cost of a unit.
    """
    size = np.bincount(problem.bundle)
    frozen = size[problem.bundle] > 1
    frozen[problem.home_unit] = True
    frozen |= problem.allowed.sum(axis=1) <= 1
    unit_cost = max(problem.total_cost(labels) / problem.n_units, 1.0)
    stop = np.zeros(1, dtype=np.int8) if requested() else flag()  # asked for before, it is done to the end
    given = (
        (problem.starts, problem.neighbours, np.ascontiguousarray(problem.allowed), frozen, problem.contiguous),
        (
            np.ascontiguousarray(problem.cost),
            np.ascontiguousarray(problem.amounts),
            np.ascontiguousarray(problem.lower),
            np.ascontiguousarray(problem.upper),
            np.ascontiguousarray(problem.moved),
            problem.moved_limit,
        ),
        labels.astype(np.int64),
        np.append(price, unit_cost / max(1.0, float(problem.moved.mean()))),
        (max(1, proposals // ROUNDS_PER_ANNEALING), ROUNDS_PER_ANNEALING, hot * unit_cost, COLD * unit_cost, seed),
        stop,
    )
    best, excess = stoppable(partial(_anneal, *given))
    return Annealed(best, float(excess))


@njit(cache=True)
def _next(state: NDArray[np.uint64]) -> float:
    """Return a number in [0, 1) and advance the state (SplitMix64, Steele et al. 2014, doi:10.1145/2660193.2660195)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)
def _excess(load: int, lower: int, upper: int) -> int:
    """Return by how much a sum lies outside its limits."""
    if load > upper:
        return load - upper
    return lower - load if load < lower else 0


@njit(cache=True)
def stays_connected(  # noqa: PLR0917 - bundled arrays cost the compiled code a factor of ten
    starts: IntArray, neighbours: IntArray, labels: IntArray, unit: int, stamp: IntArray, stack: IntArray
) -> bool:
    """Tell whether the neighbours of a unit in its territory stay joined to one another when the unit leaves.

    First within the unit's own ring, which settles most cases; else by a search through the territory. `stamp` holds a
    counter in its last place, so that marks need not be cleared.
    """
    own, first, wanted = labels[unit], -1, 0
    for e in range(starts[unit], starts[unit + 1]):
        if labels[neighbours[e]] == own:
            wanted += 1
            first = neighbours[e]
    if wanted <= 1:
        return True
    for ring_only in (True, False):
        stamp[-1] += 2
        mark = stamp[-1]
        for e in range(starts[unit], starts[unit + 1]):
            stamp[neighbours[e]] = mark
        stamp[unit] = stamp[first] = mark + 1
        stack[0], height, found = first, 1, 1
        while height > 0 and found < wanted:
            height -= 1
            u = stack[height]
            for e in range(starts[u], starts[u + 1]):
                v = neighbours[e]
                near = stamp[v] == mark
                if labels[v] == own and stamp[v] != mark + 1 and (near or not ring_only):
                    found += near
                    stamp[v] = mark + 1
                    stack[height] = v
                    height += 1
        if found == wanted:
            return True
    return False


@njit(cache=True)
def _gain(  # noqa: PLR0917 - see stays_connected
    unit: int, to: int, labels: IntArray, load: IntArray, total_moved: int, limits: Limits, price: FloatArray
) -> float:
    """Return how much cost and priced excess change when a unit moves to another rep."""
    cost, amounts, lower, upper, moved, moved_limit = limits
    own, n = labels[unit], len(amounts)
    change: float = float(cost[unit, to] - cost[unit, own])
    for m in range(n):
        a = amounts[m, unit]
        if a > 0:
            left, gained = load[m, own], load[m, to]
            now = _excess(left - a, lower[m, own], upper[m, own]) + _excess(gained + a, lower[m, to], upper[m, to])
            was = _excess(left, lower[m, own], upper[m, own]) + _excess(gained, lower[m, to], upper[m, to])
            change += price[m] * float(now - was)
    shift = moved[unit, to] - moved[unit, own]
    if shift != 0:
        change += price[n] * float(_excess(total_moved + shift, 0, moved_limit) - _excess(total_moved, 0, moved_limit))
    return change


@njit(cache=True)
def _relabel(  # noqa: PLR0917 - see stays_connected
    unit: int, to: int, labels: IntArray, load: IntArray, over: IntArray, books: Books, limits: Limits
) -> None:
    """Move a unit and keep the sums, their excess and the member lists up to date."""
    _, amounts, lower, upper, _, _ = limits
    members, place, size = books
    own = labels[unit]
    for m in range(len(amounts)):
        a = amounts[m, unit]
        if a > 0:
            over[m] -= _excess(load[m, own], lower[m, own], upper[m, own])
            over[m] -= _excess(load[m, to], lower[m, to], upper[m, to])
            load[m, own] -= a
            load[m, to] += a
            over[m] += _excess(load[m, own], lower[m, own], upper[m, own])
            over[m] += _excess(load[m, to], lower[m, to], upper[m, to])
    last = members[own, size[own] - 1]
    members[own, place[unit]] = last
    place[last] = place[unit]
    size[own] -= 1
    members[to, size[to]] = unit
    place[unit] = size[to]
    size[to] += 1
    labels[unit] = to


@njit(cache=True)
def _target(  # noqa: PLR0917 - see stays_connected
    unit: int, starts: IntArray, neighbours: IntArray, labels: IntArray, contiguous: bool, n_reps: int, draw: float
) -> int:
    """Return a rep to whom a unit might move, or its own: a neighbour's, or any where contiguity is no rule."""
    if not contiguous:
        return int(draw * n_reps)
    degree = starts[unit + 1] - starts[unit]
    return int(labels[neighbours[starts[unit] + int(draw * degree)]]) if degree > 0 else int(labels[unit])


@njit(cache=True)
def _touches(unit: int, rep: int, starts: IntArray, neighbours: IntArray, labels: IntArray) -> bool:
    """Tell whether a neighbour of the unit has the rep."""
    touching = 0
    for e in range(starts[unit], starts[unit + 1]):
        touching += labels[neighbours[e]] == rep
    return touching > 0


@njit(cache=True)
def _weighted(over: IntArray, excess_moved: int, weight: FloatArray) -> float:
    """Return the weighted excess over all limits."""
    total: float = weight[len(over)] * float(excess_moved)
    for m in range(len(over)):
        total += weight[m] * float(over[m])
    return total


@njit(cache=True)
def _stand(labels: IntArray, limits: Limits) -> tuple[IntArray, IntArray, Books, int, int]:
    """Return sums, excess, member lists, what changes hands and the cost of a labelling."""
    cost, amounts, lower, upper, moved, _ = limits
    n_units, n_reps = cost.shape
    load, over = np.zeros((len(amounts), n_reps), dtype=np.int64), np.zeros(len(amounts), dtype=np.int64)
    members, place = np.zeros((n_reps, n_units), dtype=np.int32), np.zeros(n_units, dtype=np.int64)
    size = np.zeros(n_reps, dtype=np.int64)
    total_moved, total_cost = 0, 0
    for u in range(n_units):
        r = labels[u]
        members[r, size[r]], place[u] = u, size[r]
        size[r] += 1
        total_moved += moved[u, r]
        total_cost += cost[u, r]
        for m in range(len(amounts)):
            load[m, r] += amounts[m, u]
    for m in range(len(amounts)):
        for r in range(n_reps):
            over[m] += _excess(load[m, r], lower[m, r], upper[m, r])
    return load, over, (members, place, size), total_moved, total_cost


@njit(cache=True, nogil=True)
def _anneal(  # noqa: C901, PLR0915, PLR0917 - one loop, as its state is a dozen arrays that the compiler keeps at hand
    where: Map,
    limits: Limits,
    labels: IntArray,
    weight: FloatArray,
    schedule: tuple[int, int, float, float, int],
    stop: NDArray[np.int8],
) -> tuple[IntArray, float]:
    """Propose moves of a unit, or of a unit and another one out of the territory that it joins.

    Return the best labels, least weighted excess first, then least cost, and their weighted excess.
    """
    starts, neighbours, allowed, frozen, contiguous = where
    cost, _, _, _, moved, moved_limit = limits
    proposals, rounds, hot, cold, seed = schedule
    n_units, n_reps = cost.shape
    random = np.array([seed], dtype=np.uint64)
    stamp, stack = np.zeros(n_units + 1, dtype=np.int64), np.zeros(n_units, dtype=np.int64)
    load, over, books, total_moved, total_cost = _stand(labels, limits)
    members, size = books[0], books[2]
    price = weight.copy()
    excess = _weighted(over, _excess(total_moved, 0, moved_limit), weight)
    best, best_excess, best_cost = labels.copy(), excess, total_cost
    for step in range(rounds):
        if stop[0] != 0:
            break
        heat = hot * (cold / hot) ** (step / max(1, rounds - 1))
        broken = 0
        for _ in range(proposals):
            u = int(_next(random) * n_units)
            s, t = labels[u], _target(u, starts, neighbours, labels, contiguous, n_reps, _next(random))
            if t == s or frozen[u] or not allowed[u, t]:
                continue
            change = _gain(u, t, labels, load, total_moved, limits, price)
            patience = -heat * np.log(1.0 - _next(random))
            v, q = -1, -1
            if change > patience:
                v = members[t, int(_next(random) * size[t])]
                q = _target(v, starts, neighbours, labels, contiguous, n_reps, _next(random))
                if q == t or frozen[v] or not allowed[v, q]:
                    continue
            if contiguous and not stays_connected(starts, neighbours, labels, u, stamp, stack):
                continue
            was_moved, was_cost = total_moved, total_cost
            _relabel(u, t, labels, load, over, books, limits)
            total_moved += moved[u, t] - moved[u, s]
            total_cost += cost[u, t] - cost[u, s]
            if v >= 0:
                change += _gain(v, q, labels, load, total_moved, limits, price)
                possible = change <= patience and not (
                    contiguous
                    and (
                        not stays_connected(starts, neighbours, labels, v, stamp, stack)
                        or not _touches(v, q, starts, neighbours, labels)
                    )
                )
                if not possible:
                    _relabel(u, s, labels, load, over, books, limits)
                    total_moved, total_cost = was_moved, was_cost
                    continue
                total_moved += moved[v, q] - moved[v, t]
                total_cost += cost[v, q] - cost[v, t]
                _relabel(v, q, labels, load, over, books, limits)
            excess = _weighted(over, _excess(total_moved, 0, moved_limit), weight)
            broken += excess > 0.0
            if excess < best_excess or (excess == best_excess and total_cost < best_cost):
                best[:] = labels
                best_excess, best_cost = excess, total_cost
        if excess > 0.0 and price[0] < DEAREST * weight[0]:
            price *= 1.2
        elif broken == 0:
            price *= 0.8
    return best, best_excess
