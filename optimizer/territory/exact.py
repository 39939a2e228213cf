"""Close the gap: contiguity cuts on the linear program, pairs fixed by reduced cost, CP-SAT on what is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from ortools.sat.python import cp_model

from optimizer.interruption import requested, stoppable
from optimizer.territory.bound import Cut, Relaxation, relax
from optimizer.territory.constraints import state_rules, territories_reach_home
from optimizer.territory.excess import excess_of
from optimizer.territory.instance import IntArray
from optimizer.territory.neighbourhood import Work, hint, minimise_cost, new_solver
from optimizer.territory.separation import broken_by_labels, broken_by_shares
from optimizer.territory.units import BoolArray, UnitProblem, bundled_pairs
from optimizer.territory.variables import new_assignment

LP_ROUNDS: Final = 25
"""Rounds of cuts on the linear program."""

LARGE_ROUNDS: Final = 10
"""The same where each round takes a second."""

MOST_PAIRS: Final = 5000
"""Open pairs beyond which CP-SAT on the whole part proves nothing in the time that its neighbourhoods take."""

MOST_LP_PAIRS: Final = 50_000
"""Open pairs beyond which a linear program with cuts takes minutes and gigabytes."""

STALLED_ROUNDS: Final = 4
"""Rounds over which the bound must rise by `LEAST_RISE` of the gap; else the rounds end."""

LEAST_RISE: Final = 0.02


class Outcome(StrEnum):
    """What an exact search knows at its end."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proof:
    """The outcome of an exact search."""

    outcome: Outcome
    labels: IntArray | None
    """The best labelling that keeps every rule, if one is known."""
    bound: int
    """No labelling that keeps every rule costs less; scaled."""
    work: float
    """Deterministic seconds used."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tightened:
    """A relaxation after rounds of cuts."""

    bound: int
    cuts: tuple[Cut, ...]
    open_pairs: BoolArray
    """Pairs that a labelling no dearer than the incumbent may use. Shape (bundles, reps)."""


def tighten_bound(
    problem: UnitProblem, relaxation: Relaxation, incumbent: int | None, *, rounds: int = LP_ROUNDS
) -> Tightened:
    """Raise the bound by contiguity cuts, closing pairs whose reduced cost exceeds the gap to the incumbent.

    The bound holds for labellings that cost at most the incumbent; the lesser of the two holds for all.
    """
    pairs = bundled_pairs(problem)
    cuts: dict[Cut, None] = {}
    bound, history = relaxation.bound, [relaxation.value]
    for _ in range(rounds):
        if requested():
            break
        if incumbent is not None:
            pairs &= relaxation.value + relaxation.reduced_cost <= incumbent
        fresh = [cut for cut in broken_by_shares(problem, relaxation.shares) if cut not in cuts]
        if not fresh or (incumbent is not None and bound >= incumbent):
            break
        if incumbent is not None and len(history) > STALLED_ROUNDS:
            rise = history[-1] - history[-1 - STALLED_ROUNDS]
            if rise < LEAST_RISE * (incumbent - history[-1]):
                break
        cuts.update(dict.fromkeys(fresh))
        relaxation = relax(problem, cuts=tuple(cuts), open_pairs=pairs)
        if not relaxation.feasible:
            break
        bound = max(bound, relaxation.bound)
        history.append(relaxation.value)
    return Tightened(bound=bound if incumbent is None else min(bound, incumbent), cuts=tuple(cuts), open_pairs=pairs)


def close(problem: UnitProblem, labels: IntArray | None, relaxation: Relaxation, work: Work) -> Proof:
    """Search for a proven optimum within an amount of work.

    Parameters
    ----------
    problem
        The condensed problem.
    labels
        The incumbent, which keeps every rule; `None` if there is none.
    relaxation
        The relaxation of the problem, feasible.
    work
        How much CP-SAT may do, all rounds together.
    """
    incumbent = None if labels is None else problem.total_cost(labels)
    possible = bundled_pairs(problem)
    if incumbent is not None:
        possible &= relaxation.value + relaxation.reduced_cost <= incumbent
    if int(possible.sum()) > MOST_LP_PAIRS:
        return Proof(outcome=Outcome.OPEN, labels=labels, bound=relaxation.bound, work=0.0)
    large = int(problem.allowed.sum()) > MOST_PAIRS
    tight = tighten_bound(problem, relaxation, incumbent, rounds=LARGE_ROUNDS if large else LP_ROUNDS)
    if int(tight.open_pairs.sum()) > MOST_PAIRS:
        return Proof(outcome=Outcome.OPEN, labels=labels, bound=tight.bound, work=0.0)
    cuts, bound, left = list(tight.cuts), tight.bound, work.deterministic_seconds
    while left > 0.0 and not requested() and (labels is None or bound < problem.total_cost(labels)):
        answer = _solve_with_cuts(
            problem, labels, tight.open_pairs, cuts, bound=bound, work=replace(work, deterministic_seconds=left)
        )
        left -= answer.work
        bound = max(bound, answer.bound)
        if answer.outcome is Outcome.INFEASIBLE:
            return replace(answer, work=work.deterministic_seconds - left)
        if answer.labels is None:
            break
        fresh = broken_by_labels(problem, answer.labels)
        if not fresh and excess_of(problem, answer.labels) == 0.0:
            if labels is None or problem.total_cost(answer.labels) < problem.total_cost(labels):
                labels = answer.labels
            if answer.outcome is Outcome.OPEN:
                break
        cuts += fresh
    done = labels is not None and bound >= problem.total_cost(labels)
    used = work.deterministic_seconds - left
    outcome = Outcome.OPTIMAL if done else Outcome.OPEN
    return Proof(outcome=outcome, labels=labels, bound=bound, work=used)


def _solve_with_cuts(
    problem: UnitProblem, labels: IntArray | None, pairs: BoolArray, cuts: Sequence[Cut], *, bound: int, work: Work
) -> Proof:
    """Solve the model with the cuts found so far; its labelling need not be connected."""
    model = cp_model.CpModel()
    x = new_assignment(model, problem, open_pairs=pairs)
    state_rules(model, x)
    territories_reach_home(model, x, cuts=cuts)
    minimise_cost(model, x)
    if labels is not None:
        hint(model, x, labels)
    solver = new_solver(work)
    status = stoppable(partial(solver.solve, model), solver.stop_search)
    used = max(1e-4, float(solver.response_proto.deterministic_time))
    if status == cp_model.INFEASIBLE:
        proven = labels is None
        return Proof(outcome=Outcome.INFEASIBLE if proven else Outcome.OPEN, labels=None, bound=bound, work=used)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Proof(outcome=Outcome.OPEN, labels=None, bound=bound, work=used)
    proved = int(np.ceil(solver.best_objective_bound - 1e-6))
    outcome = Outcome.OPTIMAL if status == cp_model.OPTIMAL else Outcome.OPEN
    return Proof(outcome=outcome, labels=x.labels(solver), bound=proved, work=used)
