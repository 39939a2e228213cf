"""Build small siting problems."""

from collections.abc import Sequence

import numpy as np

from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.territory.instance import BalanceMeasure


def measure(
    amounts: Sequence[int], lower: Sequence[int], upper: Sequence[int], *, name: str = "potential"
) -> BalanceMeasure:
    """A measure with the given limits per home."""
    return BalanceMeasure(
        name=name,
        unit="EUR",
        amounts=np.array(amounts, dtype=np.int64),
        targets=np.array([(a + b) // 2 for a, b in zip(lower, upper, strict=True)], dtype=np.int64),
        lower=np.array(lower, dtype=np.int64),
        upper=np.array(upper, dtype=np.int64),
        tolerance=0.1,
    )


def siting(
    *,
    edges: Sequence[tuple[int, int]],
    cost: np.ndarray,
    n_homes: int,
    measures: Sequence[BalanceMeasure] = (),
    candidates: Sequence[int] | None = None,
    fixed: Sequence[int] = (),
    contiguous: bool = True,
) -> SitingInstance:
    """A problem whose areas are called a0, a1, …; all are candidates unless some are named."""
    places = np.arange(len(cost)) if candidates is None else np.array(candidates, dtype=np.int64)
    return SitingInstance(
        area_ids=tuple(f"a{i}" for i in range(len(cost))),
        edges=np.array(sorted(edges), dtype=np.int64).reshape(-1, 2),
        n_homes=n_homes,
        candidates=places,
        fixed=np.array(fixed, dtype=np.int64),
        cost=cost.astype(np.int64),
        measures=tuple(measures),
        contiguous=contiguous,
    )


def line(areas: int, n_homes: int, lower: int, upper: int, amounts: Sequence[int] | None = None) -> SitingInstance:
    """A row of areas, a0-a1-a2-…, each one km from the next; cost is the square of the distance."""
    place = np.arange(areas)
    return siting(
        edges=[(i, i + 1) for i in range(areas - 1)],
        cost=(place[:, None] - place) ** 2,
        n_homes=n_homes,
        measures=[measure([1] * areas if amounts is None else amounts, [lower] * n_homes, [upper] * n_homes)],
    )


def random_siting(seed: int) -> SitingInstance:
    """A random map of 4 to 8 areas: homes free, fixed or mixed, up to two measures, closed pairs, islands."""
    random = np.random.default_rng(seed)
    areas = int(random.integers(4, 9))
    place = random.random((areas, 2)) * 10
    cost = np.rint(((place[:, None] - place) ** 2).sum(axis=2) * random.integers(1, 9, (areas, 1))).astype(np.int64)
    edges = {(min(i, j), max(i, j)) for i in range(1, areas) for j in [int(random.integers(0, i))]}
    edges |= {(i, j) for i in range(areas) for j in range(i + 1, areas) if random.random() < 0.25}
    if random.random() < 0.2:
        edges = {pair for pair in edges if random.random() < 0.8}
    candidates = np.sort(random.choice(areas, int(random.integers(3, areas + 1)), replace=False))
    n_homes = int(random.integers(1, 4))
    n_fixed = int(random.integers(0, n_homes + 1)) if random.random() < 0.5 else 0
    measures = []
    for name in ("potential", "workload")[: int(random.integers(0, 3))]:
        amounts = random.integers(0, 20, areas)
        target, slack = amounts.sum() / n_homes, random.choice([0.15, 0.4, 0.8])
        own = random.integers(-2, 3, n_fixed).tolist()
        lower = [max(0, int(target * (1 - slack)) + shift) for shift in [*own, *[0] * (n_homes - n_fixed)]]
        upper = [int(target * (1 + slack)) + shift for shift in [*own, *[0] * (n_homes - n_fixed)]]
        measures.append(measure(amounts.tolist(), lower, upper, name=name))
    table = cost[:, candidates]
    if random.random() < 0.4:
        shut = random.random(table.shape) < 0.2
        shut[candidates, np.arange(len(candidates))] = False
        table = np.where(shut, CLOSED, table)
    return siting(
        edges=sorted(edges),
        cost=table,
        n_homes=n_homes,
        measures=measures,
        candidates=candidates.tolist(),
        fixed=random.permutation(len(candidates))[:n_fixed].tolist(),
        contiguous=bool(random.random() < 0.8),
    )
