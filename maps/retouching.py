"""Make the page on which planners move areas by hand and see at once what that does: maps/retouch.html."""

from typing import Any, Final

import numpy as np
import pandas as pd

from maps.book import PlanBook, rows_by
from maps.features import plan_colours
from maps.languages.speaking import say
from maps.offline import map_page
from maps.shapes import lighter_coverage, packed
from maps.spans import measure_head, plan_span
from maps.words import number_text
from optimizer.territory.instance import NO_LIMIT, BalanceMeasure, IntArray, TerritoryInstance
from optimizer.territory.plan import TerritoryPlan

NEAREST: Final = 8
"""Reps beside the nearest neighbours' whose cost the page knows for each area."""
MOST_AREAS: Final = 6000
"""A map with more areas is too heavy for one page; retouch it region by region (`data.only_regions`)."""
Plain = dict[str, Any]


def retouch_rules(instance: TerritoryInstance, plan: TerritoryPlan) -> Plain:
    """Write a territory problem and its plan as plain data, so that a page can tell what a move does.

    Costs and minutes are given for the reps that an area may sensibly get: its own, those of its neighbours and the
    nearest that its group allows. Maps of more than MOST_AREAS areas give nothing.
    """
    if instance.n_areas > MOST_AREAS:
        return {}
    beside = _beside(instance)
    choices = [_choices(instance, plan, area, beside[area]) for area in range(instance.n_areas)]
    return {
        "reps": list(instance.rep_ids),
        "areas": list(instance.area_ids),
        "owner": plan.rep_of_area.tolist(),
        "homes": instance.home_areas.tolist(),
        "area_group": instance.area_group.tolist(),
        "rep_group": instance.rep_group.tolist(),
        "edges": instance.edges.ravel().tolist(),
        "contiguous": instance.contiguous,
        "together": instance.together.tolist(),
        "split_group": instance.split_group.tolist(),
        "split_price": int(instance.split_price),
        "locks": instance.locks.tolist(),
        "forbidden": instance.forbidden.tolist(),
        "max_drive": _limit(instance.max_drive_minutes),
        "current": instance.current_rep.tolist(),
        "moved_amount": instance.moved_amount.tolist(),
        "moved_limit": _limit(instance.moved_limit),
        "moved_weight": float(instance.move_weight),
        "moved_scale": instance.moved_scale,
        "moved_unit": instance.moved_unit,
        "travel_unit": instance.travel_unit,
        "measures": [_measure(measure) for measure in instance.measures],
        "choices": [reps.tolist() for reps in choices],
        "minutes": [instance.drive_minutes[area, reps].tolist() for area, reps in enumerate(choices)],
        "cost": [instance.travel_cost[area, reps].tolist() for area, reps in enumerate(choices)],
    }


def retouch_page(book: PlanBook) -> str:
    """Make the page; it needs `book.rules`, which a plan of the territories brings."""
    light = lighter_coverage(list(book.areas.geometry))
    colours, reps = plan_colours(book), rows_by(book.reps, "rep_id")
    areas = pd.DataFrame(book.areas.drop(columns="geometry")).set_index("area_id")
    order = [areas.index.get_loc(area) for area in book.rules["areas"]]
    ids = book.rules["reps"]
    data = {
        "title": f"{say('Retouch')}: {book.name}",
        "period": plan_span(book),
        "currency": book.currency,
        "words_of_measures": {measure["name"]: say(measure["name"]) for measure in book.rules["measures"]},
        "labels": {measure["name"]: measure_head(book, measure["name"]) for measure in book.rules["measures"]},
        "names": [str(areas["name"].iloc[place]) for place in order],
        "shapes": [packed(light[place]) for place in order],
        "colours": [colours.get(f"T-{rep}", "#bbbbbb") for rep in ids],
        "rep_names": [str(reps[rep]["name"]) or rep for rep in ids],
        "at": [[round(float(reps[rep][axis]), 4) for axis in ("lat", "lon")] for rep in ids],
        "rules": book.rules,
        "areas_text": number_text(len(order), 0),
    }
    return map_page(
        title=f"{say('Retouch')} – {book.name}",
        data=data,
        body="",
        styles=("page.css", "territories.css", "retouch.css"),
        scripts=("texts.js", "page.js", "retouch_rules.js", "retouch.js"),
        start="showRetouch",
    )


def _beside(instance: TerritoryInstance) -> list[IntArray]:
    """List the neighbours of each area."""
    both = np.concatenate([instance.edges, instance.edges[:, ::-1]]).reshape(-1, 2)
    both = both[np.argsort(both[:, 0], kind="stable")]
    return np.split(both[:, 1], np.searchsorted(both[:, 0], np.arange(1, instance.n_areas)))


def _choices(instance: TerritoryInstance, plan: TerritoryPlan, area: int, beside: IntArray) -> IntArray:
    """Choose the reps that an area may sensibly get: ascending indices."""
    group = int(instance.area_group[area])
    allowed = np.flatnonzero((instance.rep_group == group) | (instance.rep_group < 0))
    nearest = allowed[np.argsort(instance.drive_minutes[area, allowed], kind="stable")[:NEAREST]]
    owners = plan.rep_of_area[np.append(beside, area)]
    return np.unique(np.concatenate([nearest, owners]).astype(np.int64))


def _measure(measure: BalanceMeasure) -> Plain:
    return {
        "name": measure.name,
        "unit": measure.unit,
        "scale": measure.scale,
        "tolerance": measure.tolerance,
        "amounts": measure.amounts.tolist(),
        "targets": measure.targets.tolist(),
        "lower": measure.lower.tolist(),
        "upper": measure.upper.tolist(),
        "fixed": measure.fixed.tolist(),
    }


def _limit(value: int) -> int | None:
    return None if value == NO_LIMIT else int(value)
