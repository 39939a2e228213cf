"""Say where a rep's days begin and end, and where he may sleep away."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.tours.instance import Place, WorkDay
from scenarios.schema import NamedPlace, Scenario, StartAndEnd, Weekday
from scenarios.table_columns import NEVER

WEEKDAYS: Final = tuple(Weekday)
MOST_NIGHT_PLACES: Final = 24
"""Places that a rep's nights are chosen from."""
NEAR_MINUTES: Final = 25.0
"""An account this near to a place for the night needs none of its own."""

Ends = tuple[NamedPlace | None, NamedPlace | None]


def ends_of_days(rep: Mapping[str, Any], days: Sequence[WorkDay], scenario: Scenario) -> list[Ends]:
    """Give the start and end of each day; None for home.

    A line for the date comes before one for the weekday, that before one for all days, and the reps table last.
    """
    lines = [line for line in scenario.tours.starts_and_ends if line.rep == rep["rep_id"]]
    lines.sort(key=lambda line: (line.date is None, not line.weekdays))
    own = (_of_table(rep, "start"), _of_table(rep, "end"))
    found: list[Ends] = []
    for day in days:
        fitting = [line for line in lines if _is_for(line, day)]
        start = next((line.start for line in fitting if line.start), own[0])
        end = next((line.end for line in fitting if line.end), own[1])
        found.append((start, end))
    return found


def evenings_away(rep: Mapping[str, Any], scenario: Scenario) -> frozenset[int]:
    """Give the weekdays, from 0 for Monday, after which a rep may sleep away."""
    rules, own = scenario.tours.nights_away, str(rep["nights_away"])
    if rules is None or own == NEVER:
        return frozenset()
    names = [Weekday(name) for name in own.split()] or rules.weekdays
    return frozenset(WEEKDAYS.index(name) for name in names)


def night_places(
    minutes: NDArray[np.float64],
    accounts: pd.DataFrame,
    visited: NDArray[np.bool_],
    towns: Sequence[NamedPlace],
    *,
    at: int,
    least: int,
) -> list[tuple[int, Place]]:
    """Choose where a rep may sleep: towns that are the nearest to some account, or else towns of accounts.

    Accounts are chosen one after the other, each the farthest from home and all that were chosen before, until the rest
    is near to one of them.

    Parameters
    ----------
    minutes
        Home, accounts, and from row `at` on the towns. Shape (places, places).
    visited
        Accounts that want visits. Shape (accounts,).
    least
        Minutes that a place is at least from home.

    Returns
    -------
    Rows of the matrix with the places, at most `MOST_NIGHT_PLACES`.
    """
    enough = minutes[0].round() >= least
    rows = np.flatnonzero(visited & (enough[1 : 1 + len(visited)] | bool(towns))) + 1
    if not len(rows):
        return []
    if towns:
        nearest = minutes[at : at + len(towns), rows].argmin(axis=0)
        count = np.bincount(nearest, minlength=len(towns))
        chosen = sorted(np.flatnonzero(count).tolist(), key=lambda town: (-count[town], town))[:MOST_NIGHT_PLACES]
        return [
            (at + town, Place(name=towns[town].name, lon=towns[town].lon, lat=towns[town].lat, night=True))
            for town in sorted(chosen)
            if enough[at + town]
        ]
    far = minutes[0, rows].copy()
    places: list[tuple[int, Place]] = []
    while len(places) < MOST_NIGHT_PLACES and far.max() > NEAR_MINUTES:
        row = int(rows[far.argmax()])
        account = accounts.iloc[row - 1]
        name = str(account["town"] or account["name"])
        places.append((row, Place(name=name, lon=float(account["lon"]), lat=float(account["lat"]), night=True)))
        far = np.minimum(far, minutes[row, rows])
    return places


def _is_for(line: StartAndEnd, day: WorkDay) -> bool:
    if line.date is not None:
        return line.date.isoformat() == day.date
    return not line.weekdays or WEEKDAYS[day.weekday] in line.weekdays


def _of_table(rep: Mapping[str, Any], end: str) -> NamedPlace | None:
    lon, lat = float(rep[f"{end}_lon"]), float(rep[f"{end}_lat"])
    if np.isnan(lon) or np.isnan(lat):
        return None
    return NamedPlace(name=f"{rep['name'] or rep['rep_id']}, {end}", lon=lon, lat=lat)
