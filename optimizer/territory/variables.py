"""Hold the decision variables of a territory model: who serves what."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.territory.units import BoolArray, UnitProblem, bundled_pairs


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """One Boolean per open pair of bundle and rep; closed pairs are the constant 0."""

    problem: UnitProblem
    _serves: dict[tuple[int, int], cp_model.IntVar]
    _slack: dict[tuple[int, int], cp_model.IntVar]
    _splits: dict[tuple[int, int], cp_model.IntVar]
    _blame: dict[str, cp_model.IntVar]
    _off: cp_model.IntVar

    def serves(self, unit: int, rep: int) -> cp_model.IntVar | int:
        """Return the literal "the rep serves the unit", or 0 where the pair is closed."""
        return self._serves.get((int(self.problem.bundle[unit]), rep), 0)

    def serving(self, unit: int) -> list[cp_model.IntVar]:
        """Return the literals of all reps who may serve a unit."""
        bundle = int(self.problem.bundle[unit])
        return [self._serves[bundle, r] for r in range(self.problem.n_reps) if (bundle, r) in self._serves]

    def bundles_of(self, rep: int) -> Iterator[tuple[int, cp_model.IntVar]]:
        """Yield each bundle that a rep may serve, with its literal."""
        return ((b, literal) for (b, r), literal in self._serves.items() if r == rep)

    def pairs(self) -> Iterator[tuple[int, int, cp_model.IntVar]]:
        """Yield each open pair of bundle and rep with its literal, in order."""
        return ((b, r, literal) for (b, r), literal in self._serves.items())

    def slack(self, measure: int, rep: int) -> cp_model.IntVar | int:
        """Return the excess allowed at a limit: 0 unless the model is elastic."""
        return self._slack.get((measure, rep), 0)

    def slacks(self) -> Iterator[tuple[int, int, cp_model.IntVar]]:
        """Yield measure, rep and variable of each excess."""
        return ((m, r, variable) for (m, r), variable in self._slack.items())

    def splits(self) -> Iterator[tuple[int, int, cp_model.IntVar]]:
        """Yield each split group and rep who may serve it, with the literal "the rep serves some of the group"."""
        return ((group, r, literal) for (group, r), literal in self._splits.items())

    def enforced(self, constraint: cp_model.Constraint, *families: str) -> None:
        """Let a constraint hold only if its families are on, where families can be blamed or switched off."""
        literals = [self._blame[family] for family in families if family in self._blame]
        if self._blame and len(literals) < len(families):
            literals.append(self._off)
        if literals:
            constraint.only_enforce_if(literals)

    def blamed(self) -> dict[str, cp_model.IntVar]:
        """Return the literal of each family that can be blamed."""
        return dict(self._blame)

    def labels(self, solver: cp_model.CpSolver) -> np.ndarray:
        """Return the rep of each unit in the solver's solution. Shape (units,)."""
        of_bundle = np.zeros(int(self.problem.bundle.max(initial=-1)) + 1, dtype=np.int64)
        for (bundle, rep), literal in self._serves.items():
            if solver.boolean_value(literal):
                of_bundle[bundle] = rep
        return of_bundle[self.problem.bundle]


def new_assignment(
    model: cp_model.CpModel,
    problem: UnitProblem,
    *,
    open_pairs: BoolArray | None = None,
    elastic: bool = False,
    blame: tuple[str, ...] = (),
) -> Assignment:
    """Create the variables.

    Parameters
    ----------
    model
        Receives the variables.
    problem
        The condensed problem.
    open_pairs
        Pairs (bundle, rep) to keep among those that the rules leave open. Shape (bundles, reps).
    elastic
        Whether limits on balance may be exceeded at a price.
    blame
        Families that get a literal by which they can be switched off; if any do, all others are off.
    """
    pairs = bundled_pairs(problem)
    if open_pairs is not None:
        pairs &= open_pairs
    serves = {(b, r): model.new_bool_var("") for b, r in zip(*(i.tolist() for i in np.nonzero(pairs)), strict=True)}
    slack = {
        (m, r): model.new_int_var(0, int(problem.amounts[m].sum()), "")
        for m in range(len(problem.amounts) if elastic else 0)
        for r in range(problem.n_reps)
    }
    splits = {(g, r): model.new_bool_var("") for g, r in _group_pairs(problem, pairs)}
    literals = {family: model.new_bool_var(family) for family in blame}
    return Assignment(problem, serves, slack, splits, literals, model.new_constant(0))


def _group_pairs(problem: UnitProblem, pairs: BoolArray) -> list[tuple[int, int]]:
    """Return the split groups and reps that an open pair joins, in order; none where splitting has no price."""
    if not problem.split_price:
        return []
    unit, group = problem.split_members.T
    member, rep = np.nonzero(pairs[problem.bundle[unit]])
    return sorted({*zip(group[member].tolist(), rep.tolist(), strict=True)})
