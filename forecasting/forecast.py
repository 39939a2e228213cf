"""Forecast sales per region × category × week over the planning period."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest import Backtest, local_scale, run_backtest
from forecasting.history import Calendar, Forecast, SalesHistory
from forecasting.intervals import calibrate, spread
from forecasting.models.combination import GATE, competing_models, with_averages
from forecasting.models.protocol import Model
from forecasting.models.seasonal_naive import is_thin
from forecasting.models.smoothing import filled
from forecasting.panel import Panel, make_panel
from forecasting.progress import Observer, Silent
from forecasting.selection import Choice, choose, mark_chosen, no_scores, score
from forecasting.settings import ForecastSettings, InvalidForecastError

ACTUAL = "actual"
BACKTEST_SHARE = 0.8
"""Part of the work that the backtest is, for the progress bar."""
WIDE_BAND = 2.0
"""Local scales that P10 and P90 lie from the median when no backtest was possible."""


def forecast_sales(
    history: SalesHistory,
    calendar: Calendar,
    *,
    period_start: date,
    period_end: date,
    settings: ForecastSettings,
    observer: Observer | None = None,
) -> Forecast:
    """Forecast every week of the planning period; see `period_weeks` for which weeks these are.

    Weeks that are already known are returned as they came (model `actual`, p10 = p50 = p90). A gap between the last
    known week and the period is forecast through and left out of the table. Models compete in a backtest from rolling
    origins; one wins over all, and regions where it loses clearly to seasonal naive keep seasonal naive.

    Raises
    ------
    InvalidForecastError
        The history is empty, has gaps between weeks, or the period begins before it.
    """
    watch = observer or Silent()
    wanted = period_weeks(period_start, period_end)
    last = _check(history, wanted)
    horizon = max(int((wanted[-1] - last) / np.timedelta64(7, "D")), 0)
    panel = make_panel(history, calendar, horizon=horizon, history_weeks=settings.history_weeks)
    learned = _long_table(history, panel)
    if horizon == 0:
        notes = ("Every week of the planning period is known already: nothing was forecast.",)
        return Forecast(table=_table(history, wanted, None), scores=no_scores(), history=learned, notes=notes)
    models = competing_models(settings)
    backtest = run_backtest(panel, models, origins=settings.origins, observer=_Part(watch))
    watch.report("forecast", share_done=BACKTEST_SHARE)
    ahead = _Ahead(history, panel, models, backtest)
    watch.report("forecast", share_done=1.0)
    return Forecast(table=_table(history, wanted, ahead), scores=ahead.scores, history=learned, notes=ahead.notes)


def period_weeks(start: date, end: date) -> NDArray[np.datetime64]:
    """Give the Mondays of the planning period: those from `start` to `end`, both included.

    A week belongs to the period in which its Monday lies, so that periods that follow each other share no week. A
    period without a Monday stands for the week that contains its start.

    Raises
    ------
    InvalidForecastError
        `end` is before `start`.
    """
    if end < start:
        raise InvalidForecastError(f"the planning period ends ({end}) before it starts ({start})")
    first = start + timedelta(days=-start.weekday() % 7)
    if first > end:
        first = start - timedelta(days=start.weekday())
    return np.arange(np.datetime64(first), np.datetime64(end) + 1, 7).astype("datetime64[D]")


class _Ahead:
    """The weeks after the history: medians, low, high and the model of each region."""

    def __init__(
        self, history: SalesHistory, panel: Panel, models: tuple[Model, ...], backtest: Backtest | None
    ) -> None:
        self.first = panel.weeks[panel.history_weeks]
        regions = history.regions
        if backtest is None:
            choice = Choice(overall=GATE, by_region=(GATE,) * len(regions), notes=(_too_short(panel),))
            self.scores = no_scores()
        else:
            scores = score(backtest, panel.region, regions)
            choice = choose(scores, regions)
            self.scores = mark_chosen(scores, choice, regions)
        self.models = choice.by_region
        self.notes = (*choice.notes, *_thin_notes(history, panel))
        self.median, self.low, self.high = _bands(panel, models, backtest, choice)


def _bands(
    panel: Panel, models: tuple[Model, ...], backtest: Backtest | None, choice: Choice
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Forecast the median, low and high of each series by the model of its region. Shapes (series, horizon)."""
    needed = {part for name in choice.by_region for part in name.split(" + ")}
    made = with_averages({model.name: model.forecast(panel) for model in models if model.name in needed})
    scale = local_scale(panel.sales)
    median, low, high = (np.zeros((len(panel.region), panel.horizon)) for _ in range(3))
    for name in sorted(set(choice.by_region)):
        rows = np.isin(panel.region, [number for number, served in enumerate(choice.by_region) if served == name])
        expected = made[name]
        if backtest is None:
            ends = np.maximum(expected - WIDE_BAND * scale[:, None], 0.0), expected + WIDE_BAND * scale[:, None]
        else:
            bands = calibrate(backtest.actual, backtest.forecasts[name], backtest.scale, panel.region)
            ends = spread(bands, expected, scale, panel.region)
        median[rows], low[rows], high[rows] = expected[rows], ends[0][rows], ends[1][rows]
    return median, low, high


def _table(history: SalesHistory, wanted: NDArray[np.datetime64], ahead: _Ahead | None) -> pd.DataFrame:
    """Put known and forecast weeks of the period into one table, by region, category, week; rounded to cents."""
    series = [(region, category) for region in history.regions for category in history.categories]
    last = history.weeks[-1]
    known = filled(history.sales.reshape(len(series), -1))
    frames = []
    for number, (region, category) in enumerate(series):
        values = np.empty((len(wanted), 3))
        labels = []
        for row, week in enumerate(wanted):
            if week <= last:
                values[row] = known[number, int((week - history.weeks[0]) / np.timedelta64(7, "D"))]
                labels.append(ACTUAL)
            elif ahead is not None:
                step = int((week - ahead.first) / np.timedelta64(7, "D"))
                values[row] = ahead.low[number, step], ahead.median[number, step], ahead.high[number, step]
                labels.append(ahead.models[history.regions.index(region)])
        frames.append(
            pd.DataFrame(
                {
                    "region": region,
                    "category": category,
                    "week": pd.DatetimeIndex(wanted.astype("datetime64[s]")),
                    "p10": values[:, 0].round(2),
                    "p50": values[:, 1].round(2),
                    "p90": values[:, 2].round(2),
                    "model": labels,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _long_table(history: SalesHistory, panel: Panel) -> pd.DataFrame:
    """Lay out the weeks that were learned from as a table."""
    weeks = pd.DatetimeIndex(panel.weeks[: panel.history_weeks].astype("datetime64[s]"))
    index = pd.MultiIndex.from_product(
        [history.regions, history.categories, weeks], names=["region", "category", "week"]
    )
    return pd.DataFrame({"sales": panel.sales.ravel()}, index=index).reset_index()


def _check(history: SalesHistory, wanted: NDArray[np.datetime64]) -> np.datetime64:
    """Refuse histories that no forecast can be made from, and give the last week."""
    if not history.regions or not history.categories or not len(history.weeks):
        raise InvalidForecastError("the sales history is empty")
    if len(history.weeks) > 1 and (np.diff(history.weeks.astype("datetime64[D]")) != np.timedelta64(7, "D")).any():
        raise InvalidForecastError("the weeks of the sales history are not consecutive")
    if wanted[0] < history.weeks[0]:
        raise InvalidForecastError(
            f"the planning period begins {wanted[0]}, before the first week of sales, {history.weeks[0]}"
        )
    last: np.datetime64 = history.weeks[-1].astype("datetime64[D]")
    return last


def _thin_notes(history: SalesHistory, panel: Panel) -> list[str]:
    """Name the series that were too young for a model of their own."""
    thin = is_thin(panel)
    names = [
        f"{history.regions[panel.region[row]]} / {history.categories[panel.category[row]]}"
        for row in np.flatnonzero(thin)
    ]
    if not names:
        return []
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    why = "have less than two years of sales and follow last year or their category"
    return [f"{len(names)} of {len(thin)} series {why}: {shown}."]


def _too_short(panel: Panel) -> str:
    """Say that no backtest was possible."""
    return (
        f"{panel.history_weeks} weeks of history are too few for a backtest over {panel.horizon} weeks: {GATE} is used "
        f"unproven, with wide margins."
    )


class _Part:
    """Report the backtest as its part of the whole work."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def report(self, doing: str, *, share_done: float) -> None:
        """Pass on, scaled."""
        self._observer.report(doing, share_done=share_done * BACKTEST_SHARE)
