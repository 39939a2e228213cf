"""Give territories colours that neighbours can be told apart by, also by people who do not see all colours."""

import zlib
from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

PALETTE: Final = (
    "#88ccee", "#cc6677", "#ddcc77", "#117733", "#332288", "#aa4499",
    "#44aa99", "#999933", "#882255", "#ee7733", "#0077bb", "#bbbbbb",
    "#d4a5ff", "#aaffc3", "#555555", "#66cc55", "#8855dd", "#7f5539", "#bbcc33", "#b07aa1",
)  # fmt: skip
"""Paul Tol's "muted" scheme and three of "vibrant" and "bright" (personal.sron.nl/~pault, 2021); then those that lie
farthest from all before them in CIELAB among common ones."""
NO_HOMES: Final[Mapping[str, tuple[float, float]]] = {}
CLEARLY_DIFFERENT: Final = 20.0
"""Least distance of two neighbours' colours in CIELAB, seen with the eye that sees them worst."""

_VISIONS: Final = (
    ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
)
"""Normal sight, protanopia, deuteranopia, tritanopia on linear RGB (Machado et al. 2009, severity 1.0)."""
_TO_XYZ: Final = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_WHITE: Final = (0.95047, 1.0, 1.08883)


def territory_colours(
    shapes: Mapping[str, BaseGeometry], homes: Mapping[str, tuple[float, float]] = NO_HOMES
) -> dict[str, str]:
    """Choose a colour for each territory, clearly different from those of its neighbours.

    A territory's first choice depends on its home alone, so that most keep their colour from one plan to the next, also
    when reps are numbered anew or join; where a neighbour's is too much like it, or a neighbour's neighbour has it, the
    next one in the palette is tried. Territories choose in an order that has nothing to do with their place: so a
    change moves few others.

    Parameters
    ----------
    shapes
        territory_id → its polygon, in degrees.
    homes
        territory_id → (lon, lat) of its rep's home; where it is not known the id stands for it.

    Returns
    -------
    dict
        territory_id → `#rrggbb`.
    """
    drawn = {name: zlib.crc32(_home_text(name, homes).encode()) for name in shapes}
    names = sorted(shapes, key=lambda name: (drawn[name], name))
    beside = neighbours({name: shapes[name] for name in names})
    apart = colour_distances()
    chosen: dict[str, int] = {}
    for name in names:
        taken = [chosen[other] for other in beside[name] if other in chosen]
        first = drawn[name] % len(PALETTE)
        order = [(first + step) % len(PALETTE) for step in range(len(PALETTE))]
        nearest = {colour: min((float(apart[colour, other]) for other in taken), default=np.inf) for colour in order}
        fit = [colour for colour in order if nearest[colour] >= CLEARLY_DIFFERENT]
        second = {chosen[far] for other in beside[name] for far in beside[other] if far in chosen}
        rare = [colour for colour in fit if colour not in second]
        chosen[name] = (rare or fit or [max(order, key=lambda colour: nearest[colour])])[0]
    return {name: PALETTE[chosen[name]] for name in sorted(names)}


def _home_text(name: str, homes: Mapping[str, tuple[float, float]]) -> str:
    """Write a home to about a kilometre, so that another way to find its position changes nothing."""
    return f"{homes[name][0]:.2f} {homes[name][1]:.2f}" if name in homes else name


def neighbours(shapes: Mapping[str, BaseGeometry], *, margin: float = 0.01) -> dict[str, list[str]]:
    """Tell which shapes touch or nearly touch each other.

    Parameters
    ----------
    margin
        In degrees: shapes less than this apart count as neighbours, such as two banks of a river.
    """
    names = list(shapes)
    polygons = np.array([shapes[name] for name in names], dtype=object)
    beside: dict[str, list[str]] = {name: [] for name in names}
    if names:
        ones, others = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=margin)
        for one, other in sorted(zip(ones.tolist(), others.tolist(), strict=True)):
            if one != other:
                beside[names[one]].append(names[other])
    return beside


@cache
def colour_distances() -> NDArray[np.float64]:
    """Measure how far colours are apart for the eye that sees the pair worst. Shape (colours, colours)."""
    encoded = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in PALETTE])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.stack([_lab(np.clip(linear @ np.array(vision).T, 0.0, 1.0)) for vision in _VISIONS])
    gaps = np.linalg.norm(seen[:, :, None, :] - seen[:, None, :, :], axis=-1)
    worst: NDArray[np.float64] = gaps.min(axis=0)
    return worst


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn linear RGB into CIELAB (D65). Shape (colours, 3)."""
    ratio = linear @ np.array(_TO_XYZ).T / np.array(_WHITE)
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
