"""Anneal hotter and hotter until the territories are balanced."""

import time
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from optimizer.interruption import late, requested
from optimizer.territory.bound import FloatArray
from optimizer.territory.boundary import anneal
from optimizer.territory.excess import excess_of
from optimizer.territory.instance import IntArray
from optimizer.territory.units import UnitProblem
from optimizer.territory.warmstart import detached


class Step(NamedTuple):
    """One annealing of a chain."""

    hot: float
    """First temperature as a share of the mean cost of a unit."""
    dear: float
    """Price of excess as a multiple of the chain's."""


STEPS: Final = (Step(0.3, 1.0), Step(2.0, 3.0), Step(15.0, 10.0), Step(40.0, 10.0))
"""On an even map the first step balances. Where single units hold a third of a territory, as in Iowa's capital, only
great heat carries them from territory to territory; the shapes it costs are won back on neighbourhoods."""

HASTY: Final = 2_000_000
"""Most moves to propose once the user wants the best so far and there is no balanced labelling yet."""

GENTLE: Final = Step(0.01, 1.0)
"""First step for a given start: keep its shape, mend its borders."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """A labelling to be improved in steps."""

    problem: UnitProblem
    labels: IntArray
    price: FloatArray
    """What one unit of excess of each measure costs at first. Shape (measures,)."""
    proposals: int
    """Moves to propose in each step."""
    steps: tuple[Step, ...]
    seed: int
    seconds: float
    """Wall-clock safety net."""


def anneal_until_balanced(chain: Chain) -> IntArray:
    """Return the best labelling of the steps up to the first that leaves no excess."""
    best, deadline = chain.labels, time.monotonic() + chain.seconds
    asked = requested()
    for number, step in enumerate(chain.steps[:1] if asked else chain.steps):
        if number and (excess_of(chain.problem, best) == 0.0 or late(deadline)):
            break
        found = anneal(
            chain.problem,
            best,
            price=chain.price * step.dear,
            proposals=min(chain.proposals, HASTY) if asked else chain.proposals,
            seed=chain.seed * len(STEPS) + number,
            hot=step.hot,
        )
        best = min((best, found.labels), key=lambda labels: rank(chain.problem, labels))
    if requested() and not asked and excess_of(chain.problem, best) > 0.0:
        return anneal_until_balanced(replace(chain, labels=best))
    return best


def rank(problem: UnitProblem, labels: IntArray) -> tuple[int, float, int]:
    """Return what makes one labelling better than another: nothing cut off, then least excess, then least cost."""
    cut_off = len(detached(problem, labels))
    closed = int((~problem.allowed[np.arange(problem.n_units), labels]).sum())
    return cut_off + closed, excess_of(problem, labels), problem.total_cost(labels)
