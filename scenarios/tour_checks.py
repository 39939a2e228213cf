"""Find lines about visits and absences that name nobody, or cannot be meant."""

from collections.abc import Iterator

from scenarios.checking import CheckedData
from scenarios.faults import Fault
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.suggest import did_you_mean
from scenarios.tour_dates import appointments_of_cycle


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


TOUR_CHECKS = (appointments_can_be_kept, absences_name_reps)
"""Every check of a line about tours against the tables."""
