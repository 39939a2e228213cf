"""Search for the tours of one rep from several seeds with the compiled kernel."""

from typing import Final

import numpy as np

from optimizer.interruption import late
from optimizer.progress import Observer, Silent
from optimizer.solving import Effort, SolverSettings
from optimizer.tours.annealing import Heat, improve, settle
from optimizer.tours.arrays import FREQUENCY, SLOT_FIELDS, Problem, Tours, build_problem, empty_tours
from optimizer.tours.clock import insertion_prices
from optimizer.tours.desk import HARD, WEEK_PRICE, empty_desk

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
LONGEST_STRING: Final = 14.0
MOST_UNSERVED: Final = 10
"""Accounts without a visit that one round tries to bring in."""
ONE_DAY: Final = 0.3
"""Share of rounds that work on one day and keep the patterns."""
SETTLE_PRICE: Final = 1_000.0
"""Driving minutes for each minute above the week limit when the search is over and accounts look for better days."""
SETTLE_PASSES: Final = 5
WEEK_START_PRICE: Final = 5.0
"""Driving minutes for such a minute at the start of the search."""


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
    share = min(1.0, max(SMALLEST_SHARE, float(problem.accounts[:, FREQUENCY].sum()) / MANY_VISITS))
    chunks = max(1, round(ROUNDS[settings.effort] * share / restarts / CHUNK))
    near = typical_drive(problem)
    for restart in range(restarts):
        current, trial = empty_tours(problem), empty_tours(problem)
        desk = empty_desk(problem, settings.seed * 1_000 + restart, prices=(WEEK_START_PRICE, HARD, HARD))
        for chunk in range(chunks):
            hot, cold = (near * HOT * (COLD / HOT) ** ((chunk + part) / chunks) for part in (0, 1))
            heat = Heat(hot, cold, near * NOISE, REMOVED_MEAN, LONGEST_STRING, MOST_UNSERVED, ONE_DAY)
            best_cost = improve(problem, current, trial, best, desk, heat, CHUNK, best_cost)
            done = (restart * chunks + chunk + 1) / (restarts * chunks)
            observer.report("planning tours", share_done=done, objective=float(best_cost))
            if late(deadline) and done < 1.0:
                return best, False
        desk.prices[WEEK_PRICE] = SETTLE_PRICE
        best_cost = settle(problem, best, trial, desk, best_cost, SETTLE_PASSES)
    return best, True


def typical_drive(problem: Problem) -> float:
    """Return the mean drive between home and accounts and between accounts, at least 1."""
    places = len(problem.drive)
    return max(1.0, float(problem.drive.sum()) / max(1, places * (places - 1)))
