"""Describe each node × origin × step by what was known at the origin."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecasting.panel import Panel
from forecasting.rhythm import Rhythm
from forecasting.seasons import centred_mean, trailing_mean
from forecasting.series import SERIES

Array = NDArray[np.float64]
WINDOWS = (1 / 52, 2 / 52, 1 / 13, 2 / 13, 1 / 4, 1 / 2)
"""Widths of the rolling means, as parts of a season."""
GROWTH_WINDOWS = (1 / 13, 1 / 4, 1.0)
LEVEL_WINDOWS = (2 / 13, 1 / 2, 1.0)
"""Widths of the levels that are carried to the target by the season's usual step, as parts of a season."""
BASE_WINDOW = 1 / 2
"""The one of `LEVEL_WINDOWS` that the model departs from for weeks: best on Iowa's origins of 2019 to April 2021.
Months and quarters are steadier: there it departs from the last same season (best on retail's origins up to 2013)."""
YEARS_OF_SEASON = 4
SERIES_WINDOW = 1 / 4
"""Part of a season over which an observed series is averaged."""
LARGEST_GROWTH = 5.0
KEY = "key "
"""Begins the names of categorical features."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """One row per step × node × origin, in this order, steps slowest."""

    rows: NDArray[np.float32]
    """Shape (steps · nodes · origins, features)."""
    names: tuple[str, ...]
    base: Array
    """What the model departs from: see `_base`, in currency. Shape (rows,)."""
    scale: Array
    """Mean of the last season, in the unit of sales; 0 where nothing was sold. Shape (rows,)."""
    shape: tuple[int, int, int]
    """(steps, nodes, origins)."""

    def without(self, dropped: Callable[[str], bool]) -> Self:
        """Leave out the features whose names are `dropped`."""
        kept = [number for number, name in enumerate(self.names) if not dropped(name)]
        if len(kept) == len(self.names):
            return self
        return replace(self, rows=self.rows[:, kept], names=tuple(self.names[number] for number in kept))


def make_features(panel: Panel, origins: NDArray[np.int64]) -> Features:
    """Describe every node at `origins` (period indices) for every step of the horizon.

    Sales after an origin are never read for its rows; `panel.known` is read at the target period, since it is known in
    advance. All amounts are divided by the node's mean of the last season.
    """
    rhythm, blur = panel.rhythm, panel.rhythm.blur
    scale = np.nan_to_num(trailing_mean(panel.sales, rhythm.season))[:, origins]
    unit = np.where(scale > 0, scale, np.nan)
    shared = _at_origin(panel, origins, unit)
    smooth = centred_mean(panel.sales, 1 + 2 * blur)
    wide = centred_mean(panel.sales, 1 + 6 * blur)
    places = panel.places
    carried = _carried_levels(panel)
    blocks, bases = [], []
    names: tuple[str, ...] = ()
    for step in range(1, panel.horizon + 1):
        targets = origins + step
        last_season = np.array([rhythm.same_season_index(int(origin) + step, int(origin)) for origin in origins])
        columns = dict(shared)
        columns["season 1"] = _take(panel.sales, last_season) / unit
        columns["season 2"] = _take(panel.sales, _within(targets - rhythm.lag(2), 0, origins)) / unit
        columns["season 3"] = _take(smooth, _within(targets - rhythm.lag(3), blur, origins)) / unit
        columns["season step"] = columns["season 1"] - columns["season 2"]
        if blur:
            columns["season 1 smooth"] = _take(smooth, _within(last_season, blur, origins)) / unit
            columns["season 1 wide"] = _take(wide, _within(last_season, 3 * blur, origins)) / unit
            columns["season 2 smooth"] = _take(smooth, _within(targets - rhythm.lag(2), blur, origins)) / unit
        expected = {name: np.minimum(level.at(origins, targets) / unit, LARGEST_GROWTH) for name, level in carried}
        base = _base(panel, columns["season 1"], expected)
        columns |= expected
        columns |= {f"{name} less base": value - base for name, value in expected.items()}
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
        shape=(panel.horizon, len(panel.sales), len(origins)),
    )


def _base(panel: Panel, season: Array, expected: dict[str, Array]) -> Array:
    """Choose what the model departs from: the last same season, or for weeks today's level carried there."""
    if not panel.rhythm.blur:
        return season
    width = panel.rhythm.widths(BASE_WINDOW)[0]
    base = mean_of_known([expected[f"expected {width}"], expected[f"{panel.hierarchy.keys[-1]} expected {width}"]])
    return np.where(np.isnan(base), season, base)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _CarriedLevel:
    """Today's level times the usual step from there to the target's season, by the own past or the category's."""

    own: Array
    """Trailing mean of each node. Shape (nodes, periods)."""
    pattern_level: Array
    """Trailing mean of the node that lends the season. Shape (nodes, periods)."""
    pattern: Array
    """Smoothed sales of the node that lends the season. Shape (nodes, periods)."""
    rhythm: Rhythm

    def at(self, origins: NDArray[np.int64], targets: NDArray[np.int64]) -> Array:
        """Carry the level at `origins` to `targets`, averaged over the years known. Shape (nodes, origins)."""
        steps = []
        for year in range(1, YEARS_OF_SEASON + 1):
            lag = self.rhythm.lag(year)
            season = _take(self.pattern, _within(targets - lag, self.rhythm.blur, origins))
            steps.append(_ratio(season, _take(self.pattern_level, origins - lag)))
        return np.asarray(self.own[:, origins] * mean_of_known(steps))


def _carried_levels(panel: Panel) -> list[tuple[str, _CarriedLevel]]:
    """Prepare the levels of all windows, by the own season and by that of each key's member over all others."""
    return [
        (
            f"{label}expected {width}",
            _CarriedLevel(
                own=trailing_mean(panel.sales, width),
                pattern_level=trailing_mean(pattern, width),
                pattern=centred_mean(pattern, 1 + 2 * panel.rhythm.blur),
                rhythm=panel.rhythm,
            ),
        )
        for label, pattern in _kin(panel)[:-1]
        for width in panel.rhythm.widths(*LEVEL_WINDOWS)
    ]


def _kin(panel: Panel) -> list[tuple[str, Array]]:
    """Name the node itself, its member of each key over all others, and the total, each with its sales."""
    names = (*panel.hierarchy.keys, "total")
    ancestors = panel.hierarchy.ancestors
    return [("", panel.sales), *((f"{name} ", panel.sales[ancestors[:, row]]) for row, name in enumerate(names))]


def _at_origin(panel: Panel, origins: NDArray[np.int64], unit: Array) -> dict[str, Array]:
    """Describe each node and its kin at the origin. Values of shape (nodes, origins)."""
    rhythm, hierarchy = panel.rhythm, panel.hierarchy
    columns: dict[str, Array] = {
        f"{KEY}{name}": np.broadcast_to(hierarchy.codes[:, row][:, None], unit.shape).astype(np.float64)
        for row, name in enumerate(hierarchy.keys)
    }
    columns["node level"] = np.broadcast_to(hierarchy.level[:, None], unit.shape).astype(np.float64)
    columns["level"] = np.log1p(unit)
    columns["restless"] = trailing_mean(_season_difference(panel), 2 * rhythm.season)[:, origins] / unit
    for width in rhythm.widths(*WINDOWS):
        columns[f"mean {width}"] = trailing_mean(panel.sales, width)[:, origins] / unit
    for label, sales in _kin(panel):
        for width in rhythm.widths(*GROWTH_WINDOWS):
            now = trailing_mean(sales, width)
            before = _take(now, origins - rhythm.lag(1))
            columns[f"{label}growth {width}"] = np.minimum(_ratio(now[:, origins], before), LARGEST_GROWTH)
    for number, name in enumerate(panel.seen_names):
        recent = trailing_mean(panel.seen[:, :, number], rhythm.widths(SERIES_WINDOW)[0])
        columns[f"{name} latest"] = panel.seen[:, origins, number]
        columns[f"{name} recent"] = recent[:, origins]
        columns[f"{name} against year"] = recent[:, origins] - _take(recent, origins - rhythm.lag(1))
    return columns


def _season_difference(panel: Panel) -> Array:
    """Absolute distance of each period from the same season before, NaN in the first. Shape (nodes, past)."""
    lag = panel.rhythm.lag(1)
    change = np.full_like(panel.sales, np.nan)
    change[:, lag:] = np.abs(panel.sales[:, lag:] - panel.sales[:, :-lag])
    return change


def _in_advance(panel: Panel, targets: NDArray[np.int64], last_season: NDArray[np.int64]) -> dict[str, Array]:
    """Read what is known of the target period, its change against last season, events and plans of those beside."""
    columns: dict[str, Array] = {}
    last = panel.known.shape[1] - 1
    for number, name in enumerate(panel.names):
        values = panel.known[:, :, number]
        columns[name] = values[:, targets]
        columns[f"{name} against season"] = values[:, targets] - _take(values, last_season)
        if name.startswith(("event ", SERIES)):
            columns[f"{name} before"] = values[:, targets - 1]
            columns[f"{name} after"] = values[:, np.minimum(targets + 1, last)]
    return columns


def mean_of_known(parts: list[Array]) -> Array:
    """Average arrays of one shape place by place, without NaN."""
    stack = np.stack(parts)
    known = ~np.isnan(stack)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, stack, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _within(rows: NDArray[np.int64], reach: int, origins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out (as -1) rows whose smoothing, `reach` periods to both sides, would look past the origin."""
    return np.where(rows + reach <= origins, rows, -1)


def _take(values: Array, rows: NDArray[np.int64]) -> Array:
    """Take columns by index; NaN for negative ones."""
    return np.where(rows >= 0, values[:, np.maximum(rows, 0)], np.nan)


def _ratio(part: Array, whole: Array) -> Array:
    """Divide, with NaN where the whole is 0 or unknown."""
    usable = np.nan_to_num(whole) > 0
    return np.where(usable, part / np.where(usable, whole, 1.0), np.nan)
