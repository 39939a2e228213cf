"""Neighbourhoods improve or keep, and their hints are complete and feasible."""

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.territory.bound import relax
from optimizer.territory.constraints import state_rules, territories_are_contiguous
from optimizer.territory.excess import excess_of
from optimizer.territory.neighbourhood import Work, cut_out, hint, minimise_cost, order_from, solve_in_order
from optimizer.territory.units import condense
from optimizer.territory.variables import new_assignment
from optimizer.territory.warmstart import detached, grow
from tests.optimizer.territory.builders import from_ascii, towns

WORK = Work(deterministic_seconds=0.2, seed=1, seconds=30.0)


def grown(seed):
    """Return a map and a labelling grown from prices."""
    problem = condense(towns(120, 6, seed=seed, tolerance=0.25))
    return problem, grow(problem, relax(problem).reduced_cost)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("elastic", [True, False])
def test_hint_is_complete_and_feasible(seed, elastic):
    """With every variable fixed to its hint the model is feasible, also when limits are exceeded."""
    problem, labels = grown(seed)
    if not elastic and excess_of(problem, labels) > 0.0:
        return
    model = cp_model.CpModel()
    x = new_assignment(model, problem, elastic=elastic)
    state_rules(model, x)
    territories_are_contiguous(model, x, order=order_from(problem, labels, seed))
    minimise_cost(model, x)
    hint(model, x, labels)
    assert len(model.proto.solution_hint.vars) == len(list(x.pairs())) + len(list(x.slacks()))
    solver = cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True
    assert solver.solve(model) == cp_model.OPTIMAL
    assert solver.objective_value == problem.total_cost(labels)


@pytest.mark.parametrize("seed", range(4))
def test_neighbourhood_never_gets_worse_and_stays_connected(seed):
    """Excess first, then cost; nothing outside the chosen territories moves."""
    problem, labels = grown(seed)
    before = (excess_of(problem, labels), problem.total_cost(labels))
    task = cut_out(problem, labels, np.array([0, 1, 2]), WORK)
    result = labels.copy()
    result[task.units] = task.reps[solve_in_order(task).labels]
    assert (excess_of(problem, result), problem.total_cost(result)) <= before
    assert not len(detached(problem, result))
    assert (result[labels > 2] == labels[labels > 2]).all()


def test_cap_on_moves_counts_what_moved_elsewhere():
    """One may move in all and one has moved outside: nothing may move inside."""
    current = np.array([0, 1, 1, 1, 2, 2])
    instance = from_ascii("[1] 1  1 [1] 1 [1]", tolerance=None, current_rep=current, moved_limit=1, move_weight=0.0)
    problem = condense(instance)
    labels = np.array([0, 1, 1, 1, 1, 2])
    task = cut_out(problem, labels, np.array([0, 1]), WORK)
    assert task.problem.moved_limit == 1
    assert solve_in_order(task).labels.tolist() == task.labels.tolist()
