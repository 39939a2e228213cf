"""Give territories that are drawn the cheapest homes inside them."""

import numpy as np

from optimizer.siting.instance import CLOSED, SitingInstance
from optimizer.siting.plan import SitingPlan


def best_homes(instance: SitingInstance, plan: SitingPlan) -> SitingPlan:
    """Return the plan with each free home moved to the candidate of its territory that serves it at the least cost.

    The territories of free homes do not change, so that limits and contiguity stay as they are.
    """
    fixed = len(instance.fixed)
    homes = plan.homes.copy()
    for home in range(fixed, instance.n_homes):
        areas = np.flatnonzero(plan.home_of_area == home)
        here = np.flatnonzero(np.isin(instance.candidates, areas))
        cost = instance.cost[np.ix_(areas, here)]
        totals = np.where((cost == CLOSED).any(axis=0), np.inf, cost.sum(axis=0, dtype=np.float64))
        homes[home] = here[int(np.argmin(totals))]
    order = np.concatenate([np.arange(fixed), fixed + np.argsort(homes[fixed:], kind="stable")]).astype(np.int64)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return SitingPlan(homes=homes[order], home_of_area=place[plan.home_of_area])
