"""Show what teams of different size would mean: a page with curves, a table for spreadsheets, one for the terminal."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from maps.charts import Points, line_chart
from maps.languages.speaking import Language, say, speaking
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, key, reading_page
from maps.words import number_text, percent_text
from optimizer.siting.sizing import TeamSize
from optimizer.solving import Status

CSV_HEAD: Final = ("reps", "status", "travel", "travel_bound")
CSV_TAIL: Final = (
    "mean_hours",
    "greatest_hours",
    "capacity_hours",
    "mean_fill",
    "greatest_fill",
    "reps_overfull",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """Teams of different size, and the words to tell of them."""

    name: str
    """Name of the scenario."""
    sizes: Sequence[TeamSize]
    """In the order of their numbers of reps."""
    measures: Sequence[str]
    """Balance measures, in the order of `TeamSize.max_deviation`."""
    tolerances: Sequence[float]
    """Allowed deviation of each, as a share."""
    travel_unit: str
    weeks: int
    """Weeks of a cycle."""
    hours_per_week: float
    candidates: int
    """Areas among which homes were chosen."""
    language: Language = "en"
    """Of the page."""


def status_text(sizing: Sizing, size: TeamSize) -> str:
    """Say in words whether a team has a plan."""
    if size.status is Status.INFEASIBLE:
        return "no plan possible"
    if size.status is Status.UNKNOWN:
        return "no plan found"
    off = [
        name
        for name, deviation, tolerance in zip(sizing.measures, size.max_deviation, sizing.tolerances, strict=True)
        if deviation > tolerance + 1e-9
    ]
    return f"{' and '.join(off)} off" if off else "in balance"


def _excess(sizing: Sizing, size: TeamSize) -> float:
    """Give how far the worst territory is beyond its tolerance, as a share."""
    return max(d - t for d, t in zip(size.max_deviation, sizing.tolerances, strict=True))


def smallest_team(sizing: Sizing) -> TeamSize | None:
    """Give the smallest team in balance in which nobody has more work than hours; `None` if there is none."""
    fitting = [size for size in sizing.sizes if not size.overfull and status_text(sizing, size) == "in balance"]
    return min(fitting, key=lambda size: size.reps, default=None)


def verdict(sizing: Sizing) -> str:
    """Say which team is large enough, in one sentence."""
    least = smallest_team(sizing)
    if least is not None:
        spare = percent_text(1.0 - least.mean_fill, 0)
        return (
            f"{least.reps} reps are the smallest of these teams in balance in which nobody has more work than hours; "
            f"{spare} of all hours would be free."
        )
    roomy = [size for size in sizing.sizes if not size.overfull and _excess(sizing, size) > 0]
    if roomy:
        nearest = min(roomy, key=lambda size: (_excess(sizing, size), size.reps))
        return (
            f"None of these teams is in balance, though hours are enough: {nearest.reps} reps come nearest, with a "
            f"territory {percent_text(_excess(sizing, nearest), 1)} outside the tolerance. Try a wider tolerance."
        )
    least_full = min(sizing.sizes, key=lambda size: (size.greatest_fill, size.reps))
    return (
        f"None of these teams is in balance with enough hours for everybody: with {least_full.reps} reps the fullest "
        f"has work for {percent_text(least_full.greatest_fill, 0)} of the hours. Try more reps or a wider tolerance."
    )


def sizing_csv(sizing: Sizing) -> str:
    """Write one line per team."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*CSV_HEAD, *(f"{name}_worst_deviation" for name in sizing.measures), *CSV_TAIL])
    for size in sizing.sizes:
        writer.writerow(
            [
                size.reps,
                status_text(sizing, size),
                f"{size.cost:.0f}",
                f"{_bound(size):.0f}",
                *(f"{deviation:.4f}" for deviation in size.max_deviation),
                f"{float(size.hours.mean()):.2f}",
                f"{float(size.hours.max()):.2f}",
                f"{size.capacity_hours:.2f}",
                f"{size.mean_fill:.4f}",
                f"{size.greatest_fill:.4f}",
                size.overfull,
            ]
        )
    return stream.getvalue()


def sizing_text(sizing: Sizing) -> str:
    """Write the teams side by side for the terminal."""
    cells = (_cells(sizing, size) for size in sizing.sizes)
    lines = [[say(name) for name in _columns(sizing)], *([*line[:-1], say(line[-1])] for line in cells)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    rows = [
        "  ".join([*(cell.rjust(width) for cell, width in zip(line[:-1], widths, strict=False)), line[-1]])
        for line in lines
    ]
    return "\n".join([*rows, "", say(verdict(sizing))])


def sizing_page(sizing: Sizing) -> str:
    """Make the page: the verdict, curves of travel and of workload, the table."""
    with speaking(sizing.language):
        return _page(sizing)


def _page(sizing: Sizing) -> str:
    full, travel = _chart_of_work(sizing), _chart_of_travel(sizing)
    chapters = [
        Chapter(
            anchor="workload",
            title="Workload against hours",
            how=f"The line is the mean over all reps, the band reaches up to the fullest one. 100 % are "
            f"{number_text(sizing.hours_per_week)} hours in each of {sizing.weeks} weeks, holidays not taken off. "
            "The work includes the drives.",
            body=full,
        ),
        Chapter(
            anchor="travel",
            title="Travel",
            how=f"In {sizing.travel_unit} between homes and accounts. The band reaches down to what is proven: no "
            "choice of homes among these areas has less travel.",
            body=travel,
        ),
        Chapter(
            anchor="teams",
            title="Team by team",
            how="Worst off target is the territory furthest from an equal share. Homes were chosen for each team anew "
            f"among the {sizing.candidates} areas with the most potential; every rep has the median hours of "
            "today's team, and rules about reps by name (locks, frozen territories, accounts that stay) do not count.",
            body=table(
                _columns(sizing),
                [Row([*cells[:-1], say(cells[-1])]) for cells in (_cells(sizing, size) for size in sizing.sizes)],
                numeric=range(len(_columns(sizing)) - 1),
                caption="Teams of different size",
            ),
        ),
    ]
    return reading_page(
        title=f"How many reps? – {sizing.name}",
        subtitle=say(f"Teams of {sizing.sizes[0].reps} to {sizing.sizes[-1].reps} reps, homes chosen freely"),
        lead=tag("p", tag("b", verdict(sizing)), class_="whole"),
        chapters=chapters,
        regions=(),
    )


def _columns(sizing: Sizing) -> list[str]:
    return [
        "Reps",
        "Travel",
        *(f"{name.capitalize()} worst off" for name in sizing.measures),
        "Hours each",
        "Fullest",
        "Hours there are",
        "Mean fill",
        "Fullest fill",
        "Overfull",
        "Plan",
    ]


def _cells(sizing: Sizing, size: TeamSize) -> list[str]:
    return [
        str(size.reps),
        number_text(size.cost, 0),
        *(percent_text(deviation) for deviation in size.max_deviation),
        f"{number_text(float(size.hours.mean()), 0)} h",
        f"{number_text(float(size.hours.max()), 0)} h",
        f"{number_text(size.capacity_hours, 0)} h",
        percent_text(size.mean_fill, 0),
        percent_text(size.greatest_fill, 0),
        str(size.overfull),
        status_text(sizing, size),
    ]


def _chart_of_work(sizing: Sizing) -> Markup:
    marks = [(float(size.reps), str(size.reps)) for size in sizing.sizes]
    chart = line_chart(
        history=[(float(size.reps), 100.0 * size.mean_fill) for size in sizing.sizes],
        middle=[(float(size.reps), 100.0) for size in sizing.sizes],
        band=[(float(size.reps), 100.0 * size.mean_fill, 100.0 * size.greatest_fill) for size in sizing.sizes],
        marks=marks,
        title="Percent of the hours that the work takes, by number of reps",
    )
    legend = key(
        ("#41505e", "mean, in percent of the hours"), ("#f6b48a", "up to the fullest rep"), ("#c2410c", "full")
    )
    return join([legend, tag("figure", chart, class_="alone")])


def _chart_of_travel(sizing: Sizing) -> Markup:
    marks = [(float(size.reps), str(size.reps)) for size in sizing.sizes]
    travel: Points = [(float(size.reps), size.cost) for size in sizing.sizes]
    chart = line_chart(
        history=travel,
        middle=[],
        band=[(float(size.reps), _bound(size), size.cost) for size in sizing.sizes],
        marks=marks,
        title="Travel by number of reps",
    )
    legend = key(("#41505e", "travel of the plan found"), ("#f6b48a", "room down to what is proven"))
    return join([legend, tag("figure", chart, class_="alone")])


def _bound(size: TeamSize) -> float:
    """Give the proven least travel, at most that of the plan."""
    return max(0.0, min(size.bound, size.cost))
