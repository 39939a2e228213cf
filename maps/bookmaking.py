"""Make the book of a run from its tables and plans; stages that were not run leave their tables empty."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.alternative_plans import AlternativePlan
from maps.book import (
    AREA_POTENTIAL_COLUMNS,
    DRIVER_COLUMNS,
    EVENT_EFFECT_COLUMNS,
    LEVEL_COLUMNS,
    MOVED,
    SOLVE_COLUMNS,
    PlanBook,
    no_rows,
    no_solves,
)
from maps.measures import disruption_measures, forecast_measures, territory_measures, tour_measures
from maps.move_table import border_moves
from maps.plan_tables import bridged, territories_table, territory_id, tour_tables
from maps.retouching import retouch_rules
from maps.territory_indices import with_indices
from optimizer.solving import Term, Violation
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.objective import terms
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.robustness import Futures
from optimizer.territory.verify import verify
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import TourResult

FORECAST_COLUMNS = ("region", "category", "week", "p10", "p50", "p90", "model")
SCORE_COLUMNS = ("region", "model", "mae", "rmse", "mape", "mase", "wape", "coverage_80", "chosen", "note")
HISTORY_COLUMNS = ("region", "category", "week", "sales")
POTENTIAL_COLUMNS = ("baseline", "headroom", "potential", "low", "high", "workload_hours")
ACCOUNT_COLUMNS = (
    "account_id",
    "name",
    "town",
    "segment",
    "status",
    "region",
    "area_id",
    "lon",
    "lat",
    "opening_hours",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the book says about the scenario itself."""

    name: str
    description: str
    currency: str
    period_start: dt.date
    period_end: dt.date
    resolved_scenario: str
    travel_note: str = ""
    """How the minutes of driving were made; "" when there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForecastPart:
    """Tables of the forecast stage, see `PlanBook`; `potential` has one row per account, in their order."""

    table: pd.DataFrame
    scores: pd.DataFrame
    history: pd.DataFrame
    notes: tuple[str, ...]
    potential: pd.DataFrame
    levels: pd.DataFrame = field(default_factory=lambda: no_rows(*LEVEL_COLUMNS))
    drivers: pd.DataFrame = field(default_factory=lambda: no_rows(*DRIVER_COLUMNS))
    areas: pd.DataFrame = field(default_factory=lambda: no_rows(*AREA_POTENTIAL_COLUMNS))
    """What areas could sell by their attributes."""
    event_effects: pd.DataFrame = field(default_factory=lambda: no_rows(*EVENT_EFFECT_COLUMNS))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TerritoryPart:
    """Problem, result and the plan that is shown: the one that keeps every rule, or else the closest."""

    instance: TerritoryInstance
    result: TerritoryResult
    plan: TerritoryPlan
    notes: tuple[str, ...]
    account_reps: Mapping[str, str] = field(default_factory=dict)
    """Rep of each account that stays with a rep whoever has the territory around it."""
    futures: Futures | None = None
    """What may become of the potential, where it is balanced."""
    chances: NDArray[np.float64] | None = None
    """Probability that each territory stays inside its tolerance, NaN for a frozen rep. Shape (reps,)."""
    alternatives: tuple[AlternativePlan, ...] = ()
    """Other good plans, the chosen one first."""
    alternative_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRecord:
    """How even the routed hours of one round were, in which territories were drawn with the routed hours before."""

    number: int
    worst_deviation: float
    """Largest deviation of a rep's hours from his share of all of them, driven or needed, whichever is further off; as
    a share."""
    furthest_rep: str
    inside: int
    """Reps inside the tolerance of workload."""
    reps: int
    drive_hours: float
    visits: int
    chosen: bool = False
    """Whether the plan shown is this round's."""
    reasons: tuple[str, ...] = ()
    """Why reps are outside, a sentence for each; only of the round that is shown."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TourPart:
    """Problem and result of each rep, in the order of the reps."""

    instances: Sequence[TourInstance]
    results: Sequence[TourResult]
    rounds: tuple[RoundRecord, ...] = ()
    """The rounds in which routed hours were fed back; empty when there were none."""


def make_book(
    heading: Heading,
    *,
    areas: gpd.GeoDataFrame,
    accounts: pd.DataFrame,
    reps: pd.DataFrame,
    visits_wanted: Sequence[int],
    quality: Mapping[str, Any],
    forecast: ForecastPart | None,
    territory: TerritoryPart | None,
    tours: TourPart | None,
    run: Mapping[str, Any],
) -> PlanBook:
    """Lay out everything that a run came to.

    Parameters
    ----------
    areas, accounts, reps
        Checked tables, sorted by id; `territory` is in the order of `areas` and `reps`.
    visits_wanted
        Visits of each account per cycle. Shape (accounts,).
    """
    visits, days, missed = tour_tables(tours.instances if tours else (), tours.results if tours else ())
    book_accounts = _accounts(accounts, visits_wanted, forecast, visits)
    book_areas = _areas(areas, book_accounts, reps, territory)
    owner = pd.Series(book_areas["rep_id"].to_numpy(), index=book_areas["area_id"].to_numpy())
    stays = territory.account_reps if territory else {}
    of_area = book_accounts["area_id"].map(owner)
    book_accounts["rep_id"] = [
        stays.get(account, rep) for account, rep in zip(book_accounts["account_id"], of_area, strict=True)
    ]
    named = book_accounts.set_index("account_id")[["name", "segment"]]
    missed = missed.join(named, on="account_id")[
        ["account_id", "name", "rep_id", "segment", "visits_wanted", "visits_planned", "reason"]
    ]
    solves = _solves(territory, tours)
    table = _territories(territory, book_areas, book_accounts, reps, days)
    return PlanBook(
        name=heading.name,
        description=heading.description,
        currency=heading.currency,
        period_start=heading.period_start,
        period_end=heading.period_end,
        areas=book_areas,
        accounts=book_accounts,
        reps=reps[["rep_id", "name", "region", "lon", "lat", "hours_per_week"]],
        territories=table,
        forecast=forecast.table if forecast else _empty(FORECAST_COLUMNS),
        scores=forecast.scores if forecast else _empty(SCORE_COLUMNS),
        history=forecast.history if forecast else _empty(HISTORY_COLUMNS),
        forecast_notes=forecast.notes if forecast else (),
        forecast_levels=forecast.levels if forecast else no_rows(*LEVEL_COLUMNS),
        drivers=forecast.drivers if forecast else no_rows(*DRIVER_COLUMNS),
        area_potential=forecast.areas if forecast else no_rows(*AREA_POTENTIAL_COLUMNS),
        event_effects=forecast.event_effects if forecast else no_rows(*EVENT_EFFECT_COLUMNS),
        quality=quality,
        visits=visits,
        days=days,
        missed=missed,
        violations=_violations(territory, tours),
        conflicts=_conflicts(territory),
        measures=_measures(
            heading,
            quality,
            forecast,
            territory,
            tours,
            table=table,
            days=days,
            missed=missed,
            areas=book_areas,
            accounts=book_accounts,
        ),
        run={**run, "solves": _records(solves)},
        resolved_scenario=heading.resolved_scenario,
        tolerances={m.name: m.tolerance for m in territory.instance.measures} if territory else {},
        staying=frozenset(stays),
        territory_notes=territory.notes if territory else (),
        rules=retouch_rules(territory.instance, territory.plan) if territory else {},
        travel_note=heading.travel_note,
        solves=solves,
        moves=border_moves(territory.instance, territory.plan) if territory else pd.DataFrame(),
        alternatives=territory.alternatives if territory else (),
        alternative_notes=territory.alternative_notes if territory else (),
    )


def evaluate_plan(
    instance: TerritoryInstance,
    plan: TerritoryPlan,
    *,
    areas: pd.DataFrame,
    accounts: pd.DataFrame,
    reps: pd.DataFrame,
    account_reps: Mapping[str, str],
) -> tuple[pd.DataFrame, tuple[Term, ...], tuple[Violation, ...]]:
    """Measure a plan that was drawn elsewhere: territories without tours, terms of the objective, broken rules.

    Accounts are counted with their owner: the rep of their area, or the one with whom `account_reps` says they stay.
    """
    counts = _accounts_of_areas(areas, accounts[~accounts["account_id"].isin(account_reps)])
    _, days, _ = tour_tables((), ())
    table = territories_table(instance, plan, reps=reps, accounts_of_area=counts, days=days)
    table["accounts"] += [list(account_reps.values()).count(rep) for rep in table["rep_id"]]
    return table, terms(instance, plan), verify(instance, plan)


def _accounts_of_areas(areas: pd.DataFrame, accounts: pd.DataFrame) -> NDArray[np.float64]:
    counts = areas["area_id"].map(accounts["area_id"].value_counts())
    return np.asarray(counts.fillna(0), dtype=np.float64)


def _accounts(
    accounts: pd.DataFrame, visits_wanted: Sequence[int], forecast: ForecastPart | None, visits: pd.DataFrame
) -> pd.DataFrame:
    book = accounts[list(ACCOUNT_COLUMNS)].copy()
    for column in POTENTIAL_COLUMNS:
        book[column] = forecast.potential[column].to_numpy() if forecast else 0.0
    if forecast and MOVED in forecast.potential:
        book[MOVED] = forecast.potential[MOVED].to_numpy()
    book["visits_wanted"] = np.asarray(visits_wanted, dtype=np.int64)
    book["visits_planned"] = book["account_id"].map(visits["account_id"].value_counts()).fillna(0).astype(np.int64)
    return book


def _areas(
    areas: gpd.GeoDataFrame, accounts: pd.DataFrame, reps: pd.DataFrame, territory: TerritoryPart | None
) -> gpd.GeoDataFrame:
    book = areas[["area_id", "name", "district", "region", "geometry"]].copy()
    columns = ["potential", "workload_hours", "baseline", "headroom"]
    sums = accounts.groupby("area_id")[columns].sum()
    for column in columns:
        book[column] = book["area_id"].map(sums[column]).fillna(0.0).to_numpy()
    if territory:
        owner = territory.plan.rep_of_area
        ids = reps["rep_id"].to_numpy()[owner]
        book["territory_id"] = [territory_id(rep) for rep in ids]
        book["rep_id"] = ids
        book["drive_minutes"] = territory.instance.shown_minutes(owner)
    else:
        book["territory_id"] = ""
        book["rep_id"] = ""
        book["drive_minutes"] = 0
    book["current_rep_id"] = areas["current_rep_id"].to_numpy()
    return book


def _territories(
    territory: TerritoryPart | None, areas: pd.DataFrame, accounts: pd.DataFrame, reps: pd.DataFrame, days: pd.DataFrame
) -> pd.DataFrame:
    """Describe the territories, with potential and workload even where they are not balanced."""
    if territory is None:
        return _empty(("territory_id", "rep_id", "region", "areas", "accounts", "contiguous", "inside_tolerance"))
    counts = _accounts_of_areas(areas, accounts)
    table = territories_table(territory.instance, territory.plan, reps=reps, accounts_of_area=counts, days=days)
    table["accounts"] = table["rep_id"].map(accounts["rep_id"].value_counts()).fillna(0).astype(np.int64)
    sums = accounts.groupby("rep_id")[["potential", "workload_hours"]].sum().reindex(table["rep_id"], fill_value=0.0)
    for column in sums.columns:
        table[column] = sums[column].to_numpy().round(2)
    whole = table["contiguous"].to_numpy(dtype=bool)
    crossing = bridged(territory.instance, territory.plan, areas.geometry.to_numpy())
    table.insert(list(table.columns).index("contiguous") + 1, "bridged", whole & crossing)
    return with_indices(
        table,
        territory.instance,
        territory.plan,
        shapes=areas.geometry.to_numpy(),
        accounts_of_area=counts,
        chances=territory.chances,
    )


def _measures(
    heading: Heading,
    quality: Mapping[str, Any],
    forecast: ForecastPart | None,
    territory: TerritoryPart | None,
    tours: TourPart | None,
    *,
    table: pd.DataFrame,
    days: pd.DataFrame,
    missed: pd.DataFrame,
    areas: pd.DataFrame,
    accounts: pd.DataFrame,
) -> dict[str, Any]:
    measures: dict[str, Any] = {
        "scenario": heading.name,
        "currency": heading.currency,
        "period": {"start": heading.period_start.isoformat(), "end": heading.period_end.isoformat()},
        "counts": {
            "areas": len(areas),
            "accounts": len(accounts),
            "accounts_visited": int((accounts["visits_wanted"] > 0).sum()),
        },
        "data_quality": quality.get("summary", {}),
    }
    if forecast:
        measures["forecast"] = forecast_measures(forecast.scores, forecast.table)
    if territory:
        measures["territories"] = territory_measures(territory.instance, territory.result, table)
        measures["territories"]["notes"] = list(territory.notes)
        team = territory.instance.rep_ids
        measures["disruption"] = disruption_measures(areas, accounts, team, staying=territory.account_reps)
    if tours:
        measures["tours"] = tour_measures(tours.instances, tours.results, days, missed)
        measures["tours"]["rounds"] = [asdict(record) for record in tours.rounds]
    return measures


def _violations(territory: TerritoryPart | None, tours: TourPart | None) -> pd.DataFrame:
    broken = [*territory.result.violations] if territory else []
    for result in tours.results if tours else ():
        broken += result.violations
    return pd.DataFrame(
        [(v.rule, v.subject, v.amount, v.unit, v.text) for v in broken],
        columns=["rule", "subject", "amount", "unit", "text"],
    )


def _conflicts(territory: TerritoryPart | None) -> pd.DataFrame:
    conflicts = territory.result.conflicts if territory else ()
    rows = [(", ".join(c.rules), c.text, [change.text for change in c.loosenings]) for c in conflicts]
    return pd.DataFrame(rows, columns=["rules", "text", "enough"])


def _solves(territory: TerritoryPart | None, tours: TourPart | None) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    if territory:
        result = territory.result
        gap = np.nan if result.gap is None else result.gap
        rows.append(
            ("territories", "", str(result.status), result.objective, result.bound, gap, str(result.stopped_by))
        )
    for tour in tours.results if tours else ():
        bound = np.nan if tour.bound is None else tour.bound
        gap = (tour.objective - bound) / tour.objective if tour.objective else 0.0
        rows.append(("tours", tour.rep_id, str(tour.status), tour.objective, bound, gap, str(tour.stopped_by)))
    return pd.DataFrame(rows, columns=list(SOLVE_COLUMNS)) if rows else no_solves()


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Lay out a table as JSON records, not a number as null."""
    return json.loads(table.to_json(orient="records"))  # type: ignore[no-any-return]


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
