"""Large maps are searched whole and cluster by cluster, the same with any number of workers."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.solving import Effort, SolverSettings
from optimizer.territory import bound, local_search
from optimizer.territory.bound import relax
from optimizer.territory.clusters import Cluster, anneal_cluster, disjoint
from optimizer.territory.effort import BUDGETS
from optimizer.territory.excess import excess_of
from optimizer.territory.large import search_large
from optimizer.territory.neighbourhood import Improved, Task, solve_in_order
from optimizer.territory.search import design_territories
from optimizer.territory.units import condense
from optimizer.territory.warmstart import detached, mended
from tests.optimizer.territory.builders import towns


def run_here(clusters: list[Cluster]) -> list[np.ndarray]:
    return [anneal_cluster(cluster) for cluster in clusters]


def solve_here(tasks: list[Task]) -> list[Improved]:
    return [solve_in_order(task) for task in tasks]


def test_search_keeps_territories_connected_and_balances_them():
    """On an even map of 400 towns the search leaves no excess, within two per cent of the bound."""
    problem = condense(towns(400, 10, seed=1, largest=0.1))
    relaxation = relax(problem)
    labels = search_large(
        problem,
        relaxation,
        None,
        budget=replace(BUDGETS[Effort.QUICK], large_proposals=1000, turns=10, last_turns=2),
        seed=1,
        run=run_here,
        solve=solve_here,
        deadline=float("inf"),
    )
    assert not len(detached(problem, labels))
    assert excess_of(problem, labels) == 0.0
    assert problem.total_cost(labels) <= 1.02 * relaxation.value


def test_mended_labels_hold_homes_and_hang_together():
    """A divided optimum, rounded, is made connected; what was connected stays."""
    problem = condense(towns(200, 6, seed=2))
    relaxation = relax(problem)
    rounded = relaxation.shares.argmax(axis=1)
    labels = mended(problem, relaxation.reduced_cost, rounded)
    assert labels[problem.home_unit].tolist() == list(range(6))
    assert not len(detached(problem, labels))


def test_clusters_are_disjoint_and_begin_with_their_seeds():
    """No territory is in two clusters."""
    problem = condense(towns(200, 8, seed=3))
    labels = mended(problem, relax(problem).reduced_cost, relax(problem).shares.argmax(axis=1))
    found = disjoint(problem, labels, [5, 2, 7, 0, 1, 3, 4, 6], 3, np.random.default_rng(0))
    flat = [rep for cluster in found for rep in cluster]
    assert found[0][0] == 5
    assert len(flat) == len(set(flat))


@pytest.mark.slow
def test_large_search_is_the_same_with_any_number_of_workers(monkeypatch):
    """One process or two: the same labels."""
    monkeypatch.setattr(bound, "MOST_PAIRS", 100)
    monkeypatch.setattr(local_search, "LARGE_PAIRS", 100)
    monkeypatch.setattr("optimizer.territory.large.LARGE_PAIRS", 100)
    instance = towns(300, 8, seed=4)
    plans = [
        design_territories(instance, SolverSettings(effort=Effort.QUICK, workers=workers)).plan for workers in (1, 2)
    ]
    assert plans[0] is not None
    assert plans[1] is not None
    assert plans[0].rep_of_area.tolist() == plans[1].rep_of_area.tolist()
