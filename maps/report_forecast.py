"""Report the forecast: charts per region and category, and how well each model did in the backtest."""

from collections.abc import Hashable
from typing import Any, Final

import numpy as np
import pandas as pd

from maps.book import PlanBook
from maps.charts import line_chart
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, badge, key
from maps.words import money_text, month_text, number_text, percent_text

WEEKS_SHOWN: Final = 104
"""Of history: two years show the season."""


def forecast_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapters about the forecast; none without one."""
    if book.forecast.empty:
        return []
    return [
        Chapter(
            anchor="forecast",
            title="Forecast",
            how="Grey is what was sold, orange what is expected each week (as likely to be more as less), and "
            "the band holds eight weeks out of ten. The dashed line is where the planning period begins.",
            body=join([_totals(book), _notes(book), _charts(book)]),
        ),
        Chapter(
            anchor="backtest",
            title="How good the forecast is",
            how="Each model had to forecast past weeks it had not seen. WAPE is the sum of its errors over the "
            "sum of sales; MASE compares with repeating last year, and below 1 is better than that; "
            "coverage should be near 80 %.",
            body=_scores(book),
        ),
    ]


def _totals(book: PlanBook) -> Markup:
    sums = book.forecast.groupby("region", sort=True)["p50"].sum()
    sold = book.forecast[book.forecast["model"] == "actual"].groupby("region")["p50"].sum()
    last_year = _year_before(book)
    rows = []
    for region, value in sums.items():
        before = last_year.get(region, 0.0)
        change = percent_text(value / before - 1.0) if before > 0 else "–"
        rows.append(
            Row(
                [
                    region,
                    money_text(value, book.currency),
                    money_text(float(sold.get(region, 0.0)), book.currency),
                    money_text(before, book.currency),
                    change,
                ],
                str(region),
            )
        )
    columns = ["Region", "Expected in the period", "of it already sold", "Same weeks a year before", "Change"]
    return table(columns, rows, numeric=(1, 2, 3, 4), caption="Expected sales by region")


def _year_before(book: PlanBook) -> dict[object, float]:
    """Sum the sales of the same weeks 52 weeks earlier by region."""
    weeks = pd.DatetimeIndex(book.forecast["week"].unique()) - pd.Timedelta(weeks=52)
    past = book.history[book.history["week"].isin(weeks)]
    return past.groupby("region")["sales"].sum().astype(float).to_dict()


def _notes(book: PlanBook) -> Markup:
    if not book.forecast_notes:
        return Markup()
    return tag("ul", *(tag("li", note, dir="auto") for note in book.forecast_notes), class_="small")


def _charts(book: PlanBook) -> Markup:
    history = dict(list(book.history.groupby(["region", "category"])))
    figures = []
    for name, ahead in book.forecast.sort_values("week").groupby(["region", "category"], sort=True):
        region, category = str(name[0]), str(name[1])
        past = history.get(name)
        figures.append(_figure(region, category, past, ahead))
    legend = key(("#41505e", "sold"), ("#c2410c", "expected (P50)"), ("#f6b48a", "P10 to P90"))
    return join([legend, tag("div", *figures, class_="charts")])


def _figure(region: str, category: str, past: pd.DataFrame | None, ahead: pd.DataFrame) -> Markup:
    sold: list[tuple[float, float]] = []
    if past is not None:
        past = past.sort_values("week").tail(WEEKS_SHOWN)
        sold = _points(past["week"], past["sales"])
    middle = _points(ahead["week"], ahead["p50"])
    low, high = ahead["p10"].to_numpy(float), ahead["p90"].to_numpy(float)
    band = [(at, float(lo), float(hi)) for (at, _), lo, hi in zip(middle, low, high, strict=True)]
    chart = line_chart(
        history=sold,
        middle=middle,
        band=band,
        marks=_quarters([at for at, _ in (*sold, *middle)]),
        title=f"Weekly sales of {category} in {region}",
    )
    return tag("figure", tag("figcaption", f"{region} · {category}", dir="auto"), chart, data_region=region)


def _points(weeks: pd.Series, values: pd.Series) -> list[tuple[float, float]]:
    """Pair weeks, as days since 1970, with values; weeks that are not known are left out."""
    days = weeks.to_numpy().astype("datetime64[D]").astype(np.int64)
    return [(float(day), float(value)) for day, value in zip(days, values, strict=True) if np.isfinite(value)]


def _quarters(days: list[float]) -> list[tuple[float, str]]:
    """Mark the quarters between the first and the last day; the year stands at its beginning."""
    if not days:
        return []
    months = np.arange(np.datetime64(int(min(days)), "D"), np.datetime64(int(max(days)), "D")).astype("datetime64[M]")
    marks = []
    for month in np.unique(months)[1:]:
        number = int(month.astype(np.int64))
        if number % 3 == 0:
            words = str(1970 + number // 12) if number % 12 == 0 else month_text(number % 12 + 1)
            marks.append((float(month.astype("datetime64[D]").astype(np.int64)), words))
    return marks


def _model(score: dict[Hashable, Any]) -> Markup:
    """Name the model of a row; a chosen one with its mark, or why there was no choice."""
    if score["note"]:
        return tag("span", score["model"], " (", say(score["note"]), ")")
    return tag("span", score["model"], " ", badge("chosen", "good")) if score["chosen"] else tag("span", score["model"])


def _scores(book: PlanBook) -> Markup:
    if book.scores.empty:
        return tag("p", "No test on past weeks was possible, so that no errors are known.")
    order = book.scores.assign(whole=book.scores["region"] != "").sort_values(
        ["whole", "region", "chosen", "mase"], ascending=[True, True, False, True]
    )
    rows = [
        Row(
            [
                score["region"] or say("All regions"),
                _model(score),
                percent_text(float(score["wape"])),
                number_text(float(score["mase"]), 2),
                percent_text(float(score["mape"])),
                number_text(float(score["mae"])),
                number_text(float(score["rmse"])),
                percent_text(float(score["coverage_80"]), 0),
            ],
            str(score["region"]),
        )
        for score in order.to_dict("records")
    ]
    columns = ["Region", "Model", "WAPE", "MASE", "MAPE", "MAE", "RMSE", "In the 80 % band"]
    return table(columns, rows, numeric=(2, 3, 4, 5, 6, 7), caption="Errors in the backtest; the chosen model first")
