"""Build a tiny firm that goes through the whole chain: 12 areas in 2 regions, 4 reps, 60 accounts."""

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

SEED: Final = 7
COLUMNS: Final = 4
ROWS: Final = 3
CELL_DEGREES: Final = 0.15
WEST: Final = 2.0
SOUTH: Final = 47.0
ACCOUNTS_PER_AREA: Final = 5
CATEGORIES: Final = ("tools", "wear")
FIRST_WEEK: Final = dt.date(2023, 10, 16)
WEEKS: Final = 115
"""2.2 years up to the week before the planning period."""

PLAN_ONLY: Final = tuple(f"outputs.{name}=false" for name in ("maps", "report", "calendars", "gpx", "workbook"))
"""Keys to set where a test looks at the plan alone: half of a tiny run goes into pages, calendars and the workbook."""

SCENARIO: Final = """\
# yaml-language-server: $schema=scenario.schema.json
name: tiny
description: Twelve areas, four reps.
period:
  start: 2026-01-05
  end: 2026-02-01
data:
  accounts:
    path: accounts.csv
  sales:
    path: sales.csv
  reps:
    path: reps.csv
  areas:
    make: polygons
    source:
      path: areas.geojson
  events:
    path: events.csv
  current_alignment:
    path: alignment.csv
forecast:
  models: [seasonal_naive, theta]
  origins: 2
segments:
  A:
    sales_share: 0.5
    visits: 4
    service_minutes: 45
    must: true
  B:
    visits: 2
    service_minutes: 30
territories:
  balance:
    potential: {tolerance: 0.4}
    workload: {tolerance: 0.4}
  within: region
tours:
  weeks: 4
  start: 2026-01-05
solver:
  effort: quick
  workers: 1
"""
"""Areas lie on a grid of 4 × 3 cells; the two western columns are region North, the two eastern ones South:

    N N S S
    N N S S
    N N S S
"""


def tiny_case(folder: Path) -> Path:
    """Write scenario.yaml and its tables into a folder; the same bytes every time.

    Returns
    -------
    The scenario file.
    """
    for name, text in _files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder / "scenario.yaml"


@cache
def _files() -> dict[str, str]:
    """Make the text of every file of the case, once in a process."""
    areas, reps = _areas(), _reps()
    accounts = _accounts(areas)
    events = pd.DataFrame(
        {"event_id": ["E1"], "kind": ["fair"], "start": ["2025-03-03"], "end": ["2025-03-09"], "region": ["North"]}
    )
    nearest = [
        int(np.hypot(reps["lon"] - lon, reps["lat"] - lat).argmin()) for lon, lat in areas[["lon", "lat"]].to_numpy()
    ]
    alignment = pd.DataFrame({"area_id": areas["area_id"], "rep_id": reps["rep_id"].to_numpy()[nearest]})
    return {
        "scenario.yaml": SCENARIO,
        "areas.geojson": _polygons(areas),
        "accounts.csv": _csv(accounts.drop(columns="size")),
        "sales.csv": _csv(_sales(accounts)),
        "reps.csv": _csv(reps),
        "events.csv": _csv(events),
        "alignment.csv": _csv(alignment),
    }


def _areas() -> pd.DataFrame:
    cells = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
    return pd.DataFrame(
        {
            "area_id": [f"{row}{column}" for row, column in cells],
            "name": [f"Area {row}{column}" for row, column in cells],
            "region": ["North" if column < COLUMNS // 2 else "South" for _, column in cells],
            "lon": [round(WEST + CELL_DEGREES * (column + 0.5), 4) for _, column in cells],
            "lat": [round(SOUTH + CELL_DEGREES * (row + 0.5), 4) for row, _ in cells],
        }
    )


def _polygons(areas: pd.DataFrame) -> str:
    half = CELL_DEGREES / 2
    corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
    features = [
        {
            "type": "Feature",
            "properties": {"area_id": area.area_id, "name": area.name, "region": area.region},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[round(area.lon + x, 4), round(area.lat + y, 4)] for x, y in corners]],
            },
        }
        for area in areas.itertuples(index=False)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1)


def _accounts(areas: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    homes = areas.loc[areas.index.repeat(ACCOUNTS_PER_AREA)].reset_index(drop=True)
    count = len(homes)
    jitter = rng.uniform(-0.4, 0.4, size=(count, 2)) * CELL_DEGREES
    place = np.arange(count) % ACCOUNTS_PER_AREA
    return pd.DataFrame(
        {
            "account_id": [f"{number:03d}" for number in range(1, count + 1)],
            "name": [f"Shop {number}" for number in range(1, count + 1)],
            "lon": (homes["lon"] + jitter[:, 0]).round(5),
            "lat": (homes["lat"] + jitter[:, 1]).round(5),
            "town": homes["name"],
            "region": homes["region"],
            "segment": np.where(place < 2, "A", "B"),
            "size": np.where(place < 2, 900.0, 300.0) * rng.uniform(0.9, 1.1, size=count),
        }
    )


def _sales(accounts: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(SEED + 1)
    mondays = [FIRST_WEEK + dt.timedelta(weeks=week) for week in range(WEEKS)]
    season = 1 + 0.25 * np.sin(2 * np.pi * np.arange(WEEKS) / 52.18) + 0.001 * np.arange(WEEKS)
    share = np.array([0.6, 0.4])
    mean = accounts["size"].to_numpy()[:, None, None] * share[None, :, None] * season[None, None, :]
    sales = (mean * rng.uniform(0.8, 1.2, size=mean.shape)).round(2)
    index = pd.MultiIndex.from_product(
        [accounts["account_id"], CATEGORIES, [monday.isoformat() for monday in mondays]],
        names=["account_id", "category", "week"],
    )
    return pd.DataFrame({"sales": sales.ravel()}, index=index).reset_index()


def _reps() -> pd.DataFrame:
    spots = ((0, 0), (2, 1), (0, 3), (2, 2))
    return pd.DataFrame(
        {
            "rep_id": ["R1", "R2", "R3", "R4"],
            "name": ["Ada", "Ben", "Cleo", "Dan"],
            "lon": [round(WEST + CELL_DEGREES * (column + 0.45), 4) for _, column in spots],
            "lat": [round(SOUTH + CELL_DEGREES * (row + 0.55), 4) for row, _ in spots],
            "hours_per_week": [40, 40, 40, 40],
            "region": ["North", "North", "South", "South"],
        }
    )


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n")
