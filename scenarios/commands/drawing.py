"""Draw tours along the roads, where the scenario has a road network."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from maps.book import PlanBook, rows_by
from maps.day_ends import ends_of

Lines = Mapping[tuple[str, str], NDArray[np.float64]]


class Roads(Protocol):
    """Knows the course of drives."""

    def lines(self, lon: list[float], lat: list[float]) -> list[NDArray[np.float64]]:
        """Draw the drive from each position to the next."""


def tour_lines(book: PlanBook, roads: Roads) -> Lines:
    """Draw every tour: (rep_id, date) → points (lon, lat) from its start to its end. Shape (points, 2)."""
    return dict(line for rep in sorted(book.reps["rep_id"]) for line in _lines_of(book, rep, roads))


def _lines_of(book: PlanBook, rep_id: str, roads: Roads) -> Iterator[tuple[tuple[str, str], NDArray[np.float64]]]:
    """Ask for all drives of a rep at once: the same places come again week after week."""
    home, accounts = rows_by(book.reps, "rep_id")[rep_id], book.accounts.set_index("account_id")
    visits = book.visits[book.visits["rep_id"] == rep_id].sort_values(["date", "stop"])
    places: list[tuple[float, float]] = []
    spans: list[tuple[str, int, int]] = []
    days = rows_by(book.days[book.days["rep_id"] == rep_id], "date")
    for date, stops in visits.groupby("date", sort=True):
        first = len(places)
        stations = accounts.loc[stops["account_id"], ["lon", "lat"]].to_numpy(dtype=np.float64).tolist()
        start, end = ends_of(days[str(date)], home)
        places += [(start.lon, start.lat), *((lon, lat) for lon, lat in stations), (end.lon, end.lat)]
        spans.append((str(date), first, len(places) - 1))
    if not spans:
        return
    drives = roads.lines([lon for lon, _ in places], [lat for _, lat in places])
    for date, first, last in spans:
        yield (rep_id, date), np.concatenate(drives[first:last])
