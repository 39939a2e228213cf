"""Hold weekly sales per region × category, and what is known about the weeks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SalesHistory:
    """Complete weeks only; a week without any sale is 0, a week that is not known is NaN."""

    regions: tuple[str, ...]
    categories: tuple[str, ...]
    weeks: NDArray[np.datetime64]
    """Mondays, consecutive, dtype datetime64[D]. Shape (weeks,)."""
    sales: NDArray[np.float64]
    """In the scenario's currency. Shape (regions, categories, weeks)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calendar:
    """What is known in advance about the weeks of history and horizon, per region."""

    features: pd.DataFrame
    """Index (region, week); numeric columns such as `public_holidays` (working days lost), `school_holidays` (share of
    Monday to Friday), `working_days`. Covers every week of history and horizon."""
    events: pd.DataFrame
    """Columns event_id, kind, region ("" for all), category ("" for all), start, end (dates)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """Sales per region × category × week of the planning period, with the honest record of how they were made."""

    table: pd.DataFrame
    """Columns region, category, week (Monday), p10, p50, p90 (in the scenario's currency), model. Model `actual` marks
    weeks already known."""
    scores: pd.DataFrame
    """Backtest scores: columns region ("all" for the total), model, mae and rmse (currency a week), mape, wape and
    coverage_80 (shares), mase, chosen (bool)."""
    history: pd.DataFrame
    """Columns region, category, week, sales (currency): what was learned from."""
    notes: tuple[str, ...]
    """Sentences for the report: which model won where and why, what was too thin to model."""
