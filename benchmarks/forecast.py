"""Score the forecast against seasonal naive on data held out.

`iowa DIR` reads the Iowa case, sums sales to region × category × week, holds out the last 13 complete weeks and
forecasts them from the weeks before. Every choice (model, gate, width of the intervals) is made by the backtest on the
weeks before; the features were chosen on origins from April 2019 to April 2021, all before the weeks held out. Errors
are measured over region × category × week. CPU seconds are those of forecasting alone, after loading; the chosen row
includes the whole backtest.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from forecasting.backtest import Backtest, local_scale, run_backtest
from forecasting.calendar import build_calendar
from forecasting.history import SalesHistory
from forecasting.intervals import calibrate, spread
from forecasting.metrics import coverage, mase, rmse, wape
from forecasting.models.combination import GATE, competing_models, with_averages
from forecasting.panel import Panel, make_panel
from forecasting.seasons import SEASON
from forecasting.selection import ALL, choose, score
from forecasting.settings import ForecastSettings

HELD_OUT_WEEKS = 13
COMPLETE_SHARE = 0.6
"""An end week with less than this share of the median of the eight weeks beside it counts as incomplete."""
CHOSEN = "chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    set: str
    level: str
    model: str
    mase: float
    rmse: float
    wape: float
    coverage_80: float
    cpu_seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark and print its table."""
    parser = argparse.ArgumentParser(description="Score the forecast against seasonal naive on data held out.")
    commands = parser.add_subparsers(dest="command", required=True)
    iowa = commands.add_parser("iowa", help="weekly sales of the Iowa case, the last 13 complete weeks held out")
    iowa.add_argument(
        "folder", type=Path, help="folder with accounts.csv, current_alignment.csv and sales_week.parquet"
    )
    iowa.add_argument("--json", type=Path, help="also write the rows to this file")
    iowa.add_argument(
        "--origins", type=int, default=4, help="rolling origins of the backtest before the weeks held out"
    )
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    history = read_iowa(given.folder)
    print(f"read {given.folder} in {time.perf_counter() - started:.1f} s: {' × '.join(map(str, history.sales.shape))} "
          f"(regions, categories, weeks), {history.weeks[0]} to {history.weeks[-1]}")  # fmt: skip
    settings = ForecastSettings(models=("seasonal_naive", "theta", "ets", "lightgbm"), origins=given.origins)
    rows = score_iowa(history, settings)
    print_table(rows)
    if given.json:
        given.json.write_text(json.dumps([row_as_dict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    return 0


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


def complete_weeks(totals: NDArray[np.float64]) -> slice:
    """Leave out first and last weeks that hold clearly less than those beside them."""
    first = int(totals[0] < COMPLETE_SHARE * np.median(totals[1:9]))
    last = int(totals[-1] < COMPLETE_SHARE * np.median(totals[-9:-1]))
    return slice(first, len(totals) - last)


def score_iowa(history: SalesHistory, settings: ForecastSettings) -> list[Row]:
    """Forecast the weeks held out by every model and by the choice of the backtest."""
    calendar = build_calendar(
        history.regions,
        history.weeks,
        country="US",
        subdivisions=dict.fromkeys(history.regions, "IA"),
        school_zones={},
        events=pd.DataFrame(),
    )
    panel = make_panel(history, calendar, horizon=0, history_weeks=settings.history_weeks + HELD_OUT_WEEKS)
    actual = panel.sales[:, -HELD_OUT_WEEKS:]
    cut = panel.at_origin(panel.history_weeks - 1 - HELD_OUT_WEEKS, HELD_OUT_WEEKS)
    models = competing_models(settings)
    started = time.process_time()
    backtest = run_backtest(cut, models, origins=settings.origins)
    if backtest is None:
        message = "the history is too short for a backtest"
        raise SystemExit(message)
    choice = choose(score(backtest, cut.region, history.regions), history.regions)
    seconds = {"backtest": time.process_time() - started}
    single = {}
    for model in models:
        started = time.process_time()
        single[model.name] = model.forecast(cut)
        seconds[model.name] = time.process_time() - started
    made = {
        name: np.stack([forecast, *_bands(backtest, name, forecast, cut)])
        for name, forecast in with_averages(single).items()
    }
    served = np.stack([made[choice.by_region[region]][:, row] for row, region in enumerate(cut.region)], axis=1)
    every = np.ones(len(cut.region), dtype=bool)
    rows = [
        _row(ALL, name, actual, values, cut, every, sum(seconds[part] for part in name.split(" + ")))
        for name, values in made.items()
    ]
    rows.append(_row(ALL, f"{CHOSEN}: {choice.overall}", actual, served, cut, every, sum(seconds.values())))
    for number, region in enumerate(history.regions):
        here = cut.region == number
        rows.append(_row(region, GATE, actual, made[GATE], cut, here, seconds[GATE]))
        rows.append(
            _row(region, f"{CHOSEN}: {choice.by_region[number]}", actual, served, cut, here, sum(seconds.values()))
        )
    for note in choice.notes:
        print(note)
    print(f"held out: {HELD_OUT_WEEKS} weeks, {panel.weeks[-HELD_OUT_WEEKS]} to {panel.weeks[-1]}")
    return rows


def _bands(
    backtest: Backtest, name: str, forecast: NDArray[np.float64], panel: Panel
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P10 and P90 from the errors of the backtest."""
    bands = calibrate(backtest.actual, backtest.forecasts[name], backtest.scale, panel.region)
    return spread(bands, forecast, local_scale(panel.sales), panel.region)


def _row(  # noqa: PLR0917 - read like the table it fills
    level: str,
    model: str,
    actual: NDArray[np.float64],
    made: NDArray[np.float64],
    panel: Panel,
    members: NDArray[np.bool_],
    cpu_seconds: float,
) -> Row:
    """Measure one forecast (median, low, high) on the series `members`; MASE is the mean over series."""
    came, (median, low, high) = actual[members], made[:, members]
    return Row(
        set="iowa",
        level=level,
        model=model,
        mase=float(np.nanmean(mase(came, median, panel.sales[members], season=SEASON))),
        rmse=float(rmse(came.ravel(), median.ravel())),
        wape=float(wape(came.ravel(), median.ravel())),
        coverage_80=float(coverage(came.ravel(), low.ravel(), high.ravel())),
        cpu_seconds=cpu_seconds,
    )


def row_as_dict(row: Row) -> dict[str, str | float]:
    """Give a row as plain data, rounded for reading."""
    return {
        "set": row.set,
        "level": row.level,
        "model": row.model,
        "mase": round(row.mase, 4),
        "rmse": round(row.rmse, 2),
        "wape": round(row.wape, 4),
        "coverage_80": round(row.coverage_80, 4),
        "cpu_seconds": round(row.cpu_seconds, 2),
    }


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows under each other, with the WAPE against that of seasonal naive on the same level."""
    width = max(len(row.model) for row in rows)
    naive = {row.level: row.wape for row in rows if row.model == GATE}
    heads = f"{'WAPE':>7} {'vs naive':>9} {'MASE':>6} {'RMSE':>9} {'cov. 80':>8} {'CPU s':>7}"
    print(f"{'level':<12}{'model':<{width}}  {heads}")
    for row in rows:
        against = row.wape / naive[row.level] - 1
        seconds = f"{row.cpu_seconds:>7.1f}" if row.level == ALL else f"{'':>7}"
        errors = f"{row.wape:>7.2%} {against:>+9.1%} {row.mase:>6.3f} {row.rmse:>9,.0f} {row.coverage_80:>8.1%}"
        print(f"{row.level:<12}{row.model:<{width}}  {errors} {seconds}")


if __name__ == "__main__":
    sys.exit(main())
