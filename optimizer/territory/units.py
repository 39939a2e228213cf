"""Condense an instance into units that move as one, and split it into parts that do not touch."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from optimizer.territory.instance import NO_LIMIT, IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.reach import edges_inside, reach_home

BoolArray = NDArray[np.bool_]

FAMILIES: Final = (
    "territories_hold_their_home",
    "territories_are_balanced",
    "territories_are_contiguous",
    "territories_stay_within_groups",
    "groups_are_kept_together",
    "locks_hold",
    "forbidden_pairs_are_kept",
    "drives_are_short_enough",
    "few_areas_change_hands",
)
"""The constraint families that can be switched off, in the order in which they are blamed."""

LARGEST_DENOMINATOR: Final = 1000
"""A `move_weight` with at most this denominator makes whole-number costs without rounding."""

LARGEST_TOTAL: Final = 1e11
"""Scaled costs stay below this sum, far from where floating-point numbers lose whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitProblem:
    """The condensed problem: a unit is a connected set of areas with one rep; bundles of units share their rep."""

    unit_of_area: IntArray
    """Shape (areas,)."""
    starts: IntArray
    """Where the neighbours of each unit start in `neighbours`. Shape (units + 1,)."""
    neighbours: IntArray
    """Neighbouring units, sorted within each unit. Shape (2 · edges,)."""
    home_unit: IntArray
    """Shape (reps,)."""
    cost: IntArray
    """Objective of giving a unit to a rep, times `cost_scale`. Shape (units, reps)."""
    cost_scale: int
    amounts: IntArray
    """Shape (measures, units)."""
    lower: IntArray
    """Shape (measures, reps)."""
    upper: IntArray
    """Shape (measures, reps)."""
    allowed: BoolArray
    """Whether the rules leave a pair open. Shape (units, reps)."""
    moved: IntArray
    """What changes hands when a rep gets a unit. Shape (units, reps)."""
    moved_limit: int
    bundle: IntArray
    """Units with the same label have the same rep (keep-together groups in several pieces). Shape (units,)."""
    contiguous: bool
    split_members: IntArray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    """Pairs (unit, group) of groups that should have few reps, sorted, each once. Shape (members, 2)."""
    split_price: int = 0
    """Objective of each rep beyond the first of a group, times `cost_scale`."""

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.starts) - 1

    @property
    def n_reps(self) -> int:
        """Number of reps."""
        return len(self.home_unit)

    def beside(self, unit: int) -> IntArray:
        """Return the neighbours of a unit."""
        return self.neighbours[self.starts[unit] : self.starts[unit + 1]]

    def graph(self) -> csr_array:
        """Return the neighbourhood as a sparse matrix of ones. Shape (units, units)."""
        ones = np.ones(len(self.neighbours), dtype=np.int8)
        return csr_array((ones, self.neighbours, self.starts), shape=(self.n_units, self.n_units))

    def total_cost(self, labels: IntArray) -> int:
        """Return the objective of a labelling, times `cost_scale`."""
        cost = int(self.cost[np.arange(self.n_units), labels].sum())
        return cost + self.split_price * self.extra_reps(labels) if self.split_price else cost

    def extra_reps(self, labels: IntArray) -> int:
        """Return the reps beyond the first of each split group, summed over the groups."""
        unit, group = self.split_members.T
        served = np.unique(group * self.n_reps + labels[unit])
        return len(served) - len(np.unique(group))

    def plan(self, labels: IntArray) -> TerritoryPlan:
        """Return the plan that a labelling of the units means for the areas."""
        return TerritoryPlan(rep_of_area=labels[self.unit_of_area])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """A part of a problem that shares no choice with the rest."""

    problem: UnitProblem
    units: IntArray
    """Index of each unit in the whole problem."""
    reps: IntArray
    """Index of each rep in the whole problem."""


def condense(instance: TerritoryInstance, *, families: AbstractSet[str] = frozenset(FAMILIES)) -> UnitProblem:
    """Merge areas that are kept together, and strike out every pair that the rules in `families` close.

    A keep-together group that is connected becomes one unit, which is exact; one in several pieces becomes a bundle of
    units. Pairs are closed by locks, forbidden pairs, groups, drives, homes, by an area too large to stand beside the
    home, and by having no path to the home through open pairs; each is implied by the rules, so no plan is lost.
    """
    unit_of_area, bundle = _units(instance, merged="groups_are_kept_together" in families)
    n_units, n_reps = int(unit_of_area.max(initial=-1)) + 1, instance.n_reps
    starts, neighbours = _adjacency(unit_of_area[instance.edges], n_units)
    scale, cost = _cost(instance)
    amounts = np.zeros((len(instance.measures), n_units), dtype=np.int64)
    for row, measure in zip(amounts, instance.measures, strict=True):
        np.add.at(row, unit_of_area, measure.amounts)
    balanced = "territories_are_balanced" in families
    shape = (len(instance.measures), n_reps)
    lower = np.array([m.lower - m.fixed for m in instance.measures], dtype=np.int64).reshape(shape)
    upper = np.array(
        [np.where(m.upper == NO_LIMIT, NO_LIMIT, m.upper - m.fixed) for m in instance.measures], dtype=np.int64
    ).reshape(shape)
    blocked = ~open_pairs(instance, families)
    if n_units < instance.n_areas:
        of_area, blocked = blocked, np.zeros((n_units, n_reps), dtype=bool)
        np.logical_or.at(blocked, unit_of_area, of_area)
    problem = UnitProblem(
        unit_of_area=unit_of_area,
        starts=starts,
        neighbours=neighbours,
        home_unit=unit_of_area[instance.home_areas],
        cost=_sum_by(cost, unit_of_area, n_units),
        cost_scale=scale,
        amounts=amounts,
        lower=lower if balanced else np.zeros_like(lower),
        upper=upper if balanced else np.full_like(upper, NO_LIMIT),
        allowed=~blocked,
        moved=_sum_by(_moved(instance), unit_of_area, n_units),
        moved_limit=instance.moved_limit if "few_areas_change_hands" in families else NO_LIMIT,
        bundle=bundle,
        contiguous=instance.contiguous and "territories_are_contiguous" in families,
        split_members=_split_members(instance, unit_of_area),
        split_price=instance.split_price * scale,
    )
    return tighten(problem, homes_hold="territories_hold_their_home" in families)


def bare(instance: TerritoryInstance) -> UnitProblem:
    """Return the problem with every area a unit and every pair open: all limits, but no rule worked in."""
    kept = {"territories_are_balanced", "few_areas_change_hands"}
    problem = condense(instance, families=kept)
    everything = np.ones_like(problem.allowed)
    return replace(problem, allowed=everything, contiguous=instance.contiguous)


PAIR_FAMILIES: Final = (
    "territories_hold_their_home",
    "territories_stay_within_groups",
    "locks_hold",
    "forbidden_pairs_are_kept",
    "drives_are_short_enough",
)
"""The families that close single pairs of area and rep."""


def closed_by(instance: TerritoryInstance, family: str) -> BoolArray:
    """Return the pairs that one family closes. Shape (areas, reps)."""
    closed = np.zeros((instance.n_areas, instance.n_reps), dtype=bool)
    reps = np.arange(instance.n_reps)
    if family == "territories_stay_within_groups":
        closed = (instance.rep_group != -1) & (instance.area_group[:, None] != instance.rep_group)
    elif family == "drives_are_short_enough":
        closed = instance.drive_minutes > instance.max_drive_minutes
    elif family == "forbidden_pairs_are_kept":
        area, rep = instance.forbidden.reshape(-1, 2).T
        closed[area, rep] = True
    elif family == "locks_hold":
        for area, rep in instance.locks.reshape(-1, 2):
            closed[area] |= reps != rep
    elif family == "territories_hold_their_home":
        closed[instance.home_areas] = reps != reps[:, None]
    return closed


def open_pairs(instance: TerritoryInstance, families: AbstractSet[str]) -> BoolArray:
    """Return which pairs the given families leave open. Shape (areas, reps)."""
    pairs = np.ones((instance.n_areas, instance.n_reps), dtype=bool)
    for family in PAIR_FAMILIES:
        if family in families:
            pairs &= ~closed_by(instance, family)
    return pairs


def bundled_pairs(problem: UnitProblem) -> BoolArray:
    """Return the pairs that are open for every unit of a bundle. Shape (bundles, reps)."""
    pairs = np.ones((int(problem.bundle.max(initial=-1)) + 1, problem.n_reps), dtype=bool)
    np.logical_and.at(pairs, problem.bundle, problem.allowed)
    return pairs


def tighten(problem: UnitProblem, *, homes_hold: bool = True) -> UnitProblem:
    """Close the pairs that size, bundles or a missing path to the home rule out, until nothing changes."""
    allowed = problem.allowed.copy()
    reps = np.arange(problem.n_reps)
    for m, amounts in enumerate(problem.amounts):
        beside_home = amounts[:, None] + (amounts[problem.home_unit] if homes_hold else 0)
        if homes_hold:
            beside_home[problem.home_unit, reps] = amounts[problem.home_unit]
        allowed &= beside_home <= problem.upper[m]
    several = np.bincount(problem.bundle, minlength=1).max(initial=0) > 1
    while True:
        before = allowed.sum()
        if several:
            shared = np.ones((int(problem.bundle.max()) + 1, problem.n_reps), dtype=bool)
            np.logical_and.at(shared, problem.bundle, allowed)
            allowed = shared[problem.bundle]
        if problem.contiguous and homes_hold:
            allowed = reach_home(problem.starts, problem.neighbours, np.ascontiguousarray(allowed.T), problem.home_unit)
        if not several or allowed.sum() == before:  # without bundles nothing is left to close after one pass
            return replace(problem, allowed=allowed)


def reachable(graph: csr_array, members: BoolArray, root: int) -> BoolArray:
    """Return the members that a path of members joins to the root. Shape (units,)."""
    found = np.zeros(len(members), dtype=bool)
    if not members[root]:
        return found
    inside = np.flatnonzero(members)
    _, component = connected_components(graph[inside][:, inside], directed=False)
    found[inside[component == component[np.searchsorted(inside, root)]]] = True
    return found


def split(problem: UnitProblem) -> tuple[Part, ...]:
    """Return the parts that no open pair joins, in the order of their first unit.

    A cap on what changes hands joins everything, a price on splitting a group joins its units. Bundles and contiguity
    join nothing new: bundles share their open pairs, and a territory's units are all open to its rep. A unit without an
    open pair is a part without reps.
    """
    n_units, n_reps = problem.n_units, problem.n_reps
    if problem.moved_limit != NO_LIMIT:
        return (Part(problem=problem, units=np.arange(n_units), reps=np.arange(n_reps)),)
    first, like = _alike(problem.allowed)
    unit, rep = np.nonzero(problem.allowed[first])
    unit = np.append(first[unit], np.arange(n_units))  # rows that are alike are joined to the first of their kind
    has_rep = problem.allowed.any(axis=1)
    head, tail = unit, np.append(rep + n_units, np.where(has_rep, first[like], np.arange(n_units)))
    if problem.split_price:
        member, group = problem.split_members.T
        head, tail = (
            np.append(head, member),
            np.append(tail, member[np.unique(group, return_index=True)[1]][_rank(group)]),
        )
    joined = coo_array((np.ones(len(head)), (head, tail)), shape=(n_units + n_reps, n_units + n_reps))
    _, component = connected_components(joined, directed=False)
    order = list(dict.fromkeys(component[:n_units].tolist()))
    if len(order) == 1:
        return (Part(problem=problem, units=np.arange(n_units), reps=np.arange(n_reps)),)
    return tuple(
        restrict(problem, np.flatnonzero(component[:n_units] == i), np.flatnonzero(component[n_units:] == i))
        for i in order
    )


def _alike(rows: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the first of all rows that are alike, and for each row the number of its kind."""
    packed = np.ascontiguousarray(np.packbits(rows, axis=1))
    kinds = packed.view(np.dtype((np.void, packed.shape[1]))).ravel() if packed.size else np.zeros(len(rows))
    _, first, like = np.unique(kinds, return_index=True, return_inverse=True)
    return first.astype(np.int64), like.astype(np.int64)


def restrict(problem: UnitProblem, units: IntArray, reps: IntArray) -> Part:
    """Return the problem of some reps on some units, all limits as they are.

    A group that lies partly outside counts its reps inside; where no rep serves both sides, that differs from the whole
    by a constant. The cap on what changes hands is the caller's to lower by what changes hands elsewhere.
    """
    local = np.full(problem.n_units, -1, dtype=np.int64)
    local[units] = np.arange(len(units))
    starts, neighbours = edges_inside(problem.starts, problem.neighbours, units, local)
    members = problem.split_members[local[problem.split_members[:, 0]] >= 0]
    smaller = replace(
        problem,
        unit_of_area=np.arange(len(units)),
        starts=starts,
        neighbours=neighbours,
        home_unit=local[problem.home_unit[reps]],
        cost=problem.cost[np.ix_(units, reps)],
        amounts=problem.amounts[:, units],
        lower=problem.lower[:, reps],
        upper=problem.upper[:, reps],
        allowed=problem.allowed[np.ix_(units, reps)],
        moved=problem.moved[np.ix_(units, reps)],
        bundle=np.unique(problem.bundle[units], return_inverse=True)[1].astype(np.int64),
        split_members=np.column_stack([local[members[:, 0]], members[:, 1]]),
    )
    return Part(problem=smaller, units=units, reps=reps)


def _split_members(instance: TerritoryInstance, unit_of_area: IntArray) -> IntArray:
    """Return the pairs of unit and split group; none where splitting has no price. Shape (members, 2)."""
    inside = (instance.split_group >= 0) & (instance.split_price > 0)
    pairs = np.column_stack([unit_of_area[inside], instance.split_group[inside]])
    return np.unique(pairs, axis=0).reshape(-1, 2) if len(pairs) else pairs


def _rank(labels: IntArray) -> IntArray:
    """Return the position of each label among the sorted labels."""
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _units(instance: TerritoryInstance, *, merged: bool) -> tuple[IntArray, IntArray]:
    """Return the unit of each area and the bundle of each unit, both numbered by their first area."""
    n = instance.n_areas
    label = instance.together
    if not merged or (label < 0).all():
        return np.arange(n), np.arange(n)
    a, b = instance.edges.reshape(-1, 2).T
    same = (label[a] == label[b]) & (label[a] >= 0)
    joined = coo_array((np.ones(int(same.sum())), (a[same], b[same])), shape=(n, n))
    _, component = connected_components(joined, directed=False)
    first, unit_of_area = _renumber(component.astype(np.int64))
    loose = label.max() + 1 + np.arange(len(first))
    _, bundle = _renumber(np.where(label[first] >= 0, label[first], loose))
    return unit_of_area, bundle


def _renumber(labels: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first position of each label, and the labels renumbered by first position."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.sort(first), rank[inverse]


def _adjacency(pairs: IntArray, n_units: int) -> tuple[IntArray, IntArray]:
    pairs = pairs.reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    both = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0) if len(pairs) else pairs
    starts = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=n_units))]).astype(np.int64)
    return starts, np.ascontiguousarray(both[:, 1], dtype=np.int64)


def _moved(instance: TerritoryInstance) -> IntArray:
    """Return what changes hands when a rep gets an area: nothing for today's rep. Shape (areas, reps)."""
    stays = instance.current_rep[:, None] == np.arange(instance.n_reps)
    served = (instance.current_rep >= 0)[:, None]
    return np.where(served & ~stays, instance.moved_amount[:, None], 0)


def _cost(instance: TerritoryInstance) -> tuple[int, IntArray]:
    """Return the scale and the whole-number objective of each pair of area and rep. Shape (areas, reps).

    A move weight that is a short fraction is exact. For any other the scale is the power of ten that keeps the sum
    below `LARGEST_TOTAL`, and each pair is rounded to the nearest whole number.
    """
    weight, moved = instance.move_weight, _moved(instance)
    fraction = Fraction(weight).limit_denominator(LARGEST_DENOMINATOR)
    if float(fraction) == weight:
        return fraction.denominator, instance.travel_cost * fraction.denominator + moved * fraction.numerator
    total = float(instance.travel_cost.max(axis=1).sum()) + weight * float(instance.moved_amount.sum())
    scale = 10 ** max(0, int(np.log10(LARGEST_TOTAL / max(total, 1.0))))
    return scale, instance.travel_cost * scale + np.round(scale * weight * moved).astype(np.int64)


def rounding_error(instance: TerritoryInstance, problem: UnitProblem) -> float:
    """Return by how much `total_cost / cost_scale` may differ from the objective of a plan."""
    fraction = Fraction(instance.move_weight).limit_denominator(LARGEST_DENOMINATOR)
    return 0.0 if float(fraction) == instance.move_weight else 0.5 * instance.n_areas / problem.cost_scale


def _sum_by(values: IntArray, groups: IntArray, n_groups: int) -> IntArray:
    if n_groups == len(values):
        return np.ascontiguousarray(values)
    sums = np.zeros((n_groups, values.shape[1]), dtype=np.int64)
    np.add.at(sums, groups, values)
    return sums
