"""Draw tiny random maps with any choice of rules, small enough to enumerate every plan."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

import numpy as np

from optimizer.territory.instance import BalanceMeasure, TerritoryInstance
from tests.optimizer.territory.builders import instance_of, measure

Random = np.random.Generator


def _contiguous(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    return replace(instance, contiguous=True)


def _balance(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    """One or two measures; targets equal or in any proportion, as for part-time reps; some amounts stay with reps."""
    measures = []
    for name in ("potential", "workload")[: int(rng.integers(1, 3))]:
        amounts = rng.integers(0, 10, instance.n_areas)
        amounts[0] += amounts.sum() == 0
        fixed = rng.integers(0, 4, instance.n_reps) * int(rng.random() < 0.4)
        equal = measure(name, amounts, instance.n_reps, float(rng.choice([0.2, 0.4, 0.7])))
        measures.append(_with_targets(equal, rng.choice([0.5, 1.0, 1.5], instance.n_reps), fixed))
    return replace(instance, measures=tuple(measures))


def _with_targets(equal: BalanceMeasure, share: np.ndarray, fixed: np.ndarray) -> BalanceMeasure:
    targets = (equal.amounts.sum() + fixed.sum()) * share / share.sum()
    return replace(
        equal,
        targets=np.round(targets).astype(np.int64),
        lower=np.ceil(targets * (1 - equal.tolerance) - 1e-9).astype(np.int64),
        upper=np.floor(targets * (1 + equal.tolerance) + 1e-9).astype(np.int64),
        fixed=fixed.astype(np.int64),
    )


def _groups(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    group = rng.integers(0, 2, instance.n_areas)
    bound = rng.random(instance.n_reps) < 0.7
    return replace(instance, area_group=group, rep_group=np.where(bound, group[instance.home_areas], -1))


def _together(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    chosen = rng.random(instance.n_areas) < 0.4
    return replace(instance, together=np.where(chosen, rng.integers(0, 2, instance.n_areas), -1))


def _pair(rng: Random, instance: TerritoryInstance) -> np.ndarray:
    return np.array([[int(rng.integers(instance.n_areas)), int(rng.integers(instance.n_reps))]], dtype=np.int64)


def _locks(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    return replace(instance, locks=_pair(rng, instance))


def _forbidden(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    return replace(instance, forbidden=_pair(rng, instance))


def _drive(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    return replace(instance, max_drive_minutes=int(np.quantile(instance.drive_minutes, 0.8)))


def _change(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    """A price on what changes hands, and a cap half of the time."""
    return replace(
        instance,
        current_rep=rng.integers(-1, instance.n_reps, instance.n_areas),
        moved_amount=rng.integers(0, 6, instance.n_areas),
        move_weight=float(rng.choice([0.0, 0.25, 3.0, 12.5])),
        moved_limit=int(rng.integers(0, 12)) if rng.random() < 0.5 else instance.moved_limit,
    )


def _splits(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    group = rng.integers(-1, 3, instance.n_areas)
    return replace(instance, split_group=group, split_price=int(rng.choice([1, 15, 60, 1000])))


def _frozen(rng: Random, instance: TerritoryInstance) -> TerritoryInstance:
    """One rep keeps his home and an area beside it, and gets nothing new."""
    rep = int(rng.integers(instance.n_reps))
    home = int(instance.home_areas[rep])
    beside = instance.edges[(instance.edges == home).any(axis=1)].ravel()
    kept = sorted({home, *(int(area) for area in beside[:2])} - {*instance.home_areas.tolist()} | {home})
    others = np.setdiff1d(np.arange(instance.n_areas), kept)
    locks = [*instance.locks.tolist(), *([area, rep] for area in kept)]
    forbidden = [*instance.forbidden.tolist(), *([int(area), rep] for area in others)]
    return replace(
        instance, locks=np.array(locks).reshape(-1, 2), forbidden=np.array(forbidden, dtype=np.int64).reshape(-1, 2)
    )


RULES: Final[dict[str, tuple[float, Callable[[Random, TerritoryInstance], TerritoryInstance]]]] = {
    "contiguous": (0.8, _contiguous),
    "balance": (0.67, _balance),
    "groups": (0.3, _groups),
    "together": (0.3, _together),
    "locks": (0.3, _locks),
    "forbidden": (0.3, _forbidden),
    "drive": (0.2, _drive),
    "change": (0.4, _change),
    "splits": (0.4, _splits),
    "frozen": (0.15, _frozen),
}
"""Every rule, how often it is drawn, and how it is laid on a map."""


def tiny(seed: int, rules: Collection[str] | None = None) -> TerritoryInstance:
    """Return a random map of 4 to 9 areas and 2 or 3 reps, feasible or not, with the given rules or a random choice."""
    rng = np.random.default_rng(seed)
    areas, reps = int(rng.integers(4, 10)), int(rng.integers(2, 4))
    xy = rng.random((areas, 2))
    distance = ((xy[:, None] - xy) ** 2).sum(axis=2)
    edges = {
        (min(a, b), max(a, b)) for a in range(areas) for b in np.argsort(distance[a])[1 : 2 + int(rng.integers(0, 3))]
    }
    homes = rng.choice(areas, reps, replace=False)
    minutes = np.round(np.sqrt(distance[:, homes]) * 100).astype(np.int64)
    squared = rng.random() < 0.3
    instance = instance_of(
        edges=sorted(edges),
        homes=homes.tolist(),
        cost=minutes**2 // 50 if squared else minutes,
        drive_minutes=minutes,
        contiguous=False,
    )
    for name, (often, lay) in RULES.items():
        drawn = bool(rng.random() < often)
        if drawn if rules is None else name in rules:
            instance = lay(rng, instance)
    return instance
