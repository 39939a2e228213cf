"""Ask for more balance than the scenario does: the same problem with a part of the tolerance."""

from dataclasses import replace

import numpy as np

from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance


def tightened(instance: TerritoryInstance, share: float, *, only: str | None = None) -> TerritoryInstance:
    """Return the instance with limits at a share of their distance from the target; every plan of it fits the original.

    Parameters
    ----------
    share
        Between 0 and 1; 1 changes nothing.
    only
        Name of the one measure to tighten; all when left out.
    """
    measures = tuple(_tighter(m, share) if only in {None, m.name} else m for m in instance.measures)
    return replace(instance, measures=measures)


def _tighter(measure: BalanceMeasure, share: float) -> BalanceMeasure:
    """Move both limits towards the target; a limit that does not bind stays."""
    lower, upper = measure.lower, measure.upper

    def moved(limit: IntArray) -> IntArray:
        return np.round(measure.targets + share * (limit - measure.targets)).astype(np.int64)

    free = upper >= NO_LIMIT // 2
    return replace(
        measure,
        lower=np.maximum(lower, np.where(free, lower, moved(lower))),
        upper=np.where(free, upper, np.minimum(upper, moved(np.where(free, measure.targets, upper)))),
        tolerance=measure.tolerance * share,
    )
