"""Plans between two measures: which can be chosen, where dots lie, which are beaten."""

from pathlib import Path
from typing import Any

import pytest

from maps.comparison.aims import aims_picture, differing
from maps.comparison.lines import Line
from maps.languages.speaking import speaking

NAMES = ("first", "second <b>", "third")


def line(name: str, better: str, *figures: float, unit: str = "") -> Line:
    """One measure of some plans."""
    return Line(name=name, group="Tours", unit=unit, better=better, figures=figures)


DRIVING = line("Driving", "less", 200.0, 190.0, 210.0, unit="h")
CHANGE = line("Potential that changes hands", "less", 0.02, 0.04, 0.02, unit="share")
VISITS = line("Visits planned", "more", 500.0, 490.0, 520.0)
SAME = line("Rules broken", "less", 0.0, 0.0, 0.0)
NEUTRAL = line("Potential", "", 1.0, 2.0, 3.0)
UNKNOWN = line("Overtime", "less", 10.0, 20.0, float("nan"), unit="min")


def test_measures_in_which_no_plan_is_better_are_no_aims():
    """Even ones, and those without a better end."""
    assert differing([SAME, DRIVING, NEUTRAL, VISITS]) == [DRIVING, VISITS]
    assert "fewer than two measures" in aims_picture(NAMES, [SAME, DRIVING, NEUTRAL])


def test_axes_name_measure_unit_and_better_end():
    """Also in French; shares are percent."""
    page = aims_picture(NAMES, [VISITS, DRIVING, CHANGE])
    assert "Visits planned · more is better" in page
    assert "Driving, h · less is better" in page
    assert "Potential that changes hands, % · less is better" in page
    assert "second &lt;b&gt;" in page
    with speaking("fr"):
        assert "Visites planifiées · plus est mieux" in aims_picture(NAMES, [VISITS, DRIVING, CHANGE])


@pytest.fixture
def drawn(tmp_path: Path) -> str:
    """A page with the picture alone."""
    from maps.report_page import Chapter, reading_page  # noqa: PLC0415 - as the comparison lays it out

    body = aims_picture(NAMES, [SAME, VISITS, DRIVING, CHANGE, UNKNOWN])
    chapters = [Chapter(anchor="trade-off", title="What a better figure costs", body=body)]
    page = reading_page(title="x", subtitle="", lead=body[:0], chapters=chapters, regions=[], scripts=["aims.js"])
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    return (tmp_path / "page.html").as_uri()


def dots(page: Any) -> dict[str, tuple[float, float, bool]]:
    """Where plans are shown: (across, down, beaten)."""
    shown = page.evaluate(
        "[...document.querySelectorAll('.aims .plan:not([hidden])')].map(one => [one.querySelector('text').textContent,"
        "+one.querySelector('circle').getAttribute('cx'), +one.querySelector('circle').getAttribute('cy'),"
        "one.classList.contains('beaten')])"
    )
    return {name: (x, y, beaten) for name, x, y, beaten in shown}


@pytest.mark.browser
def test_dots_lie_between_the_measures_that_are_chosen(page: Any, drawn: str):
    """Driving against change at first; more visits are better, a plan without a figure is not shown."""
    page.goto(drawn)
    shown = dots(page)
    assert {name for name, (*_, beaten) in shown.items() if beaten} == {"third"}
    assert shown["first"][0] == shown["third"][0] < shown["second <b>"][0]
    assert shown["third"][1] < shown["first"][1] < shown["second <b>"][1]
    page.select_option("#across", label="Visits planned")
    shown = dots(page)
    assert not any(beaten for *_, beaten in shown.values())
    assert shown["second <b>"][0] < shown["first"][0] < shown["third"][0]
    page.select_option("#up", label="Overtime")
    assert set(dots(page)) == {"first", "second <b>"}
    assert dots(page)["second <b>"][2]
    axes = page.locator(".aims g[data-across]:visible, .aims g[data-up]:visible")
    assert [text.split(" · ")[0].lstrip("0123456789.") for text in axes.all_text_contents()] == [
        "Visits planned",
        "Overtime, min",
    ]


@pytest.mark.browser
def test_names_of_plans_that_lie_close_do_not_cover_one_another(page: Any, drawn: str):
    """Each name is inside the picture and clear of the others."""
    page.goto(drawn)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.aims .plan text')].map(one => one.getBoundingClientRect().toJSON())"
    )
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            apart = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]
