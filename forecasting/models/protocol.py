"""Say what a forecast model does."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecasting.panel import Panel


class Model(Protocol):
    """A way to forecast every series of a panel; it sees no sales after the origin, since the panel holds none."""

    name: str

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Forecast the median of each week to come, in currency. Shape (series, horizon); never negative, never NaN."""
