"""Define the keys of the territory plan."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.values import Identifier, Section, Share


class Balance(Section):
    """One measure that territories share fairly."""

    tolerance: Annotated[float, Field(gt=0.0, le=1.0)] = 0.10
    """Greatest deviation of a territory from its target, as a share."""
    share_by: Literal["hours", "equal"] = "hours"
    """Targets in proportion to the reps' weekly hours, or equal."""


class BalanceMeasureName(StrEnum):
    """What can be balanced."""

    POTENTIAL = "potential"
    WORKLOAD = "workload"
    ACCOUNTS = "accounts"


class Lock(Section):
    """An area that must, or must not, belong to a rep."""

    area: Identifier
    """area_id, or the name of the area when it is unique."""
    rep: Identifier
    """rep_id."""


class Objective(Section):
    """What a good plan is, besides keeping the rules."""

    travel: Annotated[float, Field(gt=0.0)] = 1.0
    """Weight of visit minutes driven between homes and areas."""
    disruption: Annotated[float, Field(ge=0.0)] = 0.0
    """Weight of a share of potential that changes hands: 1.0 makes moving everything as dear as all travel."""


class Territories(Section):
    """Rules and aims of the territory plan."""

    balance: dict[BalanceMeasureName, Balance] = Field(
        default_factory=lambda: {BalanceMeasureName.POTENTIAL: Balance(), BalanceMeasureName.WORKLOAD: Balance()},
        strict=False,
    )
    """Measures to balance: potential, workload, accounts."""
    objective: Objective = Field(default_factory=Objective)
    """Weights."""
    contiguous: bool = True
    """Whether each territory must be in one piece; it holds its rep's home in any case."""
    within: Literal["none", "region"] = "none"
    """`region`: reps serve only areas of their region, and targets are shared out inside each region."""
    keep_together: Literal["none", "district"] = "none"
    """`district`: all areas of a district go to one rep."""
    locks: tuple[Lock, ...] = Field(default=(), strict=False)
    """Areas that must belong to a rep."""
    forbidden: tuple[Lock, ...] = Field(default=(), strict=False)
    """Areas that must not belong to a rep."""
    max_drive_minutes: Annotated[int, Field(ge=1)] | None = None
    """Greatest drive from home to any area of the territory."""
    max_disruption: Share | None = None
    """Greatest share of potential that may change hands."""
