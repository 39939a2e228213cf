"""Plan the visit weeks of a whole firm: `iowa` beside other ways to plan them, `scale` with copies of the firm."""

import argparse
import json
import math
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import pandas as pd

from benchmarks.peers_tours_week import greedy_week, on_order_weekdays, order_weekdays
from benchmarks.tours_week_case import WeekCase, check_all, days_of, week_case
from benchmarks.tours_week_check import DayPlan
from optimizer.solving import Effort, StopReason
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import TourResult
from optimizer.tours.restarts import load_kernels
from optimizer.tours.search import plan_all_tours

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "iowa.yaml"
ENGINE, GREEDY, ORDERS = "engine", "greedy patterns + PyVRP", "weekdays of the orders"
FAULTS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """One way to plan all reps, as the check measured it."""

    instance: str
    solver: str
    seed: int
    reps: int
    accounts: int
    feasible: bool
    """Whether the check found no broken rule and every must has all its visits."""
    objective: int
    """Driving minutes."""
    best_known: None = None
    gap: float | None
    """Share of what the plans cost that the lower bounds leave open, over all reps; `None` without a bound."""
    drive_km: float
    visits: int
    wanted: int
    musts_missed: int
    value_missed: int
    cpu_seconds: float
    seconds: float
    """By the clock."""
    main_mb: float | None = None
    """Greatest memory of the main process, in MB of 10⁶ bytes;"""
    worker_mb: float | None = None
    """and of the largest worker; `None` with one process, or where the system does not tell."""
    faults: tuple[str, ...] = ()


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe both commands."""
    for name, text in {
        "iowa": "24 reps and four weeks of real shops: driving beside other ways to plan them",
        "scale": "copies of the same firm side by side: time and memory",
    }.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument(
            "scenario", type=Path, nargs="?", default=SCENARIO, help="scenario file; iowa unless given"
        )
        command.add_argument("--out", type=Path, help="folder of its forecast and territories; out/<name> unless given")
        command.add_argument("--set", action="append", default=[], dest="sets", help="KEY=VALUE, as in run_scenario.py")
        command.add_argument("--workers", type=int, default=2, help="processes")
        command.add_argument("--effort", choices=[str(e) for e in Effort], help="as in the scenario unless given")
        command.add_argument("--json", action="store_true", help="print one JSON list of rows in place of the table")
        command.add_argument("--seeds", default="1", help="random seeds, separated by commas")
        if name == "iowa":
            command.add_argument("--peers", action="store_true", help="plan with greedy patterns and PyVRP too")
            command.add_argument(
                "--orders", type=Path, help="order_weekday.csv; the one beside the accounts unless given"
            )
            command.add_argument("--solutions", type=Path, help="write every plan into this folder")
        else:
            command.add_argument("--times", default="1,2,5,10", help="numbers of copies, separated by commas")


def run(given: argparse.Namespace) -> int:
    """Run one of the commands and print its table."""
    try:
        case = week_case(given.scenario, given.out or Path("out", given.scenario.stem), sets=given.sets)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    effort = Effort(given.effort) if given.effort else case.settings.effort
    case = replace(case, settings=replace(case.settings, workers=given.workers, effort=effort, seconds=math.inf))
    load_kernels()
    rows: list[WeekRow] = []
    for seed in (int(word) for word in given.seeds.split(",")):
        seeded = replace(case, settings=replace(case.settings, seed=seed))
        made = _beside_peers(seeded, given) if given.form == "iowa" else _copies(seeded, given)
        rows += made
    print(json.dumps([asdict(row) for row in rows], indent=1) if given.json else table(rows))
    return 0


def _beside_peers(case: WeekCase, given: argparse.Namespace) -> list[WeekRow]:
    instances, name = case.instances(), case.scenario.name
    found: list[tuple[WeekRow, list[list[DayPlan]]]] = [planned(case, name, instances)]
    orders = given.orders or Path(str(case.scenario.data.accounts.path)).with_name("order_weekday.csv")
    if orders.is_file():
        weekdays = order_weekdays(orders, pd.Timestamp(instances[0].days[0].date))
        bound = [on_order_weekdays(instance, weekdays) for instance in instances]
        found.append(planned(case, name, bound, solver=ORDERS, even=False))
    else:
        print(f"no {orders}: its weekdays are left out", file=sys.stderr)
    if given.peers:
        share = found[0][0].cpu_seconds / len(instances)
        with _Clock() as clock:
            plans = [greedy_week(instance, share, case.settings.seed) for instance in instances]
        found.append((_row(case, name, GREEDY, plans, clock), plans))
    for row, plans in found:
        if given.solutions:
            given.solutions.mkdir(parents=True, exist_ok=True)
            path = given.solutions / f"{row.instance}_{row.solver.replace(' ', '_')}_{row.seed}.json"
            days = [[asdict(day) for day in own] for own in plans]
            path.write_text(json.dumps({**asdict(row), "days": days}, indent=1) + "\n", encoding="utf-8")
    return [row for row, _ in found]


def _copies(case: WeekCase, given: argparse.Namespace) -> list[WeekRow]:
    rows = []
    for times in (int(word) for word in given.times.split(",")):
        # Each in a process of its own, so that its memory is its own.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
            name = f"{case.scenario.name} × {times}"
            rows.append(alone.submit(plan_copies, case, name, times).result())
        print(line(rows[-1]), file=sys.stderr, flush=True)
    return rows


def plan_copies(case: WeekCase, name: str, times: int) -> WeekRow:
    """Lay out copies of the firm and plan them all; a function of its own for a process of its own."""
    larger = case.copied(times)
    return planned(larger, name, larger.instances())[0]


def planned(
    case: WeekCase, name: str, instances: Sequence[TourInstance], *, solver: str = ENGINE, even: bool = True
) -> tuple[WeekRow, list[list[DayPlan]]]:
    """Plan all reps with the planner, the processes included in its time, and check the plans."""
    memory = _WorkerMemory()
    with _Clock() as clock:
        results = plan_all_tours(instances, case.settings, observer=memory)
    late = sum(result.stopped_by in {StopReason.OUT_OF_TIME, StopReason.INTERRUPTED} for result in results)
    assert not late, f"{late} reps were cut off by the clock"
    plans = [days_of(instance, result) for instance, result in zip(instances, results, strict=True)]
    gap = _gap(results) if solver == ENGINE else None
    row = _row(case, name, solver, plans, clock, gap=gap, worker_mb=memory.most_mb, even=even)
    return row, plans


def _gap(results: Sequence[TourResult]) -> float | None:
    bounds = [result.bound for result in results]
    cost = sum(result.objective for result in results)
    return None if None in bounds or cost <= 0 else 1.0 - sum(bound or 0.0 for bound in bounds) / cost


def _row(
    case: WeekCase,
    name: str,
    solver: str,
    plans: Sequence[Sequence[DayPlan]],
    clock: "_Clock",
    *,
    gap: float | None = None,
    worker_mb: float | None = None,
    even: bool = True,
) -> WeekRow:
    checked = check_all(case, plans, even=even)
    return WeekRow(
        instance=name,
        solver=solver,
        seed=case.settings.seed,
        reps=len(plans),
        accounts=int((case.rules["visits"] > 0).sum()),
        feasible=not checked.faults and not checked.musts_missed,
        objective=checked.drive_minutes,
        gap=None if gap is None else round(gap, 6),
        drive_km=round(checked.drive_km, 1),
        visits=checked.visits,
        wanted=checked.wanted,
        musts_missed=checked.musts_missed,
        value_missed=checked.value_missed,
        cpu_seconds=round(clock.cpu_seconds, 2),
        seconds=round(clock.seconds, 2),
        main_mb=_peak_mb("self"),
        worker_mb=worker_mb,
        faults=checked.faults,
    )


class _Clock:
    """Takes the time by the clock, and the CPU time of this process and of those that end meanwhile."""

    def __enter__(self) -> Self:
        self._cpu, self._began = _cpu_seconds(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_seconds, self.seconds = _cpu_seconds() - self._cpu, time.perf_counter() - self._began


class _WorkerMemory:
    """Looks at the workers' greatest memory each time that a rep is done."""

    def __init__(self) -> None:
        self.most_mb: float | None = None

    def report(
        self, doing: str, *, share_done: float, objective: float | None = None, bound: float | None = None
    ) -> None:
        """Look at all processes that this one has started."""
        del doing, share_done, objective, bound
        for process in multiprocessing.active_children():
            held = _peak_mb(str(process.pid))
            if held is not None:
                self.most_mb = max(held, self.most_mb or 0.0)


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(own.ru_utime + own.ru_stime for own in used)


def _peak_mb(process: str) -> float | None:
    """Return the greatest memory of a process since it began to run its program, as Linux tells it."""
    try:
        lines = Path("/proc", process, "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    held = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return round(int(held[0]) * 1024 / 1e6, 1) if held else None


def line(row: WeekRow) -> str:
    """Give a row as one line of the table."""
    gap = "" if row.gap is None else f"{row.gap:.1%}"
    memory = "".join(f"{'' if mb is None else format(mb, ',.0f'):>9}" for mb in (row.main_mb, row.worker_mb))
    return (
        f"{row.instance:<12}{row.solver:<25}{row.seed:>4} {'yes' if row.feasible else 'NO':>8}{row.objective:>10,}"
        f"{row.drive_km:>10,.0f}{row.visits:>8,}{row.wanted:>8,}{row.musts_missed:>6}{row.value_missed:>9,}"
        f"{len(row.faults):>7,}{gap:>7}"
        f"{row.cpu_seconds:>8.1f}{row.seconds:>8.1f}{memory}"
    )


def table(rows: Sequence[WeekRow]) -> str:
    """Give all rows under each other, what the planner saves, how time grows, and the first faults.

    Musts and value are those missed, faults broken rules of the week.
    """
    heads = (
        f"{'instance':<12}{'solver':<25}{'seed':>4} feasible {'drive min':>9}{'km':>10}{'visits':>8}{'wanted':>8}"
        f"{'musts':>6}{'value':>9}{'faults':>7}{'gap':>7}{'CPU s':>8}{'clock s':>8}{'main MB':>9}{'worker MB':>10}"
    )
    lines = [heads, *(line(row) for row in rows)]
    engines = [row for row in rows if row.solver == ENGINE]
    for row in rows:
        own = next(engine for engine in engines if (engine.instance, engine.seed) == (row.instance, row.seed))
        if row.solver != ENGINE and row.objective and row.visits and own.visits:
            less = 1 - own.objective / row.objective
            a_visit = 1 - own.objective / own.visits / (row.objective / row.visits)
            lines.append(f"seed {row.seed}: driving against {row.solver}: {less:.1%} less, {a_visit:.1%} less a visit")
    if len({row.reps for row in engines}) > 1:
        for what, values in (("clock", [r.seconds for r in engines]), ("CPU", [r.cpu_seconds for r in engines])):
            lines.append(f"{what} time grows with the number of reps to the power {_power(engines, values):.2f}")
    for row in rows:
        lines += [f"{row.solver}: {fault}" for fault in row.faults[:FAULTS_SHOWN]]
        lines += [f"{row.solver}: and {len(row.faults) - FAULTS_SHOWN} more"] * (len(row.faults) > FAULTS_SHOWN)
    return "\n".join(lines)


def _power(rows: Sequence[WeekRow], values: Sequence[float]) -> float:
    """Return the slope of the line through the logarithms of reps and of a measure."""
    size, measure = [math.log(row.reps) for row in rows], [math.log(max(value, 1e-3)) for value in values]
    mean_size, mean_measure = sum(size) / len(size), sum(measure) / len(measure)
    joint = sum((x - mean_size) * (y - mean_measure) for x, y in zip(size, measure, strict=True))
    return joint / sum((x - mean_size) ** 2 for x in size)
