"""Hold the tour problem of one rep, solver-ready: whole minutes, metres and indices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.solving import InvalidInstanceError

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDay:
    """One day on which the rep may drive a tour."""

    day: int
    """Index of the calendar day in the cycle, weekends counted: week · 7 + weekday (0 = Monday)."""
    week: int
    """Week of the cycle, from 0."""
    weekday: int
    """0 = Monday."""
    date: str
    """ISO date, for messages and files."""
    start_minute: int
    """Earliest departure from home, minutes after midnight."""
    end_minute: int
    """Regular time to be back home."""
    overtime_minutes: int
    """How much later than `end_minute` the rep may be back, at a price."""
    lunch_minutes: int
    """Length of the break; 0 for none."""
    lunch_from: int
    """Earliest start of the break."""
    lunch_until: int
    """Latest start of the break."""
    start_place: int = 0
    """Where the day begins: 0 for home, k for `TourInstance.places[k − 1]`. A night away before it goes first."""
    end_place: int = 0
    """Where the day ends, so too; a night away after it goes first."""
    night_away: bool = False
    """Whether the rep may sleep away after this day, if the next day of the calendar is a working day too."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisitRule:
    """What one account asks for over the cycle."""

    account_id: str
    frequency: int
    """Visits wanted in the cycle."""
    patterns: tuple[tuple[int, ...], ...]
    """Allowed sets of visit days, as indices into `TourInstance.days`, ascending. Full patterns have `frequency` days,
    fall-back patterns
    fewer; not visiting at all is always possible and never listed."""
    service_minutes: int
    windows: tuple[tuple[tuple[int, int], ...], ...]
    """Per entry of `TourInstance.days` the opening windows (from, until), minutes after midnight, ascending; service
    must start and end
    inside one. An empty tuple: closed that day."""
    visit_value: int
    """Loss for each wanted visit that is not made, in driving minutes."""
    must: bool
    """Whether missing visits break a rule (reported as a violation) rather than only lose value."""
    promised_days: tuple[int, ...] = ()
    """Days on which a visit was promised: every pattern holds them, and no visit at all breaks a rule."""
    impossible: str = ""
    """Why its days cannot be kept, where that is known beforehand; empty otherwise."""
    load: int = 0
    """What one visit takes of the van's load, in the unit of `TourInstance.van_load`."""
    last_days: tuple[int, ...] = ()
    """Visit days of the plan that is known already, as entries of `TourInstance.days`."""

    def extra_weekdays(self, pattern: Sequence[int], days: Sequence[WorkDay]) -> int:
        """Count the weekdays of a pattern beyond those that as many visits need in as many weeks."""
        weeks = len({day.week for day in days})
        return max(0, len({days[d].weekday for d in pattern}) - -(-len(pattern) // max(1, weeks)))

    def changes(self, pattern: Iterable[int]) -> int:
        """Count the days of a pattern that the last plan did not have."""
        return len(set(pattern).difference(self.last_days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place beside home and accounts where days may begin or end."""

    name: str
    lon: float
    """Position in degrees, for maps; distances are in the matrices of the instance."""
    lat: float
    night: bool = False
    """Whether the rep may sleep there; no day ends there but with a night away."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TourInstance:
    """Visit the accounts of one rep over a cycle: all musts, then the most value, with little driving."""

    rep_id: str
    days: tuple[WorkDay, ...]
    visits: tuple[VisitRule, ...]
    """One per account. Place i + 1 of the matrices is account i; place 0 is the rep's home; after the accounts come
    `places`."""
    drive_minutes: IntArray
    """Shape (places, places); need not be symmetric; the diagonal is 0."""
    drive_metres: IntArray
    """Shape (places, places)."""
    week_minutes: int
    """Greatest working time of a week (departure to return without lunch), overtime included."""
    overtime_weight: int
    """Cost of one minute after `end_minute`, in driving minutes."""
    level_weight: int
    """Cost of one minute by which the busiest week's work exceeds the mean of the weeks, in driving minutes; 0 for no
    levelling."""
    level_days_weight: int = 0
    """Cost of one minute by which the longest day's work exceeds the mean of all days of the cycle, in driving minutes;
    0 for no levelling."""
    weekday_weight: int = 0
    """Cost of each weekday on which an account is visited beyond those that its number of visits needs, in driving
    minutes."""
    change_weight: int = 0
    """Cost of each visit on a day that is not among the account's `last_days`, in driving minutes."""
    worked_minutes: tuple[int, ...] = ()
    """Working time that is behind the rep already, by week of the cycle; empty for none."""
    van_load: int = 0
    """Most that the visits of one day take together; 0 for no limit."""
    places: tuple[Place, ...] = ()
    """Where days may begin and end beside home; those for the night come first."""
    night_weight: int = 0
    """Cost of a night away, in driving minutes. A night joins two days that follow each other in the calendar and both
    have visits: the second begins where the first one ends."""
    night_from_minutes: int = 0
    """Least drive from home to a place where the rep sleeps."""

    def pattern_price(self, rule: VisitRule, pattern: Sequence[int]) -> int:
        """Price the days of a pattern by themselves: weekdays beyond those needed, and changes, in driving minutes."""
        extra = self.weekday_weight * rule.extra_weekdays(pattern, self.days) if self.weekday_weight else 0
        return extra + (self.change_weight * rule.changes(pattern) if self.change_weight else 0)

    def worked(self, week: int) -> int:
        """Tell how many minutes of a week are behind the rep already."""
        return self.worked_minutes[week] if self.worked_minutes else 0

    def row(self, place: int) -> int:
        """Give the row of the matrices of a day's start or end: 0 for home, k for `places[k − 1]`."""
        return len(self.visits) + place if place else 0

    def night_places(self) -> range:
        """List the places where the rep may sleep, as days name them."""
        return range(1, 1 + sum(1 for place in self.places if place.night))

    def next_morning(self, day: int) -> int:
        """Give the day that a night after this one leads to; −1 where the rep may not sleep away."""
        if not self.days[day].night_away or day + 1 >= len(self.days) or not self.night_places():
            return -1
        return day + 1 if self.days[day + 1].day == self.days[day].day + 1 else -1

    def __post_init__(self) -> None:
        places = len(self.visits) + 1 + len(self.places)
        wrong = []
        if self.drive_minutes.shape != (places, places) or self.drive_metres.shape != (places, places):
            wrong.append(f"matrices must have shape ({places}, {places})")
        for rule in self.visits:
            if len(rule.windows) != len(self.days):
                wrong.append(f"{rule.account_id}: windows for {len(rule.windows)} days, expected {len(self.days)}")
            if any(not pattern or len(pattern) > rule.frequency for pattern in rule.patterns):
                wrong.append(f"{rule.account_id}: a pattern is empty or longer than the frequency")
            if any(not set(pattern).issuperset(rule.promised_days) for pattern in rule.patterns):
                wrong.append(f"{rule.account_id}: a pattern leaves out a promised day")
            if any(day >= len(self.days) for pattern in rule.patterns for day in pattern):
                wrong.append(f"{rule.account_id}: a pattern names a day that does not exist")
        if self.worked_minutes and any(day.week >= len(self.worked_minutes) for day in self.days):
            wrong.append("worked minutes are given, but not for every week")
        wrong += [] if wrong else self._wrong_places()
        if wrong:
            raise InvalidInstanceError("; ".join(wrong))

    def _wrong_places(self) -> list[str]:
        """Say what is wrong with where days begin and end."""
        ends = {place for day in self.days for place in (day.start_place, day.end_place)}
        if not ends.issubset(range(len(self.places) + 1)):
            return ["a day begins or ends at a place that does not exist"]
        wrong, nights = [], self.night_places()
        if any(later.night and not earlier.night for earlier, later in pairwise(self.places)):
            wrong.append("places for the night must come first")
        if any(day.end_place in nights for day in self.days):
            wrong.append("a day ends at a place for the night by itself")
        if any(self.drive_minutes[0, self.row(place)] < self.night_from_minutes for place in nights):
            wrong.append("a place for the night is nearer to home than allowed")
        return wrong
