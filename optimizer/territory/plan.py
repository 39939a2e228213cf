"""Hold a territory plan and what is known about it."""

from dataclasses import dataclass

from optimizer.solving import Conflict, Status, StopReason, Term, Violation
from optimizer.territory.instance import IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TerritoryPlan:
    """Who serves each area."""

    rep_of_area: IntArray
    """Index of the rep. Shape (areas,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TerritoryResult:
    """The best plan found, its value and its proof."""

    status: Status
    plan: TerritoryPlan | None
    """The plan that keeps every rule; `None` when there is none or none was found."""
    closest: TerritoryPlan | None
    """Without a plan: the one that breaks the rules least, so that the planner sees where it pinches."""
    violations: tuple[Violation, ...]
    """What `closest` breaks; empty for a plan."""
    conflicts: tuple[Conflict, ...]
    """Rules that clash, when the status is infeasible or unknown."""
    terms: tuple[Term, ...]
    """The parts of the objective, recomputed from the plan without the solver."""
    bound: float
    """No plan that keeps every rule costs less."""
    stopped_by: StopReason

    @property
    def objective(self) -> float | None:
        """Sum of the terms of `plan` (or of `closest`)."""
        return sum(term.contribution for term in self.terms) if self.terms else None

    @property
    def gap(self) -> float | None:
        """(objective − bound) / objective, as a share; `None` without a plan."""
        if self.plan is None or self.objective is None:
            return None
        return max(0.0, self.objective - self.bound) / self.objective if self.objective else 0.0
