"""Show what became of a forecast: a page, a table and a text for the terminal."""

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from maps.charts import line_chart
from maps.languages.speaking import Language, say, speaking
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, badge, key, reading_page
from maps.tables import as_text, as_whole, decimals
from maps.words import number_text, percent_text, signed_percent_text

WEEKS_SHOWN: Final = 52
"""Of history, before the forecast."""
_SHARE: Final = decimals(6)
COLUMNS: Final = {
    "region": as_text,
    "weeks": as_whole,
    "wape": _SHARE,
    "bias": _SHARE,
    "tracking_signal": _SHARE,
    "coverage_80": _SHARE,
    "drift": _SHARE,
    "alarm": lambda value: "true" if value else "false",
    "reason": as_text,
}
"""Of monitor.csv, and how each is written."""
HEAD: Final = ("Region", "Weeks", "Error (WAPE)", "Bias", "Tracking signal", "In the 80 % band", "Alarm", "Reason")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """A forecast and what came."""

    name: str
    """Of the scenario."""
    currency: str
    version: str
    """Fingerprint of what the forecast was made from."""
    table: pd.DataFrame
    """Columns of `COLUMNS`: one row per region; shares."""
    advice: tuple[str, ...]
    notes: tuple[str, ...]
    forecast: pd.DataFrame
    """region, week, p10, p50, p90 in the currency."""
    sales: pd.DataFrame
    """region, week, sales in the currency."""
    history: pd.DataFrame
    """region, week, sales in the currency: what was known when the forecast was made."""
    language: Language = "en"
    """Of the page."""


def monitor_csv(watched: Watched) -> str:
    """Write one row per region."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in watched.table.to_dict("records"):
        writer.writerow([form(row[name]) for name, form in COLUMNS.items()])
    return stream.getvalue()


def monitor_text(watched: Watched) -> str:
    """Write a line per region, then what to do."""
    lines = [list(HEAD), *([*_cells(row), _alarm(row), str(row["reason"])] for row in _rows(watched))]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD) - 1)]
    written = ["  ".join([*map(str.ljust, line[:-1], widths), line[-1]]).rstrip() for line in lines]
    return "\n".join([*written, "", *watched.advice, *watched.notes, f"Forecast {watched.version}."])


def monitor_page(watched: Watched) -> str:
    """Make the page."""
    with speaking(watched.language):
        return _page(watched)


def _page(watched: Watched) -> str:
    alarmed = bool(watched.table["alarm"].astype(bool).any())
    chapters = [
        Chapter(anchor="advice", title="What to do", body=_list(watched.advice), alarm=alarmed),
        Chapter(
            anchor="regions",
            title="Error by region",
            how="Bias is above 0 where more was sold than expected. Eight weeks out of ten should lie in the band. The "
            "tracking signal adds up misses in one direction; beyond 4 it is no chance.",
            body=join([_table(watched), _list(watched.notes)]),
        ),
        Chapter(
            anchor="weeks",
            title="Week by week",
            how="Grey is what was sold, orange what was expected, with the band that holds eight weeks out of ten.",
            body=_charts(watched),
        ),
    ]
    return reading_page(
        title=f"Forecast and sales: {watched.name}",
        subtitle=say(f"Forecast {watched.version}, weeks that have come since"),
        lead=Markup(),
        chapters=chapters,
        regions=[str(name) for name in watched.table["region"]],
    )


def _rows(watched: Watched) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in watched.table.to_dict("records")]


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        str(row["region"]),
        number_text(row["weeks"], 0),
        percent_text(row["wape"]),
        signed_percent_text(row["bias"]),
        number_text(row["tracking_signal"], 1),
        percent_text(row["coverage_80"], 0),
    ]


def _alarm(row: dict[str, Any]) -> str:
    return "ALARM" if row["alarm"] else "no"


def _list(sentences: tuple[str, ...]) -> Markup:
    return tag("ul", *(tag("li", sentence, dir="auto") for sentence in sentences)) if sentences else Markup()


def _table(watched: Watched) -> Markup:
    rows = [
        Row(
            [*_cells(row), badge("alarm", "bad") if row["alarm"] else badge("no", "good"), say(row["reason"])],
            str(row["region"]),
        )
        for row in _rows(watched)
    ]
    return table(HEAD, rows, numeric=(1, 2, 3, 4, 5), caption="Forecast against sales by region")


def _charts(watched: Watched) -> Markup:
    figures = []
    for region in watched.table["region"]:
        past, came, ahead = (
            frame[(frame["region"] == region).to_numpy()].sort_values("week")
            for frame in (watched.history, watched.sales, watched.forecast)
        )
        middle = _points(ahead["week"], ahead["p50"])
        limits = zip(middle, ahead["p10"], ahead["p90"], strict=True)
        chart = line_chart(
            history=[*_points(past["week"], past["sales"])[-WEEKS_SHOWN:], *_points(came["week"], came["sales"])],
            middle=middle,
            band=[(at, float(low), float(high)) for (at, _), low, high in limits],
            marks=[(middle[0][0], f"{ahead['week'].iloc[0]:%d.%m.%Y}")],
            title=f"Weekly sales in {region}, expected and sold",
        )
        figures.append(tag("figure", tag("figcaption", region, dir="auto"), chart, data_region=str(region)))
    legend = key(("#41505e", "sold"), ("#c2410c", "expected (P50)"), ("#f6b48a", "P10 to P90"))
    return join([legend, tag("div", *figures, class_="charts")])


def _points(weeks: pd.Series, values: pd.Series) -> list[tuple[float, float]]:
    """Pair weeks, as days since 1970, with values; weeks that are not known are left out."""
    days = weeks.to_numpy().astype("datetime64[D]").astype(np.int64)
    return [(float(day), float(value)) for day, value in zip(days, values, strict=True) if np.isfinite(value)]
