"""Find a day for an account in a plan that stays as it is: the extra minutes on each day, the cheapest first."""

from dataclasses import dataclass

from optimizer.tours.instance import TourInstance
from optimizer.tours.objective import week_work
from optimizer.tours.plan import DayTour, TourPlan
from optimizer.tours.schedule import schedule_day, work_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOffer:
    """One more visit on one day, the order of the other visits unchanged."""

    account: int
    """Index into `TourInstance.visits`."""
    day: int
    """Index into `TourInstance.days`."""
    extra_drive_minutes: int
    extra_overtime_minutes: int
    extra_work_minutes: int
    """Service, drive and waiting that the day gets longer by."""
    keeps_spacing: bool
    """Whether the account's visit days, this one included, are an allowed pattern or part of one."""
    tour: DayTour
    """The day's tour with the visit."""

    @property
    def start_minute(self) -> int:
        """Start of the visit, minutes after midnight."""
        return next(stop.start for stop in self.tour.stops if stop.account == self.account)


def find_days(instance: TourInstance, plan: TourPlan, account: int) -> tuple[DayOffer, ...]:
    """Offer the days on which an account can be visited beside everything that is planned.

    Parameters
    ----------
    account
        Index into `instance.visits`; days on which it is visited already are left out.

    Returns
    -------
    At most one offer a day, at the place of the tour that costs least; days that would break opening hours, the working
    day, the week or the van's load are left out. Cheapest first: extra driving and priced overtime, spacing kept before
    spacing broken.
    """
    tours = {tour.day: tour for tour in plan.tours}
    visited = {tour.day for tour in plan.tours if any(stop.account == account for stop in tour.stops)}
    spare = {week: instance.week_minutes - minutes for week, minutes in week_work(instance, plan).items()}
    offers = []
    for day in range(len(instance.days)):
        if day in visited:
            continue
        offer = _cheapest_on(instance, day, tours.get(day), account, visited)
        if offer is not None and offer.extra_work_minutes <= spare[instance.days[day].week]:
            offers.append(offer)
    return tuple(sorted(offers, key=lambda offer: (not offer.keeps_spacing, _cost(instance, offer), offer.day)))


def _cheapest_on(
    instance: TourInstance, day: int, planned: DayTour | None, account: int, visited: set[int]
) -> DayOffer | None:
    """Try every place of one day's tour."""
    rule, stops = instance.days[day], [stop.account for stop in planned.stops] if planned else []
    if 0 < instance.van_load < sum(instance.visits[a].load for a in (*stops, account)):
        return None
    drive, overtime, work = (0, 0, 0) if planned is None else _measures(instance, planned)
    ends = (planned.start_place, planned.end_place) if planned else None
    patterns = instance.visits[account].patterns
    keeps_spacing = any(visited | {day} <= set(pattern) for pattern in patterns)
    offers = []
    for place in range(len(stops) + 1):
        tour = schedule_day(instance, day, [*stops[:place], account, *stops[place:]], ends)
        if tour is None or tour.back_home > rule.end_minute + rule.overtime_minutes:
            continue
        new_drive, new_overtime, new_work = _measures(instance, tour)
        offers.append(
            DayOffer(
                account=account,
                day=day,
                extra_drive_minutes=new_drive - drive,
                extra_overtime_minutes=new_overtime - overtime,
                extra_work_minutes=new_work - work,
                keeps_spacing=keeps_spacing,
                tour=tour,
            )
        )
    return min(offers, key=lambda offer: (_cost(instance, offer), offer.extra_work_minutes), default=None)


def _measures(instance: TourInstance, tour: DayTour) -> tuple[int, int, int]:
    """Return driving, overtime and working minutes."""
    day = instance.days[tour.day]
    drive = tour.home_drive_minutes + sum(stop.drive_minutes for stop in tour.stops)
    return drive, max(0, tour.back_home - day.end_minute), work_minutes(day, tour)


def _cost(instance: TourInstance, offer: DayOffer) -> int:
    return offer.extra_drive_minutes + instance.overtime_weight * offer.extra_overtime_minutes
