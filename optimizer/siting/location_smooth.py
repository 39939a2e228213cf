"""Climb the bound of free homes smoothed: areas, candidates and limits all blurred a little, less and less.

Steps along subgradients stall well below the best prices (French mainland: 0.5 % below). Blurred, the bound has a
gradient everywhere, and quasi-Newton steps climb it; a blurred bound is never above the sharp one.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from optimizer.interruption import late
from optimizer.plain_arrays import copy_to, greatest, least
from optimizer.siting.newton import farthest, newton_move
from optimizer.siting.pairs import FloatArray
from optimizer.territory.instance import IntArray

LEVELS: Final = ((0.03, 0.01), (0.01, 0.003), (0.003, 0.001), (0.003, 0.001), (0.001, 0.0003), (0.001, 0.0003))
"""How far areas and candidates are blurred, as shares of a mean territory's cost; steps are shared out equally."""

MARGIN: Final = 1.0
"""A pair is left out of a level if it is dearer than its area is worth by more than this share of that."""

KINK: Final = 0.002
"""Price at which a limit counts as half binding, as a share of the cost of a mean territory per mean territory."""

DEAREST: Final = 5.0
"""Greatest price of a limit, in the same unit."""

FIRST_RADIUS: Final = 0.01
"""First distance that prices of limits may move at once, as a share of the greatest price; it adapts."""

SWEEPS: Final = 3
"""Newton steps of a candidate's prices for each change of the areas' prices, at most."""

SETTLING_SWEEPS: Final = 8
"""The same where a level begins."""

FAR: Final = 12.0
"""Blurs from the border of a territory beyond which an area counts as wholly in or out."""

NEGLIGIBLE: Final = 1e-7
"""Share of a candidate that is not worth a look."""

MEMORY: Final = 12
"""Steps from which curvature is estimated."""

FIRST_MOVE: Final = 0.02
"""First step of each level: mean change of prices, as a share of the cost of a mean territory."""

WORTH_IT: Final = 1e-4
"""Share of the promised gain that a step must bring."""

SHORTENINGS: Final = 8
"""Times that a step is shortened before a level ends."""


Limits = tuple[FloatArray, FloatArray, FloatArray]
"""Amounts (measures, areas), lower and upper limits (measures, candidates)."""


class NearPairs(NamedTuple):
    """Pairs that prices are sought over, candidate by candidate, its own area first."""

    starts: IntArray
    """Shape (candidates + 1,)."""
    area: IntArray
    """Shape (pairs,)."""
    cost: FloatArray
    """Shape (pairs,)."""


class Prices(NamedTuple):
    """Prices of areas and of limits."""

    worth: FloatArray
    """Shape (areas,)."""
    toll: FloatArray
    """Shape (measures, candidates)."""


class Blur(NamedTuple):
    """How far the bound is blurred."""

    area: FloatArray
    """Reduced cost at which an area counts as one quarter in. Shape (areas,)."""
    candidate: float
    kink: FloatArray
    """Shape (measures,)."""


@njit(cache=True, nogil=True)
def _look(  # noqa: PLR0917 - plain arrays for the compiled code
    pairs: NearPairs,
    limits: Limits,
    worth: FloatArray,
    toll: FloatArray,
    blur: Blur,
    c: int,
    slope: FloatArray,
    bend: FloatArray,
) -> float:
    """Return the blurred value of a candidate; write its gradient in the tolls and minus its Hessian."""
    starts, area, cost = pairs
    amounts, lower, upper = limits
    soft, _, kink = blur
    measures, total = len(amounts), 0.0
    slope[:], bend[:] = 0.0, 0.0
    for e in range(starts[c], starts[c + 1]):
        i = area[e]
        reduced = cost[e] - worth[i]
        for m in range(measures):
            reduced += toll[m, c] * amounts[m, i]
        if e == starts[c] or reduced < -FAR * soft[i]:
            total += reduced
            for m in range(measures):
                slope[m] += amounts[m, i]
        elif reduced < FAR * soft[i]:
            fade = np.exp(-abs(reduced) / soft[i])
            total += min(reduced, 0.0) - soft[i] * np.log1p(fade)
            part = (fade if reduced > 0.0 else 1.0) / (1.0 + fade)
            curve = part * (1.0 - part) / soft[i]
            for m in range(measures):
                slope[m] += part * amounts[m, i]
                for w in range(measures):
                    bend[m, w] += curve * amounts[m, i] * amounts[w, i]
    for m in range(measures):
        middle, spread = (upper[m, c] + lower[m, c]) / 2, (upper[m, c] - lower[m, c]) / 2
        root = np.sqrt(toll[m, c] ** 2 + kink[m] ** 2)
        total -= toll[m, c] * middle + spread * root
        slope[m] -= middle + spread * toll[m, c] / root
        bend[m, m] += spread * kink[m] ** 2 / root**3 + 1e-12 * (middle + 1.0) / kink[m]
    return total


@njit(cache=True, nogil=True)
def _best_tolls(  # noqa: PLR0917 - plain arrays for the compiled code
    pairs: NearPairs,
    limits: Limits,
    worth: FloatArray,
    toll: FloatArray,
    blur: Blur,
    cap: FloatArray,
    radius: FloatArray,
    sweeps: int,
    value: FloatArray,
) -> None:
    """Improve each candidate's tolls by Newton steps inside a trust region, in place, and write its value."""
    measures, candidates = toll.shape
    slope, bend = np.zeros(measures), np.zeros((measures, measures))
    for c in range(candidates):
        best, kept, move = -np.inf, toll[:, c].copy(), np.zeros(measures)
        cut, share = False, 1.0
        for sweep in range(sweeps):
            now = _look(pairs, limits, worth, toll, blur, c, slope, bend)
            if now > best:
                if cut:
                    radius[c] = min(1.0, 2.0 * radius[c])
                best, share = now, 1.0
                copy_to(toll[:, c], kept)
                if sweep == sweeps - 1 or measures == 0:
                    break
                move = newton_move(bend, slope)
                far = farthest(move, cap)
                cut = far > radius[c]
                gain = 0.0
                for m in range(measures):
                    if cut:
                        move[m] *= radius[c] / far
                    gain += move[m] * slope[m]
                if gain < NEGLIGIBLE * abs(best):
                    break
            else:
                share *= 0.3
                radius[c], cut = max(1e-9, share * farthest(move, cap)), False
            for m in range(measures):
                toll[m, c] = min(cap[m], max(-cap[m], kept[m] + share * move[m]))
        copy_to(kept, toll[:, c])
        value[c] = best


@njit(cache=True, nogil=True)
def _uncovered(  # noqa: PLR0917 - plain arrays for the compiled code
    pairs: NearPairs,
    amounts: FloatArray,
    worth: FloatArray,
    toll: FloatArray,
    soft: FloatArray,
    opened: FloatArray,
) -> FloatArray:
    """Return what share of each area no open candidate takes, negative where several do: the gradient in the worths."""
    starts, area, cost = pairs
    rest = np.ones(len(worth))
    for c in range(len(opened)):
        if opened[c] < NEGLIGIBLE:
            continue
        for e in range(starts[c], starts[c + 1]):
            i = area[e]
            reduced = cost[e] - worth[i]
            for m in range(len(amounts)):
                reduced += toll[m, c] * amounts[m, i]
            if e == starts[c] or reduced < -FAR * soft[i]:
                rest[i] -= opened[c]
            elif reduced < FAR * soft[i]:
                rest[i] -= opened[c] / (1.0 + np.exp(reduced / soft[i]))
    return rest


@njit(cache=True, nogil=True)
def opened_softly(value: FloatArray, fixed: IntArray, n_homes: int, blur: float) -> tuple[FloatArray, float]:
    """Return how far each candidate is opened, and the blurred sum of the fixed and the cheapest others.

    The sum of the k least values is the least Σ y v with 0 ≤ y ≤ 1 and Σ y = k. Less the entropy of y in the objective
    it is smooth, with y_c = 1 / (1 + exp((v_c − λ) / blur)) and λ found by bisection.
    """
    opened, is_fixed, total = np.zeros(len(value)), np.zeros(len(value), dtype=np.bool_), 0.0
    for c in fixed:
        opened[c], is_fixed[c] = 1.0, True
        total += value[c]
    free = n_homes - len(fixed)
    if free == 0:
        return opened, total
    low, high = least(value) - 40.0 * blur, greatest(value) + 40.0 * blur
    for _ in range(100):
        level, filled = (low + high) / 2, 0.0
        for c in range(len(value)):
            if not is_fixed[c]:
                filled += 1.0 / (1.0 + np.exp(min(700.0, (value[c] - level) / blur)))
        low, high = (low, level) if filled > free else (level, high)
    level = (low + high) / 2
    total += level * free
    for c in range(len(value)):
        if not is_fixed[c]:
            apart = (value[c] - level) / blur
            opened[c] = 1.0 / (1.0 + np.exp(min(700.0, apart)))
            total -= blur * (np.log1p(np.exp(-abs(apart))) + max(0.0, -apart))
    return opened, total


class BlurredBound:
    """The blurred bound over near pairs, and the scale of its prices."""

    def __init__(self, pairs: NearPairs, limits: Limits, fixed: IntArray, n_homes: int, per_home: float) -> None:
        amounts, lower, _ = limits
        self._pairs, self._limits = pairs, limits
        self._fixed, self._n_homes, self._per_home = fixed, n_homes, per_home
        self._radius = np.full(lower.shape[1], FIRST_RADIUS)
        self._mean = np.maximum(amounts.sum(axis=1), 1.0) / n_homes
        measures, areas = amounts.shape
        shares = (amounts / self._mean[:, None]).mean(axis=0) if measures else np.full(areas, n_homes / areas)
        self._size: FloatArray = shares + 1e-6
        self.scale = np.sqrt(self._size)
        """Size of a price step of each area, whose prices curve the bound in inverse proportion to its size."""
        self.first_move = FIRST_MOVE * per_home * float(np.sqrt(self._size.mean()))
        self.cap: FloatArray = DEAREST * per_home / self._mean
        """Greatest price of each measure's limits. Shape (measures,)."""

    def blur(self, area: float, candidate: float) -> Blur:
        """Return a blur from shares of the cost of a mean territory."""
        unit = self._per_home
        return Blur(area * unit * self._size, candidate * unit, KINK * unit / self._mean)

    def evaluate(
        self, worth: FloatArray, toll: FloatArray, blur: Blur, sweeps: int
    ) -> tuple[float, FloatArray, FloatArray]:
        """Return the blurred bound, its gradient in the worths, and how far candidates are opened.

        The tolls are improved in place.
        """
        value = np.zeros(toll.shape[1])
        _best_tolls(self._pairs, self._limits, worth, toll, blur, self.cap, self._radius, sweeps, value)
        opened, total = opened_softly(value, self._fixed, self._n_homes, blur.candidate)
        rest = _uncovered(self._pairs, self._limits[0], worth, toll, blur.area, opened)
        return float(worth.sum()) + total, rest, opened


def climb_smoothly(
    pairs: NearPairs,
    limits: Limits,
    fixed: IntArray,
    n_homes: int,
    start: Prices,
    *,
    per_home: float,
    steps: int,
    deadline: float,
) -> tuple[Prices, FloatArray]:
    """Return prices whose bound over the near pairs is close to the greatest, and how far they open each candidate.

    The smoothing is Nesterov's (2005, doi:10.1007/s10107-004-0552-5), by entropies; the steps are those of L-BFGS
    (Liu & Nocedal 1989, doi:10.1007/BF01589116) in the areas' prices, with those of the limits best for them.

    Parameters
    ----------
    pairs
        Pairs looked at.
    limits
        Amounts (measures, areas), lower and upper limits (measures, candidates).
    fixed
        Candidates chosen in any case.
    n_homes
        Homes in all.
    start
        Prices to start from.
    per_home
        Cost of a mean territory, which scales how far is blurred.
    steps
        Steps in all, a fixed amount of work.
    deadline
        Safety net, monotonic seconds.
    """
    prices, opened = start, np.zeros(len(pairs.starts) - 1)
    for area, candidate in LEVELS:
        bound = BlurredBound(_worth_a_look(pairs, limits[0], prices), limits, fixed, n_homes, per_home)
        prices, opened = _level(bound, prices, bound.blur(area, candidate), -(-steps // len(LEVELS)), deadline)
    return prices, opened


def _worth_a_look(pairs: NearPairs, amounts: FloatArray, prices: Prices) -> NearPairs:
    """Return the pairs that prices like these may turn, and each candidate's own."""
    worth = prices.worth[pairs.area]
    candidate = np.repeat(np.arange(len(pairs.starts) - 1), np.diff(pairs.starts))
    reduced = pairs.cost - worth - MARGIN * np.abs(worth)
    for row, toll in zip(amounts, prices.toll, strict=True):
        reduced += toll[candidate] * row[pairs.area]
    keep = reduced <= 0.0
    keep[pairs.starts[:-1]] = True
    before = np.concatenate([[0], np.cumsum(keep)])
    return NearPairs(before[pairs.starts].astype(np.int64), pairs.area[keep], pairs.cost[keep])


def _level(bound: BlurredBound, start: Prices, blur: Blur, steps: int, deadline: float) -> tuple[Prices, FloatArray]:
    """Return prices after the steps of one level, and how far they open each candidate."""
    cap = bound.cap[:, None]
    worth, toll, scale = start.worth, np.clip(start.toll, -cap, cap), bound.scale
    value, rest, opened = bound.evaluate(worth, toll, blur, SETTLING_SWEEPS)
    memory: list[tuple[FloatArray, FloatArray]] = []
    for _ in range(steps):
        if late(deadline):
            break
        ahead = rest * scale
        heading = _heading(ahead, memory)
        if not memory:
            steep = np.sqrt((ahead**2).mean())
            if steep < 1e-12:
                break
            heading *= bound.first_move / steep
        promise, length = float((ahead * heading).sum()), 1.0
        for _ in range(SHORTENINGS):
            new_worth, new_toll = worth + length * scale * heading, toll.copy()
            new_value, new_rest, new_opened = bound.evaluate(new_worth, new_toll, blur, SWEEPS)
            if new_value > value + WORTH_IT * length * promise:
                break
            length *= 0.4
        else:
            break
        move, turn = (new_worth - worth) / scale, (rest - new_rest) * scale
        if (move * turn).sum() > 1e-12 * np.sqrt((move**2).sum() * (turn**2).sum()):
            memory = [*memory[1 - MEMORY :], (move, turn)]
        worth, toll, value, rest, opened = new_worth, new_toll, new_value, new_rest, new_opened
    return Prices(worth, toll), opened


def _heading(ahead: FloatArray, memory: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """Return the gradient turned by the curvature of the last steps: the two loops of L-BFGS.

    Sums are numpy's own, not BLAS's, which differ with the number of threads.
    """
    heading = ahead.copy()
    passed = []
    for move, turn in reversed(memory):
        along = float((move * heading).sum() / (move * turn).sum())
        heading -= along * turn
        passed.append(along)
    if memory:
        move, turn = memory[-1]
        heading *= (move * turn).sum() / (turn**2).sum()
    for (move, turn), along in zip(memory, reversed(passed), strict=True):
        heading += (along - float((turn * heading).sum() / (move * turn).sum())) * move
    return heading
