"""Anneal several plans from scratch, then children of them, until a budget is spent."""

import time
from dataclasses import dataclass
from itertools import cycle
from typing import Final, Protocol

import numpy as np

from optimizer.interruption import requested
from optimizer.tours.annealing import Heat, improve
from optimizer.tours.arrays import DEMAND, Problem, Tours, empty_tours
from optimizer.tours.crossover import cross
from optimizer.tours.desk import HARD, LOAD_PRICE, TIME_PRICE, Desk, empty_desk, has_long_tours
from optimizer.tours.restarts import typical_drive

ROUNDS_PER_ACCOUNT: Final = 3_000
"""Rounds that a plan from scratch is worth."""
FIRST_SHARES: Final = (0.05, 0.18)
"""Least and greatest share of the budget that such a plan gets."""
CHILD_PARTS: Final = (0.05, 0.3)
"""Least and greatest part of those rounds that a child is worth, drawn anew for each."""
CHILD_SHARES: Final = (0.003, 0.08)
"""Least and greatest share of the budget that a child gets."""
SCRATCH_SHARE: Final = 0.45
"""Share of the budget for all plans from scratch,"""
SIZES: Final = (3, 8)
"""whose number lies within these two."""
KEPT: Final = 8
"""Plans kept to breed from."""
HOT: Final = 0.3
"""First temperature of a plan from scratch, as a share of the mean drive between two places."""
WARM: Final = (0.03, 0.12)
"""Least and greatest first temperature of a child, as such a share; the warmer, the longer it is cooled."""
COLD: Final = 0.015
"""Last temperature of both, as such a share."""
NOISE: Final = 0.4
"""Random price of a day, as such a share."""
RUINS: Final = ((8.0, 10.0), (14.0, 6.0))
"""Accounts that a round takes out on average and the longest string among them, in turn where tours are long: few
long strings set the order of tours right, many short ones make room on several days at once. Short tours are cut into
many strings anyway, so that there the first does."""
MOST_UNSERVED: Final = 10
ONE_DAY: Final = 0.5
"""Share of rounds that work on one day and keep the patterns."""
TRIAL_ROUNDS: Final = 2_000
"""Rounds that tell how fast the search is."""
CHUNK: Final = 500
"""Rounds between two looks at the budget."""
LOAD_START: Final = 0.5
"""First price of overload: the mean demand above a capacity costs this share of the mean drive."""
TIME_START: Final = 2.0
"""First price of a unit of time above the longest time of a tour."""
LEAST_START: Final = 0.1
"""Each annealing begins with at least this share of the first prices."""


class Budget(Protocol):
    """How much search there is to be."""

    def used(self) -> float:
        """Return the share that is spent; 1 or more at the end."""

    def count(self, rounds: int) -> None:
        """Take note of rounds that were played."""


@dataclass(slots=True)
class Rounds:
    """A number of rounds: the result repeats on any machine."""

    total: int
    played: int = 0

    def used(self) -> float:
        """Return the share of the rounds that were played."""
        return self.played / max(1, self.total)

    def count(self, rounds: int) -> None:
        """Add rounds."""
        self.played += rounds


class CpuSeconds:
    """CPU time of this process from now on: for comparisons at equal time, where results need not repeat."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._started = time.process_time()

    def used(self) -> float:
        """Return the share of the time that is over."""
        return (time.process_time() - self._started) / max(self._seconds, 1e-9)

    def count(self, rounds: int) -> None:
        """Ignore rounds: only time counts."""


def search_population(problem: Problem, budget: Budget, seed: int, *, scale: float = 0.0) -> Tours:
    """Search with a small population; loads and lengths of tours may be exceeded on the way at rising prices.

    Parameters
    ----------
    scale
        What a typical change costs, to which temperatures are in proportion; the mean drive when 0.

    Returns
    -------
    The best state that keeps every limit; it may miss visits. Where Ctrl-C asks for it (`interruption.listening`), the
    best by then.
    """
    near = scale or typical_drive(problem)
    demand = max(1.0, float(problem.accounts[:, DEMAND].mean()) if len(problem.accounts) else 1.0)
    prices = (HARD, LOAD_START * near / demand, TIME_START)
    desk = empty_desk(problem, seed, prices=prices)
    rng = np.random.default_rng(seed)
    start = empty_tours(problem)
    worth = _worth_from_scratch(problem, start, desk, near, budget)
    share = min(max(worth, FIRST_SHARES[0]), FIRST_SHARES[1])
    size = min(max(round(SCRATCH_SHARE / share), SIZES[0]), SIZES[1])
    kept = [_anneal(problem, start, desk, prices, near, HOT, budget, min(1.0, budget.used() + share))]
    while len(kept) < size and budget.used() < 1.0 and not requested():
        until = min(1.0, budget.used() + share)
        kept.append(_anneal(problem, empty_tours(problem), desk, prices, near, HOT, budget, until))
    while budget.used() < 1.0 and not requested():
        one, other = rng.permutation(len(kept))[:2].tolist()
        child = cross(problem, kept[one][1], kept[other][1], desk, rng)
        warmth = float(rng.random())
        warm, part = (low * (high / low) ** warmth for low, high in (WARM, CHILD_PARTS))
        brief = min(max(worth * part, CHILD_SHARES[0]), CHILD_SHARES[1])
        left = 1.0 - budget.used()
        until = budget.used() + (brief if left > 1.5 * brief else left)
        found = _anneal(problem, child, desk, prices, near, warm, budget, until)
        if all(abs(found[0] - cost) > 1e-6 for cost, _ in kept):
            kept = sorted([*kept, found], key=_cost)[:KEPT]
    return min(kept, key=_cost)[1]


def _worth_from_scratch(problem: Problem, start: Tours, desk: Desk, near: float, budget: Budget) -> float:
    """Play a few rounds and tell which share of the budget a plan from scratch is worth; it may be above 1."""
    before = budget.used()
    ruins = RUINS if has_long_tours(problem) else RUINS[:1]
    for removed_mean, longest_string in ruins:
        heat = Heat(near * HOT, near * HOT, near * NOISE, removed_mean, longest_string, MOST_UNSERVED, ONE_DAY)
        improve(problem, start, empty_tours(problem), empty_tours(problem), desk, heat, TRIAL_ROUNDS // len(ruins), 0.0)
    budget.count(TRIAL_ROUNDS)
    return (budget.used() - before) / TRIAL_ROUNDS * ROUNDS_PER_ACCOUNT * len(problem.accounts)


def _anneal(  # noqa: PLR0917 -- one stretch of search in its parts
    problem: Problem,
    current: Tours,
    desk: Desk,
    prices: tuple[float, float, float],
    near: float,
    hot: float,
    budget: Budget,
    until: float,
) -> tuple[float, Tours]:
    """Cool down one plan over a part of the budget; return the best cost within the limits and its state."""
    best, best_cost, scratch, begin = empty_tours(problem), np.inf, empty_tours(problem), budget.used()
    for price in (LOAD_PRICE, TIME_PRICE):
        desk.prices[price] = max(desk.prices[price], LEAST_START * prices[price])
    ruins = cycle(RUINS if has_long_tours(problem) else RUINS[:1])
    while (used := budget.used()) < until and not requested():
        temperature = near * hot * (COLD / hot) ** ((used - begin) / (until - begin))
        removed_mean, longest_string = next(ruins)
        heat = Heat(temperature, temperature, near * NOISE, removed_mean, longest_string, MOST_UNSERVED, ONE_DAY)
        best_cost = improve(problem, current, scratch, best, desk, heat, CHUNK, best_cost)
        budget.count(CHUNK)
    return best_cost, best


def _cost(plan: tuple[float, Tours]) -> float:
    return plan[0]
