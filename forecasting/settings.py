"""Name what a user may set about the forecast."""

from dataclasses import dataclass

MODEL_NAMES = ("seasonal_naive", "theta", "ets", "lightgbm")
"""Models that can compete; averages of them compete on their own account."""


class InvalidForecastError(ValueError):
    """The history, the period or the settings cannot give a forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSettings:
    """The closed list of what a user may set about the forecast."""

    models: tuple[str, ...] = ("seasonal_naive", "theta", "lightgbm")
    """Competitors, out of `MODEL_NAMES`. Seasonal naive always takes part, as the gate."""
    origins: int = 4
    """Rolling origins of the backtest, at most as many as the history carries."""
    seed: int = 1
    """Random seed of LightGBM."""
    history_weeks: int = 261
    """Weeks of history to learn from, counted back from the last one, five years by default; older weeks often follow
    other rules (recoded categories, closed accounts)."""
    threads: int = 1
    """Threads of LightGBM, the same on every machine. One is best while other processes work: LightGBM's threads wait
    for each other in busy loops, so two of them on two loaded cores take many times as long."""

    def __post_init__(self) -> None:
        """Refuse what no forecast can be made with."""
        unknown = sorted(set(self.models) - set(MODEL_NAMES))
        if unknown:
            raise InvalidForecastError(
                f"unknown forecast models {', '.join(unknown)}; known are {', '.join(MODEL_NAMES)}"
            )
        if self.origins < 1 or self.history_weeks < 1 or self.threads < 1:
            raise InvalidForecastError("origins, history_weeks and threads must be at least 1")
