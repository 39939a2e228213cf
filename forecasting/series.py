"""Lay out series that are given beside sales (rep activity, marketing, economy, weather) without looking ahead."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.hierarchy import Hierarchy
from forecasting.history import SalesHistory

Array = NDArray[np.float64]
SERIES = "series "
"""Begins the names of features that tell of a series."""
LONGEST_FILL = 13
"""Weeks for which a value of a series that comes monthly or quarterly goes on."""
WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesCubes:
    """Values of all nodes."""

    planned: Array
    """Known in advance. Shape (nodes, past + horizon, planned series)."""
    planned_names: tuple[str, ...]
    seen: Array
    """What was known in each week of the past, the newest value then. Shape (nodes, past, observed series)."""
    seen_names: tuple[str, ...]


def series_cubes(
    series: pd.DataFrame, history: SalesHistory, hierarchy: Hierarchy, weeks: NDArray[np.datetime64], past: int
) -> SeriesCubes:
    """Lay out the values of region × category; nodes above have the mean of what is known of their members.

    A *planned* series (such as a marketing plan) is known in advance for every week. Of an *observed* one only the past
    is, as late as it came at the end of the history: where its last value is three weeks older than the last sales, it
    was three weeks late in every week before too. Values after the history are not read.

    Parameters
    ----------
    series
        Columns of `forecasting.history.SERIES_COLUMNS`; region and category are "" for all, a row that names them goes
        before one that does not.
    weeks
        Mondays of history and horizon, the first `past` of them with sales.
    """
    planned, seen = {}, {}
    for name, rows in series.groupby("series", sort=True):
        values = _values(rows, history, weeks)
        if bool(rows["planned"].iloc[0]):
            planned[f"{SERIES}{name}"] = values
        else:
            seen[f"{SERIES}{name}"] = _as_known(values[:, :past])
    nothing = np.zeros((hierarchy.bottom, len(weeks), 0))
    return SeriesCubes(
        planned=_of_nodes(np.stack(list(planned.values()), axis=2) if planned else nothing, hierarchy),
        planned_names=tuple(planned),
        seen=_of_nodes(np.stack(list(seen.values()), axis=2) if seen else nothing[:, :past], hierarchy),
        seen_names=tuple(seen),
    )


def series_of(feature: str, names: tuple[str, ...]) -> str:
    """Give the series that a feature tells of, out of `names` as they begin features; "" for none."""
    fitting = [name for name in names if feature == name or feature.startswith(f"{name} ")]
    return max(fitting, key=len, default="")


def _values(rows: pd.DataFrame, history: SalesHistory, weeks: NDArray[np.datetime64]) -> Array:
    """Fill in the rows of one series, the least definite first. Shape (regions · categories, weeks)."""
    values = np.full((len(history.regions), len(history.categories), len(weeks)), np.nan)
    week = ((rows["week"].to_numpy().astype("datetime64[D]") - weeks[0]) / WEEK).astype(np.int64)
    rows = rows.assign(place=week)[(week >= 0) & (week < len(weeks))]
    definite = (rows["region"] != "").astype(int) + (rows["category"] != "").astype(int)
    for (_, region, category), part in rows.groupby([definite.rename("definite"), "region", "category"], sort=True):
        own = [row for row, name in enumerate(history.regions) if region in ("", name)]
        kinds = [row for row, name in enumerate(history.categories) if category in ("", name)]
        if own and kinds:
            values[np.ix_(np.array(own), np.array(kinds), part["place"].to_numpy())] = part["value"].to_numpy(
                np.float64
            )
    return values.reshape(-1, len(weeks))


def _as_known(values: Array) -> Array:
    """Give what was known in each week: the newest value, as late as at the end of the history. Shape (rows, past)."""
    there = np.flatnonzero(~np.isnan(values).all(axis=0))
    late = values.shape[1] - 1 - int(there[-1]) if len(there) else 0
    frame = pd.DataFrame(values.T).shift(late)
    return frame.ffill(limit=LONGEST_FILL).to_numpy(np.float64).T


def _of_nodes(values: Array, hierarchy: Hierarchy) -> Array:
    """Average what is known over the members of each node. Shape (nodes, ...)."""
    flat = values.reshape(hierarchy.bottom, -1)
    known = ~np.isnan(flat)
    count = hierarchy.summing @ known.astype(np.float64)
    sums = hierarchy.summing @ np.where(known, flat, 0.0)
    means = np.where(count > 0, sums / np.where(count > 0, count, 1.0), np.nan)
    return np.asarray(means).reshape(len(hierarchy.summing), *values.shape[1:])
