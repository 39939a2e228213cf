"""Find parts of the map behind a few areas that cannot be shared out into balanced territories."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from optimizer.siting.instance import SitingInstance
from optimizer.solving import Conflict
from optimizer.territory.gates import behind_gates
from optimizer.territory.instance import BalanceMeasure

HEAVIEST: Final = {2: 200, 3: 40}
"""How many areas together may be gates, and among how many of the heaviest they are looked for."""

MOST_VISITS: Final = 2_000_000
"""Areas walked over for all sets of several gates together; the heaviest sets come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEnd:
    """Areas that hang on the rest of the map by a few areas, and whose sum fits no number of territories."""

    gates: tuple[int, ...]
    """The areas through which every way leads, ascending."""
    areas: tuple[int, ...]
    """The areas behind them, ascending."""
    measure: str
    amount: int
    """Sum behind the gates."""
    excess: int
    """By how much limits must be exceeded in all, at least."""
    tolerance: float
    """The least tolerance at which the sum would fit."""


def dead_ends(instance: SitingInstance) -> tuple[DeadEnd, ...]:
    """Return what contiguity and balance together rule out behind cut areas, in the order of the gates.

    With the sum S behind c gates of amount g together, j territories lie wholly behind them and those of the gates
    take the rest: S ∈ [j L, j U + (c U − g)] for some j ≥ 0 is necessary where all territories share their limits. So
    several gates can only matter where they leave their territories less room than a territory needs, c U − g < L.
    Looks at free homes only: with fixed homes limits differ, and the check of fixed territories says more.
    """
    if not instance.contiguous or len(instance.fixed):
        return ()
    single = [((gate,), areas) for gate, areas in behind_gates(instance.n_areas, instance.edges)]
    found: dict[tuple[tuple[int, ...], tuple[int, ...], str], DeadEnd] = {}
    for measure in instance.measures:
        for gates, areas in [*single, *_behind_several(instance, measure)]:
            amount, own = (int(measure.amounts[list(some)].sum()) for some in (areas, gates))
            excess = _least_excess(measure, amount, own, len(gates), instance.n_homes)
            if excess > 0:
                tolerance = _least_tolerance(measure, amount, own, len(gates), instance.n_homes)
                found[gates, areas, measure.name] = DeadEnd(
                    gates=gates,
                    areas=areas,
                    measure=measure.name,
                    amount=amount,
                    excess=excess,
                    tolerance=tolerance,
                )
    return tuple(found[key] for key in sorted(found))


def dead_end_conflicts(instance: SitingInstance, ends: tuple[DeadEnd, ...]) -> tuple[Conflict, ...]:
    """Say which areas cannot be shared out, and the tolerance from which they can."""
    conflicts = []
    for end in ends:
        (measure,) = (m for m in instance.measures if m.name == end.measure)
        target = int(measure.targets[0])
        gates = " and ".join(instance.area_text(gate) for gate in end.gates)
        named = ", ".join(instance.area_text(area) for area in end.areas[:6])
        hang, have = ("hangs", "has") if len(end.areas) == 1 else ("hang", "have")
        more = f" and {len(end.areas) - 6} more" if len(end.areas) > 6 else ""
        least = math.ceil(10_000 * end.tolerance - 1e-6) / 100
        conflicts.append(
            Conflict(
                rules=("territories_are_balanced", "territories_are_contiguous"),
                text=f"{named}{more} {hang} on the rest of the map by {gates} alone and {have} "
                f"{measure.text(end.amount)} {measure.name}: that fits no number of territories of "
                f"{measure.text(target)} ± {100 * measure.tolerance:g} % in one piece. Allow at least {least:.2f} %, "
                "let them count as neighbours of other areas, or choose another number of reps.",
            )
        )
    return tuple(conflicts)


def _least_excess(measure: BalanceMeasure, amount: int, own: int, gates: int, n_homes: int) -> int:
    """Return the distance of a sum from the nearest one that whole territories and parts of the gates' can make."""
    lower, upper = int(measure.lower[0]), int(measure.upper[0])
    room = gates * upper - own
    if room < 0:
        return 0
    return min(max(j * lower - amount, amount - (j * upper + room), 0) for j in range(n_homes))


def _least_tolerance(measure: BalanceMeasure, amount: int, own: int, gates: int, n_homes: int) -> float:
    """Return the tolerance from which on the sum is in reach, as a share of the target."""
    target = max(1, int(measure.targets[0]))
    return min(
        max(1.0 - amount / (j * target) if j else 0.0, (amount + own) / ((j + gates) * target) - 1.0)
        for j in range(n_homes)
    )


def _behind_several(
    instance: SitingInstance, measure: BalanceMeasure
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield sets of gates that leave little room, with each part of the map that touches all of them and nothing else.

    Parts are at most half of the map.
    """
    lower, upper = int(measure.lower[0]), int(measure.upper[0])
    room = upper - measure.amounts
    little = np.flatnonzero((room >= 0) & (room < lower))
    heavy = little[np.argsort(room[little], kind="stable")].tolist()
    sets = [
        gates
        for count, among in HEAVIEST.items()
        for gates in combinations(heavy[:among], count)
        if int(room[list(gates)].sum()) < lower
    ]
    n = instance.n_areas
    sets = sorted(sets, key=lambda gates: int(room[list(gates)].sum()))[: MOST_VISITS // n]
    if not sets:
        return
    a, b = instance.edges.reshape(-1, 2).T
    ones = np.ones(2 * len(a), dtype=np.int8)
    graph = csr_array(coo_array((ones, (np.append(a, b), np.append(b, a))), shape=(n, n)))
    for gates in sets:
        rest = np.setdiff1d(np.arange(n), gates)
        _, label = connected_components(graph[rest][:, rest], directed=False)
        beside = [set(label[np.searchsorted(rest, np.setdiff1d(graph[[g]].indices, gates))].tolist()) for g in gates]
        for number in sorted(set.intersection(*beside)):
            part = rest[label == number]
            if 2 * len(part) <= n:
                yield tuple(sorted(gates)), tuple(part.tolist())
