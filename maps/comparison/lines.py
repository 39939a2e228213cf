"""List what plans are compared by: one figure of each plan a line, with the better one marked."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from maps.book import PlanBook
from maps.headlines import deviation_measures, judged_territories, moved_areas, territory_gap
from maps.measures import moved_share, of_reps_who_left
from maps.spans import cycle_weeks
from maps.words import money_text, number_text, percent_text

Better = Literal["more", "less", ""]
SAME: Final = 1e-9
"""Relative difference up to which two figures are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure of all plans."""

    name: str
    group: str
    unit: str
    better: Better
    """Whether more or less of it is better; "" where neither is."""
    figures: tuple[float, ...]
    """One per plan; NaN where a plan has none."""

    @property
    def best(self) -> frozenset[int]:
        """Positions of the best plans; none where all are the same or no direction is better."""
        known = [value for value in self.figures if math.isfinite(value)]
        if not self.better or len(known) < 2 or max(known) - min(known) <= SAME * max(1.0, abs(max(known))):
            return frozenset()
        best = max(known) if self.better == "more" else min(known)
        near = SAME * max(1.0, abs(best))
        return frozenset(place for place, value in enumerate(self.figures) if abs(value - best) <= near)

    def text(self, place: int) -> str:
        """Write the figure of one plan."""
        value = self.figures[place]
        if self.unit == "share":
            return percent_text(value, 2)
        if len(self.unit) == 3 and self.unit.isupper():
            return money_text(value, self.unit)
        return f"{number_text(value)} {self.unit}".strip()


Figure = Callable[[PlanBook], float]


def compared_lines(books: Sequence[PlanBook]) -> tuple[Line, ...]:
    """Compute every line; stages that a plan does not have give NaN, and plans of different cycles figures a week."""
    currency = books[0].currency
    apart = len({cycle_weeks(book) for book in books} - {0}) > 1
    per = " a week" if apart else ""
    more: Better = "" if apart else "more"
    fewer: Better = "" if apart else "less"
    weeks: list[tuple[str, str, str, Better, Figure]] = [("Weeks of the cycle", "Tours", "weeks", "", _weeks)]
    measures = sorted({measure for book in books for measure in deviation_measures(book)})

    def weekly(total: Figure) -> Figure:
        """Divide by the weeks of the cycle where the plans' cycles differ: a longer one has more of everything."""
        return lambda book: _of_tours(book, total(book) / (max(1, cycle_weeks(book)) if apart else 1))

    wanted: list[tuple[str, str, str, Better, Figure]] = [
        ("Forecast sales", "Potential", currency, "", lambda book: float(book.forecast["p50"].sum())),
        ("Potential", "Potential", currency, "", lambda book: float(book.accounts["potential"].sum())),
        ("Territories", "Territories", "", "", lambda book: float(len(book.territories))),
        ("Rules broken", "Territories", "", "less", lambda book: float(len(book.violations))),
        ("Inside tolerance", "Territories", "share", "more", _share_inside),
        ("In one piece", "Territories", "share", "more", _share_contiguous),
        *((f"Furthest off target: {name}", "Territories", "share", "less", _furthest(name)) for name in measures),
        ("Mean drive from home", "Territories", "min", "less", _mean_drive),
        ("Gap to the proven bound", "Territories", "share", "", territory_gap),
        ("Potential that changes hands", "Change", "share", "less", lambda book: _moved(book, 2)),
        ("Areas that change hands", "Change", "", "less", lambda book: _moved(book, 0)),
        *(_of_those_who_left(books)),
        ("Visits planned", "Tours", per.strip(), more, weekly(lambda b: float(len(b.visits)))),
        ("Visits planned of those wanted", "Tours", "share", "more", _share_visits),
        ("Accounts with fewer visits than wanted", "Tours", "", fewer, lambda b: _of_tours(b, float(len(b.missed)))),
        ("Driving", "Tours", f"h{per}", "less", weekly(lambda book: float(book.days["drive_minutes"].sum()) / 60)),
        ("Distance", "Tours", f"km{per}", "less", weekly(lambda book: float(book.days["drive_km"].sum()))),
        ("Driving per visit", "Tours", "min", "less", _drive_per_visit),
        ("Working time", "Tours", f"h{per}", "", weekly(lambda book: float(book.days["work_minutes"].sum()) / 60)),
        ("Overtime", "Tours", f"min{per}", "less", weekly(lambda book: float(book.days["overtime_minutes"].sum()))),
        *(weeks if apart else []),
    ]
    return tuple(
        Line(name=name, group=group, unit=unit, better=better, figures=tuple(figure(book) for book in books))
        for name, group, unit, better, figure in wanted
    )


def _share_inside(book: PlanBook) -> float:
    judged = judged_territories(book.territories)
    return float(judged["inside_tolerance"].astype(bool).mean()) if len(judged) else math.nan


def _share_contiguous(book: PlanBook) -> float:
    return float(book.territories["contiguous"].astype(bool).mean()) if len(book.territories) else math.nan


def _furthest(measure: str) -> Figure:
    """Measure the largest deviation of any territory from its target."""

    def figure(book: PlanBook) -> float:
        column = f"{measure}_deviation"
        return float(book.territories[column].abs().max()) if column in book.territories else math.nan

    return figure


def _mean_drive(book: PlanBook) -> float:
    """Average the one-way drive from the rep's home over areas, weighted by workload."""
    areas = book.areas[book.areas["rep_id"] != ""]
    hours = areas["workload_hours"].astype(float)
    return float((areas["drive_minutes"] * hours).sum() / hours.sum()) if hours.sum() > 0 else math.nan


def _moved(book: PlanBook, place: int) -> float:
    figures = moved_areas(book)
    return float(figures[place]) if figures[1] else math.nan


def _of_those_who_left(books: Sequence[PlanBook]) -> list[tuple[str, str, str, Better, Figure]]:
    """Tell the change that no plan can avoid apart, where a rep of any plan's alignment has left; it is no merit."""
    if not any(_left(book).any() for book in books):
        return []
    return [
        ("Potential that changes hands since a rep left, in any plan", "Change", "share", "", _left_share),
        ("Areas that change hands since a rep left, in any plan", "Change", "", "", _left_areas),
    ]


def _weeks(book: PlanBook) -> float:
    return float(cycle_weeks(book)) or math.nan


def _left(book: PlanBook) -> "pd.Series[bool]":
    return of_reps_who_left(book.areas, set(book.reps["rep_id"]))


def _left_share(book: PlanBook) -> float:
    share = moved_share(book.areas, book.accounts, staying=book.staying, which=_left(book))
    return share if moved_areas(book)[1] else math.nan


def _left_areas(book: PlanBook) -> float:
    return float(_left(book).sum()) if moved_areas(book)[1] else math.nan


def _of_tours(book: PlanBook, value: float) -> float:
    return value if "tours" in book.measures else math.nan


def _share_visits(book: PlanBook) -> float:
    wanted = float(book.accounts["visits_wanted"].sum())
    return _of_tours(book, float(book.accounts["visits_planned"].sum()) / wanted if wanted else math.nan)


def _drive_per_visit(book: PlanBook) -> float:
    visits = len(book.visits)
    return _of_tours(book, float(book.days["drive_minutes"].sum()) / visits if visits else math.nan)
