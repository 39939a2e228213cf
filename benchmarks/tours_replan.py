"""Measure `replan` as a user would: the whole command after a cancellation, and whether all that is frozen stays."""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "alpha.yaml"
CONFIRMED = 3
"""Visits after the day of the cancellation that customers have been promised."""
VISITS = "visits.csv"

Visits = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanRow:
    """One rep planned again."""

    rep: str
    visits: int
    """Of the whole cycle, before."""
    frozen: int
    """Those that are over or promised, and all visits of other reps."""
    frozen_changed: int
    """Frozen ones that are not as they were, to the minute; none is allowed."""
    moved: int
    """Other visits of the rep that are on another day or at another time, or no longer made."""
    cancelled_kept: bool
    """Whether the cancelled visit is still there; it must not be."""
    exit_code: int
    seconds: float
    """By the clock, the whole command."""
    cpu_seconds: float


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    text = "the whole command `replan` after a cancellation, rep by rep, on copies of a finished run"
    command = commands.add_parser("replan", help=text, description=text)
    command.add_argument("scenario", type=Path, nargs="?", default=SCENARIO, help="scenario file; alpha unless given")
    command.add_argument("--out", type=Path, help="folder of its run; out/<name> unless given")
    command.add_argument("--reps", type=int, default=5, help="number of reps, spread over all of them")
    command.add_argument("--json", action="store_true", help="print one JSON list of rows in place of the table")


def run(given: argparse.Namespace) -> int:
    """Cancel one visit of each rep in turn, and print the table."""
    folder = given.out or Path("out", given.scenario.stem)
    try:
        visits = read_visits(folder)
    except OSError as error:
        print(f"{error}; make a run first: python run_scenario.py {given.scenario} --out {folder}", file=sys.stderr)
        return 2
    reps = sorted({visit["rep_id"] for visit in visits})
    chosen = [reps[i * len(reps) // min(given.reps, len(reps))] for i in range(min(given.reps, len(reps)))]
    _again(given.scenario, folder, visits, chosen[0])  # so that all kernels are compiled and files are in memory
    rows = [_again(given.scenario, folder, visits, rep) for rep in chosen]
    print(json.dumps([asdict(row) for row in rows], indent=1) if given.json else table(rows))
    return 0


def read_visits(folder: Path) -> Visits:
    """Read the visits of all reps."""
    with (folder / VISITS).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def compare(before: Visits, after: Visits, *, rep: str, today: str, confirmed: Visits) -> tuple[int, int, int]:
    """Count the frozen visits, those of them that changed, and the others of the rep that did.

    Frozen are all visits of other reps, those before `today` and the confirmed ones.
    """

    def key(visit: dict[str, str]) -> tuple[str, str, str, str, str]:
        return visit["rep_id"], visit["date"], visit["account_id"], visit["start"], visit["depart"]

    promised = {key(visit) for visit in confirmed}
    now = {key(visit) for visit in after}
    frozen = [v for v in before if v["rep_id"] != rep or v["date"] < today or key(v) in promised]
    free = [v for v in before if v["rep_id"] == rep and v["date"] >= today and key(v) not in promised]
    changed = sum(key(visit) not in now for visit in frozen)
    others = {key(v) for v in before if v["rep_id"] != rep or v["date"] < today}
    changed += sum((v["rep_id"] != rep or v["date"] < today) and key(v) not in others for v in after)
    return len(frozen), changed, sum(key(visit) not in now for visit in free)


def _again(scenario: Path, folder: Path, visits: Visits, rep: str) -> ReplanRow:
    """Cancel a visit in the middle of the cycle, some days before; the next ones after it are promised."""
    own = sorted((v for v in visits if v["rep_id"] == rep), key=lambda v: (v["date"], v["start"]))
    dates = sorted({visit["date"] for visit in own})
    today, day = dates[len(dates) // 3], dates[len(dates) // 2]
    later = [visit for visit in own if visit["date"] >= day]
    cancelled, confirmed = later[0], [v for v in later[1:] if v["account_id"] != later[0]["account_id"]][:CONFIRMED]
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, "run")
        shutil.copytree(folder, copy)
        promised = Path(place, "confirmed.csv")
        rows = [f"{visit['account_id']},{visit['date']}" for visit in confirmed]
        promised.write_text("\n".join(["account_id,date", *rows]) + "\n", encoding="utf-8")
        words = [sys.executable, str(ROOT / "run_scenario.py"), "replan", str(scenario), "--out", str(copy)]
        words += ["--rep", rep, "--today", today, "--cancel", f"{cancelled['account_id']}@{day}"]
        words += ["--confirmed", str(promised)]
        used, started = os.times(), time.perf_counter()
        ended = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 -- our own command
        seconds, after = time.perf_counter() - started, os.times()
        if ended.returncode == 2:
            raise SystemExit(ended.stderr)
        found = read_visits(copy)
    frozen, changed, moved = compare(visits, found, rep=rep, today=today, confirmed=confirmed)
    gone = (rep, day, cancelled["account_id"])
    return ReplanRow(
        rep=rep,
        visits=len(own),
        frozen=frozen,
        frozen_changed=changed,
        moved=moved - 1,  # the cancelled one
        cancelled_kept=gone in {(v["rep_id"], v["date"], v["account_id"]) for v in found},
        exit_code=ended.returncode,
        seconds=round(seconds, 2),
        cpu_seconds=round(after.children_user + after.children_system - used.children_user - used.children_system, 2),
    )


def table(rows: Sequence[ReplanRow]) -> str:
    """Give all reps under each other, and the slowest."""
    heads = f"{'frozen':>8} {'of them changed':>16} {'moved':>6} {'cancelled':>10} {'exit':>5}"
    lines = [f"{'rep':<8}{'visits':>7} {heads} {'seconds':>8} {'CPU s':>6}"]
    for row in rows:
        kept = "KEPT" if row.cancelled_kept else "gone"
        counts = (
            f"{row.visits:>7} {row.frozen:>8} {row.frozen_changed:>16} {row.moved:>6} {kept:>10} {row.exit_code:>5}"
        )
        lines.append(f"{row.rep:<8}{counts} {row.seconds:>8.2f} {row.cpu_seconds:>6.2f}")
    slowest = max((row.seconds for row in rows), default=0.0)
    lines.append(f"slowest {slowest:.2f} s, frozen visits changed: {sum(row.frozen_changed for row in rows)}")
    return "\n".join(lines)
