"""Build territory instances: maps drawn in ASCII, random maps, and large maps like real ones."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import Delaunay

from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance


def measure(name: str, amounts: Sequence[int] | IntArray, n_reps: int, tolerance: float) -> BalanceMeasure:
    """Return a measure whose targets are equal shares of the total."""
    values = np.asarray(amounts, dtype=np.int64)
    target = values.sum() / n_reps
    whole = np.full(n_reps, 1, dtype=np.int64)
    return BalanceMeasure(
        name=name,
        unit="EUR" if name == "potential" else "hours",
        amounts=values,
        targets=whole * round(target),
        lower=whole * int(np.ceil(target * (1 - tolerance) - 1e-9)),
        upper=whole * int(np.floor(target * (1 + tolerance) + 1e-9)),
        tolerance=tolerance,
    )


def instance_of(
    *,
    edges: Sequence[tuple[int, int]],
    homes: Sequence[int],
    cost: IntArray,
    measures: Sequence[BalanceMeasure] = (),
    **changes: object,
) -> TerritoryInstance:
    """Return an instance in which every rule that is not named is off."""
    areas, reps = cost.shape
    fields: dict[str, object] = {
        "area_ids": tuple(f"A{i}" for i in range(areas)),
        "rep_ids": tuple(f"R{i}" for i in range(reps)),
        "edges": np.array(sorted(edges), dtype=np.int64).reshape(-1, 2),
        "home_areas": np.array(homes, dtype=np.int64),
        "travel_cost": np.asarray(cost, dtype=np.int64),
        "drive_minutes": np.asarray(cost, dtype=np.int64),
        "measures": tuple(measures),
        "area_group": np.zeros(areas, dtype=np.int64),
        "rep_group": np.full(reps, -1, dtype=np.int64),
        "together": np.full(areas, -1, dtype=np.int64),
        "locks": np.zeros((0, 2), dtype=np.int64),
        "forbidden": np.zeros((0, 2), dtype=np.int64),
        "max_drive_minutes": NO_LIMIT,
        "contiguous": True,
        "current_rep": np.full(areas, -1, dtype=np.int64),
        "moved_amount": np.ones(areas, dtype=np.int64),
        "move_weight": 0.0,
        "moved_limit": NO_LIMIT,
    }
    return TerritoryInstance(**{**fields, **changes})  # type: ignore[arg-type]


def from_ascii(drawing: str, *, tolerance: float | None = 0.1, **changes: object) -> TerritoryInstance:
    """Return the map that a drawing shows: a digit is the amount of a square, `[d]` one with a home, `#` is sea.

    Squares touch along sides; cost and drive are the city-block distance to the home; measure `potential`.
    """
    rows = [[line[i : i + 3] for i in range(0, len(line), 3)] for line in drawing.strip("\n").splitlines()]
    place = {
        (y, x): text for y, row in enumerate(rows) for x, text in enumerate(row) if "#" not in text and text.strip()
    }
    index = {position: i for i, position in enumerate(place)}
    homes = [index[p] for p, text in place.items() if "[" in text]
    edges = [(i, index[p]) for (y, x), i in index.items() for p in ((y, x + 1), (y + 1, x)) if p in index]
    at = np.array(list(place), dtype=np.int64)
    cost = np.abs(at[:, None] - at[homes]).sum(axis=2)
    amounts = [int(text.strip(" []")) for text in place.values()]
    measures = [] if tolerance is None else [measure("potential", amounts, len(homes), tolerance)]
    return instance_of(edges=edges, homes=homes, cost=cost, measures=measures, **changes)


def towns(
    n_areas: int,
    n_reps: int,
    *,
    seed: int,
    groups: int = 1,
    tolerance: float = 0.1,
    largest: float = 0.3,
    lumps: int = 0,
) -> TerritoryInstance:
    """Return a map like a real one: random towns, lognormal potential, workload that follows it loosely.

    Groups are cells around random centres with homes in proportion to potential; `lumps` towns hold the share `largest`
    of a territory's potential; a third of the areas has no account at all.
    """
    rng = np.random.default_rng(seed)
    xy = rng.random((n_areas, 2)) * 500
    centres = rng.random((groups, 2)) * 500
    group = np.argmin(((xy[:, None] - centres) ** 2).sum(axis=2), axis=1)
    potential = np.round(np.exp(rng.normal(0, 1.2, n_areas)) * 1000).astype(np.int64)
    potential[rng.random(n_areas) < 1 / 3] = 0
    cap = largest * potential.sum() / n_reps
    potential = np.minimum(potential, int(cap))
    if lumps:
        potential[rng.choice(n_areas, lumps, replace=False)] = int(cap)
    workload = np.round(potential / 100 * rng.uniform(0.6, 1.4, n_areas) + (potential > 0) * 5).astype(np.int64)
    share = np.bincount(group, weights=potential.astype(float), minlength=groups)
    count = _in_proportion(share, n_reps)
    homes, rep_group = _homes(rng, xy, potential, group, count)
    distance = np.sqrt(((xy[:, None] - xy[homes]) ** 2).sum(axis=2))
    visits = workload / 10 + 0.2
    mesh = Delaunay(xy)
    starts, others = mesh.vertex_neighbor_vertices
    edges = [(i, int(j)) for i in range(n_areas) for j in others[starts[i] : starts[i + 1]] if i < j]
    measures = [
        _per_group(name, values, group, rep_group, tolerance)
        for name, values in (("potential", potential), ("workload", workload))
    ]
    return instance_of(
        edges=edges,
        homes=homes,
        cost=np.round(distance * visits[:, None] * 10).astype(np.int64),
        measures=measures,
        drive_minutes=np.round(distance).astype(np.int64),
        area_group=group,
        rep_group=rep_group if groups > 1 else np.full(n_reps, -1, dtype=np.int64),
    )


def _in_proportion(share: np.ndarray, total: int) -> list[int]:
    count = [1] * len(share)
    while sum(count) < total:
        count[int(np.argmax(share / np.array(count)))] += 1
    return count


def _homes(
    rng: np.random.Generator, xy: np.ndarray, potential: IntArray, group: IntArray, count: list[int]
) -> tuple[list[int], IntArray]:
    """Spread homes by k-means weighted with potential: reps live where the customers are, roughly."""
    homes: list[int] = []
    rep_group: list[int] = []
    for g, k in enumerate(count):
        inside = np.flatnonzero(group == g)
        weight = potential[inside] + 1.0
        centre = xy[rng.choice(inside, k, replace=False, p=weight / weight.sum())]
        for _ in range(10):
            near = np.argmin(((xy[inside][:, None] - centre) ** 2).sum(axis=2), axis=1)
            centre = np.array(
                [
                    np.average(xy[inside[near == i]], axis=0, weights=weight[near == i]) if (near == i).any() else c
                    for i, c in enumerate(centre)
                ]
            )
        centre += rng.normal(0, 8, centre.shape)
        for c in centre:
            free = [a for a in inside[np.argsort(((xy[inside] - c) ** 2).sum(axis=1))] if a not in homes]
            homes.append(int(free[0]))
            rep_group.append(g)
    return homes, np.array(rep_group)


def _per_group(name: str, values: IntArray, group: IntArray, rep_group: IntArray, tolerance: float) -> BalanceMeasure:
    total = np.bincount(group, weights=values.astype(float), minlength=int(group.max()) + 1)
    target = total[rep_group] / np.bincount(rep_group)[rep_group]
    return BalanceMeasure(
        name=name,
        unit="EUR" if name == "potential" else "hours",
        amounts=values,
        targets=np.round(target).astype(np.int64),
        lower=np.ceil(target * (1 - tolerance)).astype(np.int64),
        upper=np.floor(target * (1 + tolerance)).astype(np.int64),
        tolerance=tolerance,
    )
