"""Define every key of a scenario file; the docstring under a field is the documentation of the key."""

from scenarios.schema.data import AreaMaking, AreaSource, Cleaning, Data, PositionRepair, Source
from scenarios.schema.forecast import ForecastModel, ForecastSection
from scenarios.schema.resources import Budget, RepTime, Resources, Risks, Stock
from scenarios.schema.scenario import Outputs, Period, Scenario, Solver
from scenarios.schema.territories import (
    AccountException,
    Balance,
    BalanceMeasureName,
    Barriers,
    Disruption,
    KeepTogether,
    Lock,
    NeighbourPair,
    Objective,
    Territories,
    TravelCost,
)
from scenarios.schema.tours import Appointment, DaysOff, Lunch, Segment, Tours, WorkDaySection
from scenarios.schema.travel import RoadEngineName, Travel, TravelMethod
from scenarios.schema.values import ClockTime, Identifier, Minutes, Section, Share, Weekday

__all__ = [
    "AccountException",
    "Appointment",
    "AreaMaking",
    "AreaSource",
    "Balance",
    "BalanceMeasureName",
    "Barriers",
    "Budget",
    "Cleaning",
    "ClockTime",
    "Data",
    "DaysOff",
    "Disruption",
    "ForecastModel",
    "ForecastSection",
    "Identifier",
    "KeepTogether",
    "Lock",
    "Lunch",
    "Minutes",
    "NeighbourPair",
    "Objective",
    "Outputs",
    "Period",
    "PositionRepair",
    "RepTime",
    "Resources",
    "Risks",
    "RoadEngineName",
    "Scenario",
    "Section",
    "Segment",
    "Share",
    "Solver",
    "Source",
    "Stock",
    "Territories",
    "Tours",
    "Travel",
    "TravelCost",
    "TravelMethod",
    "Weekday",
    "WorkDaySection",
]
