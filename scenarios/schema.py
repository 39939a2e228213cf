"""Define every key of a scenario file; the docstring under a field is the documentation of the key."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:30"])]
Identifier = Annotated[str, Field(min_length=1, max_length=80)]


class Section(BaseModel):
    """A mapping of the scenario file: unknown keys are refused, values never change after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, strict=True, populate_by_name=True
    )


class Weekday(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Period(Section):
    """The weeks that are planned for, first and last day included."""

    start: dt.date
    """First day, such as 2026-01-05."""
    end: dt.date
    """Last day, such as 2026-03-29."""


class Source(Section):
    """One table: a CSV, Parquet, Excel, GeoJSON or GeoPackage file and how its columns are called."""

    path: str
    """File, relative to the scenario file."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our name: the file's name, for every column that is called differently there."""
    sheet: str = ""
    """Excel sheet or GeoPackage layer; the first one when left out."""
    separator: str = ","
    """CSV separator."""
    decimal: Literal[".", ","] = "."
    """CSV decimal mark."""
    encoding: str = "utf-8"
    """CSV encoding."""


class AreaMaking(StrEnum):
    """Where areas come from."""

    POLYGONS = "polygons"
    """Polygons of a file."""
    TOWNS = "towns"
    """Cells around the points of a file (towns with lon and lat)."""
    ACCOUNTS = "accounts"
    """Cells around the accounts, gathered by their `town`."""


class AreaSource(Section):
    """The areas: polygons from a file, or cells made around towns or accounts."""

    make: AreaMaking = AreaMaking.POLYGONS
    """`polygons`, `towns` or `accounts`."""
    source: Source | None = None
    """Polygons (area_id, name, geometry) or towns (area_id, name, lon, lat); optional columns district, population. Not
    used with `accounts`."""
    outline: Source | None = None
    """Polygon that cells are clipped to; without it, a margin around the points."""
    largest_share: Share = 0.25
    """A cell made around accounts with more than this share of an average territory's sales or accounts is split."""


class Data(Section):
    """The tables of the firm."""

    accounts: Source
    """account_id, name; lon and lat; optional: town, district, segment, status (customer or prospect), first_sale,
    opening_hours, visits,
    service_minutes, position_quality."""
    sales: Source
    """account_id, category, week (any day of it), sales; optional: units."""
    reps: Source
    """rep_id, name, lon, lat, hours_per_week; optional: region, working_days (such as "mon tue wed")."""
    areas: AreaSource = Field(default_factory=AreaSource)
    """The smallest units of territory."""
    regions: Source | None = None
    """district, region; optional: valid_from (a re-drawn region: the newest row counts for history too), school_zone,
    subdivision (public
    holidays by part of the country). Without it accounts and areas carry `region` themselves."""
    events: Source | None = None
    """event_id, kind, start, end; optional: region (empty for all), category (empty for all), name."""
    current_alignment: Source | None = None
    """rep_id with area_id, district or account_id: who serves what today."""
    only_regions: tuple[str, ...] = Field(default=(), strict=False)
    """Plan only for these regions: accounts, sales, areas, reps and events of all others are left aside. Empty for
    all."""


class PositionRepair(StrEnum):
    """What to do with an account without a usable position."""

    TOWN = "town"
    """Put it at the middle of the other accounts of its town, else of its district, else drop it."""
    DROP = "drop"


class Cleaning(Section):
    """Rules for repairing data; every repair is counted and listed."""

    missing_position: PositionRepair = PositionRepair.TOWN
    """Accounts without lon and lat, or outside the outline by more than `outside_km`: `town` or `drop`."""
    outside_km: Annotated[float, Field(ge=0.0)] = 2.0
    """Accounts up to this far outside the outline are snapped to the nearest area."""
    duplicate_accounts: Literal["merge", "first", "refuse"] = "merge"
    """Rows with one account_id: `merge` fills gaps from later rows, `first` keeps the first, `refuse` is an error."""
    duplicate_sales: Literal["sum", "first", "refuse"] = "sum"
    """Rows of one account, category and week."""
    unknown_accounts: Literal["drop", "refuse"] = "drop"
    """Sales of accounts that are not in the accounts table."""
    negative_sales: Literal["return", "zero", "drop"] = "return"
    """`return` nets them against the account's earlier sales of the category, `zero` sets them to 0, `drop` leaves the
    row out."""
    extreme_sales: Literal["cap", "keep"] = "cap"
    """Weekly sales of one account beyond `extreme_factor` times its own usual maximum are capped there for the
    forecast's history, or kept."""
    extreme_factor: Annotated[float, Field(gt=1.0)] = 8.0
    """How many times the account's 90th percentile of non-zero weeks counts as extreme."""
    incomplete_weeks: Literal["drop", "keep"] = "drop"
    """First and last week when they hold clearly less than the weeks beside them."""
    missing_region: Literal["impute", "drop"] = "impute"
    """Accounts without region: take that of the area or of the nearest account, or drop."""
    missing_segment: Literal["by_sales", "drop"] = "by_sales"
    """Accounts without segment: by sales (see `segments`), or drop."""
    history_gaps: Literal["zero", "interpolate"] = "zero"
    """Weeks in which a whole region × category shows nothing between active weeks: true zeros, or not recorded."""
    closed_after_weeks: Annotated[int, Field(ge=0)] = 0
    """Customers that bought before but not in the last so many complete weeks count as closed: they are not planned
    for, their past sales
    still teach the forecast of their region. Prospects stay. 0 for never."""


class ForecastModel(StrEnum):
    """Models that compete in the backtest."""

    SEASONAL_NAIVE = "seasonal_naive"
    THETA = "theta"
    ETS = "ets"
    LIGHTGBM = "lightgbm"


class ForecastSection(Section):
    """How sales are forecast."""

    models: tuple[ForecastModel, ...] = Field(
        default=(ForecastModel.SEASONAL_NAIVE, ForecastModel.THETA, ForecastModel.LIGHTGBM), strict=False, min_length=1
    )
    """Competitors; the best by rolling-origin backtest is chosen (an average of two may win)."""
    origins: Annotated[int, Field(ge=1, le=20)] = 4
    """Rolling origins of the backtest."""
    country: str = "FR"
    """ISO code for public holidays."""
    school_holidays: bool = False
    """Whether school holidays by zone are features (France)."""
    history_weeks: Annotated[int, Field(ge=20)] = 261
    """Weeks of history to learn from, counted back from the last one."""
    headroom_share: Share = 0.3
    """Share of the headroom that can be won in the period; potential = baseline + this · headroom."""
    headroom_quantile: Share = 0.85
    """Comparable accounts' quantile that headroom looks up to."""


class TravelMethod(StrEnum):
    """Where drive minutes come from."""

    STRAIGHT_LINE = "straight_line"
    GRAPH = "graph"


class Travel(Section):
    """Drive minutes and kilometres."""

    method: TravelMethod = TravelMethod.STRAIGHT_LINE
    """`straight_line` (distance × circuity at a speed that grows with distance) or `graph` (a GraphML road graph)."""
    graph: str = ""
    """GraphML file made by OSMnx, relative to the scenario."""
    circuity: Annotated[float, Field(ge=1.0, le=3.0)] = 1.3
    """Road distance over straight line."""
    town_kmh: Annotated[float, Field(gt=0.0, le=200.0)] = 35.0
    """Speed on the first ten kilometres."""
    country_kmh: Annotated[float, Field(gt=0.0, le=200.0)] = 80.0
    """Speed beyond them."""
    speed_factor: Annotated[float, Field(gt=0.0, le=5.0)] = 1.0
    """Multiplies all speeds."""
    parking_minutes: Minutes = 3
    """Added to each drive that ends at an account."""


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
    """Whether every visit must be made; others are made as time allows."""
    value: Annotated[int, Field(ge=1, le=10_000)] = 60
    """What a visit is worth, in driving minutes; a visit that costs more is left out."""
    opening: str = "mo-fr 08:00-18:00"
    """Opening hours of accounts that have none of their own, such as "mo-fr 09:00-12:00,14:00-18:00; sa
    09:00-12:00"."""


class Balance(Section):
    """One measure that territories share fairly."""

    tolerance: Annotated[float, Field(gt=0.0, le=1.0)] = 0.10
    """Greatest deviation of a territory from its target, as a share."""
    share_by: Literal["hours", "equal"] = "hours"
    """Targets in proportion to the reps' weekly hours, or equal."""


class BalanceMeasureName(StrEnum):
    """What can be balanced."""

    POTENTIAL = "potential"
    WORKLOAD = "workload"
    ACCOUNTS = "accounts"


class Lock(Section):
    """An area that must, or must not, belong to a rep."""

    area: Identifier
    """area_id, or the name of the area when it is unique."""
    rep: Identifier
    """rep_id."""


class Objective(Section):
    """What a good plan is, besides keeping the rules."""

    travel: Annotated[float, Field(gt=0.0)] = 1.0
    """Weight of visit minutes driven between homes and areas."""
    disruption: Annotated[float, Field(ge=0.0)] = 0.0
    """Weight of a share of potential that changes hands: 1.0 makes moving everything as dear as all travel."""


class Territories(Section):
    """Rules and aims of the territory plan."""

    balance: dict[BalanceMeasureName, Balance] = Field(
        default_factory=lambda: {BalanceMeasureName.POTENTIAL: Balance(), BalanceMeasureName.WORKLOAD: Balance()},
        strict=False,
    )
    """Measures to balance: potential, workload, accounts."""
    objective: Objective = Field(default_factory=Objective)
    """Weights."""
    contiguous: bool = True
    """Whether each territory must be in one piece; it holds its rep's home in any case."""
    within: Literal["none", "region"] = "none"
    """`region`: reps serve only areas of their region, and targets are shared out inside each region."""
    keep_together: Literal["none", "district"] = "none"
    """`district`: all areas of a district go to one rep."""
    locks: tuple[Lock, ...] = Field(default=(), strict=False)
    """Areas that must belong to a rep."""
    forbidden: tuple[Lock, ...] = Field(default=(), strict=False)
    """Areas that must not belong to a rep."""
    max_drive_minutes: Annotated[int, Field(ge=1)] | None = None
    """Greatest drive from home to any area of the territory."""
    max_disruption: Share | None = None
    """Greatest share of potential that may change hands."""


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
    closed: tuple[dt.date, ...] = Field(default=(), strict=False)
    """Dates without tours."""
    public_holidays: bool = True
    """Whether public holidays of the rep's region are closed."""


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
