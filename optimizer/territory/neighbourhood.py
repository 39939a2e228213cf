"""Re-optimise a few neighbouring territories with CP-SAT, the rest frozen."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from ortools.sat.python import cp_model
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from optimizer.territory.bound import FloatArray, relax
from optimizer.territory.constraints import state_rules, territories_are_contiguous
from optimizer.territory.excess import excess_of, scales
from optimizer.territory.instance import NO_LIMIT, IntArray
from optimizer.territory.units import BoolArray, UnitProblem, restrict
from optimizer.territory.variables import Assignment, new_assignment

EXCESS_STEPS: Final = 10_000
"""Resolution of the weights of excess in an elastic model: one ten-thousandth of a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How much a single CP-SAT search may do."""

    deterministic_seconds: float
    """CP-SAT's own count of work, about a second each; never depends on the machine's load."""
    seed: int
    seconds: float
    """Wall-clock safety net."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One neighbourhood: a problem cut out of a larger one, with the labelling to improve on."""

    problem: UnitProblem
    labels: IntArray
    """Local rep of each local unit. Shape (units,)."""
    units: IntArray
    """Index of each unit in the larger problem."""
    reps: IntArray
    """Index of each rep in the larger problem, ascending."""
    work: Work
    worth: float = 0.0
    """Cost that makes up for excess of a whole mean territory; 0 where cost counts for nothing
    until there is no excess left."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Improved:
    """What came of a neighbourhood."""

    labels: IntArray
    """Never worse than the task's. Shape (units,)."""
    work: float
    """Deterministic seconds used."""


def cut_out(problem: UnitProblem, labels: IntArray, reps: IntArray, work: Work) -> Task:
    """Return the task of sharing out anew the territories of some reps, everything else frozen."""
    units = np.flatnonzero(np.isin(labels, reps))
    part = restrict(problem, units, reps).problem
    local = np.searchsorted(reps, labels[units])
    part = _closed_across(problem, part, units, local)
    if problem.moved_limit != NO_LIMIT:
        total = int(problem.moved[np.arange(problem.n_units), labels].sum())
        inside = int(part.moved[np.arange(len(units)), local].sum())
        spare = problem.moved_limit - total
        part = replace(part, moved_limit=inside + max(0, spare))
    return Task(problem=part, labels=local, units=units, reps=reps, work=work)


def solve_in_order(task: Task) -> Improved:
    """Improve a labelling within an order of the units that fits it.

    If limits are exceeded, the excess is lowered first; else the cost. Pairs whose reduced cost shows that they cannot
    be part of a better labelling are left out.
    """
    if excess_of(task.problem, task.labels) > 0.0:
        return _solve(task, None, elastic=True)
    start = task.problem.total_cost(task.labels)
    relaxation = relax(task.problem)
    if relaxation.bound >= start:
        return Improved(labels=task.labels, work=0.0)
    return _solve(task, relaxation.value + relaxation.reduced_cost <= start, elastic=False)


def order_from(problem: UnitProblem, labels: IntArray, seed: int) -> FloatArray:
    """Return how far each unit is from each home, paths inside the labelled territory first. Shape (units, reps).

    Steps are of random length, so that another seed admits other territories; -1 where no path of open pairs leads,
    but 0 for a unit that has such a rep already: in a problem without a solution it roots a piece of its own.
    """
    rng = np.random.default_rng(seed)
    n = problem.n_units
    length = 1.0 + rng.random((n, problem.n_reps))
    heads = problem.neighbours
    order = np.full((n, problem.n_reps), -1.0)
    for rep in range(problem.n_reps):
        entering = length[:, rep] + np.where(labels == rep, 0.0, 2.0 * n)
        arcs = np.where(problem.allowed[heads, rep], entering[heads], np.inf)
        graph = csr_array((arcs, heads, problem.starts), shape=(n, n))
        distance = dijkstra(graph, indices=int(problem.home_unit[rep]))
        order[:, rep] = np.where(np.isfinite(distance), distance, -1.0)
    units = np.arange(n)
    cut_off = order[units, labels] < 0
    order[units[cut_off], labels[cut_off]] = 0.0
    return order


def _solve(task: Task, open_pairs: BoolArray | None, *, elastic: bool) -> Improved:
    problem, labels = task.problem, task.labels
    model = cp_model.CpModel()
    x = new_assignment(model, problem, open_pairs=open_pairs, elastic=elastic)
    state_rules(model, x)
    if problem.contiguous:
        territories_are_contiguous(model, x, order=order_from(problem, labels, task.work.seed))
    if elastic and task.worth > 0.0:
        minimise_cost(model, x, excess_price=task.worth)
    elif elastic:
        _minimise_excess(model, x)
    else:
        minimise_cost(model, x)
    hint(model, x, labels)
    solver = new_solver(task.work)
    status = solver.solve(model)
    used = float(solver.response_proto.deterministic_time)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Improved(labels=labels, work=used)
    found = x.labels(solver)
    before = (excess_of(problem, labels), problem.total_cost(labels))
    better = (excess_of(problem, found), problem.total_cost(found)) < before
    return Improved(labels=found if better else labels, work=used)


def minimise_cost(model: cp_model.CpModel, x: Assignment, *, excess_price: float = 0.0) -> None:
    """Minimise the scaled objective and what excess of whole mean territories costs."""
    cost = np.zeros((int(x.problem.bundle.max(initial=-1)) + 1, x.problem.n_reps), dtype=np.int64)
    np.add.at(cost, x.problem.bundle, x.problem.cost)
    travel = sum(int(cost[b, r]) * literal for b, r, literal in x.pairs())
    splits = x.problem.split_price * sum(literal for _, _, literal in x.splits()) - _one_each(x.problem)
    weight = excess_price * scales(x.problem)
    priced = x.slacks() if excess_price > 0.0 else ()
    excess = sum(max(1, round(float(weight[m]))) * variable for m, _, variable in priced)
    model.minimize(travel + splits + excess)


def _one_each(problem: UnitProblem) -> int:
    """Return the price of one rep for each split group, which costs nothing."""
    return problem.split_price * len(np.unique(problem.split_members[:, 1]))


def hint(model: cp_model.CpModel, x: Assignment, labels: IntArray) -> None:
    """Tell the solver a complete labelling, slacks included."""
    of_bundle = np.zeros(int(x.problem.bundle.max(initial=-1)) + 1, dtype=np.int64)
    of_bundle[x.problem.bundle] = labels
    for bundle, rep, literal in x.pairs():
        model.add_hint(literal, bool(of_bundle[bundle] == rep))
    unit, group = x.problem.split_members.T
    served = {*zip(group.tolist(), labels[unit].tolist(), strict=True)}
    for number, rep, literal in x.splits():
        model.add_hint(literal, (number, rep) in served)
    for m, rep, variable in x.slacks():
        load = int(x.problem.amounts[m, labels == rep].sum())
        over, short = load - int(x.problem.upper[m, rep]), int(x.problem.lower[m, rep]) - load
        model.add_hint(variable, max(0, over, short))


def new_solver(work: Work) -> cp_model.CpSolver:
    """Return a solver whose work does not depend on the machine."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = work.seed % 2**31
    solver.parameters.max_deterministic_time = work.deterministic_seconds
    solver.parameters.max_time_in_seconds = max(0.01, work.seconds)
    solver.parameters.linearization_level = 2
    solver.parameters.catch_sigint_signal = False  # Ctrl-C is for `optimizer.interruption`
    return solver


def _minimise_excess(model: cp_model.CpModel, x: Assignment) -> None:
    weight = scales(x.problem)
    parts = [
        max(1, round(EXCESS_STEPS * float(weight[m]) * x.problem.n_units)) * variable for m, _, variable in x.slacks()
    ]
    model.minimize(sum(parts))


def _closed_across(problem: UnitProblem, part: UnitProblem, units: IntArray, local: IntArray) -> UnitProblem:
    """Freeze units whose bundle lies partly outside."""
    whole = np.bincount(problem.bundle, minlength=1)[problem.bundle[units]]
    inside = np.bincount(part.bundle, minlength=1)[part.bundle]
    frozen = np.flatnonzero(whole != inside)
    if not len(frozen):
        return part
    allowed = part.allowed.copy()
    allowed[frozen] = np.arange(part.n_reps) == local[frozen][:, None]
    return replace(part, allowed=allowed)
