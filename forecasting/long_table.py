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
from forecasting.table_periods import amounts_of, dates_of, number_periods

SEASONS_KEPT = 20
"""Seasons of history to learn from, counted back from the last period; older ones often follow other rules."""
PERIODS_KEPT = 1000
"""The same in periods where a season is no year, such as 7 days: nearly three years."""
SALES_ALONE_SHARE = 0.2
"""Part of the periods between a series' first and last row above which rows that are missing mean that nothing sold."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EASTER_DAYS = np.arange(-6, 2)
"""Days around Easter Sunday on which people buy otherwise: Monday before to Monday after."""


def panel_of_table(
    table: pd.DataFrame, *, keys: Sequence[str], time: str, value: str, season: int, complete: bool = False
) -> tuple[Panel, tuple[str, ...]]:
    """Lay out a long table; rows of the same keys and period are added up.

    A period without a row before a series' first one counts as 0 (it had not begun), and so does one after its last
    where that lies more than a season back (it has ended). Others take the value of the season before; but where the
    table tells no zeros and often leaves out rows, it tells sales alone, and they count as 0.

    Parameters
    ----------
    table
        Columns of `keys`, `time` (dates, see `forecasting.table_periods.dates_of`) and `value` (amounts).
    season
        Periods of one season: 52 weeks, 12 months, 4 quarters; 7 days or any other.
    complete
        Leave out series that are not known in every period kept, instead.

    Returns
    -------
    A panel that is known to its last period (horizon 0; cut it with `at_origin`), and what was done to the table.

    Raises
    ------
    InvalidForecastError
        Columns are missing, cells cannot be read, or nothing is left; all faults in one line.
    """
    dates, amounts = _read(table, keys, time, value)
    rhythm = rhythm_of(season)
    periods = number_periods(dates, season)
    names = [table[name].astype(str) for name in keys]
    cells = pd.DataFrame({"period": periods.number, "amount": amounts.to_numpy()}).assign(
        **{f"key {row}": name.to_numpy() for row, name in enumerate(names)}
    )
    sums = cells.groupby([*cells.columns[2:], "period"])["amount"].sum(min_count=1)
    wide = sums.unstack("period").reindex(columns=np.arange(len(periods.starts)))  # noqa: PD010 - empty cells stay
    longest = SEASONS_KEPT * season if rhythm.unit != "period" else max(SEASONS_KEPT * season, PERIODS_KEPT)
    wide = wide.iloc[:, -longest:]
    values = wide.to_numpy(np.float64)
    known = ~np.isnan(values)
    silent = int((~known.any(axis=0)).sum())
    if silent > known.shape[1] / 2:
        raise InvalidForecastError(
            f"{silent} of {known.shape[1]} periods up to {periods.starts[-1]} have no row at all; "
            f"are there really {season} periods a season?"
        )
    kept = known.all(axis=1) if complete else known.any(axis=1)
    notes = _notes(amounts, kept)
    if not kept.any() or values.shape[1] <= season:
        raise InvalidForecastError(
            f"the table holds no series of more than {season} periods, one season; it has {values.shape[1]} periods"
        )
    values, told = _without_gaps(values[kept], rhythm)
    index = wide.index[kept]
    members = [pd.factorize(index.get_level_values(row), sort=True)[0] for row in range(len(keys))]
    hierarchy = make_hierarchy(keys, np.stack(members, axis=1).astype(np.int64))
    return panel_of_values(values, periods.starts[-values.shape[1] :], hierarchy, rhythm), (*notes, *told)


def _read(table: pd.DataFrame, keys: Sequence[str], time: str, value: str) -> tuple[pd.Series, pd.Series]:
    """Give dates and amounts, or all that is wrong with the table."""
    wanted = (*keys, time, value)
    absent = [name for name in wanted if name not in table.columns]
    if absent:
        raise InvalidForecastError(
            f"the table has no column {', '.join(absent)}; it has {', '.join(map(str, table.columns))}"
        )
    if len(set(wanted)) < len(wanted):
        raise InvalidForecastError(f"a column is named twice among {', '.join(wanted)}")
    if table.empty:
        raise InvalidForecastError("the table has no rows")
    dates, faults = dates_of(table[time])
    amounts, more = amounts_of(table[value])
    faults += more
    for name in keys:
        nameless = np.flatnonzero(table[name].isna().to_numpy())
        if len(nameless):
            faults.append(f"line {nameless[0] + 2} {name}: empty in {len(nameless)} rows; name them or leave them out")
    if faults:
        raise InvalidForecastError("; ".join(faults))
    return dates, amounts


def _notes(amounts: pd.Series, kept: NDArray[np.bool_]) -> list[str]:
    """Say what is odd about a table that can be forecast all the same."""
    notes = []
    if not kept.all():
        notes.append(f"{int((~kept).sum())} of {len(kept)} series are not known all along and were left out.")
    if amounts.isna().any():
        notes.append(f"{int(amounts.isna().sum())} rows without an amount count as missing.")
    if (amounts < 0).any():
        notes.append(f"{int((amounts < 0).sum())} of {len(amounts)} amounts are below 0; forecasts never are.")
    return notes


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


def _without_gaps(values: NDArray[np.float64], rhythm: Rhythm) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Fill what is unknown, see `panel_of_table`, and say how much of it."""
    known = ~np.isnan(values)
    begun = np.cumsum(known, axis=1) > 0
    to_come = np.cumsum(known[:, ::-1], axis=1)[:, ::-1] > 0
    ended = ~to_come & ((~to_come).sum(axis=1, keepdims=True) > rhythm.season)
    inside = begun & to_come
    notes = []
    if ended.any():
        notes.append(f"{int(ended.any(axis=1).sum())} series have no row for more than a season and count as ended.")
    result = np.where(begun & ~ended, values, 0.0)
    holes = np.argwhere(np.isnan(result))
    if (inside & ~known).sum() > SALES_ALONE_SHARE * inside.sum() and not (values[known] == 0).any():
        notes.append(f"{len(holes)} periods without a row count as 0: the table tells sales alone.")
        return np.nan_to_num(result), tuple(notes)
    for series, period in holes[np.argsort(holes[:, 1], kind="stable")]:
        before = period - rhythm.lag(1)
        result[series, period] = result[series, before if before >= 0 else period - 1]
    if len(holes):
        notes.append(f"{len(holes)} periods without a row were filled from the season before.")
    return result, tuple(notes)
