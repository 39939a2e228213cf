"""Tell managers in one page what a run came to: report.html."""

from typing import Final

from maps.book import PlanBook
from maps.headlines import headlines, is_impossible
from maps.languages.speaking import Said, say
from maps.markup import Markup, join, tag
from maps.names import page_names
from maps.report_drivers import driver_chapters
from maps.report_forecast import forecast_chapters
from maps.report_indices import alternative_chapters, index_chapters
from maps.report_page import Chapter, reading_page
from maps.report_quality import quality_chapters
from maps.report_resources import resource_chapters
from maps.report_territories import territory_chapters
from maps.report_totals import period_mondays, totals_data
from maps.report_tours import tour_chapters
from maps.resource_tables import RESOURCE_FILES, resource_files
from maps.spans import plan_span

FILES: Final = (
    ("data_quality.html", "what was found in the data"),
    ("assignment.csv", "who serves which area"),
    ("area_moves.csv", "what moving an area to a neighbouring territory would do, and which rule forbids it"),
    ("plan.xlsx", "the plan as an Excel workbook"),
    ("visits.csv", "every visit with its times"),
    ("days.csv", "every day of every rep"),
    ("missed.csv", "what did not fit, and why"),
    ("forecast.csv", "expected sales by week"),
    ("forecast_levels.csv", "the same by region, by category and in total"),
    ("drivers.csv", "why the forecast differs from last year"),
    ("event_effects.csv", "what events of each kind did to sales"),
    ("potential.csv", "potential and workload by account"),
    ("territories.geojson", "territories for a GIS"),
    ("areas.geojson", "areas for a GIS"),
    ("accounts.geojson", "accounts for a GIS"),
    ("tours.geojson", "tours for a GIS"),
    ("measures.json", "every measure"),
    ("data_quality.json", "findings and repairs"),
    ("run.json", "how the run was made"),
    ("scenario.resolved.yaml", "the scenario in full"),
)
"""The other files of an output folder, and what they are for."""


def report_page(
    book: PlanBook, *, with_maps: bool = True, with_workbook: bool = True, with_calendars: bool = False
) -> str:
    """Make the page.

    Parameters
    ----------
    book
        What the run came to.
    with_maps, with_workbook, with_calendars
        Whether there are maps, a workbook and calendars to link to.

    Returns
    -------
    str
        HTML that loads nothing.
    """
    chapters = [
        *_alarms(book),
        *territory_chapters(book),
        *index_chapters(book),
        *alternative_chapters(book),
        *tour_chapters(book),
        *forecast_chapters(book),
        *driver_chapters(book),
        *resource_chapters(book),
        *quality_chapters(book),
        Chapter(
            anchor="files",
            title="Files",
            body=join(
                [
                    *_rep_files(book, with_maps=with_maps, with_calendars=with_calendars),
                    _files(book, with_workbook=with_workbook),
                ]
            ),
            follows=("region", "category", "period"),
        ),
    ]
    tiles = [
        tag(
            "div",
            tag("dt", say(line.label)),
            tag("dd", say(line.value), class_="value"),
            tag("dd", say(line.note), class_="note"),
            class_=f"tile {line.verdict}".strip(),
        )
        for line in headlines(book)
    ]
    regions = sorted({*book.areas["region"], *book.forecast["region"]} - {""})
    period = plan_span(book)
    subtitle = Said(" · ".join(part for part in (period, book.description) if part))
    lead = join(
        [_doors(with_maps=with_maps, with_retouch=with_maps and bool(book.rules)), tag("dl", *tiles, class_="tiles")]
    )
    return reading_page(
        title=f"Plan: {book.name}",
        subtitle=subtitle,
        lead=lead,
        chapters=chapters,
        regions=regions,
        categories=sorted(book.forecast["category"].astype(str).unique()),
        weeks=period_mondays(book),
        data=totals_data(book),
    )


def _alarms(book: PlanBook) -> list[Chapter]:
    """Put broken and clashing rules before everything else."""
    chapters = []
    if len(book.conflicts):
        clashes = [
            tag(
                "li",
                tag("b", say(row["text"])),
                " ",
                tag("span", f"({row['rules']})", class_="soft"),
                _enough(row.get("enough", [])),
                dir="auto",
            )
            for row in book.conflicts.to_dict("records")
        ]
        proof = "It is proven that no plan" if is_impossible(book) else "No plan was found that"
        how = f"{proof} keeps all of these rules. The plan shown keeps as much of them as could be found."
        chapters.append(
            Chapter(anchor="clashes", title="Rules that clash", body=tag("ul", *clashes), how=how, alarm=True)
        )
    if len(book.violations):
        broken = [tag("li", row["text"], dir="auto") for row in book.violations.to_dict("records")]
        how = "Found by a check that does not know how the plan was made."
        chapters.append(Chapter(anchor="broken", title="Broken rules", body=tag("ul", *broken), how=how, alarm=True))
    return chapters


def _enough(changes: list[str]) -> Markup:
    """List the changes of which each would make a plan possible."""
    if not changes:
        return join([])
    return join([tag("p", "Any one of these would be enough:"), tag("ul", *(tag("li", text) for text in changes))])


def _doors(*, with_maps: bool, with_retouch: bool) -> Markup:
    """Link what most readers look for first."""
    maps = [("maps/territories.html", "Map of all territories"), ("#files", "A page for each rep")] if with_maps else []
    retouch = [("maps/retouch.html", "Retouch")] if with_retouch else []
    links = [*maps, *retouch, ("data_quality.html", "Data quality"), ("#files", "All files")]
    return tag("p", *(tag("a", say(words), href=address) for address, words in links), class_="doors")


def _files(book: PlanBook, *, with_workbook: bool) -> Markup:
    there = {"area_moves.csv": len(book.moves.columns) > 0, "plan.xlsx": with_workbook}
    missing = {name for name, is_there in there.items() if not is_there}
    made = resource_files(book.resources)
    more = [(file.name, file.what) for file in RESOURCE_FILES if file.name in made]
    links = [
        tag("li", tag("a", name, href=name), " – ", say(what)) for name, what in (*FILES, *more) if name not in missing
    ]
    return tag("ul", *links, class_="files")


def _rep_files(book: PlanBook, *, with_maps: bool, with_calendars: bool) -> list[Markup]:
    """Link each rep's page and calendar."""
    names = page_names(list(book.reps["rep_id"]))
    reps = []
    for rep in book.reps.sort_values("rep_id").to_dict("records"):
        name, words = names[rep["rep_id"]], rep["name"] or rep["rep_id"]
        page = tag("a", words, href=f"maps/{name}.html") if with_maps else tag("span", words)
        calendar = [" · ", tag("a", say("calendar"), href=f"calendars/{name}.ics")] if with_calendars else []
        reps.append(tag("li", page, *calendar, dir="auto"))
    listing = tag("ul", *reps, class_="files")
    whole = tag("p", tag("a", tag("b", say("Map of all territories")), href="maps/territories.html"))
    if with_maps:
        return [whole, tag("details", tag("summary", "A page for each rep"), listing, open="open")]
    return [listing] if with_calendars else []
