"""Name the solver's settings, its outcomes and the terms of an objective."""

from dataclasses import dataclass
from enum import StrEnum


class Effort(StrEnum):
    """How much search a plan is worth; a fixed amount of work, not of time, so that results repeat."""

    QUICK = "quick"
    NORMAL = "normal"
    THOROUGH = "thorough"


class Status(StrEnum):
    """What is known about a plan."""

    OPTIMAL = "optimal"
    """The plan keeps every rule and no better one exists (gap within `relative_gap`)."""
    FEASIBLE = "feasible"
    """The plan keeps every rule; a better one may exist."""
    INFEASIBLE = "infeasible"
    """It is proven that no plan keeps every rule."""
    UNKNOWN = "unknown"
    """No plan that keeps every rule was found, and none was proven impossible."""


class StopReason(StrEnum):
    """Why a search ended."""

    PROVEN = "proven"
    WORK_DONE = "work done"
    """The amount of work that `effort` allows was used up: the result repeats on any machine."""
    OUT_OF_TIME = "out of time"
    """The safety net `seconds` was reached: the result may differ on a slower machine."""
    INTERRUPTED = "interrupted"
    """The user asked for the best plan found so far (Ctrl-C)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings:
    """The closed list of what a user may set about a solver."""

    effort: Effort = Effort.NORMAL
    seconds: float = 600.0
    """Wall-clock safety net of one stage, in seconds."""
    workers: int = 2
    """Processes that work side by side; never changes the result."""
    seed: int = 1
    relative_gap: float = 0.0
    """Stop when the gap between plan and bound is at most this share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One part of an objective: `weight · value` is what it adds."""

    name: str
    unit: str
    weight: float
    value: float

    @property
    def contribution(self) -> float:
        """What the term adds to the objective."""
        return self.weight * self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule, with how much."""

    rule: str
    """The name of the constraint family, such as `territories_are_contiguous`."""
    subject: str
    """Id of the rep, area or account concerned."""
    amount: float
    unit: str
    text: str
    """The sentence for the planner, such as `R04: potential 12.3 % above target, 10 % allowed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the planner's rules, as far as it takes part in a clash."""

    rule: str
    """The name of the constraint family."""
    subject: str = ""
    """Id of the area that the line names (of a group kept together, its first area), or name of the measure."""
    reps: tuple[str, ...] = ()
    """Ids of the reps that the line names, or at whose limits it pinches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """The smallest change of one rule after which, all other rules kept, a plan exists."""

    rule: str
    subject: str = ""
    """Name of the measure whose tolerance is meant."""
    now: float
    """What the planner wrote: a tolerance or a cap as a share, minutes, or the number of lines."""
    least: float
    """Proven: with less there is no plan."""
    enough: float
    """With this a plan was found. Lines given up count from 0, switches are 1."""
    lines: tuple[Line, ...] = ()
    """The lines to give up, where lines are counted."""
    text: str
    """The sentence for the planner."""

    @property
    def proven(self) -> bool:
        """Whether no smaller change would do."""
        return self.least >= self.enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Rules that cannot all be kept."""

    rules: tuple[str, ...]
    """Names of the constraint families that clash."""
    text: str
    """The sentence for the planner, with numbers."""
    lines: tuple[Line, ...] = ()
    """The planner's lines that clash; empty where they were not found out."""
    minimal: bool = False
    """Whether it is proven that without any one of `lines` the others can be kept."""
    loosenings: tuple[Loosening, ...] = ()
    """Changes of which each alone is enough where the lines clash."""


class InvalidInstanceError(ValueError):
    """The instance itself is wrong (shapes, indices, signs); no solver was asked."""
