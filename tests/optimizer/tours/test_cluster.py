"""Tours planned on a cluster are those planned here, also when a worker is killed midway."""

import os
import signal
import sys
from dataclasses import replace

import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.tours import cluster
from optimizer.tours.cluster import ClusterError, plan_alike, plan_tours_on_cluster, version
from optimizer.tours.search import plan_all_tours
from tests.optimizer.tours.builders import random_instance

SETTINGS = SolverSettings(effort=Effort.QUICK, workers=1)


def reps(count, accounts=40):
    """Reps of different sizes."""
    return tuple(
        replace(random_instance(seed, accounts=accounts + seed, weeks=2), rep_id=f"R{seed}") for seed in range(count)
    )


def test_without_dask_it_says_what_to_install(monkeypatch):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"territory-tours\[cluster\]"):
        plan_tours_on_cluster(reps(1), SETTINGS, "tcp://127.0.0.1:1")


def test_an_address_without_scheduler_is_told(monkeypatch):
    """Nobody listens at that port."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    with pytest.raises(ClusterError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        plan_tours_on_cluster(reps(1), SETTINGS, "tcp://127.0.0.1:9")


def test_another_version_is_refused():
    """Plans of another version might differ."""
    assert version() == version()
    with pytest.raises(ClusterError, match="another version"):
        plan_alike(reps(1)[0], SETTINGS, 0.0, "another")


@pytest.mark.slow
def test_a_worker_killed_midway_loses_nothing():
    """One of two workers is killed when the first rep is done: the same plans in the same order as without cluster."""
    distributed = pytest.importorskip("distributed")
    instances = reps(8)
    expected = plan_all_tours(instances, SETTINGS)

    class Killer:
        """Kills the worker process whose name is known, once."""

        reports = 0

        def report(self, doing, *, share_done, objective=None, bound=None):
            self.reports += 1
            if self.reports == 1:
                os.kill(victim, signal.SIGKILL)

    killer = Killer()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as made:
        with distributed.Client(made, set_as_default=False) as client:
            victim = sorted(client.run(os.getpid).values())[0]
        found = plan_tours_on_cluster(instances, SETTINGS, made.scheduler_address, observer=killer)
    assert killer.reports == len(instances)
    assert found == expected
