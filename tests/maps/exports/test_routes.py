"""GPX files are read back by GDAL."""

import geopandas as gpd
import pytest

from maps.exports.routes import day_routes
from tests.maps.builders import made_up_book


def test_a_day_leads_from_home_through_the_stops_in_order_and_home(tmp_path):
    """Points, names and times are those of the visits."""
    book = made_up_book()
    routes = day_routes(book)
    assert set(routes) == set(zip(book.visits["rep_id"], book.visits["date"], strict=True))
    (rep_id, date), text = next(iter(routes.items()))
    (tmp_path / "day.gpx").write_text(text, encoding="utf-8")
    points = gpd.read_file(tmp_path / "day.gpx", layer="route_points")
    stops = book.visits[(book.visits["rep_id"] == rep_id) & (book.visits["date"] == date)].sort_values("stop")
    accounts = book.accounts.set_index("account_id").loc[stops["account_id"]]
    home = book.reps.set_index("rep_id").loc[rep_id]
    assert points.geometry.x.tolist() == pytest.approx([home["lon"], *accounts["lon"], home["lon"]], abs=1e-6)
    assert points.geometry.y.tolist() == pytest.approx([home["lat"], *accounts["lat"], home["lat"]], abs=1e-6)
    wanted = [f"{stop} {name}" for stop, name in zip(stops["stop"], accounts["name"], strict=True)]
    assert points["name"].tolist()[1:-1] == wanted


def test_names_with_characters_that_xml_does_not_know_are_cleaned():
    """A control character in a shop's name does not make the file unreadable."""
    book = made_up_book()
    accounts = book.accounts.assign(name="Bell\x07 & <Son>")
    text = next(iter(day_routes(made_up_book(accounts=accounts)).values()))
    assert "Bell &amp; &lt;Son&gt;" in text
