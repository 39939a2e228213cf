"""Estimate what events of each kind did to sales, take it out of what models read, and give it back to forecasts."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history import EVENT_EFFECT_COLUMNS
from forecasting.panel import Panel
from forecasting.placebos import FEWEST_PLACEBOS, believed, moves
from forecasting.seasons import centred_mean, seasonal_indices

Array = NDArray[np.float64]
EVENT = "event "
"""Begins the names of features that tell of events."""
FEWEST_WEEKS = 0.5
"""Weeks of whole regions and categories that events of a kind must have touched, at the least."""
SMALLEST_FACTOR = 0.05
LARGEST_RISE = 4.0
"""Past sales are multiplied by no more to make up for an event: what little is left of them is noise."""
BEFORE, AFTER = 1, 3
"""Weeks around an event in which sales are made up for or brought forward: they say nothing of usual weeks."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventEffects:
    """What events of each kind do to a region's and category's sales that they take up for a whole week, as a share."""

    kinds: tuple[str, ...]
    exposure: Array
    """Share of the week and of its sales that events take up. Shape (bottom, past + horizon, kinds)."""
    past: int
    """Weeks of the past."""
    weeks: NDArray[np.int64]
    """Weeks of the past that tell of the kind. Shape (kinds,)."""
    effect: Array
    """NaN where too few weeks tell. Shape (kinds,)."""
    chance: Array
    """What chance makes of the same events in other weeks. Shape (placebos, kinds)."""
    counted: Array
    """What forecasts count with: nothing that is not beyond noise. Shape (kinds,)."""

    @property
    def change(self) -> Array:
        """What events of each kind add to sales without events, as a share. Shape (bottom, past + horizon, kinds).

        All together leave at least `SMALLEST_FACTOR`. Where sales fell by more than what lies within reach, the reach
        tells little: events to come then count with no larger share of sales than past ones touched.
        """
        largest = np.where(self.counted < -1.0, self.exposure[:, : self.past].max(axis=(0, 1), initial=0.0), 1.0)
        change = np.minimum(self.exposure, largest) * self.counted
        total = change.sum(axis=2, keepdims=True)
        held = total < SMALLEST_FACTOR - 1.0
        return np.asarray(np.where(held, change * (SMALLEST_FACTOR - 1.0) / np.where(held, total, 1.0), change))

    @property
    def factor(self) -> Array:
        """Sales over those without events, by what is counted. Shape (bottom, past + horizon)."""
        return np.asarray(1.0 + self.change.sum(axis=2))

    def table(self, medians: Array, steps: NDArray[np.int64]) -> pd.DataFrame:
        """Lay out the effects, the middle 80 % of chance as the margin on both sides.

        Parameters
        ----------
        medians
            P50 of each node, in currency. Shape (nodes, horizon).
        steps
            Steps ahead that the planning period holds, from 0. Shape (weeks,).

        Returns
        -------
        Columns of `EVENT_EFFECT_COLUMNS`, the most touched kind first.
        """
        bottom, horizon = len(self.exposure), medians.shape[1]
        usual = medians[:bottom][:, steps] / self.factor[:, -horizon:][:, steps]
        added = (usual[:, :, None] * self.change[:, -horizon:][:, steps]).sum(axis=(0, 1))
        rows = []
        for number, kind in enumerate(self.kinds):
            weeks, effect = int(self.weeks[number]), float(self.effect[number])
            if np.isnan(effect):
                rows.append((kind, weeks, np.nan, np.nan, np.nan, 0.0, 0.0))
                continue
            chance = self.chance[:, number][~np.isnan(self.chance[:, number])]
            low, high = np.quantile(chance, [0.1, 0.9]) if len(chance) >= FEWEST_PLACEBOS else (np.nan, np.nan)
            counted = float(self.counted[number])
            rows.append((kind, weeks, effect, effect - float(high), effect - float(low), counted, float(added[number])))
        table = pd.DataFrame(rows, columns=list(EVENT_EFFECT_COLUMNS))
        return table.sort_values(["weeks", "kind"], ascending=[False, True], kind="stable", ignore_index=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WithoutEvents:
    """A panel whose sales are told as if its events had not been, and what gives them back to forecasts."""

    panel: Panel
    factor: Array
    """Sales over those without events. Shape (nodes, horizon)."""
    effects: EventEffects


def event_effects(panel: Panel) -> EventEffects | None:
    """Estimate the effect of each kind of event on the sales that it touches; None without events.

    *Expected without events*: the level of half a year around each week times the season, both from weeks without
    events near by only. *Effect*: least squares of the relative distance from that on the shares of the weeks that
    events of all kinds take up, over all regions and categories, each by its expected sales. *Chance*: the same
    events moved to other weeks, 60 times, give the effects that chance makes out of weeks without events (randomization
    inference, Fisher 1935). *Counted*: see `forecasting.placebos.believed`.
    """
    numbers = [number for number, name in enumerate(panel.names) if name.startswith(EVENT)]
    if not numbers:
        return None
    exposure = panel.known[: panel.hierarchy.bottom][:, :, numbers]
    past = exposure[:, : panel.past]
    expected = _without_events(panel, past)
    effect, chance = _effects(panel.sales[: panel.hierarchy.bottom], expected, past)
    touched = past * (expected > 0)[:, :, None]
    effect = np.where(touched.sum(axis=(0, 1)) >= FEWEST_WEEKS, effect, np.nan)
    many = (~np.isnan(chance)).sum(axis=0)
    variance = np.nansum(chance**2, axis=0) / np.maximum(many, 1)
    return EventEffects(
        kinds=tuple(panel.names[number].removeprefix(EVENT) for number in numbers),
        exposure=exposure,
        past=panel.past,
        weeks=np.asarray((touched.sum(axis=0) > 0).sum(axis=0)),
        effect=effect,
        chance=chance,
        counted=believed(effect, np.where(many >= FEWEST_PLACEBOS, variance, np.nan)),
    )


def without_events(panel: Panel) -> WithoutEvents | None:
    """Take what events did beyond chance out of past sales; None where nothing is known of any.

    Models see too few strikes to learn one: where the effect is known, they read sales without it, and forecasts of
    weeks with such an event get it back. Nodes above the bottom have the factor of their sales of the last year.
    """
    effects = event_effects(panel)
    if effects is None or not effects.counted.any():
        return None
    hierarchy, bottom = panel.hierarchy, panel.hierarchy.bottom
    past, to_come = np.split(effects.factor, [panel.past], axis=1)
    usual = hierarchy.total(panel.sales[:bottom] / np.maximum(past, 1 / LARGEST_RISE))
    weight = np.maximum(np.nan_to_num(usual[:bottom, -panel.rhythm.season :]).sum(axis=1), 0.0)
    share = hierarchy.summing * weight
    share = np.where(share.sum(axis=1, keepdims=True) > 0, share, hierarchy.summing)
    factor = share @ to_come / share.sum(axis=1, keepdims=True)
    factor[:bottom] = to_come
    return WithoutEvents(panel=replace(panel, sales=usual), factor=factor, effects=effects)


def _without_events(panel: Panel, exposure: Array) -> Array:
    """Level times season of every week as if there were no events; NaN where not known. Shape (bottom, past).

    Where an event comes back at the same time of every year, the season is that of the weeks right beside it.
    """
    sales = panel.sales[: panel.hierarchy.bottom]
    near = _near_events(exposure)
    calm, beside = (np.where(left_out, np.nan, sales) for left_out in (near, exposure.any(axis=2)))
    usual, narrow = (seasonal_indices(each, panel.places, panel.rhythm)[:, : panel.past] for each in (calm, beside))
    known = ~np.isnan(calm)
    elsewhere = np.zeros_like(known)
    for year in range(1, panel.past // panel.rhythm.season + 1):
        lag = panel.rhythm.lag(year)
        elsewhere[:, lag:] |= known[:, :-lag]
        elsewhere[:, :-lag] |= known[:, lag:]
    season = np.where(elsewhere, usual, narrow)
    level = centred_mean(calm / season, panel.rhythm.season // 2 | 1)
    return np.asarray(level * season)


def _near_events(exposure: Array) -> NDArray[np.bool_]:
    """Tell which weeks hold an event or lie near one. Shape (bottom, past)."""
    there = np.asarray(exposure.any(axis=2))
    near = np.asarray(there, dtype=np.bool_).copy()
    for shift in range(1, AFTER + 1):
        near[:, shift:] |= there[:, :-shift]
    for shift in range(1, BEFORE + 1):
        near[:, :-shift] |= there[:, shift:]
    return near


def _effects(sales: Array, expected: Array, exposure: Array) -> tuple[Array, Array]:
    """Estimate effects, shape (kinds,), and what chance makes of the same events moved, shape (shifts, kinds)."""
    known = ~np.isnan(sales) & (np.nan_to_num(expected) > 0)
    weight = np.where(known, np.nan_to_num(expected), 0.0)
    distance = np.where(known, np.nan_to_num(sales) / np.where(known, expected, 1.0) - 1.0, 0.0)
    calm = ~_near_events(exposure)
    placebos = [
        _least_squares(distance, np.where(calm, weight, 0.0), np.roll(exposure, move, axis=1))
        for move in moves(sales.shape[1])
    ]
    return _least_squares(distance, weight, exposure), np.array(placebos)


def _least_squares(distance: Array, weight: Array, exposure: Array) -> Array:
    """Weighted least squares over all series and weeks; NaN for a kind without any. Shape (kinds,)."""
    kinds = exposure.shape[2]
    rows = exposure.reshape(-1, kinds)
    used = rows.any(axis=1) & (weight.ravel() > 0)
    rows, heavy, value = rows[used], weight.ravel()[used], distance.ravel()[used]
    there = np.asarray((rows * heavy[:, None]).sum(axis=0) > 0)
    result = np.full(kinds, np.nan)
    if there.any():
        root = np.sqrt(heavy)
        result[there] = np.linalg.lstsq(rows[:, there] * root[:, None], value * root, rcond=None)[0]
    return result
