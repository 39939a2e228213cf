"""Search along the borders of territories: annealed moves of units between neighbours, in compiled code."""

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit

from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray
from optimizer.territory.units import UnitProblem

ROUNDS_PER_ANNEALING: Final = 60
"""Temperatures of one annealing; after each, prices of excess are adapted."""

HOT: Final = 0.3
"""First temperature as a share of the mean cost of a unit: most moves between near homes are accepted."""

COLD: Final = 0.0005
"""Last temperature, likewise: only improvements of any size worth having pass."""


class Annealed(NamedTuple):
    """The outcome of one annealing."""

    labels: IntArray
    """Rep of each unit in the best labelling: least excess first, then least cost. Shape (units,)."""
    excess: float
    """Weighted excess over all limits; 0.0 if every limit is kept."""


def anneal(
    problem: UnitProblem, labels: IntArray, *, price: FloatArray, proposals: int, seed: int, hot: float = HOT
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
    best, excess = _anneal(
        problem.starts,
        problem.neighbours,
        problem.cost,
        problem.amounts,
        problem.lower,
        problem.upper,
        problem.moved,
        problem.moved_limit,
        problem.allowed,
        frozen,
        problem.contiguous,
        labels.astype(np.int64),
        np.append(price, unit_cost / max(1.0, float(problem.moved.mean()))),
        max(1, proposals // ROUNDS_PER_ANNEALING),
        ROUNDS_PER_ANNEALING,
        hot * unit_cost,
        COLD * unit_cost,
        seed,
    )
    return Annealed(best, float(excess))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _next(state: Any) -> float:
    """Return a number in [0, 1) and advance the state (SplitMix64, Steele et al. 2014, doi:10.1145/2660193.2660195)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)  # type: ignore[untyped-decorator]
def _excess(load: int, lower: int, upper: int) -> int:
    """Return by how much a sum lies outside its limits."""
    if load > upper:
        return load - upper
    if load < lower:
        return lower - load
    return 0


@njit(cache=True)  # type: ignore[untyped-decorator]
def stays_connected(starts: Any, neighbours: Any, labels: Any, unit: int, stamp: Any, stack: Any) -> bool:
    """Tell whether the neighbours of a unit in its territory stay joined to one another when the unit leaves.

    First within the unit's own ring, which settles most cases; else by a search through the territory. `stamp` holds a
    counter in its last place, so that marks need not be cleared.
    """
    own = labels[unit]
    first, wanted = -1, 0
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
            if labels[neighbours[e]] == own:
                stamp[neighbours[e]] = mark
        stamp[unit] = mark + 1
        stamp[first] = mark + 1
        stack[0], height, found = first, 1, 1
        while height > 0 and found < wanted:
            height -= 1
            u = stack[height]
            for e in range(starts[u], starts[u + 1]):
                v = neighbours[e]
                if labels[v] != own or stamp[v] == mark + 1:
                    continue
                if stamp[v] == mark:
                    found += 1
                elif ring_only:
                    continue
                stamp[v] = mark + 1
                stack[height] = v
                height += 1
        if found == wanted:
            return True
    return False


@njit(cache=True)  # type: ignore[untyped-decorator]
def _gain(unit: int, to: int, labels: Any, load: Any, total_moved: int, problem: Any, price: Any) -> float:
    """Return how much cost and priced excess change when a unit moves to another rep."""
    cost, amounts, lower, upper, moved, moved_limit = problem
    own = labels[unit]
    change = float(cost[unit, to] - cost[unit, own])
    n = len(amounts)
    for m in range(n):
        a = amounts[m, unit]
        if a == 0:
            continue
        was = _excess(load[m, own], lower[m, own], upper[m, own]) + _excess(load[m, to], lower[m, to], upper[m, to])
        now = _excess(load[m, own] - a, lower[m, own], upper[m, own])
        now += _excess(load[m, to] + a, lower[m, to], upper[m, to])
        change += price[m] * float(now - was)
    shift = moved[unit, to] - moved[unit, own]
    if shift != 0:
        now = _excess(total_moved + shift, 0, moved_limit)
        change += price[n] * float(now - _excess(total_moved, 0, moved_limit))
    return change


@njit(cache=True)  # type: ignore[untyped-decorator]
def _relabel(unit: int, to: int, labels: Any, load: Any, members: Any, place: Any, count: Any, amounts: Any) -> None:
    """Move a unit and keep the sums and the member lists up to date."""
    own = labels[unit]
    for m in range(len(amounts)):
        load[m, own] -= amounts[m, unit]
        load[m, to] += amounts[m, unit]
    last = members[own, count[own] - 1]
    members[own, place[unit]] = last
    place[last] = place[unit]
    count[own] -= 1
    members[to, count[to]] = unit
    place[unit] = count[to]
    count[to] += 1
    labels[unit] = to


@njit(cache=True)  # type: ignore[untyped-decorator]
def _target(unit: int, starts: Any, neighbours: Any, labels: Any, contiguous: bool, n_reps: int, state: Any) -> int:
    """Return a rep to whom a unit might move: a neighbour's, or any where contiguity is no rule."""
    if not contiguous:
        return int(_next(state) * n_reps)
    degree = starts[unit + 1] - starts[unit]
    if degree == 0:
        return int(labels[unit])
    return int(labels[neighbours[starts[unit] + int(_next(state) * degree)]])


@njit(cache=True)  # type: ignore[untyped-decorator]
def _total_excess(load: Any, lower: Any, upper: Any, total_moved: int, moved_limit: int, weight: Any) -> float:
    """Return the weighted excess over all limits."""
    total = weight[len(load)] * float(_excess(total_moved, 0, moved_limit))
    for m in range(load.shape[0]):
        for r in range(load.shape[1]):
            total += weight[m] * float(_excess(load[m, r], lower[m, r], upper[m, r]))
    return total


@njit(cache=True)  # type: ignore[untyped-decorator]
def _anneal(
    starts: Any, neighbours: Any, cost: Any, amounts: Any, lower: Any, upper: Any, moved: Any, moved_limit: int,
    allowed: Any, frozen: Any, contiguous: bool, labels: Any, weight: Any, proposals: int, rounds: int, hot: float,
    cold: float, seed: int,
) -> Any:  # fmt: skip
    """Propose single moves and chains of two; return the best labels and their weighted excess."""
    n_units, n_reps = cost.shape
    problem = (cost, amounts, lower, upper, moved, moved_limit)
    state = np.array([seed], dtype=np.uint64)
    stamp, stack = np.zeros(n_units + 1, dtype=np.int64), np.zeros(n_units, dtype=np.int64)
    load = np.zeros((len(amounts), n_reps), dtype=np.int64)
    members, place = np.zeros((n_reps, n_units), dtype=np.int32), np.zeros(n_units, dtype=np.int64)
    count = np.zeros(n_reps, dtype=np.int64)
    total_moved, total_cost = 0, 0
    for u in range(n_units):
        r = labels[u]
        members[r, count[r]], place[u] = u, count[r]
        count[r] += 1
        total_moved += moved[u, r]
        total_cost += cost[u, r]
        for m in range(len(amounts)):
            load[m, r] += amounts[m, u]
    price = weight.copy()
    excess = _total_excess(load, lower, upper, total_moved, moved_limit, weight)
    best, best_excess, best_cost = labels.copy(), excess, total_cost
    for step in range(rounds):
        heat = hot * (cold / hot) ** (step / max(1, rounds - 1))
        broken = 0
        for _ in range(proposals):
            u = int(_next(state) * n_units)
            t = _target(u, starts, neighbours, labels, contiguous, n_reps, state)
            s = labels[u]
            if t == s or frozen[u] or not allowed[u, t]:
                continue
            change = _gain(u, t, labels, load, total_moved, problem, price)
            patience = -heat * np.log(1.0 - _next(state))
            v, q = -1, -1
            if change > patience:
                v = members[t, int(_next(state) * count[t])]
                q = _target(v, starts, neighbours, labels, contiguous, n_reps, state)
                if q == t or frozen[v] or not allowed[v, q]:
                    continue
            if contiguous and not stays_connected(starts, neighbours, labels, u, stamp, stack):
                continue
            if v >= 0:
                shift = moved[u, t] - moved[u, s]
                _relabel(u, t, labels, load, members, place, count, amounts)
                change += _gain(v, q, labels, load, total_moved + shift, problem, price)
                if (
                    change > patience
                    or (contiguous and not stays_connected(starts, neighbours, labels, v, stamp, stack))
                    or (contiguous and not _touches(v, q, starts, neighbours, labels))
                ):
                    _relabel(u, s, labels, load, members, place, count, amounts)
                    continue
                total_moved += shift + moved[v, q] - moved[v, t]
                total_cost += cost[u, t] - cost[u, s] + cost[v, q] - cost[v, t]
                _relabel(v, q, labels, load, members, place, count, amounts)
            else:
                total_moved += moved[u, t] - moved[u, s]
                total_cost += cost[u, t] - cost[u, s]
                _relabel(u, t, labels, load, members, place, count, amounts)
            excess = _total_excess(load, lower, upper, total_moved, moved_limit, weight)
            if excess > 0.0:
                broken += 1
            if excess < best_excess or (excess == best_excess and total_cost < best_cost):
                best[:] = labels
                best_excess, best_cost = excess, total_cost
        if excess > 0.0:
            price *= 1.5
        elif broken == 0:
            price *= 0.8
    return best, best_excess


@njit(cache=True)  # type: ignore[untyped-decorator]
def _touches(unit: int, rep: int, starts: Any, neighbours: Any, labels: Any) -> bool:
    """Tell whether a neighbour of the unit has the rep."""
    for e in range(starts[unit], starts[unit + 1]):
        if labels[neighbours[e]] == rep:
            return True
    return False
