"""Estimate what events of each kind did to sales, and what those to come will, with how sure that is."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history import EVENT_EFFECT_COLUMNS, no_event_effects
from forecasting.panel import Panel
from forecasting.seasons import centred_mean, seasonal_indices

Array = NDArray[np.float64]
EVENT = "event "
"""Begins the names of features that tell of events."""
SHIFTS = 60
"""Placebo tests: the same events, so many times moved to other weeks."""
FEWEST_PLACEBOS = 20
FEWEST_WEEKS = 0.5
"""Weeks of whole regions and categories that events of a kind must have touched, at the least."""
SMALLEST_FACTOR = 0.05
BEFORE, AFTER = 1, 3
"""Weeks around an event in which sales are made up for or brought forward: they say nothing of usual weeks."""


def event_effects(panel: Panel, medians: Array, steps: NDArray[np.int64]) -> pd.DataFrame:
    """Estimate the effect of each kind of event on the sales that it touches.

    *Expected without events*: the level of half a year around each week times the season, both from weeks without
    events near by only. *Effect*: least squares of the relative distance from that on the shares of the weeks that
    events of all kinds take up, over all regions and categories, each by its expected sales. *Low, high*: the same
    events moved to other weeks, 60 times, give the effects that chance makes out of weeks without events (randomization
    inference, Fisher 1935); the middle 80 % of them is the margin on both sides.

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
    numbers = [number for number, name in enumerate(panel.names) if name.startswith(EVENT)]
    kinds = [panel.names[number].removeprefix(EVENT) for number in numbers]
    if not kinds:
        return no_event_effects()
    bottom = panel.hierarchy.bottom
    exposure = panel.known[:bottom][:, :, numbers]
    past, ahead = exposure[:, : panel.past], exposure[:, panel.past :]
    expected = _without_events(panel, past)
    effects, placebos = _effects(panel.sales[:bottom], expected, past)
    rows = []
    for number, kind in enumerate(kinds):
        touched = past[:, :, number] * (expected > 0)
        weeks = int((touched.sum(axis=0) > 0).sum())
        effect = float(effects[number])
        if touched.sum() < FEWEST_WEEKS or np.isnan(effect):
            rows.append((kind, weeks, np.nan, np.nan, np.nan, np.nan))
            continue
        chance = placebos[:, number][~np.isnan(placebos[:, number])]
        low, high = np.quantile(chance, [0.1, 0.9]) if len(chance) >= FEWEST_PLACEBOS else (np.nan, np.nan)
        share = np.maximum(effect, SMALLEST_FACTOR - 1.0) * ahead[:, steps, number]
        amount = float((medians[:bottom][:, steps] * share / (1 + share)).sum())
        rows.append((kind, weeks, effect, effect - float(high), effect - float(low), amount))
    table = pd.DataFrame(rows, columns=list(EVENT_EFFECT_COLUMNS))
    return table.sort_values(["weeks", "kind"], ascending=[False, True], kind="stable", ignore_index=True)


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
    weeks = sales.shape[1]
    placebos = [
        _least_squares(distance, np.where(calm, weight, 0.0), np.roll(exposure, shift, axis=1))
        for shift in np.unique(np.linspace(1, weeks - 1, SHIFTS).astype(np.int64))
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
