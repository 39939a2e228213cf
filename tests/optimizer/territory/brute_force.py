"""Enumerate every plan of a tiny map, as an oracle that shares no code with the search."""

from itertools import product

import numpy as np

from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.objective import terms
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.verify import verify


def best_plan(instance: TerritoryInstance) -> tuple[float, tuple[int, ...]] | None:
    """Return the least objective and a plan that has it, or `None` if no plan keeps every rule."""
    best: tuple[float, tuple[int, ...]] | None = None
    for reps in product(range(instance.n_reps), repeat=instance.n_areas):
        if any(reps[home] != rep for rep, home in enumerate(instance.home_areas.tolist())):
            continue
        plan = TerritoryPlan(rep_of_area=np.array(reps, dtype=np.int64))
        cost = sum(term.contribution for term in terms(instance, plan))
        if (best is None or cost < best[0]) and not verify(instance, plan):
            best = (cost, reps)
    return best
