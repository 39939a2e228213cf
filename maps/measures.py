"""Gather the figures about a plan that people compare: the contents of measures.json."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from optimizer.solving import Conflict, Term
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.plan import TerritoryResult
from optimizer.territory.robustness import DRAWS
from optimizer.tours.instance import TourInstance
from optimizer.tours.needs import needed_week_minutes
from optimizer.tours.plan import TourResult


def territory_measures(
    instance: TerritoryInstance, result: TerritoryResult, territories: pd.DataFrame
) -> dict[str, Any]:
    """Sum up the territory plan; deviations and gaps are shares, potential is money, workload hours per cycle."""
    return {
        "status": str(result.status),
        "objective": _number(result.objective),
        "bound": _number(result.bound if result.plan else None),
        "gap": _number(result.gap),
        "stopped_by": str(result.stopped_by),
        "terms": [_term(term) for term in result.terms],
        "all_contiguous": bool(territories["contiguous"].all()),
        "all_inside_tolerance": bool(territories["inside_tolerance"].all()),
        "balance": {
            measure.name: {
                "tolerance": measure.tolerance,
                "worst_deviation": _number(float(territories[f"{measure.name}_deviation"].abs().max())),
            }
            for measure in instance.measures
        },
        **_summary(territories),
        "broken_rules": [
            {"rule": v.rule, "subject": v.subject, "amount": _number(v.amount), "unit": v.unit, "text": v.text}
            for v in result.violations
        ],
        "conflicts": [_conflict(conflict) for conflict in result.conflicts],
        "by_territory": [{key: _plain(value) for key, value in row.items()} for row in territories.to_dict("records")],
    }


def _summary(territories: pd.DataFrame) -> dict[str, Any]:
    """Sum up the indices of the territories, and the chance of the least sure one; nothing where not measured."""
    found: dict[str, Any] = {
        column: {"least": _number(float(territories[column].min())), "mean": _number(float(territories[column].mean()))}
        for column in ("balance_index", "compactness_index", "polsby_popper")
        if column in territories
    }
    if "cut_edges" in territories:
        found["cut_edges"] = int(territories["cut_edges"].sum()) // 2
    if "chance_inside" in territories:
        chances = territories["chance_inside"].astype(float)
        found["chance_inside"] = {
            "least": _number(float(chances.min())),
            "mean": _number(float(chances.mean())),
            "draws": DRAWS,
        }
    return found


def tour_measures(
    instances: Sequence[TourInstance], results: Sequence[TourResult], days: pd.DataFrame, missed: pd.DataFrame
) -> dict[str, Any]:
    """Sum up the tours of all reps and of each."""
    by_rep = []
    for instance, result in zip(instances, results, strict=True):
        mine = days[days["rep_id"] == instance.rep_id]
        wanted = sum(rule.frequency for rule in instance.visits)
        lost = sum(miss.wanted - miss.planned for miss in result.missed)
        by_rep.append(
            {
                "rep_id": instance.rep_id,
                "status": str(result.status),
                "objective": _number(result.objective),
                "bound": _number(result.bound),
                "gap": _number(result.gap),
                "stopped_by": str(result.stopped_by),
                "terms": [_term(term) for term in result.terms],
                "value_served": _value_served(instance, result),
                "nights_away": int((mine["night_away"] != "").sum()),
                "visits_wanted": wanted,
                "visits_planned": wanted - lost,
                "accounts": len(instance.visits),
                "accounts_missed": len(result.missed),
                "work_hours": _number(float(mine["work_minutes"].sum()) / 60),
                "drive_hours": _number(float(mine["drive_minutes"].sum()) / 60),
                "drive_km": _number(float(mine["drive_km"].sum())),
                "week_hours_needed": _number(needed_week_minutes(instance, result.plan) / 60 if result.plan else None),
                "overtime_minutes": int(mine["overtime_minutes"].sum()),
                "broken_rules": [violation.text for violation in result.violations],
            }
        )
    return {
        "visits_wanted": sum(rep["visits_wanted"] for rep in by_rep),
        "visits_planned": sum(rep["visits_planned"] for rep in by_rep),
        "accounts_missed": len(missed),
        "work_hours": _number(float(days["work_minutes"].sum()) / 60),
        "drive_hours": _number(float(days["drive_minutes"].sum()) / 60),
        "drive_km": _number(float(days["drive_km"].sum())),
        "days_over_time": int((days["overtime_minutes"] > 0).sum()),
        "nights_away": int((days["night_away"] != "").sum()),
        "by_rep": by_rep,
    }


def _value_served(instance: TourInstance, result: TourResult) -> int:
    """Add up what the planned visits are worth, in driving minutes."""
    tours = result.plan.tours if result.plan else ()
    return sum(instance.visits[stop.account].visit_value for tour in tours for stop in tour.stops)


def disruption_measures(
    areas: pd.DataFrame, accounts: pd.DataFrame, team: Collection[str], *, staying: Collection[str] = ()
) -> dict[str, Any]:
    """Say what changes hands against the current alignment; areas without a current rep do not count.

    Accounts of `staying` keep their rep whoever has the territory: they never change hands. What belongs to a rep who
    is not in the `team` any more changes hands whatever the plan: it counts, and is told apart under `unavoidable`.
    """
    known = areas["current_rep_id"] != ""
    moved, left = known & (areas["current_rep_id"] != areas["rep_id"]), of_reps_who_left(areas, team)

    def told(which: "pd.Series[bool]") -> dict[str, Any]:
        goes = accounts["area_id"].isin(areas.loc[which, "area_id"]) & ~accounts["account_id"].isin(staying)
        share = moved_share(areas, accounts, staying=staying, which=which)
        return {
            "areas_moved": int(which.sum()),
            "accounts_moved": int(goes.sum()),
            "potential_moved_share": _number(share),
        }

    return {
        **told(moved),
        "areas_with_a_rep_today": int(known.sum()),
        "unavoidable": {"reps_who_left": sorted(set(areas.loc[left, "current_rep_id"])), **told(left)},
        "avoidable": told(moved & ~left),
    }


def of_reps_who_left(areas: pd.DataFrame, team: Collection[str]) -> "pd.Series[bool]":
    """Tell which areas are served today by a rep who is not in the team any more. Shape (areas,)."""
    return (areas["current_rep_id"] != "") & ~areas["current_rep_id"].isin(list(team))


def moved_share(
    areas: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    staying: Collection[str] = (),
    which: "pd.Series[bool] | None" = None,
) -> float:
    """Give the share of the potential of areas with a rep today that gets another rep; see `disruption_measures`.

    Parameters
    ----------
    which
        The areas to count; all that get another rep when it is left out. Shape (areas,).
    """
    goes = going_potential(areas, accounts, staying=staying)
    known = areas["current_rep_id"] != ""
    total = float(goes[known].sum())
    counted = known & (areas["current_rep_id"] != areas["rep_id"]) if which is None else which
    return float(goes[counted].sum()) / total if total > 0 else 0.0


def going_potential(areas: pd.DataFrame, accounts: pd.DataFrame, *, staying: Collection[str] = ()) -> pd.Series:
    """Give the potential of each area that goes with it: all but that of accounts that stay with their rep."""
    stays = accounts[accounts["account_id"].isin(staying)].groupby("area_id")["potential"].sum()
    return areas["potential"] - areas["area_id"].map(stays).fillna(0.0)


def forecast_measures(scores: pd.DataFrame, table: pd.DataFrame) -> dict[str, Any]:
    """Sum up the forecast: the total over the period, and the backtest scores of the chosen models by region."""
    chosen = scores[scores["chosen"]]
    return {
        "p50_total": _number(float(table["p50"].sum())),
        "weeks": int(table["week"].nunique()),
        "scores": [{key: _plain(value) for key, value in row.items()} for row in chosen.to_dict("records")],
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    """Lay out rules that clash: the planner's lines, and the changes of which each would be enough."""
    return {
        "rules": list(conflict.rules),
        "text": conflict.text,
        "lines": [{"rule": line.rule, "subject": line.subject, "reps": list(line.reps)} for line in conflict.lines],
        "each_line_is_needed": conflict.minimal,
        "enough": [
            {
                "rule": change.rule,
                "subject": change.subject,
                "now": change.now,
                "least": change.least,
                "enough": change.enough,
                "proven": change.proven,
                "text": change.text,
            }
            for change in conflict.loosenings
        ],
    }


def _term(term: Term) -> Mapping[str, Any]:
    return {"name": term.name, "unit": term.unit, "weight": _number(term.weight), "value": _number(term.value)}


def _number(value: float | None) -> float | None:
    """Round to six decimals, so that files do not show noise of the last bits; not a number becomes null."""
    return None if value is None or not np.isfinite(value) else round(float(value), 6)


def _plain(value: object) -> object:
    """Turn numpy scalars into plain ones."""
    if isinstance(value, np.generic):
        value = value.item()
    return _number(value) if isinstance(value, float) else value
