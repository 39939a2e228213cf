"""Report how compact, how near and how surely balanced each territory is."""

import math
from collections.abc import Hashable, Mapping

from maps.book import PlanBook, rows_by
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.report_page import Chapter, badge
from maps.words import minutes_text, number_text, percent_text

LIKELY = 0.8
"""Chance of staying inside the tolerance from which a territory is called safe."""
UNLIKELY = 0.5
"""Chance below which it is called at risk."""


def index_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapter about shape, drives and chances; none where they were not measured."""
    if "balance_index" not in book.territories:
        return []
    return [
        Chapter(
            anchor="indices",
            title="Shape, drives and how sure the balance is",
            how="Indices run from 0 to 100. Balance: 100 is on target in every measure; a percent off in the worst one "
            "costs a point. Compactness: 100 is a disc around its middle; it compares how far the land lies from the "
            "middle (moment of inertia), so a ragged coast does not count. Polsby–Popper (0–1) does count the border. "
            "Cut edges are pairs of neighbouring areas that the border parts." + _chances_word(book),
            body=join([_sentence(book), _table(book)]),
        )
    ]


def alternative_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapter about other good plans; none where none were looked for."""
    if not book.alternatives:
        return []
    rows = []
    for plan in book.alternatives:
        cells: list[object] = [
            tag("b", plan.name) if plan.name == "chosen" else say(plan.name),
            number_text(plan.travel),
            "–" if plan.moved_share is None else percent_text(plan.moved_share),
            *(percent_text(deviation) for deviation in plan.worst_deviation.values()),
            "–" if plan.least_chance is None else chance_text(plan.least_chance),
            percent_text(plan.difference),
            tag("a", "assignment.csv", href=plan.file),
        ]
        rows.append(Row(cells))
    measures = list(book.alternatives[0].worst_deviation)
    columns = [
        "Plan",
        "Travel",
        "Changes hands",
        *(f"{measure}: furthest off" for measure in measures),
        "Stays inside",
        "Areas unlike chosen",
        "File",
    ]
    notes = [tag("li", note) for note in book.alternative_notes]
    return [
        Chapter(
            anchor="alternatives",
            title="Other good plans",
            how="Each keeps every rule, and none is better than another in everything: what it gains in travel, change "
            "or balance, it loses elsewhere. Travel is in the units of the plan's cost. To take one, hand its file to "
            "the command evaluate, or change the scenario the way its name says.",
            body=join(
                [
                    table(columns, rows, numeric=range(1, len(columns) - 1), caption="Plans side by side"),
                    *([tag("ul", *notes, class_="small")] if notes else []),
                ]
            ),
        )
    ]


def _chances_word(book: PlanBook) -> str:
    if "chance_inside" not in book.territories:
        return ""
    return (
        " “Stays inside” is how often a territory keeps its tolerance when sales turn out as the forecast's own errors "
        "say they may: accounts of a region are off together and each on its own; targets move with the total; "
        "workload is taken as planned."
    )


def _sentence(book: PlanBook) -> Markup:
    """Name the territory that is least sure."""
    if "chance_inside" not in book.territories:
        return Markup()
    judged = book.territories.dropna(subset=["chance_inside"])
    if judged.empty:
        return Markup()
    least = judged.iloc[int(judged["chance_inside"].astype(float).argmin())]
    risky = int((judged["chance_inside"] < UNLIKELY).sum())
    sentence = (
        f"Least sure is {least['territory_id']}: it stays inside its tolerance in "
        f"{chance_text(float(least['chance_inside']))} of the futures that the forecast leaves open. "
        + (f"{risky} of {len(judged)} territories are more likely to leave it than not." if risky else "")
    )
    return tag("p", tag("b", sentence.strip()), class_="whole")


def _table(book: PlanBook) -> Markup:
    chances = "chance_inside" in book.territories
    names = rows_by(book.reps, "rep_id")
    columns = ["Territory", "Rep", "Balance index", "Compactness index", "Polsby–Popper", "Cut edges"]
    columns += ["Drive to an account", "Farthest area", *(["Stays inside", ""] if chances else [])]
    rows = []
    for territory in book.territories.sort_values("territory_id").to_dict("records"):
        cells: list[object] = [
            territory["territory_id"],
            names[territory["rep_id"]]["name"],
            number_text(float(territory["balance_index"]), 0),
            number_text(float(territory["compactness_index"]), 0),
            number_text(float(territory["polsby_popper"]), 2),
            number_text(territory["cut_edges"], 0),
            minutes_text(float(territory["mean_drive_minutes"])),
            minutes_text(float(territory["max_drive_minutes"])),
            *(_chance(territory) if chances else []),
        ]
        rows.append(Row(cells, str(territory["region"])))
    return table(columns, rows, numeric=range(2, 9 if chances else 8), caption="Shape, drives and certainty")


def _chance(territory: Mapping[Hashable, object]) -> list[object]:
    """Write the chance and what to make of it."""
    chance = float(str(territory["chance_inside"]))
    if math.isnan(chance):
        return ["–", badge("frozen", "plain")]
    words = ("safe", "good") if chance >= LIKELY else ("at risk", "bad") if chance < UNLIKELY else ("open", "warn")
    return [chance_text(chance), badge(*words)]


def chance_text(chance: float) -> str:
    """Write a chance in whole percent; only what never fails is 100 %."""
    return percent_text(chance if chance in {0.0, 1.0} else min(max(chance, 0.01), 0.99), 0)
