"""The GeoJSON features follow RFC 7946 and carry what was promised."""

import json
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from maps import features
from maps.plain import collection_text
from tests.maps.builders import made_up_book

MAKERS = (
    features.territory_features,
    features.area_features,
    features.account_features,
    features.tour_features,
)


def all_features() -> list[dict[str, Any]]:
    book = made_up_book()
    return [feature for make in MAKERS for feature in make(book)]


def test_coordinates_are_short_and_properties_are_plain() -> None:
    """Six decimals at most, no NaN, no NumPy value."""
    text = collection_text(features.collection(all_features()))
    assert "NaN" not in text
    back = json.loads(text)
    assert list(back) == ["type", "features"]
    numbers = np.concatenate([shapely.get_coordinates(shape(f["geometry"])).ravel() for f in back["features"]])
    np.testing.assert_array_equal(numbers, np.round(numbers, 6))


def test_rings_follow_the_right_hand_rule() -> None:
    """Exterior rings run anticlockwise (RFC 7946, 3.1.6)."""
    for feature in (*features.territory_features(made_up_book()), *features.area_features(made_up_book())):
        polygon = shape(feature["geometry"])
        assert polygon.is_valid
        assert all(part.exterior.is_ccw for part in getattr(polygon, "geoms", [polygon]))


def test_territories_are_their_areas_dissolved() -> None:
    """Borders inside a territory vanish, and nothing is lost."""
    book = made_up_book()
    made = {f["properties"]["territory_id"]: shape(f["geometry"]) for f in features.territory_features(book)}
    assert list(made) == ["T-R/3 é", "T-R1", "T-R2"]
    assert {polygon.geom_type for polygon in made.values()} == {"Polygon"}
    np.testing.assert_allclose(
        sum(p.area for p in made.values()), sum(area.area for area in book.areas.geometry), rtol=1e-5
    )


def test_a_coverage_with_overlaps_is_dissolved_too() -> None:
    """Real polygons overlap by slivers; the slow way joins them."""
    book = made_up_book()
    book.areas.loc[0, "geometry"] = book.areas.geometry[0].buffer(0.01)
    assert shape(features.territory_features(book)[1]["geometry"]).is_valid


def test_properties_begin_with_the_promised_names() -> None:
    """Later work relies on the names."""
    book = made_up_book()
    first = [list(make(book)[0]["properties"]) for make in MAKERS]
    assert first[0][:2] == ["territory_id", "rep_id"]
    assert first[1][:6] == ["area_id", "territory_id", "rep_id", "region", "potential", "workload_hours"]
    assert first[3][:3] == ["rep_id", "week", "date"]


def test_a_tour_starts_and_ends_at_home_and_keeps_its_order() -> None:
    """The line of a day has one point per stop and two at home."""
    tour = features.tour_features(made_up_book())[0]
    line = json.loads(json.dumps(tour))["geometry"]["coordinates"]
    assert (line[0], line[-1], len(line)) == ([3.0, 46.35], [3.0, 46.35], 7)
    assert tour["properties"]["account_ids"] == ["C008", "C009", "C010", "C011", "C020"]
