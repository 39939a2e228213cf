"""Begin the exact model from a plan: every decision of it as a hint."""

from collections.abc import Mapping
from itertools import pairwise

from ortools.sat.python import cp_model

from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import DayTour, TourPlan
from optimizer.tours.variables import HOME, TourVariables


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
