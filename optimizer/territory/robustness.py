"""Tell how likely each territory stays inside its tolerance, given how far the forecast may be off."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.territory.instance import IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan

FloatArray = NDArray[np.float64]

DRAWS: Final = 2000
"""Futures that are drawn; a chance of 90 % is then known to ± 1.3 points (95 % confidence)."""

BETWEEN_REGIONS: Final = 0.3
"""Assumed correlation of the forecast's errors between two regions, as between weeks of one region in the forecast."""

NORMAL_80: Final = 1.2816
"""Standard deviations from the median to P10 and P90 of a normal law."""

CHUNK: Final = 4_000_000
"""Numbers drawn at a time, so that memory stays small."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForecastErrors:
    """How far one measure of the accounts may turn out from its forecast, in the whole numbers of the measure."""

    measure: str
    """Name of the balance measure that is uncertain."""
    area: IntArray
    """Area of each account. Shape (accounts,)."""
    holder: IntArray
    """Rep who keeps the account whatever the plan, -1 for the rep of its area. Shape (accounts,)."""
    region: IntArray
    """Region whose common error the account shares. Shape (accounts,)."""
    middle: FloatArray
    """Expected amount. Shape (accounts,)."""
    low: FloatArray
    """P10. Shape (accounts,)."""
    high: FloatArray
    """P90. Shape (accounts,)."""
    shared: FloatArray
    """Part of `middle` that moves with its region: the forecast sales, not the headroom. Shape (accounts,)."""
    region_low: FloatArray
    """Distance from the region's P50 down to its P10, as a share of P50. Shape (regions,)."""
    region_high: FloatArray
    """Distance up to its P90, as a share. Shape (regions,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Futures:
    """Amounts as they may turn out, the same for every plan."""

    number: int
    """Index of the uncertain measure in the instance."""
    areas: NDArray[np.float32]
    """Amount of each area. Shape (areas, draws)."""
    fixed: FloatArray
    """What each rep holds whatever the plan. Shape (reps, draws)."""
    growth: FloatArray
    """Total to be shared out over the expected one, for each rep: targets move with it. Shape (reps, draws)."""


def draw_futures(
    instance: TerritoryInstance, errors: ForecastErrors, *, seed: int, draws: int = DRAWS
) -> Futures | None:
    """Draw amounts of all areas, with a common error in each region.

    An account's amount is `middle` + `shared` · e_region + own error, not below 0. e_region is normal on each side of
    the median, with P10 and P90 at the region's, and correlated `BETWEEN_REGIONS` with other regions. The own error
    likewise has the spread that is left of the account's P10 and P90 once the region's part is taken out by squares;
    own errors are independent of each other.

    Parameters
    ----------
    seed
        The same seed gives the same futures for every plan of the instance.

    Returns
    -------
    Futures or None
        `None` when the measure is not balanced.
    """
    names = [measure.name for measure in instance.measures]
    if errors.measure not in names:
        return None
    rng = np.random.default_rng(seed)
    regions, accounts = len(errors.region_low), len(errors.area)
    common = rng.standard_normal(draws)
    apart = rng.standard_normal((regions, draws))
    normal = np.sqrt(BETWEEN_REGIONS) * common + np.sqrt(1 - BETWEEN_REGIONS) * apart
    of_region = _two_sided(normal, errors.region_low, errors.region_high)
    own_low = _left_over(errors.middle - errors.low, errors.shared * errors.region_low[errors.region])
    own_high = _left_over(errors.high - errors.middle, errors.shared * errors.region_high[errors.region])
    areas = np.zeros((instance.n_areas, draws), dtype=np.float32)
    fixed = np.zeros((instance.n_reps, draws))
    step = max(1, CHUNK // max(draws, 1))
    for begin in range(0, accounts, step):
        part = slice(begin, begin + step)
        own = _two_sided(rng.standard_normal((len(errors.area[part]), draws)), own_low[part], own_high[part])
        amount = errors.middle[part, None] + errors.shared[part, None] * of_region[errors.region[part]] + own
        np.maximum(amount, 0.0, out=amount)
        free = errors.holder[part] < 0
        np.add.at(areas, errors.area[part][free], amount[free].astype(np.float32))
        np.add.at(fixed, errors.holder[part][~free], amount[~free])
    return Futures(
        number=names.index(errors.measure), areas=areas, fixed=fixed, growth=_growth(instance, errors, areas, fixed)
    )


def chances(instance: TerritoryInstance, plan: TerritoryPlan, futures: Futures) -> FloatArray:
    """Return the share of futures in which each territory is inside the tolerance of every measure. Shape (reps,).

    Targets move with what turns out in total: a year that is better everywhere puts nobody off balance. Measures that
    the forecast does not touch, such as workload, are inside in every future or in none. A frozen rep, whose limits
    leave no room, is not judged: NaN.
    """
    inside = within(instance, future_sums(plan, futures), np.arange(instance.n_reps), futures).mean(axis=1)
    for number, measure in enumerate(instance.measures):
        if number != futures.number:
            sums = np.bincount(plan.rep_of_area, weights=measure.amounts, minlength=instance.n_reps) + measure.fixed
            inside[(sums < measure.lower) | (sums > measure.upper)] = 0.0
    inside[frozen_reps(instance, futures.number)] = np.nan
    return np.asarray(inside)


def frozen_reps(instance: TerritoryInstance, number: int) -> NDArray[np.bool_]:
    """Tell whose limits of a measure leave no room, though it has a tolerance. Shape (reps,)."""
    measure = instance.measures[number]
    return np.asarray((measure.lower >= measure.upper) & (measure.tolerance > 0) & (instance.n_reps > 1))


def future_sums(plan: TerritoryPlan, futures: Futures) -> FloatArray:
    """Return the sum of each territory in each future. Shape (reps, draws)."""
    sums = futures.fixed.copy()
    for rep in range(len(sums)):
        sums[rep] += futures.areas[plan.rep_of_area == rep].sum(axis=0, dtype=np.float64)
    return sums


def within(instance: TerritoryInstance, sums: FloatArray, reps: IntArray, futures: Futures) -> NDArray[np.bool_]:
    """Tell in which futures sums are between the limits of the given reps. Shape of `sums`: (reps, draws)."""
    measure = instance.measures[futures.number]
    growth = futures.growth[reps]
    lower, upper = measure.lower[reps, None] * growth, measure.upper[reps, None].astype(np.float64) * growth
    return np.asarray((sums >= lower) & (sums <= upper))


def _two_sided(normal: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Stretch standard normal numbers so that P10 and P90 lie `low` below and `high` above 0. Shape (rows, draws)."""
    return np.asarray(normal * np.where(normal < 0, low[:, None], high[:, None]) / NORMAL_80)


def _left_over(whole: FloatArray, part: FloatArray) -> FloatArray:
    """Return the spread that makes up `whole` together with an independent `part`."""
    return np.sqrt(np.maximum(np.maximum(whole, 0.0) ** 2 - part**2, 0.0))


def _growth(
    instance: TerritoryInstance, errors: ForecastErrors, areas: NDArray[np.float32], fixed: FloatArray
) -> FloatArray:
    """Return drawn over expected totals of what each rep shares: his group, or everything for reps without one.

    What frozen reps hold is not shared.
    """
    free = errors.holder < 0
    expected = np.bincount(errors.area[free], weights=errors.middle[free], minlength=instance.n_areas)
    kept = np.bincount(errors.holder[~free], weights=errors.middle[~free], minlength=instance.n_reps)
    names = [measure.name for measure in instance.measures]
    frozen = frozen_reps(instance, names.index(errors.measure))
    shared = np.ones(instance.n_areas, dtype=bool)
    locked, locked_to = instance.locks.reshape(-1, 2).T
    shared[locked[frozen[locked_to]]] = False
    growth = np.ones_like(fixed)
    for group in np.unique(instance.rep_group).tolist():
        reps = instance.rep_group == group
        inside = shared if group < 0 else shared & (instance.area_group == group)
        holders = ~frozen if group < 0 else ~frozen & reps
        drawn = areas[inside].sum(axis=0, dtype=np.float64) + fixed[holders].sum(axis=0)
        total = float(expected[inside].sum() + kept[holders].sum())
        growth[reps] = drawn / total if total > 0 else 1.0
    return growth
