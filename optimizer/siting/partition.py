"""Find any balanced, contiguous partition, or prove that there is none: what coarse amounts make impossible."""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from ortools.sat.python import cp_model

from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.siting.pairs import BoolArray, Limits, Neighbours, path_weights
from optimizer.siting.plan import SitingPlan
from optimizer.siting.recentring import best_homes
from optimizer.siting.separation import broken_cuts
from optimizer.territory.instance import IntArray

MOST_AREAS: Final = 150
"""Above, amounts are hardly ever so coarse that partitions are rare, and the model is large."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partition:
    """What is known about partitions, whatever they cost."""

    impossible: bool
    """Whether it is proven that no partition keeps limits and contiguity."""
    labels: IntArray | None
    """A partition that does, if one was found. Shape (areas,)."""

    def plan(self, instance: SitingInstance) -> SitingPlan | None:
        """Return the partition with homes; `None` if a territory has no candidate or homes are fixed."""
        if self.labels is None or len(instance.fixed):
            return None
        homes = np.full(instance.n_homes, -1, dtype=np.int64)
        for j, area in enumerate(instance.candidates.tolist()):
            closed = (instance.cost[self.labels == self.labels[area], j] == CLOSED).any()
            if homes[self.labels[area]] < 0 and not closed:
                homes[self.labels[area]] = j
        if (homes < 0).any():
            return None
        return best_homes(instance, SitingPlan(homes=homes, home_of_area=self.labels))


UNKNOWN: Final = Partition(impossible=False, labels=None)


def find_partition(
    instance: SitingInstance, limits: Limits, neighbours: Neighbours, *, work: float, deadline: float
) -> Partition:
    """Search for a partition into territories, each named by its area with the greatest amount.

    Naming by the greatest area instead of the home leaves out who serves it and halves the pairs (Validi & Buchanan
    2022, doi:10.1287/ijoc.2022.1189, break symmetry in this way). Limits are the widest of any home, so that
    "impossible" holds for the instance, homes fixed or not. CP-SAT gets `work` deterministic seconds, and stops at
    the `deadline` on the monotonic clock.
    """
    if instance.n_areas > MOST_AREAS or not _is_coarse(limits):
        return UNKNOWN
    allowed = _allowed(instance, limits, neighbours)
    model, x = _model(instance, limits, neighbours, allowed)
    left = work
    while left > 0.0 and time.monotonic() < deadline:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = left
        solver.parameters.max_time_in_seconds = max(0.1, deadline - time.monotonic())
        status = solver.solve(model)
        left -= max(1e-3, float(solver.response_proto.deterministic_time))
        if status == cp_model.INFEASIBLE:
            return Partition(impossible=True, labels=None)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        chosen = np.zeros(allowed.shape)
        for pair, variable in x.items():
            chosen[pair] = float(solver.boolean_value(variable))
        named = np.flatnonzero(chosen.diagonal() > 0.5)
        cuts = broken_cuts(chosen[:, named], allowed[:, named], named, neighbours) if instance.contiguous else []
        if not cuts:
            return Partition(impossible=False, labels=np.searchsorted(named, chosen.argmax(axis=1)))
        for cut in cuts:
            r = int(named[cut.home])
            model.add_bool_or([*(x[v, r] for v in cut.separator), x[cut.area, r].negated()])
    return UNKNOWN


def _model(
    instance: SitingInstance, limits: Limits, neighbours: Neighbours, allowed: BoolArray
) -> tuple[cp_model.CpModel, dict[tuple[int, int], cp_model.IntVar]]:
    """State the partition: one greatest area for each area, limits, and an area beside of the same territory."""
    lower, upper = limits.lower.min(axis=1).astype(np.int64), limits.upper.max(axis=1).astype(np.int64)
    model = cp_model.CpModel()
    x = {(int(i), int(r)): model.new_bool_var("") for i, r in np.argwhere(allowed)}
    for i in range(instance.n_areas):
        model.add_exactly_one(x[i, r] for r in np.flatnonzero(allowed[i]).tolist())
    named = np.flatnonzero(allowed.diagonal()).tolist()
    model.add(cp_model.LinearExpr.sum([x[r, r] for r in named]) == instance.n_homes)
    for r in named:
        members = np.flatnonzero(allowed[:, r]).tolist()
        for m, measure in enumerate(instance.measures):
            total = cp_model.LinearExpr.weighted_sum([x[i, r] for i in members], measure.amounts[members].tolist())
            model.add(total >= int(lower[m]) * x[r, r])
            model.add(total <= int(upper[m]) * x[r, r])
        for i in (area for area in members if area != r):
            model.add_implication(x[i, r], x[r, r])
            if instance.contiguous:
                beside = neighbours.area[neighbours.start[i] : neighbours.start[i + 1]].tolist()
                model.add_bool_or([*(x[v, r] for v in beside if (v, r) in x), x[i, r].negated()])
    return model, x


def _is_coarse(limits: Limits) -> bool:
    """Say whether an area may be larger than the room between limits; areas all alike are no lumps."""
    return any(
        len(np.unique(amounts[amounts > 0])) > 1 and float(amounts.max()) > float((upper - lower).min())
        for amounts, lower, upper in zip(limits.amounts, limits.lower, limits.upper, strict=True)
    )


def _allowed(instance: SitingInstance, limits: Limits, neighbours: Neighbours) -> BoolArray:
    """Return which areas may go with which greatest area: smaller ones, on a path that keeps the upper limits."""
    n, first = instance.n_areas, limits.amounts[0]
    rank = np.lexsort((np.arange(n), -first))
    place = np.empty(n, dtype=np.int64)
    place[rank] = np.arange(n)
    allowed = place[:, None] >= place[None, :]
    for amounts, upper in zip(limits.amounts, limits.upper.max(axis=1), strict=True):
        if instance.contiguous:
            for r in range(n):
                weight = np.where(allowed[:, r], amounts, np.inf)
                allowed[:, r] &= path_weights(neighbours.start, neighbours.area, weight, r, float(upper)) <= upper
        else:
            both = amounts[:, None] + np.where(np.eye(n, dtype=bool), 0.0, amounts[None, :])
            allowed &= both <= upper
    return allowed
