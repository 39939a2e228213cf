"""Gather what a forecast learned, put it back, and compare versions with what came."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.backtest import make_forecasts
from forecasting.hierarchy import ALL as EVERY
from forecasting.history import Calendar, SalesHistory
from forecasting.intervals import Bands
from forecasting.metrics import wape
from forecasting.model_version import LearnedModel, with_name
from forecasting.models.boosting import PARAMETERS, GlobalBoosting
from forecasting.models.combination import competing_models
from forecasting.models.protocol import Model
from forecasting.panel import Panel, make_panel
from forecasting.settings import ForecastSettings, InvalidForecastError

CLEARLY_BETTER = 0.95
"""A former version is put back when its error is less than so many times that of the one watched."""
VERSION_COLUMNS = ("version", "learned_until", "wape", "bias")


def learned_model(
    panel: Panel,
    history: SalesHistory,
    models: tuple[str, ...],
    scores: pd.DataFrame,
    *,
    bands: Bands,
    boosting: GlobalBoosting | None,
    settings: ForecastSettings,
) -> LearnedModel:
    """Gather what a forecast from `panel` learned; `models` are those of its nodes."""
    trees, features = boosting.written(panel) if boosting is not None and _has_trees(models) else ("", ())
    chosen = scores[(scores["region"] == "").to_numpy() & scores["chosen"].astype(bool).to_numpy()]
    measures = {name: chosen[name].iloc[0] for name in ("wape", "mase", "coverage_80") if len(chosen)}
    sales = np.ascontiguousarray(panel.sales[: panel.hierarchy.bottom].round(2))
    learned = LearnedModel(
        regions=history.regions,
        categories=history.categories,
        models=models,
        features=features,
        first_week=str(panel.dates[0]),
        last_week=str(panel.dates[panel.past - 1]),
        horizon=panel.horizon,
        parameters=PARAMETERS | {"seed": settings.seed} if trees else {},
        scores={name: round(float(value), 6) for name, value in measures.items() if np.isfinite(value)},
        bands=bands.written(),
        data=hashlib.sha256(sales.tobytes()).hexdigest()[:16],
        trees=trees,
    )
    return with_name(learned)


def fitting_models(learned: LearnedModel, history: SalesHistory, settings: ForecastSettings) -> tuple[Model, ...]:
    """Give the models of the settings with the trees of a version in place of new ones.

    Raises
    ------
    InvalidForecastError
        The version knows other regions, categories or models.
    """
    for what, then, now in (
        ("regions", learned.regions, history.regions),
        ("categories", learned.categories, history.categories),
    ):
        if then != now:
            other = sorted(set(then) ^ set(now))
            raise InvalidForecastError(
                f"model version {learned.version} was learned for other {what} ({', '.join(other)}); put another one "
                "back, or learn anew"
            )
    known = [model.name for model in competing_models(settings)]
    lacking = sorted({part for name in learned.models for part in name.split(" + ")} - set(known))
    if lacking:
        raise InvalidForecastError(
            f"model version {learned.version} needs {', '.join(lacking)}, which forecast.models leaves out"
        )
    return tuple(
        GlobalBoosting(seed=settings.seed, threads=settings.threads, put_back=(learned.trees, learned.features))
        if isinstance(model, GlobalBoosting) and learned.trees
        else model
        for model in competing_models(settings)
    )


def replay(
    history: SalesHistory, calendar: Calendar, learned: LearnedModel, *, horizon: int, settings: ForecastSettings
) -> pd.DataFrame:
    """Forecast from the end of the history as a version would.

    Returns
    -------
    Columns region, week (Monday), p50 in currency.

    Raises
    ------
    InvalidForecastError
        See `fitting_models`.
    """
    models = fitting_models(learned, history, settings)
    panel = make_panel(history, calendar, horizon=horizon, history_weeks=settings.history_weeks)
    needed = {part for name in learned.models for part in name.split(" + ")}
    median = make_forecasts(panel, [model for model in models if model.name in needed]).served(learned.models)
    nodes = panel.hierarchy.nodes_of([(number, EVERY) for number in range(len(history.regions))])
    weeks = pd.DatetimeIndex(panel.dates[panel.past :].astype("datetime64[s]"))
    return pd.DataFrame(
        {
            "region": np.repeat(np.array(history.regions, dtype=object), horizon),
            "week": np.tile(weeks.to_numpy(), len(nodes)),
            "p50": median[nodes].ravel(),
        }
    )


def compare_versions(
    versions: Sequence[LearnedModel],
    history: SalesHistory,
    calendar: Calendar,
    sales: pd.DataFrame,
    *,
    settings: ForecastSettings,
) -> pd.DataFrame:
    """Tell how far off each version would have been in the weeks that came; versions that do not fit are left out.

    Parameters
    ----------
    history
        What was known when the watched forecast was made.
    sales
        Columns region, week, sales: weeks that came after the history.

    Returns
    -------
    Columns of `VERSION_COLUMNS`, shares of the sales, in the order of `versions`.
    """
    came = sales.groupby(["region", "week"], observed=True)["sales"].sum().reset_index()
    last = pd.Timestamp(history.weeks[-1])
    horizon = int((came["week"].max() - last).days // 7) if len(came) else 0
    rows = []
    for learned in versions if horizon > 0 else ():
        try:
            made = replay(history, calendar, learned, horizon=horizon, settings=settings)
        except InvalidForecastError:
            continue
        both = made.merge(came, on=["region", "week"])
        actual, median = both["sales"].to_numpy(np.float64), both["p50"].to_numpy(np.float64)
        bias = float((actual - median).sum() / max(np.abs(actual).sum(), 1e-9))
        rows.append((learned.version, learned.last_week, float(wape(actual, median)), bias))
    return pd.DataFrame(rows, columns=list(VERSION_COLUMNS))


def advice_on_versions(versions: pd.DataFrame, watched: str, *, alarmed: bool) -> tuple[str, ...]:
    """Say which version to put back, or that none would have done better.

    Parameters
    ----------
    versions
        Result of `compare_versions`.
    watched
        Name of the version whose forecast is watched; without it among the versions there is nothing to say.
    """
    own = versions[(versions["version"] == watched).to_numpy()]
    others = versions[(versions["version"] != watched).to_numpy()]
    if own.empty or others.empty:
        return ()
    error = float(own["wape"].iloc[0])
    least = int(others["wape"].to_numpy().argmin())
    name, wape_of_best = str(others["version"].iloc[least]), float(others["wape"].iloc[least])
    if wape_of_best < CLEARLY_BETTER * error:
        closer = f"Model version {name} would have been closer: error {wape_of_best:.1%} against {error:.1%}."
        return (f"{closer} Put it back with: models FILE restore {name}",)
    if alarmed:
        none = f"None of {len(others)} former model versions would have been clearly closer than {error:.1%}"
        return (f"{none}: learn anew from the sales that came.",)
    return ()


def _has_trees(models: tuple[str, ...]) -> bool:
    return any(GlobalBoosting.name in name.split(" + ") for name in models)
