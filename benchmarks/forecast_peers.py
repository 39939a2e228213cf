"""Forecast by other programs, as models of the same panel."""

import importlib.util
import logging

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.models.protocol import Model
from forecasting.panel import Panel


class Prophet:
    """Prophet (Taylor & Letham 2018) as it comes, series by series; its forecasts are reconciled like all others.

    It draws no samples for intervals of its own: bands come from past errors, as for all models.
    """

    name = "prophet"

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Fit every node and forecast."""
        from prophet import Prophet as Fit  # type: ignore[import-not-found]  # noqa: PLC0415 - optional

        logging.getLogger("cmdstanpy").disabled = True  # it sets its own level anew
        dates = pd.DatetimeIndex(panel.dates.astype("datetime64[s]"))
        past, ahead = dates[: panel.past], pd.DataFrame({"ds": dates[panel.past :]})
        made = []
        for series in panel.sales:
            model = Fit(weekly_seasonality=False, daily_seasonality=False, uncertainty_samples=0)
            model.fit(pd.DataFrame({"ds": past, "y": series}))
            made.append(model.predict(ahead)["yhat"].to_numpy(np.float64))
        return np.asarray(np.maximum(np.stack(made), 0.0))


def peers() -> tuple[Model, ...]:
    """Give the peers that are installed, and say which are not."""
    if importlib.util.find_spec("prophet") is None:
        print("Prophet is not installed and is left out; `pip install prophet` adds it.")
        return ()
    return (Prophet(),)
