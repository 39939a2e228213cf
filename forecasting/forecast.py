"""Forecast sales per region × category × week over the planning period."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest import Backtest, Made, local_scale, make_forecasts, run_backtest
from forecasting.drivers import drivers_of
from forecasting.event_effects import event_effects
from forecasting.hierarchy import ALL as EVERY
from forecasting.hierarchy import Hierarchy
from forecasting.history import LEVEL_COLUMNS, Calendar, Forecast, SalesHistory, no_event_effects, no_residuals
from forecasting.intervals import Bands, calibrate, spread, wide_bands
from forecasting.learned import fitting_models, learned_model
from forecasting.model_version import LearnedModel
from forecasting.models.boosting import GlobalBoosting
from forecasting.models.combination import GATE, competing_models
from forecasting.models.protocol import Model
from forecasting.models.seasonal_naive import is_thin
from forecasting.models.smoothing import filled
from forecasting.own_models import choose_by_node, told_own
from forecasting.panel import Panel, make_panel
from forecasting.progress import Observer, Silent
from forecasting.selection import (
    Choice,
    alike,
    choose,
    choose_by_level,
    mark_chosen,
    measure,
    no_scores,
    not_compared,
    score,
    without_copies,
)
from forecasting.settings import ForecastSettings, InvalidForecastError
from forecasting.shifted_holidays import told_holidays

ACTUAL = "actual"
LEVEL_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("region", ("region",)),
    ("category", ("category",)),
    ("total", ()),
)
"""Levels above region × category, and what tells their members apart."""
BACKTEST_SHARE = 0.8
"""Part of the work that the backtest is, for the progress bar."""


def forecast_sales(
    history: SalesHistory,
    calendar: Calendar,
    *,
    period_start: date,
    period_end: date,
    settings: ForecastSettings,
    put_back: LearnedModel | None = None,
    observer: Observer | None = None,
) -> Forecast:
    """Forecast every week of the planning period; see `period_weeks` for which weeks these are.

    Weeks that are already known are returned as they came (model `actual`, p10 = p50 = p90). A gap between the last
    known week and the period is forecast through and left out of the table. Models compete in a backtest from rolling
    origins, level by level; regions where the winner loses clearly to seasonal naive keep seasonal naive. Forecasts of
    region × category, regions, categories and the total are made to agree (see `forecasting.reconciliation`), so that
    `Forecast.levels` sums up `Forecast.table` to the cent.

    Parameters
    ----------
    put_back
        A former version that forecasts in place of what would be learned now: its trees, its choice of models and the
        widths of its intervals, in units of today's scale. The backtest is that of models learned anew, and so are the
        widths where the version was kept without.

    Raises
    ------
    InvalidForecastError
        The history is empty, has gaps between weeks, or the period begins before it; or the former version does not
        fit.
    """
    watch = observer or Silent()
    wanted = period_weeks(period_start, period_end)
    last = _check(history, wanted)
    horizon = max(int((wanted[-1] - last) / np.timedelta64(7, "D")), 0)
    panel = make_panel(history, calendar, horizon=horizon, history_weeks=settings.history_weeks)
    known = _long_table(history, panel)
    if horizon == 0:
        notes = ("Every week of the planning period is known already: nothing was forecast.",)
        table = _table(history, wanted, None)
        return Forecast(
            table=table,
            scores=no_scores(),
            history=known,
            notes=notes,
            levels=_levels(history, table, None),
        )
    models = competing_models(settings)
    backtest = run_backtest(panel, models, origins=settings.origins, observer=_Part(watch))
    watch.report("forecast", share_done=BACKTEST_SHARE)
    serving = models if put_back is None else fitting_models(put_back, history, settings)
    ahead = _Ahead(history, panel, serving, backtest, put_back)
    watch.report("forecast", share_done=1.0)
    table = _table(history, wanted, ahead)
    to_come = wanted[wanted > last]
    steps = ((to_come - ahead.first) / np.timedelta64(7, "D")).astype(np.int64)
    effects = event_effects(panel)
    learned = put_back or learned_model(
        ahead.made.panel,
        history,
        ahead.models,
        ahead.scores,
        bands=ahead.bands,
        boosting=_boosting(serving),
        settings=settings,
    )
    return Forecast(
        table=table,
        scores=ahead.scores,
        history=known,
        notes=ahead.notes,
        levels=_levels(history, table, ahead),
        residuals=_residuals(panel, backtest, ahead.models, history.regions),
        drivers=drivers_of(panel, ahead.made, ahead.models, steps, history=history, boosting=_boosting(serving)),
        event_effects=effects.table(ahead.median, steps) if effects else no_event_effects(),
        learned=learned,
        version=learned.version,
    )


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


def _residuals(
    panel: Panel, backtest: Backtest | None, models: tuple[str, ...], regions: tuple[str, ...]
) -> pd.DataFrame:
    """List what was forecast too low or too high in the backtest by region, in the order of origins and weeks."""
    if backtest is None:
        return no_residuals()
    nodes = panel.hierarchy.nodes_of([(number, EVERY) for number in range(len(regions))])
    served = backtest.served(models)
    frames = []
    for region, node in zip(regions, nodes, strict=True):
        for number, origin in enumerate(backtest.origins):
            median = served[number, node]
            error = (backtest.actual[number, node] - median) / np.where(median > 0, median, 1.0)
            weeks = pd.DatetimeIndex(panel.dates[origin + 1 : origin + 1 + len(median)].astype("datetime64[s]"))
            known = ~np.isnan(error) & (median > 0)
            frames.append(pd.DataFrame({"region": region, "week": weeks[known], "error": error[known].round(6)}))
    return pd.concat(frames, ignore_index=True)


def _boosting(models: tuple[Model, ...]) -> GlobalBoosting | None:
    """Find the trees among the models."""
    return next((model for model in models if isinstance(model, GlobalBoosting)), None)


class _Ahead:
    """The weeks after the history: medians, low, high and the model of each node."""

    def __init__(
        self,
        history: SalesHistory,
        panel: Panel,
        models: tuple[Model, ...],
        backtest: Backtest | None,
        put_back: LearnedModel | None,
    ) -> None:
        self.first = panel.dates[panel.past]
        regions, hierarchy = history.regions, panel.hierarchy
        self.hierarchy = hierarchy
        if backtest is None:
            choice = Choice(overall=GATE, by_region=(GATE,) * len(regions), notes=(_too_short(panel),))
            by_level = (GATE,) * len(hierarchy.levels)
            self.scores = no_scores()
        else:
            scores = score(backtest, hierarchy, regions)
            if alike(backtest, hierarchy.level == 0):
                choice = not_compared(regions, float(scores.loc[scores["model"] == GATE, "wape"].iloc[0]))
                by_level = (GATE,) * len(hierarchy.levels)
            else:
                choice = choose(scores, regions)
                by_level = choose_by_level(backtest, hierarchy)
        usual = choice.by_node(hierarchy, by_level) if put_back is None else put_back.models
        self.models = usual
        if backtest is not None and put_back is None:
            self.models = choose_by_node(backtest, hierarchy, usual)
        if backtest is not None:
            served = pd.DataFrame(measure(backtest, choice.overall, backtest.served(self.models), hierarchy, regions))
            marked = mark_chosen(scores, served, choice, regions)
            self.scores = without_copies(marked, backtest, hierarchy, regions)
        told = choice.notes if put_back is None else (_former(put_back, panel),)
        apart = told_own(self.models, usual, hierarchy, (regions, history.categories))
        self.notes = (*told, *apart, *_thin_notes(history, panel), *told_holidays(panel))
        needed = {part for name in self.models for part in name.split(" + ")}
        self.made: Made = make_forecasts(panel, [model for model in models if model.name in needed])
        self.median = self.made.served(self.models)
        kept = put_back.bands if put_back is not None else {}
        self.bands = Bands.read(kept) if kept else _bands(hierarchy, backtest, self.models)
        scale = local_scale(panel.sales, panel.rhythm)
        self.low, self.high = spread(self.bands, self.median, scale, hierarchy.level)


def _former(learned: LearnedModel, panel: Panel) -> str:
    """Say that a former version forecasts."""
    beyond = panel.horizon > learned.horizon
    more = f" It learned up to {learned.horizon} weeks ahead; later weeks follow the last of them." if beyond else ""
    return (
        f"Forecast by model version {learned.version}, put back; it learned from sales up to {learned.last_week}.{more}"
    )


def _bands(hierarchy: Hierarchy, backtest: Backtest | None, models: tuple[str, ...]) -> Bands:
    """Read the widths of the intervals off the errors of what is served."""
    if backtest is None:
        return wide_bands(hierarchy.level)
    return calibrate(backtest.actual, backtest.served(models), backtest.scale, hierarchy.level)


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
                labels.append(ahead.models[number])
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


def _levels(history: SalesHistory, table: pd.DataFrame, ahead: _Ahead | None) -> pd.DataFrame:
    """Sum the table up to regions, categories and the total; low and high are the nodes' own, not sums."""
    frames = []
    for level, keys in LEVEL_KEYS:
        sums = table.groupby([*keys, "week"], observed=True)[["p10", "p50", "p90"]].sum().round(2).reset_index()
        absent = [key for key in ("region", "category") if key not in keys]
        frames.append(sums.assign(level=level, model=ACTUAL, **dict.fromkeys(absent, "")))
    levels = pd.concat(frames, ignore_index=True)
    if ahead is not None:
        numbers = [
            {"": EVERY} | {name: number for number, name in enumerate(names)}
            for names in (history.regions, history.categories)
        ]
        pairs = zip(levels["region"], levels["category"], strict=True)
        node = np.array(ahead.hierarchy.nodes_of([(numbers[0][each], numbers[1][other]) for each, other in pairs]))
        week = levels["week"].to_numpy().astype("datetime64[D]")
        step = ((week - ahead.first) / np.timedelta64(7, "D")).astype(np.int64)
        to_come = step >= 0
        row, column = node[to_come], step[to_come]
        p50 = levels.loc[to_come, "p50"].to_numpy()
        levels.loc[to_come, "model"] = np.array(ahead.models)[row]
        levels.loc[to_come, "p10"] = np.minimum(ahead.low[row, column].round(2), p50)
        levels.loc[to_come, "p90"] = np.maximum(ahead.high[row, column].round(2), p50)
    return levels.loc[:, list(LEVEL_COLUMNS)]


def _long_table(history: SalesHistory, panel: Panel) -> pd.DataFrame:
    """Lay out the weeks that were learned from as a table."""
    weeks = pd.DatetimeIndex(panel.dates[: panel.past].astype("datetime64[s]"))
    index = pd.MultiIndex.from_product(
        [history.regions, history.categories, weeks], names=["region", "category", "week"]
    )
    return pd.DataFrame({"sales": panel.sales[: panel.hierarchy.bottom].ravel()}, index=index).reset_index()


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
    thin = is_thin(panel)[: panel.hierarchy.bottom]
    names = [
        f"{history.regions[region]} / {history.categories[category]}"
        for region, category in panel.hierarchy.codes[: len(thin)][thin]
    ]
    if not names:
        return []
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    why = "have less than two years of sales and follow last year or their category"
    return [f"{len(names)} of {len(thin)} series {why}: {shown}."]


def _too_short(panel: Panel) -> str:
    """Say that no backtest was possible."""
    return (
        f"{panel.past} weeks of history are too few for a backtest over {panel.horizon} weeks: {GATE} is used "
        f"unproven, with wide margins."
    )


class _Part:
    """Report the backtest as its part of the whole work."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def report(self, doing: str, *, share_done: float) -> None:
        """Pass on, scaled."""
        self._observer.report(doing, share_done=share_done * BACKTEST_SHARE)
