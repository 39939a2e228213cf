"""Turn checked data, potential and workload into a territory problem in integers."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.solving import Effort, SolverSettings
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.verify import verify
from scenarios.adjacency import bridge_islands, neighbours
from scenarios.checking import CheckedData
from scenarios.faults import BrokenPlanError, NoPlanError
from scenarios.loaded import LoadedScenario
from scenarios.planner_rules import group_indices, home_areas, named_pairs
from scenarios.schema import BalanceMeasureName, Scenario
from scenarios.travel import TravelModel

LEAST_TOTAL: Final = 10_000_000
"""Money is counted in units so small that the potential is at least this many: rounding stays out of the balance."""
ACCOUNT_SCALE: Final = 100
"""Accounts are counted in hundredths, so that the targets of territories need not be whole."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssembledTerritories:
    """The instance, and what was decided on the way that the planner should know."""

    instance: TerritoryInstance
    notes: tuple[str, ...]


def solver_settings(scenario: Scenario) -> SolverSettings:
    """Translate the `solver` section."""
    section = scenario.solver
    return SolverSettings(
        effort=Effort(section.effort),
        seconds=section.seconds,
        workers=section.workers,
        seed=section.seed,
        relative_gap=section.relative_gap,
    )


def assemble_territories(
    data: CheckedData, potential: pd.DataFrame, rules: pd.DataFrame, travel: TravelModel, loaded: LoadedScenario
) -> AssembledTerritories:
    """Make the territory problem.

    Parameters
    ----------
    potential
        One row per account in the order of `data.accounts`, with columns potential (currency) and workload_hours.
    rules
        Visit rules of the accounts, see `scenarios.workload.visit_rules`.

    Raises
    ------
    ScenarioError
        When a rule names an unknown area or rep, or there are more reps than areas.
    """
    scenario = loaded.scenario
    areas, reps, accounts = data.areas, data.reps, data.accounts
    area_index = pd.Index(areas["area_id"])
    area_of_account = area_index.get_indexer(pd.Index(accounts["area_id"]))
    account_minutes, _ = travel.between(reps["lon"], reps["lat"], accounts["lon"], accounts["lat"])
    area_minutes, _ = travel.between(reps["lon"], reps["lat"], areas["lon"], areas["lat"])
    locks, forbidden = (
        named_pairs(loaded, data, "locks"),
        named_pairs(loaded, data, "forbidden"),
    )
    area_group, rep_group = group_indices(loaded, data)
    allowed = (rep_group[None, :] == area_group[:, None]) | (rep_group[None, :] < 0)
    homes, home_notes = home_areas(
        loaded, data, area_minutes=area_minutes, allowed=allowed, locks=locks, forbidden=forbidden
    )
    edges, bridge_notes = _edges(data, area_group)
    amounts = _amounts(area_of_account, len(areas), potential, rules, scenario.currency)
    travel_cost = _travel_cost(account_minutes, area_minutes, area_of_account, rules)
    measures = tuple(
        _measure(name, amounts[name], data, scenario, area_group=area_group, rep_group=rep_group)
        for name in sorted(scenario.territories.balance)
    )
    moved = amounts[BalanceMeasureName.POTENTIAL]
    current = pd.Index(reps["rep_id"]).get_indexer(pd.Index(areas["current_rep_id"]))
    limit = scenario.territories.max_disruption
    moving_all = max(1, int(moved.amounts[current >= 0].sum()))
    aim = scenario.territories.objective
    instance = TerritoryInstance(
        area_ids=tuple(areas["area_id"]),
        rep_ids=tuple(reps["rep_id"]),
        edges=edges,
        home_areas=homes,
        travel_cost=travel_cost,
        drive_minutes=np.ceil(area_minutes.T).astype(np.int64),
        measures=measures,
        area_group=area_group,
        rep_group=rep_group,
        together=_together(data, scenario),
        locks=locks,
        forbidden=forbidden,
        max_drive_minutes=scenario.territories.max_drive_minutes or NO_LIMIT,
        contiguous=scenario.territories.contiguous,
        current_rep=current.astype(np.int64),
        moved_amount=moved.amounts,
        move_weight=aim.disruption / aim.travel * float(travel_cost.min(axis=1).sum()) / moving_all,
        moved_limit=NO_LIMIT if limit is None else int(limit * moving_all + 1e-6),
        moved_unit=moved.unit,
        moved_scale=moved.scale,
    )
    return AssembledTerritories(instance=instance, notes=(*home_notes, *bridge_notes))


def verified_plan(instance: TerritoryInstance, result: TerritoryResult) -> TerritoryPlan:
    """Give the plan to show: the one that keeps every rule or else the closest, once the verifier has seen it.

    Raises
    ------
    NoPlanError
        When there is neither.
    BrokenPlanError
        When a plan breaks a rule that the result does not own up to.
    """
    plan = result.plan or result.closest
    if plan is None:
        raise NoPlanError([conflict.text for conflict in result.conflicts] or ["no territory plan was found"])
    owned = {(violation.rule, violation.subject) for violation in result.violations}
    hidden = [v.text for v in verify(instance, plan) if (v.rule, v.subject) not in owned]
    if hidden:
        raise BrokenPlanError(hidden)
    return plan


def rep_of_accounts(instance: TerritoryInstance, plan: TerritoryPlan, data: CheckedData) -> list[str]:
    """Give the rep_id of each account: the rep of its area."""
    area = pd.Index(instance.area_ids).get_indexer(pd.Index(data.accounts["area_id"]))
    return [instance.rep_ids[rep] for rep in plan.rep_of_area[area].tolist()]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Amounts:
    """An amount of each area in whole numbers, `scale` of which make one `unit`. Shape (areas,)."""

    amounts: IntArray
    unit: str
    scale: int


def _amounts(
    area_of_account: NDArray[np.intp], n_areas: int, potential: pd.DataFrame, rules: pd.DataFrame, currency: str
) -> dict[BalanceMeasureName, _Amounts]:
    """Add up the accounts of each area: money, whole minutes, accounts that are visited."""

    def total(values: NDArray[np.float64], unit: str, scale: int) -> _Amounts:
        sums = np.bincount(area_of_account, weights=values, minlength=n_areas)
        return _Amounts(amounts=(sums * scale).round().astype(np.int64), unit=unit, scale=scale)

    money = potential["potential"].to_numpy(dtype=np.float64)
    return {
        BalanceMeasureName.POTENTIAL: total(money, currency, _money_scale(float(money.sum()))),
        BalanceMeasureName.WORKLOAD: total(potential["workload_hours"].to_numpy(dtype=np.float64) * 60, "minutes", 1),
        BalanceMeasureName.ACCOUNTS: total((rules["visits"].to_numpy() > 0).astype(float), "accounts", ACCOUNT_SCALE),
    }


def _money_scale(total: float) -> int:
    """Choose the power of ten that makes a sum of money at least LEAST_TOTAL units."""
    return int(10 ** max(0, math.ceil(math.log10(LEAST_TOTAL / total)))) if total > 0 else 1


def _travel_cost(
    account_minutes: NDArray[np.float64],
    area_minutes: NDArray[np.float64],
    area_of_account: NDArray[np.intp],
    rules: pd.DataFrame,
) -> IntArray:
    """Weigh the one-way drive from each home to each account by its visits. Shape (areas, reps).

    An area without visits counts as one visit to its middle, so that it goes to a near rep.
    """
    visits = rules["visits"].to_numpy(dtype=np.float64)
    n_areas = area_minutes.shape[1]
    cost = np.zeros((n_areas, area_minutes.shape[0]))
    np.add.at(cost, area_of_account, (account_minutes * visits).T)
    unvisited = np.bincount(area_of_account, weights=visits, minlength=n_areas) == 0
    cost[unvisited] = area_minutes.T[unvisited]
    return cost.round().astype(np.int64)


def _measure(
    name: BalanceMeasureName,
    whole: _Amounts,
    data: CheckedData,
    scenario: Scenario,
    *,
    area_group: IntArray,
    rep_group: IntArray,
) -> BalanceMeasure:
    """Share the total of each group over its reps, by hours or equally, and put the tolerance around it."""
    rule, amounts = scenario.territories.balance[name], whole.amounts
    hours = data.reps["hours_per_week"].to_numpy(dtype=np.float64)
    share = hours if rule.share_by == "hours" else np.ones(len(hours))
    targets = np.zeros(len(hours))
    for group in np.unique(rep_group):
        members = rep_group == group
        total = amounts.sum() if group < 0 else amounts[area_group == group].sum()
        targets[members] = total * share[members] / share[members].sum()
    return BalanceMeasure(
        name=str(name),
        unit=whole.unit,
        scale=whole.scale,
        amounts=amounts,
        targets=targets.round().astype(np.int64),
        lower=np.ceil(targets * (1 - rule.tolerance) - 1e-6).astype(np.int64),
        upper=np.floor(targets * (1 + rule.tolerance) + 1e-6).astype(np.int64),
        tolerance=rule.tolerance,
    )


def _together(data: CheckedData, scenario: Scenario) -> IntArray:
    """Label the areas of each district where districts are kept together; -1 elsewhere."""
    if scenario.territories.keep_together == "none":
        return np.full(len(data.areas), -1, dtype=np.int64)
    district = data.areas["district"]
    labels = pd.Index(sorted(set(district) - {""})).get_indexer(pd.Index(district))
    return np.asarray(labels, dtype=np.int64)


def _edges(data: CheckedData, area_group: IntArray) -> tuple[IntArray, list[str]]:
    """Find neighbouring areas, and link islands to the nearest area of their group."""
    edges, bridges = bridge_islands(data.areas, neighbours(data.areas), area_group)
    names = data.areas["name"].to_numpy()
    notes = [
        f"{names[a]} and {names[b]} do not touch but count as neighbours, so that no part of the map is cut off."
        for a, b in bridges
    ]
    return edges, notes
