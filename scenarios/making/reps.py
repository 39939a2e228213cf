"""Hire the reps: how many per region, where they live, how many hours they work, whom they serve out of habit."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.making.geography import distances_km
from scenarios.making.names import FIRST_NAMES, LAST_NAMES

FULL_HOURS: Final = 40
PART_TIMES: Final = (0, 0, 0), (32, 0, 0), (24, 0, 0), (32, 32, 0), (32, 24, 0), (24, 24, 0), (32, 32, 32), (32, 32, 24)
LEAST_REPS: Final = 2
"""Part-time contracts that a region may have."""
WORKING_DAYS: Final = {40: "", 32: "mon tue wed thu", 24: "tue wed thu"}
HOME_POPULATION: Final = 60_000
"""Reps live in towns of up to this size where there is a choice."""


def share_out_reps(hours_per_week: pd.Series, *, reps: int) -> pd.Series:
    """Share reps out to regions so that contracts come as close as possible to the weekly hours that each region needs.

    The sum over regions of the squared relative miss is least, found by dynamic programming over the reps used up.

    Returns
    -------
    Number of reps by region, index as `hours_per_week`.
    """
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for wanted in hours_per_week:
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for used, (miss, counts) in best.items():
            for count in range(LEAST_REPS, reps - used + 1):
                total = miss + (sum(contracts(wanted, count)) / wanted - 1) ** 2
                if used + count not in following or total < following[used + count][0]:
                    following[used + count] = (total, (*counts, count))
        best = following
    return pd.Series(best[reps][1], index=hours_per_week.index)


def contracts(hours_per_week: float, reps: int) -> list[int]:
    """Choose full and part-time contracts that come closest to the weekly hours wanted, part-timers last."""
    options = []
    for part in PART_TIMES:
        parts = [hours for hours in part if hours]
        if len(parts) < reps:
            options.append([FULL_HOURS] * (reps - len(parts)) + parts)
    return min(options, key=lambda option: (abs(sum(option) - hours_per_week), len(set(option))))


def place_reps(rng: np.random.Generator, towns: pd.DataFrame, work: pd.Series, counts: pd.Series) -> pd.DataFrame:
    """Give each rep a home near the middle of a fair share of the region's work.

    Parameters
    ----------
    towns
        Columns area_id, name, region, population, lon, lat.
    work
        Hours of work by area_id.
    counts
        Reps by region, index sorted.

    Returns
    -------
    Columns rep_id, name, home (area_id), region, lon, lat; homes in different towns.
    """
    rows: list[dict[str, object]] = []
    for region, count in counts.items():
        here = towns[towns["region"] == region].reset_index(drop=True)
        weight = work.reindex(here["area_id"]).fillna(0.0).to_numpy()
        middles = _weighted_middles(rng, here[["lon", "lat"]].to_numpy(), weight, int(count))
        near_km = distances_km(middles[:, 0], middles[:, 1], here["lon"].to_numpy(), here["lat"].to_numpy())
        small = np.minimum(1.0, HOME_POPULATION / here["population"].to_numpy())
        pull = small * np.sqrt(here["population"].to_numpy()) * np.exp(-near_km / 12.0)
        for middle in range(int(count)):
            town = int(np.argmax(pull[middle] * rng.uniform(0.5, 1.0, len(here))))
            pull[:, town] = 0.0
            home = here.iloc[town]
            jitter = rng.normal(0.0, 0.001, 2)
            number = len(rows)
            rows.append(
                {
                    "rep_id": f"R{number + 1:02d}",
                    "name": f"{FIRST_NAMES[number]} {LAST_NAMES[number]}",
                    "home": home["area_id"],
                    "region": region,
                    "lon": round(float(home["lon"] + jitter[0]), 5),
                    "lat": round(float(home["lat"] + jitter[1]), 5),
                }
            )
    return pd.DataFrame(rows)


def _weighted_middles(
    rng: np.random.Generator, at: NDArray[np.float64], weight: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Find middles of parts of equal work: k-means in which full parts get farther away, best of 8 starts.

    Shape (count, 2).
    """
    flat = at * np.array([np.cos(np.radians(at[:, 1].mean())), 1.0])
    best, best_spread = flat[:count], np.inf
    for _ in range(8):
        middle = flat[rng.choice(len(flat), size=count, replace=False, p=weight / weight.sum())]
        penalty = np.ones(count)
        for _ in range(60):
            far = np.linalg.norm(flat[:, None] - middle[None], axis=2) * penalty
            nearest = far.argmin(axis=1)
            load = np.bincount(nearest, weights=weight, minlength=count) / weight.sum() * count
            penalty *= np.clip(load, 0.5, 2.0) ** 0.3
            for k in range(count):
                mine = nearest == k
                if weight[mine].sum() > 0:
                    middle[k] = np.average(flat[mine], axis=0, weights=weight[mine])
        unfair = float(np.abs(load - 1).max())
        spread = float(far.min(axis=1) / penalty[nearest] @ weight) * (1 + 3 * unfair)
        if spread < best_spread:
            best, best_spread = middle.copy(), spread
    return np.asarray(best / np.array([np.cos(np.radians(at[:, 1].mean())), 1.0]), dtype=np.float64)


def draw_by_habit(
    rng: np.random.Generator, towns: pd.DataFrame, reps: pd.DataFrame, earlier_region: pd.Series
) -> pd.DataFrame:
    """Draw today's sectors as they grew: nearest home, elbows of different strength, in the regions of the past.

    Returns
    -------
    area_id, rep_id; sorted by area_id.
    """
    elbow = np.exp(rng.normal(0.0, 0.35, len(reps)))
    far = (
        distances_km(towns["lon"].to_numpy(), towns["lat"].to_numpy(), reps["lon"].to_numpy(), reps["lat"].to_numpy())
        / elbow
    )
    far = np.where(earlier_region.to_numpy()[:, None] == reps["region"].to_numpy()[None, :], far, np.inf)
    drawn = pd.DataFrame(
        {"area_id": towns["area_id"].to_numpy(), "rep_id": reps["rep_id"].to_numpy()[far.argmin(axis=1)]}
    )
    return drawn.sort_values("area_id", ignore_index=True)
