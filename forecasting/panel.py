"""Lay out history and calendar as arrays that models read."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history import Calendar, SalesHistory

LARGEST_NUMBER_OF_KINDS = 12
"""Event kinds that become features; the rarest beyond are left out."""
DAY = np.timedelta64(1, "D")
WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Sales known at one origin, and what is known in advance about the weeks before and after it."""

    sales: NDArray[np.float64]
    """In the scenario's currency, NaN where unknown; the last column is the origin. Shape (series, weeks)."""
    weeks: NDArray[np.datetime64]
    """Mondays of history and horizon. Shape (weeks + horizon,)."""
    region: NDArray[np.int64]
    """Index of the region of each series. Shape (series,)."""
    category: NDArray[np.int64]
    """Index of the category of each series. Shape (series,)."""
    known: NDArray[np.float64]
    """Calendar and events, known in advance. Shape (series, weeks + horizon, features)."""
    names: tuple[str, ...]
    """Names of the features in `known`."""

    @property
    def history_weeks(self) -> int:
        """Number of weeks with sales."""
        return int(self.sales.shape[1])

    @property
    def horizon(self) -> int:
        """Number of weeks to forecast."""
        return len(self.weeks) - self.history_weeks

    def at_origin(self, last_known: int, horizon: int) -> "Panel":
        """Cut the panel after week `last_known` (an index); later sales are not in the result."""
        until = last_known + 1 + horizon
        return Panel(
            sales=self.sales[:, : last_known + 1].copy(),
            weeks=self.weeks[:until],
            region=self.region,
            category=self.category,
            known=self.known[:, :until],
            names=self.names,
        )


def make_panel(history: SalesHistory, calendar: Calendar, *, horizon: int, history_weeks: int) -> Panel:
    """Lay out the last `history_weeks` weeks and `horizon` weeks to come, series by region, then category."""
    first = max(0, len(history.weeks) - history_weeks)
    past = history.weeks[first:].astype("datetime64[D]")
    weeks = np.concatenate([past, past[-1] + WEEK * np.arange(1, horizon + 1)])
    regions, categories = len(history.regions), len(history.categories)
    region = np.repeat(np.arange(regions), categories)
    category = np.tile(np.arange(categories), regions)
    calendar_values, calendar_names = _calendar_cube(calendar, history.regions, weeks)
    events, kinds = _event_cube(calendar.events, history, weeks)
    return Panel(
        sales=history.sales[:, :, first:].reshape(regions * categories, -1).astype(np.float64),
        weeks=weeks,
        region=region,
        category=category,
        known=np.concatenate([calendar_values[region], events], axis=2),
        names=(*calendar_names, *(f"event {kind}" for kind in kinds)),
    )


def _calendar_cube(
    calendar: Calendar, regions: tuple[str, ...], weeks: NDArray[np.datetime64]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Arrange the calendar's features. Shape (regions, weeks, features); weeks the calendar does not cover are NaN."""
    names = tuple(str(name) for name in calendar.features.columns)
    if not names:
        return np.zeros((len(regions), len(weeks), 0)), ()
    stamps = pd.DatetimeIndex(weeks.astype("datetime64[s]"))
    given = calendar.features.index
    table = calendar.features.set_axis(
        pd.MultiIndex.from_arrays(
            [given.get_level_values(0).astype(str), pd.DatetimeIndex(given.get_level_values(1)).as_unit("s")]
        )
    )
    wanted = pd.MultiIndex.from_product([[str(name) for name in regions], stamps])
    return table.reindex(wanted).to_numpy(np.float64).reshape(len(regions), len(weeks), len(names)), names


def _event_cube(
    events: pd.DataFrame, history: SalesHistory, weeks: NDArray[np.datetime64]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Share of each week that events of a kind take up. Shape (series, weeks, kinds)."""
    counts = events["kind"].astype(str).value_counts() if len(events) else pd.Series(dtype="int64")
    order = sorted(counts.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
    kinds = tuple(str(kind) for kind, _ in order[:LARGEST_NUMBER_OF_KINDS])
    cube = np.zeros((len(history.regions), len(history.categories), len(weeks), len(kinds)))
    for event in events.itertuples(index=False):
        if str(event.kind) not in kinds:
            continue
        start = np.datetime64(str(event.start)[:10], "D")
        end = np.datetime64(str(event.end)[:10], "D")
        end = weeks[-1] + 6 * DAY if np.isnat(end) else end
        days = (np.minimum(end, weeks + 6 * DAY) - np.maximum(start, weeks)) / DAY + 1.0
        share = np.clip(days, 0.0, 7.0) / 7.0
        regions = [i for i, name in enumerate(history.regions) if str(event.region) in ("", name)]
        categories = [i for i, name in enumerate(history.categories) if str(event.category) in ("", name)]
        if regions and categories:
            cube[np.ix_(regions, categories, range(len(weeks)), [kinds.index(str(event.kind))])] += share[
                None, None, :, None
            ]
    series = len(history.regions) * len(history.categories)
    return np.minimum(cube, 1.0).reshape(series, len(weeks), len(kinds)), kinds
