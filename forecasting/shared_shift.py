"""Tell whether the errors of all regions together have shifted: what each region alone could hide as noise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.drift import FEWEST_WEEKS, mean_limit, persistence_of

Array = NDArray[np.float64]
FEWEST_EARLIER = 10
"""Earlier weeks in which all regions' errors are known, at the least."""
LEAST_BIAS = 0.05
"""Share of sales that the bias of all regions together must reach, whatever its limit: below it no plan changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedShift:
    """Errors of all regions together."""

    bias: float
    """Sales over the forecast of all regions, less 1."""
    limit: float
    """What a bias over so many weeks passes once in a hundred times if errors are as before."""
    rest: float
    """Bias without the region that adds most to it: one region's trouble is not everybody's."""
    weeks: int

    @property
    def alarm(self) -> bool:
        """Whether the bias is more than errors as before could make, more than a plan can bear, and of several."""
        return abs(self.bias) > max(self.limit, LEAST_BIAS) and self.rest * np.sign(self.bias) > LEAST_BIAS


def shared_shift(both: pd.DataFrame, earlier: pd.DataFrame | None) -> SharedShift | None:
    """Compare the error of all regions together with earlier ones; None where there is too little to compare.

    Errors of regions cancel out unless they have one cause, so that a shift of all of them shows in their sum long
    before it passes the limit of any one. The limit is that of `forecasting.drift.mean_limit`, against
    earlier errors around 0.

    Parameters
    ----------
    both
        Columns region, week, p50, sales, one row per region and week.
    earlier
        Columns region, error: shares of the forecast, in the order of their weeks.
    """
    regions = both["region"].unique().tolist()
    if earlier is None or len(regions) < 2:
        return None
    sums = both.groupby("week")[["p50", "sales"]].sum()
    now = (sums["sales"] / sums["p50"].clip(lower=1e-9) - 1).to_numpy(np.float64)
    share = both.groupby("region")["p50"].sum()
    place = earlier.groupby("region").cumcount()
    wide = earlier.assign(place=place).pivot_table(index="place", columns="region", values="error")
    if not set(regions) <= set(wide.columns):
        return None
    known = wide[regions].dropna()
    before = np.average(known.to_numpy(np.float64), axis=1, weights=share[regions].to_numpy(np.float64) + 1e-9)
    if len(now) < FEWEST_WEEKS or len(before) < FEWEST_EARLIER:
        return None
    spread = float(np.sqrt((before**2).mean()))
    limit = spread * mean_limit(len(before), len(now), persistence=persistence_of(before))
    totals = both.groupby("region")[["p50", "sales"]].sum().to_numpy(np.float64)
    bias = _bias(totals)
    most = int(np.argmax((totals[:, 1] - totals[:, 0]) * np.sign(bias)))
    return SharedShift(bias=bias, limit=limit, rest=_bias(np.delete(totals, most, axis=0)), weeks=len(now))


def _bias(totals: Array) -> float:
    """Give sales over the forecast, less 1. Shape (regions, 2): forecast, sales."""
    expected, sold = totals.sum(axis=0)
    return float(sold / max(expected, 1e-9)) - 1
