"""Name the models that compete, and the averages of them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecasting.models.boosting import GlobalBoosting
from forecasting.models.protocol import Model
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.models.smoothing import DampedSmoothing, Theta
from forecasting.settings import MODEL_NAMES, ForecastSettings

GATE = SeasonalNaive.name
"""The model every other one has to beat."""


def competing_models(settings: ForecastSettings) -> tuple[Model, ...]:
    """Give the models of the settings in the order of `MODEL_NAMES`; seasonal naive always among them."""
    known: dict[str, Model] = {
        model.name: model
        for model in (
            SeasonalNaive(),
            Theta(),
            DampedSmoothing(),
            GlobalBoosting(seed=settings.seed, threads=settings.threads),
        )
    }
    return tuple(known[name] for name in MODEL_NAMES if name in settings.models or name == GATE)


def averages(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Name the averages that compete beside single models: every pair without the gate, and all together."""
    single = [name for name in names if name != GATE]
    groups: list[tuple[str, ...]] = [
        (single[i], single[j]) for i in range(len(single)) for j in range(i + 1, len(single))
    ]
    everything = tuple(names)
    if len(everything) >= 2 and everything not in groups:
        groups.append(everything)
    return {" + ".join(group): group for group in groups}


def with_averages(forecasts: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Add the averages to the forecasts of the single models."""
    combined = {
        name: np.mean([forecasts[member] for member in group], axis=0)
        for name, group in averages(list(forecasts)).items()
    }
    return {**forecasts, **combined}
