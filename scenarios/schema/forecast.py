"""Define the keys of the forecast and of potential."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from scenarios.schema.values import Section, Share


class ForecastModel(StrEnum):
    """Models that compete in the backtest."""

    SEASONAL_NAIVE = "seasonal_naive"
    THETA = "theta"
    ETS = "ets"
    LIGHTGBM = "lightgbm"


class ForecastSection(Section):
    """How sales are forecast."""

    models: tuple[ForecastModel, ...] = Field(
        default=(ForecastModel.SEASONAL_NAIVE, ForecastModel.THETA, ForecastModel.LIGHTGBM), strict=False, min_length=1
    )
    """Competitors; the best by rolling-origin backtest is chosen (an average of two may win)."""
    origins: Annotated[int, Field(ge=1, le=20)] = 4
    """Rolling origins of the backtest."""
    country: str = "FR"
    """ISO code for public holidays."""
    school_holidays: bool = False
    """Whether school holidays by zone are features (France)."""
    planned_series: tuple[str, ...] = Field(default=(), strict=False)
    """Series of `data.series` that are known in advance, such as a marketing plan: they need a value for every week to
    forecast, and count with the week before and after. All others enter as they were last known."""
    history_weeks: Annotated[int, Field(ge=20)] = 261
    """Weeks of history to learn from, counted back from the last one."""
    models_folder: str = ""
    """Folder in which versions of the learned models are kept; beside the output folder, with `.models` behind its
    name, when left out. See `python run_scenario.py models`."""
    models_kept: Annotated[int, Field(ge=1, le=1000)] = 12
    """Versions that are kept, the newest ones and the one that was put back."""
    headroom_share: Share = 0.3
    """Share of the headroom that can be won in the period; potential = baseline + this · headroom."""
    headroom_quantile: Share = 0.85
    """Comparable accounts' quantile that headroom looks up to."""
