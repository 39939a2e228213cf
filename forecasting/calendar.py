"""Tell what is known in advance about weeks: public and school holidays, working days, events."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history import Calendar
from forecasting.settings import InvalidForecastError

EVENT_COLUMNS = ("event_id", "kind", "region", "category", "start", "end")
SURPRISES = frozenset({"storm", "strike", "flood", "fire", "outage", "snow", "accident", "recall"})
"""Words in the kind of an event that nobody can foresee, unless its column `announced` says otherwise."""
WORKING_DAYS_PER_WEEK = 5


def build_calendar(
    regions: Sequence[str],
    weeks: Sequence[date] | NDArray[np.datetime64],
    *,
    country: str,
    subdivisions: Mapping[str, Mapping[str, float]],
    school_zones: Mapping[str, Mapping[str, float]],
    events: pd.DataFrame,
    school_holidays: bool = False,
    series: pd.DataFrame | None = None,
) -> Calendar:
    """Build the calendar of `regions` for `weeks`.

    Parameters
    ----------
    weeks
        Mondays of history and horizon.
    country
        ISO code, such as FR. Empty for no public holidays.
    subdivisions
        Region: codes of the parts of the country with public holidays of their own, as the `holidays` library names
        them (`57` for Moselle, `6AE` for Alsace, `IA` for Iowa), each with its share of the region; a code that the
        library does not know, such as "", has the country's holidays. Regions that are not named have these.
    school_zones
        Region: school zones (`A`, `B`, `C`, or the library's own code), each with its share of the region.
    events
        Columns of `EVENT_COLUMNS`; `announced` (whether it was known in advance) and `touched` (the share of the
        region's and category's sales that it reaches, all by default) if there are such; others are left aside. May be
        empty.
    school_holidays
        Whether school holidays become a feature; they need a country whose school holidays the library holds.
    series
        Columns of `forecasting.history.SERIES_COLUMNS`: what is given beside sales, if anything.

    Returns
    -------
    Features, all per region and week, means over the parts of the region: `public_holidays` (Monday to Friday),
    `weekend_holidays`, `public_holidays_before` and `public_holidays_after` (those of the weeks beside),
    `working_days`, `month_ends` and `month_starts` (whether the last three or first three days of a month fall on its
    working days), and `school_holidays` (share of Monday to Friday) when asked for.

    Raises
    ------
    InvalidForecastError
        The library does not know the country.
    """
    mondays = np.asarray(weeks, dtype="datetime64[D]")
    frames = []
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    schools: dict[str, NDArray[np.float64]] = {}
    years = range(int(str(mondays.min())[:4]) - 1, int(str(mondays.max())[:4]) + 2)
    for region in regions:
        parts = {code: share for code, share in sorted(subdivisions.get(region, {"": 1.0}).items()) if share > 0}
        for code in parts.keys() - found.keys():
            found[code] = _week_columns(mondays, _days(country, code, years, "public"))
        columns = {
            name: np.asarray(sum(share * found[code][name] for code, share in parts.items()))
            for name in found[next(iter(parts))]
        }
        if school_holidays:
            zones = {zone: share for zone, share in sorted(school_zones.get(region, {"": 1.0}).items()) if share > 0}
            for zone in zones.keys() - schools.keys():
                code = f"Zone {zone}" if zone in ("A", "B", "C") else zone
                schools[zone] = _working_days_in(mondays, _days(country, code, years, "school")) / WORKING_DAYS_PER_WEEK
            columns["school_holidays"] = np.asarray(sum(share * schools[zone] for zone, share in zones.items()))
        index = pd.MultiIndex.from_product([[region], pd.DatetimeIndex(mondays.astype("datetime64[s]"))])
        frames.append(pd.DataFrame(columns, index=index.set_names(["region", "week"])))
    given = {} if series is None else {"series": series}
    return Calendar(features=pd.concat(frames), events=_events(events), **given)


def _days(country: str, part: str, years: range, category: str) -> frozenset[date]:
    """Ask the library for the holidays of a country or a part of it."""
    if not country:
        return frozenset()
    try:
        kind = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise InvalidForecastError(f"no public holidays are known for country {country!r}") from error
    if category not in kind.supported_categories:
        return frozenset()
    subdivision = part if part in (*kind.subdivisions, *kind.subdivisions_aliases) else None
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years, categories=(category,)))


def _week_columns(mondays: NDArray[np.datetime64], days: frozenset[date]) -> dict[str, NDArray[np.float64]]:
    """Count holidays and turns of the month per week."""
    week = np.timedelta64(7, "D")
    lost = _working_days_in(mondays, days)
    of_month = np.stack([_day_of_month(mondays + np.timedelta64(day, "D")) for day in range(WORKING_DAYS_PER_WEEK)])
    to_end = np.stack([_days_to_month_end(mondays + np.timedelta64(day, "D")) for day in range(WORKING_DAYS_PER_WEEK)])
    return {
        "public_holidays": lost,
        "weekend_holidays": _holidays_on(mondays, days, (5, 6)),
        "public_holidays_before": _working_days_in(mondays - week, days),
        "public_holidays_after": _working_days_in(mondays + week, days),
        "working_days": WORKING_DAYS_PER_WEEK - lost,
        "month_starts": np.asarray((of_month <= 3).any(axis=0), dtype=np.float64),
        "month_ends": np.asarray((to_end < 3).any(axis=0), dtype=np.float64),
    }


def _working_days_in(mondays: NDArray[np.datetime64], days: frozenset[date]) -> NDArray[np.float64]:
    """Count the days of Monday to Friday that are in `days`."""
    return _holidays_on(mondays, days, range(WORKING_DAYS_PER_WEEK))


def _holidays_on(
    mondays: NDArray[np.datetime64], days: frozenset[date], weekdays: Sequence[int]
) -> NDArray[np.float64]:
    """Count the given weekdays of each week that are in `days`."""
    return np.array(
        [sum(monday + timedelta(days=day) in days for day in weekdays) for monday in mondays.astype(object)],
        dtype=np.float64,
    )


def _day_of_month(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Day of the month, from 1."""
    return np.asarray((days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1)


def _days_to_month_end(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Days left in the month, 0 on its last day."""
    following = (days.astype("datetime64[M]") + 1).astype("datetime64[D]")
    return np.asarray((following - days).astype(np.int64) - 1)


def _events(events: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that forecasts read, in a fixed order of rows, and tell which events were announced."""
    if not len(events):
        return pd.DataFrame({name: pd.Series(dtype="object") for name in (*EVENT_COLUMNS, "touched", "announced")})
    kept = events.loc[:, list(EVENT_COLUMNS)].fillna({"region": "", "category": ""})
    kept["touched"] = events["touched"].to_numpy(np.float64) if "touched" in events.columns else 1.0
    given = events["announced"] if "announced" in events.columns else pd.Series("", index=events.index)
    kept["announced"] = [
        _is_announced(answer, str(kind)) for answer, kind in zip(given.to_list(), events["kind"], strict=True)
    ]
    return kept.sort_values(["start", "event_id"], kind="stable").reset_index(drop=True)


def _is_announced(answer: object, kind: str) -> bool:
    """Read the answer of the table (true, false, yes, no); without one, go by the words of the kind."""
    text = str(answer).strip().lower()
    if text in ("true", "yes", "1", "1.0"):
        return True
    if text in ("false", "no", "0", "0.0"):
        return False
    return not SURPRISES & set(kind.lower().replace("-", " ").split())
