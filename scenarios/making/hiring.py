"""Hire the team where the work is, and tell how loaded each region is."""

from typing import Final

import numpy as np
import pandas as pd

from scenarios.making import reps
from scenarios.schema import Scenario
from scenarios.workload import estimate_workload, visit_rules

FIRST_GUESS_DRIVE_MINUTES: Final = 18
"""Drive per visit before anybody has a home."""
ROUNDS: Final = 8
"""Tries; the one whose worst region is nearest to the wanted load is taken."""


def hire(
    rng: np.random.Generator, towns: pd.DataFrame, accounts: pd.DataFrame, scenario: Scenario, *, team: int, load: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hire `team` reps so that visits and driving take about a share `load` of their hours in every region.

    Parameters
    ----------
    accounts
        As made by `make_accounts`; those that closed need no visits.
    scenario
        Says how often segments are visited, for how long, and how fast the roads are.

    Returns
    -------
    The reps, and a table by region of what their work is like.
    """
    active = accounts[accounts["closes"].isna()].reset_index(drop=True)
    active = active.assign(visits=np.nan, service_minutes=np.nan)
    rules = visit_rules(active, scenario)
    hours = rules["visits"] * (rules["service_minutes"] + FIRST_GUESS_DRIVE_MINUTES) / 60
    paid_hours = load * scenario.tours.weeks
    # Homes and contracts depend on the work, and driving on both: each round starts from the driving of the one before.
    rounds = []
    for _ in range(ROUNDS):
        wanted = hours.groupby(active["region"]).sum().sort_index() / paid_hours
        counts = reps.share_out_reps(wanted, reps=team)
        hired = reps.place_reps(rng, towns, hours.groupby(active["area_id"]).sum(), counts)
        for _ in range(2):
            pairs = zip(wanted.to_numpy(dtype=np.float64), counts.to_numpy(dtype=np.int64), strict=True)
            hired["hours_per_week"] = [h for need, count in pairs for h in reps.contracts(float(need), int(count))]
            hours = pd.Series(estimate_workload(active, hired, rules, scenario))
            wanted = hours.groupby(active["region"]).sum().sort_index() / paid_hours
        hired["working_days"] = hired["hours_per_week"].map(reps.WORKING_DAYS)
        table = _summary(active, hired, hours, rules["visits"], scenario)
        rounds.append((float((table["load"] - load).abs().max()), hired, table))
    return min(rounds, key=lambda entry: entry[0])[1:]


def _summary(
    active: pd.DataFrame, hired: pd.DataFrame, hours: pd.Series, visits: pd.Series, scenario: Scenario
) -> pd.DataFrame:
    """Tell per region how full the team's time is and how lumpy its sales are, as shares of an average territory."""
    region = active["region"]
    sales = active["size"].where(active["status"] == "customer", 0.0)
    team = hired.groupby("region")
    count = team.size()
    territory = sales.groupby(region).sum() / count
    table = pd.DataFrame(
        {
            "reps": count,
            "hours": team["hours_per_week"].sum() * scenario.tours.weeks,
            "workload": hours.groupby(region).sum(),
            "visits per rep": visits.groupby(region).sum() / count,
            "largest account": sales.groupby(region).max() / territory,
            "largest town": sales.groupby([region, active["area_id"]]).sum().groupby(level=0).max() / territory,
        }
    )
    table.insert(3, "load", table["workload"] / table["hours"])
    return table
