"""Solve the linear program over some columns of a large problem, each limit's price kept inside a box."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity, vstack

from optimizer.territory.instance import NO_LIMIT, IntArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MOST_PIVOTS: Final = 100_000
"""Steps of the simplex method in one program at most; some 2,000 are needed."""

NOTHING: Final = 1e-7
"""Share of a mean territory up to which excess is the rounding of a program."""


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

    def moved_weight(self) -> float:
        """Return what turns an amount that changes hands into a share of a mean territory."""
        return float(self.cost.shape[1] / max(1.0, float(self.moved.max(axis=1).sum())))


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


class Box(NamedTuple):
    """Prices among which a program chooses, those of the measures, then that of the cap; per share of a territory."""

    lowest: FloatArray
    """Shape (limits,)."""
    highest: FloatArray
    """Shape (limits,)."""
    may_widen: BoolArray
    """Whether a wider box would have a higher highest and a lower lowest price. Shape (2, limits)."""


class Answer(NamedTuple):
    """What a program says."""

    divided: Divided
    balance: FloatArray
    """Shape (measures, reps)."""
    move: float
    value: float
    """Its value: no prices in the box prove more, but for columns left out that make them prove less."""
    pivots: int
    on_side: bool
    """Whether a wider box would let it choose better prices."""


def solve_program(columns: Columns, chosen: BoolArray, box: Box) -> Answer | None:
    """Solve the program over the chosen columns; return `None` if it is not solved in the steps left to it.

    Its variables are the shares of the columns, what lies above and below each limit, which costs the highest and minus
    the lowest price of the box, and the sum itself, which lies between its limits.
    """
    bundles, reps = columns.cost.shape
    several = chosen.sum(axis=1) > 1
    fixed = np.nonzero(chosen & ~several[:, None])
    bundle, rep = np.nonzero(chosen & several[:, None])
    n, measures, capped = len(bundle), len(columns.amounts), columns.moved_limit != NO_LIMIT
    weight = columns.weight()
    blocks: list[csr_array] = []
    limits: list[FloatArray] = []
    for m, amounts in enumerate(columns.amounts * weight[:, None]):
        settled = np.bincount(fixed[1], weights=amounts[fixed[0]], minlength=reps)
        most = np.minimum(columns.upper[m] * weight[m], amounts.sum())
        blocks.append(csr_array((amounts[bundle], (rep, np.arange(n))), (reps, n)))
        limits.append(np.stack([columns.lower[m] * weight[m] - settled, most - settled], axis=1))
    if capped:
        scale = columns.moved_weight()
        blocks.append(csr_array(columns.moved[bundle, rep][None, :] * scale))
        most_moved = scale * (columns.moved_limit - columns.moved[fixed].sum())
        limits.append(np.array([[-np.inf, most_moved]]))
    n_limits = len(box.lowest)
    place = np.cumsum(several) - 1
    one_rep = csr_array((np.ones(n), (place[bundle], np.arange(n))), shape=(int(several.sum()), n))
    unit = max(1.0, float(columns.cost[chosen].mean()) * bundles / reps)
    each = identity(n_limits)
    answer = linprog(
        np.concatenate([columns.cost[bundle, rep], box.highest, -box.lowest, np.zeros(n_limits)]) / unit,
        A_eq=vstack(
            [
                hstack([vstack(blocks), -each, each, -each]),
                hstack([one_rep, csr_array((one_rep.shape[0], 3 * n_limits))]),
            ]
        ).tocsr(),
        b_eq=np.concatenate([np.zeros(n_limits), np.ones(one_rep.shape[0])]),
        bounds=np.concatenate([np.tile([0.0, np.inf], (n + 2 * n_limits, 1)), *limits]),
        method="highs-ds",
        options={"maxiter": MOST_PIVOTS},
    )
    if answer.status != 0:
        return None
    price = np.clip(-answer.eqlin.marginals[:n_limits] * unit, box.lowest, box.highest)
    outside = answer.x[n : n + 2 * n_limits].reshape(2, n_limits) > NOTHING
    shares = csr_array(
        (
            np.concatenate([np.ones(len(fixed[0])), answer.x[:n]]),
            (np.concatenate([fixed[0], bundle]), np.concatenate([fixed[1], rep])),
        ),
        shape=(bundles, reps),
    )
    return Answer(
        divided=_divided(columns, shares),
        balance=price[: measures * reps].reshape(measures, reps) * weight[:, None],
        move=float(price[-1] * scale) if capped else 0.0,
        value=answer.fun * unit + float(columns.cost[fixed].sum()),
        pivots=int(answer.nit),
        on_side=bool((outside & box.may_widen).any()),
    )


def cheapest_division(columns: Columns, reduced: FloatArray) -> Divided:
    """Return the division that gives each bundle to the cheapest rep."""
    bundles = np.arange(len(reduced))
    return _divided(columns, csr_array((np.ones(len(reduced)), (bundles, reduced.argmin(axis=1))), reduced.shape))


def _divided(columns: Columns, shares: csr_array) -> Divided:
    """Return a division with what it exceeds."""
    load = columns.amounts @ shares
    grain = NOTHING / columns.weight()[:, None]
    short, over = columns.lower - load, load - columns.upper
    moved = float(shares.multiply(columns.moved).sum()) - columns.moved_limit
    enough = columns.moved_limit == NO_LIMIT or moved <= NOTHING / columns.moved_weight()
    return Divided(
        shares, np.where(short > grain, short, 0.0), np.where(over > grain, over, 0.0), 0.0 if enough else moved
    )
