"""Tours are planned here unless a cluster is named."""

import shutil
from pathlib import Path

import pytest

import run_scenario
from optimizer.progress import Silent
from optimizer.solving import Effort, SolverSettings
from scenarios.commands import touring
from scenarios.faults import ScenarioError
from tests.optimizer.tours.builders import random_instance

SETTINGS = SolverSettings(effort=Effort.QUICK, workers=1)


def test_without_cluster_reps_are_planned_here():
    """One result a rep."""
    instance = random_instance(1, accounts=20, weeks=2)
    (result,) = touring.plan_reps((instance,), SETTINGS, "", observer=Silent())
    assert result.rep_id == instance.rep_id


def test_a_cluster_that_cannot_be_used_is_told_as_a_fault(monkeypatch):
    """The option is named, and the reason."""

    def refuse(*_, **__):
        raise ClusterError("the scheduler has no worker")

    from optimizer.tours import cluster  # noqa: PLC0415
    from optimizer.tours.cluster import ClusterError  # noqa: PLC0415

    monkeypatch.setattr(cluster, "plan_tours_on_cluster", refuse)
    with pytest.raises(ScenarioError, match="--cluster: the scheduler has no worker"):
        touring.plan_reps((), SETTINGS, "tcp://127.0.0.1:1", observer=Silent())


@pytest.mark.slow
def test_a_run_with_a_cluster_leaves_the_same_tours(finished, tmp_path):
    """The tours stage alone, planned anew on a worker, saves the same bytes."""
    distributed = pytest.importorskip("distributed")
    scenario, out = finished
    again = tmp_path / "again"
    shutil.copytree(out, again)
    saved = Path("stages", "tours.json")
    (again / saved).unlink()
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as made:
        words = [str(scenario), "--out", str(again), "--only", "tours", "--quiet", "--cluster", made.scheduler_address]
        assert run_scenario.main(words) == 0
    assert (again / saved).read_bytes() == (out / saved).read_bytes()
