"""Draw territories again with the hours that their tours really take, until these are in balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from maps.bookmaking import ForecastPart, RoundRecord
from optimizer.interruption import requested
from optimizer.solving import Status, StopReason
from optimizer.territory.objective import terms
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.territory.quick_bound import bound_of
from optimizer.territory.settle import settle, staying
from optimizer.territory.verify import verify
from scenarios.assemble_territories import rep_of_accounts, solver_settings, verified_plan
from scenarios.assemble_tours import assemble_tours
from scenarios.commands.designing import design, futures_of
from scenarios.commands.touring import plan_reps
from scenarios.routed import WORKLOAD, RoutedHours, routed_hours, why_outside
from scenarios.saved import territories_from, territories_payload
from scenarios.travel import travel_model

if TYPE_CHECKING:
    from maps.console import StageProgress
    from optimizer.territory.instance import TerritoryInstance
    from optimizer.territory.robustness import Futures
    from optimizer.tours.instance import TourInstance
    from optimizer.tours.plan import TourResult
    from scenarios.assemble_territories import AssembledTerritories
    from scenarios.checking import CheckedData
    from scenarios.commands.chain import Chain
    from scenarios.schema import Scenario
    from scenarios.travel import Floats

SHARE_OF_TOLERANCE: Final = 0.5
"""What a round aims to use of the tolerance on the hours measured in the round before: the rest is for what routing
makes of the areas that change hands."""

SHARE_AGAIN: Final = 0.7
"""The same where what is still outside is settled again within a round: fewer areas move, and routing makes less of
them."""

AGAIN: Final = 2
"""How often that is done in a round, at most."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One round: the workload that it was drawn with, what was drawn, and how even the routed hours are."""

    workload: Floats
    """Hours per cycle of each account. Shape (accounts,)."""
    record: RoundRecord
    drawn: Mapping[str, Any]
    """The territories as JSON values, see `saved.territories_payload`."""
    territories: TerritoryResult | None = None
    """The same; None when the round was read back."""
    tours: Sequence[TourResult] = ()
    """Empty when the round was read back."""
    hours: RoutedHours | None = None
    """What the tours came to; None when the round was read back."""
    excess: float = 0.0
    """Sum over the reps of how far they are outside the tolerance, as shares."""

    @property
    def done(self) -> bool:
        """Tell whether every rep is inside and no rule broken."""
        return self.record.inside == self.record.reps and not self.broken

    def territories_in(self, instance: TerritoryInstance) -> TerritoryResult:
        """Give what was drawn."""
        return self.territories or territories_from(self.drawn, instance)

    @property
    def broken(self) -> int:
        """Count the rules that territories and tours break."""
        drawn = self.territories.violations if self.territories else ()
        return len(drawn) + sum(len(result.violations) for result in self.tours)

    def rank(self) -> tuple[int, int, float, int]:
        """Put first what breaks least, then what leaves most reps inside and the furthest nearest, then the earlier."""
        return self.broken, -self.record.inside, self.record.worst_deviation, self.record.number


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rounds:
    """All rounds, and the one to go on with: the first by `Trial.rank`."""

    records: tuple[RoundRecord, ...]
    best: Trial


def run_rounds(
    chain: Chain, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart, progress: StageProgress
) -> Rounds:
    """Draw territories and tours, turn the hours as routed into workload, and draw again.

    The first round draws by the estimate. Each further one takes the hours that the round before measured, account by
    account and with what missed visits would take, and gives away as few of them as bring every rep well inside: the
    hours of an account depend on who has it with which others, so that only those of areas that stay are known. Within
    a round what is still outside is settled again, by less, as long as that brings it nearer. Only reps whose accounts
    change are routed anew. The rounds end when every rep is inside.
    """
    scenario = chain.loaded.scenario
    count = scenario.territories.routed_rounds
    estimate = forecast.potential["workload_hours"].to_numpy(dtype=np.float64)
    toured: dict[tuple[str, ...], TourResult] = {}

    def problem_with(hours: Floats) -> tuple[AssembledTerritories, ForecastPart]:
        part = replace(forecast, potential=forecast.potential.assign(workload_hours=hours))
        return chain.territory_problem(data, rules, part), part

    def drawn(number: int, last: Trial | None, share: float) -> Trial:
        workload = estimate if last is None or last.hours is None else last.hours.by_account
        problem, part = problem_with(workload)
        futures = futures_of(problem, data, part, scenario)
        before = last.territories.plan if last and last.territories else None
        if before is None:
            result = design(problem, futures, scenario, progress)
        else:
            result = _settled(problem, before, share, futures, scenario, progress)
        plan = verified_plan(problem.instance, result)
        owners = rep_of_accounts(problem.instance, plan, data, problem.account_reps)
        instances = assemble_tours(data, owners, rules, travel_model(scenario.travel), scenario)
        tours = _toured(instances, toured, scenario, chain, progress)
        hours = routed_hours(instances, tours, data.accounts["account_id"], problem.instance.rep_ids)
        return Trial(
            workload=workload,
            record=_record(number, problem.instance, hours, tours),
            drawn=territories_payload(problem.instance, result),
            territories=result,
            tours=tours,
            hours=hours,
            excess=_excess(problem.instance, hours),
        )

    trials: list[Trial] = []
    for number in range(1, count + 1):
        progress.report(f"round {number} of at most {count}", share_done=(number - 1) / count)
        trial = drawn(number, trials[-1] if trials else None, SHARE_OF_TOLERANCE)
        for _ in range(AGAIN):
            if trial.done or requested():
                break
            again = drawn(number, trial, SHARE_AGAIN)
            if (again.broken, again.excess) >= (trial.broken, trial.excess):
                break
            trial = again
        trials.append(trial)
        if trial.done or requested():
            break
    best = min(trials, key=Trial.rank)
    if best.hours is not None and best.territories is not None and best.record.inside < best.record.reps:
        measured, _ = problem_with(best.hours.by_account)
        plan = verified_plan(problem_with(best.workload)[0].instance, best.territories)
        best = replace(best, record=replace(best.record, reasons=why_outside(measured.instance, plan, best.hours)))
    best = replace(best, record=replace(best.record, chosen=True))
    records = tuple(best.record if trial.record.number == best.record.number else trial.record for trial in trials)
    return Rounds(records=records, best=best)


def _toured(
    instances: Sequence[TourInstance],
    known: dict[tuple[str, ...], TourResult],
    scenario: Scenario,
    chain: Chain,
    progress: StageProgress,
) -> tuple[TourResult, ...]:
    """Plan the tours of all reps; a rep with the same accounts as in a round before keeps those of it."""
    keys = [(one.rep_id, *(rule.account_id for rule in one.visits)) for one in instances]
    fresh = [number for number, key in enumerate(keys) if key not in known]
    found = plan_reps([instances[n] for n in fresh], solver_settings(scenario), chain.cluster, observer=progress)
    known.update({keys[n]: result for n, result in zip(fresh, found, strict=True)})
    return tuple(known[key] for key in keys)


def _settled(  # noqa: PLR0917 - private
    problem: AssembledTerritories,
    before: TerritoryPlan,
    share: float,
    futures: Futures | None,
    scenario: Scenario,
    progress: StageProgress,
) -> TerritoryResult:
    """Bring a plan inside the tolerance of a workload with few changes, well inside where that can be.

    Cost and bound are those of the scenario's own rules and aims.
    """
    instance = problem.instance
    near, aim = (staying(limits, before, WORKLOAD) for limits in (instance, narrowed(instance, share)))
    plan = settle(near, before, solver_settings(scenario), aim=aim, observer=progress)
    if plan is None or verify(instance, plan):
        return design(replace(problem, start=before), futures, scenario, progress)
    return TerritoryResult(
        status=Status.FEASIBLE,
        plan=plan,
        closest=None,
        violations=(),
        conflicts=(),
        terms=terms(instance, plan),
        bound=bound_of(instance),
        stopped_by=StopReason.INTERRUPTED if requested() else StopReason.WORK_DONE,
    )


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


def _excess(instance: TerritoryInstance, hours: RoutedHours) -> float:
    """Add up how far reps are outside the tolerance of workload."""
    measure = next(measure for measure in instance.measures if measure.name == WORKLOAD)
    off = np.abs(hours.deviation(measure, instance.rep_group)) - measure.tolerance
    return float(np.maximum(off - 1e-9, 0.0).sum())


def _record(number: int, instance: TerritoryInstance, hours: RoutedHours, tours: Sequence[TourResult]) -> RoundRecord:
    """Compare each rep's routed hours with his share of those of his group."""
    measure = next(measure for measure in instance.measures if measure.name == WORKLOAD)
    deviation = np.abs(hours.deviation(measure, instance.rep_group))
    days = [day for result in tours if result.plan for day in result.plan.tours]
    driving = sum(day.home_drive_minutes + sum(stop.drive_minutes for stop in day.stops) for day in days)
    return RoundRecord(
        number=number,
        worst_deviation=float(deviation.max()),
        furthest_rep=instance.rep_ids[int(deviation.argmax())],
        inside=int((deviation <= measure.tolerance + 1e-9).sum()),
        reps=instance.n_reps,
        drive_hours=driving / 60,
        visits=sum(len(day.stops) for day in days),
    )


def rounds_payload(rounds: Rounds) -> dict[str, Any]:
    """Lay rounds out as JSON values."""
    records = [{name: getattr(record, name) for name in RoundRecord.__slots__} for record in rounds.records]
    return {"records": records, "workload": rounds.best.workload.tolist(), "drawn": rounds.best.drawn}


def rounds_from(payload: Mapping[str, Any]) -> Rounds:
    """Read rounds back; tours are saved with their stage."""
    records = tuple(RoundRecord(**{**record, "reasons": tuple(record["reasons"])}) for record in payload["records"])
    best = next(record for record in records if record.chosen)
    return Rounds(
        records=records, best=Trial(workload=np.array(payload["workload"]), record=best, drawn=payload["drawn"])
    )
