"""Hold chosen homes, who serves what, and what is known about it."""

from dataclasses import dataclass

from optimizer.solving import Conflict, Status, StopReason
from optimizer.territory.instance import IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SitingPlan:
    """Which candidates are homes, and which home serves each area."""

    homes: IntArray
    """Positions in `candidates`: the fixed ones in their order, then the free ones ascending. Shape (homes,)."""
    home_of_area: IntArray
    """Index into `homes`. Shape (areas,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SitingResult:
    """The best plan found, its value and its proof."""

    status: Status
    plan: SitingPlan | None
    """The plan that keeps every rule; `None` when there is none or none was found."""
    conflicts: tuple[Conflict, ...]
    """Why there is no plan, when the status is infeasible or unknown."""
    objective: float | None
    """Cost of the plan, recomputed without the solver."""
    bound: float
    """No plan that keeps every rule costs less."""
    stopped_by: StopReason
    closest: SitingPlan | None = None
    """Without a plan: the one that breaks the rules least, where one was made."""

    @property
    def gap(self) -> float | None:
        """(objective − bound) / objective, as a share; `None` without a plan."""
        if self.objective is None:
            return None
        return max(0.0, self.objective - self.bound) / self.objective if self.objective else 0.0
