"""Find out which rules clash when only whole areas rule out every plan."""

from typing import Final

import numpy as np
from ortools.sat.python import cp_model

from optimizer.territory.bound import Cut
from optimizer.territory.constraints import state_rules, territories_reach_home
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.neighbourhood import Work, new_solver
from optimizer.territory.separation import broken_by_labels
from optimizer.territory.units import UnitProblem, bare
from optimizer.territory.variables import new_assignment

MOST_PAIRS: Final = 6000
"""Pairs of area and rep up to which the model of the bare areas is asked."""

ROUNDS: Final = 40
"""Rounds of contiguity cuts."""


def families_to_blame(instance: TerritoryInstance, families: tuple[str, ...], work: Work) -> tuple[str, ...]:
    """Return families that clash, none of which can be left out as far as the work allows.

    One assumption literal per family, one worker: the solver names a sufficient set of assumptions. Families are then
    left out one at a time, as long as the rest still clashes.

    Parameters
    ----------
    instance
        An instance without a plan.
    families
        The families in use.
    work
        How much each solve may do.

    Returns
    -------
    tuple of str
        Empty if the clash was not found within the work.
    """
    if instance.n_areas * instance.n_reps > MOST_PAIRS:
        return ()
    problem = bare(instance)
    cuts: list[Cut] = []
    kept = _clash(instance, problem, families, cuts, work)
    for family in kept:
        fewer = _clash(instance, problem, tuple(other for other in kept if other != family), cuts, work)
        if fewer:
            kept = tuple(other for other in kept if other in fewer)
    return kept


def _clash(
    instance: TerritoryInstance, problem: UnitProblem, families: tuple[str, ...], cuts: list[Cut], work: Work
) -> tuple[str, ...]:
    """Return a sufficient set of clashing families; empty if they do not clash, or not within the work."""
    for _ in range(ROUNDS):
        model = cp_model.CpModel()
        x = new_assignment(model, problem, blame=families)
        state_rules(model, x, instance=instance)
        territories_reach_home(model, x, cuts=cuts)
        literals = x.blamed()
        model.add_assumptions(list(literals.values()))
        solver = new_solver(work)
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            named = set(solver.sufficient_assumptions_for_infeasibility())
            return tuple(family for family in families if literals[family].index in named)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return ()
        labels = x.labels(solver)
        if "territories_are_contiguous" not in families or "territories_hold_their_home" not in families:
            return ()
        fresh = broken_by_labels(problem, np.asarray(labels, dtype=np.int64))
        if not fresh:
            return ()
        cuts += fresh
    return ()
