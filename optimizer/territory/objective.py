"""Name the terms of the objective and compute them from a plan, without a solver."""

import numpy as np

from optimizer.solving import Term
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.plan import TerritoryPlan


def terms(instance: TerritoryInstance, plan: TerritoryPlan) -> tuple[Term, ...]:
    """Return the parts of the objective: travel Σ_a cost[a, rep(a)], what changes hands, reps beyond one per group.

    The last is part of the objective only where splitting a group has a price.
    """
    travel = int(instance.travel_cost[np.arange(instance.n_areas), plan.rep_of_area].sum())
    parts = (
        Term(name="travel", unit=instance.travel_unit, weight=1.0, value=float(travel)),
        Term(
            name="change of hands",
            unit=instance.moved_unit,
            weight=instance.move_weight * instance.moved_scale,
            value=moved(instance, plan) / instance.moved_scale,
        ),
    )
    if not instance.split_price:
        return parts
    extra = float(extra_reps(instance, plan))
    return (*parts, Term(name="split groups", unit="extra reps", weight=float(instance.split_price), value=extra))


def moved(instance: TerritoryInstance, plan: TerritoryPlan) -> int:
    """Return what changes hands: the moved amounts of the areas that leave today's rep."""
    leaves = (instance.current_rep >= 0) & (instance.current_rep != plan.rep_of_area)
    return int(instance.moved_amount[leaves].sum())


def extra_reps(instance: TerritoryInstance, plan: TerritoryPlan) -> int:
    """Return the reps beyond the first of each split group, summed over the groups."""
    inside = instance.split_group >= 0
    pairs = {*zip(instance.split_group[inside].tolist(), plan.rep_of_area[inside].tolist(), strict=True)}
    return len(pairs) - len({group for group, _ in pairs})
