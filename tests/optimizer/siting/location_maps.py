"""Build small siting problems and solve tiny ones by trying everything."""

import itertools

import numpy as np

from optimizer.siting.instance import SitingInstance
from optimizer.siting.plan import SitingPlan
from optimizer.siting.verify import cost_of_plan, verify
from optimizer.territory.instance import BalanceMeasure


def grid(
    rows: int,
    columns: int,
    n_homes: int,
    *,
    tolerance: float,
    seed: int = 0,
    fixed: tuple[int, ...] = (),
    candidates: tuple[int, ...] | None = None,
    amounts: np.ndarray | None = None,
) -> SitingInstance:
    """Areas on a grid with amounts from 1 to 4, cost amount × distance in tenths; positions of fixed homes given."""
    n = rows * columns
    place = np.array([(i // columns, i % columns) for i in range(n)], dtype=float)
    if amounts is None:
        amounts = np.random.default_rng(seed).integers(1, 5, size=n)
    chosen = np.arange(n) if candidates is None else np.array(candidates)
    distance = np.sqrt(((place[:, None] - place[chosen]) ** 2).sum(axis=2))
    edges = [(i, j) for i in range(n) for j in range(i + 1, n) if np.abs(place[i] - place[j]).sum() == 1]
    target = amounts.sum() / n_homes
    measure = BalanceMeasure(
        name="potential",
        unit="EUR",
        amounts=amounts.astype(np.int64),
        targets=np.full(n_homes, round(target), dtype=np.int64),
        lower=np.full(n_homes, int(np.ceil(target * (1 - tolerance) - 1e-9)), dtype=np.int64),
        upper=np.full(n_homes, int(np.floor(target * (1 + tolerance) + 1e-9)), dtype=np.int64),
        tolerance=tolerance,
    )
    return SitingInstance(
        area_ids=tuple(f"A{i}" for i in range(n)),
        edges=np.array(edges, dtype=np.int64).reshape(-1, 2),
        n_homes=n_homes,
        candidates=chosen.astype(np.int64),
        fixed=np.array(fixed, dtype=np.int64),
        cost=np.rint(10 * amounts[:, None] * distance).astype(np.int64),
        measures=(measure,),
        contiguous=True,
    )


def optimum(instance: SitingInstance) -> int | None:
    """Least cost of a plan that keeps every rule, by trying every choice; `None` if there is none."""
    best = None
    free = [c for c in range(instance.n_candidates) if c not in instance.fixed]
    for others in itertools.combinations(free, instance.n_homes - len(instance.fixed)):
        homes = np.array([*instance.fixed, *others], dtype=np.int64)
        for labels in itertools.product(range(instance.n_homes), repeat=instance.n_areas):
            if any(labels[instance.candidates[c]] != h for h, c in enumerate(homes)):
                continue
            plan = SitingPlan(homes=homes, home_of_area=np.array(labels))
            cost = cost_of_plan(instance, plan)
            if (best is None or cost < best) and not verify(instance, plan):
                best = cost
    return best
