"""Search for the tours of one rep from several seeds with the compiled kernel."""

from typing import Final

import numpy as np

from optimizer.interruption import late
from optimizer.progress import Observer, Silent
from optimizer.solving import Effort, SolverSettings
from optimizer.tours.annealing import improve, settle
from optimizer.tours.arrays import SLOT_FIELDS, Problem, Tours, build_problem, empty_tours
from optimizer.tours.clock import insertion_prices

ROUNDS: Final = {Effort.QUICK: 10_000, Effort.NORMAL: 25_000, Effort.THOROUGH: 400_000}
"""Rounds of ruin and recreate for one rep; about 0.5, 1.5 and 20 CPU seconds at 90 accounts and 20 days."""
RESTARTS: Final = {Effort.QUICK: 1, Effort.NORMAL: 1, Effort.THOROUGH: 4}
"""Independent runs that share the rounds; the best is kept."""
MANY_VISITS: Final = 100
"""Cycles with fewer wanted visits get a smaller share of the rounds,"""
SMALLEST_SHARE: Final = 0.1
"""but at least this one."""
CHUNK: Final = 400
"""Rounds between two looks at the clock."""
HOT: Final = 0.8
"""First temperature, as a share of the mean drive between two places."""
COLD: Final = 0.03
"""Last temperature, as such a share."""
NOISE: Final = 0.5
"""Random price of a day, as such a share."""
REMOVED_MEAN: Final = 10.0
LONGEST_STRING: Final = 14
SETTLE_PRICE: Final = 1_000.0
"""Driving minutes for such a minute when the search is over and accounts look for better days one by one."""
SETTLE_PASSES: Final = 5
WEEK_PRICE: Final = 5.0
"""Driving minutes for each minute above the week limit at the start of the search."""


def load_kernels() -> None:
    """Compile the kernels, or load them from the cache, on a problem of one account."""
    problem = build_problem(
        drive=np.zeros((2, 2), dtype=np.int64),
        service=[0],
        demand=[0],
        windows=[[[(0, 0)]]],
        patterns=[[(0,)]],
        frequency=[1],
        miss_cost=[1],
        slot_day=[0],
        slots={name: [0] for name in SLOT_FIELDS},
        weeks=1,
        week_limit=0,
        overtime_weight=0,
        level_weight=0,
    )
    search_tours(problem, SolverSettings(effort=Effort.QUICK), np.inf, Silent())
    insertion_prices(problem, empty_tours(problem), 0, np.zeros((1, 3), dtype=np.int64))


def search_tours(problem: Problem, settings: SolverSettings, deadline: float, observer: Observer) -> tuple[Tours, bool]:
    """Run ruin and recreate from several seeds; return the best tours and whether the work was done in time."""
    best = empty_tours(problem)
    best_cost = np.inf
    restarts = RESTARTS[settings.effort]
    share = min(1.0, max(SMALLEST_SHARE, float(problem.frequency.sum()) / MANY_VISITS))
    chunks = max(1, round(ROUNDS[settings.effort] * share / restarts / CHUNK))
    near = _typical_drive(problem)
    for restart in range(restarts):
        current, trial = empty_tours(problem), empty_tours(problem)
        rng = np.array([_mixed(settings.seed * 1_000 + restart)], dtype=np.int64)
        week_price = np.array([WEEK_PRICE])
        for chunk in range(chunks):
            hot, cold = (near * HOT * (COLD / HOT) ** ((chunk + part) / chunks) for part in (0, 1))
            best_cost = improve(
                problem,
                current,
                trial,
                best,
                rng,
                week_price,
                CHUNK,
                hot,
                cold,
                near * NOISE,
                REMOVED_MEAN,
                LONGEST_STRING,
                best_cost,
            )
            done = (restart * chunks + chunk + 1) / (restarts * chunks)
            observer.report("planning tours", share_done=done, objective=float(best_cost))
            if late(deadline) and done < 1.0:
                return best, False
        best_cost = settle(problem, best, trial, rng, SETTLE_PRICE, best_cost, SETTLE_PASSES)
    return best, True


def _typical_drive(problem: Problem) -> float:
    """Return the mean drive between home and accounts and between accounts, at least 1."""
    places = len(problem.drive)
    return max(1.0, float(problem.drive.sum()) / max(1, places * (places - 1)))


def _mixed(seed: int) -> int:
    """Spread a small seed over all bits, never zero (splitmix64 of Steele, Lea & Flood, OOPSLA 2014)."""
    mask = (1 << 64) - 1
    z = (seed + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return ((z ^ (z >> 31)) >> 1) | 1
