"""Add to the table of territories what planners compare: indices, borders, drives to home, chances."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.compactness import compactness
from optimizer.territory.indices import territory_indices
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.plan import TerritoryPlan

INDEX_COLUMNS = (
    "balance_index",
    "compactness_index",
    "polsby_popper",
    "cut_edges",
    "mean_drive_minutes",
    "max_drive_minutes",
)
"""Columns that `with_indices` adds; with chances also `chance_inside`."""


def with_indices(
    table: pd.DataFrame,
    instance: TerritoryInstance,
    plan: TerritoryPlan,
    *,
    shapes: NDArray[np.object_],
    accounts_of_area: NDArray[np.float64],
    chances: NDArray[np.float64] | None,
) -> pd.DataFrame:
    """Return the table of territories with `INDEX_COLUMNS`, and `chance_inside` where chances are known.

    Parameters
    ----------
    table
        One row per rep, in the order of the instance.
    shapes
        Polygons of the areas in degrees. Shape (areas,).
    accounts_of_area
        Accounts of each area, by which the mean drive is weighed. Shape (areas,).
    chances
        Probability that each territory stays inside the tolerance. Shape (reps,).
    """
    numbers = territory_indices(instance, plan, weights=accounts_of_area)
    form = compactness(shapes, plan.rep_of_area, instance.n_reps)
    added = {
        "balance_index": numbers.balance_index.round(1),
        "compactness_index": form.index.round(1),
        "polsby_popper": form.polsby_popper.round(3),
        "cut_edges": numbers.cut_edges,
        "mean_drive_minutes": numbers.mean_drive_minutes.round(1),
        "max_drive_minutes": numbers.max_drive_minutes,
    }
    if chances is not None:
        added["chance_inside"] = chances
    return table.assign(**added)
