"""Give areas to given homes at the least cost, or prove that it costs no less than a cutoff."""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import linprog
from scipy.sparse import csr_array

from optimizer.siting.bound import ROUNDING_SHARE
from optimizer.siting.dealing import deal_out, options_of
from optimizer.siting.pairs import BoolArray, FloatArray, Neighbours, path_weights
from optimizer.siting.separation import Cut, broken_cuts
from optimizer.territory.instance import IntArray

LP_ROUNDS: Final = 12
"""Rounds of cuts on the linear program."""

LARGEST_DEALT: Final = 200
"""Areas up to which the depth-first search is tried before CP-SAT."""

DEAL_NODES: Final = 1_000_000
"""Tries of the depth-first search: about two seconds."""

SECONDS_PER_NODE: Final = 2e-6
"""What a try counts as deterministic seconds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Homes:
    """The problem once its homes are known."""

    areas: IntArray
    """Area of each home. Shape (homes,)."""
    cost: FloatArray
    """Shape (areas, homes)."""
    allowed: BoolArray
    """Shape (areas, homes)."""
    amounts: IntArray
    """Shape (measures, areas)."""
    lower: IntArray
    """Shape (measures, homes)."""
    upper: IntArray
    """Shape (measures, homes)."""
    neighbours: Neighbours
    contiguous: bool

    def cost_of(self, labels: IntArray) -> float:
        """Return what a labelling costs."""
        return float(self.cost[np.arange(len(labels)), labels].sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What a search with given homes knows."""

    labels: IntArray | None
    """The best labelling below the cutoff, if one was found. Shape (areas,)."""
    bound: float
    """No labelling of these homes costs less than this or the cutoff, whichever is lower."""
    done: bool
    """Whether `labels` is the best below the cutoff, or there is none."""
    work: float
    """Deterministic seconds used."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Priced:
    value: float
    extra: FloatArray
    share: FloatArray
    feasible: bool


def assign(homes: Homes, *, cutoff: float, work: float, deadline: float) -> Answer:
    """Search for the cheapest labelling below a cutoff.

    A linear program with contiguity cuts gives prices, the prices close pairs, and what is left is searched depth first
    (small maps) or by CP-SAT with cuts added as they are broken.

    Parameters
    ----------
    homes
        The problem with its homes.
    cutoff
        Only cheaper labellings count.
    work
        Deterministic seconds of CP-SAT at most.
    deadline
        Safety net: when to stop on the monotonic clock, in seconds.
    """
    allowed, cuts = homes.allowed.copy(), list[Cut]()
    least, used = -np.inf, 0.0
    for _ in range(LP_ROUNDS):
        priced = _relax(homes, allowed, cuts)
        used += 1e-6 * float(allowed.sum())
        least = max(least, priced.value)
        if not priced.feasible or priced.value >= cutoff:
            return Answer(labels=None, bound=min(cutoff, least), done=True, work=used)
        allowed &= _extra_on_paths(homes, priced, cutoff) < cutoff - priced.value
        if not allowed.any(axis=1).all():
            return Answer(labels=None, bound=cutoff, done=True, work=used)
        fresh = broken_cuts(priced.share, allowed, homes.areas, homes.neighbours) if homes.contiguous else []
        if not fresh:
            break
        cuts += fresh
    if len(allowed) <= LARGEST_DEALT:
        labels, done, spent = _deal(homes, allowed, priced, cutoff)
        used += spent
        if done:
            return Answer(
                labels=labels, bound=cutoff if labels is None else homes.cost_of(labels), done=True, work=used
            )
        if labels is not None:
            cutoff = homes.cost_of(labels)
    else:
        labels = None
    return _close(homes, allowed, cuts, labels, cutoff=cutoff, least=least, work=work, used=used, deadline=deadline)


def _relax(homes: Homes, allowed: BoolArray, cuts: list[Cut]) -> _Priced:
    """Solve the linear program over open pairs and prove its value by the prices alone."""
    area, home = np.nonzero(allowed)
    count, (n, k) = len(area), allowed.shape
    column = np.full((n, k), -1, dtype=np.int64)
    column[area, home] = np.arange(count)
    rows, columns, values, limits = [], [], [], list[float]()
    for amounts, lower, upper in zip(homes.amounts, homes.lower, homes.upper, strict=True):
        for sign, limit in ((1.0, upper), (-1.0, lower)):
            rows.append(home + len(limits))
            columns.append(np.arange(count))
            scale = np.maximum(np.abs(limit), 1).astype(np.float64)
            values.append(sign * amounts[area] / scale[home])
            limits += (sign * limit / scale).tolist()
    for cut in cuts:
        members = column[[cut.area, *cut.separator], cut.home]
        signs = np.array([1.0, *(-1.0 for _ in cut.separator)])[members >= 0]
        rows.append(np.full(len(signs), len(limits)))
        columns.append(members[members >= 0])
        values.append(signs)
        limits.append(0.0)
    matrix = csr_array(
        (
            np.concatenate([[], *values]),
            (np.concatenate([[], *rows]).astype(int), np.concatenate([[], *columns]).astype(int)),
        ),
        shape=(len(limits), count),
    )
    one_home = csr_array((np.ones(count), (area, np.arange(count))), shape=(n, count))
    cost = homes.cost[area, home]
    unit = max(float(cost.mean()), 1.0)
    answer = linprog(
        cost / unit,
        A_ub=matrix if limits else None,
        b_ub=limits or None,
        A_eq=one_home,
        b_eq=np.ones(n),
        bounds=(0, None),
        method="highs-ds",
    )
    extra, share = np.full((n, k), np.inf), np.zeros((n, k))
    if answer.status == 2:
        return _Priced(value=-np.inf, extra=extra, share=share, feasible=False)
    prices = (
        np.minimum(answer.ineqlin.marginals, 0.0) * unit if limits and answer.status == 0 else np.zeros(len(limits))
    )
    extra[area, home] = cost - (matrix.T @ prices if limits else 0.0)
    cheapest = extra.min(axis=1)
    value = float(cheapest.sum() + prices @ np.array(limits))
    if answer.x is not None:
        share[area, home] = answer.x
    return _Priced(
        value=value - ROUNDING_SHARE * abs(value), extra=extra - cheapest[:, None], share=share, feasible=True
    )


def _extra_on_paths(homes: Homes, priced: _Priced, cutoff: float) -> FloatArray:
    """Return what an area adds with the cheapest path to it from each home. Shape (areas, homes)."""
    if not homes.contiguous:
        return priced.extra
    spare = cutoff - priced.value
    columns = [
        path_weights(
            homes.neighbours.start, homes.neighbours.area, np.ascontiguousarray(priced.extra[:, h]), area, spare
        )
        for h, area in enumerate(homes.areas.tolist())
    ]
    return np.stack(columns, axis=1)


def _deal(homes: Homes, allowed: BoolArray, priced: _Priced, cutoff: float) -> tuple[IntArray | None, bool, float]:
    extra = np.maximum(priced.extra, 0.0)
    options, n_options = options_of(allowed, extra)
    regret = np.where(
        n_options > 1, np.sort(np.where(allowed, extra, np.inf), axis=1)[:, min(1, extra.shape[1] - 1)], 0.0
    )
    size = (homes.amounts / np.maximum(homes.upper.max(axis=1, initial=1), 1)[:, None]).max(axis=0, initial=0.0)
    weight = np.where(n_options > 1, np.minimum(regret / (cutoff - priced.value), 1.0) + size, np.inf)
    labels = np.full(len(allowed), -1, dtype=np.int64)
    neighbours = homes.neighbours
    best, nodes = deal_out(
        np.argsort(-weight, kind="stable"),
        options,
        n_options,
        extra,
        homes.amounts,
        np.ascontiguousarray(homes.lower),  # each layout of arrays would be compiled for itself
        np.ascontiguousarray(homes.upper),
        homes.areas,
        neighbours.start,
        neighbours.area,
        homes.contiguous,
        homes.cost,
        priced.value,
        cutoff,
        DEAL_NODES,
        labels,
    )
    return (labels if np.isfinite(best) else None), nodes <= DEAL_NODES, nodes * SECONDS_PER_NODE


def _close(
    homes: Homes,
    allowed: BoolArray,
    cuts: list[Cut],
    labels: IntArray | None,
    *,
    cutoff: float,
    least: float,
    work: float,
    used: float,
    deadline: float,
) -> Answer:
    """Let CP-SAT search what is left, adding the cuts that its answers break."""
    base = np.where(allowed, homes.cost, np.inf).min(axis=1)
    more = np.where(allowed, homes.cost - base[:, None], 0.0).astype(np.int64)
    offset = float(base.sum())
    while used < work and time.monotonic() < deadline:
        most = int(np.ceil(cutoff - offset)) - 1 if np.isfinite(cutoff) else None
        model, x = _model(homes, allowed, cuts, more, most)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = work - used
        solver.parameters.max_time_in_seconds = max(0.1, deadline - time.monotonic())
        status = solver.solve(model)
        used += max(1e-3, float(solver.response_proto.deterministic_time))
        if status == cp_model.INFEASIBLE:
            return Answer(labels=labels, bound=cutoff, done=True, work=used)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        least = max(least, min(cutoff, offset + solver.best_objective_bound - ROUNDING_SHARE * offset))
        chosen = np.zeros(allowed.shape)
        for pair, variable in x.items():
            chosen[pair] = float(solver.boolean_value(variable))
        fresh = broken_cuts(chosen, allowed, homes.areas, homes.neighbours) if homes.contiguous else []
        cuts += fresh
        if not fresh:
            labels = chosen.argmax(axis=1)
            cutoff = homes.cost_of(labels)
            if status == cp_model.OPTIMAL:
                return Answer(labels=labels, bound=cutoff, done=True, work=used)
    return Answer(labels=labels, bound=min(cutoff, least), done=False, work=used)


def _model(
    homes: Homes, allowed: BoolArray, cuts: list[Cut], more: IntArray, most: int | None
) -> tuple[cp_model.CpModel, dict[tuple[int, int], cp_model.IntVar]]:
    """State the rules over the open pairs; the cost counts above the cheapest open pair of each area."""
    model = cp_model.CpModel()
    x = {(int(i), int(h)): model.new_bool_var("") for i, h in np.argwhere(allowed)}
    for i in range(len(allowed)):
        model.add_exactly_one(x[i, h] for h in np.flatnonzero(allowed[i]).tolist())
    for h in range(allowed.shape[1]):
        members = np.flatnonzero(allowed[:, h]).tolist()
        for amounts, lower, upper in zip(homes.amounts, homes.lower, homes.upper, strict=True):
            total = cp_model.LinearExpr.weighted_sum([x[i, h] for i in members], amounts[members].tolist())
            model.add_linear_constraint(total, int(lower[h]), int(upper[h]))
    for cut in cuts:
        if (cut.area, cut.home) in x:
            across = [x[i, cut.home] for i in cut.separator if (i, cut.home) in x]
            model.add_bool_or([*across, x[cut.area, cut.home].negated()])
    cost = cp_model.LinearExpr.weighted_sum(list(x.values()), [int(more[pair]) for pair in x])
    if most is not None:
        model.add(cost <= most)
    model.minimize(cost)
    return model, x
