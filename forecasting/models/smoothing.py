"""Forecast by Theta and by damped exponential smoothing of statsmodels on deseasonalised sales, series by series."""

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

from forecasting.models.seasonal_naive import SeasonalNaive, is_thin
from forecasting.panel import Panel
from forecasting.seasons import place_in_year, seasonal_indices

FEWEST_WEEKS = 13
"""Weeks that a series needs for weights of its own; statsmodels starts level and trend from the first 10."""
STEADY = 1e-9
"""Range over mean up to which a series counts as constant: its likelihood has no maximum."""

Method = Callable[[NDArray[np.float64], int], NDArray[np.float64]]
"""Sales without season over their mean, shape (weeks,), and a horizon in weeks to a forecast, shape (horizon,)."""


class Theta:
    """Theta: the mean of simple exponential smoothing (theta 2) and the straight line (theta 0).

    Assimakopoulos & Nikolopoulos 2000, in the form of Hyndman & Billah 2003.
    """

    name = "theta"

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Forecast deseasonalised sales and give the season back; thin series go to seasonal naive."""
        return _seasonally(panel, _theta)


class DampedSmoothing:
    """ETS(A,Ad,N), smoothing with a damped trend: Hyndman, Koehler, Ord & Snyder 2008, by likelihood."""

    name = "ets"

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Forecast deseasonalised sales and give the season back; thin series go to seasonal naive."""
        return _seasonally(panel, _damped)


def filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill unknown weeks from the week before, those at the start with the first that is known, else with 0."""
    return pd.DataFrame(values).ffill(axis=1).bfill(axis=1).fillna(0.0).to_numpy(np.float64)


def _seasonally(panel: Panel, method: Method) -> NDArray[np.float64]:
    """Apply a method for series without season to sales over seasonal indices."""
    result = SeasonalNaive().forecast(panel)
    own = ~is_thin(panel)
    if own.any():
        sales = panel.sales[own]
        indices = seasonal_indices(sales, place_in_year(panel.weeks))
        past, to_come = np.split(indices, [panel.history_weeks], axis=1)
        ahead = np.stack([_ahead(series, panel.horizon, method) for series in filled(sales / past)])
        result[own] = np.maximum(ahead * to_come, 0.0)
    return result


def _ahead(series: NDArray[np.float64], horizon: int, method: Method) -> NDArray[np.float64]:
    """Apply a method to one series; one that is constant or short keeps its last value. Shape (horizon,).

    The series is divided by its mean, since the optimizer's tolerances are absolute; weights at which it stopped before
    they were proven best serve all the same.
    """
    unit = np.abs(series).mean()
    if len(series) < FEWEST_WEEKS or np.ptp(series) <= STEADY * unit:
        return np.full(horizon, series[-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return np.asarray(method(series / unit, horizon) * unit)


def _theta(series: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """Theta with the weight of least one-step errors. Shape (horizon,)."""
    return np.asarray(ThetaModel(series, deseasonalize=False).fit().forecast(horizon), dtype=np.float64)


def _damped(series: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """Damped trend with estimated weights. Shape (horizon,)."""
    model = ETSModel(series, error="add", trend="add", damped_trend=True, initialization_method="heuristic")
    return np.asarray(model.fit(disp=False).forecast(horizon), dtype=np.float64)
