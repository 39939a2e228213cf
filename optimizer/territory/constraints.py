"""State the rules for territories, one function per rule, each named as the sentence that it enforces."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from ortools.sat.python import cp_model

from optimizer.territory.bound import FloatArray
from optimizer.territory.instance import NO_LIMIT, TerritoryInstance
from optimizer.territory.units import closed_by
from optimizer.territory.variables import Assignment

Rule = Callable[[cp_model.CpModel, Assignment], None]
PairRule = Callable[[cp_model.CpModel, Assignment, TerritoryInstance], None]


def every_area_has_one_rep(model: cp_model.CpModel, x: Assignment) -> None:
    """Give every bundle exactly one rep: Σ_r x_br = 1."""
    seen = np.unique(x.problem.bundle, return_index=True)[1]
    for unit in seen.tolist():
        model.add_exactly_one(x.serving(unit))


def territories_are_balanced(model: cp_model.CpModel, x: Assignment) -> None:
    """Keep each measure of each territory inside its limits: lower_mr ≤ Σ_b a_mb x_br ≤ upper_mr."""
    problem = x.problem
    of_bundle = np.zeros((len(problem.amounts), int(problem.bundle.max(initial=-1)) + 1), dtype=np.int64)
    for sums, amounts in zip(of_bundle, problem.amounts, strict=True):
        np.add.at(sums, problem.bundle, amounts)
    for m, amounts in enumerate(of_bundle):
        total = int(amounts.sum())
        for rep in range(problem.n_reps):
            terms = [(int(amounts[b]), literal) for b, literal in x.bundles_of(rep) if amounts[b]]
            load = sum(amount * literal for amount, literal in terms)
            if problem.upper[m, rep] < total:
                most = model.add(load <= int(problem.upper[m, rep]) + x.slack(m, rep))
                x.enforced(most, "territories_are_balanced")
            if problem.lower[m, rep] > 0:
                least = model.add(load + x.slack(m, rep) >= int(problem.lower[m, rep]))
                x.enforced(least, "territories_are_balanced")


def few_areas_change_hands(model: cp_model.CpModel, x: Assignment) -> None:
    """Keep what changes hands within its cap: Σ_ur moved_ur x_ur ≤ limit."""
    problem = x.problem
    if problem.moved_limit == NO_LIMIT:
        return
    moved = np.zeros((int(problem.bundle.max(initial=-1)) + 1, problem.n_reps), dtype=np.int64)
    np.add.at(moved, problem.bundle, problem.moved)
    total = sum(int(moved[b, r]) * literal for b, r, literal in x.pairs() if moved[b, r])
    x.enforced(model.add(total <= problem.moved_limit), "few_areas_change_hands")


def reps_of_split_groups_are_counted(model: cp_model.CpModel, x: Assignment) -> None:
    """Count a rep who serves a unit of a split group as one of the group's: x_ur ≤ z_gr, with z priced by the aim."""
    counted = {(group, rep): literal for group, rep, literal in x.splits()}
    if not counted:
        return
    unit, group = x.problem.split_members.T
    of_bundle = {*zip(group.tolist(), x.problem.bundle[unit].tolist(), strict=True)}
    literals = {(bundle, rep): literal for bundle, rep, literal in x.pairs()}
    for g, bundle in sorted(of_bundle):
        for rep in range(x.problem.n_reps):
            if (bundle, rep) in literals:
                model.add_implication(literals[bundle, rep], counted[g, rep])


def territories_are_contiguous(model: cp_model.CpModel, x: Assignment, *, order: FloatArray) -> None:
    """Let a unit be served only with a neighbour that is nearer to the home: x_ur ≤ Σ_{v ∈ N(u), d_vr < d_ur} x_vr.

    By induction on the order `d`, every such territory is connected. The order is fixed, so not every connected
    territory fits it, but the one that the order was taken from does.

    Parameters
    ----------
    model
        Receives the clauses.
    x
        The variables.
    order
        Distance of each unit from the home of each rep: 0 at the home, less than 0 where no path leads.
        Shape (units, reps).
    """
    problem = x.problem
    for unit in range(problem.n_units):
        beside = problem.beside(unit).tolist()
        for rep in range(problem.n_reps):
            literal = x.serves(unit, rep)
            if isinstance(literal, int) or order[unit, rep] == 0:
                continue
            nearer = [x.serves(v, rep) for v in beside if 0 <= order[v, rep] < order[unit, rep]]
            model.add_bool_or([literal.negated(), *(near for near in nearer if not isinstance(near, int))])


def territories_hold_their_home(model: cp_model.CpModel, x: Assignment, instance: TerritoryInstance) -> None:
    """Give every home to its rep: x_{home(r), r} = 1."""
    _close(model, x, instance, "territories_hold_their_home")


def territories_stay_within_groups(model: cp_model.CpModel, x: Assignment, instance: TerritoryInstance) -> None:
    """Give a rep with a group no area of another group: x_ar = 0 where group(a) ≠ group(r)."""
    _close(model, x, instance, "territories_stay_within_groups")


def locks_hold(model: cp_model.CpModel, x: Assignment, instance: TerritoryInstance) -> None:
    """Give every locked area to its rep: x_ar = 1."""
    _close(model, x, instance, "locks_hold")


def forbidden_pairs_are_kept(model: cp_model.CpModel, x: Assignment, instance: TerritoryInstance) -> None:
    """Give no area to a rep for whom it is forbidden: x_ar = 0."""
    _close(model, x, instance, "forbidden_pairs_are_kept")


def drives_are_short_enough(model: cp_model.CpModel, x: Assignment, instance: TerritoryInstance) -> None:
    """Give no area to a rep who lives too far away: x_ar = 0 where drive_minutes_ar > max_drive_minutes."""
    _close(model, x, instance, "drives_are_short_enough")


def groups_are_kept_together(model: cp_model.CpModel, x: Assignment, instance: TerritoryInstance) -> None:
    """Give all areas with the same label the same rep: x_ar = x_br."""
    first: dict[int, int] = {}
    for area, label in enumerate(instance.together.tolist()):
        if label < 0:
            continue
        leader = first.setdefault(label, area)
        if leader != area:
            for rep in range(instance.n_reps):
                equal = model.add(x.serves(area, rep) == x.serves(leader, rep))
                x.enforced(equal, "groups_are_kept_together")


def territories_reach_home(
    model: cp_model.CpModel, x: Assignment, *, cuts: Sequence[tuple[int, int, tuple[int, ...]]]
) -> None:
    """State contiguity by cuts found so far: x_ur ≤ Σ_{v ∈ S} x_vr for S that separates u from the home of r.

    Oehrlein & Haunert, Journal of Spatial Information Science 15 (2017); every connected territory keeps every cut.
    """
    for unit, rep, separator in cuts:
        literal = x.serves(unit, rep)
        if not isinstance(literal, int):
            across = [x.serves(v, rep) for v in separator]
            clause = [literal.negated(), *(other for other in across if not isinstance(other, int))]
            x.enforced(model.add_bool_or(clause), "territories_are_contiguous", "territories_hold_their_home")


CONSTRAINTS: Final[tuple[Rule, ...]] = (
    every_area_has_one_rep,
    territories_are_balanced,
    few_areas_change_hands,
    reps_of_split_groups_are_counted,
)
"""What every model states; contiguity is added by an order or by cuts."""

PAIR_CONSTRAINTS: Final[tuple[PairRule, ...]] = (
    territories_hold_their_home,
    territories_stay_within_groups,
    groups_are_kept_together,
    locks_hold,
    forbidden_pairs_are_kept,
    drives_are_short_enough,
)
"""What condensing has already worked in; a model of the bare areas states them, so that each can be blamed."""


def state_rules(model: cp_model.CpModel, x: Assignment, *, instance: TerritoryInstance | None = None) -> None:
    """State every rule but contiguity; those on pairs only for a problem condensed without them."""
    for rule in CONSTRAINTS:
        rule(model, x)
    if instance is not None:
        for pair_rule in PAIR_CONSTRAINTS:
            pair_rule(model, x, instance)


def _close(model: cp_model.CpModel, x: Assignment, instance: TerritoryInstance, family: str) -> None:
    for area, rep in np.argwhere(closed_by(instance, family)).tolist():
        x.enforced(model.add(x.serves(area, rep) == 0), family)
