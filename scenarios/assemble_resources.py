"""Make of the forecast what the scenario asks for: stock, shares of a budget, rep time, risks and opportunities."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.account_behaviour import behaviour_of
from forecasting.account_scores import SCORE_COLUMNS, score_accounts
from forecasting.headroom import is_customer
from forecasting.stock import stock_levels, warehouse_demand
from forecasting.watchlist import (
    UNDER_TARGET,
    accounts_below_likes,
    accounts_that_may_leave,
    prospects_worth_a_visit,
    regional_targets,
    regions_under_target,
    risk_totals,
)
from optimizer.allocation import diminishing_gains, share_out
from scenarios.checking import CheckedData
from scenarios.consistency_resources import resources_fit_data
from scenarios.faults import ScenarioError
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.schema import Scenario
from scenarios.schema.resources import Budget, RepTime, Risks, Stock

Floats = NDArray[np.float64]
BUDGET_COLUMNS = (
    "region",
    "expected",
    "winnable",
    "spend",
    "gain",
    "return",
    "next_return",
    "by_sales",
    "gain_by_sales",
)
TIME_COLUMNS = ("area_id", "region", "segment", "accounts", "hours", "potential", "suggested_hours")
SMALLEST_GROUP = 1.0
"""Hours a cycle under which the time of a region's segment is left as it is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeResources:
    """Tables by name, as in `maps.resources.Resources`, and notes by part."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def check_resources(loaded: LoadedScenario, data: CheckedData) -> None:
    """Ask for regions that the tables know.

    Raises
    ------
    ScenarioError
        With all faults.
    """
    regions = sorted(set(data.history["region"].astype(str)))
    categories = sorted(set(data.history["category"].astype(str)))
    found = resources_fit_data(loaded.scenario.resources, regions, categories)
    faults = [fault_at(loaded, *one) for one in found]
    if faults:
        raise ScenarioError(faults)


def make_resources(
    data: CheckedData, scenario: Scenario, *, table: pd.DataFrame, history: pd.DataFrame, potential: pd.DataFrame
) -> MadeResources:
    """Make every part that the scenario names.

    Parameters
    ----------
    table
        The forecast: region, category, week, p10, p50, p90, model.
    history
        region, category, week, sales: what was learned from.
    potential
        baseline, headroom, potential, workload_hours, in the order of the accounts.
    """
    made, wanted = MadeResources(), scenario.resources
    accounts = data.accounts[["account_id", "area_id", "region", "segment"]].assign(
        customer=is_customer(data.accounts),
        **{name: potential[name].to_numpy(float) for name in ("baseline", "headroom", "potential", "workload_hours")},
    )
    if wanted.stock is not None:
        _add_stock(made, wanted.stock, table)
    if wanted.budget is not None:
        _add_budget(made, wanted.budget, accounts)
    if wanted.rep_time is not None:
        _add_rep_time(made, wanted.rep_time, accounts, by_region=str(scenario.territories.within) == "region")
    if wanted.risks is not None:
        _add_risks(made, wanted.risks, accounts, data, scenario, table=table, history=history)
    return made


def _add_stock(made: MadeResources, wanted: Stock, table: pd.DataFrame) -> None:
    """Stock and demand by warehouse, category and week; `reorder` lasts through the weeks of delivery alone."""
    warehouse_of = {region: region for region in table["region"].astype(str).unique()}
    warehouse_of |= {region: warehouse for warehouse, regions in wanted.warehouses.items() for region in regions}
    cover = wanted.lead_weeks + wanted.review_weeks
    stock, reorder = (
        stock_levels(table, warehouse_of=warehouse_of, service_level=wanted.service_level, cover_weeks=weeks)
        for weeks in (cover, wanted.lead_weeks)
    )
    place = ["warehouse", "category", "week"]
    served = pd.Series(warehouse_of).sort_index()
    regions = {warehouse: "\n".join(part.index) for warehouse, part in served.groupby(served)}
    made.tables["stock"] = stock.merge(
        reorder[[*place, "stock"]].rename(columns={"stock": "reorder"}), on=place, how="left", validate="1:1"
    ).assign(
        regions=stock["warehouse"].map(regions),
        unit_price=stock["category"].map(wanted.unit_prices).astype(float),
        service_level=wanted.service_level,
    )
    demand = warehouse_demand(table, warehouse_of=warehouse_of)
    sold = set(table.loc[table["model"] == "actual", "week"])
    made.tables["demand"] = demand.assign(
        sold=demand["week"].isin(sold), unit_price=demand["category"].map(wanted.unit_prices).astype(float)
    )
    weeks = table["week"].nunique()
    note = f"{wanted.lead_weeks} weeks of delivery and {wanted.review_weeks} between orders are covered"
    short = f"; the period holds only {weeks}, which are covered instead" if weeks < cover else ""
    made.notes["stock"] = (f"{note} with a probability of {wanted.service_level:.0%}{short}. Values at sales prices.",)


def _add_budget(made: MadeResources, wanted: Budget, accounts: pd.DataFrame) -> None:
    """Shares of the budget by region, beside a split by expected sales."""
    by_region = accounts.groupby("region", sort=True)[["baseline", "potential"]].sum()
    expected = by_region["baseline"].to_numpy(float)
    winnable = np.maximum(by_region["potential"].to_numpy(float) - expected, 0.0)
    half = np.maximum(wanted.half_spend * expected, wanted.step)
    total, groups = int(np.floor(wanted.amount / wanted.step + 1e-9)), len(expected)
    gains = diminishing_gains(winnable, half, step=wanted.step, steps=total + 1)
    least = np.full(groups, int(np.floor(wanted.least_share * total + 1e-9)))
    most = np.full(groups, int(np.ceil(wanted.most_share * total - 1e-9)))
    net = wanted.margin * gains[:, :total] - wanted.step
    found = share_out(net, total=total, least=least, most=most, all_of_it=wanted.spend_all)
    steps = found.steps
    spend = steps * wanted.step
    gain = _won(winnable, half, np.asarray(spend, dtype=np.float64))
    whole = float(spend.sum())
    share = expected / expected.sum() if expected.sum() > 0 else np.full(groups, 1 / groups)
    by_sales = _whole_steps(share, int(steps.sum())) * wanted.step
    plain = _won(winnable, half, np.asarray(by_sales, dtype=np.float64))
    made.tables["budget"] = pd.DataFrame(
        {
            "region": by_region.index.astype(str),
            "expected": expected,
            "winnable": winnable,
            "spend": spend,
            "gain": gain,
            "return": np.where(spend > 0, wanted.margin * gain / np.where(spend > 0, spend, 1.0), np.nan),
            "next_return": wanted.margin * gains[np.arange(groups), steps] / wanted.step,
            "by_sales": by_sales,
            "gain_by_sales": plain,
        }
    )[list(BUDGET_COLUMNS)]
    sold = f"{whole:,.0f} shared out as best brings {gain.sum():,.0f} of sales, by expected sales {plain.sum():,.0f}."
    curve = f"half_spend ({wanted.half_spend:.1%} of expected sales wins half), not learned from former campaigns."
    notes = [f"{sold} What can be won is the convertible headroom; how fast it is won is the scenario's {curve}"]
    losing = made.tables["budget"].loc[(spend > 0) & (wanted.margin * gain < spend), "region"].tolist()
    if losing:
        notes.append(
            f"In {', '.join(losing)} the spending costs more than its margin of {wanted.margin:.0%} brings back."
        )
    worth = float((net > 0).sum()) * wanted.step
    if wanted.spend_all and worth < whole:
        notes.append(f"Only {worth:,.0f} of it would bring back what it costs; with spend_all: false no more is spent.")
    kept = wanted.amount - whole
    if kept >= wanted.step:
        notes.append(f"{kept:,.0f} is kept back: no further step of {wanted.step:,.0f} brings back what it costs.")
    made.notes["budget"] = tuple(notes)


def _whole_steps(share: Floats, total: int) -> Floats:
    """Split whole steps by shares that sum to 1, the largest remainders getting the rest. Shape (groups,)."""
    exact = share * total
    steps = np.floor(exact + 1e-9)
    rest = total - int(steps.sum())
    steps[np.argsort(steps - exact, kind="stable")[:rest]] += 1
    return np.asarray(steps)


def _won(winnable: Floats, half: Floats, spend: Floats) -> Floats:
    """Give the sales that spending wins. Shape (regions,)."""
    return np.asarray(winnable * spend / (spend + half))


def _add_rep_time(made: MadeResources, wanted: RepTime, accounts: pd.DataFrame, *, by_region: bool) -> None:
    """Hours of each segment by area, today and where they would bring most."""
    lines = accounts.assign(accounts=1, hours=accounts["workload_hours"])
    groups = lines.groupby(["region", "segment"], sort=True, observed=True)[["hours", "potential"]].sum()
    hours, value = groups["hours"].to_numpy(float), groups["potential"].to_numpy(float)
    suggested = hours.copy()
    names = groups.index.get_level_values("region").to_numpy(dtype=object)
    pools = [names == name for name in dict.fromkeys(names)] if by_region else [np.ones(len(names), dtype=bool)]
    movable = hours >= SMALLEST_GROUP
    for pool in pools:
        members = np.flatnonzero(pool & movable)
        if len(members) > 1:
            suggested[members] = _moved(hours[members], value[members], wanted.most_change)
    factor = pd.Series(np.where(hours > 0, suggested / np.where(hours > 0, hours, 1.0), 1.0), index=groups.index)
    table = lines.groupby(["area_id", "region", "segment"], sort=True, observed=True)[
        ["accounts", "hours", "potential"]
    ].sum()
    times = pd.MultiIndex.from_arrays([table.index.get_level_values(name) for name in ("region", "segment")])
    table["suggested_hours"] = table["hours"].to_numpy() * factor.reindex(times).to_numpy()
    made.tables["rep_time"] = table.reset_index()[list(TIME_COLUMNS)]
    moved = float(np.maximum(suggested - hours, 0.0).sum())
    within = "within each region" if by_region else "across regions"
    falling = "Hours are taken to bring less and less: today's bring today's potential, twice as many a third more"
    made.notes["rep_time"] = (
        f"{hours.sum():,.0f} h a cycle by the visit rules and drives; {moved:,.0f} h moved {within} would bring more.",
        f"{falling}. No segment of a region changes by more than {wanted.most_change:.0%}.",
    )


def _moved(hours: Floats, value: Floats, most_change: float) -> Floats:
    """Share the same hours out where they bring most, in steps of an hour around today's. Shape (groups,)."""
    down = np.floor(most_change * hours).astype(np.int64)
    steps = int(2 * down.max())
    if steps == 0:
        return hours.copy()
    # From the least hours on: what each further hour brings is 2 · value · h / (h + today's), so today's bring `value`.
    start = hours - down
    at = start[:, None] + np.arange(steps + 1)
    gains = np.diff(2 * value[:, None] * at / (at + hours[:, None]), axis=1)
    found = share_out(gains, total=int(down.sum()), least=np.zeros(len(hours), np.int64), most=2 * down, all_of_it=True)
    return np.asarray(start + found.steps)


def _add_risks(
    made: MadeResources,
    wanted: Risks,
    accounts: pd.DataFrame,
    data: CheckedData,
    scenario: Scenario,
    *,
    table: pd.DataFrame,
    history: pd.DataFrame,
) -> None:
    """Regions under target, accounts that may leave, accounts below their likes, prospects."""
    targets, unknown = regional_targets(table, history, growth=wanted.growth, given=wanted.targets)
    scores = score_accounts(behaviour_of(data.past_accounts, data.past_sales), horizon=wanted.horizon_weeks)
    parts = [
        regions_under_target(table, targets),
        accounts_that_may_leave(accounts, scores.table),
        accounts_below_likes(accounts, headroom_share=scenario.forecast.headroom_share),
        prospects_worth_a_visit(accounts, scores.table, horizon=wanted.horizon_weeks),
    ]
    filled = [part for part in parts if len(part)]
    named = data.accounts.set_index("account_id")["name"]
    risks = pd.concat(filled, ignore_index=True) if filled else parts[0]
    made.tables["risk_totals"] = risk_totals(risks)
    place = risks.groupby("kind", sort=False).cumcount().to_numpy()
    listed = risks[(place < wanted.most) | (risks["kind"] == UNDER_TARGET).to_numpy()].reset_index(drop=True)
    made.tables["risks"] = listed.assign(name=listed["account_id"].map(named).astype(object).fillna(""))
    planned = scores.table["account_id"].isin(data.accounts["account_id"])
    made.tables["account_scores"] = scores.table.loc[planned, list(SCORE_COLUMNS)].reset_index(drop=True)
    made.tables["score_tests"], made.tables["score_parts"] = scores.tests, scores.reliability
    notes = list(scores.notes)
    if unknown:
        notes.append(f"No target for {', '.join(unknown)}: last year is not known in full; name it under targets.")
    made.notes["risks"] = tuple(notes)
