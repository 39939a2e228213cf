"""Score the forecast against seasonal naive, Theta, ETS, LightGBM alone and Prophet by rolling origins.

One recipe for weeks, months and quarters: global direct LightGBM + Theta + ETS averaged, seasonal naive as the gate
of every level, sums made to agree by minimum trace, intervals by split-conformal. It was fixed before scoring:
features, parameters and the rule that keeps the average were tuned on `retail` alone (mostly on its origins before
the scored ones), those of weeks on Iowa's origins before August 2021, the kind of average, the seasons of Theta and
the intervals on all sets' origins before the scored ones, as were the years that draw Theta. At each scored origin
every choice (gate, averages, widths) comes from earlier origins only. Every model's forecasts are reconciled; MASE is
the mean over nodes and origins, scaled by seasonal naive's error in the past; WAPE, RMSE and coverage are over nodes,
origins and steps. CPU seconds are of all origins together, those of `chosen` with all backtests. Prophet is scored
beside: no choice, no average rests on it.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from benchmarks.forecast_ablation import ablate, print_ablation
from benchmarks.forecast_headroom import headroom_lifts, print_lifts
from benchmarks.forecast_peers import peers
from benchmarks.forecast_run import print_stages, run_case
from benchmarks.forecast_scoring import ALL_NODES, CHOSEN, Result, Row, row_of, rows_of, score
from benchmarks.forecast_tables import (
    Task,
    read_iowa,
    read_panel,
    read_retail,
    read_scenario,
    read_tourism,
    read_tourism_large,
)
from forecasting.backtest import rolling_origins
from forecasting.calendar import build_calendar
from forecasting.hierarchy import ALL as EVERY
from forecasting.history import Calendar, SalesHistory
from forecasting.models.combination import GATE, competing_models
from forecasting.models.protocol import Model
from forecasting.monitoring import watch_forecast
from forecasting.panel import Panel, make_panel
from forecasting.settings import ForecastSettings, InvalidForecastError
from scenarios.faults import ScenarioError

SETTINGS = ForecastSettings(models=("seasonal_naive", "theta", "ets", "lightgbm"))
IOWA_HORIZON, IOWA_ORIGINS, IOWA_SPACING = 13, 8, 18
"""Weeks: eight origins, 18 weeks apart, whose 13 weeks lie between February 2019 and October 2021."""
SPRING_2020 = np.datetime64("2020-03-16"), np.datetime64("2020-06-08")
"""First and last Monday of the weeks that are shown apart."""
READERS = {"retail": read_retail, "tourism": read_tourism, "tourism-large": read_tourism_large}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark and print its table."""
    given = _parser().parse_args(arguments)
    if given.command == "headroom":
        return _headroom(given.path, given.json)
    if given.command == "iowa-run":
        return _run_case(given.path, given.json)
    if given.ablation:
        return _ablation(given)
    others = peers() if given.peers else ()
    try:
        rows = _iowa(given.path, others) if given.command == "iowa" else _table(_task(given), others)
    except (InvalidForecastError, FileNotFoundError) as error:
        print(f"cannot score {given.path}: {error}", file=sys.stderr)
        return 2
    print_table(rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.2f} GB")
    if given.json:
        given.json.write_text(json.dumps([row.as_dict() for row in rows], indent=1) + "\n", encoding="utf-8")
    return 0


def _ablation(given: argparse.Namespace) -> int:
    """Score LightGBM without region ids, holidays and events; the rows are of another form."""
    try:
        rows = ablate(*_panel_of(given), name=given.command, settings=SETTINGS)
    except (InvalidForecastError, ScenarioError, FileNotFoundError) as error:
        print(f"cannot score {given.path}: {error}", file=sys.stderr)
        return 2
    print_ablation(rows)
    if given.json:
        given.json.write_text(json.dumps([row.as_dict() for row in rows], indent=1) + "\n", encoding="utf-8")
    return 0


def _panel_of(given: argparse.Namespace) -> tuple[Panel, int, tuple[int, ...]]:
    """Give panel, horizon and scored origins of a command."""
    if given.command == "scenario":
        panel = read_scenario(given.path, longest=SETTINGS.history_weeks)
        return panel, IOWA_HORIZON, rolling_origins(panel.past, IOWA_HORIZON, 4, rhythm=panel.rhythm)
    if given.command == "iowa":
        history = read_iowa(given.path)
        panel = make_panel(history, iowa_calendar(history), horizon=0, history_weeks=len(history.weeks))
        horizon, origins, spacing = IOWA_HORIZON, IOWA_ORIGINS, IOWA_SPACING
    else:
        task = _task(given)
        panel, horizon, origins, spacing = task.panel, task.horizon, task.origins, task.spacing
    last = panel.past - 1 - horizon
    return panel, horizon, tuple(last - spacing * number for number in range(origins))[::-1]


def _run_case(scenario: Path, out: Path | None) -> int:
    """Time the product's own path; the rows are of another form."""
    try:
        stages = run_case(scenario)
    except (ScenarioError, FileNotFoundError) as error:
        print(f"cannot run {scenario}: {error}", file=sys.stderr)
        return 2
    print_stages(stages)
    if out:
        out.write_text(json.dumps([stage.as_dict() for stage in stages], indent=1) + "\n", encoding="utf-8")
    return 0


def _headroom(folder: Path, out: Path | None) -> int:
    """Backtest headroom; the rows are of another form."""
    try:
        lifts = headroom_lifts(folder)
    except FileNotFoundError as error:
        print(f"cannot score {folder}: {error}", file=sys.stderr)
        return 2
    print_lifts(lifts)
    if out:
        out.write_text(json.dumps([lift.as_dict() for lift in lifts], indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(description="Score the forecast by rolling origins.")
    commands = parser.add_subparsers(dest="command", required=True)
    texts = {
        "retail": "Australian retail, months by state × industry: the file or its folder",
        "tourism": "Australian tourism, quarters by region × purpose: the file or its folder",
        "tourism-large": "TourismLarge, months, 555 series: the folder with data.csv.gz",
        "iowa": "weekly sales of the Iowa case: its folder",
        "iowa-run": "seconds and memory of the product's own path: a scenario file, such as scenarios/iowa.yaml",
        "scenario": "a scenario file, such as scenarios/alpha.yaml; with --ablation only",
        "headroom": "Iowa: did accounts and towns called promising at the end of 2019 grow more by 2021",
        "panel": "any long table (CSV or Parquet), one row per keys and date",
    }
    for name, text in texts.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("path", type=Path, help=text)
        command.add_argument("--json", type=Path, help="also write the rows to this file, as one JSON list")
        if name not in {"headroom", "iowa-run"}:
            command.add_argument("--peers", action="store_true", help="also Prophet, if it is installed")
            told = "score LightGBM without region ids, holidays and events instead"
            command.add_argument("--ablation", action="store_true", help=told, required=name == "scenario")
        if name == "panel":
            command.add_argument("--keys", required=True, help="columns that name a series, the region first: a,b")
            command.add_argument("--time", required=True, help="column of dates")
            command.add_argument("--value", required=True, help="column of amounts")
            command.add_argument("--horizon", type=int, required=True, help="periods ahead")
            command.add_argument("--origins", type=int, required=True, help="rolling origins to score")
            command.add_argument("--season", type=int, required=True, help="periods a year: 52, 12, 4 or any other")
    return parser


def _task(given: argparse.Namespace) -> Task:
    """Read the table that was asked for."""
    if given.command != "panel":
        return READERS[given.command](given.path)
    return read_panel(
        given.path,
        keys=given.keys.split(","),
        time=given.time,
        value=given.value,
        horizon=given.horizon,
        origins=given.origins,
        season=given.season,
    )


def _table(task: Task, others: Sequence[Model]) -> list[Row]:
    """Score one table on all levels."""
    panel = task.panel
    counts = np.bincount(panel.hierarchy.level)
    levels = ", ".join(f"{name} {count}" for name, count in zip(panel.hierarchy.levels, counts, strict=True))
    print(f"{task.name}: {len(panel.sales)} nodes ({levels}) × {panel.past} periods, {panel.dates[0]} to "
          f"{panel.dates[-1]}; {task.horizon} ahead from {task.origins} origins {task.spacing} apart")  # fmt: skip
    for note in task.notes:
        print(note)
    result = score(
        panel,
        competing_models(SETTINGS),
        horizon=task.horizon,
        origins=task.origins,
        spacing=task.spacing,
        inner_gap=task.inner_gap,
        peers=others,
    )
    _print_choices(result)
    return rows_of(result, task.name, without=task.without)


def _iowa(folder: Path, others: Sequence[Model]) -> list[Row]:
    """Score Iowa on all levels and in every region, spring 2020 apart."""
    started = time.perf_counter()
    history = read_iowa(folder)
    print(f"read {folder} in {time.perf_counter() - started:.1f} s: {' × '.join(map(str, history.sales.shape))} "
          f"(regions, categories, weeks), {history.weeks[0]} to {history.weeks[-1]}")  # fmt: skip
    panel = make_panel(history, iowa_calendar(history), horizon=0, history_weeks=len(history.weeks))
    result = score(
        panel,
        competing_models(SETTINGS),
        horizon=IOWA_HORIZON,
        origins=IOWA_ORIGINS,
        spacing=IOWA_SPACING,
        inner_gap=IOWA_SPACING,
        longest=SETTINGS.history_weeks,
        peers=others,
    )
    _print_choices(result)
    weeks = panel.dates[np.array(result.origins)[:, None] + np.arange(1, IOWA_HORIZON + 1)[None, :]]
    _print_alarms(result, history.regions, weeks)
    spring = (weeks >= SPRING_2020[0]) & (weeks <= SPRING_2020[1])
    bottom = panel.hierarchy.level == 0
    rows = []
    for name, mask in (("iowa", ~spring), ("iowa spring 2020", spring)):
        rows += rows_of(result, name, weeks=mask)
        for number, region in enumerate(history.regions):
            members = bottom & (panel.hierarchy.codes[:, 0] == number)
            rows += [row_of(result, name, region, model, members, mask) for model in (GATE, CHOSEN)]
    return rows


def _print_alarms(result: Result, regions: Sequence[str], weeks: NDArray[np.datetime64]) -> None:
    """Watch the forecast of every origin by region, as `monitor` does with its backtest, and print what it says."""
    hierarchy = result.panel.hierarchy
    nodes = hierarchy.nodes_of([(number, EVERY) for number in range(len(regions))])
    made = result.by_model[CHOSEN]
    for number, dates in enumerate(weeks):
        parts = [
            pd.DataFrame(
                {
                    "region": region,
                    "week": dates,
                    "p10": made.low[number, node],
                    "p50": made.median[number, node],
                    "p90": made.high[number, node],
                    "sales": result.actual[number, node],
                }
            )
            for region, node in zip(regions, nodes, strict=True)
        ]
        table = pd.concat(parts)
        backtest = [
            (region, result.earlier[number][:, node].ravel()) for region, node in zip(regions, nodes, strict=True)
        ]
        earlier = pd.concat(pd.DataFrame({"region": region, "error": errors}) for region, errors in backtest)
        watch = watch_forecast(table.drop(columns="sales"), table[["region", "week", "sales"]], earlier=earlier)
        told = f"alarm in {', '.join(watch.alarmed)}" if watch.alarmed else "no alarm"
        shifted = watch.table.loc[watch.table["drift"] > watch.table["drift_limit"], "region"]
        more = f"; errors have shifted in {', '.join(shifted)}" if len(shifted) else ""
        shared = watch.shared
        together = f"; all together {shared.bias:+.1%}, limit {shared.limit:.1%}" if shared else ""
        print(f"weeks {dates[0]} to {dates[-1]}: {told}{more}{together}")


def iowa_calendar(history: SalesHistory, *, ahead: int = 0) -> Calendar:
    """Give the calendar of Iowa, `ahead` weeks beyond the history; there are no events."""
    weeks = np.concatenate([history.weeks, history.weeks[-1] + 7 * np.arange(1, ahead + 1)])
    subdivisions = {region: {"IA": 1.0} for region in history.regions}
    return build_calendar(
        history.regions, weeks, country="US", subdivisions=subdivisions, school_zones={}, events=pd.DataFrame()
    )


def _print_choices(result: Result) -> None:
    """Say which model each level took how often."""
    for number, level in enumerate(result.panel.hierarchy.levels):
        names = [choice[number] for choice in result.choices]
        counts = {name: names.count(name) for name in dict.fromkeys(names)}
        print(f"{level}: " + ", ".join(f"{name} at {count} of {len(names)} origins" for name, count in counts.items()))
    if any(result.own):
        print(f"nodes with a model of their own, origin by origin: {', '.join(map(str, result.own))}")


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows under each other, with the WAPE against that of seasonal naive on the same level."""
    width = max(len(row.model) for row in rows)
    place = max(len(row.level) for row in rows) + 2
    naive = {(row.set, row.level): row.wape for row in rows if row.model == GATE}
    heads = f"{'MASE':>7} {'WAPE':>7} {'vs naive':>9} {'RMSE':>9} {'sCRPS':>7} {'cov. 80':>8} {'CPU s':>7}"
    for name in dict.fromkeys(row.set for row in rows):
        print(f"\n{name}\n{'level':<{place}}{'model':<{width}} {heads}")
        for row in (row for row in rows if row.set == name):
            gate = naive[name, row.level]
            against = row.wape / gate - 1 if gate > 0 else float("nan")
            errors = f"{row.mase:>7.4f} {row.wape:>7.2%} {against:>+9.1%} {row.rmse:>9,.0f} {row.scrps:>7.4f}"
            seconds = f"{row.cpu_seconds:>7.1f}" if row.level == ALL_NODES else ""
            print(f"{row.level:<{place}}{row.model:<{width}} {errors} {row.coverage_80:>8.1%} {seconds}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
