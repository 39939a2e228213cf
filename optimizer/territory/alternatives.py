"""Find a few good plans that really differ: travel against disruption against balance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from optimizer.interruption import requested
from optimizer.progress import Observer, Silent
from optimizer.solving import SolverSettings
from optimizer.territory.indices import tolerance_used
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.objective import moved, terms
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from optimizer.territory.tightened import tightened
from optimizer.territory.verify import verify

LEAST_DIFFERENCE: Final = 0.05
"""Two plans that differ in a smaller share of the areas are one plan to a planner."""

CHOSEN: Final = "chosen"
"""The name of the given plan."""

FEWEST, FEWER, LEAST_TRAVEL = "fewest changes", "fewer changes", "least travel"
"""Aims: change very dear, capped half-way between the given plan and the fewest, free of charge."""

EVEN, MOST_EVEN = "even", "most even"

BALANCES: Final = {"": 1.0, EVEN: 0.5, MOST_EVEN: 0.25}
"""Parts of the tolerance that are asked for."""

WORDS: Final = (("less travel", "least travel"), ("fewer changes", "fewest changes"), ("more even", "most even"))
"""What a plan is called that is better in an aim than the given one, and than all others shown, in the order of
`Alternative.aims`."""

RECIPES: Final = (
    (FEWEST, ""),
    (FEWER, ""),
    (LEAST_TRAVEL, ""),
    ("", EVEN),
    ("", MOST_EVEN),
    (FEWER, EVEN),
    (FEWEST, EVEN),
)
"""What is tried, change and balance; the fewest changes first, since the others' cap follows from them."""

DEAR: Final = 10.0
"""Price of changing everything for the fewest changes, in all travel of the given plan."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alternative:
    """One good plan, and where it stands between the three aims."""

    name: str
    """What it is measured to be, such as "fewest changes, more even"; "chosen" for the given plan."""
    plan: TerritoryPlan
    travel: float
    """Travel (and the price of split groups), in the units of the objective."""
    moved: int
    """What changes hands against today, in the instance's whole numbers."""
    tolerance_used: float
    """Greatest part of the tolerance that a territory uses in a measure: 1 at a limit."""
    difference: float
    """Share of areas served by another rep than in the given plan."""

    @property
    def aims(self) -> tuple[float, float, float]:
        """What is compared: travel, change, balance; less is better."""
        return self.travel, float(self.moved), round(self.tolerance_used, 6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alternatives:
    """Plans of which none but perhaps the given one is worse than another in every aim."""

    kept: tuple[Alternative, ...]
    """The given plan first, whatever beats it, then by travel."""
    notes: tuple[str, ...]
    """What was tried in vain, in words."""


def find_alternatives(
    instance: TerritoryInstance,
    plan: TerritoryPlan,
    settings: SolverSettings,
    *,
    count: int,
    observer: Observer | None = None,
) -> Alternatives:
    """Return up to `count` plans, the given one among them, that are good in different ways.

    Plans are sought for parts of the tolerance crossed with prices and caps of change (the ε-constraint method of
    Haimes, Lasdon & Wismer, IEEE Transactions on Systems, Man, and Cybernetics 1(3), 1971); each passes the verifier
    for the scenario's own rules. Plans that another one dominates are dropped; of the rest those are taken that differ
    most from all taken before, down to `LEAST_DIFFERENCE`. Ctrl-C ends the search with the plans that are ready.

    Parameters
    ----------
    plan
        The plan to find alternatives to; must keep every rule.
    count
        How many plans at most, the given one included.
    """
    watch = observer or Silent()
    found, vain = [measured(instance, plan, plan, CHOSEN)], []
    most = moved(instance, plan)
    halfway = most
    tasks = [recipe for recipe in RECIPES if recipe[0] in _changes(instance)]
    for number, (change, balance) in enumerate(tasks):
        watch.report("looking for other good plans", share_done=number / len(tasks))
        name = ", ".join(part for part in (change, balance) if part)
        variant = _variant(tightened(instance, BALANCES[balance]), change, plan, halfway)
        result = design_territories(variant, settings, start=plan, explain=False)
        if requested():
            vain.append(f"ended early by Ctrl-C: {number} of {len(tasks)} ways to another plan were tried")
            break
        other = result.plan or result.closest
        if other is None or verify(instance, other):
            vain.append(f"looked for {name}: no plan found that keeps every rule")
            continue
        found.append(measured(instance, other, plan, ""))
        if change == FEWEST:
            halfway = min(halfway, (most + found[-1].moved) // 2)
    watch.report("looking for other good plans", share_done=1.0)
    front = [found[0], *(one for one in pareto(found) if one is not found[0])]
    kept = named(spread_out(front, count))
    return Alternatives(kept=tuple(kept), notes=(*vain, *_remarks(found, kept, count)))


def measured(instance: TerritoryInstance, plan: TerritoryPlan, chosen: TerritoryPlan, name: str) -> Alternative:
    """Measure a plan against the three aims and against the chosen plan."""
    travel = sum(term.contribution for term in terms(instance, plan) if term.name != "change of hands")
    return Alternative(
        name=name,
        plan=plan,
        travel=travel,
        moved=moved(instance, plan),
        tolerance_used=float(tolerance_used(instance, plan).max(initial=0.0)),
        difference=float((plan.rep_of_area != chosen.rep_of_area).mean()),
    )


def dominates(one: Alternative, other: Alternative) -> bool:
    """Tell whether a plan is at least as good in every aim, and better in one."""
    return all(a <= b for a, b in zip(one.aims, other.aims, strict=True)) and one.aims != other.aims


def pareto(found: Sequence[Alternative]) -> list[Alternative]:
    """Return the plans that no other dominates, the first of those that are equal in every aim."""
    front: list[Alternative] = []
    for one in found:
        if not any(dominates(other, one) for other in found) and all(one.aims != kept.aims for kept in front):
            front.append(one)
    return front


def spread_out(front: Sequence[Alternative], count: int) -> list[Alternative]:
    """Take plans one by one, each the one that differs most from those taken; the first of the front always.

    Returns
    -------
    list
        The first plan, then the others by travel; each pair differs in `LEAST_DIFFERENCE` of the areas.
    """
    kept = [front[0]]
    left = list(front[1:])
    while left and len(kept) < count:
        distances = [min(different_share(one.plan, other.plan) for other in kept) for one in left]
        farthest = int(np.argmax(distances))
        if distances[farthest] < LEAST_DIFFERENCE:
            break
        kept.append(left.pop(farthest))
    return [kept[0], *sorted(kept[1:], key=lambda one: one.aims)]


def named(kept: Sequence[Alternative]) -> list[Alternative]:
    """Name all plans but the first by what they are better in than it: true by construction, each name once.

    A plan that no other is as good as in an aim is called the best in it. Plans of the same name are numbered.
    """
    chosen, others = kept[0], list(kept[1:])
    names: list[str] = []
    for one in others:
        words = []
        for aim, (better, best) in enumerate(WORDS):
            rivals = [other.aims[aim] for other in kept if other is not one]
            if one.aims[aim] < chosen.aims[aim]:
                words.append(best if one.aims[aim] < min(rivals) else better)
        names.append(", ".join(words) or "no better in any aim")
    numbered = [
        f"{name} ({names[:number].count(name) + 1})" if names.count(name) > 1 else name
        for number, name in enumerate(names)
    ]
    return [chosen, *(replace(one, name=name) for one, name in zip(others, numbered, strict=True))]


def different_share(one: TerritoryPlan, other: TerritoryPlan) -> float:
    """Return the share of areas with another rep."""
    return float((one.rep_of_area != other.rep_of_area).mean())


def _changes(instance: TerritoryInstance) -> tuple[str, ...]:
    """Return the ways to treat change that differ in this instance."""
    if not _all_that_can_move(instance):
        return ("",)
    return ("", FEWEST, FEWER, LEAST_TRAVEL) if instance.move_weight else ("", FEWEST, FEWER)


def _all_that_can_move(instance: TerritoryInstance) -> int:
    """Return what changes hands when everything does."""
    return int(instance.moved_amount[instance.current_rep >= 0].sum())


def _variant(instance: TerritoryInstance, change: str, plan: TerritoryPlan, halfway: int) -> TerritoryInstance:
    """Make change free, dear or capped, as the name says."""
    if change == LEAST_TRAVEL:
        return replace(instance, move_weight=0.0)
    if change == FEWEST:
        dear = DEAR * terms(instance, plan)[0].value / max(1, _all_that_can_move(instance))
        return replace(instance, move_weight=max(instance.move_weight, dear))
    if change == FEWER:
        return replace(instance, moved_limit=min(instance.moved_limit, halfway))
    return instance


def _remarks(found: Sequence[Alternative], kept: Sequence[Alternative], count: int) -> list[str]:
    """Say when the chosen plan is beaten in every aim, and when fewer plans were found than asked for."""
    better = [one.name for one in kept if dominates(one, found[0])]
    remarks = []
    if better:
        remarks.append(f"the chosen plan is no better in any aim than: {'; '.join(better)}; more effort may improve it")
    elif any(dominates(one, found[0]) for one in found):
        remarks.append("a plan that hardly differs from the chosen one is as good in every aim; try more effort")
    if len(kept) < count:
        remarks.append(
            f"{len(kept)} of {count} plans: the others that were found are no better in any aim than one of these, or "
            f"differ from it in less than {100 * LEAST_DIFFERENCE:g} % of the areas"
        )
    return remarks
