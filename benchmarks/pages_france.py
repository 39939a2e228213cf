"""Make the national page of the case of scale with the project's own writer."""

import datetime as dt
import gzip
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.book import PlanBook, no_rows
from maps.territory_map import territories_page

COMMUNES: Final = "fr_communes_2026.csv.gz"
POLYGONS: Final = "fr_communes_2018_topo.json.gz"
LEAST_POPULATION: Final = 2_000
"""Of a commune with an account."""
HOURS_PER_HEAD: Final = 0.001
KILOMETRES_PER_DEGREE: Final = (111.32 * np.cos(np.radians(46.5)), 110.57)
MINUTES_PER_KILOMETRE: Final = 1.2
TOLERANCE: Final = 0.05


def national_page(folder: Path) -> str:
    """Make the page of all communes that have a polygon of their own code."""
    return territories_page(national_book(folder))


def national_book(folder: Path) -> PlanBook:
    """Lay the case out as a run's results; potential is the population up to 100,000."""
    with gzip.open(folder / COMMUNES, "rt", encoding="utf-8") as file:
        towns = pd.read_csv(file, dtype={"code": str, "nom": str, "region": str, "departement": str})
    shapes = gpd.read_file(f"/vsigzip/{(folder / POLYGONS).resolve()}")[["code", "geometry"]]
    shapes["geometry"] = shapes.make_valid(method="structure", keep_collapsed=False)  # as a run repairs its polygons
    towns = gpd.GeoDataFrame(shapes.merge(towns, on="code"), geometry="geometry", crs="EPSG:4326")
    towns = towns.sort_values("code").drop_duplicates("code").reset_index(drop=True)
    homes = pd.read_csv(folder / "homes_200.csv", dtype=str)
    homes = homes.drop(columns="nom").merge(towns.drop(columns="geometry"), on="code").reset_index(drop=True)
    places = towns[["lon", "lat"]].to_numpy() * KILOMETRES_PER_DEGREE
    away = np.linalg.norm(places[:, None] - (homes[["lon", "lat"]].to_numpy() * KILOMETRES_PER_DEGREE)[None], axis=2)
    nearest = away.argmin(axis=1)
    reps = pd.DataFrame(
        {
            "rep_id": [f"R{number:03d}" for number in range(1, len(homes) + 1)],
            "name": homes["nom"],
            "region": homes["region"],
            "lon": homes["lon"],
            "lat": homes["lat"],
            "hours_per_week": 35.0,
        }
    )
    rep_ids = reps["rep_id"].to_numpy()
    areas = gpd.GeoDataFrame(
        {
            "area_id": towns["code"],
            "name": towns["nom"],
            "district": towns["departement"],
            "region": towns["region"],
            "geometry": towns.geometry,
            "potential": towns["population"].clip(upper=100_000).astype(float),
            "baseline": 0.9 * towns["population"].clip(upper=100_000),
            "headroom": towns["population"].clip(upper=100_000) / 3,
            "workload_hours": towns["population"].clip(upper=100_000) * HOURS_PER_HEAD,
            "rep_id": rep_ids[nearest],
            "territory_id": [f"T-{rep}" for rep in rep_ids[nearest]],
            "current_rep_id": "",
            "drive_minutes": away.min(axis=1) * MINUTES_PER_KILOMETRE,
        },
        crs="EPSG:4326",
    )
    accounts = _accounts(areas, towns)
    return PlanBook(
        name="france", description="", currency="EUR",
        period_start=dt.date(2026, 1, 5), period_end=dt.date(2026, 3, 29),
        areas=areas, accounts=accounts, reps=reps, territories=_territories(areas, accounts, reps),
        forecast=no_rows(), scores=no_rows(), history=no_rows(), forecast_notes=(), quality={},
        visits=no_rows("rep_id"), days=no_rows("rep_id", "date", "week"), missed=no_rows(), violations=no_rows(),
        conflicts=no_rows(), measures={}, run={}, resolved_scenario="", tolerances={"potential": TOLERANCE},
    )  # fmt: skip


def _accounts(areas: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> pd.DataFrame:
    """Put an account into each larger commune."""
    large = (towns["population"] >= LEAST_POPULATION).to_numpy()
    named = ["area_id", "rep_id", "region", "potential", "baseline", "headroom"]
    own = pd.DataFrame(areas.loc[large, named]).reset_index(drop=True)
    towns = towns[large].reset_index(drop=True)
    return own.assign(
        account_id=[f"C{code}" for code in towns["code"]],
        name=[f"Pharmacie de {name}" for name in towns["nom"]],
        town=towns["nom"],
        segment=np.where(towns["population"] >= 5 * LEAST_POPULATION, "A", "B"),
        status="customer",
        lon=towns["lon"],
        lat=towns["lat"],
        visits_wanted=1,
        visits_planned=1,
    )


def _territories(areas: gpd.GeoDataFrame, accounts: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    sums = areas.groupby("rep_id").agg(areas=("area_id", "size"), potential=("potential", "sum"))
    counts = accounts["rep_id"].value_counts()
    table = reps[["rep_id", "region"]].join(sums, on="rep_id")
    target = table["potential"].sum() / len(table)
    return table.assign(
        territory_id=[f"T-{rep}" for rep in table["rep_id"]],
        accounts=[int(counts.get(rep, 0)) for rep in table["rep_id"]],
        contiguous=True,
        potential_deviation=table["potential"] / target - 1,
        inside_tolerance=(table["potential"] / target - 1).abs() <= TOLERANCE,
        routed_hours=0.0,
        drive_km=0.0,
    )
