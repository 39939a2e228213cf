"""Turn checked data, potential and workload into a territory problem in integers."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimizer.solving import Effort, SolverSettings
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.verify import verify
from scenarios.adjacency import bridge_islands, neighbours
from scenarios.checking import CheckedData
from scenarios.faults import BrokenPlanError, Fault, NoPlanError, ScenarioError
from scenarios.schema import BalanceMeasureName, Lock, Scenario
from scenarios.travel import TravelModel

UNITS: Final = {
    BalanceMeasureName.POTENTIAL: "currency",
    BalanceMeasureName.WORKLOAD: "minutes",
    BalanceMeasureName.ACCOUNTS: "accounts",
}
FAR_AWAY: Final = 1e9
"""Minutes that stand for a home seat that is not allowed."""


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
    data: CheckedData, potential: pd.DataFrame, rules: pd.DataFrame, travel: TravelModel, scenario: Scenario
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
    areas, reps, accounts = data.areas, data.reps, data.accounts
    area_index = pd.Index(areas["area_id"])
    area_of_account = area_index.get_indexer(pd.Index(accounts["area_id"]))
    account_minutes, _ = travel.between(reps["lon"], reps["lat"], accounts["lon"], accounts["lat"])
    area_minutes, _ = travel.between(reps["lon"], reps["lat"], areas["lon"], areas["lat"])
    locks, forbidden = (
        _pairs(scenario.territories.locks, data, "locks"),
        _pairs(scenario.territories.forbidden, data, "forbidden"),
    )
    area_group, rep_group = _groups(data, scenario)
    allowed = (rep_group[None, :] == area_group[:, None]) | (rep_group[None, :] < 0)
    homes, home_notes = _home_areas(data, area_minutes, allowed, locks, forbidden)
    edges, bridge_notes = _edges(data, area_group)
    amounts = _amounts(area_of_account, len(areas), potential, rules)
    travel_cost = _travel_cost(account_minutes, area_minutes, area_of_account, rules)
    measures = tuple(
        _measure(name, amounts[name], data, scenario, area_group=area_group, rep_group=rep_group)
        for name in sorted(scenario.territories.balance)
    )
    moved = amounts[BalanceMeasureName.POTENTIAL]
    current = pd.Index(reps["rep_id"]).get_indexer(pd.Index(areas["current_rep_id"]))
    limit = scenario.territories.max_disruption
    moving_all = max(1, int(moved[current >= 0].sum()))
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
        moved_amount=moved,
        move_weight=aim.disruption / aim.travel * float(travel_cost.min(axis=1).sum()) / moving_all,
        moved_limit=NO_LIMIT if limit is None else int(limit * moving_all),
    )
    return AssembledTerritories(instance=instance, notes=(*home_notes, *bridge_notes))


def verified_plan(instance: TerritoryInstance, result: TerritoryResult) -> TerritoryPlan:
    """Give the plan to show, the one that keeps every rule or else the closest, after the independent verifier has seen it.

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


def _amounts(
    area_of_account: NDArray[np.intp], n_areas: int, potential: pd.DataFrame, rules: pd.DataFrame
) -> dict[BalanceMeasureName, IntArray]:
    """Add up the accounts of each area: whole currency, whole minutes, accounts that are visited."""

    def total(values: NDArray[np.float64]) -> IntArray:
        return np.bincount(area_of_account, weights=values, minlength=n_areas).round().astype(np.int64)

    return {
        BalanceMeasureName.POTENTIAL: total(potential["potential"].to_numpy(dtype=np.float64)),
        BalanceMeasureName.WORKLOAD: total(potential["workload_hours"].to_numpy(dtype=np.float64) * 60),
        BalanceMeasureName.ACCOUNTS: total((rules["visits"].to_numpy() > 0).astype(np.float64)),
    }


def _travel_cost(
    account_minutes: NDArray[np.float64],
    area_minutes: NDArray[np.float64],
    area_of_account: NDArray[np.intp],
    rules: pd.DataFrame,
) -> IntArray:
    """Weigh the one-way drive from each home to each account by its visits; an area without visits counts as one visit to its middle,
    so that it goes to a near rep. Shape (areas, reps)."""
    visits = rules["visits"].to_numpy(dtype=np.float64)
    n_areas = area_minutes.shape[1]
    cost = np.zeros((n_areas, area_minutes.shape[0]))
    np.add.at(cost, area_of_account, (account_minutes * visits).T)
    unvisited = np.bincount(area_of_account, weights=visits, minlength=n_areas) == 0
    cost[unvisited] = area_minutes.T[unvisited]
    return cost.round().astype(np.int64)


def _measure(
    name: BalanceMeasureName,
    amounts: IntArray,
    data: CheckedData,
    scenario: Scenario,
    *,
    area_group: IntArray,
    rep_group: IntArray,
) -> BalanceMeasure:
    """Share the total of each group over its reps, by hours or equally, and put the tolerance around it."""
    rule = scenario.territories.balance[name]
    hours = data.reps["hours_per_week"].to_numpy(dtype=np.float64)
    share = hours if rule.share_by == "hours" else np.ones(len(hours))
    targets = np.zeros(len(hours))
    for group in np.unique(rep_group):
        members = rep_group == group
        total = amounts.sum() if group < 0 else amounts[area_group == group].sum()
        targets[members] = total * share[members] / share[members].sum()
    return BalanceMeasure(
        name=str(name),
        unit=UNITS[name],
        amounts=amounts,
        targets=targets.round().astype(np.int64),
        lower=np.ceil(targets * (1 - rule.tolerance) - 1e-6).astype(np.int64),
        upper=np.floor(targets * (1 + rule.tolerance) + 1e-6).astype(np.int64),
        tolerance=rule.tolerance,
    )


def _groups(data: CheckedData, scenario: Scenario) -> tuple[IntArray, IntArray]:
    """Number the regions where reps must stay within theirs; otherwise one group that any rep may serve."""
    if scenario.territories.within == "none":
        return np.zeros(len(data.areas), dtype=np.int64), np.full(len(data.reps), -1, dtype=np.int64)
    regions = pd.Index(sorted({*data.areas["region"], *data.reps["region"]}))
    without_rep = sorted(set(data.areas["region"]) - set(data.reps["region"]))
    if without_rep:
        names = ", ".join(without_rep)
        text = f"no rep lives in {names}, and reps must stay within their region; give it a rep or set territories.within: none"
        raise ScenarioError([Fault(file="reps", key="territories.within", message=text)])
    without_area = sorted(set(data.reps["region"]) - set(data.areas["region"]))
    if without_area:
        names = ", ".join(without_area)
        raise ScenarioError(
            [Fault(file="reps", key="territories.within", message=f"reps live in {names}, which has no areas")]
        )
    return (
        regions.get_indexer(pd.Index(data.areas["region"])).astype(np.int64),
        regions.get_indexer(pd.Index(data.reps["region"])).astype(np.int64),
    )


def _together(data: CheckedData, scenario: Scenario) -> IntArray:
    """Label the areas of each district where districts are kept together; -1 elsewhere."""
    if scenario.territories.keep_together == "none":
        return np.full(len(data.areas), -1, dtype=np.int64)
    district = data.areas["district"]
    labels = pd.Index(sorted(set(district) - {""})).get_indexer(pd.Index(district))
    return labels.astype(np.int64)


def _pairs(rules: tuple[Lock, ...], data: CheckedData, key: str) -> IntArray:
    """Find the indices of the areas (by id, or by unique name) and reps that the planner's lines name."""
    faults, pairs = [], []
    ids, reps, names = (pd.Index(data.areas["area_id"]), pd.Index(data.reps["rep_id"]), data.areas["name"].to_numpy())
    for number, rule in enumerate(rules):
        place = f"territories.{key}[{number}]"
        found = [int(ids.get_loc(rule.area))] if rule.area in ids else np.flatnonzero(names == rule.area).tolist()
        if len(found) != 1:
            many = (
                f"{len(found)} areas are called {rule.area!r}; use an area_id"
                if found
                else f"no area is called {rule.area!r}"
            )
            faults.append(Fault(file="scenario", key=f"{place}.area", message=many))
        if rule.rep not in reps:
            text = f"no rep is called {rule.rep!r}; reps are {', '.join(reps[:5])} …"
            faults.append(Fault(file="scenario", key=f"{place}.rep", message=text))
        elif len(found) == 1:
            pairs.append((found[0], int(reps.get_loc(rule.rep))))
    if faults:
        raise ScenarioError(faults)
    return np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)


def _home_areas(
    data: CheckedData,
    area_minutes: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    locks: IntArray,
    forbidden: IntArray,
) -> tuple[IntArray, list[str]]:
    """Give each rep an area of his own to root the territory: where he lives, or near by when two reps share an area."""
    areas, reps = data.areas, data.reps
    cost = np.where(allowed.T, area_minutes, FAR_AWAY)
    living = areas.sindex.query(gpd.points_from_xy(reps["lon"], reps["lat"]), predicate="intersects")
    cost[living[0], living[1]] = np.where(allowed.T[living[0], living[1]], 0.0, FAR_AWAY)
    cost[forbidden[:, 1], forbidden[:, 0]] = FAR_AWAY
    for area, rep in locks:
        cost[np.arange(len(reps)) != rep, area] = FAR_AWAY
    if len(reps) > len(areas):
        text = f"{len(reps)} reps for {len(areas)} areas; each rep needs an area of his own"
        raise ScenarioError([Fault(file="reps", key="rep_id", message=text)])
    rows, seats = linear_sum_assignment(cost)
    seated = np.zeros(len(reps), dtype=np.int64)
    seated[rows] = seats
    if (cost[np.arange(len(reps)), seated] >= FAR_AWAY).any():
        bad = ", ".join(reps["rep_id"][cost[np.arange(len(reps)), seated] >= FAR_AWAY])
        text = f"no area near home may belong to {bad}: it is locked to others, forbidden, or its region has more reps than areas"
        raise ScenarioError([Fault(file="reps", key="rep_id", message=text)])
    moved = np.flatnonzero(cost[np.arange(len(reps)), seated] > 0)
    notes = [
        f"{reps['rep_id'].iloc[r]} shares a home area with a colleague or lives outside the map; the territory is rooted in "
        f"{areas['name'].iloc[seated[r]]} ({area_minutes[r, seated[r]]:.0f} min from home)."
        for r in moved
    ]
    return seated, notes


def _edges(data: CheckedData, area_group: IntArray) -> tuple[IntArray, list[str]]:
    """Find neighbouring areas, and link islands to the nearest area of their group."""
    edges, bridges = bridge_islands(data.areas, neighbours(data.areas), area_group)
    names = data.areas["name"].to_numpy()
    notes = [
        f"{names[a]} and {names[b]} do not touch but count as neighbours, so that no part of the map is cut off."
        for a, b in bridges
    ]
    return edges, notes
