"""Report the forecast: charts per region and category, and how well each model did in the backtest."""

from collections.abc import Hashable
from typing import Any, Final

import numpy as np
import pandas as pd

from maps.book import PlanBook
from maps.charts import HIGH, WIDE, line_chart
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, badge, key
from maps.report_totals import YEAR, sums_by_side, whole_sum
from maps.words import month_text, number_text, percent_text

WEEKS_SHOWN: Final = 104
"""Of history: two years show the season."""
WIDE_LEVEL: Final = 760
HIGH_LEVEL: Final = 240
"""Size of the charts of sums."""


def forecast_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapters about the forecast; none without one."""
    if book.forecast.empty:
        return []
    return [
        Chapter(
            anchor="forecast",
            title="Forecast",
            how="Grey is what was sold, orange what is expected each week (as likely to be more as less), and "
            "the band holds eight weeks out of ten. The dotted line is the same weeks a year before; the dashed "
            "upright is where the planning period begins. What is chosen above narrows charts and sums alike.",
            body=join([whole_sum(book), _wide_charts(book), sums_by_side(book), _notes(book), _charts(book)]),
            follows=("region", "category", "period"),
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


def _notes(book: PlanBook) -> Markup:
    if not book.forecast_notes:
        return Markup()
    return tag("ul", *(tag("li", note, dir="auto") for note in book.forecast_notes), class_="small")


def _wide_charts(book: PlanBook) -> Markup:
    """Draw the sums: all, each region and each category; the page shows the one that is chosen."""
    legend = key(
        ("#41505e", "sold"),
        ("#c2410c", "expected (P50)"),
        ("#f6b48a", "P10 to P90"),
        ("#6d8297", "the same weeks a year before"),
    )
    return join([legend, *(_wide_figure(book, *names, ahead) for names, ahead in _wide_levels(book))])


def _charts(book: PlanBook) -> Markup:
    """Draw each category of each region."""
    detail = book.forecast.sort_values("week").groupby(["region", "category"], sort=True)
    figures = [
        tag(
            "figure",
            tag("figcaption", f"{region} · {category}", dir="auto"),
            _chart(_past(book, str(region), str(category)), ahead, f"Weekly sales of {category} in {region}"),
            data_region=region,
            data_category=category,
        )
        for (region, category), ahead in detail
    ]
    return tag("div", *figures, class_="charts")


def _wide_levels(book: PlanBook) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """Split the sums over regions or categories, "" where summed over: the whole first."""
    sums = book.forecast_levels[book.forecast_levels["week"].notna()]
    parts = sums.sort_values("week").groupby(["region", "category"], sort=True)
    return [((str(name[0]), str(name[1])), part) for name, part in parts if "" in name]


def _wide_figure(book: PlanBook, region: str, category: str, ahead: pd.DataFrame) -> Markup:
    """Draw a sum; it is shown where just this region and category are chosen."""
    title = f"Weekly sales of {category}" if category else f"Weekly sales in {region}" if region else "Weekly sales"
    names = [part for part in (region, category) if part]
    caption = names[0] if names else say("All regions and categories")
    return tag(
        "figure",
        tag("figcaption", caption, dir="auto"),
        _chart(_past(book, region, category), ahead, title, wide=WIDE_LEVEL, high=HIGH_LEVEL),
        class_="level",
        data_of_region=region,
        data_of_category=category,
        hidden="hidden" if names else None,
    )


def _past(book: PlanBook, region: str, category: str) -> pd.DataFrame:
    """Sum up the history of a region and category, "" for all; a week of which a part is not known is not known."""
    past = book.history
    for column, name in (("region", region), ("category", category)):
        past = past[past[column] == name] if name else past
    weeks = past.groupby("week")["sales"]
    return weeks.sum().where(weeks.count() == weeks.size()).reset_index().sort_values("week")


def _chart(past: pd.DataFrame, ahead: pd.DataFrame, title: str, *, wide: int = WIDE, high: int = HIGH) -> Markup:
    middle = _points(ahead["week"], ahead["p50"])
    low, upper = ahead["p10"].to_numpy(float), ahead["p90"].to_numpy(float)
    sold = _points(past["week"], past["sales"])
    known = dict(sold)
    shown = sold[-WEEKS_SHOWN:]
    return line_chart(
        history=shown,
        middle=middle,
        band=[(at, float(lo), float(hi)) for (at, _), lo, hi in zip(middle, low, upper, strict=True)],
        marks=_quarters([at for at, _ in (*shown, *middle)]),
        title=title,
        before=[(at, known[at - YEAR.days]) for at, _ in middle if at - YEAR.days in known],
        wide=wide,
        high=high,
    )


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
                "–" if pd.isna(score["coverage_80"]) else percent_text(float(score["coverage_80"]), 0),
            ],
            str(score["region"]),
        )
        for score in order.to_dict("records")
    ]
    columns = ["Region", "Model", "WAPE", "MASE", "MAPE", "MAE", "RMSE", "In the 80 % band"]
    return table(columns, rows, numeric=(2, 3, 4, 5, 6, 7), caption="Errors in the backtest; the chosen model first")
