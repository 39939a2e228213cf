"""Hold what the compiled search needs at hand: lists of a round, remembered insertions, prices and random numbers."""

from typing import NamedTuple

import numpy as np

from optimizer.tours.arrays import FREQUENCY, WEEKS, FloatArray, Problem
from optimizer.tours.instance import IntArray

REMOVED, IN_LIST = range(2)
"""Columns of `Desk.lists`."""
TOUCHED, HIT, NEAR = range(3)
"""Columns of `Desk.marks`."""
COST, NOISE, EXTRA = range(3)
"""Columns of `Desk.day_cost`."""
KNOWN_STAMP, KNOWN_COST, KNOWN_COLUMN, KNOWN_EXTRA = range(4)
"""Columns of `Desk.known`."""
WEEK_PRICE, LOAD_PRICE, TIME_PRICE = range(3)
"""Entries of `Desk.prices`."""
IDLE_NIGHTS = 3
"""Entry of `Desk.excess` after those."""
LONG_TOURS = 7.0
"""Visits to a tour on average, from which tours count as long."""
HARD = 1e9
"""A price that nothing is worth: the limit is kept."""


class Desk(NamedTuple):
    """What one search works with beside its states."""

    lists: IntArray
    """REMOVED, the accounts that a round takes out; IN_LIST, by account, 1 when it is among them.
    Shape (accounts, 2)."""
    keys: FloatArray
    """Sort key of each removed account. Shape (accounts,)."""
    marks: IntArray
    """By slot: TOUCHED, 1 when the round has changed it; HIT, 1 when a string was taken from it; NEAR, the last mark of
    an account whose neighbours are in it. Shape (slots, 3)."""
    day_place: IntArray
    """Best slot and column of an insertion on each day. Shape (days, 2)."""
    day_cost: FloatArray
    """COST of that insertion; NOISE, what the round adds to it; EXTRA working time in it. Shape (days, 3)."""
    week_work: IntArray
    """Working time of each week and the time an insertion adds to it; in the last row that of the longest day.
    Shape (weeks + 1, 2)."""
    known: IntArray
    """The cheapest insertion of an account into a slot as it was at KNOWN_STAMP: KNOWN_COST (drive and priced
    overtime), KNOWN_COLUMN, KNOWN_EXTRA (drive). Shape (accounts, slots, 4)."""
    prices: FloatArray
    """Cost of a unit above the week limit, the capacity of a slot, its longest time. Shape (3,)."""
    excess: IntArray
    """What the state measured last has above the limits of those prices, and its nights beside a day without stops.
    Shape (4,)."""
    counter: IntArray
    """State of the random generator, not zero; the last stamp and the last mark of NEAR given out; 1 when tours are
    long, so that near ones are looked at first. Shape (4,)."""


def empty_desk(problem: Problem, seed: int, *, prices: tuple[float, float, float]) -> Desk:
    """Lay out a desk for a problem; the same seed gives the same random numbers."""
    slots, (accounts, days) = len(problem.slots), problem.useful.shape
    known = np.zeros((accounts, slots, 4), dtype=np.int64)
    known[:, :, KNOWN_STAMP] = -1
    return Desk(
        lists=np.zeros((accounts, 2), dtype=np.int64),
        keys=np.zeros(accounts, dtype=np.float64),
        marks=np.zeros((slots, 3), dtype=np.int64),
        day_place=np.zeros((days, 2), dtype=np.int64),
        day_cost=np.zeros((days, 3), dtype=np.float64),
        week_work=np.zeros((1 + max(1, int(problem.rules[WEEKS])), 2), dtype=np.int64),
        known=known,
        prices=np.array(prices, dtype=np.float64),
        excess=np.zeros(4, dtype=np.int64),
        counter=np.array([_mixed(seed), 0, 0, int(has_long_tours(problem))], dtype=np.int64),
    )


def has_long_tours(problem: Problem) -> bool:
    """Tell whether days have several tours, and all visits fill them with many stops each."""
    slots, days = len(problem.slots), problem.useful.shape[1]
    return slots > days and float(problem.accounts[:, FREQUENCY].sum()) >= LONG_TOURS * slots


def _mixed(seed: int) -> int:
    """Spread a small seed over all bits, never zero (splitmix64 of Steele, Lea & Flood, OOPSLA 2014)."""
    mask = (1 << 64) - 1
    z = (seed + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return ((z ^ (z >> 31)) >> 1) | 1
