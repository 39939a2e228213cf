"""Check a plan in plain Python: what it costs, whether it is balanced, contiguous and holds its homes.

Nothing here is imported from the optimizer: the benchmark recomputes everything from the instance and the assignment.
"""

import math
import resource
import sys
from collections.abc import Sequence


def territory_sums(amounts: Sequence[float], territory_of_area: Sequence[int], territories: int) -> list[float]:
    """Return the sum of an amount over each territory. Shape (territories,)."""
    sums: list[float] = [0 for _ in range(territories)]
    for amount, territory in zip(amounts, territory_of_area, strict=True):
        sums[territory] += amount
    return sums


def max_deviation(sums: Sequence[float], targets: Sequence[float]) -> float:
    """Return the greatest distance of a sum from its target, as a share of the target."""
    return max(abs(total - target) / target for total, target in zip(sums, targets, strict=True))


def within(sums: Sequence[float], lower: float, upper: float) -> bool:
    """Say whether every sum lies between two limits."""
    return all(lower <= total <= upper for total in sums)


def loose_areas(
    edges: Sequence[Sequence[int]], territory_of_area: Sequence[int], home_of_territory: Sequence[int] | None = None
) -> list[int]:
    """Return areas that cannot be reached from the home inside their territory; empty if all are contiguous.

    Parameters
    ----------
    edges
        Pairs of neighbouring areas.
    territory_of_area
        Shape (areas,).
    home_of_territory
        The area where each territory begins; without it the first area of each territory. Shape (territories,).
    """
    neighbours: list[list[int]] = [[] for _ in territory_of_area]
    for a, b in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    first: dict[int, int] = {}
    for area, territory in enumerate(territory_of_area):
        first.setdefault(territory, area)
    roots = first if home_of_territory is None else dict(enumerate(home_of_territory))
    reached = {area for territory, area in roots.items() if territory_of_area[area] == territory}
    frontier = sorted(reached)
    while frontier:
        area = frontier.pop()
        for other in neighbours[area]:
            if other not in reached and territory_of_area[other] == territory_of_area[area]:
                reached.add(other)
                frontier.append(other)
    return [area for area in range(len(territory_of_area)) if area not in reached]


def homes_held(territory_of_area: Sequence[int], home_of_territory: Sequence[int]) -> bool:
    """Say whether every territory holds its own home, and no home is shared."""
    return all(territory_of_area[home] == territory for territory, home in enumerate(home_of_territory))


def rms_km(
    weights: Sequence[float], x_km: Sequence[float], y_km: Sequence[float], territory_of_area: Sequence[int]
) -> float:
    """Return the weighted root-mean-square distance of areas to the weighted centroid of their territory, in km."""
    sums: dict[int, list[float]] = {}
    for weight, x, y, territory in zip(weights, x_km, y_km, territory_of_area, strict=True):
        total = sums.setdefault(territory, [0.0, 0.0, 0.0])
        for place, value in enumerate((weight, weight * x, weight * y)):
            total[place] += value
    squares = 0.0
    for weight, x, y, territory in zip(weights, x_km, y_km, territory_of_area, strict=True):
        mass, moment_x, moment_y = sums[territory]
        if mass:
            squares += weight * ((x - moment_x / mass) ** 2 + (y - moment_y / mass) ** 2)
    return math.sqrt(squares / sum(weights))


def peak_mb() -> float:
    """Return the greatest memory that this process has held so far, in MB of 10⁶ bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6
