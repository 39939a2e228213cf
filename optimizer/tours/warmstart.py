"""Begin a search from a plan: as a state of the kernel."""

from optimizer.tours.arrays import END_PATTERN, FIRST_PATTERN, LENGTH, Problem, Tours, empty_tours
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import TourPlan


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
