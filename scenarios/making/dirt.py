"""Spoil the clean tables as real ones are spoilt, unequally by region; each fault is one that the checks must find."""

from typing import Final

import numpy as np
import pandas as pd

from scenarios.making.demand import FIRST_WEEK, LAST_WEEK

NO_POSITION: Final = {"Occitanie": 0.09, "Grand Est": 0.04, "Hauts-de-France": 0.0}
"""Share of accounts without position; elsewhere 1 %."""
ON_TOWN_HALL: Final = {"Provence-Alpes-Côte d'Azur": 0.15, "Occitanie": 0.06}
"""Share of accounts that sit on the middle of their town."""
NO_DISTRICT: Final = {"Provence-Alpes-Côte d'Azur": 0.08, "Île-de-France": 0.01}
NO_SEGMENT: Final = {"Nouvelle-Aquitaine": 0.18, "Bretagne": 0.08}
"""Elsewhere 4 %."""
LATE_REGION: Final = ("Bourgogne-Franche-Comté", "2024-09-02")
"""A region whose sales are only known from this day on: less than two seasons."""
GAP: Final = ("Bretagne", "2024-06-03", "2024-06-30")
"""Weeks in which a region's sales were not recorded (a change of software)."""


def spoil_accounts(rng: np.random.Generator, accounts: pd.DataFrame, towns: pd.DataFrame) -> pd.DataFrame:
    """Spoil positions, départements, segments and rows of the accounts.

    Returns
    -------
    The accounts as the firm's file has them, duplicates included, with a column position_quality ("", "ok" or "town").
    """
    spoilt = accounts.copy()
    spoilt["position_quality"] = "ok"
    region = spoilt["region"]
    middle = towns.set_index("area_id").loc[spoilt["area_id"], ["lon", "lat"]].to_numpy()

    def some(shares: dict[str, float], otherwise: float) -> np.ndarray:
        return rng.uniform(size=len(spoilt)) < region.map(shares).fillna(otherwise).to_numpy()

    on_town = some(ON_TOWN_HALL, 0.02)
    spoilt.loc[on_town, ["lon", "lat"]] = middle[on_town]
    spoilt.loc[on_town, "position_quality"] = "town"
    nowhere = some(NO_POSITION, 0.01)
    spoilt.loc[nowhere, ["lon", "lat"]] = np.nan
    spoilt.loc[nowhere, "position_quality"] = ""
    spoilt.loc[some(NO_DISTRICT, 0.003), "district"] = ""
    spoilt.loc[some(NO_SEGMENT, 0.04), "segment"] = ""
    in_east = rng.permutation(np.flatnonzero((region == "Grand Est") & spoilt["lon"].notna()))
    swapped, at_sea = in_east[:7], in_east[7:15]
    spoilt.loc[swapped, ["lon", "lat"]] = spoilt.loc[swapped, ["lat", "lon"]].to_numpy()
    spoilt.loc[at_sea, ["lon", "lat"]] = 0.0
    in_paris = rng.permutation(np.flatnonzero((region == "Île-de-France") & spoilt["lon"].notna()))
    depot = in_paris[np.argsort(spoilt.loc[in_paris, "area_id"].to_numpy(), kind="stable")][:9]
    spoilt.loc[depot, ["lon", "lat"]] = spoilt.loc[depot[0], ["lon", "lat"]].to_numpy(dtype=np.float64)
    abroad = rng.permutation(np.flatnonzero(region == "Nouvelle-Aquitaine"))[:2]
    spoilt.loc[abroad, ["lon", "lat"]] = [[-3.70379, 40.41678], [-1.98123, 43.31283]]
    again = spoilt.loc[rng.permutation(np.flatnonzero(region == "Nouvelle-Aquitaine"))[:24]].copy()
    again["name"] = again["name"].str.upper()
    again.loc[again.index[::2], ["opening_hours", "segment"]] = ""
    return pd.concat([spoilt, again]).sort_values("account_id", kind="stable", ignore_index=True)


def spoil_sales(rng: np.random.Generator, sales: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Spoil the sales: gaps, late start, incomplete ends, returns, extreme orders, unknown accounts, rows twice.

    Returns
    -------
    account_id, category, week, sales (int); sorted by the first three.
    """
    region = sales["account_id"].map(accounts.set_index("account_id")["region"])
    week = sales["week"]
    missing = ((region == LATE_REGION[0]) & (week < np.datetime64(LATE_REGION[1]))) | (
        (region == GAP[0]) & week.between(*GAP[1:])
    )
    partly = rng.uniform(size=len(sales))
    missing |= (week == FIRST_WEEK) & (partly > 0.12)
    missing |= (week == LAST_WEEK) & (partly > 0.15)
    kept = sales[~missing].reset_index(drop=True)
    middling = accounts.loc[(accounts["status"] == "customer") & accounts["segment"].isin(["B", "C"]), "account_id"]
    extreme = rng.permutation(np.flatnonzero(kept["account_id"].isin(middling)))[:26]
    kept.loc[extreme, "sales"] = kept.loc[extreme, "sales"] * rng.integers(14, 30, len(extreme))
    back = kept.loc[rng.permutation(len(kept))[: len(kept) // 250]].copy()
    later = back["week"] + pd.to_timedelta(7 * rng.integers(1, 4, len(back)), unit="D")
    back["week"] = later.where(later <= np.datetime64(LAST_WEEK), LAST_WEEK)
    back["sales"] = -np.rint(back["sales"] * rng.choice([0.25, 0.5, 1.0], len(back))).astype(np.int64)
    unknown = kept.loc[rng.permutation(len(kept))[:320]].copy()
    unknown["account_id"] = [f"C9{number:04d}" for number in rng.integers(0, 60, len(unknown))]
    twice = kept.loc[rng.permutation(len(kept))[:150]]
    spoilt = pd.concat([kept, back[back["sales"] < 0], unknown, twice])
    return spoilt.sort_values(["account_id", "category", "week", "sales"], ignore_index=True)
