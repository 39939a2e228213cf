"""Define the keys of segments and of the visit plan."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from scenarios.schema.values import ClockTime, Identifier, Minutes, Section, Share, Weekday


class Segment(Section):
    """A class of accounts and how they are visited."""

    sales_share: Share | None = None
    """Accounts without a segment, ordered by sales: this segment takes those that make up this share of sales. Segments
    are filled in the order
    written; the last one takes the rest."""
    visits: Annotated[int, Field(ge=0, le=60)]
    """Visits in the cycle of `tours.weeks` weeks."""
    service_minutes: Annotated[int, Field(ge=1, le=600)]
    """Length of a visit."""
    must: bool = False
    """Whether every visit to customers must be made; others, and prospects, are visited as time allows."""
    value: Annotated[int, Field(ge=1, le=10_000)] = 60
    """What a visit is worth, in driving minutes; a visit that costs more is left out."""
    min_days_between: Annotated[int, Field(ge=1, le=56)] = 1
    """Fewest calendar days from one visit to the next; above 1 it takes the place of the usual two days' tolerance."""
    max_days_between: Annotated[int, Field(ge=0, le=56)] = 0
    """Most calendar days from one visit to the next, where all visits of the cycle are made; 0 for the usual
    tolerance."""
    load: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """What a visit takes of the van's load (samples, returns), in the unit of `tours.van_load`."""
    opening: str = "mo-fr 08:00-18:00"
    """Opening hours of accounts that have none of their own, such as "mo-fr 09:00-12:00,14:00-18:00; sa
    09:00-12:00"."""


class WorkDaySection(Section):
    """A rep's day."""

    start: ClockTime = "08:00"
    """Earliest departure from home."""
    end: ClockTime = "18:00"
    """Latest regular return."""


class Lunch(Section):
    """The break of days that span it."""

    minutes: Minutes = 45
    """Length; 0 for none."""
    earliest: ClockTime = "11:45"
    """Earliest start."""
    latest: ClockTime = "13:30"
    """Latest start."""


class Appointment(Section):
    """A visit that has been agreed."""

    account: Identifier
    """account_id."""
    date: dt.date = Field(strict=False)
    """The day; appointments outside the cycle are left aside."""
    time: ClockTime | None = None
    """When the visit begins, whatever the opening hours; left out, any time of the day that they allow."""
    whole_week: bool = False
    """Whether any day of that week will do."""


class DaysOff(Section):
    """Days on which a rep does not drive."""

    rep: Identifier
    """rep_id."""
    start: dt.date = Field(strict=False)
    """First day."""
    end: dt.date | None = Field(default=None, strict=False)
    """Last day; left out, the first day alone."""


class NamedPlace(Section):
    """A place beside homes and accounts."""

    name: Identifier
    """What pages and calendars call it."""
    lon: Annotated[float, Field(ge=-180, le=180)]
    """Longitude in degrees."""
    lat: Annotated[float, Field(ge=-90, le=90)]
    """Latitude in degrees."""


class NightsAway(Section):
    """When and where reps may sleep away, so that a day begins where the one before it ended."""

    weekdays: tuple[Weekday, ...] = Field(
        default=(Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU), strict=False, min_length=1
    )
    """Evenings on which a rep may stay away, if he drives on the next day of the calendar too; the reps table may say
    otherwise for a rep (column nights_away)."""
    min_drive_minutes: Annotated[int, Field(ge=0, le=1_000)] = 60
    """Least drive from home to where the rep sleeps."""
    price: Annotated[int, Field(ge=0, le=1_000)] = 60
    """Price of a night away, in driving minutes."""
    towns: tuple[NamedPlace, ...] = Field(default=(), strict=False, max_length=500)
    """Where reps sleep: preferred towns or hotels. Left out, towns of accounts that are far enough from home."""


class StartAndEnd(Section):
    """Where a rep's days begin and end, where that is not at home; a date comes before weekdays, those before all."""

    rep: Identifier
    """rep_id."""
    date: dt.date | None = Field(default=None, strict=False)
    """Only on this day."""
    weekdays: tuple[Weekday, ...] = Field(default=(), strict=False)
    """Only on these days of the week; left out, on all."""
    start: NamedPlace | None = None
    """Where the day begins."""
    end: NamedPlace | None = None
    """Where the day ends, unless the rep sleeps away."""


class Tours(Section):
    """Rules and aims of the visit plan."""

    weeks: Annotated[int, Field(ge=1, le=8)] = 4
    """Length of the cycle."""
    start: dt.date | None = None
    """Monday of the first week; by default the first Monday of the planning period."""
    working_days: tuple[Weekday, ...] = Field(
        default=(Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI), strict=False, min_length=1
    )
    """Days on which reps drive unless the reps table says otherwise."""
    workday: WorkDaySection = Field(default_factory=WorkDaySection)
    """Start and end."""
    lunch: Lunch = Field(default_factory=Lunch)
    """Break."""
    overtime_minutes: Minutes = 0
    """How much later than the end of the day a rep may be back; weekly hours stay the limit of the week."""
    overtime_price: Annotated[int, Field(ge=0, le=100)] = 3
    """Price of an overtime minute, in driving minutes."""
    level_price: Annotated[int, Field(ge=0, le=10)] = 0
    """Price of a minute by which the busiest week exceeds the average, in driving minutes; 0 does not level weeks."""
    level_days_price: Annotated[int, Field(ge=0, le=10)] = 0
    """Price of a minute by which the longest day exceeds the average of all working days, in driving minutes; 0 does
    not level days."""
    same_weekday_price: Annotated[int, Field(ge=0, le=1_000)] = 0
    """Price of each further weekday on which an account is visited than its visits need, in driving minutes."""
    van_load: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Most that the visits of a day take of the van together, see `segments.load`; 0 for no limit."""
    appointments: tuple[Appointment, ...] = Field(default=(), strict=False)
    """Visits that have been agreed: a time comes before a day, a day before a week, a week before the interval."""
    nights_away: NightsAway | None = None
    """Nights away from home; left out, every day leads back home."""
    starts_and_ends: tuple[StartAndEnd, ...] = Field(default=(), strict=False)
    """Days that begin or end elsewhere than at home; for all days of a rep the reps table will do (start_lon,
    start_lat, end_lon, end_lat)."""
    days_off: tuple[DaysOff, ...] = Field(default=(), strict=False)
    """Holidays and other absences of single reps."""
    change_price: Annotated[int, Field(ge=0, le=1_000)] = 15
    """Price of each visit on another day than planned before, in driving minutes: in `replan`, and in a run with
    `data.last_visits`."""
    closed: tuple[dt.date, ...] = Field(default=(), strict=False)
    """Dates without tours."""
    public_holidays: bool = True
    """Whether public holidays of the rep's region are closed."""
