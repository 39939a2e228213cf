"""Choose the homes of reps who have none yet, and give each rep the one that changes least."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from optimizer.progress import Observer
from optimizer.siting.exact import choose_homes_exactly
from optimizer.siting.location import locate_territories
from optimizer.siting.plan import SitingPlan, SitingResult
from optimizer.solving import SolverSettings, Status, StopReason
from optimizer.territory.instance import IntArray
from scenarios.assemble_siting import SitingPart, assemble_siting, home_places
from scenarios.checking import CheckedData
from scenarios.loaded import LoadedScenario
from scenarios.planner_rules import named_pairs
from scenarios.travel import TravelModel

PROVABLE_AREAS: Final = 400
"""Areas up to which the best choice is searched with a proof, once a good one is known."""

LINE: Final = 10.0
"""What keeping one of the planner's lines is worth against keeping all customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChoice:
    """The homes that were chosen."""

    areas: Mapping[str, str]
    """area_id of the home by rep_id."""
    notes: tuple[str, ...]
    """What the planner should know about the choice."""


def choose_homes(
    data: CheckedData,
    potential: pd.DataFrame,
    rules: pd.DataFrame,
    travel: TravelModel,
    loaded: LoadedScenario,
    *,
    settings: SolverSettings,
    observer: Observer,
) -> HomeChoice:
    """Choose a home for every rep without one: least travel with fair shares, region by region where reps stay in it.

    Free homes share their limits. Which rep gets which is settled afterwards: locked areas and the customers of today
    stay with their rep as far as they can. The rules that the choice does not know (whole districts kept together,
    change, each rep's own hours) are kept by the territories that are drawn around the homes.

    Parameters
    ----------
    potential, rules
        See `assemble_siting`.
    settings
        Effort, workers, seed, safety net.
    observer
        Is told how far it is.
    """
    places: dict[str, str] = {}
    notes: list[str] = []
    for part in assemble_siting(data, potential, rules, travel, loaded):
        result = site(part, settings, observer)
        plan = result.plan or result.closest
        if plan is None:
            raise AssertionError("location always makes a plan, if only the closest")
        homes = _dealt(part, plan, data, potential, loaded)
        areas = data.areas.iloc[homes]
        places |= dict(zip(data.reps["rep_id"].iloc[part.free], areas["area_id"], strict=True))
        notes += _notes(part, result, data.reps["rep_id"].iloc[part.free].tolist(), areas["name"].tolist())
    return HomeChoice(areas=dict(sorted(places.items())), notes=tuple(notes))


def site(part: SitingPart, settings: SolverSettings, observer: Observer) -> SitingResult:
    """Search for homes; on small maps with a proof."""
    found = locate_territories(part.instance, settings, observer=observer)
    if part.instance.n_areas > PROVABLE_AREAS:
        return found
    proven = choose_homes_exactly(part.instance, settings, start=found.plan, observer=observer)
    if proven.status is Status.INFEASIBLE:
        return replace(proven, closest=found.plan or found.closest)
    return found if proven.plan is None else proven


def with_homes(data: CheckedData, choice: HomeChoice) -> CheckedData:
    """Move the reps into the chosen homes; a rep without region belongs to that of the home."""
    reps = data.reps.copy()
    row = pd.Index(data.areas["area_id"]).get_indexer(pd.Index(reps["rep_id"].map(choice.areas)))
    lon, lat = home_places(data.areas)
    chosen = row >= 0
    reps["lon"] = np.where(chosen, lon[row], reps["lon"].to_numpy(float))
    reps["lat"] = np.where(chosen, lat[row], reps["lat"].to_numpy(float))
    region = reps["region"].to_numpy(dtype=object)
    reps["region"] = np.where(chosen & (region == ""), data.areas["region"].to_numpy(dtype=object)[row], region)
    return replace(data, reps=reps)


def homes_payload(choice: HomeChoice) -> dict[str, Any]:
    """Lay a choice out as JSON values."""
    return {"areas": dict(choice.areas), "notes": list(choice.notes)}


def homes_from(payload: Mapping[str, Any]) -> HomeChoice:
    """Undo `homes_payload`."""
    return HomeChoice(areas=payload["areas"], notes=tuple(payload["notes"]))


def _dealt(
    part: SitingPart, plan: SitingPlan, data: CheckedData, potential: pd.DataFrame, loaded: LoadedScenario
) -> IntArray:
    """Give each rep in `part.free` one of the free homes, as a row of `data.areas`. Shape (free homes,)."""
    n_fixed = len(part.instance.fixed)
    homes = part.areas[part.instance.candidates[plan.homes[n_fixed:]]]
    home_of_area = np.full(len(data.areas), -1, dtype=np.int64)
    home_of_area[part.areas] = plan.home_of_area - n_fixed
    money = potential["potential"].groupby(data.accounts["area_id"].to_numpy()).sum()
    worth = data.areas["area_id"].map(money).fillna(0.0).to_numpy(float)
    place = {rep: row for row, rep in enumerate(part.free.tolist())}
    row_of_id = {rep: row for row, rep in enumerate(data.reps["rep_id"])}
    current = np.array([row_of_id.get(rep, -1) for rep in data.areas["current_rep_id"]], dtype=np.int64)
    gain = np.zeros((len(part.free), len(homes)))
    for area in np.flatnonzero(home_of_area >= 0).tolist():
        if int(current[area]) in place:
            gain[place[int(current[area])], home_of_area[area]] += worth[area] / max(worth.sum(), 1.0)
    for area, rep in named_pairs(loaded, data, "locks").tolist():
        if rep in place and home_of_area[area] >= 0:
            gain[place[rep], home_of_area[area]] += LINE
    for area, rep in named_pairs(loaded, data, "forbidden").tolist():
        if rep in place:
            gain[place[rep], homes == area] -= LINE
    _, dealt = linear_sum_assignment(gain, maximize=True)
    return np.asarray(homes[dealt], dtype=np.int64)


def _notes(part: SitingPart, result: SitingResult, reps: Sequence[str], names: Sequence[str]) -> list[str]:
    """Say where the homes are, how good the choice is, and what it did not look at."""
    listed = ", ".join(f"{rep} in {name}" for rep, name in zip(reps, names, strict=True))
    among = part.instance.n_candidates - len(part.instance.fixed)
    where = f" of {part.region}" if part.region else ""
    which = (
        f"all {among} areas{where}"
        if among + len(part.instance.fixed) == part.instance.n_areas
        else (f"the {among} areas{where} with the most potential")
    )
    head = f"Home{'s' if len(reps) > 1 else ''} chosen among {which}: {listed}."
    if result.status is Status.INFEASIBLE:
        why = " ".join(conflict.text for conflict in result.conflicts)
        quality = f"No choice can give every territory its share: {why} The one that comes closest was taken."
    elif result.plan is None:
        quality = (
            "No choice was found with which every territory would keep its share; the closest one was taken. More "
            "candidates (territories.home_candidates) or a wider tolerance may help."
        )
    elif result.status is Status.OPTIMAL:
        quality = "No other choice among them has less travel."
    elif result.gap is not None and result.bound > 0.0:
        quality = f"No choice among them has more than {100 * result.gap:.1f} % less travel."
    else:
        quality = ""
    notes = [f"{head} {quality}".strip()]
    if result.stopped_by is StopReason.INTERRUPTED:
        notes.append("The search for homes was ended by Ctrl-C: these are the best found by then.")
    if part.unequal:
        notes.append(
            f"The working hours of {', '.join(reps)} differ: their homes were chosen for equal shares, and the "
            "territories around them follow each one's own."
        )
    return notes
