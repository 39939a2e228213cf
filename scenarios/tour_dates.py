"""Say which dates of a scenario lie in the cycle of tours."""

import datetime as dt

from scenarios.schema import Appointment, Scenario


def first_monday(scenario: Scenario) -> dt.date:
    """Give the first day of the cycle: `tours.start`, or the first Monday of the planning period."""
    start = scenario.tours.start or scenario.period.start
    return start + dt.timedelta(days=-start.weekday() % 7)


def days_into_cycle(scenario: Scenario, date: dt.date) -> int:
    """Count the days from the first day of the cycle; negative before it."""
    return (date - first_monday(scenario)).days


def appointments_of_cycle(scenario: Scenario) -> list[Appointment]:
    """Give the appointments on days of the cycle."""
    tours = scenario.tours
    return [line for line in tours.appointments if 0 <= days_into_cycle(scenario, line.date) < 7 * tours.weeks]
