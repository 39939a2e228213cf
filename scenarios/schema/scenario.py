"""Define the whole scenario file."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.data import Cleaning, Data
from scenarios.schema.forecast import ForecastSection
from scenarios.schema.resources import Resources
from scenarios.schema.territories import Territories
from scenarios.schema.tours import Segment, Tours
from scenarios.schema.travel import Travel
from scenarios.schema.values import Identifier, Section, Share


class Period(Section):
    """The weeks that are planned for, first and last day included."""

    start: dt.date
    """First day, such as 2026-01-05."""
    end: dt.date
    """Last day, such as 2026-03-29."""


class Solver(Section):
    """How hard to search."""

    effort: Literal["quick", "normal", "thorough"] = "normal"
    """Amount of search; the same amount gives the same plan on any machine."""
    seconds: Annotated[float, Field(gt=0.0)] = 1800.0
    """Safety net for each stage; a plan stopped by it says so."""
    workers: Annotated[int, Field(ge=1, le=256)] = 2
    """Processes side by side; never changes the result."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Random seed."""
    relative_gap: Share = 0.0
    """Stop when the proven gap is at most this share."""


class Outputs(Section):
    """What is written besides the tables."""

    maps: bool = True
    """Territory map and one map per rep."""
    report: bool = True
    """report.html."""
    calendars: bool = True
    """calendars/<rep>.ics: visits with place and duration; taking in a later plan moves them."""
    gpx: bool = True
    """gpx/<rep>/<date>.gpx: the day's route for navigation devices."""
    workbook: bool = True
    """plan.xlsx: territories, accounts, visits, forecast, a sheet each."""
    gis: bool = False
    """plan.gpkg, and gis/<layer>.parquet: the layers for GIS."""
    crm: bool = False
    """crm/: owners and visits in a plain form and in that of Salesforce."""
    erp: bool = False
    """erp/: demand and stock levels by warehouse, category and week, for import; needs `resources.stock`."""
    language: Literal["en", "fr"] = "en"
    """Of pages, terminal, calendars, routes and workbook: English, or French with numbers, dates and money as French
    readers write them. Tables keep their English column names."""


class Scenario(Section):
    """A territory and tour scenario."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")]
    """Short name: lower case letters, digits, - and _; also the default output folder."""
    description: str = ""
    """One or two sentences for the report."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """ISO code of the money in the tables."""
    period: Period
    """The planning period."""
    data: Data
    """The firm's tables."""
    cleaning: Cleaning = Field(default_factory=Cleaning)
    """Repairs."""
    forecast: ForecastSection = Field(default_factory=ForecastSection)
    """Forecast and potential."""
    resources: Resources = Field(default_factory=Resources)
    """What is made of the forecast: stock, budget, rep time, risks and opportunities."""
    travel: Travel = Field(default_factory=Travel)
    """Drive minutes."""
    segments: Annotated[dict[Identifier, Segment], Field(min_length=1)]
    """Classes of accounts by name, most important first."""
    territories: Territories = Field(default_factory=Territories)
    """Territory plan."""
    tours: Tours = Field(default_factory=Tours)
    """Visit plan."""
    solver: Solver = Field(default_factory=Solver)
    """Search."""
    outputs: Outputs = Field(default_factory=Outputs)
    """Files."""
