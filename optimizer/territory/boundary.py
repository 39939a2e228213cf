"""Search along the borders of territories: annealed moves of units between neighbours, in compiled code."""

from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.interruption import flag, requested, stoppable
from optimizer.plain_arrays import copy_to
from optimizer.territory.adjacent import stays_connected, touches
from optimizer.territory.bound import FloatArray
from optimizer.territory.excess import scales
from optimizer.territory.instance import IntArray
from optimizer.territory.units import BoolArray, UnitProblem

ROUNDS_PER_ANNEALING: Final = 240
"""Temperatures of one annealing; after each, prices of excess are adapted."""

COLD: Final = 0.0005
"""Last temperature, likewise: only improvements of any size worth having pass."""

DEARER: Final = 1.05
"""Factor on the price of a limit that is exceeded when a round ends."""

CHEAPER: Final = 0.95
"""Factor on the price of a limit that is kept when a round ends."""

GIVING: Final = 0.5
"""Share of the rounds after which prices no longer fall, so that the search ends inside the limits where it can."""

DEAREST: Final = 30.0
"""Excess never gets dearer than this many times its first price: above it lumps could no longer pass through."""

CHEAPEST: Final = 0.05
"""Nor cheaper than this many times: a limit that has been slack for long must still count when it is reached."""


class Annealed(NamedTuple):
    """The outcome of one annealing."""

    labels: IntArray
    """Rep of each unit in the best labelling. Shape (units,)."""
    excess: float
    """Total excess over all limits as a share of a mean territory; 0.0 if every limit is kept."""


Map = tuple[IntArray, IntArray, BoolArray, BoolArray, bool]
"""Where a move may lead, for the compiled code: starts, neighbours, allowed, frozen, contiguous."""

Limits = tuple[IntArray, IntArray, IntArray, IntArray, IntArray, int]
"""What a move changes: cost, amounts, lower, upper, moved, cap on what changes hands."""

Groups = tuple[IntArray, IntArray, NDArray[np.int32], int]
"""Split groups: where those of each unit start, the groups, the units that each rep serves of each (groups, reps), and
the price of each rep beyond the first."""

Books = tuple[NDArray[np.int32], IntArray, IntArray]
"""Units of each territory in no order (reps, units), place of each unit in them (units,), their number (reps,)."""


def anneal(
    problem: UnitProblem,
    labels: IntArray,
    *,
    price: FloatArray,
    proposals: int,
    seed: int,
    hot: float,
    worth: float | None = None,
) -> Annealed:
    """Improve a labelling by moves along borders, keeping every territory as connected as it is.

    Parameters
    ----------
    problem
        The condensed problem.
    labels
        Rep of each unit at the start; every pair open. Shape (units,).
    price
        What one unit of excess of each measure costs at first, for all reps or each. Shape (measures,) or
        (measures, reps).
    proposals
        Moves to propose, a fixed amount of work.
    seed
        Seed of the random numbers.
    hot
        First temperature, as a share of the mean cost of a unit.
    worth
        Cost that makes up for excess of a whole mean territory where labellings are compared; without it, no cost does.
    """
    size = np.bincount(problem.bundle)
    frozen = size[problem.bundle] > 1
    frozen[problem.home_unit] = True
    frozen |= problem.allowed.sum(axis=1) <= 1
    unit_cost = max(problem.total_cost(labels) / problem.n_units, 1.0)
    each = np.broadcast_to(price if price.ndim == 2 else price[:, None], problem.lower.shape).astype(np.float64)
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
        _groups(problem, labels),
        labels.astype(np.int64),
        (each, unit_cost / max(1.0, float(problem.moved.mean())), -1.0 if worth is None else worth),
        np.append(scales(problem), 1.0 / max(1.0, float(problem.moved.max(axis=1).sum()))),
        (max(1, proposals // ROUNDS_PER_ANNEALING), ROUNDS_PER_ANNEALING, hot * unit_cost, COLD * unit_cost, seed),
        stop,
    )
    best, excess = stoppable(partial(_anneal, *given))
    return Annealed(best, float(excess))


def _groups(problem: UnitProblem, labels: IntArray) -> Groups:
    """Return the split groups of each unit and how many of their units each rep serves."""
    unit, group = problem.split_members.T
    order = np.argsort(unit, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=problem.n_units))]).astype(np.int64)
    count = np.zeros((int(group.max(initial=-1)) + 1, problem.n_reps), dtype=np.int32)
    np.add.at(count, (group, labels[unit]), 1)
    return starts, np.ascontiguousarray(group[order], dtype=np.int64), count, problem.split_price


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
def _split_change(unit: int, own: int, to: int, groups: Groups) -> int:
    """Return how much the price of split groups changes when a unit moves to another rep."""
    starts, group, count, price = groups
    change = 0
    for e in range(starts[unit], starts[unit + 1]):
        change += price * (int(count[group[e], to] == 0) - int(count[group[e], own] == 1))
    return change


@njit(cache=True)
def _gain(  # noqa: PLR0917 - see stays_connected
    unit: int,
    to: int,
    labels: IntArray,
    load: IntArray,
    total_moved: int,
    limits: Limits,
    groups: Groups,
    price: FloatArray,
    move_price: float,
) -> float:
    """Return how much cost and priced excess change when a unit moves to another rep."""
    cost, amounts, lower, upper, moved, moved_limit = limits
    own = labels[unit]
    change: float = float(cost[unit, to] - cost[unit, own] + _split_change(unit, own, to, groups))
    for m in range(len(amounts)):
        a = amounts[m, unit]
        if a > 0:
            left, gained = load[m, own], load[m, to]
            change += price[m, own] * float(
                _excess(left - a, lower[m, own], upper[m, own]) - _excess(left, lower[m, own], upper[m, own])
            )
            change += price[m, to] * float(
                _excess(gained + a, lower[m, to], upper[m, to]) - _excess(gained, lower[m, to], upper[m, to])
            )
    shift = moved[unit, to] - moved[unit, own]
    if shift != 0:
        change += move_price * float(
            _excess(total_moved + shift, 0, moved_limit) - _excess(total_moved, 0, moved_limit)
        )
    return change


@njit(cache=True)
def _relabel(  # noqa: PLR0917 - see stays_connected
    unit: int, to: int, labels: IntArray, load: IntArray, over: IntArray, books: Books, limits: Limits, groups: Groups
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
    starts, group, count, _ = groups
    for e in range(starts[unit], starts[unit + 1]):
        count[group[e], own] -= 1
        count[group[e], to] += 1
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


@njit(cache=True)
def _adapt(  # noqa: PLR0917 - see stays_connected
    price: FloatArray, first: FloatArray, load: IntArray, lower: IntArray, upper: IntArray, cheaper: float
) -> None:
    """Make limits that are exceeded dearer and those that are kept cheaper, within bounds."""
    for m in range(price.shape[0]):
        for r in range(price.shape[1]):
            if _excess(load[m, r], lower[m, r], upper[m, r]) > 0:
                price[m, r] = min(price[m, r] * DEARER, first[m, r] * DEAREST)
            else:
                price[m, r] = max(price[m, r] * cheaper, first[m, r] * CHEAPEST)


@njit(cache=True, nogil=True)
def _anneal(  # noqa: C901, PLR0912, PLR0915, PLR0917 - one loop, as its state is a dozen arrays that the compiler keeps at hand
    where: Map,
    limits: Limits,
    groups: Groups,
    labels: IntArray,
    prices: tuple[FloatArray, float, float],
    weight: FloatArray,
    schedule: tuple[int, int, float, float, int],
    stop: NDArray[np.int8],
) -> tuple[IntArray, float]:
    """Propose moves of a unit, or of a unit and another one out of the territory that it joins.

    Return the best labels and their weighted excess. A list of the units changed since the best labels were written
    spares copies of all labels.
    """
    starts, neighbours, allowed, frozen, contiguous = where
    cost, _, lower, upper, moved, moved_limit = limits
    proposals, rounds, hot, cold, seed = schedule
    first_price, move_price, worth = prices
    n_units, n_reps = cost.shape
    random = np.array([seed], dtype=np.uint64)
    stamp, stack = np.zeros(n_units + 1, dtype=np.int64), np.zeros(n_units, dtype=np.int64)
    load, over, books, total_moved, total_cost = _stand(labels, limits)
    members, size = books[0], books[2]
    price = first_price.copy()
    excess = _weighted(over, _excess(total_moved, 0, moved_limit), weight)
    best, best_excess, best_cost = labels.copy(), excess, total_cost
    changed, n_changed = np.zeros(n_units + 2, dtype=np.int64), 0
    for step in range(rounds):
        if stop[0] != 0:
            break
        heat = hot * (cold / hot) ** (step / max(1, rounds - 1))
        for _ in range(proposals):
            u = int(_next(random) * n_units)
            s, t = labels[u], _target(u, starts, neighbours, labels, contiguous, n_reps, _next(random))
            if t == s or frozen[u] or not allowed[u, t]:
                continue
            change = _gain(u, t, labels, load, total_moved, limits, groups, price, move_price)
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
            total_cost += cost[u, t] - cost[u, s] + _split_change(u, s, t, groups)
            total_moved += moved[u, t] - moved[u, s]
            _relabel(u, t, labels, load, over, books, limits, groups)
            if v >= 0:
                change += _gain(v, q, labels, load, total_moved, limits, groups, price, move_price)
                possible = change <= patience and not (
                    contiguous
                    and (
                        not stays_connected(starts, neighbours, labels, v, stamp, stack)
                        or not touches(v, q, starts, neighbours, labels)
                    )
                )
                if not possible:
                    _relabel(u, s, labels, load, over, books, limits, groups)
                    total_moved, total_cost = was_moved, was_cost
                    continue
                total_cost += cost[v, q] - cost[v, t] + _split_change(v, t, q, groups)
                total_moved += moved[v, q] - moved[v, t]
                _relabel(v, q, labels, load, over, books, limits, groups)
            if n_changed < n_units:
                changed[n_changed] = u
                changed[n_changed + 1] = max(v, 0)
                n_changed += 2
            excess = _weighted(over, _excess(total_moved, 0, moved_limit), weight)
            better = excess < best_excess or (excess == best_excess and total_cost < best_cost)
            if worth >= 0.0:
                better = total_cost - best_cost < worth * (best_excess - excess)
            if better:
                if n_changed >= n_units:
                    copy_to(labels, best)
                for e in range(n_changed):
                    best[changed[e]] = labels[changed[e]]
                best_excess, best_cost, n_changed = excess, total_cost, 0
        _adapt(price, first_price, load, lower, upper, CHEAPER if step < GIVING * rounds else 1.0)
    return best, best_excess
