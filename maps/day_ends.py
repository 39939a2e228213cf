"""Say where a rep's day begins and ends: at home, elsewhere, or where he sleeps away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEnd:
    """One end of a day."""

    name: str
    """"" for home."""
    lon: float
    lat: float


def ends_of(day: Mapping[Any, Any], home: Mapping[Any, Any]) -> tuple[DayEnd, DayEnd]:
    """Give the start and end of a row of `PlanBook.days`.

    Parameters
    ----------
    home
        lon and lat of the rep.
    """
    return _end(day, home, "start"), _end(day, home, "end")


def _end(day: Mapping[Any, Any], home: Mapping[Any, Any], which: str) -> DayEnd:
    place = home if pd.isna(day[f"{which}_lon"]) else {"lon": day[f"{which}_lon"], "lat": day[f"{which}_lat"]}
    return DayEnd(name=str(day[f"{which}_place"]), lon=float(place["lon"]), lat=float(place["lat"]))
