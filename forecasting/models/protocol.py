"""Say what a forecast model does."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecasting.panel import Panel


class Model(Protocol):
    """A way to forecast every node of a panel; it sees no sales after the origin, since the panel holds none."""

    name: str

    def forecast(self, panel: Panel) -> NDArray[np.float64]:
        """Forecast the median of each period in currency, shape (nodes, horizon); never negative, never NaN."""
