"""Choose homes from lists of territories, as long as the lists stay short: first cheap plans, then dearer ones."""

from typing import Final

import numpy as np

from optimizer.progress import Observer
from optimizer.siting.bound import Bound, Prices, Region
from optimizer.siting.covering import cheapest_cover
from optimizer.siting.knowledge import Search
from optimizer.siting.listing import Listing, list_territories
from optimizer.siting.plan import SitingPlan
from optimizer.siting.recentring import best_homes

FIRST_SHARE: Final = 0.001
"""Plans dearer than the bound by more than this share are left aside at first."""

SHORT_LIST: Final = 5_000
"""Territories up to which a list is gone through in no time, so that the next may be far longer."""

GROWTH: Final = (2.5, 1.25)
"""Factor on the share after a short list, and after a long one: that one takes about half as many territories again."""

LARGEST_SHARE: Final = 4.0
"""Above this share all territories are listed."""


def try_lists(search: Search, region: Region, prices: Prices, root: Bound, watcher: Observer) -> tuple[bool, float]:
    """List territories of cheap plans and choose from them, until a plan is proven best or a list gets too long.

    Returns
    -------
    tuple of bool and float
        Whether the question is answered: the best plan is in `search`, or there is none; and a lower bound.
    """
    lower, share = root.value, FIRST_SHARE
    while search.instance.contiguous and search.stop() is None:
        search.guess = root.value + share * abs(root.value) if share <= LARGEST_SHARE else np.inf
        listing = list_territories(
            search.instance,
            search.limits,
            search.neighbours,
            search.pairs,
            region=region,
            prices=prices,
            bound=root,
            cutoff=search.cutoff,
        )
        if listing is None:
            break
        cover = cheapest_cover(
            listing,
            search.instance.n_homes,
            cutoff=search.cutoff,
            work=search.budget.assign_work,
            stop=lambda: search.stop() is not None,
        )
        search.work += cover.work
        if cover.chosen is not None:
            search.keep(plan_of(search, listing.kept(cover.chosen)))
        if not cover.done:
            break
        lower = max(lower, search.cutoff)
        if search.cost <= search.guess:
            return True, lower
        watcher.report("choosing homes from lists", share_done=0.1, objective=search.known, bound=lower)
        share *= GROWTH[0] if len(listing.cost) <= SHORT_LIST else GROWTH[1]
    return False, lower


def plan_of(search: Search, chosen: Listing) -> SitingPlan:
    """Return the plan of territories that hold each area once."""
    fixed = search.instance.fixed
    free = np.setdiff1d(chosen.candidate, fixed)
    homes = np.concatenate([fixed, free]).astype(np.int64)
    row = {candidate: number for number, candidate in enumerate(chosen.candidate.tolist())}
    holds = chosen.holds[[row[home] for home in homes.tolist()]]
    return best_homes(search.instance, SitingPlan(homes=homes, home_of_area=holds.argmax(axis=0).astype(np.int64)))
