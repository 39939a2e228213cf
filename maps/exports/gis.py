"""Write the plan's layers as one GeoPackage and as GeoParquet files, for GIS."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pyogrio
import shapely

from maps import features
from maps.book import PlanBook
from maps.plain import Plain

CRS: Final = "EPSG:4326"


def write_gis(book: PlanBook, folder: Path) -> None:
    """Write plan.gpkg with a layer per kind, and gis/<layer>.parquet; the same plan gives the same bytes.

    Parameters
    ----------
    folder
        An existing folder.
    """
    layers = {
        "territories": _layer(features.territory_features(book), key="territory_id"),
        "areas": _layer(features.area_features(book), key="area_id"),
        "accounts": _layer(features.account_features(book), key="account_id"),
        "tours": _layer(features.tour_features(book), key="rep_id"),
    }
    (folder / "gis").mkdir(exist_ok=True)
    # GDAL writes the time of the last change into the file, unless it is told what time it is.
    moment = f"{book.period_start.isoformat()}T00:00:00.000Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        for name, layer in layers.items():
            layer.to_parquet(folder / "gis" / f"{name}.parquet", index=False)
            layer.to_file(folder / "plan.gpkg", layer=name, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _layer(rows: Sequence[features.Feature], *, key: str) -> gpd.GeoDataFrame:
    """Make a table of features; lists become text, since not every format knows them."""
    records = [{name: _flat(value) for name, value in row["properties"].items()} for row in rows]
    shapes = [shapely.geometry.shape(row["geometry"]) for row in rows]
    return gpd.GeoDataFrame(records or {key: []}, geometry=shapes, crs=CRS)


def _flat(value: Plain) -> Plain:
    return " ".join(str(item) for item in value) if isinstance(value, list) else value
