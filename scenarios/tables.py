"""Read the tables of a firm, with our column names and types, and tell every fault of all of them in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from scenarios.columns import Column, FaultList, Kind, convert
from scenarios.databases import is_address
from scenarios.faults import Fault, ScenarioError
from scenarios.loaded import LoadedScenario, nearest_mark, sources
from scenarios.polygons import check_polygons, union_of
from scenarios.roads.places import PlaceError, downloaded
from scenarios.rule_names import unknown_accounts, unknown_areas, unknown_reps
from scenarios.schema import AreaMaking, Scenario, Source, Travel, TravelMethod
from scenarios.strict_yaml import Mark
from scenarios.suggest import did_you_mean, missing_file, nearest, one_of
from scenarios.table_checks import faults_between_tables, faults_in_table
from scenarios.table_columns import ALIGNED, EXTRA_NAMES, TABLE_COLUMNS
from scenarios.table_files import SUFFIXES, RawTable, TableFileError, read_file
from scenarios.table_types import EVENT_COLUMNS, LookAlike, Tables

__all__ = ["Tables", "read_tables", "table_faults"]

UNIQUE: Final = {"data.reps": "rep_id", "data.areas.source": "area_id", "data.events": "event_id"}
"""Tables in which an id stands once. Accounts and sales may repeat theirs: the cleaning rules say what that means."""


MISSPELT: Final = 0.8
"""Likeness from which a column that is not read is held for a misspelt one."""


def read_tables(loaded: LoadedScenario) -> Tables:
    """Read all tables that a scenario names.

    Raises
    ------
    ScenarioError
        With all faults of all tables.
    """
    sections = {key: getattr(loaded.scenario, key) for key in Scenario.model_fields}
    reading = _read_all(sections, loaded.marks)
    if reading.faults:
        raise ScenarioError(reading.faults)
    frames = reading.frames
    make = loaded.scenario.data.areas.make
    areas = frames.get("data.areas.source")
    return Tables(
        accounts=frames["data.accounts"],
        sales=frames["data.sales"],
        reps=frames["data.reps"],
        areas=gpd.GeoDataFrame(areas, geometry="geometry", crs="EPSG:4326") if make is AreaMaking.POLYGONS else None,
        towns=areas if make is AreaMaking.TOWNS else None,
        outline=union_of(frames["data.areas.outline"]["geometry"]) if "data.areas.outline" in frames else None,
        regions=frames.get("data.regions"),
        categories=frames.get("data.categories"),
        series=frames.get("data.series"),
        events=frames.get("data.events", _no_events()),
        last_visits=frames.get("data.last_visits"),
        current_alignment=frames.get("data.current_alignment"),
        look_alikes=tuple(reading.look_alikes),
    )


def read_more_sales(path: Path, loaded: LoadedScenario) -> pd.DataFrame:
    """Read another sales table that is laid out as the scenario's own.

    Returns
    -------
    SALES_COLUMNS; a week is its Monday.

    Raises
    ------
    ScenarioError
        With all faults of the table.
    """
    sections = {key: getattr(loaded.scenario, key) for key in Scenario.model_fields}
    source = loaded.scenario.data.sales.model_copy(update={"path": str(path)})
    reading = _Reading()
    frame = _read_one("data.sales", source, sections, loaded.marks, reading)
    if reading.faults or frame is None:
        raise ScenarioError(reading.faults)
    return frame


def table_faults(sections: Mapping[str, Any], marks: Mapping[str, Mark]) -> list[Fault]:
    """Tell the faults of the tables of a scenario that has faults itself.

    Parameters
    ----------
    sections
        The valid sections of the scenario; `data`, `segments` and `territories` among them.
    marks
        Places of the scenario's keys.
    """
    return _read_all(sections, marks).faults


@dataclass(slots=True)
class _Reading:
    """What came of reading the tables."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    told: dict[str, FaultList] = field(default_factory=dict)
    sound: set[str] = field(default_factory=set)
    """Tables without faults."""
    look_alikes: list[LookAlike] = field(default_factory=list)


def _read_all(sections: Mapping[str, Any], marks: Mapping[str, Mark]) -> _Reading:
    reading = _Reading()
    for key, source in sources(sections["data"]).items():
        before = len(reading.faults)
        frame = _read_one(key, source, sections, marks, reading)
        if frame is not None:
            reading.frames[key] = frame
            if len(reading.faults) == before:
                reading.sound.add(key)
    reading.faults += _road_faults(sections.get("travel"), marks)
    lines = sections["territories"].barriers.lines if "territories" in sections else ""
    if lines and not Path(lines).is_file():
        missing = missing_file(Path(lines), (".geojson", ".gpkg"))
        reading.faults.append(_at(marks, "territories.barriers.lines", missing))
    sound = {key: reading.frames[key] for key in reading.frames if key in reading.sound}
    # Of events with other faults, too, regions and categories can be looked up: nothing else is asked of them there.
    events = reading.frames.get("data.events")
    linked = sound if events is None else {**sound, "data.events": events}
    reading.faults += faults_between_tables(linked, reading.told, sections, marks)
    if reading.faults and "territories" in sections:  # else they are told once the tables are checked
        reading.faults += _unknown_names(sound, sections, marks)
    return reading


def _road_faults(travel: Travel | None, marks: Mapping[str, Mark]) -> list[Fault]:
    """Look for the road network's file, or download the roads of its place unless they are there."""
    if travel is None:
        return []
    if travel.graph and not Path(travel.graph).is_file():
        return [_at(marks, "travel.graph", missing_file(Path(travel.graph), (".graphml", ".pbf")))]
    if travel.place and not travel.graph and travel.method is TravelMethod.GRAPH:
        try:
            downloaded(travel.place)
        except PlaceError as error:
            return [_at(marks, "travel.place", str(error))]
    return []


def _unknown_names(
    sound: Mapping[str, pd.DataFrame], sections: Mapping[str, Any], marks: Mapping[str, Mark]
) -> list[Fault]:
    """Tell of names in the planner's rules that sound tables lack, so that faults of other tables do not hide them."""
    rules, at, faults = sections["territories"], partial(_at, marks), list[Fault]()
    if "data.reps" in sound:
        faults += unknown_reps(rules, sound["data.reps"]["rep_id"].tolist(), at)
    if "data.areas.source" in sound and sections["data"].areas.make is AreaMaking.POLYGONS:
        faults += unknown_areas(rules, sound["data.areas.source"], at)
    if "data.accounts" in sound:
        faults += unknown_accounts(rules, sound["data.accounts"]["account_id"].tolist(), at)
    return faults


def _read_one(
    key: str, source: Source, sections: Mapping[str, Any], marks: Mapping[str, Mark], reading: _Reading
) -> pd.DataFrame | None:
    """Read, type and check one table; None when there is nothing to type."""
    path = Path(source.path)
    if not is_address(source.path) and not path.is_file():
        reading.faults.append(_at(marks, f"{key}.path", missing_file(path, SUFFIXES)))
        return None
    wanted = _Wanted(key=key, source=source, columns=_columns_of(key, sections), marks=marks)
    try:
        raw = read_file(source, wanted.choose)
    except TableFileError as error:
        if error.rows:
            rows = FaultList(file=source.path, rows=np.array([row for row, _ in error.rows]), faults=reading.faults)
            rows.tell(np.arange(len(error.rows)), [text for _, text in error.rows[:5]], "", str(error))
        else:
            reading.faults.append(_at(marks, f"{key}.{error.key}", f"{path.name}: {error}"))
        return None
    reading.faults += wanted.faults
    if wanted.faults:
        return None
    reading.look_alikes += wanted.look_alikes
    told = FaultList(file=source.path, rows=raw.rows, faults=reading.faults)
    reading.told[key] = told
    if not len(raw.rows):
        reading.faults.append(Fault(file=source.path, message="the table has no rows, expected at least one"))
        return None
    frame = _typed(raw, wanted, told)
    names = {name: wanted.shown(name) for name in frame.columns}
    if key in UNIQUE:
        _tell_repeated(frame[UNIQUE[key]], names[UNIQUE[key]], told)
    faults_in_table(key, frame, names, told, sections)
    return frame


def _columns_of(key: str, sections: Mapping[str, Any]) -> tuple[Column, ...]:
    data = sections["data"]
    if key == "data.areas.source":
        return _with_attributes(
            TABLE_COLUMNS["towns" if data.areas.make is AreaMaking.TOWNS else "polygons"], data.areas.attributes
        )
    if key == "data.accounts":
        return _with_attributes(TABLE_COLUMNS[key], data.account_attributes)
    if key == "data.reps" and sections["territories"].homes != "given":
        return TABLE_COLUMNS["reps without homes"]
    return TABLE_COLUMNS[key]


def _with_attributes(columns: tuple[Column, ...], names: Sequence[str]) -> tuple[Column, ...]:
    """Ask for columns of numbers as well; the last of the columns stays the last."""
    known = [column.name for column in columns]
    more = [Column(name=name, kind=Kind.NUMBER, required=True, low=0) for name in names if name not in known]
    return (*columns[:-1], *more, columns[-1])


@dataclass(slots=True, kw_only=True)
class _Wanted:
    """Find the columns of a table in its file."""

    key: str
    source: Source
    columns: tuple[Column, ...]
    marks: Mapping[str, Mark]
    faults: list[Fault] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    """Our name: the file's name."""
    look_alikes: list[LookAlike] = field(default_factory=list)

    def choose(self, there: Sequence[str]) -> list[str]:
        """Name the file's columns to read; note what is missing."""
        self._check_mapping(there)
        mapping = self.source.columns
        for column in self.columns:
            name = mapping.get(column.name, column.name)
            if name in there:
                self.found[column.name] = name
            elif column.required and column.name not in mapping:
                self._tell_missing(column, there)
        if self.key == "data.current_alignment":
            self._keep_one_subject(there)
        self._look_for_misspelt(there)
        return [] if self.faults else list(self.found.values())

    def shown(self, name: str) -> str:
        """Write a column's name for faults: the file's, and ours when it differs."""
        there = self.found.get(name, name)
        return name if there == name else f"{there} ({name})"

    def _check_mapping(self, there: Sequence[str]) -> None:
        ours = [column.name for column in self.columns]
        for name, mapped in self.source.columns.items():
            key = f"{self.key}.columns.{name}"
            if name not in ours and name not in EXTRA_NAMES.get(self.key, ()):
                hint = did_you_mean(name, ours) or f"; known are {one_of(ours, most=20, word='and')}"
                self.faults.append(_at(self.marks, key, f'"{name}" is no column of this table{hint}'))
            elif mapped not in there:
                hint = did_you_mean(mapped, there) or _columns_there(there)
                self.faults.append(_at(self.marks, key, f'{self._file} has no column "{mapped}"{hint}'))

    def _tell_missing(self, column: Column, there: Sequence[str]) -> None:
        if column.name == "geometry":
            message = f"{self._file} holds no polygons, expected a GeoJSON or GeoPackage file"
            self.faults.append(_at(self.marks, f"{self.key}.path", message))
            return
        taken = set(self.source.columns.values()) | {other.name for other in self.columns}
        close = nearest(column.name, [name for name in there if name not in taken])
        hint = f'; is it "{close}"? then write {column.name}: {close}' if close else _columns_there(there)
        message = f'{self._file} has no column "{column.name}"{hint}'
        self.faults.append(_at(self.marks, f"{self.key}.columns", message))

    def _look_for_misspelt(self, there: Sequence[str]) -> None:
        """Note columns that are not read and look like one that is not there."""
        unread = [name for name in there if name not in self.found.values()]
        for column in self.columns:
            if column.name not in self.found and not column.required and column.name not in self.source.columns:
                close = nearest(column.name, unread, cutoff=MISSPELT)
                if close:
                    self.look_alikes.append(LookAlike(table=self.key, file=self._file, there=close, meant=column.name))

    def _keep_one_subject(self, there: Sequence[str]) -> None:
        mapped = [name for name in ALIGNED if name in self.source.columns]
        subjects = mapped or [name for name in ALIGNED if name in self.found]
        if len(subjects) == 1:
            self.found = {name: self.found[name] for name in ("rep_id", *subjects) if name in self.found}
        elif not self.faults:
            which = (
                f"both {subjects[0]} and {subjects[1]}"
                if subjects
                else f"none of {one_of(ALIGNED)}{_columns_there(there)}"
            )
            message = f"{self._file} gives reps {which}; expected exactly one, named under columns"
            self.faults.append(_at(self.marks, f"{self.key}.columns", message))

    @property
    def _file(self) -> str:
        return Path(self.source.path).name


def _typed(raw: RawTable, wanted: _Wanted, told: FaultList) -> pd.DataFrame:
    """Give all columns their types; those the file lacks get their defaults."""
    made: dict[str, Any] = {}
    count = len(raw.rows)
    for column in wanted.columns:
        if column.name == "geometry":
            continue
        if column.name in wanted.found:
            values = raw.frame[wanted.found[column.name]].reset_index(drop=True)
            made[column.name] = convert(values, column, wanted.shown(column.name), told, decimal=wanted.source.decimal)
        elif wanted.key != "data.current_alignment":
            made[column.name] = _left_out(column, count)
    frame = pd.DataFrame(made, index=range(count))
    ids = next((column.name for column in wanted.columns if column.kind is Kind.ID), "")
    if "name" in frame and ids in frame:
        frame["name"] = frame["name"].where(frame["name"] != "", frame[ids])
    if "week" in frame:
        frame["week"] = _mondays(frame["week"])
    if raw.geometry is not None and wanted.columns[-1].name == "geometry":
        labels = [f'{ids.removesuffix("_id")} "{text}"' for text in frame[ids]] if ids else ["the outline"] * count
        frame["geometry"] = check_polygons(raw.geometry.reset_index(drop=True), labels, told)
    return frame


def _left_out(column: Column, count: int) -> pd.Series:
    if column.kind in {Kind.NUMBER, Kind.WHOLE}:
        return pd.Series(np.full(count, np.nan if column.default is None else float(column.default)))
    if column.kind is Kind.DATE:
        return pd.Series(np.full(count, np.datetime64("NaT", "ns")))
    return pd.Series(np.full(count, "" if column.default is None else column.default, dtype=object), dtype=str)


def _mondays(dates: pd.Series) -> pd.Series:
    """Move each date back to the Monday of its week."""
    days = dates.to_numpy().astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    return pd.Series((days - np.where(np.isnat(days), 0, weekday).astype("timedelta64[D]")).astype("datetime64[ns]"))


def _tell_repeated(ids: pd.Series, key: str, told: FaultList) -> None:
    records = np.flatnonzero((ids.duplicated() & (ids != "")).to_numpy())
    shown = [f'"{ids.iloc[record]}"' for record in records[:5]]
    told.tell(
        records, [f"{text} again" if n == 0 else text for n, text in enumerate(shown)], key, "expected each id once"
    )


def _no_events() -> pd.DataFrame:
    columns = {column.name: _left_out(column, 0) for column in TABLE_COLUMNS["data.events"]}
    return pd.DataFrame(columns)[list(EVENT_COLUMNS)]


def _columns_there(there: Sequence[str]) -> str:
    names = [name for name in there if name]
    return f"; its columns are {one_of(names, most=20, word='and')}" if names else ""


def _at(marks: Mapping[str, Mark], key: str, message: str) -> Fault:
    mark = nearest_mark(marks, key)
    return Fault(file=mark.file, line=mark.line, column=mark.column, key=key, message=message)
