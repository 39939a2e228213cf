"""Lay out any long table with keys, dates and amounts as a panel: weeks, months, quarters or any other period."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from dateutil.easter import easter
from numpy.typing import NDArray

from forecasting.hierarchy import Hierarchy, make_hierarchy
from forecasting.panel import ALWAYS, Panel
from forecasting.rhythm import Rhythm, rhythm_of
from forecasting.settings import InvalidForecastError

SEASONS_KEPT = 20
"""Seasons of history to learn from, counted back from the last period; older ones often follow other rules."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EASTER_DAYS = np.arange(-6, 2)
"""Days around Easter Sunday on which people buy otherwise: Monday before to Monday after."""


def panel_of_table(
    table: pd.DataFrame, *, keys: Sequence[str], time: str, value: str, season: int, complete: bool = False
) -> tuple[Panel, tuple[str, ...]]:
    """Lay out a long table; rows of the same keys and date are added up.

    A period without a row before a series' first one counts as 0 (it had not begun); a later one takes the value of the
    season before.

    Parameters
    ----------
    table
        Columns of `keys`, `time` (dates, the first day of each period) and `value` (amounts).
    season
        Periods of one season: 52 weeks, 12 months, 4 quarters.
    complete
        Leave out series that are not known in every period kept, instead.

    Returns
    -------
    A panel that is known to its last period (horizon 0; cut it with `at_origin`), and what was done to the table.

    Raises
    ------
    InvalidForecastError
        A column is missing, or nothing is left.
    """
    absent = [name for name in (*keys, time, value) if name not in table.columns]
    if absent:
        raise InvalidForecastError(
            f"the table has no column {', '.join(absent)}; it has {', '.join(map(str, table.columns))}"
        )
    rhythm = rhythm_of(season)
    dated = table.assign(**{time: pd.to_datetime(table[time])})
    sums = dated.groupby([*keys, time], observed=True)[value].sum(min_count=1).reset_index()
    wide = sums.pivot_table(index=list(keys), columns=time, values=value).sort_index(axis=1)
    wide = wide.iloc[:, -SEASONS_KEPT * season :]
    values = wide.to_numpy(np.float64)
    known = ~np.isnan(values)
    kept = known.all(axis=1) if complete else known.any(axis=1)
    notes = []
    if not kept.all():
        notes.append(f"{int((~kept).sum())} of {len(kept)} series are not known all along and were left out.")
    if not kept.any() or values.shape[1] <= season:
        raise InvalidForecastError(f"the table holds no series of more than {season} periods")
    values, gaps = _without_gaps(values[kept], rhythm)
    if gaps:
        notes.append(f"{gaps} periods without a row were filled from the season before.")
    index = wide.index[kept]
    members = [pd.factorize(index.get_level_values(name), sort=True)[0] for name in keys]
    hierarchy = make_hierarchy(keys, np.stack(members, axis=1).astype(np.int64))
    dates = wide.columns.to_numpy().astype("datetime64[D]")
    return panel_of_values(values, dates, hierarchy, rhythm), tuple(notes)


def panel_of_values(
    values: NDArray[np.float64], dates: NDArray[np.datetime64], hierarchy: Hierarchy, rhythm: Rhythm
) -> Panel:
    """Lay out bottom series, shape (bottom, periods), with the calendar of their periods."""
    known, names = period_calendar(dates, rhythm)
    everywhere = np.broadcast_to(known[None], (len(hierarchy.level), *known.shape))
    return Panel(
        sales=hierarchy.total(values),
        dates=dates,
        hierarchy=hierarchy,
        rhythm=rhythm,
        known=everywhere,
        known_from=np.full(everywhere.shape, ALWAYS),
        names=names,
    )


def period_calendar(dates: NDArray[np.datetime64], rhythm: Rhythm) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Count the weekdays of each month beyond four and the share of Easter in it; nothing for other periods.

    Weeks and quarters hold (nearly) the same days each year.

    Returns
    -------
    Shape (periods, features), and the names of the features.
    """
    if rhythm.unit != "month":
        return np.zeros((len(dates), 0)), ()
    months = dates.astype("datetime64[M]")
    first, after = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    rows = []
    for start, end in zip(first, after, strict=True):
        days = np.arange(start, end)
        weekday = (days.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
        sunday = np.datetime64(easter(int(str(start)[:4])))
        around = sunday + EASTER_DAYS
        inside = float(((around >= start) & (around < end)).mean())
        rows.append([*(np.bincount(weekday, minlength=7) - 4.0), inside])
    return np.array(rows), (*(f"{name}s" for name in WEEKDAYS), "easter")


def _without_gaps(values: NDArray[np.float64], rhythm: Rhythm) -> tuple[NDArray[np.float64], int]:
    """Fill what is unknown: 0 before the first value, the season before (else the period before) after it; count."""
    begun = np.cumsum(~np.isnan(values), axis=1) > 0
    result = np.where(begun, values, 0.0)
    holes = np.argwhere(np.isnan(result))
    for series, period in holes[np.argsort(holes[:, 1], kind="stable")]:
        before = period - rhythm.lag(1)
        result[series, period] = result[series, before if before >= 0 else period - 1]
    return result, len(holes)
