"""Read the Iowa case straight into tables, without a scenario file."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from scenarios.table_types import EVENT_COLUMNS, Tables


def iowa_tables(folder: Path) -> Tables:
    """Return the Iowa shops, weekly sales, reps, regions by county and current alignment."""
    shops = pd.read_csv(folder / "accounts.csv", dtype={"account_id": str, "fips": str})
    sales = pd.read_parquet(folder / "sales_week.parquet", columns=["account_id", "week", "category", "dollars"])
    code, number = pd.factorize(sales["account_id"], sort=True)
    reps = pd.read_csv(folder / "reps.csv", dtype={"rep_id": str})
    counties = pd.read_csv(folder / "current_alignment.csv", dtype=str)
    return Tables(
        accounts=pd.DataFrame(
            {
                "account_id": shops["account_id"],
                "name": shops["name"],
                "lon": shops["lon"],
                "lat": shops["lat"],
                "town": shops["city"].fillna(""),
                "district": shops["fips"].fillna(""),
                "region": "",
                "segment": "",
                "status": "customer",
                "first_sale": pd.to_datetime(shops["first_sale"]),
                "opening_hours": "",
                "visits": np.nan,
                "service_minutes": np.nan,
                "position_quality": shops["coord_quality"].fillna(""),
            }
        ),
        sales=pd.DataFrame(
            {
                "account_id": pd.Categorical.from_codes(code, [str(name) for name in number]),
                "category": sales["category"],
                "week": sales["week"].astype("datetime64[s]"),
                "sales": sales["dollars"],
            }
        ),
        reps=pd.DataFrame(
            {
                "rep_id": reps["rep_id"],
                "name": reps["home_city"],
                "lon": reps["lon"],
                "lat": reps["lat"],
                "hours_per_week": 40.0,
                "region": reps["region"],
                "working_days": "",
            }
        ),
        outline=shapely.union_all(np.asarray(gpd.read_file(folder / "counties.geojson").geometry.values)),
        regions=pd.DataFrame(
            {
                "district": counties["fips"],
                "region": counties["region"],
                "valid_from": pd.NaT,
                "school_zone": "",
                "subdivision": "",
            }
        ),
        events=pd.DataFrame({name: pd.Series(dtype=object) for name in EVENT_COLUMNS}),
        current_alignment=pd.DataFrame({"rep_id": counties["current_rep"], "district": counties["fips"]}),
    )
