"""Turn checked sales into the history, calendar and settings of the forecast."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.area_potential import with_area_attributes
from forecasting.calendar import build_calendar
from forecasting.event_shares import event_shares, told_shares
from forecasting.event_shifts import event_shifts
from forecasting.forecast import forecast_sales, period_weeks
from forecasting.history import Calendar, Forecast, SalesHistory
from forecasting.model_version import LearnedModel
from forecasting.potential import MOVED, share_out_potential
from forecasting.progress import Observer
from forecasting.settings import ForecastSettings, InvalidForecastError
from scenarios.checking import CheckedData
from scenarios.event_reach import reached_accounts
from scenarios.faults import ScenarioError
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.schema import Scenario

POST_CODE: Final = 5
"""Length of French post codes and commune codes, which begin with the département's."""
OWN_HOLIDAYS: Final = {
    "57": "57", "67": "6AE", "68": "6AE", "971": "971", "972": "972", "973": "973", "974": "974", "976": "976",
}  # fmt: skip
"""Département: its subdivision in the `holidays` library, where it has public holidays of its own."""


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
    weeks = period_weeks(start, end)
    last_week = data.sales["week"].max().to_datetime64().astype("datetime64[D]")
    reached = reached_accounts(data.events, data.accounts)
    shifts = event_shifts(reached, data.sales, data.accounts["account_id"])
    shares = event_shares(reached, shifts, weeks, last_week=last_week)
    potential = share_out_potential(
        forecast,
        data.sales,
        data.accounts,
        period_start=start,
        period_end=end,
        headroom_share=scenario.forecast.headroom_share,
        headroom_quantile=scenario.forecast.headroom_quantile,
        attributes=scenario.data.account_attributes,
        events=shares,
    )
    moved = potential[MOVED].to_numpy(np.float64) if MOVED in potential else None
    forecast = replace(forecast, notes=(*forecast.notes, *told_shares(shares, moved)))
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
    return build_calendar(
        history.regions,
        weeks.to_numpy().astype("datetime64[D]"),
        country=scenario.forecast.country,
        subdivisions=shares_by_region(data, "subdivision", scenario.forecast.country),
        school_zones=shares_by_region(data, "school_zone", scenario.forecast.country),
        events=data.events,
        school_holidays=scenario.forecast.school_holidays,
        series=data.series.assign(planned=data.series["series"].isin(scenario.forecast.planned_series)),
    )


def shares_by_region(data: CheckedData, column: str, country: str) -> dict[str, dict[str, float]]:
    """Give per region the share of its accounts under each holiday subdivision or school zone of their districts.

    Where the table of regions names no subdivision, French districts that are départements (or communes) have that of
    their département: Moselle, Alsace and those overseas have holidays of their own.
    """
    accounts = data.accounts[["region", "district"]].astype(str)
    named: dict[str, str] = {}
    if data.regions is not None:
        named = dict(zip(data.regions["district"].astype(str), data.regions[column].astype(str), strict=True))
    codes = [
        named.get(district, "") or (of_departement(district) if country == "FR" and column == "subdivision" else "")
        for district in accounts["district"]
    ]
    counts = accounts.assign(code=codes).groupby(["region", "code"]).size()
    shares = counts / counts.groupby(level="region").transform("sum")
    found: dict[str, dict[str, float]] = {}
    for (region, code), share in zip(shares.index.to_list(), shares.to_list(), strict=True):
        found.setdefault(str(region), {})[str(code)] = float(share)
    return found


def of_departement(code: str) -> str:
    """Give the holiday subdivision of a French département, by its code or that of a commune or town in it."""
    length = 3 if code.startswith("97") else 2
    departement = code[:length] if len(code) == POST_CODE else code
    return OWN_HOLIDAYS.get(departement, "")


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
