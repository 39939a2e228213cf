"""Search along the borders of territories: annealed moves of units between neighbours, in compiled code."""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray
from optimizer.territory.units import BoolArray, UnitProblem

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


class Map(NamedTuple):
    """What a move must respect, as arrays for the compiled code."""

    starts: IntArray
    neighbours: IntArray
    allowed: BoolArray
    frozen: BoolArray
    """Units that never move. Shape (units,)."""
    contiguous: bool


class Limits(NamedTuple):
    """What a move changes."""

    cost: IntArray
    amounts: IntArray
    lower: IntArray
    upper: IntArray
    moved: IntArray
    moved_limit: int


class Schedule(NamedTuple):
    """How long and how hot to anneal."""

    proposals: int
    """Proposals at each temperature."""
    rounds: int
    hot: float
    cold: float
    seed: int


class _State(NamedTuple):
    """Where the search stands; all arrays are changed in place."""

    labels: IntArray
    load: IntArray
    """Sum of each measure over each territory. Shape (measures, reps)."""
    total: IntArray
    """What changes hands, and the cost. Shape (2,)."""
    members: NDArray[np.int32]
    """The units of each territory, in no order. Shape (reps, units)."""
    place: IntArray
    """Where each unit stands in `members`. Shape (units,)."""
    size: IntArray
    """Units of each territory. Shape (reps,)."""
    random: NDArray[np.uint64]
    stamp: IntArray
    stack: IntArray


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
        Map(problem.starts, problem.neighbours, problem.allowed, frozen, problem.contiguous),
        Limits(problem.cost, problem.amounts, problem.lower, problem.upper, problem.moved, problem.moved_limit),
        labels.astype(np.int64),
        np.append(price, unit_cost / max(1.0, float(problem.moved.mean()))),
        Schedule(
            max(1, proposals // ROUNDS_PER_ANNEALING), ROUNDS_PER_ANNEALING, hot * unit_cost, COLD * unit_cost, seed
        ),
    )
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
    return max(load - upper, lower - load, 0)


@njit(cache=True)
def stays_connected(
    links: tuple[IntArray, IntArray], labels: IntArray, unit: int, stamp: IntArray, stack: IntArray
) -> bool:
    """Tell whether the neighbours of a unit in its territory stay joined to one another when the unit leaves.

    First within the unit's own ring, which settles most cases; else by a search through the territory. `stamp` holds a
    counter in its last place, so that marks need not be cleared.
    """
    starts, neighbours = links
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
def _gain(unit: int, to: int, at: _State, limits: Limits, price: FloatArray) -> float:
    """Return how much cost and priced excess change when a unit moves to another rep."""
    own, n = at.labels[unit], len(limits.amounts)
    lower, upper = limits.lower, limits.upper
    change = float(limits.cost[unit, to] - limits.cost[unit, own])
    for m in range(n):
        a = limits.amounts[m, unit]
        if a > 0:
            left, gained = at.load[m, own], at.load[m, to]
            now = _excess(left - a, lower[m, own], upper[m, own]) + _excess(gained + a, lower[m, to], upper[m, to])
            was = _excess(left, lower[m, own], upper[m, own]) + _excess(gained, lower[m, to], upper[m, to])
            change += price[m] * float(now - was)
    shift = limits.moved[unit, to] - limits.moved[unit, own]
    if shift != 0:
        now = _excess(at.total[0] + shift, 0, limits.moved_limit)
        change += price[n] * float(now - _excess(at.total[0], 0, limits.moved_limit))
    return change


@njit(cache=True)
def _relabel(unit: int, to: int, at: _State, limits: Limits) -> None:
    """Move a unit and keep the sums and the member lists up to date."""
    own = at.labels[unit]
    for m in range(len(limits.amounts)):
        at.load[m, own] -= limits.amounts[m, unit]
        at.load[m, to] += limits.amounts[m, unit]
    at.total[0] += limits.moved[unit, to] - limits.moved[unit, own]
    at.total[1] += limits.cost[unit, to] - limits.cost[unit, own]
    last = at.members[own, at.size[own] - 1]
    at.members[own, at.place[unit]] = last
    at.place[last] = at.place[unit]
    at.size[own] -= 1
    at.members[to, at.size[to]] = unit
    at.place[unit] = at.size[to]
    at.size[to] += 1
    at.labels[unit] = to


@njit(cache=True)
def _target(unit: int, at: _State, where: Map) -> int:
    """Return a rep to whom a unit might move, or its own: a neighbour's, or any where contiguity is no rule."""
    own = at.labels[unit]
    if where.frozen[unit]:
        return int(own)
    if where.contiguous:
        degree = where.starts[unit + 1] - where.starts[unit]
        if degree == 0:
            return int(own)
        to = at.labels[where.neighbours[where.starts[unit] + int(_next(at.random) * degree)]]
    else:
        to = int(_next(at.random) * len(at.size))
    return int(to) if where.allowed[unit, to] else int(own)


@njit(cache=True)
def _may_leave(unit: int, at: _State, where: Map) -> bool:
    """Tell whether a unit can leave its territory without breaking it."""
    if not where.contiguous:
        return True
    return bool(stays_connected((where.starts, where.neighbours), at.labels, unit, at.stamp, at.stack))


@njit(cache=True)
def _may_join(unit: int, rep: int, at: _State, where: Map) -> bool:
    """Tell whether a unit touches a territory."""
    if not where.contiguous:
        return True
    touching = 0
    for e in range(where.starts[unit], where.starts[unit + 1]):
        touching += at.labels[where.neighbours[e]] == rep
    return touching > 0


@njit(cache=True)
def _total_excess(at: _State, limits: Limits, weight: FloatArray) -> float:
    """Return the weighted excess over all limits."""
    total = weight[len(at.load)] * float(_excess(at.total[0], 0, limits.moved_limit))
    for m in range(at.load.shape[0]):
        for r in range(at.load.shape[1]):
            total += weight[m] * float(_excess(at.load[m, r], limits.lower[m, r], limits.upper[m, r]))
    return float(total)


@njit(cache=True)
def _stand(labels: IntArray, limits: Limits, seed: int) -> _State:
    """Return the state of a labelling."""
    n_units, n_reps = limits.cost.shape
    at = _State(
        labels,
        np.zeros((len(limits.amounts), n_reps), dtype=np.int64),
        np.zeros(2, dtype=np.int64),
        np.zeros((n_reps, n_units), dtype=np.int32),
        np.zeros(n_units, dtype=np.int64),
        np.zeros(n_reps, dtype=np.int64),
        np.array([seed], dtype=np.uint64),
        np.zeros(n_units + 1, dtype=np.int64),
        np.zeros(n_units, dtype=np.int64),
    )
    for u in range(n_units):
        r = labels[u]
        at.members[r, at.size[r]], at.place[u] = u, at.size[r]
        at.size[r] += 1
        at.total[0] += limits.moved[u, r]
        at.total[1] += limits.cost[u, r]
        for m in range(len(limits.amounts)):
            at.load[m, r] += limits.amounts[m, u]
    return at


@njit(cache=True)
def _step(at: _State, where: Map, limits: Limits, price: FloatArray, patience: float) -> bool:
    """Propose to move a unit, or also another one out of the territory that it joins; tell whether it was done."""
    u = int(_next(at.random) * len(at.labels))
    s, t = at.labels[u], _target(u, at, where)
    if t == s:
        return False
    change = _gain(u, t, at, limits, price)
    if change <= patience:
        if not _may_leave(u, at, where):
            return False
        _relabel(u, t, at, limits)
        return True
    v = at.members[t, int(_next(at.random) * at.size[t])]
    q = _target(v, at, where)
    if q == t or not _may_leave(u, at, where):
        return False
    _relabel(u, t, at, limits)
    change += _gain(v, q, at, limits, price)
    if change <= patience and _may_leave(v, at, where) and _may_join(v, q, at, where):
        _relabel(v, q, at, limits)
        return True
    _relabel(u, s, at, limits)
    return False


@njit(cache=True)
def _anneal(
    where: Map, limits: Limits, labels: IntArray, weight: FloatArray, schedule: Schedule
) -> tuple[IntArray, float]:
    """Anneal; return the best labels, least weighted excess first, then least cost."""
    at = _stand(labels, limits, schedule.seed)
    price = weight.copy()
    excess = _total_excess(at, limits, weight)
    best, best_excess, best_cost = labels.copy(), excess, at.total[1]
    for step in range(schedule.rounds):
        heat = schedule.hot * (schedule.cold / schedule.hot) ** (step / max(1, schedule.rounds - 1))
        broken = 0
        for _ in range(schedule.proposals):
            if not _step(at, where, limits, price, -heat * np.log(1.0 - _next(at.random))):
                continue
            excess = _total_excess(at, limits, weight)
            broken += excess > 0.0
            if excess < best_excess or (excess == best_excess and at.total[1] < best_cost):
                best[:] = at.labels
                best_excess, best_cost = excess, at.total[1]
        if excess > 0.0:
            price *= 1.5
        elif broken == 0:
            price *= 0.8
    return best, best_excess
