"""Name the models that compete, and the averages of them."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecasting.models.boosting import GlobalBoosting
from forecasting.models.protocol import Model
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.models.smoothing import DampedSmoothing
from forecasting.models.theta import Theta
from forecasting.settings import MODEL_NAMES, ForecastSettings
from forecasting.shifted_holidays import OnItsHolidays

GATE = SeasonalNaive.name
"""The model every other one has to beat."""
SMALLEST_PART = 0.05
"""Part of the models' mean that a lower forecast is raised to: one model's 0 must not make the average 0."""


def competing_models(settings: ForecastSettings) -> tuple[Model, ...]:
    """Give the models of the settings in the order of `MODEL_NAMES`; seasonal naive always among them.

    LightGBM reads public holidays among its features, the others by the rule of `forecasting.shifted_holidays`.
    """
    known: dict[str, Model] = {
        model.name: model
        for model in (
            OnItsHolidays(SeasonalNaive()),
            OnItsHolidays(Theta()),
            OnItsHolidays(DampedSmoothing()),
            GlobalBoosting(seed=settings.seed, threads=settings.threads),
        )
    }
    return tuple(known[name] for name in MODEL_NAMES if name in settings.models or name == GATE)


def averages(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Name the averages that compete beside single models, out of all but the gate: every pair, and all together."""
    single = [name for name in names if name != GATE]
    groups: list[tuple[str, ...]] = [
        (single[i], single[j]) for i in range(len(single)) for j in range(i + 1, len(single))
    ]
    everything = tuple(single)
    if len(everything) > 2:
        groups.append(everything)
    return {" + ".join(group): group for group in groups}


def broadest(names: Iterable[str]) -> str | None:
    """Give the average of the most models, the first of equals; None where no averages compete."""
    joined = [name for name in names if " + " in name]
    return max(joined, key=lambda name: name.count(" + ")) if joined else None


def with_averages(forecasts: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Add the averages to the forecasts of the single models: geometric means, twice as much outweighs half as much.

    Sales err by factors, and the middle of such errors is the median that is asked for, where the arithmetic mean
    follows the model that is far too high. On origins before the scored ones of the benchmarks MASE fell by 1.1 % on
    tourism, 1.7 % on TourismLarge and 0.1 % on Iowa, and rose by 0.1 % on retail.
    """
    combined = {
        name: _geometric_mean(np.stack([forecasts[member] for member in group]))
        for name, group in averages(list(forecasts)).items()
    }
    return {**forecasts, **combined}


def _geometric_mean(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over the first axis what is not negative; 0 where all are 0."""
    least = np.maximum(SMALLEST_PART * parts.mean(axis=0), np.finfo(np.float64).tiny)
    return np.asarray(np.where(parts.any(axis=0), np.exp(np.log(np.maximum(parts, least)).mean(axis=0)), 0.0))
