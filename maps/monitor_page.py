"""Show what became of a forecast: a page, a table and a text for the terminal."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from maps.cells import as_text, as_whole, decimals
from maps.charts import line_chart
from maps.languages.speaking import Language, say, speaking
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, badge, key, reading_page
from maps.words import date_text, number_text, percent_text, signed_percent_text

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
    "drift_limit": _SHARE,
    "alarm": lambda value: "true" if value else "false",
    "reason": as_text,
}
"""Of monitor.csv, and how each is written."""
INPUT_COLUMNS: Final = {
    "region": as_text,
    "input": as_text,
    "weeks": as_whole,
    "shift": _SHARE,
    "limit": _SHARE,
    "shifted": lambda value: "true" if value else "false",
}
"""Of drift.csv, and how each is written."""
HEAD: Final = (
    "Region", "Weeks", "Error (WAPE)", "Bias", "Tracking signal", "In the 80 % band", "Shift of errors", "Alarm",
    "Reason",
)  # fmt: skip
VERSION_COLUMNS: Final = {"version": as_text, "learned_until": as_text, "wape": _SHARE, "bias": _SHARE}
"""Of versions.csv, and how each is written."""
INPUT_HEAD: Final = ("Region", "Input", "Weeks", "Shift", "Limit", "Shifted")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """A forecast and what came."""

    name: str
    """Of the scenario."""
    currency: str
    version: str
    """Model version that made the forecast; of older runs the fingerprint of what it was made from."""
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
    inputs: pd.DataFrame
    """Columns of `INPUT_COLUMNS`: what the forecast learns from, before and now; may be empty."""
    versions: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(VERSION_COLUMNS)))
    """Columns of `VERSION_COLUMNS`: how far off each kept version of the models would have been; may be empty."""
    language: Language = "en"
    """Of the page."""


def monitor_csv(watched: Watched) -> str:
    """Write one row per region."""
    return _csv(watched.table, COLUMNS)


def inputs_csv(watched: Watched) -> str:
    """Write one row per region and input."""
    return _csv(watched.inputs, INPUT_COLUMNS)


def versions_csv(watched: Watched) -> str:
    """Write one row per kept version."""
    return _csv(watched.versions, VERSION_COLUMNS)


def _csv(rows: pd.DataFrame, columns: Mapping[str, Callable[[Any], str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows.to_dict("records"):
        writer.writerow([form(row[name]) for name, form in columns.items()])
    return stream.getvalue()


def monitor_text(watched: Watched) -> str:
    """Write a line per region, then what to do."""
    rows = _rows(watched.table)
    lines = [
        [say(name) for name in HEAD],
        *([*_cells(row), say("ALARM" if row["alarm"] else "no"), say(str(row["reason"]))] for row in rows),
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD) - 1)]
    written = ["  ".join([*map(str.ljust, line[:-1], widths), line[-1]]).rstrip() for line in lines]
    after = [*_shift_lines(watched), "", *watched.advice, *watched.notes, f"Forecast {watched.version}."]
    return "\n".join([*written, *(say(text) for text in after)])


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
            "tracking signal adds up misses in one direction; beyond 4 it is no chance, and with a bias of more than "
            "10 % it raises the alarm. The shift compares the errors with those of the test on past weeks; steady "
            "errors pass the limit once in a hundred times.",
            body=join([_table(watched), _list(watched.notes)]),
        ),
        Chapter(
            anchor="inputs",
            title="What the forecast learns from",
            how="A forecast holds as long as its inputs behave as before. Beyond the limit the new weeks differ more "
            "than steady weeks would: by their change against last year, or by what is bought.",
            body=_inputs(watched),
        ),
        *_version_chapters(watched),
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


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        str(row["region"]),
        number_text(row["weeks"], 0),
        percent_text(row["wape"]),
        signed_percent_text(row["bias"]),
        number_text(row["tracking_signal"], 1),
        percent_text(row["coverage_80"], 0),
        _with_limit(row["drift"], row["drift_limit"]),
    ]


def _with_limit(shift: float, limit: float) -> str:
    """Write an index beside the limit that steady weeks seldom pass."""
    return say(f"{number_text(shift, 2)} (limit {number_text(limit, 2)})") if np.isfinite(shift) else "–"


def _shift_lines(watched: Watched) -> list[str]:
    """Write a line for each input that has shifted."""
    shifted = [row for row in _rows(watched.inputs) if row["shifted"]]
    told = [
        (say(row["input"]), say(f"{percent_text(row['shift'])} (limit {percent_text(row['limit'])})"))
        for row in shifted
    ]
    return [f"Shifted in {row['region']}: {name}, {shift}" for row, (name, shift) in zip(shifted, told, strict=True)]


def _list(sentences: tuple[str, ...]) -> Markup:
    return tag("ul", *(tag("li", sentence, dir="auto") for sentence in sentences)) if sentences else Markup()


def _table(watched: Watched) -> Markup:
    rows = [
        Row(
            [*_cells(row), badge("alarm", "bad") if row["alarm"] else badge("no", "good"), say(row["reason"])],
            str(row["region"]),
        )
        for row in _rows(watched.table)
    ]
    return table(HEAD, rows, numeric=(1, 2, 3, 4, 5, 6), caption="Forecast against sales by region")


def _inputs(watched: Watched) -> Markup:
    """Show both inputs of each region."""
    rows = [
        Row(
            [
                str(row["region"]),
                say(row["input"]),
                number_text(row["weeks"], 0),
                percent_text(row["shift"]) if np.isfinite(row["shift"]) else "–",
                percent_text(row["limit"]) if np.isfinite(row["limit"]) else "–",
                badge("shifted", "bad") if row["shifted"] else badge("no", "good"),
            ],
            str(row["region"]),
        )
        for row in _rows(watched.inputs)
    ]
    if not rows:
        return tag("p", "Fewer than four new weeks, or less than two years before: shifts cannot be told yet.")
    return table(INPUT_HEAD, rows, numeric=(2, 3, 4), caption="What the forecast learns from, by region")


def _version_chapters(watched: Watched) -> list[Chapter]:
    """Compare the kept versions; nothing where only one is kept."""
    if len(watched.versions) < 2:
        return []
    rows = [
        Row(
            [
                join([str(row["version"]), " ", badge("watched", "good")])
                if row["version"] == watched.version
                else str(row["version"]),
                str(row["learned_until"]),
                percent_text(row["wape"]),
                signed_percent_text(row["bias"]),
            ]
        )
        for row in _rows(watched.versions)
    ]
    head = ("Version", "Learned until", "Error (WAPE)", "Bias")
    return [
        Chapter(
            anchor="versions",
            title="Versions of the models",
            how="How far off each kept version would have been in the weeks that came, region by region and week by "
            "week, from what was known when the watched forecast was made.",
            body=table(head, rows, numeric=(2, 3), caption="Kept versions against sales"),
        )
    ]


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
            marks=[(middle[0][0], date_text(pd.Timestamp(ahead["week"].iloc[0]).date()))],
            title=f"Weekly sales in {region}, expected and sold",
        )
        figures.append(tag("figure", tag("figcaption", region, dir="auto"), chart, data_region=str(region)))
    legend = key(("#41505e", "sold"), ("#c2410c", "expected (P50)"), ("#f6b48a", "P10 to P90"))
    return join([legend, tag("div", *figures, class_="charts")])


def _points(weeks: pd.Series, values: pd.Series) -> list[tuple[float, float]]:
    """Pair weeks, as days since 1970, with values; weeks that are not known are left out."""
    days = weeks.to_numpy().astype("datetime64[D]").astype(np.int64)
    return [(float(day), float(value)) for day, value in zip(days, values, strict=True) if np.isfinite(value)]
