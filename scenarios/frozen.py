"""Find out which territories stay as they are today: by name, or because a repair does not reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from optimizer.territory.instance import IntArray
from scenarios.adjacency import bridge_islands
from scenarios.schema import Territories

BoolArray = NDArray[np.bool_]
NAMED_AT_MOST: Final = 5
"""Areas that a note names before it only counts them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frozen:
    """Who keeps what."""

    rep_of_area: IntArray
    """The rep who keeps an area whatever the plan, -1 for areas that are shared out. Shape (areas,)."""
    reps: BoolArray
    """Whether a rep is frozen. Shape (reps,)."""
    notes: tuple[str, ...]

    def locks(self) -> IntArray:
        """Return pairs (area, rep) that hold. Shape (areas of frozen reps, 2)."""
        kept = np.flatnonzero(self.rep_of_area >= 0)
        return np.column_stack([kept, self.rep_of_area[kept]])

    def forbidden(self) -> IntArray:
        """Return pairs (area, rep) that do not: a frozen rep gets nothing new. Shape (pairs, 2)."""
        shared = np.flatnonzero(self.rep_of_area < 0)
        reps = np.flatnonzero(self.reps)
        return np.column_stack([np.repeat(shared, len(reps)), np.tile(reps, len(shared))])

    def groups(self, area_group: IntArray, rep_group: IntArray) -> IntArray:
        """Count each kept area to the group of its rep: nobody may change that it lies in another. Shape (areas,)."""
        own = rep_group[np.maximum(self.rep_of_area, 0)]
        return np.where((self.rep_of_area >= 0) & (own >= 0), own, area_group)

    def minutes_over(self, drive_minutes: IntArray, limit: int) -> IntArray:
        """Return how much farther from its rep each kept area lies than allowed: nobody may change it. Shape (areas,).

        Parameters
        ----------
        drive_minutes
            Shape (areas, reps).
        limit
            The longest drive allowed.
        """
        minutes = drive_minutes[np.arange(len(self.rep_of_area)), np.maximum(self.rep_of_area, 0)]
        return np.where(self.rep_of_area >= 0, np.maximum(minutes - limit, 0), 0)


def unjudged_notes(
    frozen: Frozen, names: Sequence[str], rep_ids: Sequence[str], *, strange: BoolArray, over: IntArray, limit: int
) -> list[str]:
    """Tell which rules frozen territories break today, and are left to break.

    Parameters
    ----------
    names
        What the planner calls the areas.
    strange
        Whether an area lies outside the region of its frozen rep. Shape (areas,).
    over, limit
        See `Frozen.minutes_over`.
    """

    def told(areas: IntArray, words: Sequence[str]) -> str:
        some = [f"{rep_ids[frozen.rep_of_area[a]]}'s {names[a]}{word}" for a, word in zip(areas, words, strict=True)]
        more = f" and {len(some) - NAMED_AT_MOST} more" if len(some) > NAMED_AT_MOST else ""
        return f"{', '.join(some[:NAMED_AT_MOST])}{more}; left as it is, since frozen territories are not judged."

    notes = []
    outside, far = np.flatnonzero(strange), np.flatnonzero(over)
    if len(outside):
        notes.append(f"Outside the region of its rep: {told(outside, [''] * len(outside))}")
    if len(far):
        minutes = [f" ({limit + by} min)" for by in over[far].tolist()]
        notes.append(f"Farther from home than the {limit} minutes allowed: {told(far, minutes)}")
    return notes


def frozen_territories(
    rules: Territories, rep_ids: Sequence[str], current: IntArray, homes: IntArray, edges: IntArray
) -> Frozen:
    """Freeze the territories of the reps that `freeze` names and, in a repair, of those that it does not reach.

    Parameters
    ----------
    rules
        The section `territories`.
    rep_ids
        Ids of the reps.
    current
        Today's rep of each area, -1 for none. Shape (areas,).
    homes
        The area that each rep lives in. Shape (reps,).
    edges
        Neighbouring areas. Shape (edges, 2).
    """
    reps = np.isin(rep_ids, list(rules.freeze))
    notes = []
    if rules.mode == "repair":
        reached = repair_reaches(current, homes, edges, n_reps=len(rep_ids), reach=rules.repair_reach)
        orphans, joined = int((current < 0).sum()), _joined(current, len(rep_ids))
        names = ", ".join(np.array(rep_ids)[reached & ~reps]) or "nobody"
        notes.append(
            f"Repair: areas without a rep today: {orphans}; reps without an area: {int(joined.sum())}. These and the "
            f"territories near them are shared out anew, between {names}. "
            f"Territories that stay as they are: {int((~reached | reps).sum())}."
        )
        reps |= ~reached
    kept = (current >= 0) & reps[np.maximum(current, 0)]
    if reps.any():
        names = ", ".join(np.array(rep_ids)[reps])
        notes.append(f"Frozen, with the areas of today and without a limit on their balance: {names}.")
    return Frozen(rep_of_area=np.where(kept, current, -1), reps=reps, notes=tuple(notes))


def repair_reaches(current: IntArray, homes: IntArray, edges: IntArray, *, n_reps: int, reach: int) -> BoolArray:
    """Tell which reps take part in a repair.

    Those who joined do; at reach 1 those whose territory touches or holds an area without a rep or the home of one who
    joined; at each reach more those whose territory touches the territory of one who takes part. Shape (reps,).
    """
    joined = _joined(current, n_reps)
    damaged = current < 0
    damaged[homes[joined]] = True
    reached = joined.copy()
    for _ in range(reach):
        a, b = edges.T
        near = damaged.copy()
        near[a[damaged[b]]] = True
        near[b[damaged[a]]] = True
        reached[np.unique(current[near & (current >= 0)])] = True
        damaged = (current < 0) | reached[np.maximum(current, 0)]
    return reached


def joined_pieces(areas: gpd.GeoDataFrame, edges: IntArray, frozen: Frozen) -> IntArray:
    """Link the pieces of each frozen territory: it stays as it is even if it lies in pieces. Shape (links, 2)."""
    links = [np.empty((0, 2), dtype=np.int64)]
    for rep in np.flatnonzero(frozen.reps):
        members = np.flatnonzero(frozen.rep_of_area == rep)
        local = np.full(len(areas), -1, dtype=np.int64)
        local[members] = np.arange(len(members))
        inside = local[edges]
        _, bridges = bridge_islands(areas.iloc[members], inside[(inside >= 0).all(axis=1)])
        links.append(members[bridges].reshape(-1, 2))
    return np.vstack(links)


def _joined(current: IntArray, n_reps: int) -> BoolArray:
    """Tell which reps have no area today. Shape (reps,)."""
    return np.asarray(np.bincount(current[current >= 0], minlength=n_reps) == 0)
