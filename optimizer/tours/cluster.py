"""Plan the tours of many reps on the workers of a running dask cluster; a worker that is lost loses nothing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from optimizer.interruption import requested
from optimizer.progress import Observer, Silent
from optimizer.solving import SolverSettings
from optimizer.tours.instance import TourInstance
from optimizer.tours.search import plan_tours

if TYPE_CHECKING:
    from distributed import Client, Future

    from optimizer.tours.plan import TourResult

ON_THEIR_WAY: Final = 3
"""Reps sent ahead for each thread of the cluster, so that no worker waits and the scheduler never holds them all."""
LOOK_SECONDS: Final = 0.5
"""How often it is looked whether the user wants to end."""
CONNECT_SECONDS: Final = 20
"""How long a scheduler and its first worker are waited for."""
DECIDING: Final = ("numba", "numpy", "ortools")
"""Packages on whose version results depend."""


class ClusterError(ValueError):
    """The cluster cannot be used; the message says why and what to do."""


def plan_tours_on_cluster(
    instances: Sequence[TourInstance], settings: SolverSettings, address: str, *, observer: Observer | None = None
) -> tuple[TourResult, ...]:
    """Plan the cycle of every rep on a cluster.

    A rep whose worker is lost is planned again by another one. What the cluster does not bring to an end, since worker
    after worker was lost with it or the user wants to end early, is planned here.

    Parameters
    ----------
    settings
        As for `plan_all_tours`; `workers` does not count.
    address
        Of the scheduler, such as tcp://10.0.0.5:8786.

    Returns
    -------
    Results in the order of `instances`, the same as those of `plan_all_tours`.

    Raises
    ------
    ClusterError
        When dask.distributed is not installed, nobody answers at the address, or workers have another version.
    """
    try:
        from distributed import Client  # noqa: PLC0415 -- an extra
    except ImportError as error:
        message = 'dask.distributed is not installed; install it with: pip install "territory-tours[cluster]"'
        raise ClusterError(message) from error
    watcher, deadline, found = observer or Silent(), time.time() + settings.seconds, {}
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        message = f"no scheduler answers at {address} ({error}); start one with: dask scheduler"
        raise ClusterError(message) from error
    with client, client.as_current():
        threads = _threads(client, address)
        queue = sorted(range(len(instances)), key=lambda i: -len(instances[i].visits))  # the largest first
        sent: dict[Future, int] = {}
        while (queue or sent) and not requested():
            while queue and len(sent) < ON_THEIR_WAY * threads:
                index = queue.pop(0)
                job = client.submit(plan_alike, instances[index], settings, deadline, version(), pure=False)
                sent[job] = index
            for job, result in _ended(sent):
                index = sent.pop(job)
                found[index] = result or plan_alike(instances[index], settings, deadline, version())
                watcher.report(f"tours of {instances[index].rep_id}", share_done=len(found) / len(instances))
        client.cancel(list(sent))
    for index in sorted({*sent.values(), *queue}):
        found[index] = plan_alike(instances[index], settings, deadline, version())
    return tuple(found[index] for index in range(len(instances)))


def plan_alike(instance: TourInstance, settings: SolverSettings, deadline: float, wanted: str) -> TourResult:
    """Plan one rep by a time of the clock, where the planner is the one that was asked for.

    Raises
    ------
    ClusterError
        When it is another version, whose plans might differ.
    """
    if version() != wanted:
        message = "a worker of the cluster has another version of the planner, or of " + ", ".join(DECIDING)
        raise ClusterError(f"{message}; install the same packages on every machine")
    return plan_tours(instance, replace(settings, seconds=max(0.0, deadline - time.time()), workers=1))


@cache
def version() -> str:
    """Give a fingerprint of everything on which results depend: our own code and a few packages."""
    folder = Path(__file__).resolve().parents[1]
    seen = hashlib.sha256(" ".join(metadata.version(name) for name in DECIDING).encode())
    for path in sorted(folder.rglob("*.py")):
        seen.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return seen.hexdigest()


def _threads(client: Client, address: str) -> int:
    """Wait for the first worker, and count threads."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        message = f"the scheduler at {address} has no worker; start one with: dask worker {address}"
        raise ClusterError(message) from error
    return int(sum(client.nthreads().values()))


def _ended(sent: dict[Future, int]) -> list[tuple[Future, TourResult | None]]:
    """Wait a moment and list the jobs that ended; without a result where worker after worker was lost.

    Raises
    ------
    ClusterError
        When a worker has another version, or cannot read what it is sent since it has none.
    """
    from distributed import KilledWorker, wait  # noqa: PLC0415 -- an extra

    try:
        done = wait(list(sent), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done
    except TimeoutError:
        return []
    ended: list[tuple[Future, TourResult | None]] = []
    for job in sorted(done, key=lambda job: sent[job]):
        error = job.exception()
        if error is None:
            ended.append((job, job.result()))
        elif isinstance(error, KilledWorker):
            ended.append((job, None))
        elif isinstance(error, ModuleNotFoundError):
            message = f"a worker of the cluster has no {error.name}; install the planner on every machine"
            raise ClusterError(message) from error
        else:
            raise error
    return ended
