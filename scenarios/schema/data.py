"""Define the keys that say where tables are and how they are repaired."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.values import Section, Share


class Source(Section):
    """One table: a CSV, Parquet, Excel, GeoJSON or GeoPackage file, or a database's answer, and its columns' names."""

    path: str
    """File, relative to the scenario file; or the address of a database as SQLAlchemy writes it, without a password
    (set PGPASSWORD): `postgresql+psycopg://user@host/firm`, `sqlite:///firm.db`."""
    query: str = ""
    """SQL that gives the table, where `path` is the address of a database; needs `pip install ".[sql]"`."""
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
    """Polygons (area_id, name, geometry) or towns (area_id, name, lon, lat); optional columns district, population,
    group (see `territories.keep_together`). Not used with `accounts`."""
    outline: Source | None = None
    """Polygon that cells are clipped to; without it, a margin around the points."""
    attributes: tuple[str, ...] = Field(default=(), strict=False)
    """Columns of the areas' file that tell what an area could sell: `population`, or any other column of numbers
    (firms, income). With them the headroom of an area's accounts knows what areas with such attributes sell."""
    largest_share: Share = 0.25
    """A cell made around accounts with more than this share of an average territory's sales or accounts is split."""
    sized_for: Annotated[int, Field(ge=0)] = 0
    """How many reps an average territory is reckoned with where cells are made from accounts; 0 for those of
    the reps table. Write it down once rules or alignments name cells, so that the cells stay when the team changes."""


class Data(Section):
    """The tables of the firm."""

    accounts: Source
    """account_id, name; lon and lat; optional: town, district, segment, status (customer or prospect), first_sale,
    last_visit (before the cycle, so that intervals go on across it), opening_hours, visits,
    service_minutes, must (true or false), value, position_quality, group (see `territories.keep_together`), site (the
    same for successive numbers of one place, see `cleaning.same_site`)."""
    account_attributes: tuple[str, ...] = Field(default=(), strict=False)
    """Columns of the accounts' file with numbers that tell how large an account is (employees, floor space): headroom
    looks up to customers of the same segment that are nearest in them."""
    sales: Source
    """account_id, category, week (any day of it), sales; optional: units."""
    reps: Source
    """rep_id, name, lon, lat, hours_per_week; optional: region, working_days (such as "mon tue wed"),
    nights_away (evenings such as "mon tue", or "never"), start_lon, start_lat, end_lon, end_lat (where days begin and
    end, if not at home), target_share."""
    areas: AreaSource = Field(default_factory=AreaSource)
    """The smallest units of territory."""
    regions: Source | None = None
    """district, region; optional: valid_from (a re-drawn region: the newest row counts for history too), school_zone,
    subdivision (public
    holidays by part of the country). Without it accounts and areas carry `region` themselves."""
    categories: Source | None = None
    """category, becomes; optional: valid_from, share. Product lines that were merged (several become one), renamed or
    split (one row for each part, with its `share`): sales before `valid_from` are booked under what took their place,
    so that history goes on; later sales stay as they are written. Without `valid_from` sales of all weeks are."""
    series: Source | None = None
    """series (its name), week (any day of it), value; optional: region and category (empty for all). What else may
    drive sales: rep activity, marketing spend, prices, economy, weather. What was planned is named under
    `forecast.planned_series`; of all others only past weeks are read, as late as they come."""
    events: Source | None = None
    """event_id, kind, start, end; optional: region (empty for all), category (empty for all), name, announced (true or
    false: whether it was known before it began; left empty, storms, strikes and the like count as surprises), lon, lat
    and reach_km (an event with a place, such as a strike in a port: it touches the accounts within so many kilometres,
    and each region by their share of its sales; in the period it moves sales between these accounts and the others of
    the region)."""
    last_visits: Source | None = None
    """account_id, date: the visit plan in force, such as visits.csv of an earlier run. Visits on other days of the
    cycle than there cost `tours.change_price` each; a date outside the cycle stands for the same day of it."""
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
    same_site: Literal["join", "keep"] = "join"
    """Account numbers that succeeded one another at one `site` (a new owner, a new customer number): `join` books their
    sales under the newest, so that the history goes on, `keep` takes each as an account of its own."""
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
