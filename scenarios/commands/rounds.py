"""Draw territories again with the hours that their tours really take, until these are in balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from maps.bookmaking import ForecastPart, RoundRecord
from maps.plan_tables import tour_tables
from optimizer.solving import Status, StopReason
from optimizer.territory.quick_bound import bound_of
from scenarios.assemble_territories import rep_of_accounts, solver_settings, verified_plan
from scenarios.assemble_tours import assemble_tours
from scenarios.commands.designing import design, futures_of
from scenarios.commands.touring import plan_reps
from scenarios.travel import travel_model

if TYPE_CHECKING:
    from maps.console import StageProgress
    from optimizer.territory.instance import BalanceMeasure, TerritoryInstance
    from optimizer.territory.plan import TerritoryResult
    from optimizer.territory.robustness import Futures
    from optimizer.tours.plan import TourResult
    from scenarios.assemble_territories import AssembledTerritories
    from scenarios.checking import CheckedData
    from scenarios.commands.chain import Chain
    from scenarios.schema import Scenario
    from scenarios.travel import Floats

WORKLOAD: Final = "workload"
SHARE_OF_TOLERANCE: Final = (1.0, 0.5)
"""What the estimate may use of the tolerance in the first and in all further rounds: a plan of least cost goes to the
limits, and the rest is for what routing makes of the estimate. On Iowa (10 %) no plan was found at three tenths."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One round: the workload that it was drawn with, what was drawn, and how even the routed hours are."""

    workload: Floats
    """Hours per cycle of each account. Shape (accounts,)."""
    record: RoundRecord
    territories: TerritoryResult | None = None
    """What was drawn; None when the round was read back."""
    tours: Sequence[TourResult] = ()

    @property
    def broken(self) -> int:
        """Count the rules of the week that the tours break."""
        return sum(len(result.violations) for result in self.tours)

    def rank(self) -> tuple[int, int, float, int]:
        """Put first what breaks least, then what leaves most reps inside and the furthest nearest, then the earlier."""
        return self.broken, -self.record.inside, self.record.worst_deviation, self.record.number


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rounds:
    """All rounds, and the one to go on with: the one whose furthest rep is nearest to his share."""

    records: tuple[RoundRecord, ...]
    best: Trial


def run_rounds(
    chain: Chain, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart, progress: StageProgress
) -> Rounds:
    """Draw territories and tours, turn the routed hours into workload, and draw again.

    Where a round ends outside the tolerance, the next may use less of it on the estimate.

    An account's routed hours are its visits' service and its part of the driving and waiting of its days, as if all
    wanted visits were made. From the second round on the workload is the mean of what the rounds so far measured: an
    area's driving depends on who has it, so that the newest figures alone would swing.
    """
    scenario = chain.loaded.scenario
    count = scenario.territories.routed_rounds
    workload = forecast.potential["workload_hours"].to_numpy(dtype=np.float64)
    measured: list[Floats] = []
    trials: list[Trial] = []
    for number in range(1, count + 1):
        progress.report(f"round {number} of at most {count}", share_done=(number - 1) / count)
        part = replace(forecast, potential=forecast.potential.assign(workload_hours=workload))
        problem = chain.territory_problem(data, rules, part)
        share = SHARE_OF_TOLERANCE[min(number, len(SHARE_OF_TOLERANCE)) - 1]
        result = _drawn(problem, futures_of(problem, data, part, scenario), scenario, progress, share=share)
        plan = verified_plan(problem.instance, result)
        owners = rep_of_accounts(problem.instance, plan, data, problem.account_reps)
        instances = assemble_tours(data, owners, rules, travel_model(scenario.travel), scenario)
        tours = plan_reps(instances, solver_settings(scenario), chain.cluster, observer=progress)
        visits, days, _ = tour_tables(instances, tours)
        measure = next(measure for measure in problem.instance.measures if measure.name == WORKLOAD)
        record = _record(number, problem.instance, measure, days, len(visits))
        trials.append(Trial(workload=workload, record=record, territories=result, tours=tours))
        if record.inside == len(problem.instance.rep_ids) and not trials[-1].broken:
            break
        measured.append(routed_hours(visits, days, data.accounts["account_id"], rules["visits"], workload))
        workload = np.mean(measured, axis=0)
    best = min(trials, key=Trial.rank)
    records = tuple(replace(trial.record, chosen=trial is best) for trial in trials)
    return Rounds(records=records, best=best)


def _drawn(
    problem: AssembledTerritories,
    futures: Futures | None,
    scenario: Scenario,
    progress: StageProgress,
    *,
    share: float,
) -> TerritoryResult:
    """Design territories within a share of the workload's tolerance, or within all of it where that cannot be.

    The bound is one for the tolerance as it is in the scenario.
    """
    if share < 1.0:
        narrow = replace(problem, instance=narrowed(problem.instance, share))
        result = design(narrow, futures, scenario, progress, explain=False)
        if result.plan is not None:
            early = result.stopped_by if result.stopped_by is not StopReason.PROVEN else StopReason.WORK_DONE
            bound = min(result.bound, bound_of(problem.instance))
            return replace(result, status=Status.FEASIBLE, bound=bound, stopped_by=early)
    return design(problem, futures, scenario, progress)


def narrowed(instance: TerritoryInstance, share: float) -> TerritoryInstance:
    """Bring the limits of the workload nearer to each rep's target, to a share of their distance."""
    measures = tuple(
        replace(
            measure,
            lower=measure.targets - np.floor(share * (measure.targets - measure.lower)).astype(np.int64),
            upper=measure.targets + np.floor(share * (measure.upper - measure.targets)).astype(np.int64),
            tolerance=share * measure.tolerance,
        )
        if measure.name == WORKLOAD
        else measure
        for measure in instance.measures
    )
    return replace(instance, measures=measures)


def routed_hours(
    visits: pd.DataFrame, days: pd.DataFrame, account_ids: pd.Series, wanted: pd.Series, estimate: Floats
) -> Floats:
    """Measure the hours of each account as routed, for all wanted visits.

    What a day takes besides service is shared out over its stops by the driving before and after each. Accounts without
    a visit keep their estimate, scaled like the others.

    Returns
    -------
    Shape (accounts,).
    """
    table = visits.sort_values(["rep_id", "date", "stop"]).reset_index(drop=True)
    day = table.groupby(["rep_id", "date"], sort=False)
    known = days.set_index(["rep_id", "date"])
    keys = pd.MultiIndex.from_frame(table[["rep_id", "date"]])
    beside = known["work_minutes"].reindex(keys).to_numpy(dtype=np.float64) - day["service_minutes"].transform("sum")
    back = known["drive_minutes"].reindex(keys).to_numpy(dtype=np.float64) - day["drive_minutes"].transform("sum")
    after = day["drive_minutes"].shift(-1)
    weight = table["drive_minutes"] + after.where(after.notna(), back) + 1.0
    share = weight / weight.groupby([table["rep_id"], table["date"]]).transform("sum")
    minutes = (table["service_minutes"] + share * beside).groupby(table["account_id"]).agg(["sum", "size"])
    minutes = minutes.reindex(account_ids)
    done = minutes["size"].to_numpy(dtype=np.float64)
    routed = minutes["sum"].to_numpy(dtype=np.float64) / 60 * wanted.to_numpy(dtype=np.float64) / done
    seen = np.isfinite(routed)
    scale = routed[seen].sum() / estimate[seen].sum() if seen.any() and estimate[seen].sum() > 0 else 1.0
    return np.where(seen, routed, estimate * scale)


def _record(
    number: int, instance: TerritoryInstance, measure: BalanceMeasure, days: pd.DataFrame, visits: int
) -> RoundRecord:
    """Compare each rep's routed hours with his share of those of his group."""
    rep_ids = instance.rep_ids
    minutes = days.groupby("rep_id")["work_minutes"].sum().reindex(list(rep_ids), fill_value=0)
    hours = minutes.to_numpy(dtype=np.float64) / 60
    target = np.zeros(len(rep_ids))
    for group in np.unique(instance.rep_group):
        mine = instance.rep_group == group
        target[mine] = hours[mine].sum() * measure.targets[mine] / max(1, int(measure.targets[mine].sum()))
    deviation = np.abs(hours / np.where(target > 0, target, 1.0) - 1.0) * (target > 0)
    return RoundRecord(
        number=number,
        worst_deviation=float(deviation.max()),
        furthest_rep=rep_ids[int(deviation.argmax())],
        inside=int((deviation <= measure.tolerance + 1e-9).sum()),
        reps=len(rep_ids),
        drive_hours=float(days["drive_minutes"].sum()) / 60,
        visits=visits,
    )


def rounds_payload(rounds: Rounds) -> dict[str, Any]:
    """Lay rounds out as JSON values."""
    records = [{name: getattr(record, name) for name in RoundRecord.__slots__} for record in rounds.records]
    return {"records": records, "workload": rounds.best.workload.tolist()}


def rounds_from(payload: Mapping[str, Any]) -> Rounds:
    """Read rounds back; what was drawn in them is saved with the later stages."""
    records = tuple(RoundRecord(**record) for record in payload["records"])
    best = next(record for record in records if record.chosen)
    return Rounds(records=records, best=Trial(workload=np.array(payload["workload"]), record=best))
