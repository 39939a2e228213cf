"""Find the areas and reps that the planner's rules and the reps' homes stand for."""

from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimizer.territory.instance import IntArray
from scenarios.checking import CheckedData
from scenarios.faults import ScenarioError
from scenarios.loaded import LoadedScenario, fault_at

FAR_AWAY: Final = 1e9
"""Minutes that stand for a home seat that is not allowed."""


def group_indices(loaded: LoadedScenario, data: CheckedData) -> tuple[IntArray, IntArray]:
    """Give the region number of areas and reps where reps stay within theirs; else one group that any rep may serve."""
    if loaded.scenario.territories.within == "none":
        return np.zeros(len(data.areas), dtype=np.int64), np.full(len(data.reps), -1, dtype=np.int64)
    regions = pd.Index(region_names(data))
    without_rep = sorted(set(data.areas["region"]) - set(data.reps["region"]))
    if without_rep:
        names = ", ".join(without_rep)
        text = f"no rep lives in {names}, and reps stay within their region; give it a rep or write within: none"
        raise ScenarioError([fault_at(loaded, "territories.within", text)])
    without_area = sorted(set(data.reps["region"]) - set(data.areas["region"]) - {""})
    if without_area:
        names = ", ".join(without_area)
        raise ScenarioError([fault_at(loaded, "territories.within", f"reps live in {names}, which has no areas")])
    return (
        regions.get_indexer(pd.Index(data.areas["region"])).astype(np.int64),
        regions.get_indexer(pd.Index(data.reps["region"])).astype(np.int64),
    )


def region_names(data: CheckedData) -> tuple[str, ...]:
    """Give the regions of areas and reps in the order of their numbers."""
    return tuple(sorted({*data.areas["region"], *data.reps["region"]}))


def named_pairs(loaded: LoadedScenario, data: CheckedData, key: Literal["locks", "forbidden"]) -> IntArray:
    """Give the indices of the areas (by id, or by unique name) and reps that checked lines name. Shape (lines, 2)."""
    reps = pd.Index(data.reps["rep_id"])
    rules = getattr(loaded.scenario.territories, key)
    pairs = {(area_called(rule.area, data), int(reps.get_loc(rule.rep))) for rule in rules}
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def area_called(word: str, data: CheckedData) -> int:
    """Give the row of the area that a checked line names."""
    return areas_called(word, data)[0]


def areas_called(word: str, data: CheckedData) -> list[int]:
    """Find areas by id, else by name."""
    by_id = np.flatnonzero(data.areas["area_id"].to_numpy() == word).tolist()
    return by_id or np.flatnonzero(data.areas["name"].to_numpy() == word).tolist()


def living_areas(data: CheckedData, area_minutes: NDArray[np.float64]) -> IntArray:
    """Give the area in which each rep lives, or the nearest one. Shape (reps,)."""
    nearest: IntArray = np.argmin(area_minutes, axis=1).astype(np.int64)
    inside = data.areas.sindex.query(gpd.points_from_xy(data.reps["lon"], data.reps["lat"]), predicate="intersects")
    nearest[inside[0][::-1]] = inside[1][::-1]
    return nearest


def home_areas(
    loaded: LoadedScenario,
    data: CheckedData,
    *,
    area_minutes: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    locks: IntArray,
    forbidden: IntArray,
) -> tuple[IntArray, list[str]]:
    """Give each rep an area of his own to root the territory, and say where that is not where he lives.

    It is the area he lives in, or one near by when two reps share an area (least total minutes).
    """
    areas, reps = data.areas, data.reps
    cost = np.where(allowed.T, area_minutes, FAR_AWAY)
    living = areas.sindex.query(gpd.points_from_xy(reps["lon"], reps["lat"]), predicate="intersects")
    cost[living[0], living[1]] = np.where(allowed.T[living[0], living[1]], 0.0, FAR_AWAY)
    cost[forbidden[:, 1], forbidden[:, 0]] = FAR_AWAY
    for area, rep in locks:
        cost[np.arange(len(reps)) != rep, area] = FAR_AWAY
    if len(reps) > len(areas):
        text = f"{len(reps)} reps for {len(areas)} areas; each rep needs an area of his own"
        raise ScenarioError([fault_at(loaded, "data.reps", text)])
    rows, seats = linear_sum_assignment(cost)
    seated = np.zeros(len(reps), dtype=np.int64)
    seated[rows] = seats
    if (cost[np.arange(len(reps)), seated] >= FAR_AWAY).any():
        bad = ", ".join(reps["rep_id"][cost[np.arange(len(reps)), seated] >= FAR_AWAY])
        text = f"no area is left for the home of {bad}: locked to others, forbidden, or too many reps in the region"
        raise ScenarioError([fault_at(loaded, "data.reps", text)])
    rooted = areas["name"].to_numpy()[seated]
    moved = np.flatnonzero(cost[np.arange(len(reps)), seated] > 0)
    notes = [
        f"{reps['rep_id'].iloc[r]}: the area around the home is outside the map, a colleague's, locked to another or "
        f"forbidden; the territory is rooted in {rooted[r]} ({area_minutes[r, seated[r]]:.0f} min from home)."
        for r in moved
    ]
    return seated, notes
