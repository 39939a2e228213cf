"""Plan tours on public instances with the kernel of the planner, other people's libraries beside it.

`pvrp DIR` (periodic routing), `pvrptw DIR` (with time windows) and `optw DIR` (orienteering with time windows, one
route) read every instance of a folder, search for the given CPU seconds in one process, check each solution with an
evaluator that shares no code with the planner, and print a table. Gaps are shares of the best known value of
`best_known.csv` in the folder, positive when worse.

`iowa` plans the visit weeks of a whole firm beside other ways to plan them, `scale` copies of that firm; both take any
scenario and check every day with an evaluator of their own. `replan` times that command after a cancellation,
and `master` sets a choice of whole tours by GLOP and CP-SAT beside more search.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from benchmarks import tours_replan
from benchmarks.tours_check import Route, check
from benchmarks.tours_engine import load_engine, solve
from benchmarks.tours_readers import RoutingInstance, read_folder

ENGINE = "engine"
ROUNDING = 1e-5
"""Best known values are rounded to two decimals."""
FORMS = {
    "pvrp": "periodic routing: total distance",
    "pvrptw": "periodic routing with time windows: total distance",
    "optw": "orienteering with time windows, one route: total profit",
}
SECONDS = {"pvrp": 60.0, "pvrptw": 60.0, "optw": 10.0}
"""CPU seconds of each run unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run."""

    instance: str
    solver: str
    seed: int
    feasible: bool
    objective: float
    best_known: float | None
    gap: float | None
    """Share of the best known value by which the run is worse; `None` when infeasible or nothing is known."""
    cpu_seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark and print its table."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(description="Plan tours on public instances and on a firm's own scenario.")
    commands = parser.add_subparsers(dest="form", required=True)
    for form, text in FORMS.items():
        command = commands.add_parser(form, help=text, description=text)
        command.add_argument("folder", type=Path, help="folder of instances, with best_known.csv if there is one")
        command.add_argument("--only", default="", help="names of instances, separated by commas; all unless given")
        command.add_argument("--seconds", type=float, default=SECONDS[form], help="CPU seconds of each run")
        command.add_argument("--seeds", default="1", help="random seeds, separated by commas")
        command.add_argument("--json", action="store_true", help="print one JSON list of rows in place of the table")
        command.add_argument("--solutions", type=Path, help="write every solution into this folder")
        if form != "optw":
            command.add_argument("--peers", action="store_true", help="run other people's libraries too")
    if set(words[:1]) & {"iowa", "scale", "-h", "--help"}:
        from benchmarks import tours_week  # noqa: PLC0415 -- the others read no scenario

        tours_week.add_arguments(commands)
    if set(words[:1]) & {"master", "-h", "--help"}:
        from benchmarks import tours_master  # noqa: PLC0415 -- the others read no scenario

        tours_master.add_arguments(commands)
    tours_replan.add_arguments(commands)
    given = parser.parse_args(words)
    if given.form == "replan":
        return tours_replan.run(given)
    if given.form == "master":
        return tours_master.run(given)
    return _on_instances(given) if given.form in FORMS else tours_week.run(given)


def _on_instances(given: argparse.Namespace) -> int:
    """Solve the instances of a folder and print the table."""
    try:
        instances = read_folder(given.folder, form=given.form, only=_words(given.only))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    solvers: dict[str, Callable[[RoutingInstance, float, int], list[Route]]] = {ENGINE: solve}
    if getattr(given, "peers", False):
        from benchmarks.tours_peers import PEERS  # noqa: PLC0415 -- PyVRP is no dependency

        solvers |= PEERS
    load_engine()
    rows = []
    for instance in instances:
        for name, solver in solvers.items():
            for seed in (int(word) for word in _words(given.seeds)):
                row, routes = run(instance, name, solver, given.seconds, seed)
                rows.append(row)
                print(line(row), file=sys.stderr, flush=True)
                if given.solutions:
                    write_solution(given.solutions, instance, row, routes)
    print(json.dumps([asdict(row) for row in rows], indent=1) if given.json else table(rows))
    return 0


def run(
    instance: RoutingInstance,
    name: str,
    solver: Callable[[RoutingInstance, float, int], list[Route]],
    seconds: float,
    seed: int,
) -> tuple[Row, list[Route]]:
    """Solve one instance once and check the routes."""
    started = time.process_time()
    routes = solver(instance, seconds, seed)
    cpu_seconds = time.process_time() - started
    checked = check(instance, routes)
    feasible, best = not checked.faults, instance.best_known
    gap = None
    if feasible and best:
        gap = (best - checked.objective if instance.optional else checked.objective - best) / best
    row = Row(
        instance=instance.name,
        solver=name,
        seed=seed,
        feasible=feasible,
        objective=round(checked.objective, 4),
        best_known=best,
        gap=None if gap is None else round(gap, 6),
        cpu_seconds=round(cpu_seconds, 2),
    )
    return row, routes


def line(row: Row) -> str:
    """Give a run as one line of the table."""
    best = f"{row.best_known:>12,.2f}" if row.best_known is not None else f"{'':>12}"
    gap = f"{row.gap:>8.2%}" if row.gap is not None else f"{'':>8}"
    kept = "yes" if row.feasible else "NO"
    run_of = f"{row.instance:<10}{row.solver:<24}{row.seed:>4} {kept:>8}"
    return f"{run_of} {row.objective:>12,.2f} {best} {gap} {row.cpu_seconds:>7.1f}"


def table(rows: Sequence[Row]) -> str:
    """Give all runs under each other, and for each solver the mean and the worst gap."""
    heads = f"feasible {'objective':>12} {'best known':>12} {'gap':>8} {'CPU s':>7}"
    lines = [f"{'instance':<10}{'solver':<24}{'seed':>4} {heads}"]
    lines += [line(row) for row in rows]
    for solver in dict.fromkeys(row.solver for row in rows):
        own = [row for row in rows if row.solver == solver]
        gaps = [row.gap for row in own if row.gap is not None]
        text = f"{solver}: {sum(row.feasible for row in own)} of {len(own)} runs feasible"
        if gaps:
            reached = sum(gap <= ROUNDING for gap in gaps)
            text += f", gap mean {sum(gaps) / len(gaps):.2%}, worst {max(gaps):.2%}, best known reached in {reached}"
        lines.append(text)
    return "\n".join(lines)


def write_solution(folder: Path, instance: RoutingInstance, row: Row, routes: Sequence[Route]) -> None:
    """Write the routes of a run as JSON, customers by the numbers of their file, days from 1."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{instance.name}_{row.solver.replace(' ', '_')}_{row.seed}.json"
    plain = [{"day": r.day + 1, "customers": [instance.customers[s].number for s in r.stops]} for r in routes]
    path.write_text(json.dumps({**asdict(row), "routes": plain}, indent=1) + "\n", encoding="utf-8")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


if __name__ == "__main__":
    sys.exit(main())
