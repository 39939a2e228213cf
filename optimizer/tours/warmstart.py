"""Begin a search from a plan: as a state of the kernel, or as hints of the exact model."""

from collections.abc import Mapping
from itertools import pairwise

from ortools.sat.python import cp_model

from optimizer.tours.arrays import END_PATTERN, FIRST_PATTERN, LENGTH, Problem, Tours, empty_tours
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import DayTour, TourPlan
from optimizer.tours.variables import HOME, TourVariables


def tours_of(problem: Problem, plan: TourPlan) -> Tours:
    """Lay out a plan as a state of the kernel, one slot a day; labels and measures are still to fill."""
    tours = empty_tours(problem)
    accounts = len(problem.accounts)
    visited: dict[int, list[int]] = {}
    for tour in plan.tours:
        tours.sums[tour.day, LENGTH] = len(tour.stops)
        start, end = (accounts + place if place else 0 for place in (tour.start_place, tour.end_place))
        tours.place[tour.day, 0], tours.place[tour.day, len(tour.stops) + 1] = start, end
        for i, stop in enumerate(tour.stops):
            tours.place[tour.day, i + 1] = stop.account + 1
            tours.slot_of[stop.account, tour.day] = tour.day
            visited.setdefault(stop.account, []).append(tour.day)
    for account, days in visited.items():
        for row in range(*problem.accounts[account, [FIRST_PATTERN, END_PATTERN]].tolist()):
            if problem.pattern_days[row, 1 : problem.pattern_days[row, 0] + 1].tolist() == days:
                tours.chosen[account] = row
                tours.lost[account] = problem.pattern_days[row, -1]
    return tours


def ends_of(instance: TourInstance, tours: Tours, day: int) -> tuple[int, int]:
    """Tell where a day of a state begins and ends, as `DayTour` has it."""
    accounts = len(instance.visits)
    rows = tours.place[day, [0, tours.sums[day, LENGTH] + 1]].tolist()
    start, end = (row - accounts if row else 0 for row in rows)
    return start, end


def hint_plan(model: cp_model.CpModel, x: TourVariables, instance: TourInstance, plan: TourPlan) -> None:
    """Tell the solver every decision of a plan."""
    by_day = {tour.day: tour for tour in plan.tours}
    visited: dict[int, list[int]] = {}
    for d, day in enumerate(instance.days):
        tour = by_day.get(d)
        stops = list(tour.stops) if tour is not None else []
        order = [HOME, *(stop.account + 1 for stop in stops), HOME]
        legs = set(pairwise(order))
        for i in x.places(d):
            for j in x.places(d):
                drives = (i, j) in legs if i != j or i == HOME else i not in order
                model.add_hint(x.drives[d, i, j], drives)
            if (d, i) in x.lunch_after:
                after = tour is not None and tour.lunch_before >= 0 and order[tour.lunch_before] == i
                model.add_hint(x.lunch_after[d, i], after)
        model.add_hint(x.leave[d], tour.leave_home if tour is not None else day.start_minute)
        model.add_hint(x.back[d], tour.back_home if tour is not None else day.start_minute)
        model.add_hint(x.overtime[d], max(0, tour.back_home - day.end_minute) if tour is not None else 0)
        for stop in stops:
            model.add_hint(x.start[stop.account, d], stop.start)
            visited.setdefault(stop.account, []).append(d)
    _hint_nights(model, x, instance, by_day)
    for a, rule in enumerate(instance.visits):
        for pattern, literal in zip(rule.patterns, x.follows[a], strict=True):
            model.add_hint(literal, list(pattern) == visited.get(a))
    for (a, d), literal in x.visits.items():
        model.add_hint(literal, d in visited.get(a, ()))


def _hint_nights(
    model: cp_model.CpModel, x: TourVariables, instance: TourInstance, by_day: Mapping[int, DayTour]
) -> None:
    """Tell where the rep sleeps, and how long the ways from and to there are."""
    for (d, place), sleeps in x.sleeps.items():
        model.add_hint(sleeps, d in by_day and by_day[d].end_place == place)
    for d in range(len(instance.days)):
        tour = by_day.get(d)
        if d in x.first_way:
            model.add_hint(x.first_way[d], tour.stops[0].drive_minutes if tour is not None else 0)
        if d in x.last_way:
            model.add_hint(x.last_way[d], tour.home_drive_minutes if tour is not None else 0)
