"""Estimate what comparable accounts sell beyond what an account sells today."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

GROUP_WEIGHT = 20.0
"""Customers at which a group counts as much as the group above it."""
NEIGHBOURS = 40
REGION_LIMITS = (0.5, 2.0)
"""A region's level against its segment is believed within these factors."""
PROSPECT_CONVERSION = 0.25
"""Share of what its likes sell that a prospect can be taken to be worth at all, before `headroom_share`."""
LARGEST_HEADROOM = 2.0
"""Times the own baseline, or the median of the segment when that is more: likes that sell far more are hardly likes."""


def comparable_quantile(
    accounts: pd.DataFrame,
    baseline: NDArray[np.float64],
    *,
    customer: NDArray[np.bool_],
    quantile: float,
    attributes: Sequence[str] = (),
) -> NDArray[np.float64]:
    """Give each account the `quantile` of the baselines of customers like it.

    Like means: same segment; among those, the nearest in `attributes` (employees, floor space, … by rank) where any are
    named; adjusted by the level of the region in that segment. Quantiles of small groups are shrunk
    towards the group above (region in segment → segment → all) by n / (n + 20), in the manner of Fay & Herriot 1979
    with a variance that falls with n.

    Parameters
    ----------
    accounts
        Columns segment, region, status and attributes; one row per account.
    baseline
        In currency over the period, of every account. Shape (accounts,).
    customer
        Accounts that can serve as likes; those without a baseline never do. Shape (accounts,).
    attributes
        Numeric columns of `accounts` that tell how large an account is.

    Returns
    -------
    Currency over the period. Shape (accounts,).
    """
    segment = accounts["segment"].astype(str).to_numpy()
    region = accounts["region"].astype(str).to_numpy()
    customer = customer & (baseline > 0)
    everybody = _quantile(baseline[customer], quantile)
    result = np.zeros(len(accounts))
    ranks = attribute_ranks(accounts, attributes)
    for name in sorted(set(segment)):
        rows = segment == name
        likes = rows & customer
        of_segment = _shrunk(baseline[likes], everybody, quantile)
        expected = np.full(int(rows.sum()), of_segment)
        if ranks.shape[1] and likes.sum() > NEIGHBOURS:
            expected = _by_neighbours(ranks[rows], ranks[likes], baseline[likes], of_segment, quantile)
        for place in sorted(set(region[rows])):
            level = _shrunk(baseline[likes & (region == place)], of_segment, quantile)
            factor = np.clip(level / of_segment, *REGION_LIMITS) if of_segment > 0 else 1.0
            expected[region[rows] == place] *= factor
        result[rows] = expected
    return result


def headroom(
    accounts: pd.DataFrame,
    baseline: NDArray[np.float64],
    *,
    customer: NDArray[np.bool_],
    alive: NDArray[np.float64],
    quantile: float,
    attributes: Sequence[str] = (),
) -> NDArray[np.float64]:
    """Give what likes sell beyond the own baseline, never below 0; prospects count for a part of what their likes sell.

    Parameters
    ----------
    baseline
        In currency over the period. Shape (accounts,).
    customer
        Accounts that have bought before; others are prospects. Shape (accounts,).
    alive
        Belief between 0 and 1 that the account still buys: a shop that closed has no headroom. Shape (accounts,).
    quantile
        Which of the likes is looked up to, between 0 and 1.
    attributes
        See `comparable_quantile`.

    Returns
    -------
    Currency over the period. Shape (accounts,).
    """
    looked_up_to = comparable_quantile(accounts, baseline, customer=customer, quantile=quantile, attributes=attributes)
    segment = accounts["segment"].astype(str).to_numpy()
    middle = np.zeros(len(accounts))
    for name in sorted(set(segment)):
        likes = (segment == name) & customer & (baseline > 0)
        middle[segment == name] = _quantile(baseline[likes], 0.5)
    room = np.maximum(looked_up_to - baseline, 0.0)
    room = np.minimum(room, LARGEST_HEADROOM * np.maximum(baseline, middle))
    return np.where(customer, room * alive, looked_up_to * PROSPECT_CONVERSION)


def is_customer(accounts: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell customers from prospects; without a column `status` all are customers. Shape (accounts,)."""
    if "status" not in accounts.columns:
        return np.ones(len(accounts), dtype=bool)
    return np.asarray(accounts["status"].astype(str).to_numpy() != "prospect")


def attribute_ranks(accounts: pd.DataFrame, attributes: Sequence[str]) -> NDArray[np.float64]:
    """Turn attributes into ranks between 0 and 1, the unknown in the middle; without those that tell nothing apart.

    Shape (accounts, attributes).
    """
    names = [name for name in attributes if accounts[name].min() < accounts[name].max()]
    if not names:
        return np.zeros((len(accounts), 0))
    return accounts[names].rank(pct=True).fillna(0.5).to_numpy(np.float64)


def _by_neighbours(
    wanted: NDArray[np.float64],
    known: NDArray[np.float64],
    baseline: NDArray[np.float64],
    above: float,
    quantile: float,
) -> NDArray[np.float64]:
    """Quantile among the nearest customers by attributes, shrunk towards that of the segment. Shape (wanted,)."""
    _, nearest = cKDTree(known).query(wanted, k=NEIGHBOURS)
    weight = NEIGHBOURS / (NEIGHBOURS + GROUP_WEIGHT)
    return np.asarray(weight * np.quantile(baseline[nearest], quantile, axis=1) + (1 - weight) * above)


def _shrunk(values: NDArray[np.float64], above: float, quantile: float) -> float:
    """Quantile of a group, shrunk towards that of the group above by how small the group is."""
    weight = len(values) / (len(values) + GROUP_WEIGHT)
    return weight * _quantile(values, quantile) + (1 - weight) * above


def _quantile(values: NDArray[np.float64], quantile: float) -> float:
    """Quantile, 0 for nothing."""
    return float(np.quantile(values, quantile)) if len(values) else 0.0
