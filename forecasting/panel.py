"""Lay out history and calendar as arrays that models read."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.hierarchy import Hierarchy, make_hierarchy
from forecasting.history import Calendar, SalesHistory
from forecasting.rhythm import WEEKLY, Rhythm
from forecasting.series import series_cubes

LARGEST_NUMBER_OF_KINDS = 12
"""Event kinds that become features; the rarest beyond are left out."""
ALWAYS = -1
"""Index of the period from which something is known that was always known."""
DAY = np.timedelta64(1, "D")
WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Sales of every node known at one origin, and what is known in advance about the periods before and after it."""

    sales: NDArray[np.float64]
    """In currency, NaN where unknown; the last column is the origin. Shape (nodes, past)."""
    dates: NDArray[np.datetime64]
    """First days of the periods of history and horizon. Shape (past + horizon,)."""
    hierarchy: Hierarchy
    rhythm: Rhythm
    known: NDArray[np.float64]
    """Calendar and events. Shape (nodes, past + horizon, features)."""
    known_from: NDArray[np.int64]
    """Index of the period in which each of `known` came to be known, `ALWAYS` for what is known in advance.
    Shape (nodes, past + horizon, features)."""
    names: tuple[str, ...]
    """Names of the features in `known`."""
    seen: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 0)))
    """What was known of observed series in each period, see `forecasting.series`. Shape (nodes, past, series)."""
    seen_names: tuple[str, ...] = ()
    """Names of the series in `seen`."""

    @property
    def past(self) -> int:
        """Number of periods with sales."""
        return int(self.sales.shape[1])

    @property
    def horizon(self) -> int:
        """Number of periods to forecast."""
        return len(self.dates) - self.past

    @property
    def places(self) -> NDArray[np.float64]:
        """Place in the year of every period. Shape (past + horizon,)."""
        return self.rhythm.place(self.dates)

    def at_origin(self, last_known: int, horizon: int, *, longest: int | None = None) -> "Panel":
        """Cut the panel after period `last_known` (an index), and before the last `longest` periods up to it.

        Neither later sales are in the result, nor events that nobody could foresee and that had not begun by then.
        """
        until = last_known + 1 + horizon
        first = max(0, last_known + 1 - longest) if longest else 0
        since = self.known_from[:, first:until]
        return Panel(
            sales=self.sales[:, first : last_known + 1].copy(),
            dates=self.dates[first:until],
            hierarchy=self.hierarchy,
            rhythm=self.rhythm,
            known=np.where(since <= last_known, self.known[:, first:until], 0.0),
            known_from=np.maximum(since - first, ALWAYS),
            names=self.names,
            seen=self.seen[:, first : last_known + 1].copy(),
            seen_names=self.seen_names,
        )


def make_panel(history: SalesHistory, calendar: Calendar, *, horizon: int, history_weeks: int) -> Panel:
    """Lay out the last `history_weeks` weeks and `horizon` weeks to come.

    Nodes are region × category, by region, then category; above them regions, categories and the total, which have the
    mean calendar of their members.
    """
    first = max(0, len(history.weeks) - history_weeks)
    past = history.weeks[first:].astype("datetime64[D]")
    weeks = np.concatenate([past, past[-1] + WEEK * np.arange(1, horizon + 1)])
    regions, categories = len(history.regions), len(history.categories)
    region = np.repeat(np.arange(regions), categories)
    codes = np.stack([region, np.tile(np.arange(categories), regions)], axis=1)
    hierarchy = make_hierarchy(("region", "category"), codes)
    calendar_values, calendar_names = _calendar_cube(calendar, history.regions, weeks)
    events, since, kinds = _event_cube(calendar.events, history, weeks)
    always = np.full((len(region), *calendar_values.shape[1:]), ALWAYS)
    holds = hierarchy.summing > 0
    known_from = np.concatenate([always, since], axis=2)
    series = series_cubes(calendar.series, history, hierarchy, weeks, len(past))
    of_nodes = hierarchy.mean(np.concatenate([calendar_values[region], events], axis=2))
    late = np.stack([known_from[members].max(axis=0) for members in holds])
    return Panel(
        sales=hierarchy.total(history.sales[:, :, first:].reshape(regions * categories, -1).astype(np.float64)),
        dates=weeks,
        hierarchy=hierarchy,
        rhythm=WEEKLY,
        known=np.concatenate([of_nodes, series.planned], axis=2),
        known_from=np.concatenate([late, np.full(series.planned.shape, ALWAYS)], axis=2),
        names=(*calendar_names, *(f"event {kind}" for kind in kinds), *series.planned_names),
        seen=series.seen,
        seen_names=series.seen_names,
    )


def share_of_weeks(start: object, end: object, weeks: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Tell which part of each week lies between two days, both included; an end that is not known is after all.

    Parameters
    ----------
    weeks
        Mondays, in any order. Shape (weeks,).
    """
    first, last = (np.datetime64(str(day)[:10], "D") for day in (start, end if end is not None else "NaT"))
    last = weeks.max() + 6 * DAY if np.isnat(last) else last
    days = (np.minimum(last, weeks + 6 * DAY) - np.maximum(first, weeks)) / DAY + 1.0
    return np.asarray(np.clip(days, 0.0, 7.0) / 7.0)


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
) -> tuple[NDArray[np.float64], NDArray[np.int64], tuple[str, ...]]:
    """Share of each week (and of its sales) that events of a kind take up, since which week that is known; the kinds.

    Shapes (series, weeks, kinds). Kinds are those of events in these weeks, by name, so that an event outside of them
    changes nothing. Where several events of a kind meet, all count as known with the last of them.
    """
    spans = zip(events["start"], events["end"], strict=True)
    events = events[np.array([share_of_weeks(start, end, weeks).any() for start, end in spans], dtype=bool)]
    single = events.drop_duplicates(["event_id", "kind"])["kind"].astype(str)
    counts = single.value_counts() if len(events) else pd.Series(dtype="int64")
    order = sorted(counts.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
    kinds = tuple(sorted(str(kind) for kind, _ in order[:LARGEST_NUMBER_OF_KINDS]))
    shape = (len(history.regions), len(history.categories), len(weeks), len(kinds))
    cube, since = np.zeros(shape), np.full(shape, ALWAYS)
    for event in events[events["kind"].astype(str).isin(kinds)].to_dict("records"):
        start = np.datetime64(str(event["start"])[:10], "D")
        share = share_of_weeks(event["start"], event["end"], weeks)
        regions = [i for i, name in enumerate(history.regions) if str(event["region"]) in ("", name)]
        categories = [i for i, name in enumerate(history.categories) if str(event["category"]) in ("", name)]
        if not regions or not categories:
            continue
        kind = np.array([kinds.index(str(event["kind"]))])
        place = np.ix_(np.array(regions), np.array(categories), np.flatnonzero(share > 0), kind)
        cube[place] += share[share > 0][None, None, :, None] * float(event.get("touched", 1.0))
        if not event.get("announced", True):
            begun = int(np.searchsorted(weeks, start, side="right")) - 1
            since[place] = np.maximum(since[place], begun)
    flat = (shape[0] * shape[1], *shape[2:])
    return np.minimum(cube, 1.0).reshape(flat), since.reshape(flat), kinds
