"""Turn checked sales into the history, calendar and settings of the forecast."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.area_potential import with_area_attributes
from forecasting.calendar import build_calendar
from forecasting.forecast import forecast_sales
from forecasting.history import Calendar, Forecast, SalesHistory
from forecasting.model_version import LearnedModel
from forecasting.potential import share_out_potential
from forecasting.progress import Observer
from forecasting.settings import ForecastSettings, InvalidForecastError
from scenarios.checking import CheckedData
from scenarios.faults import ScenarioError
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.schema import Scenario


def forecast_potential(
    data: CheckedData, loaded: LoadedScenario, *, put_back: LearnedModel | None = None, observer: Observer
) -> tuple[Forecast, pd.DataFrame]:
    """Forecast sales over the planning period and share them out to accounts.

    Parameters
    ----------
    put_back
        The former version that forecasts, if one was put back.

    Returns
    -------
    The forecast, and per account baseline, headroom, potential, low and high (see `share_out_potential`).

    Raises
    ------
    ScenarioError
        When the history and the period do not make a forecast.
    """
    scenario = loaded.scenario
    start, end = scenario.period.start, scenario.period.end
    history = assemble_history(data)
    settings = forecast_settings(scenario)
    try:
        calendar = assemble_calendar(data, history, scenario)
        forecast = forecast_sales(
            history,
            calendar,
            period_start=start,
            period_end=end,
            settings=settings,
            put_back=put_back,
            observer=observer,
        )
    except InvalidForecastError as error:
        key = "forecast" if put_back else "period"
        raise ScenarioError([fault_at(loaded, key, str(error))]) from error
    potential = share_out_potential(
        forecast,
        data.sales,
        data.accounts,
        period_start=start,
        period_end=end,
        headroom_share=scenario.forecast.headroom_share,
        headroom_quantile=scenario.forecast.headroom_quantile,
        attributes=scenario.data.account_attributes,
    )
    attributes = scenario.data.areas.attributes
    if not attributes:
        return forecast, potential
    found = with_area_attributes(
        potential,
        data.accounts,
        pd.DataFrame(data.areas[["area_id", "region", *attributes]]),
        attributes,
        headroom_share=scenario.forecast.headroom_share,
        headroom_quantile=scenario.forecast.headroom_quantile,
    )
    return replace(forecast, areas=found.areas, notes=(*forecast.notes, found.note)), found.potential


def assemble_history(data: CheckedData) -> SalesHistory:
    """Lay out the checked history as an array; weeks that are not known stay NaN."""
    return history_of(data.history)


def history_of(history: pd.DataFrame) -> SalesHistory:
    """Lay out region, category, week and sales as an array; weeks that are not known stay NaN."""
    regions, categories = (tuple(sorted(history[column].astype(str).unique())) for column in ("region", "category"))
    weeks = np.sort(history["week"].unique())
    index = pd.MultiIndex.from_product([regions, categories, weeks])
    sales = history.set_index(["region", "category", "week"])["sales"].reindex(index)
    return SalesHistory(
        regions=regions,
        categories=categories,
        weeks=weeks.astype("datetime64[D]"),
        sales=sales.to_numpy(dtype=np.float64).reshape(len(regions), len(categories), len(weeks)),
    )


def forecast_settings(scenario: Scenario) -> ForecastSettings:
    """Translate the `forecast` section."""
    section = scenario.forecast
    return ForecastSettings(
        models=tuple(str(model) for model in section.models),
        origins=section.origins,
        seed=scenario.solver.seed,
        history_weeks=section.history_weeks,
    )


def assemble_calendar(data: CheckedData, history: SalesHistory, scenario: Scenario) -> Calendar:
    """Describe every week from the start of history to the end of the period in every region."""
    last = pd.Timestamp(scenario.period.end)
    weeks = pd.date_range(history.weeks[0], max(last, pd.Timestamp(history.weeks[-1])), freq="7D")
    by_region = most_frequent_by_region(data)
    return build_calendar(
        history.regions,
        weeks.to_numpy().astype("datetime64[D]"),
        country=scenario.forecast.country,
        subdivisions=by_region["subdivision"],
        school_zones=by_region["school_zone"],
        events=data.events,
        school_holidays=scenario.forecast.school_holidays,
        series=data.series.assign(planned=data.series["series"].isin(scenario.forecast.planned_series)),
    )


def most_frequent_by_region(data: CheckedData) -> dict[str, dict[str, str]]:
    """Give per region the most frequent holiday subdivision and school zone of its districts."""
    answers: dict[str, dict[str, str]] = {"subdivision": {}, "school_zone": {}}
    if data.regions is None:
        return answers
    for column, answer in answers.items():
        counts = data.regions.groupby(["region", column], observed=True).size().reset_index(name="districts")
        counts = counts.sort_values(["region", "districts", column], ascending=[True, False, True]).drop_duplicates(
            "region"
        )
        answer |= dict(zip(counts["region"], counts[column], strict=True))
    return answers
