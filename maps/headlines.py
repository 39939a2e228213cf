"""Say in a few lines what a run came to; the terminal and the report show the same ones."""

import math
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from maps.book import PlanBook
from maps.measures import moved_share, of_reps_who_left
from maps.spans import period_weeks
from maps.words import money_text, number_text, percent_text, signed_percent_text

CLOSE: Final = 0.01
"""Gap, as a share, up to which a plan is practically the best."""

Verdict = Literal["", "good", "bad"]

LEFT_NAMED: Final = 5
"""Reps who left that a sentence names."""

WHYS_TOLD: Final = 3
"""Clashes told on the terminal; the report has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One measure in words."""

    label: str
    value: str
    note: str = ""
    verdict: Verdict = ""


def headlines(book: PlanBook) -> tuple[Headline, ...]:
    """Choose and word the main measures, most important first."""
    return (
        *_stopped_early(book),
        *_broken_rules(book),
        *_money(book),
        *_territories(book),
        *_tours(book),
        *_change(book),
    )


def territory_gap(book: PlanBook) -> float:
    """Tell how far, at most, the territory plan is from the best possible, as a share; NaN when no bound is known."""
    found = book.solves.loc[book.solves["stage"] == "territories", "gap"].dropna()
    return float(found.max()) if len(found) else math.nan


def moved_areas(book: PlanBook) -> "tuple[int, int, float]":
    """Count areas that change rep, areas that had one, and the share of potential that changes hands.

    Areas of a rep who has left are among them, although no plan can leave them with him; see `left_reps_text`.
    """
    known = book.areas[book.areas["current_rep_id"] != ""]
    moved = known[known["current_rep_id"] != known["rep_id"]]
    return len(moved), len(known), moved_share(book.areas, book.accounts, staying=book.staying)


def judged_territories(table: pd.DataFrame) -> pd.DataFrame:
    """Return the territories whose balance is judged: all but the frozen ones."""
    return table[~table["frozen"].astype(bool)] if "frozen" in table else table


def bridges_text(book: PlanBook) -> str:
    """Say how many territories hang together only through areas that do not touch; "" for none."""
    count = int(book.territories["bridged"].astype(bool).sum()) if "bridged" in book.territories else 0
    return f"{count} through an area that the map cuts off" if count else ""


def plural(count: int, one: str, many: str) -> str:
    """Write a number with the form of the word that goes with it."""
    return f"{number_text(count, 0)} {one if count == 1 else many}"


def sold_and_expected(book: PlanBook) -> tuple[float, float]:
    """Split the sales of the period into what is sold already and what is forecast, in the currency."""
    actual = book.forecast["model"] == "actual"
    middle = book.forecast["p50"].astype(float)
    return float(middle[actual].sum()), float(middle[~actual].sum())


def deviation_measures(book: PlanBook) -> list[str]:
    """Name the balance measures that the territories table carries, in its order."""
    return [name.removesuffix("_deviation") for name in book.territories.columns if name.endswith("_deviation")]


def _stopped_early(book: PlanBook) -> list[Headline]:
    """Warn that the user did not let the search end."""
    early = book.solves.loc[book.solves["stopped_by"] == "interrupted", "stage"]
    stages = list(dict.fromkeys(early))
    note = "by Ctrl-C: the best found by then; let it run to its end for a better plan"
    return [Headline(label="Stopped early", value=" and ".join(stages), note=note, verdict="bad")] if stages else []


def _broken_rules(book: PlanBook) -> list[Headline]:
    clashes = len(book.conflicts)
    if len(book.violations) == 0 and clashes == 0:
        if not len(book.territories):
            return []  # nothing was planned that could break a rule
        return [Headline(label="Rules", value="all kept", note="checked independently of the solver", verdict="good")]
    note = "see the report"
    if clashes:
        note = "no plan can keep them all" if is_impossible(book) else "a plan that keeps them all was not found"
    told = [Headline(label="Why", value="", note=str(text)) for text in book.conflicts["text"].head(WHYS_TOLD)]
    changes = [text for texts in book.conflicts["enough"] for text in texts] if "enough" in book.conflicts else []
    told += [Headline(label="Would do", value="", note=text) for text in changes[:WHYS_TOLD]]
    return [Headline(label="Rules", value=f"{len(book.violations)} broken", note=note, verdict="bad"), *told]


def is_impossible(book: PlanBook) -> bool:
    """Tell whether it is proven that no territory plan keeps every rule; not found is not proven."""
    found = book.solves.loc[book.solves["stage"] == "territories", "status"]
    return bool((found == "infeasible").any())


def _money(book: PlanBook) -> list[Headline]:
    if not len(book.forecast):
        return []
    chosen = book.scores[(book.scores["region"] == "") & book.scores["chosen"].astype(bool)]
    note = ""
    if len(chosen):
        best = chosen.iloc[0]
        note = f"{best['model']}: off by {percent_text(float(best['wape']))} in the backtest"
    sold, ahead = sold_and_expected(book)
    if sold > 0:
        split = f"{money_text(sold, book.currency)} already sold + {money_text(ahead, book.currency)} forecast"
        note = "; ".join(part for part in (split, note) if part)
    sales = Headline(label="Forecast sales", value=money_text(sold + ahead, book.currency), note=note)
    headroom = float(book.accounts["headroom"].sum())
    count = plural(len(book.accounts), "account", "accounts")
    note = f"of {count} in {period_weeks(book)} weeks; headroom {money_text(headroom, book.currency)}"
    value = money_text(float(book.accounts["potential"].sum()), book.currency)
    return [sales, Headline(label="Potential", value=value, note=note)]


def _territories(book: PlanBook) -> list[Headline]:
    table = book.territories
    count = len(table)
    if count == 0:
        return []
    judged = judged_territories(table)
    inside = int(judged["inside_tolerance"].astype(bool).sum())
    pieces = int(table["contiguous"].astype(bool).sum())
    worst = []
    for measure in deviation_measures(book):
        deviations = judged[f"{measure}_deviation"].dropna()
        if len(deviations):
            allowed = f" (± {percent_text(book.tolerances[measure])} allowed)" if measure in book.tolerances else ""
            off = signed_percent_text(float(deviations.iloc[int(deviations.abs().argmax())]))
            worst.append(f"{measure} {off}{allowed}")
    lines = [
        Headline(
            label="Territories inside tolerance",
            value=f"{inside} of {len(judged)}",
            note=f"furthest off: {', '.join(worst)}" if worst else "",
            verdict="good" if inside == len(judged) else "bad",
        ),
        Headline(
            label="Territories in one piece",
            value=f"{pieces} of {count}",
            note=bridges_text(book),
            verdict="good" if pieces == count else "bad",
        ),
    ]
    if len(judged) < count:
        note = "keep what they have today; their balance is not judged"
        lines.append(Headline(label="Frozen territories", value=number_text(count - len(judged), 0), note=note))
    chances = table["chance_inside"].astype(float) if "chance_inside" in table else pd.Series(dtype=float)
    if chances.notna().any():
        least = table["territory_id"].iloc[int(chances.argmin())]
        note = f"which is {least}, when sales turn out as the forecast's errors say they may"
        value = f"{percent_text(float(chances.min()), 0)} for the least sure"
        lines.append(Headline(label="Chance to stay inside", value=value, note=note))
    gap = territory_gap(book)
    if math.isfinite(gap):
        note = (
            f"a better plan may exist; none can be more than {percent_text(gap)} cheaper"
            if gap > CLOSE
            else "no plan can be cheaper by more than this"
        )
        if len(book.homes):
            note = f"around the homes that were chosen, none can be more than {percent_text(gap)} cheaper"
        lines.append(Headline(label="Gap to the proven bound", value=percent_text(gap, 2), note=note))
    return lines


def _tours(book: PlanBook) -> list[Headline]:
    wanted, planned = int(book.accounts["visits_wanted"].sum()), int(book.accounts["visits_planned"].sum())
    if wanted == 0 or "tours" not in book.measures:
        return []
    share = percent_text(planned / wanted) if wanted else ""
    missed = len(book.missed)
    days = len(book.days)
    km = float(book.days["drive_km"].sum())
    hours = float(book.days["drive_minutes"].sum()) / 60.0
    each = f", {number_text(len(book.visits) / days, 1)} stops a day" if days else ""
    return [
        Headline(
            label="Visits planned",
            value=f"{number_text(planned, 0)} of {number_text(wanted, 0)}",
            note=f"{share}; "
            + (
                plural(missed, "account gets", "accounts get") + " fewer than wanted, each with its reason"
                if missed
                else "none left out"
            ),
        ),
        Headline(
            label="Driving",
            value=f"{number_text(hours, 0)} h",
            note=f"{number_text(km, 0)} km on {number_text(days, 0)} tours{each}",
        ),
        *_rounds(book),
    ]


def _rounds(book: PlanBook) -> list[Headline]:
    """Say how many reps' hours as routed are inside the tolerance, and why others are not; nothing without rounds."""
    rounds = book.measures["tours"].get("rounds", [])
    if not rounds:
        return []
    chosen = next(one for one in rounds if one["chosen"])
    inside = Headline(
        label="Routed hours",
        value=f"{chosen['inside']} of {chosen['reps']} inside",
        note=f"the tolerance of workload, after {plural(len(rounds), 'round', 'rounds')}; at most "
        f"{percent_text(chosen['worst_deviation'])} off",
        verdict="good" if chosen["inside"] == chosen["reps"] else "bad",
    )
    return [inside, *(Headline(label="Why", value="", note=text) for text in chosen["reasons"][:WHYS_TOLD])]


def left_reps_text(book: PlanBook) -> str:
    """Say how much of the change no plan can avoid, since a rep has left, and how much is this plan's; "" for none."""
    left = of_reps_who_left(book.areas, set(book.reps["rep_id"]))
    if not left.any():
        return ""
    moved, _, share = moved_areas(book)
    forced = moved_share(book.areas, book.accounts, staying=book.staying, which=left)
    gone = sorted(set(book.areas.loc[left, "current_rep_id"]))
    who = f"{', '.join(gone[:LEFT_NAMED])}{' …' if len(gone) > LEFT_NAMED else ''} left"
    count = int(left.sum())
    chosen = plural(moved - count, "area", "areas")
    return (
        f"; {plural(count, 'area', 'areas')} of them ({percent_text(forced)}) because {who}, which no plan can avoid, "
        f"and {chosen} ({percent_text(share - forced)}) by this plan"
    )


def areas_without_rep_text(book: PlanBook) -> str:
    """Say how many areas are not counted as changing hands, since nobody serves them today."""
    count = int((book.areas["current_rep_id"] == "").sum())
    return f"; {plural(count, 'area', 'areas')} more with no rep today" if count else ""


def _change(book: PlanBook) -> list[Headline]:
    moved, known, share = moved_areas(book)
    if known == 0 or not len(book.territories):
        return []
    note = f"of potential; {number_text(moved, 0)} of {number_text(known, 0)} areas get another rep than today"
    note += left_reps_text(book) + areas_without_rep_text(book)
    return [Headline(label="Changes hands", value=percent_text(share), note=note)]
