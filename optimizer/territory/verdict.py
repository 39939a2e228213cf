"""Decide within a fixed amount of work whether a problem has a plan."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from optimizer.interruption import late
from optimizer.solving import Effort, Status
from optimizer.territory.bound import least_excess
from optimizer.territory.effort import Budget
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.part import PartTask, solve_part
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.units import UnitProblem, condense, split
from optimizer.territory.verify import verify


class Verdict(StrEnum):
    """What is known about a problem."""

    CLASH = "clash"
    """It is proven that no plan keeps every rule."""
    FITS = "fits"
    """A plan that keeps every rule was found and verified."""
    OPEN = "open"
    """Neither, within the work."""


QUICKLY: Final = Budget(proposals=3_000, annealings=1, neighbourhood_work=0.3, search_work=0.0, proof_work=0.0)
"""A boundary search only: on most maps that have a plan it finds one."""

THOROUGHLY: Final = Budget(proposals=10_000, annealings=1, neighbourhood_work=0.5, search_work=0.1, proof_work=0.5)
"""For parts on which the quick search finds none: balance by neighbourhoods, then a search that can prove."""

PAIR_WORK: Final = {Effort.QUICK: 300_000, Effort.NORMAL: 2_000_000, Effort.THOROUGH: 10_000_000}
"""Open pairs of area and rep that all decisions of one explanation may look at, a fixed amount of work."""

SEARCH_FACTOR: Final = 8
"""How much more than the linear program a search counts."""

MOST_PAIRS: Final = 150_000
"""Open pairs of a problem beyond which not even the linear program is asked here."""


@dataclass(slots=True)
class Judge:
    """Decides about problems until its work is used up; the same work on any machine."""

    pairs_left: int
    seed: int
    deadline: float
    """Wall-clock safety net, in monotonic seconds."""
    found: list[tuple[TerritoryInstance, TerritoryPlan]] = field(default_factory=list)
    """Changed problems that fit, with the plans that show it: each breaks only what was changed."""

    def exhausted(self) -> bool:
        """Tell whether nothing more will be decided."""
        return self.pairs_left <= 0 or late(self.deadline)

    def divided_clash(self, instance: TerritoryInstance) -> bool:
        """Tell whether no plan is possible even if areas may be divided: the cheapest proof."""
        problem = condense(instance)
        return self._shut(problem) or self._priced_out(problem)

    def decide(self, instance: TerritoryInstance) -> Verdict:
        """Return what can be found out about a problem."""
        problem = condense(instance)
        if self._shut(problem) or self._priced_out(problem):
            return Verdict.CLASH
        labels, is_open = np.zeros(problem.n_units, dtype=np.int64), False
        for part in split(problem):
            verdict, local = self._decide_part(part.problem)
            if verdict is Verdict.CLASH:
                return verdict
            is_open = is_open or verdict is Verdict.OPEN
            labels[part.units] = part.reps[local]
        if is_open:
            return Verdict.OPEN
        plan = TerritoryPlan(rep_of_area=labels[problem.unit_of_area])
        if verify(instance, plan):
            return Verdict.OPEN
        self.found.append((instance, plan))
        return Verdict.FITS

    def _decide_part(self, problem: UnitProblem) -> tuple[Verdict, np.ndarray]:
        """Search a part for a plan, at first quickly."""
        status, labels = Status.UNKNOWN, np.zeros(problem.n_units, dtype=np.int64)
        for budget in (QUICKLY, THOROUGHLY):
            pairs = int(problem.allowed.sum())
            if self.exhausted() or pairs > MOST_PAIRS:
                return Verdict.OPEN, labels
            self.pairs_left -= SEARCH_FACTOR * pairs
            task = PartTask(
                problem=problem,
                budget=budget,
                seed=self.seed,
                relative_gap=1.0,
                seconds=max(0.01, self.deadline - time.monotonic()),
                start=None,
                hopeless=budget is QUICKLY,
            )
            result = solve_part(task)
            status, labels = result.status, result.labels
            if status in {Status.OPTIMAL, Status.FEASIBLE}:
                return Verdict.FITS, labels
            if status is Status.INFEASIBLE:
                return Verdict.CLASH, labels
        return Verdict.OPEN, labels

    def _priced_out(self, problem: UnitProblem) -> bool:
        pairs = int(problem.allowed.sum())
        if self.exhausted() or pairs > MOST_PAIRS:
            return False
        self.pairs_left -= pairs
        return least_excess(problem).proven

    @staticmethod
    def _shut(problem: UnitProblem) -> bool:
        """Tell whether an area has no rep, or a rep no home."""
        homes = problem.allowed[problem.home_unit, np.arange(problem.n_reps)]
        return not (homes.all() and problem.allowed.any(axis=1).all())
