"""Invent the firm's accounts around real towns: who they are, how large, since when and until when they buy."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import MultiPolygon

from scenarios.making.geography import DEGREE_KM, inside
from scenarios.making.names import TRADES, trade_name

SECTORS: Final = tuple(TRADES)
SECTOR_SHARES: Final = (0.30, 0.26, 0.14, 0.10, 0.14, 0.06)
SECTOR_SIZE: Final = (1.05, 0.80, 1.00, 1.45, 1.25, 0.75)
"""How much more or less a sector buys than its employees suggest."""
TOWN_EXPONENT: Final = 0.78
"""Accounts of a town grow less than its population: rural customers build more per head."""
SIZE_SIGMA: Final = 0.85
LARGEST_OVER_MEDIAN: Final = 5.5
"""The size distribution is cut here, so that no single account fills a tenth of a territory."""
MEDIAN_SALES_EUR: Final = 13_000.0
"""Yearly sales of the median customer."""
SEGMENT_SHARES: Final = {"A": 0.09, "B": 0.24, "C": 0.37, "D": 0.30}
"""Shares of customers by size, largest first."""
HOURS: Final = (
    ("", 0.66),
    ("mo-fr 08:00-12:00,14:00-18:00", 0.14),
    ("mo-fr 07:30-12:00", 0.03),
    ("mo-th 08:00-12:00,13:30-17:30; fr 08:00-12:00", 0.06),
    ("tu-fr 08:00-12:00,14:00-18:00; sa 08:30-12:00", 0.06),
    ("mo-fr 09:30-17:00", 0.03),
    ("mo,tu,th,fr 08:30-12:00,14:00-17:30", 0.02),
)
"""Opening hours and how often they occur; "" takes those of the segment."""


def make_accounts(
    rng: np.random.Generator, towns: pd.DataFrame, outline: MultiPolygon, *, customers: int, prospects: int
) -> pd.DataFrame:
    """Invent the accounts.

    Returns
    -------
    One row per account with its true values, sorted by account_id: account_id, name, area_id, town, district, region,
    lon, lat, segment, status, sector, employees, opening_hours, size (yearly sales in EUR), opens and closes (dates,
    NaT for always).
    """
    count = customers + prospects
    weight = towns["population"].to_numpy(dtype=np.float64) ** TOWN_EXPONENT
    place = np.sort(rng.choice(len(towns), size=count, p=weight / weight.sum()))
    size = np.exp(rng.normal(0.0, SIZE_SIGMA, count))
    while (size > LARGEST_OVER_MEDIAN).any():
        size = np.where(size > LARGEST_OVER_MEDIAN, np.exp(rng.normal(0.0, SIZE_SIGMA, count)), size)
    sector = rng.choice(len(SECTORS), size=count, p=SECTOR_SHARES)
    employees = np.maximum(1, np.round(11 * size * np.exp(rng.normal(0.0, 0.35, count)))).astype(np.int64)
    prospect = np.zeros(count, dtype=np.bool_)
    prospect[rng.choice(count, size=prospects, replace=False)] = True
    accounts = (
        towns.iloc[place][["area_id", "name", "district", "region"]]
        .rename(columns={"name": "town"})
        .reset_index(drop=True)
    )
    accounts.insert(0, "account_id", [f"C{number:05d}" for number in range(1, count + 1)])
    lon, lat = _positions(rng, towns.iloc[place], outline)
    yearly = MEDIAN_SALES_EUR * size * np.array(SECTOR_SIZE)[sector]
    accounts = accounts.assign(
        name=[trade_name(rng, SECTORS[s], town) for s, town in zip(sector, accounts["town"], strict=True)],
        lon=lon,
        lat=lat,
        status=np.where(prospect, "prospect", "customer"),
        sector=[SECTORS[s] for s in sector],
        employees=employees,
        opening_hours=rng.choice(np.array([text for text, _ in HOURS]), size=count, p=[share for _, share in HOURS]),
        size=yearly,
    )
    accounts["segment"] = _segments(rng, accounts)
    return accounts.assign(**_lifetimes(rng, prospect))


def _positions(
    rng: np.random.Generator, towns: pd.DataFrame, outline: MultiPolygon
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scatter accounts around their towns, wider around large ones, never into the sea; in degrees to 1 m."""
    lon, lat = towns["lon"].to_numpy(dtype=np.float64), towns["lat"].to_numpy(dtype=np.float64)
    spread_km = 0.5 + 1.1 * np.sqrt(towns["population"].to_numpy(dtype=np.float64) / 100_000)
    x, y = lon.copy(), lat.copy()
    left = np.arange(len(towns))
    for _ in range(20):
        step = rng.normal(0.0, spread_km[left] / DEGREE_KM, (2, len(left)))
        x[left], y[left] = lon[left] + step[0] / np.cos(np.radians(lat[left])), lat[left] + step[1]
        left = left[~inside(outline, x[left], y[left])]
    x[left], y[left] = lon[left], lat[left]
    return np.round(x, 5), np.round(y, 5)


def _segments(rng: np.random.Generator, accounts: pd.DataFrame) -> NDArray[np.str_]:
    """Rank customers by what the firm believes they buy (true size, seen dimly); prospects are D, promising ones C."""
    customer = (accounts["status"] == "customer").to_numpy()
    seen = accounts["size"].to_numpy() * np.exp(rng.normal(0.0, 0.20, len(accounts)))
    segment = np.where(accounts["employees"].to_numpy() >= 25, "C", "D")
    order = np.flatnonzero(customer)[np.argsort(-seen[customer], kind="stable")]
    ends = np.round(np.cumsum(list(SEGMENT_SHARES.values())) * len(order)).astype(np.int64)
    for name, start, end in zip(SEGMENT_SHARES, [0, *ends[:-1]], ends, strict=True):
        segment[order[start:end]] = name
    return segment


def _lifetimes(rng: np.random.Generator, prospect: NDArray[np.bool_]) -> dict[str, NDArray[np.datetime64]]:
    """Let some customers open during the history and some smaller number stop buying."""
    count = len(prospect)
    opens = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    closes = opens.copy()
    customers = rng.permutation(np.flatnonzero(~prospect))
    new, gone = customers[:260], customers[260:380]
    opens[new] = np.datetime64("2023-03-01") + rng.integers(0, 960, len(new)).astype("timedelta64[D]")
    closes[gone] = np.datetime64("2023-09-01") + rng.integers(0, 460, len(gone)).astype("timedelta64[D]")
    return {"opens": opens.astype("datetime64[s]"), "closes": closes.astype("datetime64[s]")}
