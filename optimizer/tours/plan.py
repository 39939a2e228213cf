"""Hold the tours of one rep and what is known about them."""

from dataclasses import dataclass

from optimizer.solving import Status, StopReason, Term, Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One visit in a tour; all times in minutes after midnight."""

    account: int
    """Index into `TourInstance.visits`."""
    arrive: int
    start: int
    """Start of the service; later than `arrive` when the rep waits or takes lunch first."""
    depart: int
    """End of the service, `start + service_minutes`."""
    drive_minutes: int
    """From the place before."""
    drive_metres: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTour:
    """The tour of one day; a day without stops is left out of the plan.

    Where it begins and ends elsewhere than at home, that place stands for home in all names.

    Lunch rule: a break of `WorkDay.lunch_minutes` is taken exactly when there is no time for it at home: the rep leaves
    before `lunch_from + lunch_minutes` and is back after `lunch_until`. It starts within [lunch_from, lunch_until],
    anywhere between two services (on the road, at the door, while waiting, before driving home), and no driving or
    service lies in it; waiting time may.
    """

    day: int
    """Index into `TourInstance.days`."""
    leave_home: int
    stops: tuple[Stop, ...]
    back_home: int
    home_drive_minutes: int
    """From the last stop back home."""
    home_drive_metres: int
    lunch_start: int
    """Start of the break, -1 when the day needs none (`lunch_minutes` 0, or the tour lies wholly before or after the
    lunch window)."""
    lunch_before: int
    """The break is taken on the way to or at the door of stop number `lunch_before` (0-based); len(stops) means after
    the last stop, before home; -1 for none."""
    start_place: int = 0
    """Where it begins: 0 for home, k for `TourInstance.places[k − 1]`."""
    end_place: int = 0
    """Where it ends, so too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An account that gets fewer visits than wanted, and why."""

    account: int
    wanted: int
    planned: int
    reason: str
    """The sentence for the rep and the planner: which rule, and its price in minutes where one is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourPlan:
    """The tours of the whole cycle, by day."""

    tours: tuple[DayTour, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TourResult:
    """The best plan found for one rep."""

    rep_id: str
    status: Status
    plan: TourPlan | None
    missed: tuple[Missed, ...]
    violations: tuple[Violation, ...]
    """Musts that were not visited at their frequency; empty when the status is feasible or optimal."""
    terms: tuple[Term, ...]
    bound: float | None
    """No plan costs less: proven by the exact model for small cycles, else by ways that every plan needs at least.
    `None` where none was affordable."""
    stopped_by: StopReason

    @property
    def objective(self) -> float:
        """Sum of the terms."""
        return sum(term.contribution for term in self.terms)

    @property
    def gap(self) -> float | None:
        """Share of what the plan costs that the bound leaves open; `None` without a bound."""
        if self.bound is None:
            return None
        return (self.objective - self.bound) / self.objective if self.objective > 0 else 0.0
