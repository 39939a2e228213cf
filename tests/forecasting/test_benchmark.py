"""The benchmark command of the forecast."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecast_run import run_case
from benchmarks.forecast_scoring import CHOSEN, inner_origins, rows_of, score
from benchmarks.forecast_tables import complete_weeks, read_panel
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.models.theta import Theta
from forecasting.settings import InvalidForecastError
from tests.builders import tiny_case

ROOT = Path(__file__).parents[2]
RETAIL = ROOT.parent / "shared" / "benchmarks" / "forecast"


def run(*arguments, folder):
    command = [sys.executable, str(ROOT / "benchmarks" / "forecast.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=600)


def test_incomplete_weeks_at_the_ends_are_left_out():
    totals = np.full(20, 100.0)
    totals[0], totals[-1] = 30.0, 59.0
    assert complete_weeks(totals) == slice(1, 19)
    assert complete_weeks(np.full(20, 100.0)) == slice(0, 20)


@pytest.mark.slow
def test_help_works_from_any_folder(tmp_path):
    assert "iowa" in run("--help", folder=tmp_path).stdout


def test_choices_rest_on_targets_that_had_come():
    """Horizon 12: the last earlier origin lies 12 before the scored one, the others half a year apart."""
    assert inner_origins(200, 12, 6, fewest=24) == (158, 164, 170, 176, 182, 188)
    assert inner_origins(50, 12, 6, fewest=24) == (26, 32, 38)
    assert inner_origins(33, 12, 6, fewest=24) == (21,)
    assert inner_origins(30, 12, 6, fewest=24) == ()


def months(folder, count, *, zero=False):
    """Write a table of four series with a season, one of them without any sale if `zero`."""
    random = np.random.default_rng(2)
    dates = pd.date_range("2015-01-31", periods=count, freq="ME")
    parts = []
    for row in range(4):
        amount = (row + 1 - zero) * (10 + 3 * np.sin(np.arange(count) / 12 * 6.28) + random.normal(size=count))
        parts.append(pd.DataFrame({"a": f"A{row // 2}", "b": f"B{row % 2}", "ds": dates, "y": amount}))
    pd.concat(parts).to_csv(folder / "sales.csv", index=False)
    return folder / "sales.csv"


def scored(path, *, horizon=6, origins=2, peers=()):
    task = read_panel(path, keys=["a", "b"], time="ds", value="y", horizon=horizon, origins=origins, season=12)
    result = score(
        task.panel,
        [SeasonalNaive(), Theta()],
        horizon=task.horizon,
        origins=task.origins,
        spacing=task.spacing,
        inner_gap=task.inner_gap,
        peers=peers,
    )
    return task, result


class LastValue:
    """A peer that repeats the last period."""

    name = "last value"

    def forecast(self, panel):
        """Repeat it."""
        return np.repeat(panel.sales[:, -1:], panel.horizon, axis=1)


def test_a_short_table_is_scored_from_the_origins_that_fit(tmp_path):
    """20 months: one origin with more than a season before it, nothing before to choose by."""
    task, result = scored(months(tmp_path, 20), origins=5)
    assert task.notes == ("1 of 5 origins have more than a season before them and are scored.",)
    assert set(result.choices) == {("seasonal_naive",) * 4}
    made = result.by_model[CHOSEN]
    assert (made.low < made.median).all()
    assert (made.median < made.high).all()
    with pytest.raises(InvalidForecastError, match="18 periods are too few"):
        scored(months(tmp_path, 18))


def test_no_choice_rests_on_a_peer(tmp_path):
    """Seven-year walks, of which nothing beats the last value: it is scored, and what is served stays as it was."""
    random = np.random.default_rng(5)
    dates = pd.date_range("2015-01-31", periods=84, freq="ME")
    walks = [
        pd.DataFrame({"a": a, "b": b, "ds": dates, "y": 500 + random.normal(size=84).cumsum() * 20})
        for a, b in ("XP", "XQ", "YP", "YQ")
    ]
    pd.concat(walks).to_csv(tmp_path / "sales.csv", index=False)
    (_, alone), (_, beside) = (scored(tmp_path / "sales.csv", peers=peers) for peers in ((), (LastValue(),)))
    assert beside.choices == alone.choices
    assert beside.by_model[CHOSEN].quantiles.tolist() == alone.by_model[CHOSEN].quantiles.tolist()
    rows = {row.model: row for row in rows_of(beside, "sales") if row.level == "all nodes"}
    assert set(rows) == {"seasonal_naive", "theta", CHOSEN, "last value"}
    assert rows["last value"].mase < rows["seasonal_naive"].mase


def test_a_series_without_any_sale_has_no_measure_of_its_own(tmp_path):
    """Its rows count where they can; what is not defined is null in JSON."""
    _, result = scored(months(tmp_path, 60, zero=True))
    rows = rows_of(result, "sales", without=("b",))
    by_name = {(row.level, row.model): row for row in rows}
    assert np.isfinite(by_name["all nodes", CHOSEN].mase)
    assert by_name["all nodes", CHOSEN].mase != by_name["all nodes but b", CHOSEN].mase
    assert json.loads(json.dumps([row.as_dict() for row in rows], allow_nan=False))


@pytest.mark.parametrize(("options", "told"), [({"horizon": 0}, "--horizon is 0"), ({"origins": 0}, "--origins is 0")])
def test_numbers_below_1_are_refused(tmp_path, options, told):
    with pytest.raises(InvalidForecastError, match=told):
        scored(months(tmp_path, 40), **options)


@pytest.mark.parametrize("content", [b"", bytes(range(256))])
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "sales.csv").write_bytes(content)
    with pytest.raises(InvalidForecastError) as told:
        scored(tmp_path / "sales.csv")
    assert "\n" not in str(told.value)


def test_a_run_is_timed_by_stage(tmp_path):
    stages = run_case(tiny_case(tmp_path))
    assert [stage.stage for stage in stages] == ["load and check", "forecast and potential"]
    assert all(stage.cpu_seconds > 0 and stage.peak_gb > 0.1 for stage in stages)
    assert "shared out to" in stages[1].what


def test_an_unreadable_table_is_said(tmp_path):
    (tmp_path / "sales.csv").write_text("region,ds,y\nA,2020-01-01,1\n")
    command = [sys.executable, str(ROOT / "benchmarks" / "forecast.py"), "panel", str(tmp_path / "sales.csv")]
    options = [
        "--keys",
        "region,line",
        "--time",
        "ds",
        "--value",
        "y",
        "--horizon",
        "4",
        "--origins",
        "1",
        "--season",
        "12",
    ]
    arguments = [*command, *options]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "no column line; it has region, ds, y" in done.stderr


@pytest.mark.slow
def test_any_long_table_is_scored(tmp_path):
    random = np.random.default_rng(3)
    dates = pd.date_range("2010-01-01", periods=96, freq="MS")
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(96) / 12)
    rows = [
        {"area": f"A{row % 3}", "line": f"L{row // 3}", "day": day, "amount": amount}
        for row in range(6)
        for day, amount in zip(dates, 100 * (row + 1) * season * np.exp(0.08 * random.normal(size=96)), strict=True)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "sales.csv", index=False)
    out = tmp_path / "rows.json"
    options = [
        "--keys",
        "area,line",
        "--time",
        "day",
        "--value",
        "amount",
        "--horizon",
        "12",
        "--origins",
        "2",
        "--season",
        "12",
    ]
    run("panel", tmp_path / "sales.csv", *options, "--json", out, folder=tmp_path)
    rows = {(row["level"], row["model"]): row for row in json.loads(out.read_text())}
    columns = {"set", "level", "model", "mase", "rmse", "wape", "coverage_80", "cpu_seconds", "scrps"}
    assert {key for row in rows.values() for key in row} == columns
    assert rows["all nodes", "chosen"]["mase"] < rows["all nodes", "seasonal_naive"]["mase"]


@pytest.mark.slow
@pytest.mark.cases
@pytest.mark.skipif(not RETAIL.exists(), reason="the benchmark tables are not beside the checkout")
def test_retail_stays_below_its_target(tmp_path):
    out = tmp_path / "rows.json"
    run("retail", RETAIL, "--json", out, folder=tmp_path)
    rows = {(row["level"], row["model"]): row for row in json.loads(out.read_text())}
    assert rows["all nodes", "seasonal_naive"]["mase"] == pytest.approx(0.948, abs=0.001)
    assert rows["all nodes", "chosen"]["mase"] <= 0.71
    assert 0.75 <= rows["State", "chosen"]["coverage_80"] <= 0.85
