"""Hold a territory problem, solver-ready: integers and indices, no units left to guess."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.solving import InvalidInstanceError

NO_LIMIT: Final = np.iinfo(np.int64).max
"""The value of a limit that does not bind."""

IntArray = NDArray[np.int64]


def _none() -> IntArray:
    return np.zeros(0, dtype=np.int64)


def amount_text(amount: float, unit: str, scale: int) -> str:
    """Write an amount in units, with as many decimals as its scale gives, such as "1,234.5 EUR"."""
    number = f"{amount / scale:,.{len(str(scale)) - 1}f}"
    return f"{number.rstrip('0').rstrip('.') if scale > 1 else number} {unit}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BalanceMeasure:
    """An amount per area whose sum over each territory must lie between two limits."""

    name: str
    """The planner's word, such as `potential` or `workload`."""
    unit: str
    amounts: IntArray
    """Amount of each area in `unit`, not negative. Shape (areas,)."""
    targets: IntArray
    """Wanted sum of each rep. Shape (reps,)."""
    lower: IntArray
    """Least sum allowed. Shape (reps,)."""
    upper: IntArray
    """Greatest sum allowed. Shape (reps,)."""
    tolerance: float
    """The share of the target that made `lower` and `upper`, for messages."""
    scale: int = 1
    """How many of the integers above make one `unit`, such as 100 for money counted in cents."""
    fixed: IntArray = field(default_factory=_none)
    """What each rep holds whatever the plan, such as accounts that stay with him; counts in his sum. Zeros when left
    out. Shape (reps,)."""

    def __post_init__(self) -> None:
        if not len(self.fixed):
            object.__setattr__(self, "fixed", np.zeros_like(self.targets))

    def text(self, amount: float) -> str:
        """Write an amount for the planner, with its unit."""
        return amount_text(amount, self.unit, self.scale)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TerritoryInstance:
    """Give every area to one rep so that territories are balanced, contiguous and cheap to travel."""

    area_ids: tuple[str, ...]
    rep_ids: tuple[str, ...]
    edges: IntArray
    """Pairs of neighbouring areas, first index below second, sorted, each once. Shape (edges, 2)."""
    home_areas: IntArray
    """The area that belongs to each rep and roots the territory; all different. Shape (reps,)."""
    travel_cost: IntArray
    """Cost of serving an area from a rep's home (visit-weighted drive minutes). Shape (areas, reps)."""
    drive_minutes: IntArray
    """One-way drive from a rep's home to an area, for the rule on the longest drive. Shape (areas, reps)."""
    measures: tuple[BalanceMeasure, ...]
    area_group: IntArray
    """Group (such as a region) of each area, for the rule `territories_stay_within_groups`. Shape (areas,)."""
    rep_group: IntArray
    """The one group that a rep may serve, -1 for any. Shape (reps,)."""
    together: IntArray
    """Areas with the same label must have the same rep; -1 for areas that are free. Shape (areas,)."""
    locks: IntArray
    """Pairs (area, rep) that must hold. Shape (locks, 2)."""
    forbidden: IntArray
    """Pairs (area, rep) that must not hold. Shape (forbidden, 2)."""
    max_drive_minutes: int
    """Greatest `drive_minutes` from home to an area of the territory; NO_LIMIT switches the rule off."""
    contiguous: bool
    """Whether every territory must be connected through `edges`."""
    current_rep: IntArray
    """The rep who serves each area today, -1 for none. Shape (areas,)."""
    moved_amount: IntArray
    """What changes hands if an area leaves its current rep (such as its potential). Shape (areas,)."""
    move_weight: float
    """Cost of one unit of `moved_amount` in the objective, in units of `travel_cost`."""
    moved_limit: int
    """Greatest sum of `moved_amount` that may change hands; NO_LIMIT switches the rule off."""
    moved_unit: str = ""
    """Unit of what changes hands, for messages."""
    moved_scale: int = 1
    """How many of `moved_amount` make one `moved_unit`."""
    left_amount: int = 0
    """What changes hands whatever the plan, since the rep who serves it today has left; in the units of `moved_amount`,
    and beside what `moved_limit` allows. For messages and shares of the whole."""
    left_areas: int = 0
    """How many areas that is; their `current_rep` is -1."""
    drive_over: IntArray = field(default_factory=_none)
    """How much farther each area is from its frozen rep than the rule allows: left out of `drive_minutes`, since nobody
    may change it, and added where drives are shown. Nothing when left out. Shape (areas,)."""
    split_group: IntArray = field(default_factory=_none)
    """Group (such as a district) of each area that should have few reps, -1 for none: a wish with a price, where
    `together` is a rule. All -1 when left out. Shape (areas,)."""
    split_price: int = 0
    """Cost of each rep beyond the first who serves areas of one split group, in units of `travel_cost`."""
    travel_unit: str = "visit-weighted minutes"
    """Unit of `travel_cost`, for messages."""
    area_names: tuple[str, ...] = ()
    """What the planner calls each area, for messages; the ids when left out."""
    group_names: tuple[str, ...] = ()
    """What the planner calls each group of `area_group`, for messages."""

    def __post_init__(self) -> None:
        areas, reps = len(self.area_ids), len(self.rep_ids)
        if not len(self.split_group):
            object.__setattr__(self, "split_group", np.full(areas, -1, dtype=np.int64))
        shapes = {
            "home_areas": (self.home_areas.shape, (reps,)),
            "travel_cost": (self.travel_cost.shape, (areas, reps)),
            "drive_minutes": (self.drive_minutes.shape, (areas, reps)),
            "area_group": (self.area_group.shape, (areas,)),
            "rep_group": (self.rep_group.shape, (reps,)),
            "together": (self.together.shape, (areas,)),
            "current_rep": (self.current_rep.shape, (areas,)),
            "moved_amount": (self.moved_amount.shape, (areas,)),
            "split_group": (self.split_group.shape, (areas,)),
        }
        for measure in self.measures:
            shapes[f"{measure.name}.amounts"] = (measure.amounts.shape, (areas,))
            for part in ("targets", "lower", "upper", "fixed"):
                shapes[f"{measure.name}.{part}"] = (getattr(measure, part).shape, (reps,))
        wrong = [f"{name} has shape {got}, expected {want}" for name, (got, want) in shapes.items() if got != want]
        if len(np.unique(self.home_areas)) != reps:
            wrong.append("home_areas are not all different")
        if self.travel_cost.size and self.travel_cost.min() < 0:
            wrong.append("travel_cost has a negative entry")
        wrong += [f"{m.name} has a negative amount" for m in self.measures if m.amounts.size and m.amounts.min() < 0]
        wrong += [f"{m.name} has a negative fixed amount" for m in self.measures if m.fixed.size and m.fixed.min() < 0]
        if self.split_price < 0:
            wrong.append("split_price is negative")
        if self.edges.size and not (self.edges[:, 0] < self.edges[:, 1]).all():
            wrong.append("edges are not pairs with the first index below the second")
        if wrong:
            raise InvalidInstanceError("; ".join(wrong))

    def area_text(self, area: int) -> str:
        """Name an area for the planner, such as "Lille (59350)"."""
        name, key = self.area_names[area] if self.area_names else "", self.area_ids[area]
        return key if name in {"", key} else f"{name} ({key})"

    def shown_minutes(self, rep_of_area: IntArray) -> IntArray:
        """Return the one-way drive to each area from the home of its rep, for people to see. Shape (areas,)."""
        minutes = self.drive_minutes[np.arange(self.n_areas), rep_of_area]
        if not len(self.drive_over):
            return minutes
        kept_by = np.full(self.n_areas, -1, dtype=np.int64)
        kept_by[self.locks[:, 0]] = self.locks[:, 1]
        return minutes + np.where(kept_by == rep_of_area, self.drive_over, 0)

    def left_notes(self) -> tuple[str, ...]:
        """Tell the planner what changes hands in any plan, since a rep has left; nothing where none has."""
        if not self.left_areas:
            return ()
        amount = amount_text(self.left_amount, self.moved_unit, self.moved_scale)
        return (f"besides, {amount} in {self.left_areas} areas of reps who left change hands, which no plan can avoid",)

    @property
    def n_areas(self) -> int:
        """Number of areas."""
        return len(self.area_ids)

    @property
    def n_reps(self) -> int:
        """Number of reps."""
        return len(self.rep_ids)
