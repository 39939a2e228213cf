"""Lay out other good plans: one line of measures each, and who serves which area."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maps.cells import decimals
from maps.languages.speaking import say
from maps.words import MISSING, number_text, percent_text
from optimizer.territory.alternatives import Alternative, Alternatives
from optimizer.territory.indices import deviations
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.robustness import Futures, chances

FOLDER: Final = "alternatives"
_SHARE: Final = decimals(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativePlan:
    """One good plan, as it is shown and written."""

    name: str
    """What sets it apart, such as "fewer changes, even"."""
    file: str
    """Where its assignment is written, relative to the output folder."""
    travel: float
    """In the units of the plan's cost, without the price of change."""
    moved_share: float | None
    """Share of what has a rep today that gets another, because he left or by the plan; `None` where nothing has one."""
    areas_moved: int
    """Areas with another rep than today."""
    worst_deviation: Mapping[str, float]
    """Greatest deviation from target of each balance measure, as a share."""
    tolerance_used: float
    """Greatest part of the tolerance that is used: 1 at a limit."""
    least_chance: float | None
    """Chance of the least sure territory to stay inside its tolerance; `None` where unknown."""
    difference: float
    """Share of areas with another rep than in the chosen plan."""
    rep_ids: tuple[str, ...]
    """Rep of each area, in the order of the areas."""


def alternative_plans(
    instance: TerritoryInstance, found: Alternatives, futures: Futures | None
) -> tuple[AlternativePlan, ...]:
    """Lay out alternatives; see `AlternativePlan`."""
    return tuple(_laid_out(instance, one, futures) for one in found.kept)


def alternatives_csv(plans: tuple[AlternativePlan, ...]) -> str:
    """Write one line per plan."""
    measures = list(plans[0].worst_deviation) if plans else []
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        [
            *("name", "travel", "moved_share", "areas_moved"),
            *(f"{name}_worst_deviation" for name in measures),
            *("tolerance_used", "least_chance_inside", "areas_unlike_chosen", "file"),
        ]
    )
    for plan in plans:
        writer.writerow(
            [
                *(plan.name, decimals(1)(plan.travel), _maybe(plan.moved_share), plan.areas_moved),
                *(_SHARE(plan.worst_deviation[name]) for name in measures),
                *(_SHARE(plan.tolerance_used), _maybe(plan.least_chance), _SHARE(plan.difference), plan.file),
            ]
        )
    return stream.getvalue()


def assignment_csv(plan: AlternativePlan, area_ids: tuple[str, ...]) -> str:
    """Write who serves which area, in the form of assignment.csv."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["area_id", "territory_id", "rep_id"])
    writer.writerows((area, f"T-{rep}", rep) for area, rep in zip(area_ids, plan.rep_ids, strict=True))
    return stream.getvalue()


def alternatives_text(plans: tuple[AlternativePlan, ...], notes: tuple[str, ...]) -> str:
    """Write the plans side by side for the terminal."""
    if not plans:
        return say("No other plans: there is no plan that keeps every rule to compare with.")
    measures = list(plans[0].worst_deviation)
    head = ["plan", "travel", "changes hands", *(f"{name} off by" for name in measures), "stays inside", "areas unlike"]
    rows = [
        [
            say(plan.name),
            number_text(plan.travel),
            MISSING if plan.moved_share is None else percent_text(plan.moved_share),
            *(percent_text(plan.worst_deviation[name]) for name in measures),
            MISSING if plan.least_chance is None else percent_text(plan.least_chance, 0),
            percent_text(plan.difference),
        ]
        for plan in plans
    ]
    head = [say(name) for name in head]
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    lines = [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in [head, *rows]
    ]
    return "\n".join([*lines, *(["", *(say(note) for note in notes)] if notes else [])])


def _laid_out(instance: TerritoryInstance, one: Alternative, futures: Futures | None) -> AlternativePlan:
    owner, today = one.plan.rep_of_area, instance.current_rep
    all_that_can = int(instance.moved_amount[today >= 0].sum()) + instance.left_amount
    slug = re.sub(r"[^a-z0-9]+", "_", one.name)
    worst = np.abs(deviations(instance, one.plan)).max(axis=1, initial=0.0)
    return AlternativePlan(
        name=one.name,
        file=f"{FOLDER}/{slug}/assignment.csv",
        travel=one.travel,
        moved_share=(one.moved + instance.left_amount) / all_that_can if all_that_can else None,
        areas_moved=int(((today >= 0) & (today != owner)).sum()) + instance.left_areas,
        worst_deviation={m.name: float(value) for m, value in zip(instance.measures, worst, strict=True)},
        tolerance_used=one.tolerance_used,
        least_chance=None if futures is None else least_chance(chances(instance, one.plan, futures)),
        difference=one.difference,
        rep_ids=tuple(instance.rep_ids[rep] for rep in owner.tolist()),
    )


def least_chance(values: NDArray[np.float64]) -> float | None:
    """Give the least of the chances that are judged; `None` when none is."""
    judged = values[~np.isnan(values)]
    return float(judged.min()) if len(judged) else None


def _maybe(share: float | None) -> str:
    return "" if share is None else _SHARE(share)
