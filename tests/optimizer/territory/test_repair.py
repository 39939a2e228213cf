"""The last excess of a large map is removed by small exact searches that weigh cost against balance."""

import numpy as np
import pytest

from optimizer.territory.bound import relax
from optimizer.territory.excess import excess_of, scales
from optimizer.territory.neighbourhood import Improved, Task, Work, cut_out, solve_in_order
from optimizer.territory.repair import around, narrowed, repair
from optimizer.territory.units import condense
from optimizer.territory.warmstart import detached, grow
from tests.optimizer.territory.builders import towns


def solve_here(tasks: list[Task]) -> list[Improved]:
    return [solve_in_order(task) for task in tasks]


def repaired(problem, labels, guide, work=4.0):
    return repair(
        problem,
        labels,
        guide=guide,
        neighbourhood_work=0.2,
        work=work,
        seed=1,
        run=solve_here,
        deadline=float("inf"),
    )


def grown(seed):
    problem = condense(towns(150, 6, seed=seed, largest=0.1))
    guide = relax(problem).reduced_cost
    return problem, grow(problem, guide), guide


def test_repair_removes_the_excess_of_a_grown_map():
    """From territories that are off balance to connected ones that keep every limit, and the same again."""
    problem, start, guide = grown(1)
    assert excess_of(problem, start) > 0.0
    labels = repaired(problem, start, guide)
    assert excess_of(problem, labels) == 0.0
    assert not len(detached(problem, labels))
    assert (labels == repaired(problem, start, guide)).all()


def test_repair_without_work_or_need_changes_nothing():
    """No work: the start. No excess: the start, whatever the work."""
    problem, start, guide = grown(1)
    assert (repaired(problem, start, guide, work=0.0) == start).all()
    balanced = repaired(problem, start, guide)
    assert (repaired(problem, balanced, guide) == balanced).all()


@pytest.mark.slow
def test_weighed_excess_is_removed_more_cheaply_than_at_any_cost():
    """Over the whole map, an elastic model that sees the cost ends no dearer than one that sees excess alone."""
    problem, start, _ = grown(2)
    work = Work(deterministic_seconds=2.0, seed=1, seconds=60.0)
    task = cut_out(problem, start, np.arange(6), work)
    worth = 1000.0 * problem.total_cost(start) / 6
    blind, weighed = (solve_in_order(t).labels for t in (task, Task(**{**fields(task), "worth": worth})))
    assert excess_of(problem, blind) == excess_of(problem, weighed) == 0.0
    assert problem.total_cost(weighed) < problem.total_cost(blind)


def fields(task):
    return {name: getattr(task, name) for name in ("problem", "labels", "units", "reps", "work")}


def test_narrowed_tasks_keep_their_labelling_and_the_cheapest_pairs(monkeypatch):
    """Own pairs stay, as many others as allowed at most, and none that is left out is cheaper for its size."""
    monkeypatch.setattr("optimizer.territory.repair.OPEN_PAIRS", 60)
    problem, start, guide = grown(3)
    task = cut_out(problem, start, np.arange(6), Work(deterministic_seconds=1.0, seed=1, seconds=1.0))
    share = np.maximum((problem.amounts.T * scales(problem)).sum(axis=1), 1e-9)
    narrow = narrowed(task, guide, share)
    own = np.arange(6) == task.labels[:, None]
    extra, left_out = narrow.problem.allowed & ~own, task.problem.allowed & ~narrow.problem.allowed
    assert (narrow.problem.allowed | ~own).all()
    assert 0 < extra.sum() <= 60 < (task.problem.allowed & ~own).sum()
    ratio = guide / share[:, None]
    assert ratio[extra].max() <= ratio[left_out].min()


def test_dense_neighbourhoods_prefer_territories_of_few_units():
    """No territory twice, the first one first, and smaller ones on average than along long borders."""
    problem, labels, _ = grown(3)
    units = np.bincount(labels, minlength=problem.n_reps)
    sizes = {True: 0.0, False: 0.0}
    for dense in sizes:
        for seed in range(40):
            reps = around(problem, labels, 0, 3, np.random.default_rng(seed), dense=dense)
            assert reps[0] == 0
            assert len(set(reps)) == len(reps) == 3
            sizes[dense] += float(units[reps[1:]].sum())
    assert sizes[True] < sizes[False]
