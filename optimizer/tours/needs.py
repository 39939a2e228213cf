"""Say how many hours a week a rep would need to make every visit that is asked for."""

from itertools import pairwise

import numpy as np

from optimizer.tours.instance import TourInstance
from optimizer.tours.objective import visit_counts, week_work
from optimizer.tours.plan import TourPlan
from optimizer.tours.reasons import never_possible


def needed_week_minutes(instance: TourInstance, plan: TourPlan) -> int:
    """Estimate the working minutes of an average week in which no visit is missed for lack of time.

    Returns
    -------
    Work as planned, and for each missed visit its service with the least detour from any tour, or from home and back;
    visits that are impossible whatever the hours do not count.
    """
    work = week_work(instance, plan)
    legs = {(0, 0)}
    for tour in plan.tours:
        first, last = instance.row(tour.start_place), instance.row(tour.end_place)
        places = [first, *(stop.account + 1 for stop in tour.stops), last]
        legs.update(pairwise(places))
    before, after = np.array(sorted(legs), dtype=np.int64).T
    drive = instance.drive_minutes
    more = 0
    for a, (rule, count) in enumerate(zip(instance.visits, visit_counts(instance, plan), strict=True)):
        if count < rule.frequency and not never_possible(instance, a, wanted=count + 1):
            detour = drive[before, a + 1] + drive[a + 1, after] - drive[before, after]
            more += (rule.frequency - count) * (rule.service_minutes + max(0, int(detour.min())))
    return round((sum(work.values()) + more) / max(1, len(work)))
