"""Define every key of a scenario file; the docstring under a field is the documentation of the key."""

from scenarios.schema.data import AreaMaking, AreaSource, Cleaning, Data, PositionRepair, Source
from scenarios.schema.forecast import ForecastModel, ForecastSection
from scenarios.schema.scenario import Outputs, Period, Scenario, Solver
from scenarios.schema.territories import Balance, BalanceMeasureName, Lock, Objective, Territories
from scenarios.schema.tours import Lunch, Segment, Tours, WorkDaySection
from scenarios.schema.travel import Travel, TravelMethod
from scenarios.schema.values import ClockTime, Identifier, Minutes, Section, Share, Weekday

__all__ = [
    "AreaMaking",
    "AreaSource",
    "Balance",
    "BalanceMeasureName",
    "Cleaning",
    "ClockTime",
    "Data",
    "ForecastModel",
    "ForecastSection",
    "Identifier",
    "Lock",
    "Lunch",
    "Minutes",
    "Objective",
    "Outputs",
    "Period",
    "PositionRepair",
    "Scenario",
    "Section",
    "Segment",
    "Share",
    "Solver",
    "Source",
    "Territories",
    "Tours",
    "Travel",
    "TravelMethod",
    "Weekday",
    "WorkDaySection",
]
