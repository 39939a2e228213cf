"""Compare teams of different size: what each costs to travel, how well it balances, how full its reps are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.interruption import requested
from optimizer.progress import Observer, Silent
from optimizer.siting.instance import SitingInstance
from optimizer.siting.location import locate_territories
from optimizer.siting.plan import SitingResult
from optimizer.solving import InvalidInstanceError, SolverSettings, Status
from optimizer.territory.instance import BalanceMeasure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TeamSize:
    """What a number of reps would mean."""

    reps: int
    status: Status
    """As of the plan: feasible, infeasible, unknown."""
    result: SitingResult
    cost: float
    """Cost of the plan, or of the closest one."""
    bound: float
    """No plan for this number of reps costs less."""
    max_deviation: tuple[float, ...]
    """Greatest distance from the target, as a share of it, of each measure in the order of the instance."""
    hours: NDArray[np.float64]
    """Workload of each rep. Shape (reps,)."""
    capacity_hours: float
    """Workload that a rep can do."""

    @property
    def mean_fill(self) -> float:
        """Mean workload against capacity, as a share."""
        return float(self.hours.mean()) / self.capacity_hours

    @property
    def greatest_fill(self) -> float:
        """Greatest workload against capacity, as a share; above 1 somebody has too much."""
        return float(self.hours.max()) / self.capacity_hours

    @property
    def overfull(self) -> int:
        """Number of reps with more work than they can do."""
        return int((self.hours > self.capacity_hours * (1 + 1e-9)).sum())


def size_team(
    instance: SitingInstance,
    reps: Sequence[int],
    settings: SolverSettings,
    *,
    area_hours: NDArray[np.float64],
    capacity_hours: float,
    observer: Observer | None = None,
) -> tuple[TeamSize, ...]:
    """Draw territories for each number of reps, all with equal shares, and return them in the order given.

    Homes that are fixed in the instance stay in every team. `settings.seconds` is the safety net of each number. When
    the user interrupts, the numbers finished so far are returned.

    Parameters
    ----------
    instance
        The problem; its own number of homes and targets do not matter, tolerances do.
    reps
        Numbers of reps to try.
    settings
        Effort, workers, seed, safety net.
    area_hours
        Workload of each area. Shape (areas,).
    capacity_hours
        Workload that a rep can do.
    observer
        Is told how far it is.

    Raises
    ------
    InvalidInstanceError
        When `capacity_hours` is not positive, or a number has no place for the fixed homes or exceeds the candidates.
    """
    if capacity_hours <= 0.0:
        raise InvalidInstanceError(f"capacity_hours is {capacity_hours:g}, expected more than 0")
    if area_hours.shape != (instance.n_areas,):
        raise InvalidInstanceError(f"area_hours has shape {area_hours.shape}, expected {(instance.n_areas,)}")
    watch, sizes = observer or Silent(), []
    for number, count in enumerate(reps):
        watch.report(f"{count} reps", share_done=number / len(reps))
        sizes.append(_sized(resized(instance, count), settings, area_hours, capacity_hours))
        if requested():
            break
    return tuple(sizes)


def resized(instance: SitingInstance, reps: int) -> SitingInstance:
    """Return the problem for another number of reps, with equal shares and the same tolerances.

    Raises
    ------
    InvalidInstanceError
        When the number has no place for the fixed homes or exceeds the candidates.
    """
    if not max(1, len(instance.fixed)) <= reps <= instance.n_candidates:
        fixed, most = len(instance.fixed), instance.n_candidates
        raise InvalidInstanceError(f"{reps} reps are wanted; there are {fixed} fixed homes and {most} candidates")
    return replace(instance, n_homes=reps, measures=tuple(_shared(m, reps) for m in instance.measures))


def _shared(measure: BalanceMeasure, reps: int) -> BalanceMeasure:
    """Return a measure shared out equally."""
    share = float(measure.amounts.sum()) / reps

    def each(value: float) -> NDArray[np.int64]:
        return np.full(reps, int(value), dtype=np.int64)

    return replace(
        measure,
        targets=each(round(share)),
        lower=each(np.ceil(share * (1 - measure.tolerance) - 1e-6)),
        upper=each(np.floor(share * (1 + measure.tolerance) + 1e-6)),
        fixed=each(0),
    )


def _sized(
    instance: SitingInstance, settings: SolverSettings, area_hours: NDArray[np.float64], capacity_hours: float
) -> TeamSize:
    result = locate_territories(instance, settings)
    plan = result.plan or result.closest
    if plan is None:
        raise AssertionError("location always makes a plan, if only the closest")
    n = instance.n_homes
    deviations = []
    for measure in instance.measures:
        sums = np.bincount(plan.home_of_area, weights=measure.amounts, minlength=n)
        deviations.append(float(np.max(np.abs(sums - measure.targets) / np.maximum(measure.targets, 1))))
    serving = instance.cost[np.arange(instance.n_areas), plan.homes[plan.home_of_area]]
    return TeamSize(
        reps=n,
        status=result.status,
        result=result,
        cost=float(serving.sum()),
        bound=result.bound,
        max_deviation=tuple(deviations),
        hours=np.bincount(plan.home_of_area, weights=area_hours, minlength=n).astype(np.float64),
        capacity_hours=capacity_hours,
    )
