"""Find lines about visits and absences that name nobody, or cannot be meant."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from scenarios.checking import CheckedData
from scenarios.faults import Fault
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.schema import NamedPlace
from scenarios.suggest import did_you_mean
from scenarios.table_columns import NEVER
from scenarios.tour_dates import appointments_of_cycle
from scenarios.travel import great_circle_km

FARTHEST_PLACE_KM: Final = 1_000.0
"""Nobody's day begins or ends this far from home."""


def appointments_can_be_kept(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    """Ask for known accounts, one visit a day, and dates that are not closed for everybody."""
    tours = loaded.scenario.tours
    accounts = set(data.accounts["account_id"])
    inside = appointments_of_cycle(loaded.scenario)
    seen: set[tuple[str, object]] = set()
    for number, line in enumerate(tours.appointments, start=1):
        place = f"tours.appointments[{number}]"
        if line.account not in accounts:
            text = f'no account that is planned for is called "{line.account}"{did_you_mean(line.account, accounts)}'
            yield fault_at(loaded, f"{place}.account", text)
        if line.whole_week and line.time is not None:
            yield fault_at(loaded, f"{place}.time", "a time needs its day; leave out whole_week or time")
        if (line.account, line.date) in seen:
            yield fault_at(loaded, f"{place}.date", f"{line.account} has two appointments on {line.date}; keep one")
        seen.add((line.account, line.date))
        if line in inside and line.date in tours.closed and not line.whole_week:
            yield fault_at(loaded, f"{place}.date", f"{line.date} is closed for everybody (tours.closed)")


def absences_name_reps(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    """Ask for known reps and absences that end after they begin."""
    reps = data.reps["rep_id"].tolist()
    for number, line in enumerate(loaded.scenario.tours.days_off, start=1):
        place = f"tours.days_off[{number}]"
        if line.rep not in set(reps):
            text = f'no rep is called "{line.rep}"{did_you_mean(line.rep, reps)}'
            yield fault_at(loaded, f"{place}.rep", text)
        if line.end is not None and line.end < line.start:
            yield fault_at(loaded, f"{place}.end", f"got {line.end}, which is before the start {line.start}")


def starts_and_ends_can_be_meant(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    """Ask for known reps, a place on every line, one line for a day, and places that can be driven to."""
    homes = {str(rep["rep_id"]): (rep["lon"], rep["lat"]) for rep in data.reps.to_dict("records")}
    said: set[tuple[str, str, object]] = set()
    for number, line in enumerate(loaded.scenario.tours.starts_and_ends, start=1):
        place = f"tours.starts_and_ends[{number}]"
        if line.rep not in homes:
            text = f'no rep is called "{line.rep}"{did_you_mean(line.rep, homes)}'
            yield fault_at(loaded, f"{place}.rep", text)
        if line.start is None and line.end is None:
            yield fault_at(loaded, place, "has neither start nor end; write one of them, or leave the line out")
        if line.date is not None and line.weekdays:
            yield fault_at(loaded, f"{place}.weekdays", "a date has one weekday; leave out date or weekdays")
        for end, where in (("start", line.start), ("end", line.end)):
            if where is None:
                continue
            for day in [line.date] if line.date else line.weekdays or ["all"]:
                if (line.rep, end, day) in said:
                    which = "all days" if day == "all" else f"{day}"
                    yield fault_at(loaded, f"{place}.{end}", f"a second {end} of {line.rep} for {which}; keep one")
                said.add((line.rep, end, day))
            if line.rep in homes:
                yield from _far_away(loaded, f"{place}.{end}", where, [homes[line.rep]])


def nights_can_be_meant(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    """Ask for the section that evenings of the reps table need, and towns named once that can be driven to."""
    rules = loaded.scenario.tours.nights_away
    if rules is None:
        own = data.reps.loc[~data.reps["nights_away"].isin(["", NEVER]), "rep_id"].tolist()
        if own:
            text = f"missing, but the reps table has evenings for {', '.join(own[:5])} (nights_away)"
            yield fault_at(loaded, "tours.nights_away", f"{text}; add the section, or empty the column")
        return
    homes = list(zip(data.reps["lon"], data.reps["lat"], strict=True))
    seen = set()
    for number, town in enumerate(rules.towns, start=1):
        place = f"tours.nights_away.towns[{number}]"
        if town.name in seen:
            yield fault_at(
                loaded, f"{place}.name", f'a second town is called "{town.name}"; keep one, or name it apart'
            )
        seen.add(town.name)
        yield from _far_away(loaded, place, town, homes)


def _far_away(
    loaded: LoadedScenario, key: str, place: NamedPlace, homes: Sequence[tuple[float, float]]
) -> Iterator[Fault]:
    """Refuse a place that is farther from every home than anybody drives."""
    known = np.array([home for home in homes if not np.isnan(home[0])], dtype=np.float64).reshape(-1, 2)
    if not len(known):
        return
    km = float(great_circle_km(known[:, 0], known[:, 1], place.lon, place.lat).min())
    if km > FARTHEST_PLACE_KM:
        who = "the rep's home" if len(homes) == 1 else "every rep's home"
        yield fault_at(loaded, key, f'"{place.name}" lies {km:,.0f} km from {who}; are lon and lat swapped?')


TOUR_CHECKS = (
    appointments_can_be_kept,
    absences_name_reps,
    starts_and_ends_can_be_meant,
    nights_can_be_meant,
)
"""Every check of a line about tours against the tables."""
