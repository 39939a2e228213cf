"""Price the balance of large problems: steps along the subgradient, then linear programs over the columns that count.

The full linear program over all pairs takes minutes from some hundred thousand pairs on. At good prices all but the
units along borders have one clearly cheapest rep, and a program over the rest gives better prices. Where homes lie far
from where the amounts are, good prices are far away, and a program free to choose them swings from one extreme to the
other: it may change each price only by so much at a time (boxstep method, Marsten, Hogan & Blankenship 1975,
doi:10.1287/opre.23.3.389). Columns that no change inside a small box can turn cheapest are left out at no loss; the box
grows while what a program foretells comes true, and shrinks where columns were missing, which then come in. Every bound
is the Lagrangian over all open pairs, so it holds whatever was left out and whenever the programs end.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.territory.instance import NO_LIMIT, IntArray
from optimizer.territory.pricing_program import Box, Columns, Divided, cheapest_division, solve_program

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

CANDIDATES: Final = 24
"""Cheapest reps of each bundle that the subgradient steps look at."""

STEPS: Final = 120
"""Subgradient steps; the linear programs make up for what they miss."""

FIRST_STEP: Final = 0.3
"""First step: change of a price for a territory out of balance by all of itself, as a share of a territory's cost."""

SHRINK: Final = 0.96
"""Each step is so much shorter than the one before."""

COLUMNS_PER_LIMIT: Final = 30
"""Columns per limit in a program beside the cheapest of each bundle, those that prices turn soonest."""

FIRST_BOX: Final = 4.0
"""Side of the first box, as a multiple of the change of prices at which a column left out can be missed."""

FORETOLD: Final = (0.9, 0.3)
"""Share of the foretold gain from which on the box grows, and below which it shrinks."""

WIDER: Final = 4.0
"""Factor on the box where the gain came true."""

NARROWER: Final = 0.5
"""Factor on the box where little of the gain came true; where none did, its square."""

ROUNDS: Final = 80
"""Linear programs at most; some 5 to 40 are needed."""

ROUNDING: Final = 1e-9
"""Share of the size of the sums that is taken off a proof for floating-point error; the true error is about 1e-12."""

PIVOTS: Final = 400_000
"""Steps of the simplex method in all, after which no other program is begun; some 2,000 are needed for each."""

CLOSE_ENOUGH: Final = 1e-7
"""Share of the value by which the last program and the bound may differ."""


class Prices(NamedTuple):
    """Prices and what they prove."""

    balance: FloatArray
    """Price of one unit more of each measure on each rep, negative where more is wanted. Shape (measures, reps)."""
    move: float
    """Price of one unit more that changes hands, not negative."""
    value: float
    """The Lagrangian: no labelling that keeps the limits costs less."""
    size: float
    """Sum of the sizes of what was added up, to allow for rounding."""


def price_limits(columns: Columns, *, excess_price: float) -> tuple[Prices, Divided]:
    """Return prices whose Lagrangian is as high as the linear program's, and the program's division.

    The work is limited by the number of programs and of their pivots, never by the clock; if it is used up, the prices
    are the best found, and prove what they prove.

    Parameters
    ----------
    columns
        The problem; every bundle has an open pair, and there is a limit.
    excess_price
        What exceeding a limit by a whole mean territory costs in the programs: no price is higher.
    """
    reduced, best = _evaluate(columns, _descend(columns), 0.0)
    missed = reduced == 0.0
    divided = cheapest_division(columns, reduced)
    wide, pivots = FIRST_BOX, 0
    for _ in range(ROUNDS):
        near, side = _near(columns, reduced)
        box = _box_around(columns, best, wide * side, excess_price)
        answer = solve_program(columns, near | missed, box)
        if answer is None:
            break
        divided, pivots = answer.divided, pivots + answer.pivots
        there, prices = _evaluate(columns, answer.balance, answer.move)
        foretold, gained = answer.value - best.value, prices.value - best.value
        missed |= there == 0.0
        if gained > 0.0:
            reduced, best = there, prices
        if gained >= FORETOLD[0] * foretold:
            missed = there == 0.0
        if foretold <= CLOSE_ENOUGH * best.size or pivots > PIVOTS:
            break
        if not answer.on_side and answer.value - best.value <= CLOSE_ENOUGH * best.size:
            break
        if gained >= FORETOLD[0] * foretold:
            wide *= WIDER
        elif gained < FORETOLD[1] * foretold:
            wide *= NARROWER if gained > 0.0 else NARROWER**2
    return best, divided


def reduced_costs(columns: Columns, prices: Prices) -> FloatArray:
    """Return by how much each pair is dearer than the cheapest of its bundle; infinite for closed pairs."""
    reduced = np.empty(columns.cost.shape)
    _reduce(columns.cost, columns.amounts, columns.moved, columns.allowed, prices.balance, prices.move, reduced)
    return reduced


def excess_proven(columns: Columns, prices: Prices, excess_price: float) -> float:
    """Return what prices prove about the least excess, as a share of a mean territory; not positive: nothing.

    Without costs, prices of at most one per share of a territory prove by how much limits are exceeded at least.
    """
    free = columns._replace(cost=np.zeros_like(columns.cost))
    _, proven = _evaluate(free, prices.balance / excess_price, prices.move / excess_price)
    return proven.value - ROUNDING * proven.size


def _evaluate(columns: Columns, balance: FloatArray, move: float) -> tuple[FloatArray, Prices]:
    """Return the reduced costs and the Lagrangian at given prices."""
    reduced = np.empty(columns.cost.shape)
    least = _reduce(columns.cost, columns.amounts, columns.moved, columns.allowed, balance, move, reduced)
    above, below = np.maximum(balance, 0.0), np.maximum(-balance, 0.0)
    cap = move * columns.moved_limit if move > 0.0 else 0.0
    limits = np.where(above > 0.0, above * columns.upper, 0.0) - below * columns.lower
    value = float(least.sum() - limits.sum() - cap)
    size = float(np.abs(least).sum() + np.abs(limits).sum() + cap)
    return reduced, Prices(balance, move, value, size)


@njit(cache=True)
def _reduce(  # noqa: PLR0917 - bundled arrays cost the compiled code much
    cost: IntArray,
    amounts: IntArray,
    moved: IntArray,
    allowed: BoolArray,
    balance: FloatArray,
    move: float,
    reduced: FloatArray,
) -> FloatArray:
    """Write the reduced cost of every pair; return the least priced cost of each bundle."""
    n, reps = cost.shape
    least = np.empty(n)
    for b in range(n):
        lowest = np.inf
        for r in range(reps):
            priced = np.inf
            if allowed[b, r]:
                priced = float(cost[b, r])
                if move > 0.0:
                    priced += move * moved[b, r]
                for m in range(len(amounts)):
                    priced += balance[m, r] * amounts[m, b]
                lowest = min(lowest, priced)
            reduced[b, r] = priced
        least[b] = lowest
        for r in range(reps):
            reduced[b, r] -= lowest
    return least


def _descend(columns: Columns) -> FloatArray:
    """Return prices after subgradient steps over the cheapest reps of each bundle. Shape (measures, reps)."""
    bundles, reps = columns.cost.shape
    weight = columns.weight()
    many = min(CANDIDATES, reps)
    cost = np.where(columns.allowed, columns.cost, NO_LIMIT) if not columns.allowed.all() else columns.cost
    nearest = (
        np.argpartition(cost, many - 1, axis=1)[:, :many] if many < reps else np.tile(np.arange(reps), (bundles, 1))
    )
    near_cost = np.take_along_axis(cost, nearest, axis=1).astype(np.float64)
    total = float(near_cost.min(axis=1).sum())
    share = columns.amounts.T * weight
    return (
        _steps(
            nearest,
            near_cost,
            np.ascontiguousarray(share),
            columns.lower * weight[:, None],
            columns.upper * weight[:, None],
            FIRST_STEP * max(total, 1.0) / reps,
        )
        * weight[:, None]
    )


@njit(cache=True)
def _steps(  # noqa: PLR0917 - see _reduce
    nearest: IntArray, cost: FloatArray, share: FloatArray, lower: FloatArray, upper: FloatArray, step: float
) -> FloatArray:
    """Walk along deflected subgradients (Camerini, Fratta & Maffioli 1975) by shrinking steps; return prices."""
    measures, reps = lower.shape
    price, direction, load = np.zeros((measures, reps)), np.zeros((measures, reps)), np.zeros((measures, reps))
    for _ in range(STEPS):
        load[:] = 0.0
        for b in range(len(nearest)):
            lowest, chosen = np.inf, 0
            for k in range(nearest.shape[1]):
                r = nearest[b, k]
                priced = cost[b, k]
                for m in range(measures):
                    priced += price[m, r] * share[b, m]
                if priced < lowest:
                    lowest, chosen = priced, r
            for m in range(measures):
                load[m, chosen] += share[b, m]
        for m in range(measures):
            for r in range(reps):
                over = max(load[m, r] - upper[m, r], 0.0) if price[m, r] <= 0.0 else load[m, r] - upper[m, r]
                short = max(lower[m, r] - load[m, r], 0.0) if price[m, r] >= 0.0 else lower[m, r] - load[m, r]
                gradient = over if price[m, r] > 0.0 else (-short if price[m, r] < 0.0 else over - short)
                direction[m, r] = 0.7 * direction[m, r] + 0.3 * gradient
                price[m, r] += step * direction[m, r]
        step *= SHRINK
    return price


def _near(columns: Columns, reduced: FloatArray) -> tuple[BoolArray, float]:
    """Return the columns that prices turn soonest, and the change of all prices that turns none of the others."""
    share = (columns.amounts.T * columns.weight()).sum(axis=1)
    if columns.moved_limit != NO_LIMIT:
        share += columns.moved.max(axis=1) * columns.moved_weight()
    ratio = reduced / np.maximum(share, 1e-12)[:, None]
    soon = ratio[(ratio > 0.0) & np.isfinite(ratio)]
    many = COLUMNS_PER_LIMIT * columns.lower.size
    if len(soon) <= many:
        return np.isfinite(ratio), np.inf
    last = np.partition(soon, many)[many]
    return ratio <= last, float(last) / 2.0


def _box_around(columns: Columns, prices: Prices, side: float, excess_price: float) -> Box:
    """Return the box around prices, cut where excess costs less."""
    center, floor = (prices.balance / columns.weight()[:, None]).ravel(), np.full(columns.lower.size, -excess_price)
    if columns.moved_limit != NO_LIMIT:
        center, floor = np.append(center, prices.move / columns.moved_weight()), np.append(floor, 0.0)
    lowest, highest = np.clip(center - side, floor, excess_price), np.clip(center + side, floor, excess_price)
    return Box(lowest, highest, np.stack([highest < excess_price, lowest > floor]))
