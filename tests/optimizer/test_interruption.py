"""Ctrl-C ends a search with the best plan so far, a second one ends everything, and no process stays behind."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.interruption import end_early, late, listening, requested
from optimizer.progress import Silent
from optimizer.solving import Effort, SolverSettings, Status, StopReason
from optimizer.territory.search import design_territories
from optimizer.territory.verify import verify
from tests.optimizer.territory.builders import from_ascii, towns

ROOT = Path(__file__).parents[2]
QUICK = SolverSettings(effort=Effort.QUICK, workers=1)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of process groups are POSIX")


class Impatient(Silent):
    """An observer that asks for the best so far as soon as it hears of the search."""

    def report(self, doing, *, share_done, objective=None, bound=None):
        """Ask."""
        end_early()


def begun(workers):
    """Start a long search in a process group of its own, and wait until it has begun."""
    search = subprocess.Popen(
        [sys.executable, "-m", "tests.optimizer.interrupted", str(workers)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert search.stdout.readline() == "begun\n"
    return search


def group_is_empty(group, *, seconds):
    """Tell whether all processes of a group have ended within some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_ctrl_c_gives_the_best_plan_so_far(workers):
    """As from a terminal, SIGINT goes to the search and its workers alike: a verified plan, marked as interrupted."""
    search = begun(workers)
    time.sleep(1.0)
    os.killpg(search.pid, signal.SIGINT)
    told, errors = search.communicate(timeout=60)
    assert told.splitlines() == ["asked", "feasible interrupted verified"], errors
    assert search.returncode == 0
    assert group_is_empty(search.pid, seconds=5)


def test_second_ctrl_c_ends_everything():
    """Two signals: the search ends as Python does on Ctrl-C, and its workers with it."""
    search = begun(2)
    time.sleep(1.0)
    os.killpg(search.pid, signal.SIGINT)
    assert search.stdout.readline() == "asked\n"
    os.killpg(search.pid, signal.SIGINT)
    told, errors = search.communicate(timeout=60)
    assert told == ""
    assert "KeyboardInterrupt" in errors
    assert search.returncode != 0
    assert group_is_empty(search.pid, seconds=5)


def test_interrupted_at_once_still_verifies():
    """Asked before the first step, the search makes one quick plan and says how it ended."""
    instance = towns(120, 5, seed=1, tolerance=0.3)
    with listening():
        result = design_territories(instance, QUICK, observer=Impatient())
    assert result.status is Status.FEASIBLE
    assert result.stopped_by is StopReason.INTERRUPTED
    assert verify(instance, result.plan) == ()


def test_interrupted_without_a_plan_is_unknown_and_quick():
    """Where no plan is found by then, nothing is claimed: neither a plan nor that there is none."""
    instance = towns(120, 6, seed=1, tolerance=0.005, largest=0.1)
    with listening():
        result = design_territories(instance, replace(QUICK, effort=Effort.THOROUGH), observer=Impatient())
    assert (result.status, result.stopped_by, result.plan) == (Status.UNKNOWN, StopReason.INTERRUPTED, None)


def test_proven_is_proven_whoever_interrupts():
    """A clash that cheap tests prove stays proven when the search is interrupted."""
    with listening():
        result = design_territories(from_ascii("[1] 1  1  1  9 [1]"), QUICK, observer=Impatient())
    assert (result.status, result.stopped_by) == (Status.INFEASIBLE, StopReason.PROVEN)


def test_request_ends_with_the_stage():
    """What was asked of one search is not asked of the next."""
    with listening():
        end_early()
        assert requested()
        assert late(time.monotonic() + 60.0)
    assert not requested()


def test_handler_of_others_is_given_back():
    """After the search Ctrl-C does again what it did before."""
    before = signal.getsignal(signal.SIGINT)
    with listening():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
