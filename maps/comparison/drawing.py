"""Draw whole plans as small pictures: maps side by side, and where plans lie between two aims."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.book import PlanBook
from maps.charts import short_number, ticks
from maps.features import dissolved
from maps.languages.speaking import say
from maps.markup import Markup, text
from maps.shapes import lighter_coverage

WIDE: Final = 520
POINTS: Final = 12_000
"""Of all areas in one picture."""
UNCHANGED: Final = "#e3e8ec"
CHANGED: Final = "#c2410c"


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
    for rep in book.reps.sort_values("rep_id").to_dict("records"):
        x, y = frame.at(float(rep["lon"]), float(rep["lat"]))
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1d2730" stroke="#fff" stroke-width="1">'
            f"<title>{text(rep['rep_id'])}</title></circle>"
        )
    return _svg(frame.high, title, parts)


def change_picture(book: PlanBook, changed: Collection[str], *, title: str) -> Markup:
    """Draw which areas of a plan had another rep in the first one, over the plan's borders."""
    light = lighter_coverage(list(book.areas.geometry), most_points=POINTS)
    frame = _Frame(light)
    ids = set(changed)
    parts = [f'<path d="{frame.path(shape)}" fill="{UNCHANGED}"/>' for shape in dissolved(book, list(light)).values()]
    for area, name, shape in zip(book.areas["area_id"], book.areas["name"], light, strict=True):
        if area in ids:
            parts.append(f'<path d="{frame.path(shape)}" fill="{CHANGED}"><title>{text(name)}</title></path>')
    borders = dissolved(book, list(light)).values()
    parts += [f'<path d="{frame.path(shape)}" fill="none" stroke="#41505e" stroke-width=".7"/>' for shape in borders]
    return _svg(frame.high, title, parts)


def trade_off(points: Sequence[tuple[str, float, float]], *, across: str, up: str, title: str) -> Markup:
    """Draw plans as dots between two aims, both better when smaller; plans that no other beats in both are full.

    Parameters
    ----------
    points
        (name of the plan, value across, value up).
    """
    known = [point for point in points if math.isfinite(point[1]) and math.isfinite(point[2])]
    high, left, bottom = 300, 64, 40
    if not known:
        return Markup("")
    x_steps, y_steps = _steps([x for _, x, _ in known]), _steps([y for _, _, y in known])

    def place(value: float, steps: Sequence[float], start: float, end: float) -> float:
        return start + (end - start) * (value - steps[0]) / ((steps[-1] - steps[0]) or 1.0)

    parts = []
    for step in x_steps:
        x = place(step, x_steps, left, WIDE - 20)
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="12" x2="{x:.1f}" y2="{high - bottom}"/>')
        parts.append(_label(x, high - bottom + 15, short_number(step), "middle"))
    for step in y_steps:
        y = place(step, y_steps, high - bottom, 12)
        parts.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{WIDE - 20}" y2="{y:.1f}"/>')
        parts.append(_label(left - 6, y + 4, short_number(step), "end"))
    parts.append(_label((left + WIDE) / 2, high - 6, say(across), "middle"))
    parts.append(
        f'<text transform="translate(13 {high / 2:.0f}) rotate(-90)" text-anchor="middle">{text(say(up))}</text>'
    )
    for name, right, top in known:
        x, y = place(right, x_steps, left, WIDE - 20), place(top, y_steps, high - bottom, 12)
        beaten = any(a <= right and b <= top and (a < right or b < top) for _, a, b in known)
        dot = "#fff" if beaten else "#29587f"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{dot}" stroke="#29587f" stroke-width="1.6"/>')
        anchor, shift = ("end", -9) if x > WIDE / 2 else ("start", 9)
        parts.append(_label(x + shift, y + 4, name, anchor))
    return _svg(high, title, parts)


def _steps(values: Sequence[float]) -> list[float]:
    """Choose an axis that spans the values with some air around them; amounts are never negative."""
    low, high = min(values), max(values)
    air = 0.15 * (high - low) or 0.1 * abs(high) or 1.0
    return ticks(max(0.0, low - air), high + air)


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text(words)}</text>'


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
