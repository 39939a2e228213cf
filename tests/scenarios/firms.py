"""Make a small made-up firm for tests of the border."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import shapely

from scenarios.schema import Scenario
from scenarios.table_types import EVENT_COLUMNS, Tables

TOWNS = {
    "Aville": (2.1, 46.1, "01", "North"),
    "Bville": (2.5, 46.2, "01", "North"),
    "Cville": (2.9, 46.1, "02", "South"),
    "Dville": (2.3, 46.5, "02", "South"),
}
OUTLINE = shapely.box(2.0, 46.0, 3.0, 46.6)
WEEKS = pd.date_range("2022-01-03", periods=130, freq="7D")


def scenario_of(**sections: Any) -> Scenario:
    """Return a scenario with areas made from accounts; sections given replace or add to the defaults."""
    source = {name: {"path": f"{name}.csv"} for name in ("accounts", "sales", "reps")}
    data = {**source, "areas": {"make": "accounts"}, **sections.pop("data", {})}
    if isinstance(data["areas"]["make"], str):
        from scenarios.schema import AreaMaking  # noqa: PLC0415

        data["areas"] = {**data["areas"], "make": AreaMaking(data["areas"]["make"])}
    plain = {
        "name": "tiny",
        "period": {"start": dt.date(2024, 7, 1), "end": dt.date(2024, 9, 29)},
        "segments": {
            "A": {"sales_share": 0.5, "visits": 4, "service_minutes": 60},
            "B": {"sales_share": 0.3, "visits": 2, "service_minutes": 40},
            "C": {"visits": 1, "service_minutes": 20},
        },
        **sections,
        "data": data,
    }
    return Scenario.model_validate(plain)


def accounts_of(n_per_town: int = 12) -> pd.DataFrame:
    """Return accounts scattered around the towns, all fields filled but segment."""
    rng = np.random.default_rng(7)
    rows = []
    for town, (lon, lat, district, region) in TOWNS.items():
        for number in range(n_per_town):
            east, north = rng.uniform(-0.05, 0.05, 2)
            rows.append(
                {
                    "account_id": f"{town[0]}{number:02d}",
                    "name": f"Shop {town[0]}{number:02d}",
                    "lon": round(lon + east, 6),
                    "lat": round(lat + north, 6),
                    "town": town,
                    "district": district,
                    "region": region,
                    "segment": "",
                    "status": "customer",
                    "first_sale": pd.NaT,
                    "opening_hours": "",
                    "visits": np.nan,
                    "service_minutes": np.nan,
                    "position_quality": "",
                }
            )
    return pd.DataFrame(rows).assign(first_sale=pd.NaT)


def sales_of(accounts: pd.DataFrame, weeks: pd.DatetimeIndex = WEEKS) -> pd.DataFrame:
    """Return sales of every account in two categories and every week, larger for later accounts."""
    ids = accounts["account_id"].unique()
    grid = pd.MultiIndex.from_product([ids, ["Bolts", "Nuts"], weeks], names=["account_id", "category", "week"])
    frame = grid.to_frame(index=False)
    size = frame["account_id"].map({name: 10.0 + k for k, name in enumerate(ids)})
    week = frame["week"].dt.day_of_year.to_numpy()
    return frame.assign(sales=(size * (1 + 0.2 * np.sin(week / 58.0))).round(2))


def reps_of() -> pd.DataFrame:
    """Return one rep in each region."""
    return pd.DataFrame(
        {
            "rep_id": ["R1", "R2"],
            "name": ["Ann", "Bob"],
            "lon": [2.1, 2.9],
            "lat": [46.1, 46.1],
            "hours_per_week": [40.0, 40.0],
            "region": ["North", "South"],
            "working_days": ["", ""],
        }
    )


def tables_of(**changed: Any) -> Tables:
    """Return the firm's tables; the ones given replace the defaults."""
    accounts = changed.pop("accounts", accounts_of())
    plain: dict[str, Any] = {
        "accounts": accounts,
        "sales": sales_of(accounts),
        "reps": reps_of(),
        "outline": OUTLINE,
        "events": pd.DataFrame({name: pd.Series(dtype=object) for name in EVENT_COLUMNS}),
        **changed,
    }
    return Tables(**plain)
