"""Report the tours: what fits, what does not and why."""

from typing import Final

from maps.book import PlanBook, rows_by
from maps.headlines import plural
from maps.languages.speaking import say
from maps.markup import Markup, Row, join, table, tag
from maps.names import page_names
from maps.report_page import Chapter, badge
from maps.tables import with_account
from maps.words import minutes_text, number_text, percent_text

MOST_MISSED: Final = 400
"""Accounts listed in the report; missed.csv has all."""


def tour_chapters(book: PlanBook) -> list[Chapter]:
    """Make the chapters about tours; none without tours."""
    if book.days.empty and book.missed.empty:
        return []
    return [
        Chapter(
            anchor="tours",
            title="Tours",
            how="A day runs from leaving home to being back, or from and to where the rep sleeps away. Visits planned "
            "are counted against the visits wanted by the accounts' segments; open a rep's page for the days "
            "themselves. The busiest week stands against the hours a week of the rep's contract."
            + (f" {book.travel_note}" if book.travel_note else ""),
            body=_by_rep(book),
        ),
        Chapter(
            anchor="missed",
            title="What did not fit, and why",
            how="Accounts that get fewer visits than their segment asks for. Nobody is left out in silence: "
            "each has its reason.",
            body=_missed(book),
        ),
    ]


def _by_rep(book: PlanBook) -> Markup:
    names = page_names(list(book.reps["rep_id"]))
    days = rows_by(
        book.days.groupby("rep_id")
        .agg(
            days=("date", "size"),
            stops=("stops", "sum"),
            work=("work_minutes", "mean"),
            longest=("work_minutes", "max"),
            drive=("drive_minutes", "sum"),
            total=("work_minutes", "sum"),
            km=("drive_km", "sum"),
            overtime=("overtime_minutes", "sum"),
            nights=("night_away", lambda places: int((places != "").sum())),
        )
        .reset_index(),
        "rep_id",
    )
    by_week = book.days.groupby(["rep_id", "week"])["work_minutes"].sum().unstack(fill_value=0) / 60.0
    wanted = book.accounts.groupby("rep_id")["visits_wanted"].sum()
    told = book.measures.get("tours", {}).get("by_rep", ())
    needed = {rep["rep_id"]: rep.get("week_hours_needed") for rep in told}
    away = bool((book.days["night_away"] != "").any())
    rows = []
    for rep in book.reps.sort_values("rep_id").to_dict("records"):
        day = days.get(rep["rep_id"])
        link = tag("a", rep["name"] or rep["rep_id"], href=f"maps/{names[rep['rep_id']]}.html")
        hoped = int(wanted.get(rep["rep_id"], 0))
        cells: list[object] = [tag("span", link, " ", tag("span", rep["rep_id"], class_="soft"))]
        if day is None:
            cells += ["0", say(f"0 of {hoped}"), *["–"] * (8 + away)]
        else:
            hours, contract = by_week.loc[rep["rep_id"]], float(rep["hours_per_week"])
            busiest = say(f"{number_text(hours.max(), 1)} of {number_text(contract)} h")
            over = hours.max() > contract + 0.05
            cells += [
                number_text(day["days"], 0),
                say(f"{number_text(day['stops'], 0)} of {number_text(hoped, 0)}"),
                minutes_text(day["work"]),
                minutes_text(day["longest"]),
                tag("span", badge("over", "warn"), " ", busiest) if over else busiest,
                f"{number_text(needed[rep['rep_id']], 1)} h" if needed.get(rep["rep_id"]) else "–",
                f"{number_text(hours.min(), 1)} – {number_text(hours.max(), 1)} h",
                percent_text(day["drive"] / day["total"], 0) if day["total"] else "–",
                f"{number_text(day['km'], 0)} km",
                minutes_text(day["overtime"]) if day["overtime"] else say("none"),
            ]
            cells += [number_text(day["nights"], 0)] if away else []
        rows.append(Row(cells, str(rep["region"])))
    columns = [
        "Rep",
        "Days",
        "Visits",
        "Average day",
        "Longest day",
        "Busiest week of contract",
        "Hours a week for all visits",
        "Weeks from – to",
        "Driving",
    ]
    columns += ["Distance", "After the end of the day", *(["Nights away"] if away else [])]
    return table(columns, rows, numeric=tuple(range(1, len(columns))), caption="Tours by rep over the whole cycle")


def _missed(book: PlanBook) -> Markup:
    if book.missed.empty:
        return tag("p", tag("b", "Every account is visited as often as wanted."))
    lacking = int((book.missed["visits_wanted"] - book.missed["visits_planned"]).sum())
    by_segment = book.missed.groupby("segment", sort=True).size()
    counts = ", ".join(f"{number_text(count, 0)} in segment {name}" for name, count in by_segment.items())
    sentence = (
        f"{plural(len(book.missed), 'account misses', 'accounts miss')} {plural(lacking, 'visit', 'visits')} in the "
        f"cycle: {counts}."
    )
    regions = book.reps.set_index("rep_id")["region"]
    shown = book.missed.sort_values(["segment", "rep_id", "account_id"]).head(MOST_MISSED)
    shown = with_account(book, shown, "town")
    rows = [
        Row(
            [
                row["name"],
                row["town"],
                row["account_id"],
                row["rep_id"],
                row["segment"],
                say(f"{row['visits_planned']} of {row['visits_wanted']}"),
                say(row["reason"]),
            ],
            str(regions.get(row["rep_id"], "")),
        )
        for row in shown.to_dict("records")
    ]
    columns = ["Account", "Town", "Id", "Rep", "Segment", "Visits", "Reason"]
    more = len(book.missed) - len(rows)
    note = f"{number_text(more, 0)} more are listed in missed.csv." if more else ""
    whole = table(columns, rows, numeric=(5,), caption="Accounts visited less often than wanted")
    details = tag("details", tag("summary", "Show the accounts"), whole, tag("p", note, class_="soft"))
    return join([tag("p", tag("b", sentence), class_="whole"), details])
