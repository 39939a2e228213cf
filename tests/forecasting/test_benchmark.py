"""The benchmark command of the forecast."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.forecast import complete_weeks

ROOT = Path(__file__).parents[2]
IOWA = ROOT.parent / "shared" / "cases" / "iowa"


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


@pytest.mark.slow
@pytest.mark.cases
@pytest.mark.skipif(not IOWA.exists(), reason="the Iowa case is not beside the checkout")
def test_the_choice_beats_seasonal_naive_on_the_weeks_held_out(tmp_path):
    out = tmp_path / "rows.json"
    run("iowa", IOWA, "--json", out, "--origins", 2, folder=ROOT)
    rows = {(row["level"], row["model"].split(":")[0]): row for row in json.loads(out.read_text())}
    assert rows["all", "chosen"]["wape"] < 0.85 * rows["all", "seasonal_naive"]["wape"]
    assert 0.75 <= rows["all", "chosen"]["coverage_80"] <= 0.88
