"""Lay out solver plans as the tables of the book: territories, visits, days and what was missed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from optimizer.territory.instance import BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.robustness import frozen_reps
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import DayTour, TourResult

MINUTES_PER_HOUR = 60
TOUCHING_DEGREES = 2e-5
"""Areas no farther apart than this, about 2 m, touch."""
MEASURE_COLUMN = {"workload": "workload_hours"}
"""Column of a measure where it is not the measure's name."""


def territory_id(rep_id: str) -> str:
    """Name the territory of a rep."""
    return f"T-{rep_id}"


def clock(minute: int) -> str:
    """Write minutes after midnight as "HH:MM"."""
    return f"{minute // MINUTES_PER_HOUR:02d}:{minute % MINUTES_PER_HOUR:02d}"


def territories_table(
    instance: TerritoryInstance,
    plan: TerritoryPlan,
    *,
    reps: pd.DataFrame,
    accounts_of_area: NDArray[np.float64],
    days: pd.DataFrame,
) -> pd.DataFrame:
    """Describe each territory.

    Gives size, contiguity, balance against targets and routed hours, with columns as in `PlanBook.territories`.

    Parameters
    ----------
    reps
        rep_id and region, in the order of the instance.
    accounts_of_area
        Number of accounts of each area. Shape (areas,).
    days
        Table of days, see `tour_tables`.
    """
    owner = plan.rep_of_area
    table = pd.DataFrame(
        {
            "territory_id": [territory_id(rep) for rep in instance.rep_ids],
            "rep_id": instance.rep_ids,
            "region": reps["region"].to_numpy(),
            "areas": np.bincount(owner, minlength=instance.n_reps),
            "accounts": np.bincount(owner, weights=accounts_of_area, minlength=instance.n_reps).astype(np.int64),
            "contiguous": _contiguous(instance, plan),
        }
    )
    inside, frozen = np.ones(instance.n_reps, dtype=bool), np.zeros(instance.n_reps, dtype=bool)
    for number, measure in enumerate(instance.measures):
        sums = _sums(measure, plan, instance.n_reps)
        per_unit = measure.scale * (MINUTES_PER_HOUR if measure.unit == "minutes" else 1)
        column = MEASURE_COLUMN.get(measure.name, measure.name)
        if column not in table:
            table[column] = sums / per_unit if per_unit > 1 else sums
        table[f"{measure.name}_target"] = measure.targets / per_unit if per_unit > 1 else measure.targets
        table[f"{measure.name}_deviation"] = np.where(
            measure.targets > 0, sums / np.maximum(measure.targets, 1) - 1, 0.0
        )
        inside &= (sums >= measure.lower) & (sums <= measure.upper)
        frozen |= frozen_reps(instance, number)
    table["inside_tolerance"] = inside
    table["frozen"] = frozen
    driven = (
        days.groupby("rep_id")[["work_minutes", "drive_minutes", "drive_km"]]
        .sum()
        .reindex(instance.rep_ids, fill_value=0)
    )
    table["routed_hours"] = driven["work_minutes"].to_numpy() / MINUTES_PER_HOUR
    table["drive_hours"] = driven["drive_minutes"].to_numpy() / MINUTES_PER_HOUR
    table["drive_km"] = driven["drive_km"].to_numpy().round(1)
    return table


def _sums(measure: BalanceMeasure, plan: TerritoryPlan, n_reps: int) -> IntArray:
    sums = np.bincount(plan.rep_of_area, weights=measure.amounts, minlength=n_reps).round().astype(np.int64)
    return sums + measure.fixed


def _contiguous(instance: TerritoryInstance, plan: TerritoryPlan) -> list[bool]:
    """Tell for each rep whether the territory is in one piece and holds the home area."""
    return _in_one_piece(instance, plan, instance.edges)


def bridged(instance: TerritoryInstance, plan: TerritoryPlan, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell for each rep whether the territory comes apart, or its home area off, without links that cross a gap.

    Parameters
    ----------
    shapes
        Polygons of the areas in degrees, in the order of the instance. Shape (areas,).
    """
    ends = instance.edges
    touching = shapely.dwithin(shapes[ends[:, 0]], shapes[ends[:, 1]], TOUCHING_DEGREES)
    return ~np.asarray(_in_one_piece(instance, plan, ends[touching]), dtype=bool)


def _in_one_piece(instance: TerritoryInstance, plan: TerritoryPlan, edges: IntArray) -> list[bool]:
    import networkx as nx  # noqa: PLC0415 -- loading it takes longer than all that `replan` needs of this file

    graph = nx.Graph()
    graph.add_nodes_from(range(instance.n_areas))
    graph.add_edges_from((a, b) for a, b in edges.tolist() if plan.rep_of_area[a] == plan.rep_of_area[b])
    answers = []
    for rep, home in enumerate(instance.home_areas.tolist()):
        piece = nx.node_connected_component(graph, home)
        answers.append(bool(plan.rep_of_area[home] == rep) and len(piece) == int((plan.rep_of_area == rep).sum()))
    return answers


def tour_tables(
    instances: Sequence[TourInstance], results: Sequence[TourResult]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Lay out all tours as the tables `visits`, `days` and `missed` (without name and segment) of `PlanBook`."""
    visits: list[tuple[object, ...]] = []
    days: list[tuple[object, ...]] = []
    missed: list[tuple[object, ...]] = []
    for instance, result in zip(instances, results, strict=True):
        for tour in result.plan.tours if result.plan else ():
            visits += _visit_rows(instance, tour)
            days.append(_day_row(instance, tour))
        missed += [
            (instance.visits[miss.account].account_id, instance.rep_id, miss.wanted, miss.planned, miss.reason)
            for miss in result.missed
        ]
    return (
        pd.DataFrame(visits, columns=VISIT_COLUMNS),
        pd.DataFrame(days, columns=DAY_COLUMNS).astype(DAY_NUMBERS),
        pd.DataFrame(missed, columns=["account_id", "rep_id", "visits_wanted", "visits_planned", "reason"]),
    )


END_POSITIONS = ("start_lon", "start_lat", "end_lon", "end_lat")
DAY_NUMBERS = {
    "work_minutes": np.int64,
    "drive_minutes": np.int64,
    "drive_km": np.float64,
    **dict.fromkeys(END_POSITIONS, np.float64),
}
"""Columns of days that are numbers even where there is no day."""
VISIT_COLUMNS = [
    "rep_id",
    "week",
    "date",
    "stop",
    "account_id",
    "arrive",
    "start",
    "depart",
    "service_minutes",
    "drive_minutes",
    "drive_km",
]
DAY_COLUMNS = [
    "rep_id",
    "week",
    "date",
    "leave_home",
    "back_home",
    "stops",
    "work_minutes",
    "drive_minutes",
    "drive_km",
    "lunch_start",
    "lunch_minutes",
    "lunch_before",
    "overtime_minutes",
    "start_place",
    "end_place",
    "night_away",
    *END_POSITIONS,
]


def _visit_rows(instance: TourInstance, tour: DayTour) -> list[tuple[object, ...]]:
    day = instance.days[tour.day]
    return [
        (
            instance.rep_id,
            day.week + 1,
            day.date,
            number,
            instance.visits[stop.account].account_id,
            clock(stop.arrive),
            clock(stop.start),
            clock(stop.depart),
            instance.visits[stop.account].service_minutes,
            stop.drive_minutes,
            round(stop.drive_metres / 1000, 1),
        )
        for number, stop in enumerate(tour.stops, start=1)
    ]


def _day_row(instance: TourInstance, tour: DayTour) -> tuple[object, ...]:
    day = instance.days[tour.day]
    has_lunch = tour.lunch_before >= 0
    lunch = day.lunch_minutes if has_lunch else 0
    return (
        instance.rep_id,
        day.week + 1,
        day.date,
        clock(tour.leave_home),
        clock(tour.back_home),
        len(tour.stops),
        tour.back_home - tour.leave_home - lunch,
        sum(stop.drive_minutes for stop in tour.stops) + tour.home_drive_minutes,
        round((sum(stop.drive_metres for stop in tour.stops) + tour.home_drive_metres) / 1000, 1),
        clock(tour.lunch_start) if has_lunch else "",
        lunch,
        tour.lunch_before + 1 if has_lunch else 0,
        max(0, tour.back_home - day.end_minute),
        *_ends(instance, tour),
    )


def _ends(instance: TourInstance, tour: DayTour) -> tuple[str | float, ...]:
    """Name start, end and the place of a night away, then give positions; for home "" and none."""
    ends = [instance.places[place - 1] if place else None for place in (tour.start_place, tour.end_place)]
    names = ["" if place is None else place.name for place in ends]
    night = names[1] if ends[1] is not None and ends[1].night else ""
    positions = [value for place in ends for value in ((place.lon, place.lat) if place else (np.nan, np.nan))]
    return (*names, night, *positions)
