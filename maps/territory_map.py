"""Show all territories on one page: maps/territories.html."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from maps.book import PlanBook, rows_by
from maps.features import dissolved, plan_colours
from maps.headlines import bridges_text, deviation_measures, territory_gap
from maps.languages.speaking import say
from maps.offline import map_page
from maps.shapes import lighter_coverage, packed, packed_points
from maps.spans import measure_head, plan_span
from maps.words import money_text, number_text, percent_text, signed_percent_text

PROVEN: Final = 5e-5
"""Gap, as a share, below which only rounding lies between plan and bound."""
TOWNS_NAMED: Final = 150
"""Areas that may be named on the map."""
UNITS: Final = {"workload": "h", "accounts": ""}
"""Units of balance measures that are not money."""


def territories_page(book: PlanBook) -> str:
    """Make the page.

    Parameters
    ----------
    book
        What the run came to.

    Returns
    -------
    str
        HTML of a page that loads nothing.
    """
    return map_page(
        title=f"{say('Territories')} – {book.name}",
        data=_page_data(book),
        body="",
        styles=("page.css", "territories.css"),
        scripts=("texts.js", "page.js", "territories_before.js", "territories.js"),
        start="showTerritories",
    )


def measure_value(territory: Mapping[Any, Any], measure: str) -> float:
    """Find a balance measure's value in a row of the territories table; workload's column carries its unit."""
    return float(territory[measure] if measure in territory else territory[f"{measure}_hours"])


def _page_data(book: PlanBook) -> dict[str, Any]:
    light = lighter_coverage(list(book.areas.geometry))
    shapes = dissolved(book, list(light))
    places = {name: number for number, name in enumerate(shapes)}
    regions = book.areas["region"].to_numpy()
    outlines = [shapely.union_all(light[regions == region]) for region in sorted(set(regions))]
    return {
        "title": f"{say('Territories')}: {book.name}",
        "period": plan_span(book),
        "notes": [say(note) for note in book.territory_notes],
        "bridges": say(bridges_text(book)),
        "travel_note": say(book.travel_note),
        "currency": book.currency,
        "gap": say(_gap_text(book)),
        "retouch": bool(book.rules),
        "measures": [
            {"name": name, "word": say(name), "label": measure_head(book, name)} for name in deviation_measures(book)
        ],
        "territories": _territories(book, shapes),
        "regions": [{"shape": packed(outline)} for outline in outlines],
        "areas": _areas(book, light, places),
        "towns": _towns(book, places),
        "reps_today": _reps_today(book),
        "accounts": _accounts(book, places),
        "segments": sorted(set(book.accounts["segment"])),
    }


def _gap_text(book: PlanBook) -> str:
    """Word the gap to the proven bound as the report does; "" where none is known."""
    gap = territory_gap(book)
    if not math.isfinite(gap):
        return ""
    return "proven to be the best plan" if gap < PROVEN else f"no plan can be more than {percent_text(gap)} cheaper"


def _measure_texts(book: PlanBook, row: Mapping[Any, Any]) -> list[list[str]]:
    """Write value and deviation of each balance measure, once, from the raw numbers, as the report does."""
    texts = []
    for name in deviation_measures(book):
        value, unit = measure_value(row, name), UNITS.get(name, book.currency)
        words = money_text(value, unit) if unit == book.currency else f"{number_text(value, 0)} {unit}".strip()
        texts.append([words, signed_percent_text(float(row[f"{name}_deviation"]))])
    return texts


def _territories(book: PlanBook, shapes: dict[str, Any]) -> list[dict[str, Any]]:
    colours = plan_colours(book)
    table = rows_by(book.territories, "territory_id")
    reps = rows_by(book.reps, "rep_id")
    rows = []
    for name, shape in shapes.items():
        row = table[name]
        rep = reps[row["rep_id"]]
        middle = shapely.point_on_surface(shape)
        rows.append(
            {
                "id": name,
                "rep_id": row["rep_id"],
                "rep": rep["name"] or row["rep_id"],
                "region": row["region"],
                "colour": colours[name],
                "home": [round(float(rep["lat"]), 4), round(float(rep["lon"]), 4)],
                "middle": [round(middle.y, 4), round(middle.x, 4)],
                "areas": int(row["areas"]),
                "accounts": int(row["accounts"]),
                "contiguous": bool(row["contiguous"]),
                "inside": bool(row["inside_tolerance"]),
                "bridged": bool(row.get("bridged", False)),
                "routed_hours": number_text(float(row["routed_hours"]), 0),
                "drive_km": number_text(float(row["drive_km"]), 0),
                "measures": _measure_texts(book, row),
                "shape": packed(shape),
            }
        )
    return rows


def _towns(book: PlanBook, places: Mapping[str, int]) -> list[dict[str, Any]]:
    """Name the areas with most potential, which the page shows as far as there is room, from the first zoom on."""
    table = book.areas.reset_index(drop=True).sort_values(["potential", "area_id"], ascending=[False, True])
    largest = table[table["territory_id"].isin(list(places))].head(TOWNS_NAMED)
    middles = shapely.point_on_surface(largest.geometry.to_numpy())
    return [
        {"name": name, "at": [round(middle.y, 4), round(middle.x, 4)], "territory": places[owner]}
        for name, owner, middle in zip(largest["name"], largest["territory_id"], middles, strict=True)
    ]


def _reps_today(book: PlanBook) -> list[str]:
    """List the reps of today's alignment, which may hold some that have left."""
    return sorted({rep for rep in book.areas["current_rep_id"] if rep})


def _areas(
    book: PlanBook, light: np.ndarray[tuple[int], np.dtype[np.object_]], places: dict[str, int]
) -> dict[str, Any]:
    today = {rep: number for number, rep in enumerate(_reps_today(book))}
    return {
        "id": list(book.areas["area_id"]),
        "name": list(book.areas["name"]),
        "territory": [places.get(name, -1) for name in book.areas["territory_id"]],
        "today": [today.get(rep, -1) for rep in book.areas["current_rep_id"]],
        "potential": _rounded(book.areas["potential"], 1),
        "expected": _rounded(book.areas["baseline"], 0),
        "headroom": _rounded(book.areas["headroom"], 0),
        "workload": _rounded(book.areas["workload_hours"], 2),
        "drive": _rounded(book.areas["drive_minutes"], 0),
        "shape": [packed(shape) for shape in light],
    }


def _accounts(book: PlanBook, places: dict[str, int]) -> dict[str, Any]:
    table = book.accounts.sort_values(["potential", "account_id"], ascending=[False, True])
    segments = {name: number for number, name in enumerate(sorted(set(table["segment"])))}
    lon, lat = packed_points(list(table["lon"]), list(table["lat"]))
    return {
        "id": list(table["account_id"]),
        "name": list(table["name"]),
        "town": list(table["town"]),
        "lon": lon,
        "lat": lat,
        "territory": [places.get(f"T-{rep}", -1) for rep in table["rep_id"]],
        "segment": [segments[name] for name in table["segment"]],
        "prospect": [int(status == "prospect") for status in table["status"]],
        "potential": _rounded(table["potential"], 1),
        "expected": _rounded(table["baseline"], 0),
        "headroom": _rounded(table["headroom"], 0),
        "wanted": _rounded(table["visits_wanted"], 0),
        "planned": _rounded(table["visits_planned"], 0),
    }


def _rounded(values: "pd.Series[float]", digits: int) -> list[float | int | None]:
    """Round numbers to write them in few bytes."""
    return [
        None if not np.isfinite(value) else round(value) if digits == 0 else round(value, digits)
        for value in values.astype(float)
    ]
