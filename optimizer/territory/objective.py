"""Name the terms of the objective and compute them from a plan, without a solver."""

import numpy as np

from optimizer.solving import Term
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.plan import TerritoryPlan


def terms(instance: TerritoryInstance, plan: TerritoryPlan) -> tuple[Term, ...]:
    """Return the parts of the objective: travel Σ_a cost[a, rep(a)], and move_weight times what changes hands."""
    travel = int(instance.travel_cost[np.arange(instance.n_areas), plan.rep_of_area].sum())
    return (
        Term(name="travel", unit="visit-weighted minutes", weight=1.0, value=float(travel)),
        Term(
            name="change of hands",
            unit=instance.moved_unit,
            weight=instance.move_weight * instance.moved_scale,
            value=moved(instance, plan) / instance.moved_scale,
        ),
    )


def moved(instance: TerritoryInstance, plan: TerritoryPlan) -> int:
    """Return what changes hands: the moved amounts of the areas that leave today's rep."""
    leaves = (instance.current_rep >= 0) & (instance.current_rep != plan.rep_of_area)
    return int(instance.moved_amount[leaves].sum())
