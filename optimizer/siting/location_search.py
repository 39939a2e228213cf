"""Look for good homes: sow, share out, recentre, swap; where territories hang together comes later."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.interruption import late
from optimizer.siting.instance import SitingInstance
from optimizer.siting.location_kernels import nearest, recentre, settle, sow_evenly
from optimizer.siting.location_prices import Limits, Near, Shared, share_out, softness
from optimizer.siting.location_swaps import swap_homes
from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import IntArray

PASSES = 10
"""Newton steps of one sharing out; from good prices three or four are enough."""

SETTLING_ROUNDS = 25
"""Rounds of sharing out and recentring after sowing; homes rarely move for longer."""

SWAP_TERRITORIES = 8
"""Territories that a swap shares out anew."""

SWAP_ROUNDS = 6
"""Rounds of sharing out and recentring after a swap."""

SWAPS_AT_ONCE = 100
"""Swaps between two sharings out of the whole map."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Homes:
    """Chosen homes with prices that balance them."""

    homes: IntArray
    """Positions in `candidates`, the fixed ones first. Shape (homes,)."""
    price: FloatArray
    """Shape (measures, homes); for amounts of which a mean territory has 1."""
    labels: IntArray
    """Cheapest home of each area at these prices, in pieces where it so happens. Shape (areas,)."""
    value: float
    """Smoothed cost of the best division, to compare homes by."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """The arrays of a siting problem that the compiled code works on."""

    instance: SitingInstance
    candidate_at: IntArray
    """Candidate of each area, -1 for none. Shape (areas,)."""
    limits: Limits

    @property
    def everywhere(self) -> IntArray:
        """All areas. Shape (areas,)."""
        return np.arange(self.instance.n_areas)

    def near(self, homes: IntArray) -> Near:
        """Return the nearest homes of every area."""
        return nearest(self.instance.cost, self.instance.candidates, self.everywhere, homes)

    def shared(self, homes: IntArray, price: FloatArray) -> Homes:
        """Return the homes with prices improved."""
        near, price = self.near(homes), price.copy()
        found = share_out(near, self.limits, softness(near[0], self.limits), price, PASSES)
        return Homes(homes=homes, price=price, labels=found.labels, value=found.value)

    def followed(self, homes: IntArray, labels: IntArray) -> IntArray:
        """Return homes that have moved to the best candidates of their territories."""
        moved = homes.copy()
        n_fixed = len(self.instance.fixed)
        recentre(self.instance.cost, self.candidate_at, self.everywhere, labels, moved, n_fixed)
        return moved


def field_of(instance: SitingInstance) -> Field:
    """Return the arrays of an instance, amounts divided by those of a mean territory."""
    candidate_at = np.full(instance.n_areas, -1, dtype=np.int64)
    candidate_at[instance.candidates] = np.arange(instance.n_candidates)
    means = [max(1.0, float(measure.amounts.sum()) / instance.n_homes) for measure in instance.measures]
    scaled = [
        np.array([getattr(m, part) / mean for m, mean in zip(instance.measures, means, strict=True)]).reshape(
            len(means), -1
        )
        for part in ("amounts", "lower", "upper")
    ]
    amounts, lower, upper = scaled
    ceiling = 2.0 * instance.n_homes
    limits = (amounts, np.maximum(lower, 0.0), np.minimum(upper, ceiling))
    return Field(instance=instance, candidate_at=candidate_at, limits=limits)


def sown(field: Field, seed: int) -> Homes:
    """Return settled homes from one sowing."""
    instance = field.instance
    homes = np.concatenate([instance.fixed, np.zeros(instance.n_homes - len(instance.fixed), dtype=np.int64)])
    state: NDArray[np.uint64] = np.array([seed], dtype=np.uint64)
    sow_evenly(instance.cost, field.candidate_at, homes, len(instance.fixed), field.limits, state)
    price = np.zeros(field.limits[1].shape)
    found = _settled(field, homes, price, SETTLING_ROUNDS)
    return Homes(homes=homes, price=price, labels=found.labels, value=found.value)


def swapped(field: Field, start: Homes, *, tries: int, seed: int, deadline: float = math.inf) -> Homes:
    """Return homes improved by swaps; never worse than the start. No swaps begin after the safety net."""
    instance, best = field.instance, start
    if len(instance.fixed) == instance.n_homes:
        return start
    homes, price, labels = start.homes.copy(), start.price.copy(), start.labels.copy()
    state: NDArray[np.uint64] = np.array([seed], dtype=np.uint64)
    for _ in range(max(1, tries // SWAPS_AT_ONCE)):
        if late(deadline):
            break
        swap_homes(
            instance.cost,
            instance.candidates,
            field.candidate_at,
            homes,
            labels,
            len(instance.fixed),
            field.limits,
            price,
            (min(tries, SWAPS_AT_ONCE), SWAP_TERRITORIES, SWAP_ROUNDS, PASSES),
            state,
        )
        found = _settled(field, homes, price, SWAP_ROUNDS)
        labels[:] = found.labels
        if found.value < best.value:
            best = Homes(homes=homes.copy(), price=price.copy(), labels=labels.copy(), value=found.value)
    return best


def _settled(field: Field, homes: IntArray, price: FloatArray, rounds: int) -> Shared:
    """Share areas out and move free homes to their best places; `homes` and `price` are improved in place."""
    instance = field.instance
    return settle(
        instance.cost,
        instance.candidates,
        field.candidate_at,
        field.everywhere,
        homes,
        len(instance.fixed),
        field.limits,
        price,
        rounds,
        PASSES,
    )
