"""Bound what any choice of homes costs: prices of areas and of balance, the best territory of each candidate alone.

Lagrangian of the Hess model (Validi, Buchanan & Lykhovyd 2022, doi:10.1287/opre.2021.2141, section 4; Hojati 1996): the
rule that each area has one home is priced by α, the limits of each candidate by μ. Then every candidate takes the areas
that pay for themselves, and the cheapest candidates are homes. The bound holds whatever the prices.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from optimizer.plain_arrays import copy_rows_to, copy_to
from optimizer.siting.pairs import FloatArray, Limits, Pairs
from optimizer.territory.instance import IntArray

SMOOTHING: Final = 0.3
"""Share of the last direction kept in the next, which damps zigzags."""

PATIENCE: Final = 15
"""Iterations without a better bound before the step is cut."""

CUT: Final = 0.7
"""Factor on the step when patience ends; the search returns to its best prices."""

LEAST_STEP: Final = 1e-4
"""Share of the Polyak step below which the prices are as good as they get."""

ROUNDING_SHARE: Final = 1e-11
"""Share of a bound by which it is lowered for floating-point error; the true error is about 1e-13."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """A part of all choices: candidates in groups, each with the number of homes to choose from it.

    A candidate with group -1 is no home. An area with an owner is that candidate's own: no other may serve it.
    """

    group: IntArray
    """Shape (candidates,)."""
    homes_of_group: IntArray
    """Shape (groups,)."""
    owner: IntArray
    """Candidate that certainly is a home in this area, -1 for none. Shape (areas,)."""


@dataclass(slots=True, kw_only=True, eq=False)
class Prices:
    """Prices that make a bound; they are improved in place."""

    area: FloatArray
    """What serving an area is worth. Shape (areas,)."""
    balance: FloatArray
    """Price of one unit of each measure: positive above, negative below. Shape (measures, candidates)."""
    step: FloatArray
    """Next change of a balance price. Shape (measures, candidates)."""

    def copy(self) -> "Prices":
        """Return prices that can be changed on their own."""
        return Prices(area=self.area.copy(), balance=self.balance.copy(), step=self.step.copy())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bound:
    """What is known about a region."""

    value: float
    """No plan of the region that uses open pairs only costs less; infinite if there is none."""
    best: FloatArray
    """Value of each candidate's best territory at the prices; infinite for candidates out. Shape (candidates,)."""
    chosen_share: FloatArray
    """Share of the last iterations in which each candidate was a home. Shape (candidates,)."""


def first_prices(pairs: Pairs, limits: Limits, areas: int, homes: int) -> Prices:
    """Return prices to begin with: an area is worth what a rather near candidate asks for it."""
    order = np.lexsort((pairs.cost, pairs.area))
    area, cost = pairs.area[order], pairs.cost[order]
    first = np.searchsorted(area, np.arange(areas))
    count = np.bincount(area, minlength=areas)
    worth = np.zeros(areas)
    held = count > 0
    worth[held] = cost[(first + count // (2 * homes))[held]]
    mean = float(worth.sum())
    step = np.zeros(limits.lower.shape)
    for row, amounts in zip(step, limits.amounts, strict=True):
        row[:] = 0.1 * mean / max(float(amounts.sum()), 1.0)
    return Prices(area=worth, balance=np.zeros(limits.lower.shape), step=step)


def improve_bound(
    pairs: Pairs,
    limits: Limits,
    own: IntArray,
    region: Region,
    prices: Prices,
    *,
    target: float,
    iterations: int,
    step: float,
) -> Bound:
    """Raise the bound of a region by a subgradient search and leave the best prices in `prices`.

    Parameters
    ----------
    pairs, limits
        The open pairs and the limits.
    own
        Home area of each candidate. Shape (candidates,).
    region
        The region of choices.
    prices
        Where to begin, replaced by the best prices found.
    target
        A value to aim at, such as the cost of the best plan; the search ends when the bound reaches it.
    iterations
        The most iterations.
    step
        First share of the Polyak step.
    """
    best = np.empty(len(own))
    share = np.zeros(len(own))
    value = _search(
        pairs.start,
        pairs.area,
        pairs.cost,
        limits.amounts,
        limits.lower,
        limits.upper,
        own,
        region.group,
        region.homes_of_group,
        region.owner,
        prices.area,
        prices.balance,
        prices.step,
        target,
        iterations,
        step,
        best,
        share,
    )
    if np.isfinite(value):
        value -= ROUNDING_SHARE * abs(value)
    return Bound(value=value, best=best, chosen_share=share)


@njit(cache=True)
def _search(  # type: ignore[no-untyped-def] # noqa: ANN202, C901, PLR0912, PLR0915, PLR0917 # pragma: no cover
    start: IntArray,
    pair_area: IntArray,
    pair_cost: FloatArray,
    amounts: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    own: IntArray,
    group: IntArray,
    homes_of_group: IntArray,
    owner: IntArray,
    alpha: FloatArray,
    mu: FloatArray,
    mu_step: FloatArray,
    target: float,
    iterations: int,
    first_step: float,
    best_value: FloatArray,
    share: FloatArray,
):
    n, m, measures = len(alpha), len(own), len(amounts)
    value = np.empty(m)
    last_sign = np.zeros((measures, m))
    sums = np.empty(measures)
    chosen = np.zeros(m, dtype=np.bool_)
    direction = np.zeros(n)
    gradient = np.empty(n)
    best_alpha, best_mu = alpha.copy(), mu.copy()
    best, step, stalled = -np.inf, first_step, 0
    counted = 0
    for _ in range(iterations):
        used_mu = mu.copy()
        for j in range(m):
            value[j] = np.inf
            if group[j] < 0:
                continue
            total = 0.0
            sums[:] = 0.0
            holds_own = False
            for e in range(start[j], start[j + 1]):
                i = pair_area[e]
                if owner[i] >= 0 and owner[i] != j:
                    continue
                c = pair_cost[e] - alpha[i]
                for q in range(measures):
                    c += mu[q, j] * amounts[q, i]
                if i == own[j]:
                    holds_own = True
                elif c >= 0.0:
                    continue
                total += c
                for q in range(measures):
                    sums[q] += amounts[q, i]
            if not holds_own:
                continue
            for q in range(measures):
                u = mu[q, j]
                total -= u * (upper[q, j] if u > 0.0 else lower[q, j])
                sign = 0.0
                if sums[q] > upper[q, j] or (u < 0.0 and sums[q] > lower[q, j]):
                    sign = 1.0
                elif sums[q] < lower[q, j] or (u > 0.0 and sums[q] < upper[q, j]):
                    sign = -1.0
                if sign * last_sign[q, j] < 0.0:
                    mu_step[q, j] *= 0.5
                elif sign * last_sign[q, j] > 0.0:
                    mu_step[q, j] *= 1.2
                last_sign[q, j] = sign
                moved = u + sign * mu_step[q, j]
                mu[q, j] = 0.0 if moved * u < 0.0 else moved
            value[j] = total
        bound = 0.0
        for i in range(n):
            bound += alpha[i]
        chosen[:] = False
        for g in range(len(homes_of_group)):
            for _ in range(homes_of_group[g]):
                least, at = np.inf, -1
                for j in range(m):
                    if group[j] == g and not chosen[j] and value[j] < least:
                        least, at = value[j], j
                if at < 0:
                    best_value[:] = np.inf
                    return np.inf
                chosen[at] = True
                bound += least
        counted += 1
        for j in range(m):
            share[j] *= 0.95
            if chosen[j]:
                share[j] += 0.05
        stalled = 0 if bound > best + 1e-6 * abs(best) else stalled + 1
        if bound > best:
            best = bound
            copy_to(alpha, best_alpha)
            copy_rows_to(used_mu, best_mu)
            copy_to(value, best_value)
        if best >= target:
            break
        if stalled >= PATIENCE:
            step *= CUT
            stalled = 0
            copy_to(best_alpha, alpha)
            direction[:] = 0.0
            if step < LEAST_STEP:
                break
            continue
        gradient[:] = 1.0
        for j in range(m):
            if not chosen[j]:
                continue
            for e in range(start[j], start[j + 1]):
                i = pair_area[e]
                if owner[i] >= 0 and owner[i] != j:
                    continue
                c = pair_cost[e] - alpha[i]
                for q in range(measures):
                    c += used_mu[q, j] * amounts[q, i]
                if c < 0.0 or i == own[j]:
                    gradient[i] -= 1.0
        square = 0.0
        for i in range(n):
            direction[i] = gradient[i] + SMOOTHING * direction[i]
            square += direction[i] * direction[i]
        if square < 1e-12:
            break
        length = step * (target - bound) / square
        for i in range(n):
            alpha[i] += length * direction[i]
    copy_to(best_alpha, alpha)
    copy_rows_to(best_mu, mu)
    if counted > 0:
        for j in range(m):
            share[j] /= 1.0 - 0.95**counted
    return best
