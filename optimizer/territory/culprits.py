"""Find a smallest set of the planner's lines that clash."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from optimizer.solving import Line
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.lines import by_rep, joined, keeping, lines_of
from optimizer.territory.verdict import Judge, Verdict

ItemT = TypeVar("ItemT")

FEW_LINES = 200
"""Lines up to which balance is divided into the limits of single reps."""


class Culprits(NamedTuple):
    """Lines that clash."""

    lines: tuple[Line, ...]
    divided: bool
    """Whether they clash even if areas may be divided."""
    minimal: bool
    """Whether it is proven that without any one of them the others can be kept."""


def find_culprits(instance: TerritoryInstance, judge: Judge) -> Culprits:
    """Return lines that clash, none of which can be spared as far as the work allows.

    First by the linear program alone, which is cheap, then by searches that can also show that a set fits.

    Parameters
    ----------
    instance
        A problem without a plan.
    judge
        Decides about sets of lines.

    Returns
    -------
    Culprits
        Without lines if the clash could not be shown within the work.
    """
    lines = lines_of(instance)

    def clash_divided(kept: Sequence[Line]) -> bool:
        return judge.divided_clash(keeping(instance, kept))

    divided = clash_divided(lines)
    if divided:
        lines = smallest_set(clash_divided, lines)
        if len(lines) + len(instance.rep_ids) <= FEW_LINES:
            lines = smallest_set(clash_divided, by_rep(instance, lines))
    elif judge.decide(instance) is not Verdict.CLASH:
        return Culprits((), divided=False, minimal=False)
    kept, minimal = list(lines), True
    for line in lines:
        fewer = [other for other in kept if other != line]
        verdict = judge.decide(keeping(instance, fewer))
        if verdict is Verdict.CLASH:
            kept, divided = fewer, divided and clash_divided(fewer)
        minimal = minimal and verdict is not Verdict.OPEN
    return Culprits(joined(instance, kept), divided=divided, minimal=minimal)


def smallest_set(clash: Callable[[Sequence[ItemT]], bool], items: Sequence[ItemT]) -> tuple[ItemT, ...]:
    """Return a part of clashing items that clashes too and none of which can be spared.

    Ulrich Junker, QuickXplain: preferred explanations and relaxations for over-constrained problems, AAAI 2004.

    Parameters
    ----------
    clash
        Whether some items, in their order, clash; what clashes still does with more items.
    items
        Items that clash.
    """

    def within(background: tuple[ItemT, ...], fresh: bool, left: tuple[ItemT, ...]) -> tuple[ItemT, ...]:
        if fresh and clash(background):
            return ()
        if len(left) == 1:
            return left
        half = len(left) // 2
        first, second = left[:half], left[half:]
        of_second = within((*background, *first), True, second)
        of_first = within((*background, *of_second), bool(of_second), first)
        return (*of_first, *of_second)

    return () if not items or clash(()) else within((), False, tuple(items))
