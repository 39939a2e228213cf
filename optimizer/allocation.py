"""Share a whole number of equal steps (money, hours) out over groups whose gains diminish."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
LARGEST_COEFFICIENT = 2**40
"""Gains are scaled so that their sum stays below this: far inside the 64 bits of the solver."""


class AllocationError(ValueError):
    """The steps cannot be shared out as asked."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Allocation:
    """Steps shared out at the greatest gain; proven, there is no better."""

    steps: Steps
    """Of each group. Shape (groups,)."""
    gain: float
    """Sum over groups, in the unit of the gains."""


def diminishing_gains(most: Floats, half: Floats, *, step: float, steps: int) -> Floats:
    """Give what each step adds where x brings most · x / (x + half), the concave case of ADBUDG (Little 1970).

    Parameters
    ----------
    most
        What a group brings however much it gets. Shape (groups,).
    half
        Amount at which half of that is reached, above 0, in the unit of `step`. Shape (groups,).

    Returns
    -------
    In the unit of `most`, falling from step to step. Shape (groups, steps).
    """
    spent = step * np.arange(steps + 1)
    reached = most[:, None] * spent / (spent + half[:, None])
    return np.diff(reached, axis=1)


def share_out(gains: Floats, *, total: int, least: Steps, most: Steps, all_of_it: bool) -> Allocation:
    """Choose how many steps each group gets so that the sum of their gains is greatest.

    Maximise Σ g[i,k] · x[i,k] over x[i,k] ∈ {0, 1} with Σ x = total (at most total unless `all_of_it`) and
    least[i] ≤ Σ_k x[i,k] ≤ most[i]. Gains that fall from step to step make first steps be taken first, so that no order
    needs to be asked for. CP-SAT, one worker: the same input gives the same shares.

    Parameters
    ----------
    gains
        What each further step of a group brings, net of its cost if it has one; never rising along a row.
        Shape (groups, steps).
    total
        Steps to share out.
    least, most
        Steps of each group. Shape (groups,).
    all_of_it
        Whether every step must be given away, even at a loss.

    Raises
    ------
    AllocationError
        Gains rise along a row, or the limits leave no way.
    """
    groups, count = gains.shape
    most = np.minimum(most, count)
    if (np.diff(gains, axis=1) > 1e-9 * max(1.0, float(np.abs(gains).max(initial=0.0)))).any():
        raise AllocationError("gains must not rise from step to step")
    if (least > most).any() or least.sum() > total or (all_of_it and most.sum() < total):
        raise AllocationError(
            f"{total} steps cannot be shared out over {groups} groups that take {int(least.sum())} to {int(most.sum())}"
        )
    model = cp_model.CpModel()
    taken = [[model.new_bool_var(f"{group},{step}") for step in range(int(most[group]))] for group in range(groups)]
    for group, row in enumerate(taken):
        model.add(sum(row) >= int(least[group]))
    everything = sum(each for row in taken for each in row)
    model.add(everything == total if all_of_it else everything <= total)
    largest = float(np.abs(gains).sum()) or 1.0
    whole = np.round(gains * (LARGEST_COEFFICIENT / largest)).astype(np.int64)
    model.maximize(
        sum(int(whole[group, step]) * each for group, row in enumerate(taken) for step, each in enumerate(row))
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status != cp_model.OPTIMAL:  # limits were checked above, and there is no time limit
        raise AllocationError(f"no shares were found: {solver.status_name(status)}")
    # Equal gains may be taken out of order; their number is what counts.
    steps = np.array([sum(solver.boolean_value(each) for each in row) for row in taken], dtype=np.int64)
    gain = sum(float(gains[group, :number].sum()) for group, number in enumerate(steps))
    return Allocation(steps=steps, gain=gain)
