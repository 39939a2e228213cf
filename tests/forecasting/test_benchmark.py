"""The benchmark command of the forecast."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.forecast_scoring import inner_origins
from benchmarks.forecast_tables import complete_weeks

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


def test_help_works_from_any_folder(tmp_path):
    assert "iowa" in run("--help", folder=tmp_path).stdout


def test_choices_rest_on_targets_that_had_come():
    """Horizon 12: the last earlier origin lies 12 before the scored one, the others half a year apart."""
    assert inner_origins(200, 12, 6, fewest=24) == (158, 164, 170, 176, 182, 188)
    assert inner_origins(50, 12, 6, fewest=24) == (26, 32, 38)


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
    assert done.returncode == 1
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
