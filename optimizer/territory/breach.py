"""Measure how much a plan breaks all rules together, and how much less it would if one area moved."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import NO_LIMIT, IntArray, TerritoryInstance
from optimizer.territory.units import closed_by

HARDNESS: Final = {
    "territories_hold_their_home": 10.0,
    "locks_hold": 2.0,
    "territories_stay_within_groups": 1.5,
    "forbidden_pairs_are_kept": 1.0,
}
"""What an area with the wrong rep counts, in mean areas; where a rep lives is a fact, so it is given up last."""

TOO_FAR: Final = 0.5
"""What an area beyond the longest drive counts at least, in mean areas; twice the drive counts one more."""

CUT_OFF: Final = 2.0
"""What an area without a way home counts, in mean areas."""

APART: Final = 1.0
"""What each rep beyond the first of a group that is kept together counts, in mean areas."""


@dataclass(frozen=True, slots=True, eq=False)
class Breach:
    """The sum of what a plan breaks, in mean territories: 0.5 is half a territory too much, say, or too little.

    A measure for choosing among plans that all break rules: excess over balance limits as a share of the mean target,
    excess over the cap as a share of what a mean territory holds, areas at fault as a share of the areas of a mean
    territory, weighted by how hard the rule is.
    """

    instance: TerritoryInstance
    wrong: FloatArray
    """What serving an area by a rep counts. Shape (areas, reps)."""
    area_share: float
    """Mean territories in an area."""
    moved_share: float
    """Mean territories in one unit of what changes hands."""
    weight: FloatArray
    """Mean territories in one unit of each measure. Shape (measures,)."""

    @classmethod
    def of(cls, instance: TerritoryInstance) -> Self:
        """Prepare the measure for a problem."""
        share = instance.n_reps / max(1, instance.n_areas)
        wrong = np.zeros((instance.n_areas, instance.n_reps))
        for family, hardness in HARDNESS.items():
            wrong += hardness * closed_by(instance, family)
        if instance.max_drive_minutes != NO_LIMIT:
            over = instance.drive_minutes / max(1, instance.max_drive_minutes) - 1.0
            wrong += np.where(closed_by(instance, "drives_are_short_enough"), TOO_FAR + np.maximum(over, 0.0), 0.0)
        held = float(instance.moved_amount[instance.current_rep >= 0].sum()) / instance.n_reps
        means = [max(1.0, float(measure.targets.mean())) for measure in instance.measures]
        return cls(instance, wrong * share, share, 1.0 / max(1.0, held), 1.0 / np.array(means))

    def total(self, labels: IntArray) -> float:
        """Return how much a plan breaks; 0 if it keeps every rule."""
        instance = self.instance
        pairs = float(self.wrong[np.arange(instance.n_areas), labels].sum())
        balance = self.balance(self.loads(labels))
        return pairs + balance + self.change(self.moved(labels)) + self.apart(labels) + self.cut_off(labels)

    def loads(self, labels: IntArray) -> IntArray:
        """Return what each rep holds of each measure. Shape (measures, reps)."""
        sums = [measure.fixed.copy() for measure in self.instance.measures]
        for row, measure in zip(sums, self.instance.measures, strict=True):
            np.add.at(row, labels, measure.amounts)
        return np.array(sums, dtype=np.int64).reshape(len(sums), self.instance.n_reps)

    def balance(self, loads: IntArray) -> float:
        """Return the excess over all limits of balance."""
        over = [
            np.maximum(np.maximum(load - measure.upper, measure.lower - load), 0).sum()
            for load, measure in zip(loads, self.instance.measures, strict=True)
        ]
        return float(self.weight @ np.array(over, dtype=np.float64)) if over else 0.0

    def moved(self, labels: IntArray) -> int:
        """Return what changes hands."""
        current = self.instance.current_rep
        return int(self.instance.moved_amount[(current >= 0) & (current != labels)].sum())

    def change(self, moved: int) -> float:
        """Return the excess over the cap on what changes hands."""
        return self.moved_share * max(0, moved - self.instance.moved_limit)

    def apart(self, labels: IntArray) -> float:
        """Return what groups that are kept together count for having several reps."""
        inside = self.instance.together >= 0
        pairs = np.unique(np.column_stack([self.instance.together[inside], labels[inside]]), axis=0)
        return APART * self.area_share * (len(pairs) - len(np.unique(pairs[:, 0])))

    def cut_off(self, labels: IntArray) -> float:
        """Return what areas without a way to their home count; without its home, a territory may be anywhere."""
        instance = self.instance
        if not instance.contiguous:
            return 0.0
        beside: list[list[int]] = [[] for _ in range(instance.n_areas)]
        own = labels.tolist()
        for a, b in instance.edges.tolist():
            if own[a] == own[b]:
                beside[a].append(b)
                beside[b].append(a)
        first = np.full(instance.n_reps, -1, dtype=np.int64)
        served, where = np.unique(labels, return_index=True)
        first[served] = where
        at_home = labels[instance.home_areas] == np.arange(instance.n_reps)
        front = np.where(at_home, instance.home_areas, first)
        stack = [area for area in front.tolist() if area >= 0]
        found = set(stack)
        while stack:
            for other in beside[stack.pop()]:
                if other not in found:
                    found.add(other)
                    stack.append(other)
        return CUT_OFF * self.area_share * (instance.n_areas - len(found))
