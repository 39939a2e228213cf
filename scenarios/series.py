"""Check series that are given beside sales: one value a week, plans up to the end of the period."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd

from scenarios.suggest import did_you_mean, one_of
from scenarios.table_types import SERIES_COLUMNS

PLACE: Final = ["series", "region", "category"]


def sorted_series(series: pd.DataFrame | None) -> pd.DataFrame:
    """Sort the rows; an empty table where there is none."""
    if series is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in SERIES_COLUMNS})
    return series.sort_values([*PLACE, "week"], kind="stable", ignore_index=True)[list(SERIES_COLUMNS)]


def repeated_weeks(series: pd.DataFrame) -> np.ndarray:
    """Give the positions of rows whose week is there before."""
    return np.flatnonzero(series.duplicated([*PLACE, "week"]).to_numpy())


def unplanned(
    series: pd.DataFrame, planned: Sequence[str], *, last_sales: pd.Timestamp, end: pd.Timestamp
) -> Iterator[tuple[int, str]]:
    """Tell of planned series that are not there, or lack a value in a week to forecast; with their place in the list.

    Parameters
    ----------
    series
        Columns SERIES_COLUMNS.
    planned
        `forecast.planned_series`.
    last_sales
        Monday of the last week of the sales table.
    end
        Last day of the period.
    """
    names = sorted(set(series["series"]))
    to_come = pd.date_range(last_sales + pd.Timedelta(weeks=1), end, freq="7D")
    for position, name in enumerate(planned):
        if name not in names:
            hint = did_you_mean(name, names) or f"; it has {one_of(names, word='and')}"
            yield position, f'"{name}" is no series of data.series{hint}'
            continue
        for (_, region, category), rows in series[series["series"] == name].groupby(PLACE, sort=True):
            lacking = to_come[~to_come.isin(rows["week"])]
            if not len(lacking):
                continue
            where = (
                f" of {' and '.join(part for part in (str(region), str(category)) if part)}"
                if region or category
                else ""
            )
            first = f"first in that of {lacking[0]:%Y-%m-%d}"
            gap = f"no value in {len(lacking)} of {len(to_come)} weeks to forecast, {first}"
            yield position, f'"{name}"{where} has {gap}; add them, or leave it out here, so that only its past is read'
            break
