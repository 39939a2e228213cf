"""Read the benchmark tables of the forecast as panels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history import SalesHistory
from forecasting.long_table import panel_of_table
from forecasting.panel import Panel, make_panel
from forecasting.settings import InvalidForecastError
from scenarios.assemble_forecast import assemble_calendar, assemble_history
from scenarios.checking import check_data
from scenarios.loading import load_scenario
from scenarios.tables import read_tables

COMPLETE_SHARE = 0.6
"""An end week with less than this share of the median of the eight weeks beside it counts as incomplete."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """A panel and how it is scored."""

    name: str
    panel: Panel
    horizon: int
    origins: int
    spacing: int
    """Periods between scored origins."""
    inner_gap: int
    """Periods between the earlier origins that choices rest on."""
    notes: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Levels without which all nodes are measured once more."""


def read_retail(path: Path) -> Task:
    """Read Australian retail, months by State × Industry; series known all along the last 20 years."""
    table = pd.read_csv(_inside(path, "aus_retail_monthly_state_industry.csv.gz"))
    panel, notes = panel_of_table(table, keys=["State", "Industry"], time="ds", value="y", season=12, complete=True)
    return Task(name="retail", panel=panel, horizon=12, origins=4, spacing=12, inner_gap=6, notes=notes)


def read_tourism(path: Path) -> Task:
    """Read Australian tourism, quarters by State, Region and Purpose; also measured without State × Purpose.

    Every crossing of geography and purpose makes 425 nodes, as in FPP3 § 11.4, on which seasonal naive has a MASE of
    1.137; the target was set where it has 1.126: on the 393 nodes without State × Purpose, same origins and scaling.
    """
    table = pd.read_csv(_inside(path, "tourism_quarterly_region_purpose.csv.gz"))
    panel, notes = panel_of_table(table, keys=["State", "Region", "Purpose"], time="ds", value="y", season=4)
    return Task(
        name="tourism",
        panel=panel,
        horizon=8,
        origins=5,
        spacing=4,
        inner_gap=4,
        notes=notes,
        without=("State × Purpose",),
    )


def read_tourism_large(path: Path) -> Task:
    """Read TourismLarge, months by state, zone, region (letters 1, 1–2, 1–3 of the names) and purpose (the rest)."""
    wide = pd.read_csv(_inside(path, "data.csv.gz"), index_col=0, parse_dates=True)
    bottom = [name for name in wide.columns if len(name) == 6 and not name.endswith("All")]
    part = wide[bottom].copy().rename_axis("ds")
    table = part.melt(ignore_index=False, var_name="series", value_name="y").reset_index()
    for width, key in ((1, "state"), (2, "zone"), (3, "region")):
        table[key] = table["series"].str[:width]
    table["purpose"] = table["series"].str[3:]
    keys = ["state", "zone", "region", "purpose"]
    panel, notes = panel_of_table(table, keys=keys, time="ds", value="y", season=12)
    given = wide.to_numpy(np.float64).sum()
    if not np.isclose(panel.sales.sum(), given):
        message = f"the sums of all levels ({panel.sales.sum():,.0f}) are not those of the file ({given:,.0f})"
        raise SystemExit(message)
    return Task(name="tourism-large", panel=panel, horizon=12, origins=1, spacing=12, inner_gap=6, notes=notes)


def read_panel(
    path: Path, *, keys: Sequence[str], time: str, value: str, horizon: int, origins: int, season: int
) -> Task:
    """Read any long table; origins lie a season or a horizon apart, whichever is shorter.

    Where the table is too short for all origins, as many as fit are scored: each needs more than a season before it.
    """
    small = [
        f"--{name} is {number}, must be at least 1"
        for name, number in (("horizon", horizon), ("origins", origins), ("season", season))
        if number < 1
    ]
    if small:
        raise InvalidForecastError("; ".join(small))
    if not path.is_file():
        raise InvalidForecastError("no such file")
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (ValueError, OSError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidForecastError(f"neither CSV nor Parquet that can be read: {why}") from error
    panel, notes = panel_of_table(table, keys=keys, time=time, value=value, season=season)
    gap = max(1, horizon // 2)
    spacing = 2 * gap if season > horizon else max(1, season // gap) * gap
    room = panel.past - 1 - horizon - season
    if room < 0:
        raise InvalidForecastError(
            f"{panel.past} periods are too few: a season of {season}, one more and a horizon of {horizon} are needed"
        )
    fit = min(origins, room // spacing + 1)
    if fit < origins:
        notes = (*notes, f"{fit} of {origins} origins have more than a season before them and are scored.")
    return Task(
        name=path.name.split(".")[0],
        panel=panel,
        horizon=horizon,
        origins=fit,
        spacing=spacing,
        inner_gap=gap,
        notes=notes,
    )


def read_iowa(folder: Path) -> SalesHistory:
    """Sum the Iowa case to region × category × week; accounts take their county's region, others are left out."""
    accounts = pd.read_csv(folder / "accounts.csv", dtype=str, usecols=["account_id", "fips"])
    alignment = pd.read_csv(folder / "current_alignment.csv", dtype=str, usecols=["fips", "region"])
    region_of = accounts.merge(alignment, on="fips", how="inner").set_index("account_id")["region"]
    sales = pd.read_parquet(folder / "sales_week.parquet", columns=["account_id", "week", "category", "dollars"])
    regions = sorted(region_of.unique())
    code = pd.Series([regions.index(name) for name in region_of], index=region_of.index.astype(np.int64))
    sales["region"] = code.reindex(sales["account_id"]).to_numpy()
    known = sales.dropna(subset=["region"]).astype({"region": "int64", "category": "str"})
    categories = sorted(known["category"].unique())
    totals = known.groupby(["region", "category", "week"])["dollars"].sum()
    weeks = np.arange(
        known["week"].min().to_datetime64(), known["week"].max().to_datetime64() + 1, np.timedelta64(7, "D")
    )
    weeks = weeks.astype("datetime64[D]")
    index = pd.MultiIndex.from_product(
        [range(len(regions)), categories, pd.DatetimeIndex(weeks.astype("datetime64[s]"))]
    )
    cube = totals.reindex(index, fill_value=0.0).to_numpy(np.float64).reshape(len(regions), len(categories), len(weeks))
    kept = complete_weeks(cube.sum(axis=(0, 1)))
    return SalesHistory(regions=tuple(regions), categories=tuple(categories), weeks=weeks[kept], sales=cube[:, :, kept])


def read_scenario(path: Path, *, longest: int) -> Panel:
    """Lay the checked tables of a scenario out as its forecast does, without weeks to come."""
    loaded = load_scenario(path)
    data = check_data(read_tables(loaded), loaded.scenario)
    history = assemble_history(data)
    calendar = assemble_calendar(data, history, loaded.scenario)
    return make_panel(history, calendar, horizon=0, history_weeks=longest)


def complete_weeks(totals: NDArray[np.float64]) -> slice:
    """Leave out first and last weeks that hold clearly less than those beside them."""
    first = int(totals[0] < COMPLETE_SHARE * np.median(totals[1:9]))
    last = int(totals[-1] < COMPLETE_SHARE * np.median(totals[-9:-1]))
    return slice(first, len(totals) - last)


def _inside(path: Path, name: str) -> Path:
    """Take the file itself, or the file of that name in a folder."""
    return path / name if path.is_dir() else path
