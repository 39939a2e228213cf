"""Prove what no plan can beat: prices from a linear program, a bound from the prices alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity, vstack

from optimizer.territory.instance import NO_LIMIT, IntArray
from optimizer.territory.pricing import excess_proven, price_limits, reduced_costs
from optimizer.territory.pricing_program import Columns, Divided
from optimizer.territory.units import BoolArray, UnitProblem

FloatArray = NDArray[np.float64]

ROUNDING_SHARE: Final = 1e-9
"""Share of the size of the sums by which a bound is lowered for floating-point error; the true error is about 1e-12."""

MOST_PAIRS: Final = 50_000
"""Open pairs beyond which the linear program over all of them takes too long, and prices are looked for apart."""

EXCESS_PRICE: Final = 1000.0
"""What excess of a whole territory costs in the programs that look for prices, in mean costs of a territory."""


LEAST_EXCESS_PRICE: Final = 1e5
"""The same where the least excess is looked for: cost only tells divisions of the same excess apart."""


class Cut(NamedTuple):
    """A rep who serves `unit` also serves one of the units that separate it from the home."""

    unit: int
    rep: int
    separator: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relaxation:
    """What is known when areas may be divided between reps."""

    feasible: bool
    bound: int
    """No labelling that keeps the rows costs less; scaled as `UnitProblem.cost`."""
    value: float
    """The bound before rounding."""
    shares: FloatArray
    """Share of each bundle that each rep serves. Shape (bundles, reps)."""
    reduced_cost: FloatArray
    """How much the bound rises if a rep is made to serve a bundle; infinite for closed pairs. Shape (bundles, reps)."""
    balance_price: FloatArray
    """Greatest price of one unit of each measure, on either side. Shape (measures,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeastExcess:
    """By how much the limits must be exceeded even if areas may be divided."""

    proven: bool
    """Whether a limit is exceeded for certain."""
    short: FloatArray
    """Amount missing to the lower limit in one least division. Shape (measures, reps)."""
    over: FloatArray
    """Amount above the upper limit. Shape (measures, reps)."""
    moved: float
    """Amount above the cap on what changes hands."""


class _Rows(NamedTuple):
    """Rows G·x ≤ h over the pairs (bundle, rep) that are open."""

    matrix: csr_array
    limit: FloatArray
    kind: IntArray
    """Measure · 2 + side (0 upper, 1 lower) of a balance row; -1 for the cap on moves, -2 for a cut."""
    rep: IntArray


class Bundles(NamedTuple):
    """The problem with the units of each bundle summed up."""

    cost: IntArray
    amounts: IntArray
    moved: IntArray
    allowed: BoolArray


def bundled(problem: UnitProblem) -> Bundles:
    """Return the sums per bundle; a pair is open if it is open for every unit."""
    n = int(problem.bundle.max(initial=-1)) + 1
    if n == problem.n_units:
        return Bundles(problem.cost, problem.amounts, problem.moved, problem.allowed)
    cost, moved = np.zeros((n, problem.n_reps), dtype=np.int64), np.zeros((n, problem.n_reps), dtype=np.int64)
    amounts = np.zeros((len(problem.amounts), n), dtype=np.int64)
    allowed = np.ones((n, problem.n_reps), dtype=bool)
    np.add.at(cost, problem.bundle, problem.cost)
    np.add.at(moved, problem.bundle, problem.moved)
    np.logical_and.at(allowed, problem.bundle, problem.allowed)
    for total, row in zip(amounts, problem.amounts, strict=True):
        np.add.at(total, problem.bundle, row)
    return Bundles(cost, amounts, moved, allowed)


def relax(problem: UnitProblem, *, cuts: Sequence[Cut] = (), open_pairs: BoolArray | None = None) -> Relaxation:
    """Solve the relaxation in which areas may be divided, and prove its bound by the prices alone.

    With prices y ≤ 0 of the rows G·x ≤ h, every labelling costs at least Σ_b min_r (c − Gᵀy)_br + y·h (Lagrangian dual,
    Held & Karp 1971). So the bound holds whatever the accuracy of the linear program.

    Parameters
    ----------
    problem
        The condensed problem.
    cuts
        Contiguity cuts that tighten the relaxation.
    open_pairs
        Pairs (bundle, rep) to keep, such as those that reduced costs could not close. The bound then holds for
        labellings of these pairs only. Shape (bundles, reps).
    """
    sums = bundled(problem)
    pairs = sums.allowed if open_pairs is None else sums.allowed & open_pairs
    if not pairs.any(axis=1).all():
        return _nothing(problem, pairs)
    if not cuts and int(pairs.sum()) > MOST_PAIRS and _limited(problem, sums):
        return _relax_by_prices(problem, sums, pairs)
    rows = _rows(problem, sums, pairs, cuts)
    bundle, _ = np.nonzero(pairs)
    cost = sums.cost[pairs].astype(np.float64)
    unit_cost = max(float(cost.mean()), 1.0)
    weight = _row_weights(rows)
    one_rep = csr_array((np.ones(len(bundle)), (bundle, np.arange(len(bundle)))), shape=(len(pairs), len(bundle)))
    answer = linprog(
        cost / unit_cost,
        A_ub=rows.matrix.multiply(weight[:, None]).tocsr() if len(weight) else None,
        b_ub=rows.limit * weight if len(weight) else None,
        A_eq=one_rep,
        b_eq=np.ones(len(pairs)),
        method="highs",
    )
    if answer.status != 0:
        return _nothing(problem, pairs)
    prices = np.minimum(answer.ineqlin.marginals, 0.0) * unit_cost * weight if len(weight) else np.zeros(0)
    value, reduced = _dual_value(cost, rows, prices, pairs)
    shares = np.zeros(pairs.shape)
    shares[pairs] = answer.x
    slack = ROUNDING_SHARE * (abs(value) + float(np.abs(prices * rows.limit).sum())) if len(prices) else 0.0
    return Relaxation(
        feasible=True,
        bound=int(np.ceil(value - slack - 1e-6)),
        value=value - slack,
        shares=shares,
        reduced_cost=reduced,
        balance_price=np.array(
            [np.abs(prices[rows.kind // 2 == m]).max(initial=0.0) for m in range(len(problem.amounts))]
        ),
    )


def least_excess(problem: UnitProblem) -> LeastExcess:
    """Minimise the excess over the limits, relative to them, when areas may be divided.

    The proof is again by prices alone: with −1 ≤ y ≤ 0, Σ_b min_r (−Gᵀy)_br + y·h > 0 can hold for no labelling.
    """
    sums = bundled(problem)
    pairs = sums.allowed
    short, over = np.zeros(problem.lower.shape), np.zeros(problem.lower.shape)
    if not pairs.any(axis=1).all():
        return LeastExcess(proven=True, short=short, over=over, moved=0.0)
    if int(pairs.sum()) > MOST_PAIRS and _limited(problem, sums):
        return _least_excess_by_prices(problem, sums)
    rows = _rows(problem, sums, pairs, ())
    n_pairs, n_rows = rows.matrix.shape[1], len(rows.limit)
    if not n_rows:
        return LeastExcess(proven=False, short=short, over=over, moved=0.0)
    weight = _row_weights(rows)
    bundle, _ = np.nonzero(pairs)
    one_rep = csr_array((np.ones(n_pairs), (bundle, np.arange(n_pairs))), shape=(len(pairs), n_pairs))
    answer = linprog(
        np.concatenate([np.zeros(n_pairs), np.ones(n_rows)]),
        A_ub=hstack([rows.matrix.multiply(weight[:, None]), -identity(n_rows)]).tocsr(),
        b_ub=rows.limit * weight,
        A_eq=hstack([one_rep, csr_array((len(pairs), n_rows))]).tocsr(),
        b_eq=np.ones(len(pairs)),
        method="highs",
    )
    prices = np.clip(answer.ineqlin.marginals, -1.0, 0.0) * weight
    value, _ = _dual_value(np.zeros(n_pairs), rows, prices, pairs)
    excess = np.maximum(answer.x[n_pairs:], 0.0) / weight
    moved = 0.0
    for kind, rep, amount in zip(rows.kind.tolist(), rows.rep.tolist(), excess.tolist(), strict=True):
        if kind == -1:
            moved = amount
        else:
            (short if kind % 2 else over)[kind // 2, rep] = amount
    size = float(np.abs(prices * rows.limit).sum())
    return LeastExcess(proven=value > max(1e-7, ROUNDING_SHARE * size), short=short, over=over, moved=moved)


def _limited(problem: UnitProblem, sums: Bundles) -> bool:
    """Tell whether any sum has a limit that can bind."""
    total = sums.amounts.sum(axis=1)[:, None]
    return problem.moved_limit != NO_LIMIT or bool(((problem.upper < total) | (problem.lower > 0)).any())


def _columns(problem: UnitProblem, sums: Bundles, pairs: BoolArray) -> Columns:
    upper = np.minimum(problem.upper, sums.amounts.sum(axis=1)[:, None])
    return Columns(sums.cost, sums.amounts, sums.moved, pairs, problem.lower, upper, problem.moved_limit)


def _relax_by_prices(problem: UnitProblem, sums: Bundles, pairs: BoolArray) -> Relaxation:
    """Solve a large relaxation by prices and columns that matter."""
    columns = _columns(problem, sums, pairs)
    prices, divided = price_limits(columns, excess_price=EXCESS_PRICE * _mean_cost(columns))
    if _exceeds(divided) and _least_excess_by_prices(problem, sums).proven:
        return _nothing(problem, pairs)
    slack = ROUNDING_SHARE * prices.size
    return Relaxation(
        feasible=True,
        bound=int(np.ceil(prices.value - slack - 1e-6)),
        value=prices.value - slack,
        shares=divided.shares.toarray(),
        reduced_cost=reduced_costs(columns, prices),
        balance_price=np.abs(prices.balance).max(axis=1, initial=0.0),
    )


def _mean_cost(columns: Columns) -> float:
    """Return what a mean territory costs at least."""
    least = np.where(columns.allowed, columns.cost, NO_LIMIT).min(axis=1)
    return float(max(1.0, float(least.sum()) / columns.cost.shape[1]))


def _exceeds(divided: Divided) -> bool:
    return bool(divided.short.any() or divided.over.any() or divided.moved_over > 0.0)


def _least_excess_by_prices(problem: UnitProblem, sums: Bundles) -> LeastExcess:
    """Minimise excess, as a share of a mean territory, by prices so high that little else counts.

    Prices proven best with costs prove as well what they prove without them.
    """
    columns = _columns(problem, sums, sums.allowed)
    excess_price = LEAST_EXCESS_PRICE * _mean_cost(columns)
    prices, divided = price_limits(columns, excess_price=excess_price)
    proven = _exceeds(divided) and excess_proven(columns, prices, excess_price) > 1e-7
    return LeastExcess(proven=proven, short=divided.short, over=divided.over, moved=divided.moved_over)


def _nothing(problem: UnitProblem, pairs: BoolArray) -> Relaxation:
    return Relaxation(
        feasible=False,
        bound=0,
        value=0.0,
        shares=np.zeros(pairs.shape),
        reduced_cost=np.where(pairs, 0.0, np.inf),
        balance_price=np.zeros(len(problem.amounts)),
    )


def _rows(problem: UnitProblem, sums: Bundles, pairs: BoolArray, cuts: Sequence[Cut]) -> _Rows:
    """Return the rows: both sides of the balance, the cap on what changes hands, contiguity cuts."""
    bundle, rep = np.nonzero(pairs)
    n_pairs = len(bundle)
    blocks: list[csr_array] = []
    limits: list[FloatArray] = []
    kinds: list[IntArray] = []
    reps: list[IntArray] = []
    for m, amounts in enumerate(sums.amounts):
        by_rep = csr_array((amounts[bundle].astype(np.float64), (rep, np.arange(n_pairs))), (problem.n_reps, n_pairs))
        total = int(amounts.sum())
        for side, binds, sign, limit in (
            (0, problem.upper[m] < total, 1.0, problem.upper[m]),
            (1, problem.lower[m] > 0, -1.0, problem.lower[m]),
        ):
            which = np.flatnonzero(binds)
            blocks.append(by_rep[which] * sign)
            limits.append(limit[which] * sign)
            kinds.append(np.full(len(which), 2 * m + side))
            reps.append(which)
    if problem.moved_limit != NO_LIMIT:
        blocks.append(csr_array(sums.moved[pairs].astype(np.float64)[None, :]))
        limits.append(np.array([float(problem.moved_limit)]))
        kinds.append(np.array([-1]))
        reps.append(np.array([-1]))
    if cuts:
        blocks.append(_cut_rows(problem, pairs, cuts))
        limits.append(np.zeros(len(cuts)))
        kinds.append(np.full(len(cuts), -2))
        reps.append(np.array([cut.rep for cut in cuts]))
    if not blocks:
        return _Rows(csr_array((0, n_pairs)), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    return _Rows(vstack(blocks).tocsr(), np.concatenate(limits), np.concatenate(kinds), np.concatenate(reps))


def _cut_rows(problem: UnitProblem, pairs: BoolArray, cuts: Sequence[Cut]) -> csr_array:
    column = np.full(pairs.shape, -1, dtype=np.int64)
    column[pairs] = np.arange(int(pairs.sum()))
    entries: list[tuple[int, int, float]] = []
    for row, cut in enumerate(cuts):
        members = [(cut.unit, 1.0), *((u, -1.0) for u in cut.separator)]
        entries += [(row, int(column[problem.bundle[u], cut.rep]), sign) for u, sign in members]
    rows, columns, signs = (np.array(values) for values in zip(*entries, strict=True))
    kept = columns >= 0
    return csr_array((signs[kept], (rows[kept], columns[kept])), shape=(len(cuts), int(pairs.sum())))


def _row_weights(rows: _Rows) -> FloatArray:
    """Return weights that bring the limits to the size of one: rows of euros and of hours count alike."""
    return 1.0 / np.maximum(np.abs(rows.limit), 1.0)


def _dual_value(cost: FloatArray, rows: _Rows, prices: FloatArray, pairs: BoolArray) -> tuple[float, FloatArray]:
    """Return the Lagrangian at given prices and the reduced costs."""
    priced = np.full(pairs.shape, np.inf)
    priced[pairs] = cost - (rows.matrix.T @ prices if len(prices) else 0.0)
    least = priced.min(axis=1)
    return float(least.sum() + (prices @ rows.limit if len(prices) else 0.0)), priced - least[:, None]
