"""Tell effects from chance: the same causes, moved to other weeks, show what chance makes of them."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PLACEBOS = 60
"""So many times causes are moved to other weeks."""
FEWEST_PLACEBOS = 20
"""So many of them must have a week to stand in, else noise is not known."""
BEYOND_NOISE = 2.5
"""An effect counts by 1 − (2.5 noise / effect)²: nothing where it is less than 2.5 times its noise."""
SMALLEST_VARIANCE = 1e-12


def moves(weeks: int) -> NDArray[np.int64]:
    """Give the numbers of weeks by which causes are moved round, evenly over all. Shape (moves,)."""
    return np.unique(np.linspace(1, weeks - 1, PLACEBOS).astype(np.int64))


def believed(effect: Array, variance: Array) -> Array:
    """Draw effects towards 0, all the way where they are not beyond noise.

    Parameters
    ----------
    effect
        In any unit, NaN where unknown. Any shape.
    variance
        Mean square of what chance makes, in the square of that unit, NaN where unknown. The same shape.

    Returns
    -------
    In the unit of the effect, 0 where either is unknown. The same shape.
    """
    share = 1.0 - BEYOND_NOISE**2 * variance / np.maximum(effect**2, SMALLEST_VARIANCE)
    return np.asarray(np.nan_to_num(np.clip(share, 0.0, 1.0) * effect))
