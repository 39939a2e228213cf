"""Open pairs where the rules leave none, so that a plan that breaks least can be searched for."""

from dataclasses import replace
from typing import Final

import numpy as np

from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.units import UnitProblem, open_pairs

STEPS: Final = (
    ("territories_hold_their_home", "locks_hold", "territories_stay_within_groups", "forbidden_pairs_are_kept"),
    ("territories_hold_their_home", "locks_hold", "territories_stay_within_groups"),
    ("territories_hold_their_home", "locks_hold"),
    ("territories_hold_their_home",),
)
"""Families that still hold at each step of loosening, the hardest to give up last."""


def loosened(instance: TerritoryInstance, problem: UnitProblem) -> UnitProblem:
    """Return the problem with a rep for every bundle and every home with its rep; itself if nothing is amiss.

    Only bundles that no rep may serve are opened: first to the reps that all rules on single pairs leave, whatever the
    size or the path to the home, then step by step to more.
    """
    reps = np.arange(problem.n_reps)
    home_open = problem.allowed[problem.home_unit, reps]
    stuck = ~problem.allowed.any(axis=1)
    if home_open.all() and not stuck.any():
        return problem
    allowed = problem.allowed.copy()
    for families in (("drives_are_short_enough", *STEPS[0]), *STEPS, ()):
        pairs = np.ones_like(allowed)
        np.logical_and.at(pairs, problem.unit_of_area, open_pairs(instance, frozenset(families)))
        shared = np.ones_like(allowed)
        np.logical_and.at(shared, problem.bundle, pairs)
        stuck = ~allowed.any(axis=1)
        allowed[stuck] = shared[problem.bundle[stuck]]
    for rep in reps[::-1].tolist():
        same = problem.bundle == problem.bundle[problem.home_unit[rep]]
        allowed[same] = reps == rep
    return replace(problem, allowed=allowed)
