"""Chances of staying inside the tolerance agree with a naive simulation and with hand-made cases."""

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.interruption import end_early, listening
from optimizer.solving import Effort, SolverSettings
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.robustness import BETWEEN_REGIONS, NORMAL_80, ForecastErrors, chances, draw_futures
from optimizer.territory.search import design_territories
from optimizer.territory.surest import climb, make_surest
from optimizer.territory.tightened import tightened
from optimizer.territory.verify import verify
from tests.optimizer.territory.builders import from_ascii

HALVES = TerritoryPlan(rep_of_area=np.array([0, 0, 1, 1]))


def strip(tolerance=0.1, **changes):
    """Return four areas of 50 in a row, two reps."""
    instance = from_ascii("[5] 5  5 [5]", tolerance=tolerance, **changes)
    measure = instance.measures[0]
    ten = {name: getattr(measure, name) * 10 for name in ("amounts", "targets", "lower", "upper")}
    return replace(instance, measures=(replace(measure, **ten),))


def errors_of(*, low, high, region=(0, 0, 0, 0), region_low=(0.0,), region_high=(0.0,), holder=(-1, -1, -1, -1)):
    """Return errors of one account of 50 in each of four areas."""
    middle = np.full(4, 50.0)
    return ForecastErrors(
        measure="potential",
        area=np.arange(4),
        holder=np.array(holder),
        region=np.array(region),
        middle=middle,
        low=middle - np.array(low, dtype=float),
        high=middle + np.array(high, dtype=float),
        shared=middle,
        region_low=np.array(region_low, dtype=float),
        region_high=np.array(region_high, dtype=float),
    )


def chance_of(instance, errors, *, plan=HALVES, draws=2000, seed=1):
    """Return the chances of both territories."""
    return chances(instance, plan, draw_futures(instance, errors, seed=seed, draws=draws))


def test_without_error_the_plan_stays_as_it_is():
    """A certain forecast keeps a plan inside, or outside, for sure."""
    errors = errors_of(low=[0] * 4, high=[0] * 4)
    lopsided = TerritoryPlan(rep_of_area=np.array([0, 0, 0, 1]))
    assert chance_of(strip(), errors).tolist() == [1.0, 1.0]
    assert chance_of(strip(), errors, plan=lopsided).tolist() == [0.0, 0.0]


def test_a_better_year_everywhere_puts_nobody_off_balance():
    """One region: its error moves targets and sums alike."""
    errors = errors_of(low=[20] * 4, high=[20] * 4, region_low=[0.4], region_high=[0.4])
    assert chance_of(strip(), errors).tolist() == [1.0, 1.0]


def test_chance_of_independent_errors_agrees_with_the_normal_law():
    """Sum over half the map against a share of the total: (left − right) is normal, with a limit that grows."""
    spread = 10.0
    found = chance_of(strip(), errors_of(low=[spread] * 4, high=[spread] * 4), draws=40_000)
    deviation = spread / NORMAL_80
    rng = np.random.default_rng(7)
    areas = 50 + deviation * rng.standard_normal((200_000, 4))
    left, total = areas[:, :2].sum(axis=1), areas.sum(axis=1)
    naive = float(((left >= 0.45 * total) & (left <= 0.55 * total)).mean())
    # |left − right| ≤ 0.1 · total, and total is close to 200: P(|N(0, 2 d)| ≤ 20)
    by_law = math.erf(20 / (2 * deviation) / math.sqrt(2))
    assert found == pytest.approx([naive, naive], abs=0.01)
    assert naive == pytest.approx(by_law, abs=0.01)


def naive_chances(instance, errors, plan, *, draws, seed):
    """Simulate one future after the other with other random numbers, account by account."""
    rng = np.random.default_rng(seed)
    measure = instance.measures[0]
    hits = [0] * instance.n_reps
    for _ in range(draws):
        world = rng.standard_normal()
        shocks = []
        for low, high in zip(errors.region_low, errors.region_high, strict=True):
            z = math.sqrt(BETWEEN_REGIONS) * world + math.sqrt(1 - BETWEEN_REGIONS) * rng.standard_normal()
            shocks.append(z * (low if z < 0 else high) / NORMAL_80)
        sums = [0.0] * instance.n_reps
        for i in range(len(errors.area)):
            z = rng.standard_normal()
            g = errors.region[i]
            side, share = (
                (errors.middle[i] - errors.low[i], errors.region_low[g])
                if z < 0
                else (errors.high[i] - errors.middle[i], errors.region_high[g])
            )
            own = math.sqrt(max(0.0, side**2 - (errors.shared[i] * share) ** 2))
            amount = max(0.0, errors.middle[i] + errors.shared[i] * shocks[g] + z * own / NORMAL_80)
            rep = errors.holder[i] if errors.holder[i] >= 0 else plan.rep_of_area[errors.area[i]]
            sums[rep] += amount
        growth = sum(sums) / errors.middle.sum()
        for rep, total in enumerate(sums):
            hits[rep] += measure.lower[rep] * growth <= total <= measure.upper[rep] * growth
    return [hit / draws for hit in hits]


def test_chances_agree_with_a_naive_simulation():
    """Two regions, lopsided errors, an account that stays with the other rep."""
    errors = errors_of(
        low=[20, 10, 30, 5],
        high=[30, 40, 10, 25],
        region=(0, 0, 1, 1),
        region_low=(0.1, 0.3),
        region_high=(0.25, 0.05),
        holder=(-1, 1, -1, -1),
    )
    instance = strip(0.6)
    naive = naive_chances(instance, errors, HALVES, draws=12_000, seed=11)
    assert chance_of(instance, errors, draws=20_000) == pytest.approx(naive, abs=0.015)
    assert all(0.05 < chance < 0.995 for chance in naive)


def test_the_same_seed_gives_the_same_chances():
    """To the last bit; another seed differs."""
    errors = errors_of(low=[10] * 4, high=[15] * 4)
    first, again, other = (chance_of(strip(), errors, seed=seed) for seed in (1, 1, 2))
    assert (first.tolist() == again.tolist(), first.tolist() == other.tolist()) == (True, False)


def test_a_wider_tolerance_is_never_less_certain():
    """The same futures, wider limits."""
    errors = errors_of(low=[20] * 4, high=[30] * 4)
    found = [chance_of(strip(tolerance), errors).min() for tolerance in (0.05, 0.1, 0.2, 0.4)]
    assert found == sorted(found)


def test_a_measure_that_is_broken_today_is_broken_in_every_future():
    """Workload does not follow the forecast."""
    instance = strip()
    work = replace(instance.measures[0], name="workload", upper=np.array([90, 200]), lower=np.array([0, 0]))
    both = replace(instance, measures=(*instance.measures, work))
    assert chance_of(both, errors_of(low=[0] * 4, high=[0] * 4)).tolist() == [0.0, 1.0]


def test_nothing_is_drawn_where_the_measure_is_not_balanced():
    """Without a tolerance there is no chance to speak of."""
    instance = from_ascii("[5] 5  5 [5]", tolerance=None)
    assert draw_futures(instance, errors_of(low=[1] * 4, high=[1] * 4), seed=1) is None


GRID = """
[3] 2  4  2  3 [2]
 2  3  1  4  2  3
 4  1  2  3  3  1
 1  3  2  2  4 [3]
"""


def uncertain_grid():
    """Return a grid of 24 areas and three reps, and errors as large as a third of each area."""
    instance = from_ascii(GRID, tolerance=0.25)
    amounts = instance.measures[0].amounts.astype(float)
    errors = ForecastErrors(
        measure="potential",
        area=np.arange(24),
        holder=np.full(24, -1),
        region=np.zeros(24, dtype=np.int64),
        middle=amounts,
        low=amounts * 0.5,
        high=amounts * 1.5,
        shared=amounts,
        region_low=np.array([0.1]),
        region_high=np.array([0.1]),
    )
    return instance, draw_futures(instance, errors, seed=3, draws=500)


def test_the_surest_plan_keeps_every_rule_and_is_surer():
    """The least chance rises, and the plan passes the verifier; its cost is told as it is."""
    instance, futures = uncertain_grid()
    settings = SolverSettings(effort=Effort.QUICK, workers=1)
    result = design_territories(instance, settings)
    surer = make_surest(instance, result, futures, settings)
    before, after = (chances(instance, one.plan, futures).min() for one in (result, surer))
    assert verify(instance, surer.plan) == ()
    assert after > before
    assert surer.objective >= result.objective >= surer.bound


def test_a_climb_never_loses():
    """From any plan that keeps the rules."""
    instance, futures = uncertain_grid()
    plan = design_territories(instance, SolverSettings(effort=Effort.QUICK, workers=1)).plan
    after = climb(instance, plan, futures)
    assert chances(instance, after, futures).min() >= chances(instance, plan, futures).min()
    assert verify(instance, after) == ()


def test_tightened_limits_lie_inside():
    """Half the tolerance is half the distance from the target; a limit that does not bind stays."""
    instance = strip(0.1)
    half = tightened(instance, 0.5).measures[0]
    assert (half.lower.tolist(), half.upper.tolist(), half.tolerance) == ([95, 95], [105, 105], 0.05)
    assert tightened(instance, 0.5, only="workload").measures[0].lower.tolist() == [90, 90]


def test_a_frozen_rep_is_not_judged():
    """R1 keeps what he has: his limits leave no room, his chance is unknown, and R0 shares nothing with him."""
    instance = strip(0.1, locks=np.array([[2, 1], [3, 1]]))
    measure = instance.measures[0]
    rigid = replace(measure, lower=np.array([90, 100]), upper=np.array([110, 100]))
    found = chance_of(replace(instance, measures=(rigid,)), errors_of(low=[20] * 4, high=[20] * 4))
    assert np.isnan(found[1])
    assert found[0] == 1.0


def test_a_climb_without_anyone_to_judge_ends():
    """All frozen."""
    instance = strip(0.1)
    rigid = replace(instance.measures[0], lower=np.array([100, 100]), upper=np.array([100, 100]))
    frozen = replace(instance, measures=(rigid,))
    futures = draw_futures(frozen, errors_of(low=[20] * 4, high=[20] * 4), seed=1, draws=50)
    assert climb(frozen, HALVES, futures).rep_of_area.tolist() == HALVES.rep_of_area.tolist()


def test_ctrl_c_ends_the_search_with_what_there_is():
    """When the user has asked for it before the first start, the given plan comes back."""
    instance, futures = uncertain_grid()
    settings = SolverSettings(effort=Effort.QUICK, workers=1)
    result = design_territories(instance, settings)
    with listening():
        end_early()
        assert make_surest(instance, result, futures, settings) is result
