"""Read a table from a database: an SQLAlchemy address and a query."""

import datetime as dt
import decimal
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from scenarios.schema import Source

SQLITE_FILE: Final = "sqlite:///"
"""Beginning of the address of an SQLite file; a relative one starts from the folder of the scenario file."""
WORLD: Final = "EPSG:4326"
_PASSWORD: Final = re.compile(r"://[^/@]*:[^/@]+@")


class DatabaseError(ValueError):
    """A database gives no table."""

    def __init__(self, message: str, *, key: str = "path") -> None:
        super().__init__(message)
        self.key = key
        """The key of the source that has to be changed."""


def is_address(path: str) -> bool:
    """Tell the address of a database from the path of a file."""
    return "://" in path


def with_anchor(address: str, anchor: Callable[[str], str]) -> str:
    """Let the file of an SQLite address start from another folder; other addresses stay as they are."""
    name = address.removeprefix(SQLITE_FILE)
    return address if name == address else f"{SQLITE_FILE}{anchor(name)}"


def read_query(source: Source) -> tuple[pd.DataFrame, list[str]]:
    """Run the query of a source and give what comes back, in an order that does not depend on the database.

    Returns
    -------
    tuple
        The records, with their columns numbered, and the names of the columns. Without ORDER BY the records are sorted
        by their texts.

    Raises
    ------
    DatabaseError
        Says what has to be changed: the address, the query, or what is installed.
    """
    if not source.query.strip():
        raise DatabaseError("is a database, so a query is needed, such as: select * from customers", key="query")
    if _PASSWORD.search(source.path):
        text = "has a password in it, which would be saved with the results; take it out and set PGPASSWORD"
        raise DatabaseError(text)
    try:
        import sqlalchemy  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise DatabaseError('needs the packages for databases: pip install ".[sql]"') from error
    try:
        engine = sqlalchemy.create_engine(source.path, poolclass=sqlalchemy.pool.NullPool)
    except (sqlalchemy.exc.ArgumentError, ImportError) as error:
        raise DatabaseError(f"is no address that can be used: {_first_line(error)}") from error
    try:
        with engine.connect() as connection:  # never committed
            result = connection.execute(sqlalchemy.text(source.query))
            if not result.returns_rows:
                raise DatabaseError("gives no rows; expected a SELECT", key="query")
            names, records = [str(name) for name in result.keys()], [tuple(row) for row in result]  # noqa: SIM118
    except sqlalchemy.exc.SQLAlchemyError as error:
        key = "query" if isinstance(error, sqlalchemy.exc.ProgrammingError) or "syntax" in str(error) else "path"
        raise DatabaseError(f"the database says: {_first_line(error)}", key=key) from error
    if not re.search(r"\border\s+by\b", source.query, re.IGNORECASE):
        records.sort(key=lambda record: [str(value) for value in record])
    columns = {place: _column([record[place] for record in records]) for place in range(len(names))}
    return pd.DataFrame(columns, index=range(len(records))), names


def query_digest(source: Source) -> str:
    """Give the SHA-256 of what a query gives; "" where it gives nothing, which is told when it is read."""
    try:
        frame, names = read_query(source)
    except DatabaseError:
        return ""
    text = repr((names, [[str(value) for value in row] for row in frame.itertuples(index=False)]))
    return hashlib.sha256(text.encode()).hexdigest()


def shapes_of(values: Sequence[object]) -> gpd.GeoSeries:
    """Read shapes as PostGIS gives them: WKB as bytes or in hexadecimal digits, or WKT; give longitude and latitude.

    Shapes that name their system of coordinates are turned from it; the others are in longitude and latitude.

    Raises
    ------
    DatabaseError
        When one cannot be read, or they are of several systems.
    """
    try:
        read = [
            shapely.from_wkb(value)
            if isinstance(value, bytes | memoryview) or re.fullmatch(r"[0-9A-Fa-f]+", str(value))
            else shapely.from_wkt(str(value))
            for value in (bytes(value) if isinstance(value, memoryview) else value for value in values)
        ]
    except (shapely.errors.GEOSException, TypeError) as error:
        raise DatabaseError(f"a shape cannot be read: {_first_line(error)}", key="query") from error
    systems = sorted({int(number) for number in shapely.get_srid(read)} - {0, -1})  # -1 for no shape
    if len(systems) > 1:
        text = f"shapes are of {len(systems)} systems of coordinates ({', '.join(map(str, systems))}); expected one"
        raise DatabaseError(f"{text}: ST_Transform(…, 4326)", key="query")
    return gpd.GeoSeries(read, crs=systems[0] if systems else WORLD).to_crs(WORLD)


def _column(values: list[Any]) -> "pd.Series[Any]":
    """Give a column the type that the same values would have in a Parquet file."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, decimal.Decimal) for value in known):
        return pd.Series([np.nan if value is None else float(value) for value in values], dtype=float)
    if known and all(isinstance(value, dt.date) for value in known):
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object)))
    series = pd.Series(values, dtype=object)
    return series if any(isinstance(value, bytes | memoryview) for value in known) else series.infer_objects()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
