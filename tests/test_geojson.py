"""The GeoJSON of a run keeps to RFC 7946, and GDAL opens it."""

import json
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from maps.features import area_features, collection
from maps.plain import collection_text
from tests.geojson import rfc7946_faults
from tests.maps.builders import made_up_book

LAYERS = {"territories": "Polygon", "areas": "Polygon", "accounts": "Point", "tours": "LineString"}


@pytest.mark.parametrize(("layer", "kind"), LAYERS.items(), ids=LAYERS)
def test_layers_of_a_run_keep_to_the_standard_and_gdal_opens_them(finished, layer, kind):
    """Right-hand rule, lon before lat, closed rings; GDAL finds as many features, in WGS 84, with their properties."""
    path = finished[1] / f"{layer}.geojson"
    assert rfc7946_faults(path) == []
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert features
    seen = pyogrio.read_info(path)
    assert (seen["driver"], seen["features"]) == ("GeoJSON", len(features))
    assert seen["crs"] == "EPSG:4326"
    assert list(seen["fields"]) == list(features[0]["properties"])
    opened = gpd.read_file(path)
    assert {shape.removeprefix("Multi") for shape in opened.geom_type} == {kind}
    assert opened.geometry.is_valid.all()
    west, south, east, north = opened.total_bounds
    assert 1.9 < west <= east < 2.7
    assert 46.9 < south <= north < 47.6


def test_holes_run_clockwise(tmp_path: Path):
    """An area with a hole and one of two parts, however their rings were wound."""
    book = made_up_book()
    ring = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)]
    hole = [(0.2, 0.2), (0.2, 0.4), (0.4, 0.4), (0.4, 0.2)]
    book.areas.loc[0, "geometry"] = shapely.Polygon(ring, [hole])
    book.areas.loc[1, "geometry"] = shapely.MultiPolygon([shapely.Polygon(ring), shapely.box(3, 3, 4, 4)])
    path = tmp_path / "areas.geojson"
    path.write_text(collection_text(collection(area_features(book))), encoding="utf-8")
    assert rfc7946_faults(path) == []


@pytest.mark.parametrize(
    ("geometry", "fault"),
    [
        ({"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}, "right-hand rule"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, "not closed"),
        ({"type": "Point", "coordinates": [47.1, 95.2]}, "no longitude and latitude"),
        ({"type": "LineString", "coordinates": [[2, 47]]}, "less than two positions"),
    ],
)
def test_the_check_finds_what_is_wrong(tmp_path: Path, geometry, fault):
    """A check that finds nothing shows nothing."""
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert any(fault in line for line in rfc7946_faults(path))
