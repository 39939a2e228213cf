"""Plan reps far from their accounts with and without nights away: `python benchmarks/tours_nights.py [SCENARIO]`.

Accounts belong to the rep whose area they lie in today, so that neither forecast nor territories are needed. The reps
with the longest mean drive from home to a visit are planned twice, with the same seed and effort: every day leading
home, and with `tours.nights_away`. Both plans are checked by the verifier, which shares no code with the search.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from optimizer.solving import Effort, SolverSettings
from optimizer.tours.instance import TourInstance
from optimizer.tours.objective import nights_away, visit_counts
from optimizer.tours.restarts import load_kernels
from optimizer.tours.search import plan_tours
from optimizer.tours.verify import verify_result
from scenarios.assemble_tours import assemble_tours
from scenarios.checking import check_data
from scenarios.loading import load_scenario
from scenarios.tables import read_tables
from scenarios.travel import travel_model
from scenarios.workload import visit_rules

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "alpha.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class NightRow:
    """One rep planned in one way."""

    rep: str
    plan: str
    accounts: int
    mean_minutes: float
    """From home to the place of a visit."""
    visits: int
    wanted: int
    drive_minutes: int
    drive_km: float
    nights: int
    objective: float
    bound: float
    faults: int
    cpu_seconds: float


def main(arguments: list[str] | None = None) -> int:
    """Print one row a rep and way."""
    parser = argparse.ArgumentParser(description="Plan reps far from their accounts with and without nights away.")
    parser.add_argument("scenario", type=Path, nargs="?", default=SCENARIO)
    parser.add_argument("--nights", default="{}", help="tours.nights_away as YAML; the defaults unless given")
    parser.add_argument("--reps", type=int, default=3, help="how many of the reps with the longest drives")
    parser.add_argument("--effort", choices=[str(e) for e in Effort], default=str(Effort.NORMAL))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    settings = SolverSettings(effort=Effort(given.effort), seed=given.seed, workers=1, seconds=1e9)
    ways = {"home every day": [], "nights away": [f"tours.nights_away={given.nights}"]}
    problems = {name: _instances(given.scenario, sets) for name, sets in ways.items()}
    far = sorted(range(len(problems["nights away"])), key=lambda i: -mean_minutes(problems["nights away"][i]))
    load_kernels()
    print(
        f"{'rep':<8}{'plan':<16}{'accounts':>9}{'mean min':>9}{'visits':>14}{'drive min':>10}{'km':>9}{'nights':>7}"
        f"{'objective':>11}{'bound':>8}{'faults':>7}{'CPU s':>7}"
    )
    for i in far[: given.reps]:
        for name, instances in problems.items():
            print(_line(planned(instances[i], name, settings)), flush=True)
    return 0


def planned(instance: TourInstance, name: str, settings: SolverSettings) -> NightRow:
    """Plan and check one rep."""
    began = time.process_time()
    result = plan_tours(instance, settings)
    seconds = time.process_time() - began
    terms = {term.name: term.value for term in result.terms}
    assert result.plan is not None
    return NightRow(
        rep=instance.rep_id,
        plan=name,
        accounts=len(instance.visits),
        mean_minutes=mean_minutes(instance),
        visits=sum(visit_counts(instance, result.plan)),
        wanted=sum(rule.frequency for rule in instance.visits),
        drive_minutes=int(terms["driving"]),
        drive_km=terms["distance"],
        nights=len(nights_away(instance, result.plan)),
        objective=result.objective,
        bound=result.bound or 0.0,
        faults=len(verify_result(instance, result)),
        cpu_seconds=seconds,
    )


def mean_minutes(instance: TourInstance) -> float:
    """Give the mean drive from home to a visit."""
    wanted = np.array([rule.frequency for rule in instance.visits], dtype=np.float64)
    drives = instance.drive_minutes[0, 1 : 1 + len(wanted)]
    return float((drives * wanted).sum() / max(1.0, wanted.sum()))


def _instances(path: Path, sets: list[str]) -> tuple[TourInstance, ...]:
    loaded = load_scenario(path, sets=sets)
    data = check_data(read_tables(loaded), loaded.scenario)
    team = set(data.reps["rep_id"])
    today = data.areas.set_index("area_id")["current_rep_id"]
    owners = [rep if rep in team else "" for rep in data.accounts["area_id"].map(today)]
    rules = visit_rules(data.accounts, loaded.scenario)
    return assemble_tours(data, owners, rules, travel_model(loaded.scenario.travel), loaded.scenario)


def _line(row: NightRow) -> str:
    visits = f"{row.visits} of {row.wanted}"
    return (
        f"{row.rep:<8}{row.plan:<16}{row.accounts:>9}{row.mean_minutes:>9.0f}{visits:>14}{row.drive_minutes:>10,}"
        f"{row.drive_km:>9,.0f}{row.nights:>7}{row.objective:>11,.0f}{row.bound:>8,.0f}{row.faults:>7}{row.cpu_seconds:>7.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
