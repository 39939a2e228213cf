"""Gather everything that one run has to show, as plain tables."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.call_notes import CALL_COLUMNS
from maps.resources import Resources

if TYPE_CHECKING:
    from maps.alternative_plans import AlternativePlan

LEVEL_COLUMNS: Final = ("level", "region", "category", "week", "p10", "p50", "p90", "model")
DRIVER_COLUMNS: Final = ("region", "category", "group", "contribution", "share", "words")
MOVED: Final = "moved_by_events"
"""Column of accounts: what events with a place added to their baseline, in currency."""
AREA_POTENTIAL_COLUMNS: Final = (
    "area_id", "region", "accounts", "baseline", "expected", "reach", "headroom", "white_space", "potential", "low",
    "high",
)  # fmt: skip
EVENT_EFFECT_COLUMNS: Final = ("kind", "weeks", "effect", "low", "high", "counted", "ahead")
SOLVE_COLUMNS: Final = ("stage", "subject", "status", "objective", "bound", "gap", "stopped_by")

HOME_COLUMNS: Final = ("rep_id", "name", "area_id", "area", "lon", "lat", "chosen")


def no_homes() -> pd.DataFrame:
    """Make the empty table of homes."""
    return pd.DataFrame({column: pd.Series(dtype="object") for column in HOME_COLUMNS})


def no_solves() -> pd.DataFrame:
    """Make the empty table of solver outcomes."""
    return pd.DataFrame({column: pd.Series(dtype="object") for column in SOLVE_COLUMNS})


def no_rows(*columns: str) -> pd.DataFrame:
    """Make an empty table with these columns."""
    return pd.DataFrame({column: pd.Series(dtype="object") for column in columns})


def rows_by(table: pd.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    """Look rows up by an id: id → {column: value}, in the table's order."""
    return {str(row[column]): {str(key): value for key, value in row.items()} for row in table.to_dict("records")}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanBook:
    """One run, ready to show; ids are text, text is never missing, and a territory's id is "T-" and its rep's id."""

    name: str
    """Name of the scenario."""
    description: str
    currency: str
    """ISO code of the money in all tables."""
    period_start: dt.date
    period_end: dt.date
    areas: gpd.GeoDataFrame
    """area_id, name, district, region, geometry (EPSG:4326), potential, workload_hours, baseline, headroom,
    territory_id, rep_id, current_rep_id ("" for none; not in `reps` for one who has left), drive_minutes (from the
    rep's home); sorted by area_id. Neighbours share their borders exactly."""
    accounts: pd.DataFrame
    """account_id, name, town, segment, status, region, area_id, rep_id, lon, lat, baseline, headroom, potential, low,
    high, workload_hours, visits_wanted, visits_planned, opening_hours ("" for those of the segment); `MOVED` where
    events with a place moved sales between accounts."""
    reps: pd.DataFrame
    """rep_id, name, region, lon, lat (of the home), hours_per_week."""
    territories: pd.DataFrame
    """territory_id, rep_id, region, areas, accounts, contiguous; per balance measure m: m, m_target, m_deviation (a
    share); inside_tolerance, frozen (keeps what it has today, so that
    its balance is not judged), routed_hours, drive_hours, drive_km. Potential is in the currency, workload in hours per
    cycle (`workload_hours`, `workload_target`, `workload_deviation`). `bridged`: in one piece, but only through areas
    that do not touch. `balance_index`, `compactness_index` (0–100), `polsby_popper` (0–1), `cut_edges`,
    `mean_drive_minutes`, `max_drive_minutes`, and where the forecast's errors are known `chance_inside` (NaN for a
    frozen rep)."""
    forecast: pd.DataFrame
    """region, category, week, p10, p50, p90, model."""
    scores: pd.DataFrame
    """region ("" for all), model, mae, rmse, mape, mase, wape, coverage_80, chosen, note (why models are not
    compared there, or "")."""
    history: pd.DataFrame
    """region, category, week, sales."""
    forecast_notes: tuple[str, ...]
    quality: Mapping[str, Any]
    """Contents of data_quality.json."""
    visits: pd.DataFrame
    """rep_id, week (from 1), date (ISO text), stop (from 1), account_id, arrive, start, depart ("HH:MM"),
    service_minutes, drive_minutes, drive_km."""
    days: pd.DataFrame
    """rep_id, week, date, leave_home, back_home ("HH:MM"), stops, work_minutes, drive_minutes, drive_km, lunch_start
    ("" for none), lunch_minutes, lunch_before (number of the stop before which lunch is taken, stops + 1 after the
    last, 0 for none), overtime_minutes; start_place, end_place (names, "" for home), night_away (the name of the place
    where the rep sleeps away afterwards, "" for none), start_lon, start_lat, end_lon, end_lat (NaN for home)."""
    missed: pd.DataFrame
    """account_id, name, rep_id, segment, visits_wanted, visits_planned, reason."""
    violations: pd.DataFrame
    """rule, subject, amount, unit, text: rules that the plan breaks."""
    conflicts: pd.DataFrame
    """rules, text: rules that no plan can keep together; enough: changes of which each would make a plan possible."""
    measures: Mapping[str, Any]
    """Contents of measures.json."""
    run: Mapping[str, Any]
    """Contents of run.json, the only file that may differ between two runs of one scenario."""
    resolved_scenario: str
    """YAML text of the scenario with everything it extends and every override applied."""
    tolerances: Mapping[str, float] = field(default_factory=dict)
    """Allowed deviation of each balance measure, as a share: {"potential": 0.1}."""
    staying: frozenset[str] = frozenset()
    """account_ids that stay with their rep, whoever has the territory around them."""
    territory_notes: tuple[str, ...] = ()
    """What was done so that territories can be drawn: areas taken as neighbours that do not touch, homes moved."""
    rules: Mapping[str, Any] = field(default_factory=dict)
    """The territory problem as plain data, see `maps.retouching.retouch_rules`; empty without territories."""
    tour_lines: Mapping[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict)
    """(rep_id, date) → points (lon, lat) of the tour along the roads; empty where only straight lines are known."""
    travel_note: str = ""
    """How the minutes of driving were made."""
    solves: pd.DataFrame = field(default_factory=no_solves)
    """stage ("territories", "tours"), subject ("" or rep_id), status, objective, bound (NaN for none), gap (a share,
    NaN for none), stopped_by."""
    moves: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What moving each area at a border to a neighbouring territory would do, see `maps.move_table.move_table`."""
    alternatives: "tuple[AlternativePlan, ...]" = ()
    """Other good plans, the chosen one first."""
    alternative_notes: tuple[str, ...] = ()
    """What was looked for in vain."""
    forecast_levels: pd.DataFrame = field(default_factory=lambda: no_rows(*LEVEL_COLUMNS))
    """level (region, category, total), region, category ("" where summed over), week, p10, p50, p90: `forecast` summed
    up."""
    drivers: pd.DataFrame = field(default_factory=lambda: no_rows(*DRIVER_COLUMNS))
    """region, category ("" for all), group, contribution (currency over the weeks to come), share (of the same weeks of
    last year, NaN without sales then), words: what makes up the forecast, groups in the order in which they add up."""
    area_potential: pd.DataFrame = field(default_factory=lambda: no_rows(*AREA_POTENTIAL_COLUMNS))
    """area_id, region, accounts, baseline, expected, reach, headroom, white_space, potential, low, high (currency over
    the period): what areas could sell by their attributes; empty where none are named."""
    event_effects: pd.DataFrame = field(default_factory=lambda: no_rows(*EVENT_EFFECT_COLUMNS))
    """kind, weeks (of the past that such events touched), effect (on the sales of a week that they take up, a share),
    low and high (NaN where too few are known), ahead (currency over the weeks to come)."""
    calls: pd.DataFrame = field(default_factory=lambda: no_rows(*CALL_COLUMNS))
    """What reps want to know before a call, see `maps.call_notes.call_notes`; empty where sales are not known."""
    homes: pd.DataFrame = field(default_factory=no_homes)
    """rep_id, name, area_id, area (name), lon, lat, chosen ("yes" or "no"): where reps live, in a run that chose homes;
    else empty."""
    resources: Resources = field(default_factory=Resources)
    """What was made of the forecast: stock, shares of a budget, rep time, risks and opportunities."""
