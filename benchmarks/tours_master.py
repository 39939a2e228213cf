"""Choose whole tours out of those that a search came across, beside more search in the same time.

A set covering model after Cacchiani, Hemmelmayr & Tricoire, "A set-covering based heuristic algorithm for the periodic
vehicle routing problem", Discrete Applied Mathematics 163(1), 2014, with the rules between days in it: patterns,
longest weeks, level weeks. GLOP prices the columns, CP-SAT chooses among those of least reduced cost.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from ortools.linear_solver.python.model_builder_helper import ModelBuilderHelper, ModelSolverHelper
from ortools.sat.python import cp_model
from scipy import sparse

from optimizer.solving import InvalidInstanceError
from optimizer.tours.annealing import Heat, cost_of, improve, measure_all, settle
from optimizer.tours.arrays import (
    DRIVE,
    END_PATTERN,
    FIRST_PATTERN,
    LENGTH,
    LEVEL_WEIGHT,
    NO_LIMIT,
    NO_VISIT_COST,
    OVERTIME,
    OVERTIME_WEIGHT,
    SLOT_FIELDS,
    WEEK,
    WEEK_LIMIT,
    WEEKS,
    WORK,
    WORKED,
    FloatArray,
    Problem,
    Tours,
    empty_tours,
    problem_of,
)
from optimizer.tours.desk import HARD, WEEK_PRICE, empty_desk
from optimizer.tours.instance import IntArray
from optimizer.tours.restarts import (
    COLD,
    HOT,
    LONGEST_STRING,
    MOST_UNSERVED,
    NOISE,
    ONE_DAY,
    REMOVED_MEAN,
    SETTLE_PASSES,
    SETTLE_PRICE,
    WEEK_START_PRICE,
    load_kernels,
    typical_drive,
)
from scenarios.everyday import FOLDER, desk_from

SCENARIO: Final = Path(__file__).resolve().parents[1] / "scenarios" / "alpha.yaml"
CHUNK: Final = 100
"""Rounds between two looks at the tours of the search."""
COLLECTED_FROM: Final = 0.4
"""Share of the rounds after which tours are good enough to be collected."""
INTERLEAVED: Final = 8
"""Strategies that CP-SAT plays in turn, in one thread: large neighbourhoods are among them."""


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    text = "choose whole tours from a pool with GLOP and CP-SAT, beside more search in the same time"
    command = commands.add_parser("master", help=text, description=text)
    command.add_argument("scenario", type=Path, nargs="?", default=SCENARIO, help="scenario file; alpha unless given")
    command.add_argument("--out", type=Path, help="folder of its run; out/<name> unless given")
    command.add_argument("--reps", type=int, default=4, help="number of reps, spread over all of them")
    command.add_argument("--rounds", type=int, default=100_000, help="rounds of search before the master")
    command.add_argument("--restarts", type=int, default=4, help="searches that share the rounds and fill the pool")
    command.add_argument("--columns", type=int, default=2_500, help="columns that CP-SAT chooses from")
    command.add_argument("--work", type=float, default=4.0, help="deterministic time of CP-SAT")
    command.add_argument("--json", action="store_true", help="print one JSON list of rows in place of the table")


def run(given: argparse.Namespace) -> int:
    """Polish the plans of some reps of a finished run, and print the table."""
    folder = given.out or Path("out", given.scenario.stem)
    desks = sorted((folder / FOLDER).glob("*.json.gz"))
    if not desks:
        print(f"no run in {folder}; make one: python run_scenario.py {given.scenario} --out {folder}", file=sys.stderr)
        return 2
    load_kernels()
    rows = []
    if not given.json:
        heads = f"{'tours':>6} {'search':>9} {'relaxation':>11} {'master':>9} {'longer search':>14}"
        print(f"{'rep':<8}{heads} {'search, s':>10} {'master, s':>10}", flush=True)
    for number in range(min(given.reps, len(desks))):
        instance = desk_from(desks[number * len(desks) // min(given.reps, len(desks))].read_bytes()).instance
        row = polish(
            problem_of(instance),
            rounds=given.rounds,
            restarts=given.restarts,
            columns=given.columns,
            work=given.work,
            seed=1,
        )
        rows.append({"rep": instance.rep_id, **asdict(row)})
        if not given.json:
            costs = (
                f"{row.pool:>6} {row.search:>9,.1f} {row.relaxation:>11,.1f} {row.master:>9,.1f} {row.longer:>14,.1f}"
            )
            print(f"{instance.rep_id:<8}{costs} {row.search_seconds:>10.1f} {row.master_seconds:>10.1f}", flush=True)
    if given.json:
        print(json.dumps(rows, indent=1))
    return 0


@dataclass(frozen=True, slots=True)
class PooledTour:
    """The cheapest order of one set of stops on one kind of day."""

    kind: int
    stops: tuple[int, ...]
    cost: int
    work: int


@dataclass(slots=True)
class Pool:
    """Tours that a search came across."""

    problem: Problem
    kinds: IntArray = field(init=False)
    """Kind of each day: days of one kind have the same hours, break and windows. Shape (days,)."""
    found: dict[tuple[int, frozenset[int]], PooledTour] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        problem, numbers = self.problem, dict[bytes, int]()
        if len(problem.slots) != problem.useful.shape[1]:
            raise InvalidInstanceError("the master is for one tour a day")
        columns = [1 + SLOT_FIELDS.index(name) for name in SLOT_FIELDS if name != "week"]
        keys = [
            problem.slots[d, columns].tobytes() + problem.windows[:, d].tobytes() for d in range(len(problem.slots))
        ]
        self.kinds = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)

    def collect(self, tours: Tours) -> None:
        """Take note of the tours of a state, whose sums are up to date."""
        prices = tours.sums[:, DRIVE] + self.problem.rules[OVERTIME_WEIGHT] * tours.sums[:, OVERTIME]
        for day in np.flatnonzero(tours.sums[:, LENGTH]).tolist():
            stops = tuple((tours.place[day, 1 : tours.sums[day, LENGTH] + 1] - 1).tolist())
            key = (int(self.kinds[day]), frozenset(stops))
            if key not in self.found or self.found[key].cost > prices[day]:
                self.found[key] = PooledTour(key[0], stops, int(prices[day]), int(tours.sums[day, WORK]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """Columns: tours on days, then patterns, then accounts without a visit, last the busiest week."""

    tours: list[tuple[PooledTour, int]]
    """Each tour with a day on which it can be driven."""
    cost: FloatArray
    matrix: sparse.csr_matrix
    low: FloatArray
    high: FloatArray


@dataclass(slots=True)
class _Entries:
    """Entries of a sparse matrix."""

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, rows: list[int], column: int, value: float) -> None:
        self.rows += rows
        self.columns += [column] * len(rows)
        self.values += [value] * len(rows)


def lay_out(problem: Problem, pool: Pool) -> Master:
    """Write the master.

    Rows: for each account and day Σ tours there ≥ Σ patterns with that day; for each account one pattern or no visit;
    for each day one tour at most; for each week its longest time, and that it is no busier than the busiest.
    """
    (accounts, days), weeks = problem.useful.shape, int(problem.rules[WEEKS])
    level = int(problem.rules[LEVEL_WEIGHT])
    first_account, first_day = accounts * days, accounts * days + accounts
    first_week = first_day + days
    entries, cost = _Entries(), list[float]()
    tours: list[tuple[PooledTour, int]] = []
    for tour in pool.found.values():
        for day in np.flatnonzero(pool.kinds == tour.kind).tolist():
            if problem.useful[list(tour.stops), day].all():
                week = int(problem.slots[day, WEEK])
                entries.add([account * days + day for account in tour.stops], len(tours), 1.0)
                entries.add([first_day + day], len(tours), 1.0)
                entries.add([first_week + week, first_week + weeks + week], len(tours), float(tour.work))
                cost.append(tour.cost - level * tour.work / weeks)
                tours.append((tour, day))
    for p, account in enumerate(_owners(problem)):
        visits = problem.pattern_days[p, 1 : 1 + problem.pattern_days[p, 0]].tolist()
        entries.add([account * days + day for day in visits], len(cost), -1.0)
        entries.add([first_account + account], len(cost), 1.0)
        cost.append(float(problem.pattern_days[p, -1]))
    for account in range(accounts):
        entries.add([first_account + account], len(cost), 1.0)
        cost.append(float(problem.accounts[account, NO_VISIT_COST]))
    entries.add([first_week + weeks + week for week in range(weeks)], len(cost), -1.0)
    cost.append(float(level))
    worked = problem.rules[WORKED : WORKED + weeks].astype(np.float64)
    limit = float(problem.rules[WEEK_LIMIT]) if problem.rules[WEEK_LIMIT] < NO_LIMIT else np.inf
    any_low = np.full(2 * weeks, -np.inf)
    low = np.concatenate([np.zeros(first_account), np.ones(accounts), np.zeros(days), any_low])
    high = [np.full(first_account, np.inf), np.ones(accounts), np.ones(days), limit - worked, -worked]
    matrix = sparse.csr_matrix((entries.values, (entries.rows, entries.columns)), shape=(len(low), len(cost)))
    return Master(tours=tours, cost=np.array(cost), matrix=matrix, low=low, high=np.concatenate(high))


def price(master: Master) -> tuple[float, FloatArray]:
    """Solve the relaxation with GLOP; return its value and the reduced cost of every column."""
    model, solver, n = ModelBuilderHelper(), ModelSolverHelper("glop"), len(master.cost)
    model.fill_model_from_sparse_data(
        np.zeros(n), np.full(n, np.inf), master.cost, master.low, master.high, master.matrix
    )
    solver.solve(model)
    return float(solver.objective_value()), np.asarray(solver.reduced_costs())


def choose(master: Master, kept: IntArray, start: frozenset[int], *, weeks: int, work: float, seed: int) -> set[int]:
    """Choose columns with CP-SAT, begun from a plan; `work` is its deterministic time. Empty when it finds nothing."""
    model, busiest = cp_model.CpModel(), len(master.cost) - 1
    x = {c: model.new_bool_var("") for c in kept.tolist() if c != busiest} | {
        busiest: model.new_int_var(0, 1 << 30, "")
    }
    picked = master.matrix[:, kept]
    for row, (low, high) in enumerate(zip(master.low, master.high, strict=True)):
        part = slice(picked.indptr[row], picked.indptr[row + 1])
        terms = [x[int(kept[c])] for c in picked.indices[part]]
        total = cp_model.LinearExpr.weighted_sum(terms, [round(value) for value in picked.data[part]])
        if np.isfinite(low):
            model.add(total >= round(low))
        if np.isfinite(high):
            model.add(total <= round(high))
    costs = [round(master.cost[c] * weeks) for c in kept.tolist()]  # level weeks cost parts of the number of weeks
    model.minimize(cp_model.LinearExpr.weighted_sum([x[c] for c in kept.tolist()], costs))
    for column in kept.tolist():
        if column != busiest:
            model.add_hint(x[column], column in start)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = INTERLEAVED
    solver.parameters.interleave_search = True
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = work
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return set()
    return {c for c in kept.tolist() if c != busiest and solver.boolean_value(x[c])}


def columns_of(problem: Problem, master: Master, tours: Tours) -> frozenset[int]:
    """Find the columns of a state of the search."""
    index = {(frozenset(tour.stops), day): column for column, (tour, day) in enumerate(master.tours)}
    base, patterns = len(master.tours), len(problem.pattern_days)
    lists = [(tours.place[d, 1 : tours.sums[d, LENGTH] + 1] - 1).tolist() for d in range(len(tours.sums))]
    driven = {index[frozenset(stops), day] for day, stops in enumerate(lists) if stops}
    chosen = {base + row if row >= 0 else base + patterns + a for a, row in enumerate(tours.chosen.tolist())}
    return frozenset(driven | chosen)


def assemble(problem: Problem, master: Master, chosen: set[int]) -> Tours:
    """Lay chosen columns out as a state; visits that the patterns do not ask for are left out."""
    tours, base, owners = empty_tours(problem), len(master.tours), _owners(problem)
    for row in sorted(c - base for c in chosen if base <= c < base + len(owners)):
        tours.chosen[owners[row]], tours.lost[owners[row]] = row, problem.pattern_days[row, -1]
    for column in sorted(c for c in chosen if c < base):
        tour, day = master.tours[column]
        wanted = [a for a in tour.stops if tours.chosen[a] >= 0 and day in _days(problem, int(tours.chosen[a]))]
        tours.place[day, 1 : len(wanted) + 1] = np.array(wanted, dtype=np.int64) + 1
        tours.sums[day, LENGTH] = len(wanted)
        tours.slot_of[wanted, day] = day
    return tours


@dataclass(frozen=True, slots=True, kw_only=True)
class Polish:
    """What the master and more search make of the same plan."""

    pool: int
    search: float
    """Cost after the search,"""
    relaxation: float
    """the value of the master's relaxation: no choice from the pool costs less,"""
    master: float
    """after the master,"""
    longer: float
    """and of a search from scratch that takes as long as search and master together."""
    search_seconds: float
    master_seconds: float


def polish(problem: Problem, *, rounds: int, restarts: int, columns: int, work: float, seed: int) -> Polish:
    """Search with a pool, choose from it, and search anew for the whole time."""
    pool, clock = Pool(problem), time.process_time
    began = clock()
    found, best = min(
        (_search(problem, seed * 1_000 + r, rounds // restarts, pool) for r in range(restarts)), key=lambda f: f[0]
    )
    searched = clock()
    master = lay_out(problem, pool)
    value, reduced = price(master)
    start = columns_of(problem, master, best)
    reduced[[*start, len(reduced) - 1]] = -np.inf
    kept = np.sort(np.argsort(reduced, kind="stable")[:columns])
    chosen = choose(master, kept, start, weeks=max(1, int(problem.rules[WEEKS])), work=work, seed=seed)
    after = found
    if chosen:
        desk, state = empty_desk(problem, seed, prices=(HARD, HARD, HARD)), assemble(problem, master, chosen)
        measure_all(problem, state, desk)
        after = min(found, cost_of(problem, state, desk))
    ended = clock()
    more = round(rounds * (ended - began) / (searched - began))
    longer = min(_search(problem, seed * 1_000 + r, more // restarts, None)[0] for r in range(restarts))
    return Polish(
        pool=len(pool.found),
        search=found,
        relaxation=value,
        master=after,
        longer=longer,
        search_seconds=searched - began,
        master_seconds=ended - searched,
    )


def _search(problem: Problem, seed: int, rounds: int, pool: Pool | None) -> tuple[float, Tours]:
    """Search as `optimizer.tours.restarts` does, and show the pool the tours."""
    current, trial, best = empty_tours(problem), empty_tours(problem), empty_tours(problem)
    desk, near, cost = empty_desk(problem, seed, prices=(WEEK_START_PRICE, HARD, HARD)), typical_drive(problem), np.inf
    chunks = max(1, rounds // CHUNK)
    for chunk in range(chunks):
        hot, cold = (near * HOT * (COLD / HOT) ** ((chunk + part) / chunks) for part in (0, 1))
        heat = Heat(hot, cold, near * NOISE, REMOVED_MEAN, LONGEST_STRING, MOST_UNSERVED, ONE_DAY)
        cost = improve(problem, current, trial, best, desk, heat, CHUNK, cost)
        if pool is not None and chunk >= COLLECTED_FROM * chunks:
            pool.collect(current)
    desk.prices[WEEK_PRICE] = SETTLE_PRICE
    cost = settle(problem, best, trial, desk, cost, SETTLE_PASSES)
    measure_all(problem, best, desk)
    if pool is not None:
        pool.collect(best)
    return cost, best


def _owners(problem: Problem) -> list[int]:
    """Account of each pattern."""
    return [
        a
        for a, (first, end) in enumerate(problem.accounts[:, [FIRST_PATTERN, END_PATTERN]].tolist())
        for _ in range(first, end)
    ]


def _days(problem: Problem, row: int) -> list[int]:
    days: list[int] = problem.pattern_days[row, 1 : 1 + problem.pattern_days[row, 0]].tolist()
    return days
