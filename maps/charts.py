"""Draw small charts as SVG inside the page."""

import math
from collections.abc import Sequence
from typing import Final

from maps.languages.speaking import POINTS, language, say
from maps.markup import Markup, tag, text
from maps.words import SIZES, number_text, signed_percent_text

WIDE: Final = 560
HIGH: Final = 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 10, 10, 24
_TARGET_TICKS: Final = 4

Points = Sequence[tuple[float, float]]
"""(place on the time axis, value) pairs."""


def line_chart(
    *,
    history: Points,
    middle: Points,
    band: Sequence[tuple[float, float, float]],
    marks: Sequence[tuple[float, str]],
    title: str,
    before: Points = (),
    wide: int = WIDE,
    high: int = HIGH,
) -> Markup:
    """Draw what was sold, what is expected and the band it will lie in.

    All lines lie in a drawing of their own, which the page's script narrows to the weeks that are chosen; `data-first`
    and `data-last` tell it which days the sides of the drawing are.

    Parameters
    ----------
    history, middle
        Weeks and sales, known and expected.
    band
        (week, low, high).
    marks
        Places on the time axis and what to write there.
    title
        What a reader who cannot see the chart is told.
    before
        Expected weeks and what was sold a year earlier.
    wide, high
        Size of the drawing.
    """
    places = [at for at, _ in (*history, *middle)]
    values = [value for _, value in (*history, *middle, *before)]
    values += [value for _, low, upper in band for value in (low, upper)]
    if not values:
        return tag("p", "Nothing to draw.", class_="soft")
    first, last = min(places), max(places)
    steps = ticks(min(0.0, *values), max(values))
    bottom, top = steps[0], max(steps[-1], *values)

    def x(at: float) -> float:
        return (wide - _LEFT - _RIGHT) * (at - first) / ((last - first) or 1.0)

    def y(value: float) -> float:
        return high - _BOTTOM - (high - _TOP - _BOTTOM) * (value - bottom) / ((top - bottom) or 1.0)

    def path(points: Points, start: str = "M") -> str:
        return start + "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in points)

    parts = [_line(_LEFT, y(step), wide - _RIGHT, y(step), "grid") for step in steps]
    parts += [_label(_LEFT - 6, y(step) + 4, short_number(step), "end") for step in steps]
    shown = [_line(_LEFT + x(at), high - _BOTTOM, _LEFT + x(at), high - _BOTTOM + 4, "axis") for at, _ in marks]
    shown += [_label(_LEFT + x(at), high - 7, words, "middle") for at, words in marks]
    parts.append(Markup(f'<g class="marks">{"".join(shown)}</g>'))
    lines = []
    if band:
        outline = path([(at, upper) for at, _, upper in band]) + path([(at, low) for at, low, _ in reversed(band)], "L")
        lines.append(Markup(f'<path class="band" d="{outline}Z"/>'))
    if middle and middle[0][0] > first:
        lines.append(_line(x(middle[0][0]), _TOP, x(middle[0][0]), high - _BOTTOM, "today"))
    lines += [
        Markup(f'<path class="{kind}" d="{path(line)}"/>')
        for kind, line in (("past", history), ("before", before), ("ahead", middle))
        if line
    ]
    room = wide - _LEFT - _RIGHT
    parts.append(
        Markup(
            f'<svg class="weeks" x="{_LEFT}" y="0" width="{room}" height="{high}" viewBox="0 0 {room} {high}" '
            f'preserveAspectRatio="none" data-first="{first:g}" data-last="{last:g}">{"".join(lines)}</svg>'
        )
    )
    return _svg(wide, high, title, parts)


def deviation_strip(share: float, tolerance: float, *, title: str) -> Markup:
    """Draw how far a territory is from its target, within the band that is allowed.

    Parameters
    ----------
    share
        Deviation from the target.
    tolerance
        Allowed deviation; the strip shows twice as much to either side.
    """
    wide, high, middle = 120, 18, 60.0
    scale = 58.0 / (2.0 * tolerance) if tolerance > 0 else 58.0
    at = middle + max(-58.0, min(58.0, scale * share))
    kind = "inside" if abs(share) <= tolerance + 1e-9 else "outside"
    band = 29.0 if tolerance > 0 else 0.0
    parts = [
        Markup(f'<rect class="allowed" x="{middle - band:.1f}" y="3" width="{2 * band:.1f}" height="12"/>'),
        _line(middle, 1, middle, 17, "axis"),
        Markup(f'<circle class="{kind}" cx="{at:.1f}" cy="9" r="5"/>'),
    ]
    return _svg(wide, high, f"{title}: {signed_percent_text(share)}", parts, fixed=True)


def bar_pair(first: float, second: float, most: float, *, title: str) -> Markup:
    """Draw two amounts as bars one above the other, against the largest of the table."""
    wide, high = 120, 18
    lengths = [(wide - 2) * (value / most if most > 0 else 0.0) for value in (first, second)]
    parts = [
        Markup(f'<rect class="{kind}" x="0" y="{top}" width="{max(0.0, length):.1f}" height="7"/>')
        for kind, top, length in (("light", 1, lengths[0]), ("dark", 10, lengths[1]))
    ]
    return _svg(wide, high, title, parts, fixed=True)


def gain_and_loss(lost: float, gained: float, most: float, *, title: str) -> Markup:
    """Draw what a rep loses to the left and gains to the right."""
    wide, high, middle = 160, 18, 80.0
    scale = 78.0 / most if most > 0 else 0.0
    parts = [
        Markup(f'<rect class="lost" x="{middle - scale * lost:.1f}" y="3" width="{scale * lost:.1f}" height="12"/>'),
        Markup(f'<rect class="gained" x="{middle:.1f}" y="3" width="{scale * gained:.1f}" height="12"/>'),
        _line(middle, 1, middle, 17, "axis"),
    ]
    return _svg(wide, high, title, parts, fixed=True)


def contribution_bars(shares: Sequence[tuple[str, float]], most: float, *, title: str) -> Markup:
    """Draw what adds and what takes as bars to the right and left of a middle line, one below the other.

    Parameters
    ----------
    shares
        (name, share) pairs.
    most
        Largest share, whatever its sign, that has room: the same for all charts that are to be compared.
    title
        What a reader who cannot see the chart is told.
    """
    if not shares:
        return tag("p", "Nothing to draw.", class_="soft")
    row, names, room = 20, 236, 44
    middle = names + room + (WIDE - names - 2 * room) / 2
    scale = (WIDE - names - 2 * room) / 2 / most if most > 0 else 0.0
    parts = [_line(middle, 2, middle, row * len(shares), "axis")]
    for number, (name, share) in enumerate(shares):
        at, long = row * number, scale * abs(share)
        left = middle - (long if share < 0 else 0.0)
        kind, edge, anchor = ("lost", left - 4, "end") if share < 0 else ("gained", left + long + 4, "start")
        parts += [
            _label(names, at + 15, say(name), "end"),
            Markup(f'<rect class="{kind}" x="{left:.1f}" y="{at + 5}" width="{long:.1f}" height="12"/>'),
            _label(edge, at + 15, signed_percent_text(share, 0), anchor),
        ]
    return _svg(WIDE, row * len(shares) + 4, title, parts)


def score_bar(score: float, *, title: str) -> Markup:
    """Draw a score from 0 to 100."""
    kind = "good" if score >= 85 else "fair" if score >= 60 else "poor"
    parts = [
        Markup('<rect class="track" x="0" y="4" width="120" height="10" rx="5"/>'),
        Markup(
            f'<rect class="{kind}" x="0" y="4" width="{1.2 * max(0.0, min(100.0, score)):.1f}" height="10" rx="5"/>'
        ),
    ]
    return _svg(120, 18, title, parts, fixed=True)


def ticks(low: float, high: float) -> list[float]:
    """Choose round values that span a range: steps of 1, 2 or 5 times a power of ten."""
    span = (high - low) or abs(high) or 1.0
    rough = span / _TARGET_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    count = math.ceil((high - first * step) / step - 1e-9)
    return [(first + number) * step for number in range(max(1, count) + 1)]


def short_number(value: float) -> str:
    """Write an axis label: 12 k, 1.5 M."""
    for size, letter in SIZES[language()]:
        if abs(value) >= size:
            return f"{value / size:g}{letter}".replace("-", "−").replace(".", POINTS[language()])
    return number_text(value) if value != int(value) else number_text(value, 0)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')


def _label(x: float, y: float, words: str, anchor: str) -> Markup:
    return Markup(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text(words)}</text>')


def _svg(wide: int, high: int, title: str, parts: Sequence[Markup], *, fixed: bool = False) -> Markup:
    """Wrap a drawing; a fixed one keeps its size, the others fill their place."""
    size = f' width="{wide}" height="{high}"' if fixed else ""
    return Markup(
        f'<svg class="chart" viewBox="0 0 {wide} {high}"{size} role="img" aria-label="{text(say(title))}">'
        f"<title>{text(say(title))}</title>{''.join(parts)}</svg>"
    )
