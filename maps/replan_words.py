"""Say in a planner's words what planning again has changed."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from maps.languages.speaking import say_lines
from maps.words import day_text, minutes_text
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import Missed, TourPlan

Places = dict[tuple[int, int], int]
"""(account, day) → start of the visit."""


def changes_text(
    instance: TourInstance,
    before: TourPlan,
    after: TourPlan,
    *,
    first_day: int,
    labels: Sequence[str],
    missed: Sequence[Missed],
    broken: Sequence[str],
) -> str:
    """List visits that move, come new, fall away or begin at another time, and what the rest of the cycle comes to.

    Parameters
    ----------
    first_day
        The first day that is not over, as an entry of `instance.days`.
    labels
        What accounts are called, in the order of the instance.
    missed
        Accounts with fewer visits than wanted.
    broken
        Musts and promises that cannot be kept.
    """
    old, new = _starts(before), _starts(after)
    lines = [*_moved(instance, old, new, labels, missed, first_day), *_shifted(instance, old, new, labels)]
    same = sum(1 for visit, start in new.items() if visit[1] >= first_day and old.get(visit) == start)
    done = sum(1 for _, day in new if day < first_day)
    head = f"{instance.rep_id}: {done} visits are behind, {same} stay to the minute, {len(lines)} change"
    driving = [minutes_text(_driving(plan, first_day)) for plan in (before, after)]
    rest = f"Rest of the cycle: driving {driving[0]} before, {driving[1]} now."
    faults = ["", "Cannot be kept:", *(f"  {text}" for text in broken)] if broken else []
    return say_lines("\n".join([head + (":" if lines else "."), *lines, "", rest, *faults]))


def _moved(  # noqa: PLR0917 -- two plans and what is said of them
    instance: TourInstance,
    old: Places,
    new: Places,
    labels: Sequence[str],
    missed: Sequence[Missed],
    first_day: int,
) -> Iterator[str]:
    """Pair visits that are gone with visits that are new, account by account."""
    why: Mapping[int, str] = {miss.account: miss.reason for miss in missed}
    for account in sorted({visit[0] for visit in old.keys() ^ new.keys()}):
        gone = sorted(visit for visit in old.keys() - new.keys() if visit[0] == account)
        come = sorted(visit for visit in new.keys() - old.keys() if visit[0] == account)
        for was, now in zip(gone, come, strict=False):
            yield f"  {labels[account]}: {_when(instance, was, old)} → {_when(instance, now, new)}"
        for now in come[len(gone) :]:
            yield f"  {labels[account]}: new on {_when(instance, now, new)}"
        for was in gone[len(come) :]:
            reason = f" ({why[account]})" if account in why else ""
            word = "was not made on" if was[1] < first_day else "no longer on"
            yield f"  {labels[account]}: {word} {_when(instance, was, old)}{reason}"


def _shifted(instance: TourInstance, old: Places, new: Places, labels: Sequence[str]) -> Iterator[str]:
    """List visits that keep their day but not their time."""
    for visit in sorted(old.keys() & new.keys(), key=lambda visit: (visit[1], new[visit])):
        if old[visit] != new[visit]:
            yield f"  {labels[visit[0]]}: {_when(instance, visit, old)} → {_clock(new[visit])}"


def _starts(plan: TourPlan) -> Places:
    return {(stop.account, tour.day): stop.start for tour in plan.tours for stop in tour.stops}


def _driving(plan: TourPlan, first_day: int) -> int:
    tours = [tour for tour in plan.tours if tour.day >= first_day]
    return sum(tour.home_drive_minutes + sum(stop.drive_minutes for stop in tour.stops) for tour in tours)


def _when(instance: TourInstance, visit: tuple[int, int], starts: Places) -> str:
    return f"{day_text(dt.date.fromisoformat(instance.days[visit[1]].date))} {_clock(starts[visit])}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
