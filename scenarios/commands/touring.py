"""Plan the tours of all reps: in processes of this machine, or on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.progress import Observer
    from optimizer.solving import SolverSettings
    from optimizer.tours.instance import TourInstance
    from optimizer.tours.plan import TourResult


def plan_reps(
    instances: Sequence[TourInstance], settings: SolverSettings, cluster: str, *, observer: Observer
) -> tuple[TourResult, ...]:
    """Plan the tours of every rep; the result does not depend on where.

    Parameters
    ----------
    cluster
        Address of a dask scheduler; empty for this machine.

    Raises
    ------
    ScenarioError
        When the cluster cannot be used.
    """
    if not cluster:
        from optimizer.tours.search import plan_all_tours

        return plan_all_tours(instances, settings, observer=observer)
    from optimizer.tours.cluster import ClusterError, plan_tours_on_cluster
    from scenarios.faults import Fault, ScenarioError

    try:
        return plan_tours_on_cluster(instances, settings, cluster, observer=observer)
    except ClusterError as error:
        raise ScenarioError([Fault(file="command line", key="--cluster", message=str(error))]) from error
