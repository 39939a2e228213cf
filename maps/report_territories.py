"""Report the territories: balance, gap to the proven bound, workload as estimated and as routed, what changes hands."""

import math
from collections.abc import Hashable, Mapping
from typing import Final

import pandas as pd

from maps.book import PlanBook, rows_by
from maps.charts import bar_pair, deviation_strip, gain_and_loss
from maps.headlines import (
    CLOSE,
    areas_without_rep_text,
    bridges_text,
    deviation_measures,
    left_reps_text,
    moved_areas,
    territory_gap,
)
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.measures import going_potential
from maps.report_page import Chapter, badge, key
from maps.spans import measure_head
from maps.territory_map import UNITS, measure_value
from maps.words import money_text, number_text, percent_text, signed_percent_text


def territory_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapters about territories; none without a plan."""
    if book.territories.empty:
        return []
    chapters = [
        Chapter(
            anchor="territories",
            title="Territories and their balance",
            how="The dot shows how far a territory is from its fair share, the green band what is allowed; the "
            "strip ends at twice that. A fair share follows the rep's weekly hours unless the scenario says "
            "otherwise.",
            body=join([_gap(book), _notes(book), _balance(book)]),
        )
    ]
    if book.territories["routed_hours"].sum() > 0:
        chapters.append(
            Chapter(
                anchor="workload",
                title="Workload: estimated and routed",
                how="Before tours exist, a territory's workload is estimated from all visits wanted and from "
                "distances. The tours then show what the visits planned take; the difference is against the estimate "
                "for these alone. Where the two differ much, balance on paper is not balance on the road."
                + (f" {book.travel_note}" if book.travel_note else ""),
                body=_workload(book),
            )
        )
    if moved_areas(book)[1]:
        chapters.append(
            Chapter(
                anchor="change",
                title="What changes hands",
                how="Customers know their rep: every change costs trust, so fewer is better. Left is what a rep "
                "gives away, right what the rep takes over, in potential.",
                body=_change(book),
            )
        )
    return chapters


ENDINGS: Final = {
    "proven": "The search ended with a proof.",
    "work done": "The search ended when the work that the scenario's effort allows was done.",
    "out of time": "The search ran out of time; a slower machine may give another plan.",
    "interrupted": "The search was ended by Ctrl-C; let it run to its end for a better plan.",
}
"""What to say of each reason why a search ended."""


def _gap(book: PlanBook) -> Markup:
    found = book.solves[book.solves["stage"] == "territories"]
    if found.empty:
        return Markup()
    gap = territory_gap(book)
    row = found.iloc[0]
    unit, parts = _cost(book)
    if row["status"] in {"infeasible", "unknown"}:
        sentence = "This plan breaks rules, so it is not compared with a bound."
    elif not math.isfinite(gap):
        sentence = "No bound is known for this plan, so nothing can be said about how much better another could be."
    elif row["status"] == "optimal":
        sentence = "This plan is proven to be the best that keeps every rule."
    else:
        sentence = (
            f"This plan costs {number_text(float(row['objective']))}{unit}; it is proven that no plan costs less than "
            f"{number_text(float(row['bound']))}. "
        ) + (
            f"A better plan may exist; none can be more than {percent_text(gap)} cheaper."
            if gap > CLOSE
            else f"So no plan can be more than {percent_text(gap, 2)} cheaper."
        )
    note = " ".join(say(part) for part in (parts, ENDINGS[str(row["stopped_by"])]) if part)
    return tag("p", tag("b", sentence), " ", tag("span", note, class_="soft"), class_="whole")


def _notes(book: PlanBook) -> Markup:
    """List what was done so that territories can be in one piece and have a home."""
    if not book.territory_notes:
        return Markup()
    table_ = book.territories
    pieces = f"{int(table_['contiguous'].astype(bool).sum())} of {len(table_)} territories are in one piece"
    crossing = bridges_text(book)
    sentence = f"{pieces} – {crossing}." if crossing else f"{pieces}."
    notes = [tag("li", note, dir="auto") for note in book.territory_notes]
    return join([tag("p", sentence, class_="whole"), tag("ul", *notes, class_="small")])


def _cost(book: PlanBook) -> tuple[str, str]:
    """Give the unit of a plan's cost, and what it is the sum of."""
    terms = [term for term in book.measures.get("territories", {}).get("terms", []) if term["weight"]]
    if not terms:
        return "", ""
    parts = " + ".join(
        f"{say(term['name'])} {number_text(term['value'], 0)} {say(term['unit'])}"
        + ("" if term["weight"] == 1 else f" × {term['weight']:.3g}")
        for term in terms
    )
    unit = next((f" {term['unit']}" for term in terms if term["weight"] == 1), "")
    return unit, f"The cost is the sum of: {parts}."


def _balance(book: PlanBook) -> Markup:
    measures = deviation_measures(book)
    names = rows_by(book.reps, "rep_id")
    columns = ["Territory", "Rep", "Region", "Areas", "Accounts"]
    for measure in measures:
        columns += [measure_head(book, measure), "off target", ""]
    rows = []
    for territory in book.territories.sort_values("territory_id").to_dict("records"):
        cells: list[object] = [
            tag("span", territory["territory_id"], " ", *_flags(territory)),
            names[territory["rep_id"]]["name"],
            territory["region"],
            number_text(territory["areas"], 0),
            number_text(territory["accounts"], 0),
        ]
        for measure in measures:
            value, deviation = measure_value(territory, measure), float(territory[f"{measure}_deviation"])
            judged = not territory.get("frozen", False)
            unit = UNITS.get(measure, book.currency)
            cells += [
                money_text(value, unit) if unit == book.currency else f"{number_text(value, 0)} {unit}".strip(),
                signed_percent_text(deviation) if judged else "–",
                deviation_strip(deviation, book.tolerances.get(measure, 0.1), title=measure) if judged else "",
            ]
        rows.append(Row(cells, str(territory["region"])))
    numeric = [3, 4, *(5 + 3 * place + step for place in range(len(measures)) for step in (0, 1))]
    return table(columns, rows, numeric=numeric, caption="Territories against their targets")


def _flags(territory: Mapping[Hashable, object]) -> list[Markup]:
    flags = [] if territory["inside_tolerance"] else [badge("off balance", "bad")]
    if territory.get("frozen", False):
        flags = [badge("frozen: balance not judged", "plain")]
    if territory.get("bridged", False):
        flags = [*flags, badge("across a gap", "plain")]
    return flags if territory["contiguous"] else [*flags, badge("in pieces", "bad")]


def _workload(book: PlanBook) -> Markup:
    table_ = book.territories.sort_values("territory_id")
    done = (book.accounts["visits_planned"] / book.accounts["visits_wanted"].clip(lower=1)).clip(upper=1.0)
    planned = (book.accounts["workload_hours"] * done).groupby(book.accounts["rep_id"]).sum()
    most = float(max(table_["workload_hours"].max(), table_["routed_hours"].max()))
    rows = []
    for row in table_.to_dict("records"):
        wanted, routed = float(row["workload_hours"]), float(row["routed_hours"])
        guess = float(planned.get(row["rep_id"], 0.0))
        cells = [
            row["territory_id"],
            f"{number_text(wanted, 0)} h",
            f"{number_text(guess, 0)} h",
            f"{number_text(routed, 0)} h",
            signed_percent_text(routed / guess - 1.0) if guess > 0 else "–",
            bar_pair(
                guess, routed, most, title=f"estimated {number_text(guess, 0)} h, routed {number_text(routed, 0)} h"
            ),
            f"{number_text(float(row['drive_hours']), 0)} h",
            percent_text(float(row["drive_hours"]) / routed, 0) if routed > 0 else "–",
            f"{number_text(float(row['drive_km']), 0)} km",
        ]
        rows.append(Row(cells, str(row["region"])))
    legend = key(("#a9bccd", "estimated for the visits planned"), ("#29587f", "routed"))
    columns = [
        "Territory",
        "Estimated: all wanted",
        "visits planned",
        "Routed",
        "Difference",
        "",
        "Driving",
        "of routed",
        "Distance",
    ]
    caption = "Hours per cycle; routed hours count from leaving home to being back"
    return join([_rounds(book), legend, table(columns, rows, numeric=(1, 2, 3, 4, 6, 7, 8), caption=caption)])


def _rounds(book: PlanBook) -> Markup:
    """Tell how the routed hours came nearer to the reps' shares from round to round, and why some are not inside."""
    rounds = book.measures.get("tours", {}).get("rounds", [])
    if not rounds:
        return Markup("")
    chosen = next(one for one in rounds if one["chosen"])
    all_in = chosen["inside"] == chosen["reps"]
    words = (
        f"Territories were drawn {number_text(len(rounds), 0)} times, each time with the hours that the tours before "
        f"really took; round {chosen['number']} is shown. Compared are the hours driven and those needed to miss no "
        "visit for lack of time, whichever is further off. "
    ) + (
        "Every rep is inside the tolerance of workload."
        if all_in
        else f"{chosen['inside']} of {chosen['reps']} reps are inside the tolerance of workload:"
    )
    rows = [
        Row(
            (
                say(f"{one['number']}{' (shown)' if one['chosen'] else ''}"),
                percent_text(one["worst_deviation"]),
                one["furthest_rep"],
                say(f"{one['inside']} of {one['reps']}"),
                f"{number_text(one['drive_hours'], 0)} h",
                number_text(one["visits"], 0),
            )
        )
        for one in rounds
    ]
    columns = ["Round", "Furthest off", "Rep", "Inside tolerance", "Driving", "Visits"]
    listing = table(
        columns, rows, numeric=(1, 3, 4, 5), caption="Routed hours against the reps' shares, round by round"
    )
    why = (
        [tag("ul", *(tag("li", sentence, dir="auto") for sentence in chosen["reasons"]), class_="small")]
        if chosen["reasons"]
        else []
    )
    return join([tag("p", words, class_="whole"), *why, listing])


def _change(book: PlanBook) -> Markup:
    moved, known, share = moved_areas(book)
    going = book.areas.assign(potential=going_potential(book.areas, book.accounts, staying=book.staying))
    changed = going[(going["current_rep_id"] != "") & (going["current_rep_id"] != going["rep_id"])]
    leaves = ~book.accounts["account_id"].isin(book.staying)
    accounts = book.accounts["area_id"].where(leaves).map(changed.set_index("area_id")["current_rep_id"])
    count = int(accounts.notna().sum())
    sentence = (
        f"{number_text(moved, 0)} of {number_text(known, 0)} areas, {number_text(count, 0)} of "
        f"{number_text(len(book.accounts), 0)} accounts and {percent_text(share)} of potential get another rep"
        f"{left_reps_text(book)}{areas_without_rep_text(book)}."
    )
    lost, gained = (changed.groupby(side)["potential"].sum() for side in ("current_rep_id", "rep_id"))
    gave, took = accounts.value_counts(), book.accounts.loc[accounts.notna(), "rep_id"].value_counts()
    most = max([*lost, *gained, 0.0])
    regions = book.reps.set_index("rep_id")["region"]
    rows = []
    for rep in sorted({*lost.index, *gained.index}):
        away, new = float(lost.get(rep, 0.0)), float(gained.get(rep, 0.0))
        words = f"gives {money_text(away, book.currency)}, takes {money_text(new, book.currency)}"
        cells = [
            rep,
            money_text(away, book.currency),
            _count(gave, rep),
            gain_and_loss(away, new, most, title=words),
            _count(took, rep),
            money_text(new, book.currency),
        ]
        rows.append(Row(cells, str(regions.get(rep, ""))))
    columns = ["Rep", "Gives away", "accounts", "", "accounts", "Takes over"]
    legend = key(("#c2410c", "gives away"), ("#1f69a3", "takes over"))
    return join(
        [
            tag("p", tag("b", sentence), class_="whole"),
            legend,
            table(columns, rows, numeric=(1, 2, 4, 5), caption="By rep"),
        ]
    )


def _count(counts: pd.Series, rep: str) -> str:
    return number_text(int(counts.get(rep, 0)), 0)
