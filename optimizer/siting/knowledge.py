"""Hold what an exact search for homes knows so far, and say when it must stop."""

import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from optimizer.interruption import requested
from optimizer.siting.bound import Bound, Prices, Region
from optimizer.siting.branching import Geography
from optimizer.siting.instance import SitingInstance
from optimizer.siting.pairs import Limits, Neighbours, Pairs
from optimizer.siting.plan import SitingPlan
from optimizer.siting.verify import cost_of_plan
from optimizer.solving import Effort, SolverSettings, StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Amounts of work, none of them a time on the clock."""

    regions: int
    """Parts of the choices that are bounded."""
    assign_work: float
    """Deterministic seconds for one set of homes."""
    total_work: float
    """Deterministic seconds for all sets of homes."""


BUDGETS: Final = {
    Effort.QUICK: Budget(regions=2_000, assign_work=2.0, total_work=5.0),
    Effort.NORMAL: Budget(regions=50_000, assign_work=15.0, total_work=60.0),
    Effort.THOROUGH: Budget(regions=500_000, assign_work=200.0, total_work=1000.0),
}


@dataclass(slots=True, kw_only=True, eq=False)
class Search:
    """What the search knows so far."""

    instance: SitingInstance
    settings: SolverSettings
    limits: Limits
    neighbours: Neighbours
    pairs: Pairs
    geography: Geography
    budget: Budget
    deadline: float
    plan: SitingPlan | None = None
    cost: float = np.inf
    guess: float = np.inf
    regions: int = 0
    work: float = 0.0
    open_bound: float = np.inf
    """Least bound of what could not be finished."""
    stopped_by: StopReason = StopReason.PROVEN
    waiting: list[tuple[float, int, Region, Prices, Bound]] = field(default_factory=list)

    @property
    def cutoff(self) -> float:
        """A plan must cost less than this to be of interest; costs are whole numbers."""
        wanted = self.cost * (1.0 - self.settings.relative_gap) - 0.5
        return min(wanted, self.guess)

    @property
    def known(self) -> float | None:
        """Cost of the best plan, if there is one."""
        return None if self.plan is None else self.cost

    def keep(self, plan: SitingPlan) -> None:
        """Keep a plan if it is cheaper than the best."""
        cost = cost_of_plan(self.instance, plan)
        if cost < self.cost:
            self.plan, self.cost = plan, float(cost)

    def stop(self) -> StopReason | None:
        """Return why the search must stop, `None` if it may go on."""
        if requested():
            return StopReason.INTERRUPTED
        if time.monotonic() > self.deadline:
            return StopReason.OUT_OF_TIME
        if self.regions > self.budget.regions or self.work >= self.budget.total_work:
            return StopReason.WORK_DONE
        return None
