"""Share areas out by prices of balance, smoothed and solved by Newton steps, in compiled code."""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from optimizer.plain_arrays import copy_rows_to, total
from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray

SOFTNESS: Final = 0.1
"""Share of the mean cost that blurs the borders of territories while homes are sought: a kilometre or two on a map."""

KINK: Final = 0.01
"""Price at which a balance rule counts as half binding, as a share of the mean cost of a territory."""

NEGLIGIBLE: Final = 1e-6
"""Share of an area that is not worth counting."""

ACCURATE: Final = 1e-5
"""Share of the value that a Newton step must promise to be worth a step."""

Near = tuple[FloatArray, IntArray]
"""Cost (areas, near) and home (areas, near) of the homes nearest to each area, nearest first."""
Limits = tuple[FloatArray, FloatArray, FloatArray]
"""Amounts (measures, areas), lower (measures, homes), upper (measures, homes), a mean territory being 1."""


class Shared(NamedTuple):
    """Areas shared out by prices."""

    labels: IntArray
    """Home of each area at the best prices. Shape (areas,)."""
    value: float
    """Cost of the best division when areas may be divided: the greatest value of the Lagrangian that was met."""


@njit(cache=True, nogil=True)
def softness(near_cost: FloatArray, limits: Limits) -> FloatArray:
    """Return by how much a home may be dearer than the best one and still get some of an area. Shape (areas,).

    A share of the mean cost of a territory, in proportion to the size of the area.
    """
    amounts, lower, _ = limits
    measures, n = amounts.shape
    per_territory = max(1e-9, total(near_cost[:, 0]) / lower.shape[1])
    size = np.full(n, 1e-6)
    for m in range(measures):
        for i in range(n):
            size[i] += amounts[m, i] / measures
    soft: FloatArray = SOFTNESS * per_territory * size
    return soft


@njit(cache=True, nogil=True)
def _dual(  # noqa: C901, PLR0912, PLR0917 - one sweep over plain arrays, for the compiled code
    near_pairs: Near,
    limits: Limits,
    soft: FloatArray,
    price: FloatArray,
    slope: FloatArray,
    bend: FloatArray,
    kink: float,
) -> float:
    """Return the smoothed dual of the balance rules; write its gradient and, if asked, minus its Hessian.

    F(p) = −Σ_i s_i log Σ_h exp(−(c_ih + p_h·a_i) / s_i) − Σ_h (p_h (U + L) / 2 + √(p_h² + ε²) (U − L) / 2): an optimal
    transport with entropy (Cuturi & Peyré 2016, doi:10.1137/15M1032600, section 3) and limits instead of equal sums.
    """
    near_cost, near = near_pairs
    amounts, lower, upper = limits
    n, width = near.shape
    measures, k = price.shape
    part, value, curved = np.zeros(width), 0.0, len(bend) > 0
    slope[:], bend[:] = 0.0, 0.0
    for m in range(measures):
        for h in range(k):
            middle, spread = (upper[m, h] + lower[m, h]) / 2, (upper[m, h] - lower[m, h]) / 2
            root = np.sqrt(price[m, h] ** 2 + kink**2)
            value -= price[m, h] * middle + root * spread
            slope[m, h] -= middle + spread * price[m, h] / root
            if curved:
                bend[m * k + h, m * k + h] += spread * kink**2 / root**3
    for i in range(n):
        least = np.inf
        for j in range(width):
            part[j] = near_cost[i, j]
            for m in range(measures):
                part[j] += price[m, near[i, j]] * amounts[m, i]
            least = min(least, part[j])
        whole, most = 0.0, 0.0
        for j in range(width):
            part[j] = np.exp((least - part[j]) / soft[i])
            whole += part[j]
        value += least - soft[i] * np.log(whole)
        for j in range(width):
            part[j] /= whole
            most = max(most, part[j])
            if part[j] < NEGLIGIBLE:
                continue
            h = near[i, j]
            for m in range(measures):
                slope[m, h] += amounts[m, i] * part[j]
        if not curved or most > 1.0 - NEGLIGIBLE:
            continue
        for j in range(width):
            if part[j] < NEGLIGIBLE:
                continue
            for g in range(width):
                if part[g] < NEGLIGIBLE:
                    continue
                joint = ((part[j] if j == g else 0.0) - part[j] * part[g]) / soft[i]
                for m in range(measures):
                    for w in range(measures):
                        bend[m * k + near[i, j], w * k + near[i, g]] += amounts[m, i] * amounts[w, i] * joint
    return value


@njit(cache=True, nogil=True)
def _solve(matrix: FloatArray, right: FloatArray) -> None:
    """Solve a positive definite system by Cholesky's method in place, the same bytes on any number of threads."""
    n = len(right)
    for i in range(n):
        for j in range(i + 1):
            rest = matrix[i, j]
            for q in range(j):
                rest -= matrix[i, q] * matrix[j, q]
            matrix[i, j] = np.sqrt(max(rest, 1e-300)) if i == j else rest / matrix[j, j]
    for i in range(n):
        for j in range(i):
            right[i] -= matrix[i, j] * right[j]
        right[i] /= matrix[i, i]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            right[i] -= matrix[j, i] * right[j]
        right[i] /= matrix[i, i]


@njit(cache=True, nogil=True)
def share_out(  # noqa: C901 - plain loops for the compiled code
    near_pairs: Near, limits: Limits, soft: FloatArray, price: FloatArray, passes: int
) -> Shared:
    """Raise the smoothed dual by damped Newton steps, and give each area to the home that is cheapest at its prices.

    `price` is improved in place. Shape (measures, homes).
    """
    near_cost, near = near_pairs
    amounts = limits[0]
    n, width = near.shape
    measures, k = price.shape
    labels = np.zeros(n, dtype=np.int64)
    slope, bend, flat = np.zeros((measures, k)), np.zeros((measures * k, measures * k)), np.zeros((0, 0))
    kink = KINK * max(1e-9, total(near_cost[:, 0])) / k
    damping, trial, trial_slope, move = 0.01, price.copy(), slope.copy(), np.zeros(measures * k)
    value = _dual(near_pairs, limits, soft, price, slope, bend, kink)
    for _ in range(passes):
        system, trace, gain = bend.copy(), 0.0, 0.0
        for d in range(measures * k):
            trace += bend[d, d]
            move[d] = slope[d // k, d % k]
        mean = max(trace / (measures * k), 1e-300)
        for d in range(measures * k):
            system[d, d] += damping * (system[d, d] + 0.01 * mean)
        _solve(system, move)
        for d in range(measures * k):
            gain += move[d] * slope[d // k, d % k]
            trial[d // k, d % k] = price[d // k, d % k] + move[d]
        if gain < ACCURATE * abs(value):
            break
        now = _dual(near_pairs, limits, soft, trial, trial_slope, flat, kink)
        if now > value + 0.1 * gain:
            copy_rows_to(trial, price)
            damping = max(1e-4, damping * 0.2)
            value = _dual(near_pairs, limits, soft, price, slope, bend, kink)
        else:
            damping *= 10.0
    for i in range(n):
        least = np.inf
        for j in range(width):
            priced = near_cost[i, j]
            for m in range(measures):
                priced += price[m, near[i, j]] * amounts[m, i]
            if priced < least:
                least = priced
                labels[i] = near[i, j]
    return Shared(labels, value)
