"""Hold weekly sales per region × category, and what is known about the weeks."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.model_version import LearnedModel

AREA_COLUMNS = (
    "area_id", "region", "accounts", "baseline", "expected", "reach", "headroom", "white_space", "potential", "low",
    "high",
)  # fmt: skip
SERIES_COLUMNS = ("series", "region", "category", "week", "value", "planned")


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
    """Columns event_id, kind, region ("" for all), category ("" for all), start, end (dates), touched (share of the
    sales that it reaches), announced."""
    series: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({name: [] for name in SERIES_COLUMNS}))
    """Columns of `SERIES_COLUMNS`: values given beside sales, region and category "" for all; planned: known in
    advance."""


LEVEL_COLUMNS = ("level", "region", "category", "week", "p10", "p50", "p90", "model")
RESIDUAL_COLUMNS = ("region", "week", "error")
EVENT_EFFECT_COLUMNS = ("kind", "weeks", "effect", "low", "high", "counted", "ahead")
DRIVER_COLUMNS = ("region", "category", "group", "contribution", "share", "words")


def no_levels() -> pd.DataFrame:
    """Give an empty table of levels."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in LEVEL_COLUMNS})


def no_residuals() -> pd.DataFrame:
    """Give an empty table of errors."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in RESIDUAL_COLUMNS})


def no_event_effects() -> pd.DataFrame:
    """Give an empty table of effects."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in EVENT_EFFECT_COLUMNS})


def no_areas() -> pd.DataFrame:
    """Give an empty table of areas."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in AREA_COLUMNS})


def no_drivers() -> pd.DataFrame:
    """Give an empty table of drivers."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in DRIVER_COLUMNS})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """Sales per region × category × week of the planning period, with the honest record of how they were made."""

    table: pd.DataFrame
    """Columns region, category, week (Monday), p10, p50, p90 (in the scenario's currency), model. Model `actual` marks
    weeks already known."""
    scores: pd.DataFrame
    """Backtest scores: columns region ("" for all), model, mae and rmse (currency a week), mape, wape and
    coverage_80 (shares), mase, chosen (bool), note (why models are not compared, or "")."""
    history: pd.DataFrame
    """Columns region, category, week, sales (currency): what was learned from."""
    notes: tuple[str, ...]
    """Sentences for the report: which model won where and why, what was too thin to model."""
    levels: pd.DataFrame = field(default_factory=no_levels)
    """Columns of `LEVEL_COLUMNS`: `table` summed up to the levels region, category and total ("" where summed over) to
    the cent; P10 and P90 are those of the sum, not sums. Model: the one that forecast the sum itself, before sums were
    made to agree."""
    drivers: pd.DataFrame = field(default_factory=no_drivers)
    """Columns of `DRIVER_COLUMNS`: what makes up the forecast weeks of each region × category ("" for all), see
    `forecasting.drivers`."""
    event_effects: pd.DataFrame = field(default_factory=no_event_effects)
    """Columns of `EVENT_EFFECT_COLUMNS`: per kind of event the weeks of the past that tell of it, its effect on the
    sales of a region and category that it takes up for a whole week, as a share with low and high (NaN where too few
    are known), the share that forecasts count with (0 where it is not beyond chance), and what that adds to the weeks
    to come, in currency."""
    areas: pd.DataFrame = field(default_factory=no_areas)
    """Columns of `AREA_COLUMNS`: what areas could sell by their attributes, see `forecasting.area_potential`."""
    version: str = ""
    """Name of the model version that made the forecast; "" where nothing was forecast."""
    learned: LearnedModel | None = None
    """That version, to be kept; None where it was read back or nothing was forecast."""
    residuals: pd.DataFrame = field(default_factory=no_residuals)
    """Columns of `RESIDUAL_COLUMNS`: errors of the backtest by region as shares of the forecast, origins one after the
    other, each in the order of its weeks; what later errors are compared with."""
