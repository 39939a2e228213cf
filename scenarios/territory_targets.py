"""Say how much of each measure each rep should hold, and how far off he may be."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.territory.instance import BalanceMeasure, IntArray
from scenarios.schema import Balance, BalanceMeasureName
from scenarios.territory_amounts import Amounts


def balance_measure(
    name: BalanceMeasureName,
    whole: Amounts,
    rule: Balance,
    reps: pd.DataFrame,
    *,
    area_group: IntArray,
    rep_group: IntArray,
    frozen_rep: IntArray,
) -> BalanceMeasure:
    """Share what is to be shared over the reps, and put the tolerance around it.

    Reps of a group share the amounts of its areas and of the accounts that stay with them. A frozen rep's target is
    what he has: his balance is not judged, and the others share the rest.

    Parameters
    ----------
    reps
        rep_id, hours_per_week and target_share, in the order of the instance.
    area_group, rep_group
        See `TerritoryInstance`.
    frozen_rep
        The rep who keeps an area whatever the plan, -1 for areas that are shared out. Shape (areas,).
    """
    share = rep_shares(rule, reps)
    kept = frozen_rep >= 0
    frozen = np.zeros(len(reps), dtype=bool)
    frozen[frozen_rep[kept]] = True
    targets = np.bincount(frozen_rep[kept], weights=whole.by_area[kept], minlength=len(reps)) + whole.by_rep
    for group in np.unique(rep_group[~frozen]):
        members = (rep_group == group) & ~frozen
        inside = ~kept if group < 0 else ~kept & (area_group == group)
        total = whole.by_area[inside].sum() + whole.by_rep[members].sum()
        targets[members] = total * share[members] / share[members].sum()
    slack = np.where(frozen, 0.0, rule.tolerance)
    return BalanceMeasure(
        name=str(name),
        unit=whole.unit,
        scale=whole.scale,
        amounts=whole.by_area,
        targets=targets.round().astype(np.int64),
        lower=np.ceil(targets * (1 - slack) - 1e-6).astype(np.int64),
        upper=np.floor(targets * (1 + slack) + 1e-6).astype(np.int64),
        tolerance=rule.tolerance,
        fixed=whole.by_rep,
    )


def rep_shares(rule: Balance, reps: pd.DataFrame) -> NDArray[np.float64]:
    """Give the size of each rep's target, relative to the others. Shape (reps,)."""
    share = np.ones(len(reps))
    if rule.share_by != "equal":
        column = "hours_per_week" if rule.share_by == "hours" else "target_share"
        share = reps[column].to_numpy(dtype=np.float64, copy=True)
    return np.asarray(share * reps["rep_id"].map(rule.shares).fillna(1.0).to_numpy(dtype=np.float64))
