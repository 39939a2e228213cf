"""Say how long a rep's accounts take him, and how many hours a week he would need to make every visit."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.tours.instance import TourInstance
from optimizer.tours.objective import visit_counts, week_work
from optimizer.tours.plan import TourPlan
from optimizer.tours.reasons import never_possible
from optimizer.tours.schedule import work_minutes


def needed_week_minutes(instance: TourInstance, plan: TourPlan) -> int:
    """Estimate the working minutes of an average week in which no visit is missed for lack of time.

    Returns
    -------
    Work as planned, and `missed_minutes`.
    """
    work = week_work(instance, plan)
    return round((sum(work.values()) + int(missed_minutes(instance, plan).sum())) / max(1, len(work)))


def missed_minutes(instance: TourInstance, plan: TourPlan) -> NDArray[np.int64]:
    """Estimate the minutes that the missed visits of each account would take over the cycle.

    Returns
    -------
    For each missed visit its service with the least detour from any tour, or from home and back; visits that are
    impossible whatever the hours do not count. Shape (accounts,).
    """
    legs = {(0, 0)}
    for tour in plan.tours:
        first, last = instance.row(tour.start_place), instance.row(tour.end_place)
        places = [first, *(stop.account + 1 for stop in tour.stops), last]
        legs.update(pairwise(places))
    before, after = np.array(sorted(legs), dtype=np.int64).T
    drive = instance.drive_minutes
    minutes = np.zeros(len(instance.visits), dtype=np.int64)
    for a, (rule, count) in enumerate(zip(instance.visits, visit_counts(instance, plan), strict=True)):
        if count < rule.frequency and not never_possible(instance, a, wanted=count + 1):
            detour = drive[before, a + 1] + drive[a + 1, after] - drive[before, after]
            minutes[a] = (rule.frequency - count) * (rule.service_minutes + max(0, int(detour.min())))
    return minutes


def routed_minutes(instance: TourInstance, plan: TourPlan) -> NDArray[np.float64]:
    """Share out the working minutes of every day over the accounts that are visited on it.

    What a day takes besides service (driving, waiting) is shared out over its stops by the driving before and after
    each: the sum over all accounts is that over all days. Shape (accounts,).
    """
    minutes = np.zeros(len(instance.visits))
    for tour in plan.tours:
        account = np.array([stop.account for stop in tour.stops], dtype=np.int64)
        service = np.array([instance.visits[a].service_minutes for a in account.tolist()], dtype=np.float64)
        legs = np.array([*(stop.drive_minutes for stop in tour.stops), tour.home_drive_minutes], dtype=np.float64)
        weight = legs[:-1] + legs[1:] + 1.0  # a stop without any driving still takes part
        beside = work_minutes(instance.days[tour.day], tour) - service.sum()
        np.add.at(minutes, account, service + beside * weight / weight.sum())
    return minutes
