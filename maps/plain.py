"""Turn values into plain data and text that are the same bytes on every run."""

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import singledispatch
from pathlib import PurePath
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
"""What JSON knows."""

FLOAT_DECIMALS: Final = 6
"""Of numbers in JSON files, so that the last bits of a sum do not show."""


@singledispatch
def plain(value: object) -> Plain:
    """Turn tables' and dataclasses' values into what JSON knows; what is not a number becomes null.

    Raises
    ------
    TypeError
        For a value that has no plain form.
    """
    raise TypeError(f"{type(value).__name__} has no plain form: {value!r}")


@plain.register(bool)
@plain.register(int)
@plain.register(str)
@plain.register(type(None))
def _as_it_is(value: str | int | None) -> Plain:
    return str(value) if isinstance(value, Enum) else value


@plain.register
def _number(value: float) -> Plain:
    return round(value, FLOAT_DECIMALS) + 0.0 if math.isfinite(value) else None


@plain.register
def _numpy_scalar(value: np.generic) -> Plain:
    return plain(value.item())


@plain.register(type(pd.NaT))
@plain.register(type(pd.NA))
def _missing(value: object) -> Plain:  # noqa: ARG001 - there is only one way to be missing
    return None


@plain.register
def _moment(value: dt.datetime) -> Plain:
    return value.date().isoformat() if value.time() == dt.time() else value.isoformat()


@plain.register
def _day(value: dt.date) -> Plain:
    return value.isoformat()


@plain.register
def _path(value: PurePath) -> Plain:
    return value.as_posix()


@plain.register
def _mapping(value: Mapping) -> Plain:  # type: ignore[type-arg] # dispatch knows no arguments of a type
    return {str(key): plain(item) for key, item in value.items()}


@plain.register(np.ndarray)
@plain.register(pd.Series)
@plain.register(pd.Index)
@plain.register(list)
@plain.register(tuple)
def _row(value: Iterable[object]) -> Plain:
    return [plain(item) for item in value]


def json_text(value: object) -> str:
    """Write a document for people and programs: indented, keys in their order, UTF-8, a line end at the end."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def compact_json(value: object) -> str:
    """Write a document in as few bytes as it takes."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def collection_text(collection: Mapping[str, Any]) -> str:
    """Write a GeoJSON feature collection with one feature per line, so that two plans can be compared by line."""
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        for feature in collection["features"]
    )
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def data_element(data: object) -> str:
    """Write data into a page where no name in it can end the element or start a comment."""
    text = compact_json(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="data">{text}</script>'
