"""Turn checked data, potential and workload into a territory problem in integers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.solving import Effort, SolverSettings
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.verify import verify
from scenarios.barriers import neighbourhood
from scenarios.checking import CheckedData
from scenarios.faults import BrokenPlanError, NoPlanError, ScenarioError
from scenarios.frozen import Frozen, frozen_territories, joined_pieces, unjudged_notes
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.planner_rules import area_called, group_indices, home_areas, living_areas, named_pairs, region_names
from scenarios.schema import BalanceMeasureName, Scenario, Territories
from scenarios.territory_amounts import (
    balance_amounts,
    changing_amounts,
    placed_accounts,
    travel_costs,
    travel_unit,
    travel_weights,
)
from scenarios.territory_targets import balance_measure
from scenarios.travel import TravelModel

USUAL_PRICE: Mapping[str, float] = {"from_scratch": 0.0, "improve": 0.5, "repair": 0.5}
"""Price of change by mode, where the planner names none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssembledTerritories:
    """The instance, and what was decided on the way that the planner should know."""

    instance: TerritoryInstance
    notes: tuple[str, ...]
    start: TerritoryPlan | None = None
    """The current alignment, where the search starts from it."""
    account_reps: Mapping[str, str]
    """Rep of each account that stays with a rep whoever has the territory around it."""


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
    scenario, rules_of_plan = loaded.scenario, loaded.scenario.territories
    areas, reps, accounts = data.areas, data.reps, data.accounts
    exceptions = {line.account: line.rep for line in rules_of_plan.account_exceptions}
    placed = placed_accounts(accounts, areas["area_id"], reps["rep_id"], exceptions)
    account_minutes, _ = travel.between(reps["lon"], reps["lat"], accounts["lon"], accounts["lat"])
    area_minutes, _ = travel.between(reps["lon"], reps["lat"], areas["lon"], areas["lat"])
    area_group, rep_group = group_indices(loaded, data)
    edges, notes = neighbourhood(areas, loaded, partial(area_called, data=data), area_group)
    current = pd.Index(reps["rep_id"]).get_indexer(pd.Index(areas["current_rep_id"])).astype(np.int64)
    frozen = frozen_territories(
        rules_of_plan, reps["rep_id"].tolist(), current, living_areas(data, area_minutes), edges
    )
    named_locks = named_pairs(loaded, data, "locks")
    _locks_leave_frozen_alone(named_locks, frozen, loaded, data)
    locks = _united(named_locks, frozen.locks())
    forbidden = _united(named_pairs(loaded, data, "forbidden"), frozen.forbidden())
    strange = frozen.groups(area_group, rep_group) != area_group
    area_group = frozen.groups(area_group, rep_group)
    limit = rules_of_plan.max_drive_minutes or NO_LIMIT
    drive_minutes = np.ceil(area_minutes.T).astype(np.int64)
    drive_over = frozen.minutes_over(drive_minutes, limit)
    drive_minutes[np.arange(len(areas)), np.maximum(frozen.rep_of_area, 0)] -= drive_over
    allowed = (rep_group[None, :] == area_group[:, None]) | (rep_group[None, :] < 0)
    homes, home_notes = home_areas(
        loaded, data, area_minutes=area_minutes, allowed=allowed, locks=locks, forbidden=forbidden
    )
    amounts = balance_amounts(placed, potential, rules, scenario.currency)
    cost = rules_of_plan.objective.cost
    travel_cost, staying_cost = travel_costs(
        placed, account_minutes, area_minutes, travel_weights(cost, potential, rules), cost
    )
    np.add.at(travel_cost, homes, staying_cost[:, None])  # the same for every rep: it moves no decision
    measures = tuple(
        balance_measure(
            name,
            amounts[name],
            rules_of_plan.balance[name],
            reps,
            area_group=area_group,
            rep_group=rep_group,
            frozen_rep=frozen.rep_of_area,
        )
        for name in sorted(rules_of_plan.balance)
    )
    _exceptions_fit(measures, reps["rep_id"].tolist(), loaded)
    moved = changing_amounts(rules_of_plan.disruption.measure, placed, amounts[BalanceMeasureName.POTENTIAL])
    moving_all = max(1, int(moved.by_area[current >= 0].sum()))
    left = (current < 0) & (areas["current_rep_id"] != "").to_numpy()
    left_amount = int(moved.by_area[left].sum())
    aim, change = rules_of_plan.objective, rules_of_plan.disruption
    price = USUAL_PRICE[rules_of_plan.mode] if change.price is None else change.price
    together, split_group, split_price = _kept_together(data, rules_of_plan, frozen)
    instance = TerritoryInstance(
        area_ids=tuple(areas["area_id"]),
        rep_ids=tuple(reps["rep_id"]),
        edges=_united(edges, np.sort(joined_pieces(areas, edges, frozen), axis=1)),
        home_areas=homes,
        travel_cost=travel_cost,
        drive_minutes=drive_minutes,
        drive_over=drive_over,
        measures=measures,
        area_group=area_group,
        rep_group=rep_group,
        together=together,
        locks=locks,
        forbidden=forbidden,
        max_drive_minutes=limit,
        contiguous=rules_of_plan.contiguous,
        current_rep=current,
        moved_amount=moved.by_area,
        move_weight=price / aim.travel * float(travel_cost.min(axis=1).sum()) / moving_all,
        moved_limit=NO_LIMIT if change.cap is None else int(change.cap * (moving_all + left_amount) + 1e-6),
        moved_unit=moved.unit,
        moved_scale=moved.scale,
        left_amount=left_amount,
        left_areas=int(left.sum()),
        split_group=split_group,
        split_price=split_price,
        travel_unit=travel_unit(cost),
        area_names=tuple(areas["name"]),
        group_names=region_names(data) if rules_of_plan.within == "region" else (),
    )
    names = dict(zip(accounts["account_id"], accounts["name"], strict=True))
    return AssembledTerritories(
        instance=instance,
        notes=(
            *frozen.notes,
            *unjudged_notes(
                frozen, areas["name"].tolist(), reps["rep_id"].tolist(), strange=strange, over=drive_over, limit=limit
            ),
            *home_notes,
            *notes,
            *(
                f"{names[account]} ({account}) stays with {rep}, whoever has the territory."
                for account, rep in exceptions.items()
            ),
        ),
        start=None if rules_of_plan.mode == "from_scratch" else _today(instance, area_minutes),
        account_reps=exceptions,
    )


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


def rep_of_accounts(
    instance: TerritoryInstance, plan: TerritoryPlan, data: CheckedData, account_reps: Mapping[str, str]
) -> list[str]:
    """Give the rep_id of each account: the rep with whom it stays, else the rep of its area."""
    area = pd.Index(instance.area_ids).get_indexer(pd.Index(data.accounts["area_id"]))
    of_area = [instance.rep_ids[rep] for rep in plan.rep_of_area[area].tolist()]
    return [account_reps.get(key, rep) for key, rep in zip(data.accounts["account_id"], of_area, strict=True)]


def _kept_together(data: CheckedData, rules: Territories, frozen: Frozen) -> tuple[IntArray, IntArray, int]:
    """Label what is kept together as a rule and what at a price, and give the price; frozen areas are out of it.

    Rules by several columns join up: a district and a group that share an area are kept together as one.
    """
    shared = frozen.rep_of_area < 0
    together, split_group, price = np.full(len(shared), -1), np.full(len(shared), -1), 0
    for rule in rules.keep_together:
        entry = data.areas[rule.by]
        labels = pd.Index(sorted(set(entry) - {""})).get_indexer(pd.Index(entry))
        labels = np.where(shared & ~entry.isin(rule.except_for).to_numpy(), labels, -1)
        if rule.price is None:
            together = _joined_labels(together, labels)
        else:
            split_group, price = labels, rule.price
    return together.astype(np.int64), split_group.astype(np.int64), price


def _joined_labels(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return labels of which two areas have the same if either labelling, or a chain of both, gives them the same."""
    joined = np.where(other >= 0, other, np.where(one >= 0, one + other.max(initial=-1) + 1, -1))
    for _ in range(len(joined)):
        before = joined.copy()
        for labels in (one, other):
            for label in np.unique(labels[labels >= 0]).tolist():
                joined[labels == label] = joined[labels == label].min()
        if (joined == before).all():
            break
    return joined


def _exceptions_fit(measures: tuple[BalanceMeasure, ...], rep_ids: list[str], loaded: LoadedScenario) -> None:
    """Refuse accounts that stay with a rep and alone are more than he may hold."""
    faults = [
        fault_at(
            loaded,
            "territories.account_exceptions",
            f"the accounts that stay with {rep_ids[rep]} hold {measure.name} {measure.text(measure.fixed[rep])}, more "
            f"than the {measure.text(measure.upper[rep])} that he may have; leave some out or widen the tolerance",
        )
        for measure in measures
        for rep in np.flatnonzero(measure.fixed > measure.upper).tolist()
    ]
    if faults:
        raise ScenarioError(faults)


def _locks_leave_frozen_alone(locks: IntArray, frozen: Frozen, loaded: LoadedScenario, data: CheckedData) -> None:
    """Refuse locks that would give an area to, or take one from, a territory that a repair leaves as it is."""
    faults = []
    rep_ids = data.reps["rep_id"].tolist()
    numbers = {
        (area_called(lock.area, data), rep_ids.index(lock.rep)): (number, lock.area)
        for number, lock in enumerate(loaded.scenario.territories.locks, start=1)
    }
    for area, rep in locks.tolist():
        keeper = int(frozen.rep_of_area[area])
        if keeper == rep or (keeper < 0 and not frozen.reps[rep]):
            continue
        number, word = numbers[area, rep]
        why = f"{rep_ids[rep]} gets no new area" if keeper < 0 else f"{rep_ids[keeper]} keeps it"
        text = (
            f'"{word}" is locked to {rep_ids[rep]}, but {why}: the repair does not reach that territory; remove the '
            "lock or widen territories.repair_reach"
        )
        faults.append(fault_at(loaded, f"territories.locks[{number}].area", text))
    if faults:
        raise ScenarioError(faults)


def _today(instance: TerritoryInstance, area_minutes: NDArray[np.float64]) -> TerritoryPlan:
    """Return the current alignment, areas without a rep with the nearest one, homes with their own."""
    reps = np.where(instance.current_rep >= 0, instance.current_rep, np.argmin(area_minutes, axis=0))
    reps[instance.home_areas] = np.arange(instance.n_reps)
    return TerritoryPlan(rep_of_area=reps.astype(np.int64))


def _united(pairs: IntArray, more: IntArray) -> IntArray:
    return np.unique(np.vstack([pairs.reshape(-1, 2), more.reshape(-1, 2)]), axis=0).reshape(-1, 2).astype(np.int64)
