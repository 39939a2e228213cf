"""Turn checked data into the problem of choosing homes: which areas may hold one, and what serving the others costs."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.territory.instance import BalanceMeasure, IntArray
from scenarios.barriers import neighbourhood
from scenarios.checking import CheckedData
from scenarios.frozen import frozen_territories
from scenarios.loaded import LoadedScenario
from scenarios.planner_rules import area_called, group_indices, home_areas, named_pairs, region_names
from scenarios.schema import Scenario, Territories
from scenarios.territory_amounts import (
    Amounts,
    Placed,
    balance_amounts,
    placed_accounts,
    travel_costs,
    travel_weights,
)
from scenarios.territory_targets import balance_measure
from scenarios.travel import Floats, TravelModel

PLACE_DECIMALS: Final = 5
"""Decimals of a degree of a chosen home: about a metre."""

NOBODY: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SitingPart:
    """The homes to choose of one region, or of the whole map where reps serve any region."""

    instance: SitingInstance
    """Areas that are shared out, homes of the reps who have one first, then the free ones."""
    areas: IntArray
    """Rows of these areas in `CheckedData.areas`, ascending. Shape (areas,)."""
    free: IntArray
    """Rows of the reps whose home is to be chosen in `CheckedData.reps`. Shape (free homes,)."""
    region: str
    """Name of the region; "" where reps serve any."""
    unequal: bool
    """Whether the reps in `free` should have territories of different size."""


def awaiting_home(reps: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which reps have no home yet. Shape (reps,)."""
    return np.asarray(reps[["lon", "lat"]].isna().any(axis=1), dtype=bool)


def home_places(areas: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Give the place of a home in each area: its middle, or a point inside where the middle lies outside.

    Returns
    -------
    Longitude and latitude. Shape (areas,) each.
    """
    middles = gpd.points_from_xy(areas["lon"], areas["lat"])
    shapes = areas.geometry.reset_index(drop=True)
    inside = shapes.contains(gpd.GeoSeries(middles, crs=shapes.crs)).to_numpy()
    points = shapes.representative_point()
    lon = np.where(inside, areas["lon"].to_numpy(float), points.x.to_numpy())
    lat = np.where(inside, areas["lat"].to_numpy(float), points.y.to_numpy())
    return lon.round(PLACE_DECIMALS), lat.round(PLACE_DECIMALS)


def assemble_siting(
    data: CheckedData, potential: pd.DataFrame, rules: pd.DataFrame, travel: TravelModel, loaded: LoadedScenario
) -> list[SitingPart]:
    """Make a problem for each region with a home to choose; for the whole map where reps serve any region.

    Frozen reps and their areas are left out. Reps who have a home keep it, with its locks and forbidden areas.

    Parameters
    ----------
    potential
        One row per account in the order of `data.accounts`, with columns potential (currency) and workload_hours.
    rules
        Visit rules of the accounts, see `scenarios.workload.visit_rules`.

    Raises
    ------
    ScenarioError
        When there are more reps than areas, or the homes of two reps cannot be kept apart.
    """
    free = awaiting_home(data.reps)
    area_group, rep_group = group_indices(loaded, data)
    edges, _ = neighbourhood(data.areas, loaded, partial(area_called, data=data), area_group)
    current = pd.Index(data.reps["rep_id"]).get_indexer(pd.Index(data.areas["current_rep_id"])).astype(np.int64)
    nowhere = np.zeros(len(data.reps), dtype=np.int64)  # only repairs look at homes, and they do not choose any
    frozen = frozen_territories(loaded.scenario.territories, data.reps["rep_id"].tolist(), current, nowhere, edges)
    parts = []
    for group in np.unique(rep_group[free]).tolist():
        areas = np.flatnonzero((frozen.rep_of_area < 0) & ((area_group == group) | (group < 0)))
        reps = np.flatnonzero((rep_group == group) & ~frozen.reps)
        region = region_names(data)[group] if group >= 0 else ""
        parts.append(_part(data, potential, rules, travel, loaded, areas=areas, reps=reps, edges=edges, region=region))
    return parts


def _part(
    data: CheckedData,
    potential: pd.DataFrame,
    rules: pd.DataFrame,
    travel: TravelModel,
    loaded: LoadedScenario,
    *,
    areas: IntArray,
    reps: IntArray,
    edges: IntArray,
    region: str,
) -> SitingPart:
    scenario, awaiting = loaded.scenario, awaiting_home(data.reps)
    free, fixed = reps[awaiting[reps]], reps[~awaiting[reps]]
    here = data.areas.iloc[areas].reset_index(drop=True)
    order = np.concatenate([fixed, free])
    team = data.reps.iloc[order].reset_index(drop=True)
    exceptions = {line.account: line.rep for line in scenario.territories.account_exceptions}
    kept = _counted_here(data.accounts, here["area_id"], team["rep_id"], exceptions)
    accounts, potential, rules = (table[kept].reset_index(drop=True) for table in (data.accounts, potential, rules))
    placed = placed_accounts(accounts, here["area_id"], team["rep_id"], exceptions)
    amounts = balance_amounts(placed, potential, rules, scenario.currency)
    measures = [
        balance_measure(
            name,
            amounts[name],
            scenario.territories.balance[name],
            team,
            area_group=np.zeros(len(here), dtype=np.int64),
            rep_group=np.full(len(team), -1, dtype=np.int64),
            frozen_rep=np.full(len(here), -1, dtype=np.int64),
        )
        for name in sorted(scenario.territories.balance)
    ]
    locks, forbidden = (_pairs_here(loaded, data, key, areas=areas, reps=fixed) for key in ("locks", "forbidden"))
    settled = team.iloc[: len(fixed)]
    seats = _seats(data, here, settled, travel, loaded, locks=locks, forbidden=forbidden)
    taken = np.concatenate([seats, locks[locks[:, 1] >= 0, 0]])
    worth = placed.by_area(potential["potential"].to_numpy(dtype=np.float64))
    chosen = _most_worth(worth, taken, scenario.territories.home_candidates)
    candidates = np.union1d(seats, chosen).astype(np.int64)
    lon, lat = home_places(here)
    lon[seats], lat[seats] = settled["lon"], settled["lat"]
    cost, minutes = _costs(
        placed,
        travel,
        scenario,
        accounts=accounts,
        areas=here,
        potential=potential,
        rules=rules,
        candidates=candidates,
        places=(lon, lat),
    )
    positions = np.searchsorted(candidates, seats)
    _close(cost, minutes, candidates, positions, scenario.territories, locks=locks, forbidden=forbidden)
    instance = SitingInstance(
        area_ids=tuple(here["area_id"]),
        edges=_edges_here(edges, areas, len(data.areas)),
        n_homes=len(team),
        candidates=candidates,
        fixed=positions.astype(np.int64),
        cost=cost,
        measures=tuple(_shared_by_free(measure, len(fixed)) for measure in measures),
        contiguous=scenario.territories.contiguous,
        area_names=tuple(here["name"]),
    )
    unequal = any(len(np.unique(measure.targets[len(fixed) :])) > 1 for measure in measures)
    return SitingPart(instance=instance, areas=areas, free=free, region=region, unequal=unequal)


def assemble_sizing(
    data: CheckedData, potential: pd.DataFrame, rules: pd.DataFrame, travel: TravelModel, loaded: LoadedScenario
) -> SitingInstance:
    """Make the problem of a team of equal reps none of whom has a home yet, for one rep; `resized` makes it for more.

    Rules about reps by name (locks, forbidden areas, frozen territories, accounts that stay) do not count.
    """
    scenario, areas = loaded.scenario, data.areas
    placed = placed_accounts(data.accounts, areas["area_id"], data.reps["rep_id"], {})
    amounts = balance_amounts(placed, potential, rules, scenario.currency)
    area_group = np.zeros(len(areas), dtype=np.int64)
    edges, _ = neighbourhood(areas, loaded, partial(area_called, data=data), area_group)
    worth = placed.by_area(potential["potential"].to_numpy(dtype=np.float64))
    candidates = _most_worth(worth, np.empty(0, dtype=np.int64), scenario.territories.home_candidates)
    cost, minutes = _costs(
        placed,
        travel,
        scenario,
        accounts=data.accounts,
        areas=areas,
        potential=potential,
        rules=rules,
        candidates=candidates,
        places=home_places(areas),
    )
    none = np.empty((0, 2), dtype=np.int64)
    _close(cost, minutes, candidates, none[:, 0], scenario.territories, locks=none, forbidden=none)
    return SitingInstance(
        area_ids=tuple(areas["area_id"]),
        edges=edges,
        n_homes=1,
        candidates=candidates,
        fixed=none[:, 0],
        cost=cost,
        measures=tuple(
            _whole(str(name), amounts[name], scenario.territories.balance[name].tolerance)
            for name in sorted(scenario.territories.balance)
        ),
        contiguous=scenario.territories.contiguous,
    )


def _counted_here(
    accounts: pd.DataFrame, area_ids: pd.Series, rep_ids: pd.Series, exceptions: dict[str, str]
) -> NDArray[np.bool_]:
    """Tell which accounts count: those in the areas, and those that stay with one of the reps. Shape (accounts,)."""
    stays = accounts["account_id"].map(exceptions)
    return np.asarray(np.where(stays.isna(), accounts["area_id"].isin(area_ids), stays.isin(rep_ids)), dtype=bool)


def _pairs_here(loaded: LoadedScenario, data: CheckedData, key: str, *, areas: IntArray, reps: IntArray) -> IntArray:
    """Give the lines of `locks` or `forbidden` in rows of `areas` and `reps`; rep -1 where he has no home yet."""
    pairs = named_pairs(loaded, data, "locks" if key == "locks" else "forbidden")
    area = pd.Index(areas).get_indexer(pd.Index(pairs[:, 0]))
    rep = pd.Index(reps).get_indexer(pd.Index(pairs[:, 1]))
    return np.column_stack([area, rep])[area >= 0].astype(np.int64).reshape(-1, 2)


def _seats(
    data: CheckedData,
    here: gpd.GeoDataFrame,
    settled: pd.DataFrame,
    travel: TravelModel,
    loaded: LoadedScenario,
    *,
    locks: IntArray,
    forbidden: IntArray,
) -> IntArray:
    """Give the area in which the territory of each rep with a home is rooted. Shape (reps with a home,)."""
    if settled.empty:
        return np.empty(0, dtype=np.int64)
    minutes, _ = travel.between(settled["lon"], settled["lat"], here["lon"], here["lat"])
    seats, _ = home_areas(
        loaded,
        replace(data, areas=here, reps=settled),
        area_minutes=minutes,
        allowed=np.ones((len(here), len(settled)), dtype=bool),
        locks=locks,
        forbidden=forbidden[forbidden[:, 1] >= 0],
    )
    return seats


def _most_worth(worth: Floats, taken: IntArray, count: int) -> IntArray:
    """Give the areas with most potential that are not taken, ascending; equal ones in the order of the areas."""
    order = np.argsort(-worth, kind="stable")
    return np.sort(order[~np.isin(order, taken)][:count]).astype(np.int64)


def _costs(
    placed: Placed,
    travel: TravelModel,
    scenario: Scenario,
    *,
    accounts: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    potential: pd.DataFrame,
    rules: pd.DataFrame,
    candidates: IntArray,
    places: tuple[Floats, Floats],
) -> tuple[IntArray, Floats]:
    """Give cost and drive minutes of serving each area from each candidate. Shape (areas, candidates) each."""
    cost = scenario.territories.objective.cost
    origin = places[0][candidates], places[1][candidates]
    to_accounts, _ = travel.between(*origin, accounts["lon"], accounts["lat"])
    to_areas, _ = travel.between(*origin, areas["lon"], areas["lat"])
    # Accounts that stay with a rep cost the same whoever has their area, so that they count for no candidate.
    free = replace(placed, n_reps=len(candidates))
    values, _ = travel_costs(free, to_accounts, to_areas, travel_weights(cost, potential, rules), cost)
    return values + (values == CLOSED), to_areas.T  # a true cost that happens to be the number for a closed pair


def _close(
    cost: IntArray,
    minutes: Floats,
    candidates: IntArray,
    fixed: IntArray,
    rules: Territories,
    *,
    locks: IntArray,
    forbidden: IntArray,
) -> None:
    """Close what the planner's lines and the longest drive rule out; every candidate may serve its own area."""
    own = cost[candidates, np.arange(len(candidates))]
    if rules.max_drive_minutes is not None:
        cost[np.ceil(minutes) > rules.max_drive_minutes] = CLOSED
    for area, rep in locks[locks[:, 1] >= 0].tolist():
        cost[area, np.arange(len(candidates)) != fixed[rep]] = CLOSED
    known = forbidden[forbidden[:, 1] >= 0]
    cost[known[:, 0], fixed[known[:, 1]]] = CLOSED
    cost[candidates, np.arange(len(candidates))] = own


def _edges_here(edges: IntArray, areas: IntArray, count: int) -> IntArray:
    row = np.full(count, NOBODY, dtype=np.int64)
    row[areas] = np.arange(len(areas))
    inside = row[edges.reshape(-1, 2)]
    return np.unique(np.sort(inside[(inside >= 0).all(axis=1)], axis=1), axis=0).reshape(-1, 2)


def _shared_by_free(measure: BalanceMeasure, n_fixed: int) -> BalanceMeasure:
    """Give free homes the mean of their reps' limits; what stays with a rep anyway is taken off everybody's."""

    def shared(values: IntArray) -> IntArray:
        own = values.astype(np.float64) - measure.fixed
        own[n_fixed:] = own[n_fixed:].mean()
        return np.maximum(own, 0.0)

    return replace(
        measure,
        targets=shared(measure.targets).round().astype(np.int64),
        lower=np.ceil(shared(measure.lower) - 1e-6).astype(np.int64),
        upper=np.floor(shared(measure.upper) + 1e-6).astype(np.int64),
        fixed=np.zeros_like(measure.fixed),
    )


def _whole(name: str, amounts: Amounts, tolerance: float) -> BalanceMeasure:
    """Give one rep everything."""
    total = np.array([amounts.by_area.sum()], dtype=np.int64)
    return BalanceMeasure(
        name=name,
        unit=amounts.unit,
        scale=amounts.scale,
        amounts=amounts.by_area,
        targets=total,
        lower=total,
        upper=total,
        tolerance=tolerance,
        fixed=np.zeros(1, dtype=np.int64),
    )
