"""Read a table as it is in its file: CSV, Parquet, Excel, GeoJSON or GeoPackage."""

import csv
import gzip
import io
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pyogrio
import shapely
from numpy.typing import NDArray

from scenarios.databases import DatabaseError, is_address, read_query, shapes_of
from scenarios.schema import Source
from scenarios.suggest import did_you_mean, one_of

FIRST_ROW: Final = 2
"""Row of the first record, as a spreadsheet shows it."""
WORLD: Final = "EPSG:4326"
CSV_SUFFIXES: Final = (".csv", ".txt", ".tsv")
SUFFIXES: Final = (*CSV_SUFFIXES, ".csv.gz", ".parquet", ".xlsx", ".xlsm", ".geojson", ".json", ".gpkg")

Choose = Callable[[Sequence[str]], Sequence[str]]
"""Given all columns of a file, name those to read; may raise to read nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawTable:
    """The chosen columns of a file, values as they are."""

    frame: pd.DataFrame
    rows: NDArray[np.int64]
    """Row of each record as a spreadsheet shows it. Shape (records,)."""
    geometry: gpd.GeoSeries | None = None
    """Shapes in EPSG:4326 of a GeoJSON, GeoPackage or GeoParquet file. Shape (records,)."""


class TableFileError(ValueError):
    """A file cannot be read as a table."""

    def __init__(self, message: str, *, key: str = "path", rows: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(message)
        self.key = key
        """The key of the source that has to be changed."""
        self.rows = rows
        """Rows of the file, with messages, when single rows are at fault."""


def read_file(source: Source, choose: Choose) -> RawTable:
    """Read the columns of a file that `choose` names.

    Raises
    ------
    TableFileError
        When the file is there but cannot be read.
    """
    name = source.path.lower()
    try:
        if is_address(source.path):
            return _read_database(source, choose)
        if name.endswith((*CSV_SUFFIXES, *(f"{suffix}.gz" for suffix in CSV_SUFFIXES))):
            return _read_csv(source, choose)
        if name.endswith((".parquet", ".pq")):
            return _read_parquet(source, choose)
        if name.endswith((".xlsx", ".xlsm")):
            return _read_excel(source, choose)
        if name.endswith((".geojson", ".json", ".gpkg")):
            return _read_shapes(source, choose)
    except (OSError, EOFError) as error:
        raise TableFileError(f"cannot be read: {error}") from error
    kinds = "CSV (.csv), Parquet (.parquet), Excel (.xlsx), GeoJSON (.geojson) or GeoPackage (.gpkg)"
    raise TableFileError(f"this is no kind of table that can be read; expected {kinds}")


def _read_database(source: Source, choose: Choose) -> RawTable:
    try:
        frame, names = read_query(source)
        wanted = _chosen(choose, names)
        column = frame[names.index("geometry")] if "geometry" in wanted else None
        geometry = None if column is None else shapes_of(column.tolist())
    except DatabaseError as error:
        raise TableFileError(str(error), key=error.key) from error
    kept = {name: frame[names.index(name)] for name in wanted if name != "geometry"}
    return RawTable(
        frame=pd.DataFrame(kept, index=frame.index), rows=np.arange(len(frame)) + FIRST_ROW, geometry=geometry
    )


def _read_csv(source: Source, choose: Choose) -> RawTable:
    data = Path(source.path).read_bytes()
    if source.path.endswith(".gz"):
        data = gzip.decompress(data)
    if b"\0" in data[:4096] and not source.encoding.lower().startswith("utf-16"):
        raise TableFileError("this is no text file, although its name says CSV")
    if len(source.separator) != 1 or not source.separator.isascii() or source.separator in '"\r\n':
        raise TableFileError(f'got "{source.separator}", expected one character, such as "," or ";"', key="separator")
    bad: list[tuple[int, str]] = []
    expected: list[int] = []

    def note(row: pa_csv.InvalidRow) -> str:
        fields = "field" if row.actual_columns == 1 else "fields"
        expected.append(row.expected_columns)
        bad.append((int(row.number), f"{row.actual_columns} {fields}"))
        return "skip"

    _refuse_open_quote(data, source)
    reading = pa_csv.ReadOptions(use_threads=False, encoding=source.encoding, block_size=1 << 24)
    parsing = pa_csv.ParseOptions(
        delimiter=source.separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
    )
    header = _csv_header(data, reading, source)
    names = [name.strip() for name in header]
    _refuse_one_column(names, source)
    wanted = [header[names.index(name)] for name in _chosen(choose, names)]
    bad.clear()
    converting = pa_csv.ConvertOptions(
        include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
    )
    try:
        table = pa_csv.read_csv(pa.BufferReader(data), reading, parsing, converting)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise _csv_error(error, data, source) from error
    if bad:
        raise TableFileError(f"expected {expected[0]} as in the header", rows=bad)
    frame = table.to_pandas()
    frame.columns = [name.strip() for name in frame.columns]
    return _without_blank_rows(frame)


def _csv_header(data: bytes, reading: pa_csv.ReadOptions, source: Source) -> list[str]:
    end = data.find(b"\n", 1 << 16)
    options = pa_csv.ParseOptions(
        delimiter=source.separator,
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=lambda _: "skip",
    )
    head = data if end < 0 else data[: end + 1]
    if not head.strip():
        raise TableFileError("the file is empty, expected a header and at least one row")
    try:
        names: list[str] = pa_csv.read_csv(pa.BufferReader(head + b"\n"), reading, options).column_names
    except (pa.ArrowInvalid, UnicodeError, LookupError) as error:
        raise _csv_error(error, data, source) from error
    return names


def _refuse_open_quote(data: bytes, source: Source) -> None:
    """Notice a quote mark that would swallow the rest of the file as one long text."""
    if data.count(b'"') % 2 == 0:
        return
    text = io.StringIO(data.decode("latin-1"), newline="")  # only quotes and separators matter
    row = 0
    try:
        for row, _ in enumerate(csv.reader(text, delimiter=source.separator, strict=True), start=1):  # noqa: B007
            pass
    except csv.Error as error:
        if "end of data" in str(error) or "field limit" in str(error):
            found = [(row + 1, "a quote mark")]
            raise TableFileError("expected the end of the text in quotes, which never comes", rows=found) from error


def _csv_error(error: Exception, data: bytes, source: Source) -> TableFileError:
    if isinstance(error, LookupError) and not isinstance(error, UnicodeError):
        return TableFileError(
            f'"{source.encoding}" is no known encoding, expected utf-8, cp1252 or another', key="encoding"
        )
    try:
        data.decode(source.encoding)
    except UnicodeError as wrong:
        start = getattr(wrong, "start", 0)
        row = data[:start].count(b"\n") + 1
        message = f'row {row} is not {source.encoding} text; is the encoding cp1252? then write "encoding: cp1252"'
        return TableFileError(message, key="encoding")
    if "Empty CSV" in str(error):
        return TableFileError("expected a header and at least one row")
    return TableFileError(f"cannot be read as CSV: {error}")


def _refuse_one_column(names: list[str], source: Source) -> None:
    if len(names) != 1:
        return
    for separator, written in ((";", ";"), ("\t", "\\t"), ("|", "|"), (",", ",")):
        if separator != source.separator and separator in names[0]:
            message = f'only one column found; is the separator "{written}"? then write separator: "{written}"'
            raise TableFileError(message, key="separator")


def _read_parquet(source: Source, choose: Choose) -> RawTable:
    try:
        file = pq.ParquetFile(source.path)
        names = list(file.schema_arrow.names)
        wanted = _chosen(choose, names)
        geometry = None
        if b"geo" in (file.schema_arrow.metadata or {}):
            shapes = gpd.read_parquet(source.path)
            geometry = _on_the_globe(shapes.geometry)
        frame = file.read(columns=[name for name in wanted if name != "geometry"]).to_pandas()
    except pa.ArrowInvalid as error:
        raise TableFileError("cannot be read as Parquet; is it another kind of file?") from error
    frame = frame.reset_index(drop=True)
    return RawTable(frame=frame, rows=np.arange(len(frame)) + FIRST_ROW, geometry=geometry)


def _read_excel(source: Source, choose: Choose) -> RawTable:
    import openpyxl  # noqa: PLC0415 - only for Excel files

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            book = openpyxl.load_workbook(source.path, read_only=True, data_only=True)
            names = book.sheetnames
            if source.sheet and source.sheet not in names:
                hint = did_you_mean(source.sheet, names) or f"; there are {one_of(names, word='and')}"
                raise TableFileError(f'no sheet is called "{source.sheet}"{hint}', key="sheet")
            records = list(book[source.sheet or names[0]].iter_rows(values_only=True))
            book.close()
    except (zipfile.BadZipFile, KeyError) as error:
        raise TableFileError("cannot be read as Excel; is it another kind of file?") from error
    if not records or all(cell is None for cell in records[0]):
        raise TableFileError("row 1 is empty, expected the names of the columns there")
    header = ["" if cell is None else str(cell).strip() for cell in records[0]]
    wanted = _chosen(choose, header)
    cells: dict[str, Any] = {}
    for name in wanted:
        column = np.empty(len(records) - 1, dtype=object)
        position = header.index(name)
        column[:] = [record[position] if position < len(record) else None for record in records[1:]]
        cells[name] = pd.Series(column, dtype=object)
    return _without_blank_rows(pd.DataFrame(cells, index=range(len(records) - 1)))


def _read_shapes(source: Source, choose: Choose) -> RawTable:
    try:
        layers = [str(layer) for layer in pyogrio.list_layers(source.path)[:, 0]]
        if source.sheet and source.sheet not in layers:
            hint = did_you_mean(source.sheet, layers) or f"; there are {one_of(layers, word='and')}"
            raise TableFileError(f'no layer is called "{source.sheet}"{hint}', key="sheet")
        if not layers:
            raise TableFileError("the file holds no layer, expected features")
        layer = source.sheet or layers[0]
        info = pyogrio.read_info(source.path, layer=layer)
        names = [str(name) for name in info["fields"]]
        points = "Point" in str(info["geometry_type"])
        extra = [name for name in ("lon", "lat") if points and name not in names]
        wanted = _chosen(choose, [*names, "geometry", *extra])
        with warnings.catch_warnings(record=True) as doubts:
            warnings.simplefilter("always")
            shapes = gpd.read_file(source.path, layer=layer, columns=[name for name in wanted if name in names])
        if any("OGRGeoJSON" in str(doubt.message) for doubt in doubts):
            raise TableFileError("a shape has a corner that is no pair of numbers")
    except shapely.errors.GEOSException as error:
        raise TableFileError(f"a shape cannot be read: {str(error).rpartition(': ')[2]}") from error
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise TableFileError("cannot be read as GeoJSON or GeoPackage; is it another kind of file?") from error
    if not isinstance(shapes, gpd.GeoDataFrame):
        raise TableFileError("the features have no shapes")
    geometry = _on_the_globe(shapes.geometry)
    frame = pd.DataFrame(shapes.drop(columns=shapes.geometry.name))
    for name in extra:
        frame[name] = geometry.x if name == "lon" else geometry.y
    return RawTable(
        frame=frame[[n for n in wanted if n != "geometry"]], rows=np.arange(len(frame)) + FIRST_ROW, geometry=geometry
    )


def _on_the_globe(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Convert to longitude and latitude; shapes without a stated system are taken to be in it if they can be."""
    if shapes.crs is not None:
        return shapes.to_crs(WORLD)
    bounds = shapes.total_bounds
    if np.isfinite(bounds).all() and (np.abs(bounds) > [180, 90, 180, 90]).any():
        raise TableFileError(
            "the shapes are not in degrees and the file does not say in which system; save it with one"
        )
    return shapes.set_crs(WORLD)


def _chosen(choose: Choose, names: list[str]) -> list[str]:
    wanted = list(dict.fromkeys(choose(names)))
    for name in wanted:
        if names.count(name) > 1:
            raise TableFileError(f'the header names column "{name}" {names.count(name)} times, expected it once')
    return wanted


def _without_blank_rows(frame: pd.DataFrame) -> RawTable:
    rows = np.arange(len(frame)) + FIRST_ROW
    filled = (frame.notna() & (frame != "")).any(axis=1).to_numpy()
    return RawTable(frame=frame[filled].reset_index(drop=True), rows=rows[filled])
