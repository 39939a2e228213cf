"""Find the homes of reps who have none, and put them where the rest of a run looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from maps.book import HOME_COLUMNS
from scenarios.assemble_territories import solver_settings
from scenarios.home_choice import HomeChoice, choose_homes
from scenarios.travel import travel_model
from scenarios.workload import estimate_workload

if TYPE_CHECKING:
    from maps.bookmaking import ForecastPart
    from optimizer.progress import Observer
    from optimizer.territory.instance import TerritoryInstance
    from scenarios.checking import CheckedData
    from scenarios.loaded import LoadedScenario


def find_homes(
    loaded: LoadedScenario, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart, progress: Observer
) -> HomeChoice:
    """Choose homes on the potential and workload of a forecast."""
    return choose_homes(
        data,
        forecast.potential,
        rules,
        travel_model(loaded.scenario.travel),
        loaded,
        settings=solver_settings(loaded.scenario),
        observer=progress,
    )


def estimated_from_homes(
    loaded: LoadedScenario, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart
) -> ForecastPart:
    """Estimate the workload again, now that the ways from the homes are known."""
    hours = estimate_workload(data.accounts, data.reps, rules, loaded.scenario)
    return replace(forecast, potential=forecast.potential.assign(workload_hours=hours))


def homes_table(reps: pd.DataFrame, instance: TerritoryInstance, choice: HomeChoice) -> pd.DataFrame:
    """List where each rep lives, the area in which his territory is rooted, and whether the home was chosen.

    Parameters
    ----------
    reps
        rep_id, name, lon and lat with the homes in place, in the order of the instance.
    """
    roots = instance.home_areas.tolist()
    table = reps[["rep_id", "name", "lon", "lat"]].assign(
        area_id=[instance.area_ids[area] for area in roots],
        area=[instance.area_names[area] for area in roots],
        chosen=["yes" if rep in choice.areas else "no" for rep in reps["rep_id"]],
    )
    return table[list(HOME_COLUMNS)]
