"""Split a town that is too big for one area into compact parts of fair weight, and name them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COMPASS = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")
CENTRE_SHARE = 0.25
"""A part whose middle is nearer to the town's middle than this share of the farthest part's is called its centre."""


def split_positions(xy: FloatArray, weights: FloatArray, *, limit: float) -> IntArray:
    """Label positions so that each part weighs at most `limit`, unless it is a single position.

    Parts are halved again and again across their longer axis at the weighted share that their number of parts asks for:
    no random start, so the same positions in any order give the same parts.

    Parameters
    ----------
    xy
        Distinct positions in metres. Shape (positions, 2).
    weights
        Weight of each position. Shape (positions,).
    limit
        Greatest weight of a part.

    Returns
    -------
    Part of each position, counted from 0 in the order of the parts' least positions. Shape (positions,).
    """
    labels = np.zeros(len(xy), dtype=np.int64)
    waiting = [np.lexsort((xy[:, 1], xy[:, 0]))]
    parts: list[IntArray] = []
    while waiting:
        members = waiting.pop()
        weight = float(weights[members].sum())
        if weight <= limit or len(members) == 1:
            parts.append(members)
            continue
        wanted = max(2, int(np.ceil(weight / limit)))
        order = members[np.argsort(_along_longer_axis(xy[members], weights[members]), kind="stable")]
        below = np.cumsum(weights[order]) - weights[order] / 2
        cut = int(np.searchsorted(below, weight * (wanted // 2) / wanted))
        cut = min(max(cut, 1), len(order) - 1)
        waiting += [_by_position(order[:cut], xy), _by_position(order[cut:], xy)]
    for label, part in enumerate(sorted(parts, key=lambda p: tuple(xy[p[0]]))):
        labels[part] = label
    return labels


def compass_names(middles: FloatArray, centre: FloatArray) -> list[str]:
    """Name parts by where they lie from the town's middle: "north", "centre", with numbers when two lie alike.

    Parameters
    ----------
    middles
        Middle of each part in metres. Shape (parts, 2).
    centre
        Middle of the town. Shape (2,).
    """
    away = middles - centre
    distance = np.hypot(away[:, 0], away[:, 1])
    sector = np.round(np.arctan2(away[:, 1], away[:, 0]) / (np.pi / 4)).astype(int) % 8
    near = (distance < CENTRE_SHARE * distance.max()) if len(middles) > 2 else np.zeros(len(middles), bool)
    names = ["centre" if near[i] else COMPASS[sector[i]] for i in range(len(middles))]
    return numbered(names)


def numbered(names: Sequence[str]) -> list[str]:
    """Add " 2", " 3" … to names that came before."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return result


def _along_longer_axis(xy: FloatArray, weights: FloatArray) -> FloatArray:
    """Project positions on their first principal axis (sign fixed: eastward, else northward)."""
    total = weights.sum()
    share = weights / total if total > 0 else np.full(len(xy), 1 / len(xy))
    centred = xy - share @ xy
    spread = centred.T @ (centred * (share + 1e-6)[:, None])
    axis = np.linalg.eigh(spread)[1][:, 1]
    if axis[0] < -1e-9 or (abs(axis[0]) <= 1e-9 and axis[1] < 0):
        axis = -axis
    return np.asarray(np.round(centred @ axis, 3))


def _by_position(members: IntArray, xy: FloatArray) -> IntArray:
    """Order members by x, then y, so that row order cannot matter."""
    return members[np.lexsort((xy[members, 1], xy[members, 0]))]
