"""Bound the cost of every plan of a territory problem from below without a search."""

from optimizer.territory.bound import relax
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.loosening import loosened
from optimizer.territory.units import condense, rounding_error, split


def bound_of(instance: TerritoryInstance) -> float:
    """Return what no plan that keeps every rule undercuts: areas may be divided, each part of the map by itself."""
    playable = loosened(instance, condense(instance))
    total = sum(relax(part.problem).bound for part in split(playable))
    return max(0.0, total / playable.cost_scale - rounding_error(instance, playable))
