"""Price the balance of large problems: steps along the subgradient, then linear programs over the columns that count.

The full linear program over all pairs takes minutes from some hundred thousand pairs on. At good prices all but the
units along borders have one clearly cheapest rep; a program over the rest gives the exact prices, and pairs that turn
out too dear to be left out come in until none is missing (column generation, Lübbecke & Desrosiers 2005,
doi:10.1287/opre.1050.0234). Every bound is the Lagrangian over all open pairs, so it holds whatever was left out.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity, vstack

from optimizer.territory.instance import NO_LIMIT, IntArray

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

COLUMNS_PER_LIMIT: Final = (15, 3)
"""Columns per limit that come in beside the cheapest of each bundle, those that prices turn soonest: first, later."""

ROUNDS: Final = 12
"""Linear programs at most."""

CLOSE_ENOUGH: Final = 1e-7
"""Share of the value by which the last program and the bound may differ."""


class Columns(NamedTuple):
    """A problem in arrays: what pairs cost, what they weigh, which sums are limited."""

    cost: IntArray
    """Shape (bundles, reps)."""
    amounts: IntArray
    """Shape (measures, bundles)."""
    moved: IntArray
    """Shape (bundles, reps)."""
    allowed: BoolArray
    """Shape (bundles, reps)."""
    lower: IntArray
    """Shape (measures, reps)."""
    upper: IntArray
    """Shape (measures, reps)."""
    moved_limit: int

    def weight(self) -> FloatArray:
        """Return what turns an amount into a share of a mean territory. Shape (measures,)."""
        weight: FloatArray = 1.0 / np.maximum(self.amounts.sum(axis=1) / self.cost.shape[1], 1.0)
        return weight


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


class Divided(NamedTuple):
    """A least division of the bundles between the reps, limits exceeded only where they must be."""

    shares: csr_array
    """Share of each bundle that each rep serves. Shape (bundles, reps)."""
    short: FloatArray
    """Amount missing to the lower limits. Shape (measures, reps)."""
    over: FloatArray
    """Amount above the upper limits. Shape (measures, reps)."""
    moved_over: float
    """Amount above the cap on what changes hands."""


def price_limits(columns: Columns, *, excess_price: float) -> tuple[Prices, Divided]:
    """Return prices whose Lagrangian is as high as the linear program's, and the program's division.

    Parameters
    ----------
    columns
        The problem; every bundle has an open pair, and there is a limit.
    excess_price
        What exceeding a limit by a whole mean territory costs in the programs.
    """
    balance, move = _descend(columns), 0.0
    chosen = np.zeros(columns.cost.shape, dtype=bool)
    best: Prices | None = None
    divided: Divided | None = None
    target = np.inf
    for _ in range(ROUNDS):
        reduced, prices = _evaluate(columns, balance, move)
        if best is None or prices.value > best.value:
            best = prices
        if target - best.value <= CLOSE_ENOUGH * best.size:
            break
        fresh = _fresh(columns, reduced, chosen, COLUMNS_PER_LIMIT[0 if divided is None else 1])
        if not fresh.any():
            break
        chosen |= fresh
        divided, balance, move, target = _program(columns, chosen, excess_price)
    if best is None or divided is None:  # cannot be: the first round always has columns
        raise AssertionError("no program was solved")
    return best, divided


def reduced_costs(columns: Columns, prices: Prices) -> FloatArray:
    """Return by how much each pair is dearer than the cheapest of its bundle; infinite for closed pairs."""
    reduced = np.empty(columns.cost.shape)
    _reduce(columns.cost, columns.amounts, columns.moved, columns.allowed, prices.balance, prices.move, reduced)
    return reduced


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


def _fresh(columns: Columns, reduced: FloatArray, chosen: BoolArray, per_limit: int) -> BoolArray:
    """Return the columns to take in: the cheapest of each bundle, and those that prices turn soonest."""
    share = np.maximum((columns.amounts.T * columns.weight()).sum(axis=1), 1e-12)
    ratio = reduced / share[:, None]
    ratio[chosen] = np.inf
    cheapest: BoolArray = ratio == 0.0
    if not cheapest.any():
        return cheapest
    many = min(per_limit * 2 * columns.lower.size + int(cheapest.sum()), ratio.size)
    fresh: BoolArray = cheapest | (ratio < np.partition(ratio, many - 1, axis=None)[many - 1])
    return fresh


def _program(columns: Columns, chosen: BoolArray, excess_price: float) -> tuple[Divided, FloatArray, float, float]:
    """Solve the program over the chosen columns; return its division, its prices and its value."""
    bundles, reps = columns.cost.shape
    weight = columns.weight()
    unit = excess_price
    several = chosen.sum(axis=1) > 1
    fixed_bundle, fixed_rep = np.nonzero(chosen & ~several[:, None])
    bundle, rep = np.nonzero(chosen & several[:, None])
    n, measures = len(bundle), len(columns.amounts)
    share = columns.amounts * weight[:, None]
    blocks: list[csr_array] = []
    limits: list[FloatArray] = []
    for m in range(measures):
        by_rep = csr_array((share[m, bundle], (rep, np.arange(n))), (reps, n))
        settled = np.bincount(fixed_rep, weights=share[m, fixed_bundle], minlength=reps)
        most = np.minimum(columns.upper[m] * weight[m], share[m].sum())
        blocks += [by_rep, -by_rep]
        limits += [most - settled, settled - columns.lower[m] * weight[m]]
    if columns.moved_limit != NO_LIMIT:
        scale = 1.0 / max(1.0, float(columns.moved.max(axis=1).sum()))
        blocks.append(csr_array(columns.moved[bundle, rep][None, :] * scale))
        limits.append(np.array([scale * (columns.moved_limit - columns.moved[fixed_bundle, fixed_rep].sum())]))
    rows, limit = vstack(blocks), np.concatenate(limits)
    place = np.cumsum(several) - 1
    one_rep = csr_array((np.ones(n), (place[bundle], np.arange(n))), shape=(int(several.sum()), n))
    cost = columns.cost[bundle, rep] / unit
    answer = linprog(
        np.concatenate([cost, np.ones(len(limit))]),
        A_ub=hstack([rows, -identity(len(limit))]).tocsr(),
        b_ub=limit,
        A_eq=hstack([one_rep, csr_array((one_rep.shape[0], len(limit)))]).tocsr(),
        b_eq=np.ones(one_rep.shape[0]),
        method="highs",
    )
    marginal = -np.minimum(answer.ineqlin.marginals, 0.0) * unit
    sides = marginal[: 2 * measures * reps].reshape(measures, 2, reps)
    excess = answer.x[n:]
    outside = excess[: 2 * measures * reps].reshape(measures, 2, reps) / weight[:, None, None]
    capped = columns.moved_limit != NO_LIMIT
    shares = csr_array(
        (
            np.concatenate([np.ones(len(fixed_bundle)), answer.x[:n]]),
            (np.concatenate([fixed_bundle, bundle]), np.concatenate([fixed_rep, rep])),
        ),
        shape=(bundles, reps),
    )
    divided = Divided(shares, outside[:, 1], outside[:, 0], float(excess[-1] / scale) if capped else 0.0)
    balance = (sides[:, 0] - sides[:, 1]) * weight[:, None]
    value = answer.fun * unit + float(columns.cost[fixed_bundle, fixed_rep].sum())
    return divided, balance, float(marginal[-1] * scale) if capped else 0.0, value
