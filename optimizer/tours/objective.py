"""Name the parts of a tour plan's cost and compute them from the plan, without the solver."""

from optimizer.solving import Term
from optimizer.tours.arrays import MUST_PENALTY
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import TourPlan
from optimizer.tours.schedule import work_minutes

DRIVING = "driving"
DISTANCE = "distance"
MISSED_VISITS = "missed visits"
MISSED_MUSTS = "missed musts"
OVERTIME = "overtime"
LEVEL_WEEKS = "level weeks"
SAME_WEEKDAY = "same weekday"
CHANGES = "changes"
NIGHTS = "nights away"
LEVEL_DAYS = "level days"


def terms(instance: TourInstance, plan: TourPlan) -> tuple[Term, ...]:
    """Compute every part of the objective.

    Returns
    -------
    Driving minutes, and kilometres at no price; the value of missed visits; the number of missed visits that a must
    asks for, and of broken promises; overtime minutes; minutes by which the busiest week's work exceeds the mean of the
    weeks; where they have a price, minutes by which the longest day's work exceeds the mean of the days; nights away,
    where there may be any; where they have a price, weekdays on which accounts are visited beyond those needed, and
    visits on days that the last plan did not have.
    """
    counts = visit_counts(instance, plan)
    missed = [rule.frequency - count for rule, count in zip(instance.visits, counts, strict=True)]
    work = week_work(instance, plan)
    overtime = sum(max(0, tour.back_home - instance.days[tour.day].end_minute) for tour in plan.tours)
    driving = sum(tour.home_drive_minutes + sum(stop.drive_minutes for stop in tour.stops) for tour in plan.tours)
    metres = sum(tour.home_drive_metres + sum(stop.drive_metres for stop in tour.stops) for tour in plan.tours)
    lost = sum(rule.visit_value * m for rule, m in zip(instance.visits, missed, strict=True))
    musts = sum(m for rule, m in zip(instance.visits, missed, strict=True) if rule.must)
    musts += sum(1 for rule, count in zip(instance.visits, counts, strict=True) if rule.promised_days and count == 0)
    uneven = max(work.values(), default=0) - sum(work.values()) / max(1, len(work))
    priced = []
    if instance.level_days_weight:
        longest = max((work_minutes(instance.days[tour.day], tour) for tour in plan.tours), default=0)
        done = sum(work_minutes(instance.days[tour.day], tour) for tour in plan.tours)
        above = longest - done / max(1, len(instance.days))
        priced.append(Term(name=LEVEL_DAYS, unit="minutes", weight=float(instance.level_days_weight), value=above))
    if instance.night_places():
        away = float(len(nights_away(instance, plan)))
        priced.append(Term(name=NIGHTS, unit="nights", weight=float(instance.night_weight), value=away))
    visited = visit_days(instance, plan)
    if instance.weekday_weight:
        extra = sum(rule.extra_weekdays(v, instance.days) for rule, v in zip(instance.visits, visited, strict=True))
        priced.append(
            Term(name=SAME_WEEKDAY, unit="weekdays", weight=float(instance.weekday_weight), value=float(extra))
        )
    if instance.change_weight:
        changed = sum(rule.changes(v) for rule, v in zip(instance.visits, visited, strict=True))
        priced.append(Term(name=CHANGES, unit="visits", weight=float(instance.change_weight), value=float(changed)))
    return (
        Term(name=DRIVING, unit="minutes", weight=1.0, value=float(driving)),
        Term(name=DISTANCE, unit="km", weight=0.0, value=metres / 1000.0),
        Term(name=MISSED_VISITS, unit="minutes of value", weight=1.0, value=float(lost)),
        Term(name=MISSED_MUSTS, unit="visits", weight=float(MUST_PENALTY), value=float(musts)),
        Term(name=OVERTIME, unit="minutes", weight=float(instance.overtime_weight), value=float(overtime)),
        Term(name=LEVEL_WEEKS, unit="minutes", weight=float(instance.level_weight), value=uneven),
        *priced,
    )


def cost(instance: TourInstance, plan: TourPlan) -> float:
    """Return the sum of the terms."""
    return sum(term.contribution for term in terms(instance, plan))


def nights_away(instance: TourInstance, plan: TourPlan) -> dict[int, int]:
    """Tell where the rep sleeps away: the place, as days name it, by the day of the evening."""
    places = instance.night_places()
    return {tour.day: tour.end_place for tour in plan.tours if tour.end_place in places}


def visit_counts(instance: TourInstance, plan: TourPlan) -> list[int]:
    """Count the planned visits of every account."""
    return [len(days) for days in visit_days(instance, plan)]


def visit_days(instance: TourInstance, plan: TourPlan) -> list[list[int]]:
    """List the days of every account's visits, in the order of the tours."""
    days: list[list[int]] = [[] for _ in instance.visits]
    for tour in plan.tours:
        for stop in tour.stops:
            days[stop.account].append(tour.day)
    return days


def week_work(instance: TourInstance, plan: TourPlan) -> dict[int, int]:
    """Add up the working minutes of every week of the cycle that has a working day, with what is behind already."""
    work = {day.week: instance.worked(day.week) for day in instance.days}
    for tour in plan.tours:
        work[instance.days[tour.day].week] += work_minutes(instance.days[tour.day], tour)
    return work
