"""GeoPackage and GeoParquet hold the layers, and are the same bytes again."""

import geopandas as gpd
import pyogrio

from maps.exports.gis import write_gis
from tests.maps.builders import made_up_book


def test_layers_are_those_of_the_plan(tmp_path):
    """GDAL finds four layers; rows, coordinates and properties agree with the tables."""
    book = made_up_book()
    write_gis(book, tmp_path)
    assert sorted(name for name, _ in pyogrio.list_layers(tmp_path / "plan.gpkg")) == [
        "accounts", "areas", "territories", "tours",
    ]  # fmt: skip
    for layer, expected in (("areas", len(book.areas)), ("accounts", len(book.accounts))):
        packed = gpd.read_file(tmp_path / "plan.gpkg", layer=layer)
        parquet = gpd.read_parquet(tmp_path / "gis" / f"{layer}.parquet")
        assert len(packed) == len(parquet) == expected
        assert packed.geometry.geom_equals_exact(parquet.geometry, 1e-9).all()
        assert packed.crs == parquet.crs == "EPSG:4326"
    accounts = gpd.read_parquet(tmp_path / "gis" / "accounts.parquet")
    assert accounts["name"].tolist() == book.accounts.sort_values("account_id")["name"].tolist()


def test_the_same_plan_is_the_same_bytes(tmp_path):
    """No time of writing is in the files."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_gis(made_up_book(), tmp_path / name)
    for path in sorted((tmp_path / "a").rglob("*.*")):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path.name
