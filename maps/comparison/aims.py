"""Draw plans as dots between two measures of the reader's choice; the page's script puts the dots in their places."""

import math
from collections.abc import Sequence
from typing import Final

from maps.charts import short_number, ticks
from maps.comparison.lines import Line
from maps.languages.speaking import say
from maps.markup import Markup, tag, text

FIRST: Final = ("Potential that changes hands", "Driving")
"""What lies across and upwards before the reader chooses, where the plans differ in both."""
WIDE: Final = 560
HIGH: Final = 340
LEFT: Final = 66
RIGHT: Final = 20
TOP: Final = 14
BOTTOM: Final = 48


def differing(lines: Sequence[Line]) -> list[Line]:
    """Choose the measures that have a better end and in which plans differ."""
    return [line for line in lines if line.best]


def aims_picture(names: Sequence[str], lines: Sequence[Line]) -> Markup:
    """Lay out the choice of two measures, an axis for each of them and a dot for every plan.

    Parameters
    ----------
    names
        Of the plans.
    lines
        Measures of all plans; those in which no plan is better are left out.
    """
    aims = differing(lines)
    if len(aims) < 2:
        return tag("p", "The plans differ in fewer than two measures that have a better end.")
    places = [next((at for at, line in enumerate(aims) if line.name == name), None) for name in FIRST]
    across, up = places if None not in places else (0, 1)
    scales = [_steps([value for value in line.figures if math.isfinite(value)]) for line in aims]
    scaled = list(zip(aims, scales, strict=True))
    axes = [
        axis
        for at, (line, steps) in enumerate(scaled)
        for axis in (_across(line, steps, at, at != across), _up(line, steps, at, at != up))
    ]
    dots = [
        tag(
            "g",
            tag("circle", r="5.5"),
            tag("text", name),
            class_="plan",
            data_x=" ".join(_place(line.figures[plan], steps, LEFT, WIDE - RIGHT) for line, steps in scaled),
            data_y=" ".join(_place(line.figures[plan], steps, HIGH - BOTTOM, TOP) for line, steps in scaled),
            data_cost=" ".join(_cost(line, plan) for line in aims),
        )
        for plan, name in enumerate(names)
    ]
    title = say("Plans between two measures")
    picture = Markup(
        f'<svg class="chart aims" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{text(title)}">'
        f"<title>{text(title)}</title>{''.join(axes)}{''.join(dots)}</svg>"
    )
    choice = tag("form", _field("across", "Across", aims, across), _field("up", "Upwards", aims, up), class_="aims")
    return tag("div", choice, tag("figure", picture, class_="alone"))


def _field(name: str, words: str, aims: Sequence[Line], chosen: int | None) -> Markup:
    options = [
        tag("option", say(line.name), value=at, selected="selected" if at == chosen else None)
        for at, line in enumerate(aims)
    ]
    return tag("label", say(words), " ", tag("select", *options, id=name, autocomplete="off"))


def _steps(values: Sequence[float]) -> list[float]:
    """Choose an axis that spans the values with some air around them; measures are never negative."""
    low, high = min(values), max(values)
    air = 0.15 * (high - low)
    return ticks(max(0.0, low - air), high + air)


def _place(value: float, steps: Sequence[float], start: float, end: float) -> str:
    return (
        f"{start + (end - start) * (value - steps[0]) / (steps[-1] - steps[0]):.1f}" if math.isfinite(value) else "NaN"
    )


def _cost(line: Line, plan: int) -> str:
    """Write a figure such that less of it is better."""
    value = line.figures[plan]
    return f"{-value if line.better == 'more' else value:.9g}" if math.isfinite(value) else "NaN"


def _across(line: Line, steps: Sequence[float], at: int, hidden: bool) -> Markup:
    parts = []
    for step in steps:
        x = _place(step, steps, LEFT, WIDE - RIGHT)
        parts.append(tag("line", class_="grid", x1=x, y1=TOP, x2=x, y2=HIGH - BOTTOM))
        parts.append(tag("text", _written(line, step), x=x, y=HIGH - BOTTOM + 17, text_anchor="middle"))
    middle = (LEFT + WIDE - RIGHT) / 2
    parts.append(tag("text", _told(line), x=f"{middle:.0f}", y=HIGH - 7, text_anchor="middle"))
    return tag("g", *parts, data_across=at, hidden="hidden" if hidden else None)


def _up(line: Line, steps: Sequence[float], at: int, hidden: bool) -> Markup:
    parts = []
    for step in steps:
        y = _place(step, steps, HIGH - BOTTOM, TOP)
        parts.append(tag("line", class_="grid", x1=LEFT, y1=y, x2=WIDE - RIGHT, y2=y))
        parts.append(tag("text", _written(line, step), x=LEFT - 6, y=f"{float(y) + 4:.1f}", text_anchor="end"))
    turned = f"translate(14 {(TOP + HIGH - BOTTOM) / 2:.0f}) rotate(-90)"
    parts.append(tag("text", _told(line), transform=turned, text_anchor="middle"))
    return tag("g", *parts, data_up=at, hidden="hidden" if hidden else None)


def _written(line: Line, step: float) -> str:
    return short_number(round(100 * step, 9)) if line.unit == "share" else short_number(step)


def _told(line: Line) -> str:
    """Name a measure with its unit and its better end."""
    unit = "%" if line.unit == "share" else say(line.unit)
    name = f"{say(line.name)}, {unit}" if unit else say(line.name)
    return f"{name} · {say('more is better' if line.better == 'more' else 'less is better')}"
