"""Pages load nothing, and are the same bytes on every run."""

import json

import branca.element
import folium
import pytest

from maps.offline import OnlinePageError, check_offline, counted_ids, self_contained
from maps.plain import data_element
from maps.rep_map import rep_pages
from maps.report import report_page
from maps.report_quality import quality_page
from maps.territory_map import territories_page
from tests.maps.builders import HOSTILE, made_up_book


@pytest.mark.parametrize(
    "loading",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<img src="a.png">',
        "<style>p { background: url(https://example.com/x.png) }</style>",
        "<style>@import 'x.css';</style>",
        '<p style="background: url(x.png)">',
        '<IFRAME SRC="x.html">',
    ],
)
def test_what_would_be_loaded_is_refused(loading: str) -> None:
    """Scripts, styles, pictures and frames, from anywhere."""
    with pytest.raises(OnlinePageError, match="would load"):
        check_offline(f"<html>{loading}</html>")


def test_links_to_click_on_and_data_may_stay() -> None:
    """Nothing of this is fetched by itself."""
    check_offline('<a href="https://example.com">x</a><img src="data:image/png;base64,AA"><script>"url(x)"</script>')


def test_a_script_that_no_package_holds_is_refused() -> None:
    """A plugin's file would be missing without network."""
    with pytest.raises(OnlinePageError, match="no installed package"):
        self_contained('<script src="https://cdn.example/plugin.js"></script>')


def test_data_survive_the_page_whatever_they_hold() -> None:
    """Names come back as they were, and none can end the element."""
    element = data_element({"names": HOSTILE})
    inner = element.removeprefix('<script type="application/json" id="data">').removesuffix("</script>")
    assert "<" not in inner
    assert json.loads(inner) == {"names": list(HOSTILE)}


def test_ids_are_counted_only_inside_the_block() -> None:
    """Folium is left as it was found."""
    before = branca.element.Element._generate_id
    with counted_ids():
        names = [folium.Map(tiles=None).get_name() for _ in range(2)]
    assert names[0] == "map_0001"
    assert len(set(names)) == 2
    assert branca.element.Element._generate_id == before


def test_pages_are_the_same_bytes_again() -> None:
    """The same book gives the same pages."""
    first, second = made_up_book(), made_up_book()
    assert territories_page(first) == territories_page(second)
    assert rep_pages(first) == rep_pages(second)
    assert (report_page(first), quality_page(first)) == (report_page(second), quality_page(second))


def test_a_reps_page_holds_that_reps_accounts_only() -> None:
    """A phone that gets lost tells about one territory."""
    book = made_up_book()
    page = rep_pages(book)["R2"]
    named = {name for name in book.accounts["name"] if f'"{name}"' in page and name.startswith("Shop")}
    own = {name for name in book.accounts.loc[book.accounts["rep_id"] == "R2", "name"] if name.startswith("Shop")}
    assert named == own


def test_reading_pages_escape_every_text() -> None:
    """No name of the tables becomes an element."""
    for page in (report_page(made_up_book()), quality_page(made_up_book())):
        assert "<script>window" not in page
        assert "<i>" not in page.replace("<i style=", "")
        assert "<their>" not in page
