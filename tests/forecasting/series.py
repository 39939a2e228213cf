"""Make small sales histories for the tests of the forecast."""

import numpy as np
import pandas as pd

from forecasting.calendar import EVENT_COLUMNS, build_calendar
from forecasting.history import Calendar, SalesHistory
from forecasting.panel import Panel, make_panel

FIRST_MONDAY = np.datetime64("2021-01-04")


def mondays(weeks: int) -> np.ndarray:
    return FIRST_MONDAY + 7 * np.arange(weeks)


def seasonal_history(
    *, regions: int = 3, categories: int = 2, weeks: int = 170, noise: float = 0.1, seed: int = 7
) -> SalesHistory:
    """Series with a level of their own, a yearly season and 4 % growth a year."""
    random = np.random.default_rng(seed)
    time = np.arange(weeks)
    level = random.uniform(500, 3000, (regions, categories, 1))
    course = (1 + 0.3 * np.sin(2 * np.pi * time / 52.18)) * 1.04 ** (time / 52.18)
    sales = level * course * np.exp(noise * random.standard_normal((regions, categories, weeks)))
    return SalesHistory(
        regions=tuple(f"R{number}" for number in range(regions)),
        categories=tuple(f"C{number}" for number in range(categories)),
        weeks=mondays(weeks),
        sales=sales,
    )


def no_events() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in EVENT_COLUMNS})


def french_calendar(history: SalesHistory, *, ahead: int = 13, events: pd.DataFrame | None = None) -> Calendar:
    weeks = mondays(len(history.weeks) + ahead)
    return build_calendar(
        history.regions,
        weeks,
        country="FR",
        subdivisions={},
        school_zones={},
        events=no_events() if events is None else events,
    )


def panel_of(history: SalesHistory, *, horizon: int = 13) -> Panel:
    return make_panel(history, french_calendar(history, ahead=horizon), horizon=horizon, history_weeks=10_000)
