"""Describe each series × origin × step by what was known at the origin."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.panel import Panel
from forecasting.seasons import SEASON, centred_mean, place_in_year, same_season_index, season_lag, trailing_mean

Array = NDArray[np.float64]
WINDOWS = (1, 2, 4, 8, 13, 26)
"""Widths in weeks of the rolling means."""
GROWTH_WINDOWS = (4, 13, 52)
LEVEL_WINDOWS = (8, 26, 52)
"""Widths in weeks of the levels that are carried to the target by the season's usual step."""
BASE_WINDOW = 26
"""The one of `LEVEL_WINDOWS` that the model departs from: best on Iowa's origins of 2019 to April 2021."""
YEARS_OF_SEASON = 4
LARGEST_GROWTH = 5.0
CATEGORICAL = ("region", "category")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """One row per step × series × origin, in this order, steps slowest."""

    rows: NDArray[np.float32]
    """Shape (steps · series · origins, features)."""
    names: tuple[str, ...]
    base: Array
    """What the model departs from: same-season sales of former years at today's level. Shape (rows,)."""
    scale: Array
    """Mean of the last 52 weeks, in the unit of sales; 0 where nothing was sold. Shape (rows,)."""
    shape: tuple[int, int, int]
    """(steps, series, origins)."""


def make_features(panel: Panel, origins: NDArray[np.int64]) -> Features:
    """Describe every series at `origins` (week indices) for every step of the horizon.

    Sales after an origin are never read for its rows; `panel.known` is read at the target week, since it is known in
    advance. All amounts are divided by the series' mean of the last 52 weeks.
    """
    scale = np.nan_to_num(trailing_mean(panel.sales, SEASON))[:, origins]
    unit = np.where(scale > 0, scale, np.nan)
    shared = _at_origin(panel, origins, unit)
    smooth, wide = centred_mean(panel.sales, 3), centred_mean(panel.sales, 7)
    places = place_in_year(panel.weeks)
    carried = _carried_levels(panel)
    blocks, bases = [], []
    names: tuple[str, ...] = ()
    for step in range(1, panel.horizon + 1):
        targets = origins + step
        last_season = np.array([same_season_index(int(origin) + step, int(origin)) for origin in origins])
        columns = dict(shared)
        columns["season 1"] = _take(panel.sales, last_season) / unit
        columns["season 1 smooth"] = _take(smooth, _within(last_season, 1, origins)) / unit
        columns["season 1 wide"] = _take(wide, _within(last_season, 3, origins)) / unit
        columns["season 2"] = _take(panel.sales, _within(targets - season_lag(2), 0, origins)) / unit
        columns["season 2 smooth"] = _take(smooth, _within(targets - season_lag(2), 1, origins)) / unit
        columns["season 3 smooth"] = _take(smooth, _within(targets - season_lag(3), 1, origins)) / unit
        expected = {name: level.at(origins, targets) / unit for name, level in carried.items()}
        columns |= {name: np.minimum(value, LARGEST_GROWTH) for name, value in expected.items()}
        base = mean_of_known([columns[f"expected {BASE_WINDOW}"], columns[f"category expected {BASE_WINDOW}"]])
        base = np.where(np.isnan(base), columns["season 1"], base)
        columns["season 1 less base"] = columns["season 1"] - base
        columns["step"] = np.full_like(scale, step)
        columns["place"] = np.broadcast_to(places[targets], scale.shape)
        columns |= _in_advance(panel, targets, last_season)
        names = tuple(columns)
        blocks.append(np.stack([column.astype(np.float32).ravel() for column in columns.values()], axis=1))
        bases.append((base * scale).ravel())
    return Features(
        rows=np.concatenate(blocks),
        names=names,
        base=np.concatenate(bases),
        scale=np.tile(scale.ravel(), panel.horizon),
        shape=(panel.horizon, len(panel.region), len(origins)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _CarriedLevel:
    """Today's level times the usual step from there to the target's season, by the own past or the category's."""

    own: Array
    """Trailing mean of each series. Shape (series, weeks)."""
    pattern_level: Array
    """Trailing mean of the series that lends the season. Shape (series, weeks)."""
    pattern: Array
    """Smoothed sales of the series that lends the season, one week to both sides. Shape (series, weeks)."""

    def at(self, origins: NDArray[np.int64], targets: NDArray[np.int64]) -> Array:
        """Carry the level at `origins` to `targets`, averaged over the years known. Shape (series, origins)."""
        steps = []
        for year in range(1, YEARS_OF_SEASON + 1):
            lag = season_lag(year)
            steps.append(
                _ratio(
                    _take(self.pattern, _within(targets - lag, 1, origins)), _take(self.pattern_level, origins - lag)
                )
            )
        return np.asarray(self.own[:, origins] * mean_of_known(steps))


def _carried_levels(panel: Panel) -> dict[str, _CarriedLevel]:
    """Prepare the levels of all windows, by the own season and by that of the category over all regions."""
    categories = group_totals(panel.sales, panel.category)
    return {
        f"{label}expected {width}": _CarriedLevel(
            own=trailing_mean(panel.sales, width),
            pattern_level=trailing_mean(pattern, width),
            pattern=centred_mean(pattern, 3),
        )
        for label, pattern in (("", panel.sales), ("category ", categories))
        for width in LEVEL_WINDOWS
    }


def _at_origin(panel: Panel, origins: NDArray[np.int64], unit: Array) -> dict[str, Array]:
    """Describe each series, its region and its category at the origin. Values of shape (series, origins)."""
    columns: dict[str, Array] = {
        "region": np.broadcast_to(panel.region[:, None], unit.shape).astype(np.float64),
        "category": np.broadcast_to(panel.category[:, None], unit.shape).astype(np.float64),
        "level": np.log1p(unit),
    }
    for width in WINDOWS:
        columns[f"mean {width}"] = trailing_mean(panel.sales, width)[:, origins] / unit
    everything = np.zeros(len(panel.region), dtype=np.int64)
    for label, groups in (("", None), ("region ", panel.region), ("category ", panel.category), ("total ", everything)):
        sales = panel.sales if groups is None else group_totals(panel.sales, groups)
        for width in GROWTH_WINDOWS:
            now = trailing_mean(sales, width)
            before = _take(now, origins - season_lag(1))
            columns[f"{label}growth {width}"] = np.minimum(_ratio(now[:, origins], before), LARGEST_GROWTH)
    return columns


def _in_advance(panel: Panel, targets: NDArray[np.int64], last_season: NDArray[np.int64]) -> dict[str, Array]:
    """Read calendar and events of the target week, their change against last season, events of the weeks beside."""
    columns: dict[str, Array] = {}
    last = panel.known.shape[1] - 1
    for number, name in enumerate(panel.names):
        values = panel.known[:, :, number]
        columns[name] = values[:, targets]
        columns[f"{name} against season"] = values[:, targets] - _take(values, last_season)
        if name.startswith("event "):
            columns[f"{name} before"] = values[:, targets - 1]
            columns[f"{name} after"] = values[:, np.minimum(targets + 1, last)]
    return columns


def group_totals(sales: Array, groups: NDArray[np.int64]) -> Array:
    """Give each series the total of its group; NaN only where all are unknown. Shape (series, weeks)."""
    member = (np.arange(groups.max() + 1)[:, None] == groups[None, :]).astype(np.float64)
    known = ~np.isnan(sales)
    counted = member @ known.astype(np.float64)
    return np.asarray(np.where(counted > 0, member @ np.where(known, sales, 0.0), np.nan)[groups])


def mean_of_known(parts: list[Array]) -> Array:
    """Average arrays of one shape place by place, without NaN."""
    stack = np.stack(parts)
    known = ~np.isnan(stack)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, stack, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _within(rows: NDArray[np.int64], reach: int, origins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out (as -1) rows whose smoothing, `reach` weeks to both sides, would look past the origin."""
    return np.where(rows + reach <= origins, rows, -1)


def _take(values: Array, rows: NDArray[np.int64]) -> Array:
    """Take columns by index; NaN for negative ones."""
    return np.where(rows >= 0, values[:, np.maximum(rows, 0)], np.nan)


def _ratio(part: Array, whole: Array) -> Array:
    """Divide, with NaN where the whole is 0 or unknown."""
    usable = np.nan_to_num(whole) > 0
    return np.where(usable, part / np.where(usable, whole, 1.0), np.nan)
