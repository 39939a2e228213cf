"""Draw contiguous, balanced territories around chosen homes, and let the homes follow their territories."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from optimizer.interruption import late
from optimizer.progress import Observer
from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.siting.location_search import Field, Homes
from optimizer.solving import SolverSettings
from optimizer.territory.bound import FloatArray
from optimizer.territory.boundary import anneal
from optimizer.territory.chain import STEPS, rank
from optimizer.territory.effort import Budget
from optimizer.territory.excess import excess_of, loads, scales
from optimizer.territory.instance import NO_LIMIT, IntArray, TerritoryInstance
from optimizer.territory.local_search import Run, reoptimise
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from optimizer.territory.units import UnitProblem, condense
from optimizer.territory.warmstart import grow

HOT: Final = (0.3, 0.1, 0.03)
"""First temperatures of the annealings between which homes follow their territories, hottest first."""

LARGE_PAIRS: Final = 1_000_000
"""Pairs of area and home from which a map counts as large: then the search for fixed homes does the rest at once."""

PRICE_OF_EXCESS: Final = 3.0
"""What a whole mean territory of excess costs at first, in mean costs of a territory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How much work goes into drawing territories around homes."""

    proposals: int
    """Boundary moves proposed per area and annealing."""
    large_proposals: int
    """The same on a large map, where territories are designed at length afterwards."""
    polishings: int
    """Rounds of sharing out neighbouring territories anew, at most."""
    budget: Budget
    """Work of one such round."""
    deadline: float
    """Safety net, monotonic seconds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Homes with territories in one piece."""

    homes: IntArray
    """Positions in `candidates`. Shape (homes,)."""
    problem: UnitProblem
    """The territory problem of these homes."""
    labels: IntArray
    """Home of each area. Shape (areas,)."""


def around(instance: SitingInstance, homes: IntArray) -> TerritoryInstance:
    """Return the territory problem of some homes: the fixed ones in their order first. Homes are positions."""
    home_areas = instance.candidates[homes]
    cost = instance.cost[:, homes].astype(np.int64)
    open_pair = cost != CLOSED
    open_pair[home_areas, np.arange(len(homes))] = True
    none = np.full(instance.n_areas, -1, dtype=np.int64)
    return TerritoryInstance(
        area_ids=instance.area_ids,
        rep_ids=tuple(instance.area_ids[area] for area in home_areas.tolist()),
        edges=instance.edges,
        home_areas=home_areas,
        travel_cost=cost,
        drive_minutes=np.zeros_like(cost),
        measures=instance.measures,
        area_group=np.zeros(instance.n_areas, dtype=np.int64),
        rep_group=np.full(len(homes), -1, dtype=np.int64),
        together=none,
        locks=np.zeros((0, 2), dtype=np.int64),
        forbidden=np.argwhere(~open_pair).astype(np.int64),
        max_drive_minutes=NO_LIMIT,
        contiguous=instance.contiguous,
        current_rep=none,
        moved_amount=np.zeros(instance.n_areas, dtype=np.int64),
        move_weight=0.0,
        moved_limit=NO_LIMIT,
    )


def is_large(instance: SitingInstance) -> bool:
    """Tell whether territories are left to the search for fixed homes."""
    return instance.n_areas * instance.n_homes > LARGE_PAIRS


def designed(field: Field, start: Drawn, settings: SolverSettings, observer: Observer) -> Drawn:
    """Design the territories of homes that no longer move, from a first drawing."""
    result = design_territories(
        around(field.instance, start.homes),
        settings,
        start=TerritoryPlan(rep_of_area=start.labels),
        observer=observer,
        explain=False,
    )
    plan = result.plan or result.closest
    if plan is None:
        return start
    found = replace(start, labels=plan.rep_of_area)
    return min((start, found), key=lambda drawing: rank(drawing.problem, drawing.labels))


def recentred(field: Field, drawing: Drawn) -> Drawn:
    """Return the same territories with their homes where they serve them best."""
    homes = field.followed(drawing.homes, drawing.labels)
    return replace(drawing, homes=homes, problem=moved_homes(drawing.problem, field.instance, homes))


def grown(problem: UnitProblem, amounts: FloatArray, price: FloatArray) -> IntArray:
    """Return territories grown from their homes in the order of priced cost. Shape (areas,)."""
    priced = problem.cost.astype(np.float64)
    for row, prices in zip(amounts, price, strict=True):
        priced += row[:, None] * prices
    priced -= priced.min(axis=1)[:, None]
    return grow(problem, np.where(problem.allowed, priced, np.inf))


def moved_homes(problem: UnitProblem, instance: SitingInstance, homes: IntArray) -> UnitProblem:
    """Return the problem with other homes, everything else as it is."""
    home_areas = instance.candidates[homes]
    cost = instance.cost[:, homes].astype(np.int64)
    allowed = cost != CLOSED
    allowed[home_areas] = np.arange(len(homes)) == np.arange(len(homes))[:, None]
    return replace(problem, home_unit=home_areas, cost=cost, allowed=allowed)


def drawn(field: Field, start: Homes, work: Drawing, *, unavoidable: float, seed: int) -> Drawn:
    """Grow territories from homes and anneal their borders; homes follow between annealings.

    Colder and colder first, for cost; then hotter and hotter until balanced, or until the excess is as low as it is
    known that it must be.

    Parameters
    ----------
    field
        The problem.
    start
        Homes and prices.
    work
        How much to propose, and until when.
    unavoidable
        Excess that every plan has, in mean territories.
    seed
        Seed of the random numbers.
    """
    instance, homes = field.instance, start.homes.copy()
    problem = condense(around(instance, homes))
    labels = grown(problem, field.limits[0], start.price)
    tolerated = unavoidable * (1.0 + 1e-9)
    hotter = () if is_large(instance) else STEPS[1:]
    steps = [(hot, 1.0) for hot in HOT] + [(step.hot, step.dear) for step in hotter]
    for number, (hot, dear) in enumerate(steps):
        if (number >= len(HOT) and excess_of(problem, labels) <= tolerated) or late(work.deadline):
            break
        price = PRICE_OF_EXCESS * dear * problem.total_cost(labels) / instance.n_homes * scales(problem)
        found = anneal(
            problem,
            labels,
            price=price,
            proposals=(work.large_proposals if is_large(instance) else work.proposals) * instance.n_areas,
            seed=seed * len(steps) + number,
            hot=hot,
        )
        labels = min((labels, found.labels), key=lambda candidate: rank(problem, candidate))
        homes = field.followed(homes, labels)
        problem = moved_homes(problem, instance, homes)
    return Drawn(homes=homes, problem=problem, labels=labels)


def polished(field: Field, start: Drawn, work: Drawing, *, unavoidable: float, seed: int, run: Run) -> Drawn:
    """Share out neighbouring territories anew by CP-SAT; homes follow after each round."""
    homes, problem, labels = start.homes, start.problem, start.labels
    if 0.0 < excess_of(problem, labels) <= unavoidable * (1.0 + 1e-9):
        sums = loads(problem, labels)
        problem = replace(problem, lower=np.minimum(problem.lower, sums), upper=np.maximum(problem.upper, sums))
    for turn in range(work.polishings):
        if late(work.deadline):
            break
        labels = reoptimise(
            problem, labels, budget=work.budget, seed=seed + turn, run=run, bound=0, deadline=work.deadline
        )
        followed = field.followed(homes, labels)
        if (followed == homes).all():
            break
        homes = followed
        problem = moved_homes(problem, field.instance, homes)
    return Drawn(homes=homes, problem=problem, labels=labels)
