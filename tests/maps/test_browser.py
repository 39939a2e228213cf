"""The pages work in a browser without network, on a desk and on a phone, whatever names the tables hold."""

import urllib.parse
from pathlib import Path
from typing import Any

import gpxpy
import pytest

from maps.languages.speaking import Language, speaking
from maps.names import page_names
from maps.rep_map import rep_pages
from tests.maps.builders import HOSTILE, REPS, made_up_book, with_a_night
from tests.maps.every_page import whole_book

pytestmark = pytest.mark.browser


def painted(page: Any) -> int:
    """Tell how large a picture of the map's canvas is: an empty one takes few bytes."""
    page.wait_for_timeout(100)
    size: int = page.evaluate("document.querySelector('canvas.leaflet-zoom-animated').toDataURL().length")
    return size


def test_the_territory_map_filters_and_zooms(page: Any, folder: Path) -> None:
    """Three territories; a click in the list chooses one, a region leaves its own."""
    page.goto((folder / "maps" / "territories.html").as_uri())
    assert page.locator("#list li").count() == 3
    assert painted(page) > 10_000
    page.click('[data-territory="T-R2"]')
    assert page.locator("#list li").count() == 1
    assert page.input_value("#rep") == "T-R2"
    page.click('[data-territory="T-R2"]')
    page.select_option("#region", "North")
    assert page.locator("#list li").count() == 3
    for theme in ("potential", "workload", "drive", "change", "territory"):
        page.click(f'[data-theme="{theme}"]')
        assert painted(page) > 10_000
    page.check("#accounts")
    page.check("#areas")
    assert "prospect" in page.inner_text("#legend")


def test_the_territory_map_finds_hostile_names_as_text(page: Any, folder: Path) -> None:
    """What looks like a script is a name."""
    page.goto((folder / "maps" / "territories.html").as_uri())
    for name in HOSTILE:
        page.fill("#search", name)
        assert page.locator("#found button span").first.text_content() == name
    page.fill("#search", "Shop 41")
    assert page.locator("#found button").first.text_content() == "Shop 41 · account · Town 10 · R2"
    page.press("#search", "ArrowDown")
    page.keyboard.press("ArrowUp")
    page.press("#search", "Enter")
    assert "C041" in page.inner_text(".tip")
    page.fill("#search", "bob")
    page.locator("#found button").last.click()
    assert HOSTILE[3] in page.locator(".tip").last.inner_text()


def test_the_list_of_what_was_found_closes(page: Any, folder: Path) -> None:
    """By Escape, and by a press anywhere else; it comes back with the search box."""
    page.goto((folder / "maps" / "territories.html").as_uri())
    page.fill("#search", "Shop")
    assert page.locator("#found").is_visible()
    page.press("#search", "Escape")
    assert not page.locator("#found").is_visible()
    page.locator("#rep").focus()
    page.locator("#search").focus()
    assert page.locator("#found").is_visible()
    page.locator("#panel h1").click()
    assert not page.locator("#found").is_visible()


def test_today_is_shown_beside_the_plan(page: Any, folder: Path) -> None:
    """A second map, which goes where the first goes, and the first where it goes; towns are named on the plan."""
    page.goto((folder / "maps" / "territories.html").as_uri())
    assert page.locator(".place-label.town").count() > 0
    page.check("#today")
    assert sorted(page.locator(".side").all_text_contents()) == ["This plan", "Today"]
    before, plan = (page.locator(name).bounding_box() for name in ("#before", ".folium-map"))
    assert abs(before["width"] - plan["width"]) <= 4
    drawn = "document.querySelector('#before canvas').toDataURL()"
    page.wait_for_timeout(200)
    first = page.evaluate(drawn)
    assert len(first) > 5_000
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_function(f"first => {drawn} !== first", arg=first)
    page.uncheck("#today")
    assert not page.locator("#before").is_visible()
    assert page.locator(".folium-map").bounding_box()["width"] >= plan["width"]


@pytest.mark.parametrize("page", ["desk"], indirect=True)
@pytest.mark.parametrize("name", ["territories", "R1"])
def test_maps_fit_on_paper(page: Any, folder: Path, name: str) -> None:
    """Before printing the map takes the width of a sheet with all that it shows; afterwards it is as before."""
    page.goto((folder / "maps" / f"{name}.html").as_uri())
    screen = page.locator(".folium-map").bounding_box()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    sheet = page.locator(".folium-map").bounding_box()
    assert sheet["width"] == pytest.approx(184 / 25.4 * 96, abs=1)
    shown = page.locator(".home-marker, .pin").filter(visible=True)
    boxes = [box for one in shown.all() if (box := one.bounding_box())]
    on_map = [box for box in boxes if box["y"] < sheet["y"] + sheet["height"]]
    assert len(on_map) >= 3
    assert all(sheet["x"] <= box["x"] and box["x"] + box["width"] <= sheet["x"] + sheet["width"] for box in on_map)
    assert all(sheet["y"] <= box["y"] for box in on_map)
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".folium-map").bounding_box() == screen


def test_a_reps_page_shows_weeks_days_and_stops(page: Any, folder: Path) -> None:
    """Choosing a day leaves its stops, in order; a stop opens its popup with its times."""
    page.goto((folder / "maps" / "R1.html").as_uri())
    assert page.locator("#weeks button").count() == 4
    page.click('[data-week="2"]')
    assert page.locator(".leaflet-marker-pane .pin").count() == 23
    page.click('[data-day="2026-01-15"]')
    assert page.locator(".leaflet-marker-pane .pin").count() == 5
    assert page.locator("li.stop .pin").all_text_contents() == ["1", "2", "3", "4", "5"]
    assert "Thu 15 Jan · 5 stops · 08:12–15:42" in page.inner_text("#stops h2")
    page.locator("li.stop b").nth(1).click()
    assert "09:57–10:42" in page.inner_text(".leaflet-popup-content")
    assert "lunch on the road, 45 min" in page.inner_text("#stops")
    assert "arrive 09:52, opens 09:57" in page.inner_text("#stops")


def test_a_day_is_handed_to_other_maps(page: Any, folder: Path) -> None:
    """Links of at most four goals, the last one home; a GPX file that another library reads."""
    page.goto((folder / "maps" / "R1.html").as_uri())
    page.click('[data-week="2"]')
    page.click('[data-day="2026-01-15"]')
    links = page.locator(".ways a").evaluate_all("all => all.map(one => [one.textContent, one.href])")
    assert [words for words, _ in links] == ["Navigate 1 – 4", "Navigate 5 – home"]
    asked = [urllib.parse.parse_qs(urllib.parse.urlsplit(address).query) for _, address in links]
    assert [len(one["waypoints"][0].split("|")) for one in asked] == [3, 1]
    assert asked[0]["origin"] == asked[1]["destination"] == ["46.4,2.2"]
    assert asked[1]["origin"] == asked[0]["destination"]
    with page.expect_download() as saved:
        page.click('[data-gpx="2026-01-15"]')
    assert saved.value.suggested_filename == "R1-2026-01-15.gpx"
    route = gpxpy.parse(saved.value.path().read_text(encoding="utf-8")).routes[0]
    book = made_up_book()
    visits = book.visits[(book.visits["rep_id"] == "R1") & (book.visits["date"] == "2026-01-15")].sort_values("stop")
    names = book.accounts.set_index("account_id").loc[visits["account_id"], "name"]
    assert [point.name for point in route.points[1:-1]] == [f"{n} {name}" for n, name in enumerate(names, start=1)]
    assert (route.points[0].latitude, route.points[-1].longitude) == (46.4, 2.2)


def test_a_stop_tells_why_and_what_to_offer(page: Any, tmp_path: Path) -> None:
    """The visit's number, how long ago the last order was, and what the account buys less of than others."""
    book = whole_book()
    (tmp_path / "R1.html").write_text(rep_pages(book)["R1"], encoding="utf-8")
    page.goto((tmp_path / "R1.html").as_uri())
    page.click('[data-week="1"]')
    page.click('[data-day="2026-01-06"]')
    item = page.locator("li.stop").first
    told = "visit 1 of {n} in the cycle · last order 7 weeks ago as of 4 Jan 2026, usually every 3 weeks · overdue"
    planned = book.accounts.set_index("account_id").loc["C013", "visits_planned"]
    assert told.replace("{n}", str(planned)) in item.inner_text()
    item.locator("button.name").click()
    popup = page.inner_text(".leaflet-popup-content")
    assert "10 Nov 2025: 1.20 k EUR, `${Pumps}`" in popup
    assert "Valves <b>, 340 EUR" in popup


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "last order in the week to 16 Nov 2025, usually every week"),
        ("fr", "dernière commande dans la semaine terminée le 16 nov. 2025, d'habitude une par semaine"),
    ],
)
def test_weeks_without_data_are_no_silence(page: Any, tmp_path: Path, language: Language, told: str) -> None:
    """An account that orders every week and did so in the last week known is not overdue months later."""
    calls = whole_book().calls.assign(known_until="2025-11-16", every_weeks=1.0)
    with speaking(language):
        (tmp_path / "R1.html").write_text(rep_pages(whole_book(calls=calls))["R1"], encoding="utf-8")
    page.goto((tmp_path / "R1.html").as_uri())
    page.click('[data-week="1"]')
    page.click('[data-day="2026-01-06"]')
    said = page.locator("li.stop").first.inner_text()
    assert told in said
    assert "overdue" not in said
    assert "en retard" not in said


def test_a_night_away_is_on_the_days_around_it(page: Any, tmp_path: Path) -> None:
    """The evening ends at the inn and the next day begins there: list, marker, links, GPX file, names as text."""
    rep, inn = REPS[-1], HOSTILE[0]
    (tmp_path / "rep.html").write_text(rep_pages(with_a_night(made_up_book()))[rep], encoding="utf-8")
    page.goto((tmp_path / "rep.html").as_uri())
    page.click('[data-week="2"]')
    page.click('[data-day="2026-01-14"]')
    assert f"arrive in {inn}, stay the night" in page.locator("#stops li.home").last.inner_text()
    assert page.locator(".leaflet-marker-pane .away").all_text_contents() == ["☾"]
    assert "destination=47.11,2.31" in page.locator(".ways a").last.get_attribute("href")
    page.click('[data-day="2026-01-15"]')
    assert f"leave {inn}" in page.locator("#stops li.home").first.inner_text()
    assert "origin=47.11,2.31" in page.locator(".ways a").first.get_attribute("href")
    with page.expect_download() as saved:
        page.click('[data-gpx="2026-01-15"]')
    route = gpxpy.parse(saved.value.path().read_text(encoding="utf-8")).routes[0]
    assert (route.points[0].latitude, route.points[0].name) == (47.11, f"{inn}, leave 08:12")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("today", "opened", "notice"),
    [
        ("2026-01-01", "2026-01-05", "This plan begins on 5 Jan 2026."),
        ("2026-01-15", "2026-01-15", ""),
        ("2026-01-17", "2026-01-19", "No visits today; next: Mon 19 Jan"),
        ("2026-02-03", "2026-01-06", "Today is as Tue 6 Jan, in cycle 2."),
        ("2026-01-31", "2026-01-05", "No visits today; next: as Mon 5 Jan, in cycle 2."),
        ("2026-02-07", "2026-01-12", "No visits today; next: as Mon 12 Jan, in cycle 2."),
        ("2026-03-30", "2026-01-30", "This plan ended on 29 Mar 2026."),
    ],
)
def test_a_reps_page_opens_on_the_day_that_comes_next(
    browser: Any, folder: Path, today: str, opened: str, notice: str
) -> None:
    """Without a tour today, the next tour day is shown and the page says so."""
    page = browser.new_page()
    page.clock.set_fixed_time(f"{today}T10:00:00")
    page.goto((folder / "maps" / "R1.html").as_uri())
    assert page.locator(f'[data-day="{opened}"]').get_attribute("aria-pressed") == "true"
    assert page.locator("#notice").all_text_contents() == ([notice] if notice else [])
    page.close()


def test_a_missed_account_is_shown_on_the_map(page: Any, folder: Path) -> None:
    """Its name in the list of what did not fit opens its facts."""
    page.goto((folder / "maps" / "R1.html").as_uri())
    page.locator("details.missed summary").click()
    page.locator("details.missed button").first.click()
    first = made_up_book().missed.query("rep_id == 'R1'").iloc[0]
    assert first["account_id"] in page.inner_text(".leaflet-popup-content")


@pytest.mark.parametrize("rep", REPS)
def test_every_reps_page_shows_hostile_names_as_text(page: Any, folder: Path, rep: str) -> None:
    """Names, towns and reasons are read as they were written."""
    page.goto((folder / "maps" / f"{page_names(REPS)[rep]}.html").as_uri())
    book = made_up_book()
    assert page.inner_text("h1") == dict(zip(book.reps["rep_id"], book.reps["name"], strict=True))[rep]
    page.locator("details.missed summary").click()
    missed = book.missed[book.missed["rep_id"] == rep]
    assert page.locator("details.missed li").count() == len(missed)
    for name in missed["name"]:
        assert page.locator("details.missed li b", has_text=name).count() >= 1


@pytest.mark.parametrize("name", ["report.html", "data_quality.html"])
def test_reading_pages_filter_by_region(page: Any, folder: Path, name: str) -> None:
    """What belongs to another region goes, totals stay."""
    page.goto((folder / name).as_uri())
    page.select_option("#region", "South & <East>")
    shown = page.locator("[data-region]:visible")
    assert shown.count() > 0
    assert set(shown.evaluate_all("all => all.map(one => one.dataset.region)")) == {"South & <East>"}


def test_links_of_the_report_lead_somewhere(page: Any, folder: Path) -> None:
    """Every file that the report names is there."""
    page.goto((folder / "report.html").as_uri())
    links = page.locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    targets = {link for link in links if not link.startswith("#")}
    assert len(targets) >= 18
    assert [link for link in targets if not (folder / link).exists()] == []
