"""Check where accounts are, and put those without a usable position at the middle of their town."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.placing import Ground
from scenarios.planes import FloatArray
from scenarios.quality_log import QualityLog
from scenarios.schema import Cleaning, PositionRepair

SAME_PLACE_DECIMALS: Final = 5
"""Positions that agree to this many decimals of a degree, about a metre, are identical."""
CROWDED: Final = 4
"""So many accounts on one point look like the middle of a town rather than addresses."""
FAR_FACTOR: Final = 5.0
"""Without a map, an account is outside when it is this many times farther from the median position than nine of ten."""
GOOD_QUALITIES: Final = ("", "ok", "good", "exact", "address", "missing", "blank")
CENTROID_QUALITIES: Final = ("centroid", "town", "centre", "center", "zip", "postcode", "city")


def repair_positions(
    accounts: pd.DataFrame, ground: Ground | None, towns: pd.DataFrame | None, cleaning: Cleaning, log: QualityLog
) -> pd.DataFrame:
    """Return accounts that all have a position, and report positions that are doubtful.

    Swapped or mirrored coordinates are turned when that brings the account onto the map; impossible ones and those
    farther outside than `outside_km` count as missing; missing ones are repaired by `missing_position`.

    Parameters
    ----------
    accounts
        Clean ids, columns ACCOUNT_COLUMNS.
    ground
        The map: areas or outline; None when there is none.
    towns
        Towns with name, district, lon, lat, to look positions up; or None.
    cleaning
        Rules.
    log
        Takes the findings and repairs.
    """
    rows = accounts.copy()
    quality = rows["position_quality"].str.casefold()
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    blank = ~(np.isfinite(lon) & np.isfinite(lat)) | ((lon == 0) & (lat == 0))
    lon, lat = np.where(blank, np.nan, lon), np.where(blank, np.nan, lat)
    km = _km_outside(lon, lat, ground)
    ids = rows["account_id"].to_numpy(dtype=object)
    for turned_lon, turned_lat in ((lat, lon), (-lon, lat), (lon, -lat)):
        away = np.isfinite(lon) & (km > cleaning.outside_km)
        better = away & (_km_outside(turned_lon, turned_lat, ground) == 0)
        if better.any() and ground is not None:
            before, after = _pairs(lon[better], lat[better]), _pairs(turned_lon[better], turned_lat[better])
            log.repaired("swapped_position", "accounts", ids[better], before, after)
            text = "{n} account{s} {has} longitude and latitude swapped or a wrong sign; turned round."
            log.about_accounts("swapped_position", "warning", ids[better], text, repair="swapped_position")
            lon, lat = np.where(better, turned_lon, lon), np.where(better, turned_lat, lat)
            km = np.where(better, 0.0, km)
    outside = np.isfinite(lon) & (km > cleaning.outside_km)
    near_miss = np.isfinite(lon) & (km > 0) & ~outside
    text = f"{{n}} account{{s}} {{is}} up to {cleaning.outside_km:g} km outside the map; snapped to the nearest area."
    log.about_accounts("position_near_miss", "info", ids[near_miss], text, repair="outside_km")
    log.repaired("outside_km", "accounts", ids[near_miss], np.round(km[near_miss], 3), "nearest area")
    rows["lon"], rows["lat"] = np.where(outside, np.nan, lon), np.where(outside, np.nan, lat)
    doubtful = (quality.isin(CENTROID_QUALITIES) & np.isfinite(lon) & ~outside).to_numpy()
    _report_doubtful(rows, quality.to_numpy(dtype=object), doubtful, log)
    action = (
        "put at the middle of {their} town where there is one"
        if cleaning.missing_position == PositionRepair.TOWN
        else "left out"
    )
    text = "{n} account{s} {has} no position; " + action + "."
    log.about_accounts("missing_position", "warning", ids[blank], text, repair="missing_position")
    text = "{n} account{s} {is} too far outside the map; " + action + "."
    log.about_accounts("position_outside", "warning", ids[outside], text, repair="missing_position")
    return _fill_missing(rows, towns, cleaning, log, before=np.where(blank, "missing", "outside"))


def _km_outside(lon: FloatArray, lat: FloatArray, ground: Ground | None) -> FloatArray:
    """Return how far places are outside the map; without a map only the impossible and the very far are outside."""
    if ground is not None:
        return ground.find(lon, lat)[1]
    possible = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    if not possible.any():
        return np.full(len(lon), np.inf)
    middle_lat = float(np.median(lat[possible]))
    east = (lon - np.median(lon[possible])) * np.cos(np.radians(middle_lat))
    away = np.hypot(east, lat - middle_lat)
    limit = FAR_FACTOR * max(float(np.quantile(away[possible], 0.9)), 0.1)
    return np.where(possible & (away <= limit), 0.0, np.inf)


def _report_doubtful(
    rows: pd.DataFrame, quality: NDArray[np.object_], centroid: NDArray[np.bool_], log: QualityLog
) -> None:
    """Report positions on a centroid, suspect, identical or crowded; they are kept."""
    ids = rows["account_id"].to_numpy(dtype=object)
    placed = rows["lon"].notna().to_numpy()
    text = "{n} account{s} {is} placed at the middle of {their} town or postcode, not at {their} address; kept."
    log.about_accounts("position_on_centroid", "warning", ids[centroid], text)
    suspect = placed & ~centroid & ~np.isin(quality, GOOD_QUALITIES)
    text = "{n} account{s} {has} a suspect position; kept, please verify."
    log.about_accounts("position_suspect", "warning", ids[suspect], text)
    place = rows[["lon", "lat"]].round(SAME_PLACE_DECIMALS)
    shared = placed & place.duplicated(keep=False).to_numpy()
    text = (
        "{n} account{s} share {their} position with another account (one site, successive owners or a rough position)."
    )
    log.about_accounts("position_identical", "info", ids[shared], text)
    crowd = place.assign(one=1).groupby(["lon", "lat"])["one"].transform("sum").fillna(0).to_numpy() >= CROWDED
    crowd &= placed & ~centroid
    text = f"{{n}} account{{s}} sit on a point with {CROWDED} accounts or more: perhaps the middle of a town; kept."
    log.about_accounts("position_crowded", "info", ids[crowd], text)


def _fill_missing(
    rows: pd.DataFrame, towns: pd.DataFrame | None, cleaning: Cleaning, log: QualityLog, *, before: NDArray[np.str_]
) -> pd.DataFrame:
    """Put accounts without a position at the middle of their town, else of their district; drop the rest."""
    missing = rows["lon"].isna().to_numpy()
    if not missing.any():
        return rows
    ids = rows["account_id"].to_numpy(dtype=object)
    after = np.full(len(rows), "dropped", dtype=object)
    if cleaning.missing_position == PositionRepair.TOWN:
        town = rows["town"].str.casefold().str.strip()
        keyed = rows.assign(town_key=town)
        sources = [(keyed, ["town_key", "district"], "middle of town"), (keyed, ["town_key"], "middle of town")]
        if towns is not None:
            named = towns.assign(town_key=towns["name"].str.casefold().str.strip())
            sources = [sources[0], (named, ["town_key", "district"], "town"), sources[1], (named, ["town_key"], "town")]
        sources.append((keyed, ["district"], "middle of district"))
        for source, key, name in sources:
            open_rows = rows["lon"].isna().to_numpy() & (keyed[key] != "").any(axis=1).to_numpy()
            open_rows &= (keyed[key[0]] != "").to_numpy()
            middles = source.dropna(subset=["lon", "lat"]).groupby(key, sort=True)[["lon", "lat"]].median()
            found = keyed.loc[open_rows, key].merge(middles, left_on=key, right_index=True, how="left")
            rows.loc[open_rows, ["lon", "lat"]] = found[["lon", "lat"]].round(6).to_numpy()
            done = open_rows & rows["lon"].notna().to_numpy()
            after[done] = name
            rows.loc[done, "position_quality"] = "town"
    log.repaired("missing_position", "accounts", ids[missing], before[missing], after[missing])
    lost = rows["lon"].isna().to_numpy()
    text = "{n} account{s} could not be placed anywhere and {was} left out."
    log.about_accounts("account_dropped", "error", ids[lost], text, repair="missing_position")
    return rows[~lost].reset_index(drop=True)


def _pairs(lon: FloatArray, lat: FloatArray) -> NDArray[np.object_]:
    """Return positions as text."""
    return np.array([f"{x:.6f} {y:.6f}" for x, y in zip(lon, lat, strict=True)], dtype=object)
