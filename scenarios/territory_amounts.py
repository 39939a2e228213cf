"""Add up accounts over areas: what is balanced, what changes hands, what it costs to drive there."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.territory.instance import IntArray
from scenarios.schema import BalanceMeasureName, TravelCost

LEAST_TOTAL: Final = 10_000_000
"""Money is counted in units so small that the potential is at least this many: rounding stays out of the balance."""
ACCOUNT_SCALE: Final = 100
"""Accounts are counted in hundredths, so that the targets of territories need not be whole."""
UNITS: Final = {
    "visits": "visit-weighted minutes",
    "workload": "workload-weighted minutes",
    "potential": "potential-weighted minutes",
    "nothing": "minutes",
}
"""What travel is counted in, by what it is weighed with."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """Where the amounts of each account count: in an area, or with a rep whatever the plan."""

    area: NDArray[np.intp]
    """Row of the area around each account. Shape (accounts,)."""
    stays_with: NDArray[np.intp]
    """Row of the rep with whom an account stays, -1 for those that go with their area. Shape (accounts,)."""
    n_areas: int
    n_reps: int

    def by_area(self, values: FloatArray) -> FloatArray:
        """Add up the accounts that go with their area. Shape (areas,)."""
        goes = self.stays_with < 0
        return np.bincount(self.area[goes], weights=values[goes], minlength=self.n_areas).astype(np.float64)

    def by_rep(self, values: FloatArray) -> FloatArray:
        """Add up the accounts that stay with a rep. Shape (reps,)."""
        stays = self.stays_with >= 0
        return np.bincount(self.stays_with[stays], weights=values[stays], minlength=self.n_reps).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Amounts:
    """An amount in whole numbers, `scale` of which make one `unit`."""

    by_area: IntArray
    """Shape (areas,)."""
    by_rep: IntArray
    """Of accounts that stay with a rep whatever the plan. Shape (reps,)."""
    unit: str
    scale: int


def placed_accounts(
    accounts: pd.DataFrame, area_ids: pd.Series, rep_ids: pd.Series, exceptions: Mapping[str, str]
) -> Placed:
    """Place each account in its area, or with the rep whom an exception names (account_id → rep_id)."""
    staying = [exceptions.get(account, "") for account in accounts["account_id"]]
    return Placed(
        area=pd.Index(area_ids).get_indexer(pd.Index(accounts["area_id"])),
        stays_with=pd.Index(rep_ids).get_indexer(pd.Index(staying)),
        n_areas=len(area_ids),
        n_reps=len(rep_ids),
    )


def balance_amounts(
    placed: Placed, potential: pd.DataFrame, rules: pd.DataFrame, currency: str
) -> dict[BalanceMeasureName, Amounts]:
    """Count money, whole minutes, accounts that are visited."""
    money = potential["potential"].to_numpy(dtype=np.float64)
    hours = potential["workload_hours"].to_numpy(dtype=np.float64)
    visited = (rules["visits"].to_numpy() > 0).astype(np.float64)
    return {
        BalanceMeasureName.POTENTIAL: _amounts(placed, money, currency, _money_scale(float(money.sum()))),
        BalanceMeasureName.WORKLOAD: _amounts(placed, hours * 60, "minutes", 1),
        BalanceMeasureName.ACCOUNTS: _amounts(placed, visited, "accounts", ACCOUNT_SCALE),
    }


def changing_amounts(measure: str, placed: Placed, potential: Amounts) -> Amounts:
    """Count what changes hands with an area: its potential, its accounts or the area itself."""
    if measure == "potential":
        return potential
    if measure == "areas":
        ones, none = np.ones(placed.n_areas, dtype=np.int64), np.zeros(placed.n_reps, dtype=np.int64)
        return Amounts(by_area=ones, by_rep=none, unit="areas", scale=1)
    return _amounts(placed, np.ones(len(placed.area)), "accounts", 1)


def travel_costs(
    placed: Placed,
    account_minutes: FloatArray,
    area_minutes: FloatArray,
    weights: FloatArray,
    rule: TravelCost,
) -> tuple[IntArray, IntArray]:
    """Weigh the one-way drives from each home.

    An area without any weight counts as one visit to its middle, so that it goes to a near rep.

    Parameters
    ----------
    placed
        Where accounts count.
    account_minutes, area_minutes
        One-way drive from each home. Shapes (reps, accounts) and (reps, areas).
    weights
        What an account's drive is multiplied with, see `travel_weights`. Shape (accounts,).
    rule
        Linear or squared, and whether accounts count at all.

    Returns
    -------
    Cost of each pair of area and rep, shape (areas, reps); and of the accounts that stay with each rep, shape (reps,).
    """
    power = 2 if rule.distance == "squared" else 1
    drives, to_middle = account_minutes**power, (area_minutes**power).T
    staying = np.zeros(placed.n_reps)
    stays = np.flatnonzero(placed.stays_with >= 0)
    np.add.at(staying, placed.stays_with[stays], drives[placed.stays_with[stays], stays] * weights[stays])
    if rule.weigh_by == "nothing":
        return to_middle.round().astype(np.int64), staying.round().astype(np.int64)
    goes = placed.stays_with < 0
    cost = np.zeros((placed.n_areas, placed.n_reps))
    np.add.at(cost, placed.area[goes], (drives[:, goes] * weights[goes]).T)
    empty = placed.by_area(weights) == 0
    cost[empty] = to_middle[empty]
    return cost.round().astype(np.int64), staying.round().astype(np.int64)


def travel_weights(rule: TravelCost, potential: pd.DataFrame, rules: pd.DataFrame) -> FloatArray:
    """Give what the drive to each account is multiplied with; all together as much as there are visits.

    So a weight by workload or potential keeps the size of the travel, and with it the meaning of prices.
    """
    visits = rules["visits"].to_numpy(dtype=np.float64)
    column = {"workload": "workload_hours", "potential": "potential"}.get(rule.weigh_by)
    if rule.weigh_by == "nothing":
        return np.zeros(len(visits))
    if column is None:
        return visits
    values = np.maximum(potential[column].to_numpy(dtype=np.float64), 0.0)
    return values * (visits.sum() / values.sum()) if values.sum() > 0 else visits


def travel_unit(rule: TravelCost) -> str:
    """Name what travel is counted in."""
    unit = UNITS[rule.weigh_by]
    return unit.replace("minutes", "squared minutes") if rule.distance == "squared" else unit


def _amounts(placed: Placed, values: FloatArray, unit: str, scale: int) -> Amounts:
    by_area, by_rep = (
        (sums * scale).round().astype(np.int64) for sums in (placed.by_area(values), placed.by_rep(values))
    )
    return Amounts(by_area=by_area, by_rep=by_rep, unit=unit, scale=scale)


def _money_scale(total: float) -> int:
    """Choose the power of ten that makes a sum of money at least LEAST_TOTAL units."""
    return int(10 ** max(0, math.ceil(math.log10(LEAST_TOTAL / total)))) if total > 0 else 1
