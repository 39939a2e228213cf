"""Estimate the hours that each account takes over a cycle, before any tour is planned."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from scenarios.consistency import minute_of_day
from scenarios.schema import Scenario
from scenarios.tour_dates import appointments_of_cycle
from scenarios.travel import Floats, straight_line

NEAREST = 3
"""Neighbouring accounts whose mean distance stands for the drive from stop to stop."""


def visit_rules(accounts: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Give each account its visit rule: its own numbers where given, else those of its segment.

    Returns
    -------
    Columns visits (int, per cycle, at least the appointments), service_minutes (int), value (int), must (bool),
    opening_hours (str), min_days, max_days, load (int); index as `accounts`.
    """
    segments = pd.DataFrame(
        {
            name: {
                "visits": segment.visits,
                "service_minutes": segment.service_minutes,
                "value": segment.value,
                "must": segment.must,
                "opening_hours": segment.opening,
                "min_days": segment.min_days_between,
                "max_days": segment.max_days_between,
                "load": segment.load,
            }
            for name, segment in scenario.segments.items()
        }
    ).T
    rules = segments.reindex(accounts["segment"]).set_axis(accounts.index)
    for column in ("visits", "service_minutes", "value"):
        own = accounts[column].to_numpy(dtype=np.float64)
        rules[column] = np.where(np.isnan(own), rules[column].to_numpy(dtype=np.float64), own).round().astype(np.int64)
    own_must, must = accounts["must"].to_numpy(dtype=object), rules["must"].to_numpy(dtype=bool)
    must &= accounts["status"].to_numpy(dtype=object) != "prospect"  # they fill free time
    rules["must"] = np.where(own_must == "", must, own_must == "true")
    agreed = pd.Series([line.account for line in appointments_of_cycle(scenario)], dtype=str).value_counts()
    rules["visits"] = np.maximum(rules["visits"], accounts["account_id"].map(agreed).fillna(0).to_numpy(dtype=np.int64))
    own_hours = accounts["opening_hours"] != ""
    rules["opening_hours"] = rules["opening_hours"].where(~own_hours, accounts["opening_hours"])
    whole = dict.fromkeys(("value", "min_days", "max_days", "load"), np.int64)
    return rules.astype({**whole, "must": bool})


def estimate_workload(accounts: pd.DataFrame, reps: pd.DataFrame, rules: pd.DataFrame, scenario: Scenario) -> Floats:
    """Estimate the hours per cycle of each account: visits × (service + drive per visit).

    The drive per visit is the mean drive to the account's nearest neighbours (the drive from stop to stop) plus a share
    of the way between the nearest home and the account and back, spread over the stops of a day; that way is left out
    as long as a home is still to be chosen. Driving is taken as the straight line × circuity here even where tours
    later use a road graph.

    Returns
    -------
    Shape (accounts,).
    """
    visits = rules["visits"].to_numpy(dtype=np.float64)
    service = rules["service_minutes"].to_numpy(dtype=np.float64)
    hop = _minutes_from_stop_to_stop(accounts, visits > 0, scenario)
    stem = _minutes_from_nearest_home(accounts, reps, scenario)
    stops_per_day = np.maximum(1.0, np.floor((_day_minutes(reps, scenario) - 2 * stem) / (service + hop)))
    return np.asarray(visits * (service + hop + 2 * stem / stops_per_day) / 60, dtype=np.float64)


def _day_minutes(reps: pd.DataFrame, scenario: Scenario) -> float:
    """Give the working minutes of an average rep's day without lunch."""
    start, end = (minute_of_day(text) for text in (scenario.tours.workday.start, scenario.tours.workday.end))
    days = [len(str(own).split()) or len(scenario.tours.working_days) for own in reps["working_days"]]
    by_hours = 60 * float((reps["hours_per_week"] / np.array(days)).mean())
    return min(by_hours, end - start - scenario.tours.lunch.minutes)


def _minutes_from_stop_to_stop(accounts: pd.DataFrame, visited: NDArray[np.bool_], scenario: Scenario) -> Floats:
    lon, lat = accounts["lon"].to_numpy(), accounts["lat"].to_numpy()
    positions = np.column_stack([lon * np.cos(np.radians(lat.mean())), lat])
    others = positions[visited] if visited.any() else positions
    k = min(NEAREST + 1, len(others))
    near = np.asarray(cKDTree(others).query(positions, k=[*range(1, k + 1)])[1])
    source = np.flatnonzero(visited) if visited.any() else np.arange(len(positions))
    neighbours = source[near]
    minutes, _ = straight_line(scenario.travel).pairwise(lon[:, None], lat[:, None], lon[neighbours], lat[neighbours])
    itself = neighbours == np.arange(len(accounts))[:, None]
    counted = np.maximum(1, (~itself).sum(axis=1))
    return np.asarray((minutes * ~itself).sum(axis=1) / counted + scenario.travel.parking_minutes, dtype=np.float64)


def _minutes_from_nearest_home(accounts: pd.DataFrame, reps: pd.DataFrame, scenario: Scenario) -> Floats:
    if reps["lon"].isna().any():
        return np.zeros(len(accounts))
    minutes, _ = straight_line(scenario.travel).between(reps["lon"], reps["lat"], accounts["lon"], accounts["lat"])
    return np.asarray(minutes.min(axis=0), dtype=np.float64)
