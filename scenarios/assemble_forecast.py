"""Turn checked sales into the history, calendar and settings of the forecast."""

import numpy as np
import pandas as pd

from forecasting.calendar import build_calendar
from forecasting.history import Calendar, SalesHistory
from forecasting.settings import ForecastSettings
from scenarios.checking import CheckedData
from scenarios.schema import Scenario


def assemble_history(data: CheckedData) -> SalesHistory:
    """Add up capped sales by region × category × week; a week without a row is 0."""
    sales = data.sales
    region_of_account = pd.Series(data.accounts["region"].to_numpy(), index=data.accounts["account_id"].to_numpy())
    region = sales["account_id"].map(region_of_account)  # maps the categories once where the column is categorical
    regions = tuple(sorted(set(data.areas["region"])))
    categories = tuple(sorted(sales["category"].astype(str).unique()))
    first, last = sales["week"].min(), sales["week"].max()
    weeks = pd.date_range(first, last, freq="7D")
    total = (
        sales.assign(region=region)
        .groupby(["region", "category", "week"], observed=True)["sales_capped"]
        .sum()
        .reindex(pd.MultiIndex.from_product([regions, categories, weeks]), fill_value=0.0)
    )
    return SalesHistory(
        regions=regions,
        categories=categories,
        weeks=weeks.to_numpy().astype("datetime64[D]"),
        sales=total.to_numpy(dtype=np.float64).reshape(len(regions), len(categories), len(weeks)),
    )


def forecast_settings(scenario: Scenario) -> ForecastSettings:
    """Translate the `forecast` section."""
    section = scenario.forecast
    return ForecastSettings(
        models=tuple(str(model) for model in section.models),
        origins=section.origins,
        seed=scenario.solver.seed,
        country=section.country,
        school_holidays=section.school_holidays,
        headroom_share=section.headroom_share,
        headroom_quantile=section.headroom_quantile,
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
