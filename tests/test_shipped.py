"""The shipped scenarios run to their end and keep what they promise; results are checked from the files alone."""

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outcome import balance_faults, day_faults, digests, read, visit_faults

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


def run(scenario: str, out: Path, *words: str) -> None:
    """Run a shipped scenario as its users do."""
    command = [sys.executable, str(ROOT / "run_scenario.py"), str(ROOT / "scenarios" / f"{scenario}.yaml")]
    done = subprocess.run([*command, "--out", str(out), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def keep_busy(stop: "multiprocessing.synchronize.Event") -> None:
    """Use a processor until told to stop."""
    while not stop.is_set():
        sum(range(10_000))


def promises(out: Path, *, overtime: int) -> None:
    """Every territory contiguous and inside ± 10 %, every day inside its hours, every account visited or listed."""
    measures = read(out / "measures.json")["territories"]
    assert measures["status"] in {"optimal", "feasible"}
    assert measures["all_contiguous"]
    assert measures["all_inside_tolerance"]
    assert measures["broken_rules"] == []
    assert balance_faults(out, 0.10) == []
    assert day_faults(out, start="08:00", end="18:00", overtime=overtime) == []
    assert visit_faults(out) == []


def test_alpha(tmp_path):
    """48 territories within 3 % of the proven bound."""
    run("alpha", tmp_path / "out")
    promises(tmp_path / "out", overtime=30)
    assert read(tmp_path / "out" / "measures.json")["territories"]["gap"] <= 0.03


def test_alpha_small_gives_the_same_bytes_under_load(tmp_path):
    """A quiet run with two processes, and one with a single process on a busy machine."""
    run("alpha_small", tmp_path / "quiet")
    stop = multiprocessing.get_context("spawn").Event()
    burners = [multiprocessing.get_context("spawn").Process(target=keep_busy, args=(stop,)) for _ in range(3)]
    for burner in burners:
        burner.start()
    try:
        run("alpha_small", tmp_path / "busy", "--set", "solver.workers=1")
    finally:
        stop.set()
        for burner in burners:
            burner.join()
    quiet, busy = digests(tmp_path / "quiet"), digests(tmp_path / "busy")
    assert quiet.pop("scenario.resolved.yaml") != busy.pop("scenario.resolved.yaml")  # tells the number of processes
    assert quiet == busy
    promises(tmp_path / "quiet", overtime=30)


@pytest.mark.cases
def test_iowa(tmp_path, shared):
    """The real case: 1,945 shops, 24 reps, both measures within ± 10 %."""
    assert (shared / "cases" / "iowa").is_dir()
    run("iowa", tmp_path / "out")
    promises(tmp_path / "out", overtime=30)
