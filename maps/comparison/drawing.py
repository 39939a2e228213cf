"""Draw whole plans as small pictures: maps side by side, and what changes from one to another."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.book import PlanBook
from maps.features import dissolved
from maps.languages.speaking import say
from maps.markup import Markup, text
from maps.shapes import lighter_coverage

WIDE: Final = 520
POINTS: Final = 12_000
"""Of all areas in one picture."""
UNCHANGED: Final = "#eef1f4"
LETTER: Final = 9.5
LINE: Final = 17.0
"""Width of a letter and height of a line as they are on a phone, where pictures are smaller and letters are not."""


def plan_picture(book: PlanBook, colours: Mapping[str, str], *, title: str) -> Markup:
    """Draw the territories of a plan, each in its colour, and the homes of the reps.

    Parameters
    ----------
    colours
        territory_id → colour; the same for all plans that are compared, where they have the same territories.
    """
    light = lighter_coverage(list(book.areas.geometry), most_points=POINTS)
    shapes = dissolved(book, list(light))
    frame = _Frame(light)
    parts = [
        f'<path d="{frame.path(shape)}" fill="{colours.get(name, "#bbbbbb")}" fill-opacity=".75" stroke="#fff" '
        f'stroke-width="1"><title>{text(name)}</title></path>'
        for name, shape in shapes.items()
    ]
    return _svg(frame.high, title, [*parts, *_homes(book, frame)])


def change_picture(book: PlanBook, former: Mapping[str, str], colours: Mapping[str, str], *, title: str) -> Markup:
    """Draw which areas of a plan had another rep in the first one, over the plan's borders.

    Parameters
    ----------
    former
        area_id → rep_id in the first plan, of the areas that had another one.
    colours
        territory_id → colour, by which the areas show who takes them over.
    """
    light = lighter_coverage(list(book.areas.geometry), most_points=POINTS)
    frame = _Frame(light)
    territories = [frame.path(shape) for shape in dissolved(book, list(light)).values()]
    parts = [f'<path d="{path}" fill="{UNCHANGED}"/>' for path in territories]
    named = book.areas[["area_id", "name", "rep_id", "territory_id"]].to_dict("records")
    for area, shape in zip(named, light, strict=True):
        if area["area_id"] in former:
            told = f"{area['name']}: {former[area['area_id']] or '–'} → {area['rep_id'] or '–'}"
            colour = colours.get(area["territory_id"], "#bbbbbb")
            parts.append(f'<path d="{frame.path(shape)}" fill="{colour}"><title>{text(told)}</title></path>')
    parts += [f'<path d="{path}" fill="none" stroke="#41505e" stroke-width=".8"/>' for path in territories]
    return _svg(frame.high, title, [*parts, *_homes(book, frame)])


def _homes(book: PlanBook, frame: "_Frame") -> list[str]:
    """Mark homes, and name the reps as far as names have room."""
    dots, labels = [], []
    taken: list[tuple[float, float, float, float]] = []
    for rep in book.reps.sort_values("rep_id").to_dict("records"):
        x, y = frame.at(float(rep["lon"]), float(rep["lat"]))
        name = str(rep["rep_id"])
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1d2730" stroke="#fff" stroke-width="1">'
            f"<title>{text(name)}</title></circle>"
        )
        half = LETTER * len(name) / 2
        box = (x - half, x + half, y + 4, y + 4 + LINE)
        if not any(
            box[0] < right and left < box[1] and box[2] < end and top < box[3] for left, right, top, end in taken
        ):
            labels.append(f'<text class="home" x="{x:.1f}" y="{y + 17:.1f}" text-anchor="middle">{text(name)}</text>')
            taken.append(box)
    return [*dots, *labels]


class _Frame:
    """Where degrees lie in a picture of a given width; near enough to true shapes over one country."""

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        west, south, east, north = shapely.total_bounds(shapes)
        self._squeeze = math.cos(math.radians((south + north) / 2))
        self._scale = WIDE / max((east - west) * self._squeeze, 1e-9)
        self._west, self._north = west, north
        self.high = round((north - south) * self._scale) + 1

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Give the place of a point."""
        return (lon - self._west) * self._squeeze * self._scale, (self._north - lat) * self._scale

    def path(self, shape: BaseGeometry) -> str:
        """Write a polygon as an SVG path."""
        rings = [
            ring
            for part in shapely.get_parts(shape)
            if part.geom_type == "Polygon"
            for ring in (part.exterior, *part.interiors)
        ]
        return "".join(
            "M" + "L".join("{:.1f} {:.1f}".format(*self.at(*at)) for at in shapely.get_coordinates(ring)[:-1]) + "Z"
            for ring in rings
        )


def _svg(high: float, title: str, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="chart" viewBox="0 0 {WIDE} {high}" role="img" aria-label="{text(say(title))}">'
        f"<title>{text(say(title))}</title>{''.join(parts)}</svg>"
    )
