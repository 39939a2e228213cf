"""Forecast by Theta, node by node."""

import numpy as np
from numpy.typing import NDArray

from forecasting.models.kernels import simple_smoothing
from forecasting.models.smoothing import each_own, over_seasons, unit_of
from forecasting.models.years import drawn_to_years
from forecasting.panel import Panel
from forecasting.seasons import seasonal_indices

Array = NDArray[np.float64]
ALPHAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98)


class Theta:
    """Theta: the mean of simple exponential smoothing (theta 2) and the straight line (theta 0).

    Assimakopoulos & Nikolopoulos 2000, in the form of Hyndman & Billah 2003. Months and quarters are drawn to what
    their years foretell.
    """

    name = "theta"

    def forecast(self, panel: Panel) -> Array:
        """Forecast deseasonalised sales and give the season back; thin nodes go to seasonal naive."""
        rhythm, level = panel.rhythm, panel.hierarchy.level
        if rhythm.blur:
            indices = seasonal_indices(panel.sales, panel.places, rhythm)
            return each_own(panel, lambda own: over_seasons(theta, panel.sales[own], indices[own]))

        def ahead(sales: Array, horizon: int) -> Array:
            places = np.resize(panel.places[: rhythm.season], sales.shape[1] + horizon)
            return over_seasons(theta, sales, seasonal_indices(sales, places, rhythm))

        return each_own(
            panel, lambda own: drawn_to_years(panel.sales[own], panel.horizon, rhythm.season, level[own], ahead)
        )


def theta(series: Array, horizon: int) -> Array:
    """Theta of a series without season, with the weight of least one-step errors. Shape (horizon,)."""
    count, unit = len(series), unit_of(series)
    if not unit:
        return np.full(horizon, series[-1])
    scaled = series / unit
    alpha = min(ALPHAS, key=lambda weight: simple_smoothing(scaled, weight)[1])
    slope = float(np.polyfit(np.arange(count), scaled, 1)[0])
    drift = slope / 2 * (np.arange(horizon) + (1 - (1 - alpha) ** count) / alpha)
    return np.asarray((simple_smoothing(scaled, alpha)[0] + drift) * unit)
