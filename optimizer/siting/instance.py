"""Hold a siting problem, solver-ready: which candidates become homes, and which home serves each area."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.solving import InvalidInstanceError
from optimizer.territory.instance import BalanceMeasure, IntArray

CLOSED: Final = np.iinfo(np.int32).max
"""The cost of a pair (area, candidate) that no plan may use."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SitingInstance:
    """Choose `n_homes` candidates as homes and give every area to one of them: balanced, contiguous and cheap.

    It is the Hess model of districting with a choice of centres (Hess et al. 1965, doi:10.1287/opre.13.6.998).
    A chosen home serves its own area. Homes that are `fixed` are chosen in any case, in their order first; the rest are
    free and interchangeable, so that all free homes have the same limits.
    """

    area_ids: tuple[str, ...]
    edges: IntArray
    """Pairs of neighbouring areas, first index below second, sorted, each once. Shape (edges, 2)."""
    n_homes: int
    """Homes to choose, the fixed ones among them."""
    candidates: IntArray
    """Areas that may hold a home, ascending. Shape (candidates,)."""
    fixed: IntArray
    """Positions in `candidates` of the homes that are chosen already. Shape (fixed,)."""
    cost: NDArray[np.int32] | NDArray[np.int64]
    """Cost of serving an area from a candidate, not negative; CLOSED where that is not allowed.
    Shape (areas, candidates)."""
    measures: tuple[BalanceMeasure, ...]
    """Targets and limits per home: fixed homes first, then the free ones, who share theirs. Shape (homes,) each."""
    contiguous: bool
    area_names: tuple[str, ...] = ()
    """What the planner calls each area, for messages; the ids when left out."""

    def __post_init__(self) -> None:
        areas, candidates = len(self.area_ids), len(self.candidates)
        wrong = []
        if self.cost.shape != (areas, candidates):
            wrong.append(f"cost has shape {self.cost.shape}, expected {(areas, candidates)}")
        elif self.cost.size and self.cost.min() < 0:
            wrong.append("cost has a negative entry")
        elif candidates and (self.cost[self.candidates, np.arange(candidates)] == CLOSED).any():
            wrong.append("a candidate may not serve its own area")
        if not 1 <= self.n_homes <= candidates:
            wrong.append(f"{self.n_homes} homes are wanted among {candidates} candidates")
        if candidates and not (np.diff(self.candidates) > 0).all():
            wrong.append("candidates are not ascending")
        if len(np.unique(self.fixed)) != len(self.fixed) or len(self.fixed) > self.n_homes:
            wrong.append("fixed homes are named twice or are more than the homes wanted")
        wrong += [fault for measure in self.measures for fault in self._measure_faults(measure)]
        if self.edges.size and not (self.edges[:, 0] < self.edges[:, 1]).all():
            wrong.append("edges are not pairs with the first index below the second")
        if wrong:
            raise InvalidInstanceError("; ".join(wrong))

    def _measure_faults(self, measure: BalanceMeasure) -> Iterator[str]:
        for name in ("targets", "lower", "upper"):
            values = getattr(measure, name)
            if values.shape != (self.n_homes,):
                yield f"{measure.name}.{name} has shape {values.shape}, expected {(self.n_homes,)}"
            elif len(np.unique(values[len(self.fixed) :])) > 1:
                yield f"{measure.name}.{name} differs between free homes"
        if measure.amounts.shape != (self.n_areas,):
            yield f"{measure.name}.amounts has shape {measure.amounts.shape}, expected {(self.n_areas,)}"

    def area_text(self, area: int) -> str:
        """Name an area for the planner, such as "Bronx (36005)"."""
        name, key = self.area_names[area] if self.area_names else "", self.area_ids[area]
        return key if name in {"", key} else f"{name} ({key})"

    @property
    def n_areas(self) -> int:
        """Number of areas."""
        return len(self.area_ids)

    @property
    def n_candidates(self) -> int:
        """Number of candidates."""
        return len(self.candidates)
