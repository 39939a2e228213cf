"""Forecast the past from rolling origins, each with nothing but what was known then."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.models.combination import with_averages
from forecasting.models.protocol import Model
from forecasting.panel import Panel
from forecasting.progress import Observer, Silent
from forecasting.seasons import SEASON, centred_mean

FEWEST_WEEKS = SEASON + 8
"""Weeks of history before an origin, at the least."""
SMALLEST_SCALE = 0.02
"""Share of the series' own mean below which its local error scale is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backtest:
    """What every model forecast at each origin, beside what came."""

    origins: tuple[int, ...]
    """Indices of the last week known, oldest first."""
    actual: NDArray[np.float64]
    """Sales in currency, NaN where unknown. Shape (origins, series, horizon)."""
    forecasts: dict[str, NDArray[np.float64]]
    """In currency, by model, averages included. Shape (origins, series, horizon)."""
    scale: NDArray[np.float64]
    """Local error scale at each origin in currency, see `local_scale`. Shape (origins, series)."""
    seasonal_error: NDArray[np.float64]
    """Mean absolute difference of one season within the past in currency, for MASE; NaN where none.
    Shape (origins, series)."""


def run_backtest(
    panel: Panel, models: Sequence[Model], *, origins: int, observer: Observer | None = None
) -> Backtest | None:
    """Forecast `panel.horizon` weeks from up to `origins` origins; None if the history is too short for one.

    Each model gets a panel that was cut at the origin: later sales are not in its reach.
    """
    watch = observer or Silent()
    chosen = rolling_origins(panel.history_weeks, panel.horizon, origins)
    if not chosen:
        return None
    forecasts: dict[str, list[NDArray[np.float64]]] = {}
    actual, scale, seasonal = [], [], []
    for number, origin in enumerate(chosen):
        watch.report(f"backtest {number + 1} of {len(chosen)}", share_done=number / len(chosen))
        cut = panel.at_origin(origin, panel.horizon)
        made = with_averages({model.name: model.forecast(cut) for model in models})
        for name, values in made.items():
            forecasts.setdefault(name, []).append(values)
        actual.append(panel.sales[:, origin + 1 : origin + 1 + panel.horizon])
        scale.append(local_scale(cut.sales))
        seasonal.append(_seasonal_error(cut.sales))
    return Backtest(
        origins=chosen,
        actual=np.stack(actual),
        forecasts={name: np.stack(values) for name, values in forecasts.items()},
        scale=np.stack(scale),
        seasonal_error=np.stack(seasonal),
    )


def rolling_origins(weeks: int, horizon: int, wanted: int) -> tuple[int, ...]:
    """Choose origins a horizon apart, closer in a short history, with two seasons before each if there are two."""
    newest = weeks - 1 - horizon
    oldest = 2 * SEASON - 1 if newest >= 2 * SEASON - 1 else FEWEST_WEEKS - 1
    if newest < oldest:
        return ()
    step = horizon if wanted == 1 else max(1, min(horizon, (newest - oldest) // (wanted - 1)))
    return tuple(sorted(newest - step * number for number in range(wanted) if newest - step * number >= oldest))


def local_scale(sales: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure how restless each series was in its last year: mean absolute distance from its smoothed course.

    Parameters
    ----------
    sales
        Known sales in currency, nothing after the origin. Shape (series, weeks).

    Returns
    -------
    In currency, above 0. Shape (series,).
    """
    recent = sales[:, -SEASON:]
    distance = np.abs(recent - centred_mean(sales, 7)[:, -SEASON:])
    known = ~np.isnan(recent)
    count = np.maximum(known.sum(axis=1), 1)
    level = np.where(known, np.abs(recent), 0.0).sum(axis=1) / count
    restless = np.where(np.isnan(distance), 0.0, distance).sum(axis=1) / count
    return np.asarray(np.maximum(np.maximum(restless, SMALLEST_SCALE * level), 1e-6))


def _seasonal_error(sales: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean absolute difference to the same week a year before, per series; NaN where none is known or all are 0."""
    if sales.shape[1] <= SEASON:
        return np.full(len(sales), np.nan)
    difference = np.abs(sales[:, SEASON:] - sales[:, :-SEASON])
    known = ~np.isnan(difference)
    total = np.where(known, difference, 0.0).sum(axis=1)
    return np.asarray(np.where(total > 0, total / np.maximum(known.sum(axis=1), 1), np.nan))
