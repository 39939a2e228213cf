"""Solve tiny siting problems by trying every choice of homes and every labelling."""

from itertools import combinations, product

import numpy as np

from optimizer.siting.instance import CLOSED, SitingInstance


def least_cost(instance: SitingInstance) -> int | None:
    """Return the cost of the best plan, `None` if no plan keeps every rule. Nothing of the product is used."""
    fixed = instance.fixed.tolist()
    free = [j for j in range(instance.n_candidates) if j not in fixed]
    return min(
        (
            cost
            for more in combinations(free, instance.n_homes - len(fixed))
            if (cost := _least_labelling(instance, [*fixed, *more])) is not None
        ),
        default=None,
    )


def _least_labelling(instance: SitingInstance, homes: list[int]) -> int | None:
    n, k = instance.n_areas, len(homes)
    own = {int(instance.candidates[j]): h for h, j in enumerate(homes)}
    options = [
        [own[i]] if i in own else [h for h in range(k) if instance.cost[i, homes[h]] != CLOSED] for i in range(n)
    ]
    labellings = np.array(list(product(*options)), dtype=np.int64).reshape(-1, n)
    keep = np.ones(len(labellings), dtype=bool)
    for measure in instance.measures:
        for h in range(k):
            total = (labellings == h) @ measure.amounts
            keep &= (total >= measure.lower[h]) & (total <= measure.upper[h])
    labellings = labellings[keep]
    costs = instance.cost[np.arange(n), np.array(homes)[labellings]].sum(axis=1)
    for place in np.argsort(costs, kind="stable"):
        if not instance.contiguous or _in_one_piece(instance, labellings[place].tolist()):
            return int(costs[place])
    return None


def _in_one_piece(instance: SitingInstance, labels: list[int]) -> bool:
    root = list(range(len(labels)))

    def find(area: int) -> int:
        while root[area] != area:
            area = root[area]
        return area

    for a, b in instance.edges.tolist():
        if labels[a] == labels[b]:
            root[find(a)] = find(b)
    return len({find(area) for area in range(len(labels))}) == len(set(labels))
