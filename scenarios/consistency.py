"""Check what the keys of a scenario say about each other; the schema has looked at each one alone."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from scenarios.consistency_resources import erp_files_need_stock, resources_agree
from scenarios.opening import parse_opening_hours
from scenarios.schema import (
    AreaMaking,
    BalanceMeasureName,
    Data,
    ForecastSection,
    Period,
    Segment,
    Territories,
    Tours,
    Travel,
    TravelMethod,
    Weekday,
)
from scenarios.strict_yaml import Path
from scenarios.suggest import did_you_mean

Findings: TypeAlias = Iterator[tuple[Path, str]]
"""Key path and message of what is wrong."""


def inconsistencies(sections: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """Run every check whose sections are readable.

    Parameters
    ----------
    sections
        Valid sections of a scenario by key; those that are not valid are left out.
    """
    found: list[tuple[Path, str]] = []
    for names, check in CHECKS:
        if all(name in sections for name in names):
            found += check(*(sections[name] for name in names))
    return found


def period_ends_after_start(period: Period) -> Findings:
    """Ask for a period of at least one week."""
    days = (period.end - period.start).days + 1
    if days <= 0:
        yield ("period", "end"), f"got {period.end}, which is before the start {period.start}; expected a later day"
    elif days < 7:
        yield ("period", "end"), f"got {period.end}, only {days} days after the start; expected at least a whole week"
    elif days > 3 * 366:
        yield ("period", "end"), f"got {period.end}, {days} days after the start; expected at most three years"


def workday_has_room(tours: Tours) -> Findings:
    """Ask for a working day that ends after it starts and holds the lunch break."""
    day, lunch = tours.workday, tours.lunch
    if minute_of_day(day.end) <= minute_of_day(day.start):
        yield ("tours", "workday", "end"), f"got {day.end}, expected a time after the start {day.start}"
        return
    if lunch.minutes == 0:
        return
    earliest, latest = minute_of_day(lunch.earliest), minute_of_day(lunch.latest)
    if latest < earliest:
        yield ("tours", "lunch", "latest"), f"got {lunch.latest}, expected a time not before earliest {lunch.earliest}"
    elif earliest < minute_of_day(day.start) or earliest >= minute_of_day(day.end):
        key = ("tours", "lunch", "earliest")
        yield key, f"got {lunch.earliest}, expected a time within the working day {day.start}–{day.end}"
    elif latest + lunch.minutes > minute_of_day(day.end):
        message = (
            f"got {lunch.latest}: a break of {lunch.minutes} min would end after the working day {day.start}–{day.end}"
        )
        yield ("tours", "lunch", "latest"), message


def tour_dates_fit(tours: Tours) -> Findings:
    """Ask for cycles that start on a Monday, and no day named twice."""
    if tours.start is not None and tours.start.weekday() != 0:
        day = f"{tours.start:%A}"
        yield ("tours", "start"), f"got {tours.start}, a {day}; expected a Monday"
    for position, date in enumerate(tours.closed):
        if date in tours.closed[:position]:
            yield ("tours", "closed", position), f"{date} is written twice"
    for position, weekday in enumerate(tours.working_days):
        if weekday in tours.working_days[:position]:
            yield ("tours", "working_days", position), f"{weekday} is written twice"


def forecast_is_possible(forecast: ForecastSection) -> Findings:
    """Ask for models that compete once each, in a country whose holidays are known."""
    for position, model in enumerate(forecast.models):
        if model in forecast.models[:position]:
            yield ("forecast", "models", position), f'"{model}" is written twice'
    from holidays.registry import COUNTRIES  # noqa: PLC0415 -- only needed here

    countries = [codes[1] for codes in COUNTRIES.values()]
    if forecast.country not in countries:
        hint = did_you_mean(forecast.country, countries) if forecast.country.upper() in countries else ""
        expected = "expected an ISO code of two capital letters whose public holidays are known, such as FR"
        yield ("forecast", "country"), f'got "{forecast.country}", {expected}{hint}'
    elif forecast.school_holidays and forecast.country != "FR":
        message = f'got true, but school holidays are known for country FR only and the country is "{forecast.country}"'
        yield ("forecast", "school_holidays"), message


def areas_have_a_source(data: Data) -> Findings:
    """Ask for areas read from a file or made from the accounts, not both."""
    areas = data.areas
    if areas.make is AreaMaking.ACCOUNTS and areas.source is not None:
        message = 'not used when areas are made from accounts; remove it, or write "make: polygons" or "make: towns"'
        yield ("data", "areas", "source"), message
    if areas.make is not AreaMaking.ACCOUNTS and areas.source is None:
        message = f'missing: "make: {areas.make}" needs a file; write source: with path: below it, or "make: accounts"'
        yield ("data", "areas", "source"), message


def attributes_are_numbers(data: Data) -> Findings:
    """Ask for attributes that no other key reads, each once, and for areas of a file that can have any."""
    from scenarios.table_columns import TABLE_COLUMNS  # noqa: PLC0415 - only needed here

    taken = {column.name for column in TABLE_COLUMNS["data.accounts"]}
    of_areas = {column.name for form in ("polygons", "towns") for column in TABLE_COLUMNS[form]} - {"population"}
    for path, names, reserved in (
        (("data", "account_attributes"), data.account_attributes, taken),
        (("data", "areas", "attributes"), data.areas.attributes, of_areas),
    ):
        for position, name in enumerate(names):
            if name in names[:position]:
                yield (*path, position), f'"{name}" is written twice'
            elif name in reserved:
                yield (*path, position), f'"{name}" means something else; expected a column of numbers of its own'
    if data.areas.attributes and data.areas.make is AreaMaking.ACCOUNTS:
        message = 'not used when areas are made from accounts; remove it, or write "make: polygons" or "make: towns"'
        yield ("data", "areas", "attributes"), message


def travel_has_its_graph(travel: Travel) -> Findings:
    """Ask for a road graph or a place when the method is `graph`, for a server when it is `osrm`."""
    if travel.method is TravelMethod.GRAPH and not (travel.graph or travel.place):
        text = (
            'missing: "method: graph" needs a road network (.osm.pbf or .graphml), or the name of a place with "place"'
        )
        yield ("travel", "graph"), text
    if travel.graph and travel.place:
        yield (
            ("travel", "place"),
            f'got "{travel.place}" beside travel.graph, expected one of the two; remove the other',
        )
    if travel.method is TravelMethod.OSRM and not travel.osrm.startswith(("http://", "https://")):
        got = f'got "{travel.osrm}", expected' if travel.osrm else 'missing: "method: osrm" needs'
        yield ("travel", "osrm"), f"{got} the address of a server, such as http://localhost:5000"


def segments_can_be_filled(segments: Mapping[str, Segment]) -> Findings:
    """Ask for shares of sales that add up to at most 1 and come first, and for readable opening hours."""
    total, without = 0.0, ""
    for name, segment in segments.items():
        if segment.sales_share is None:
            without = without or name
        else:
            if without:
                message = f'got {segment.sales_share:g} after segment "{without}", which has none and takes the rest'
                yield ("segments", name, "sales_share"), f'{message}; write "{without}" last'
            total += segment.sales_share
            if total > 1 + 1e-9:
                message = (
                    f"got {segment.sales_share:g}, which brings the sum of the shares to {total:g}; expected at most 1"
                )
                yield ("segments", name, "sales_share"), message
                total = 0.0
        try:
            parse_opening_hours(segment.opening)
        except ValueError as error:
            yield ("segments", name, "opening"), str(error)


def segments_fit_the_cycle(segments: Mapping[str, Segment], tours: Tours) -> Findings:
    """Ask for at most one visit a day, which fits into the working day and the opening hours."""
    days = tours.weeks * len(set(tours.working_days))
    start, end = minute_of_day(tours.workday.start), minute_of_day(tours.workday.end)
    numbers = {list(Weekday).index(day) for day in tours.working_days}
    for name, segment in segments.items():
        if segment.visits > days:
            cycle = f"{tours.weeks} weeks with {len(set(tours.working_days))} working days"
            yield ("segments", name, "visits"), f"got {segment.visits}, expected at most {days}: one a day in {cycle}"
        apart = 7 * tours.weeks / max(1, segment.visits)
        times = f"{segment.visits} visits in {tours.weeks} weeks are {apart:g} days apart on average"
        if segment.visits and segment.min_days_between > apart:
            yield ("segments", name, "min_days_between"), f"got {segment.min_days_between}, but {times}"
        if segment.visits and 0 < segment.max_days_between < max(apart, segment.min_days_between):
            yield ("segments", name, "max_days_between"), f"got {segment.max_days_between}, but {times}"
        if 0 < tours.van_load < segment.load:
            yield ("segments", name, "load"), f"got {segment.load}, but the van holds {tours.van_load} (tours.van_load)"
        try:
            week = parse_opening_hours(segment.opening)
        except ValueError:
            continue
        room = max((min(b, end) - max(a, start) for n in sorted(numbers) for a, b in week[n]), default=0)
        if end > start and segment.visits > 0 and room < segment.service_minutes:
            left = f"opening hours and working day leave at most {max(room, 0)} min in one piece"
            yield ("segments", name, "service_minutes"), f"got {segment.service_minutes} min, but {left}"


def territory_rules_agree(territories: Territories) -> Findings:
    """Ask for something to balance, and for locks that do not speak against each other."""
    if not territories.balance:
        message = "nothing to balance; expected potential, workload or accounts below it, or leave the key out"
        yield ("territories", "balance"), message
    locked: dict[str, tuple[str, int]] = {}
    if territories.routed_rounds and BalanceMeasureName.WORKLOAD not in territories.balance:
        message = "routed hours are fed back into workload, which is not balanced; add workload to balance, or write 0"
        yield ("territories", "routed_rounds"), message
    if territories.robust_balance and BalanceMeasureName.POTENTIAL not in territories.balance:
        message = "what is uncertain is potential, which is not balanced; add potential to balance, or leave this out"
        yield ("territories", "robust_balance"), message
    for position, lock in enumerate(territories.locks):
        rep, first = locked.setdefault(lock.area, (lock.rep, position))
        path = ("territories", "locks", position, "area")
        if first != position and rep == lock.rep:
            yield path, f'area "{lock.area}" is locked to "{rep}" twice'
        elif first != position:
            yield path, f'area "{lock.area}" is locked to both "{rep}" and "{lock.rep}"; an area has one rep'
    for position, lock in enumerate(territories.forbidden):
        if locked.get(lock.area, ("", 0))[0] == lock.rep:
            path = ("territories", "forbidden", position, "area")
            rep = lock.rep
            yield path, f'area "{lock.area}" is forbidden to "{rep}" and also locked to "{rep}"; remove one of the two'


def territory_lines_agree(territories: Territories) -> Findings:
    """Ask for lines of the planner's rules that do not repeat or contradict each other."""
    lines: tuple[tuple[str, list[str], str], ...] = (
        ("freeze", list(territories.freeze), "rep"),
        ("account_exceptions", [line.account for line in territories.account_exceptions], "account"),
        ("keep_together", [str(rule.by) for rule in territories.keep_together if rule.price is None], "column"),
    )
    for key, named, what in lines:
        for position, word in enumerate(named):
            if word in named[:position]:
                yield ("territories", key, position), f'{what} "{word}" is written twice; keep one of the two'
    priced = [position for position, rule in enumerate(territories.keep_together) if rule.price is not None]
    for position in priced[1:]:
        message = "a second price; only one column can have one: leave it out to make this a rule, or drop the line"
        yield ("territories", "keep_together", position, "price"), message
    for steps, pairs in ((("links",), territories.links), (("barriers", "pairs"), territories.barriers.pairs)):
        for position, pair in enumerate(pairs):
            if len(pair.areas) != 2:
                message = f"got {len(pair.areas)}, expected two areas, such as [59350, 59009]"
                yield ("territories", *steps, position, "areas"), message
    linked = {frozenset(pair.areas) for pair in territories.links}
    for position, pair in enumerate(territories.barriers.pairs):
        if frozenset(pair.areas) in linked:
            both = " and ".join(f'"{area}"' for area in pair.areas)
            message = f"{both} are both linked and parted; remove one of the two"
            yield ("territories", "barriers", "pairs", position, "areas"), message


def change_is_measured_against_something(data: Data, territories: Territories) -> Findings:
    """Ask for the current alignment where a rule looks at it."""
    if data.current_alignment is not None:
        return
    change = territories.disruption
    uses: tuple[tuple[tuple[str, ...], bool], ...] = (
        (("mode",), territories.mode != "from_scratch"),
        (("freeze",), bool(territories.freeze)),
        (("disruption", "cap"), change.cap is not None),
        (("disruption", "price"), bool(change.price)),
    )
    for keys, used in uses:
        if used:
            message = "needs the current alignment; name its table under data.current_alignment, or leave this out"
            yield ("territories", *keys), message


def minute_of_day(clock: str) -> int:
    """Count the minutes from midnight to "HH:MM"."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[..., Findings]], ...]] = (
    (("period",), period_ends_after_start),
    (("data",), areas_have_a_source),
    (("data",), attributes_are_numbers),
    (("forecast",), forecast_is_possible),
    (("resources",), resources_agree),
    (("resources", "outputs"), erp_files_need_stock),
    (("travel",), travel_has_its_graph),
    (("segments",), segments_can_be_filled),
    (("segments", "tours"), segments_fit_the_cycle),
    (("territories",), territory_rules_agree),
    (("territories",), territory_lines_agree),
    (("data", "territories"), change_is_measured_against_something),
    (("tours",), workday_has_room),
    (("tours",), tour_dates_fit),
)
"""Every check with the sections that it reads."""
