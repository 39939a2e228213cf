"""Say which dates of a scenario lie in the cycle of tours."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from scenarios.schema import Appointment, Scenario


def first_monday(scenario: Scenario) -> dt.date:
    """Give the first day of the cycle: `tours.start`, or the first Monday of the planning period."""
    start = scenario.tours.start or scenario.period.start
    return start + dt.timedelta(days=-start.weekday() % 7)


def days_into_cycle(scenario: Scenario, date: dt.date) -> int:
    """Count the days from the first day of the cycle; negative before it."""
    return (date - first_monday(scenario)).days


def days_of_last_plan(
    visits: pd.DataFrame | None, successor: Mapping[str, str], scenario: Scenario
) -> dict[str, frozenset[int]]:
    """Give the days of the cycle, 0 for its first Monday, on which the plan in force visits each account.

    Parameters
    ----------
    visits
        account_id and date; a date outside the cycle stands for the same day of it. None for no such plan.
    successor
        account_id that carries on the history, by that of each account it succeeded.
    """
    days: dict[str, set[int]] = {}
    for account, date in zip(visits["account_id"], visits["date"], strict=True) if visits is not None else ():
        day = days_into_cycle(scenario, date.date()) % (7 * scenario.tours.weeks)
        days.setdefault(successor.get(str(account), str(account)), set()).add(day)
    return {account: frozenset(found) for account, found in days.items()}


def appointments_of_cycle(scenario: Scenario) -> list[Appointment]:
    """Give the appointments on days of the cycle."""
    tours = scenario.tours
    return [line for line in tours.appointments if 0 <= days_into_cycle(scenario, line.date) < 7 * tours.weeks]
