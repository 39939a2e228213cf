"""Go through the stages of a run; each takes the typed result of the one before, or its saved form."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from scenarios.commands.words import STAGES, STOPPABLE

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from maps.book import PlanBook
    from maps.bookmaking import ForecastPart, Heading, RoundRecord, TerritoryPart, TourPart
    from maps.console import Console, StageProgress
    from scenarios.assemble_territories import AssembledTerritories
    from scenarios.checking import CheckedData
    from scenarios.commands.rounds import Trial
    from scenarios.loading import LoadedScenario

    Result = TypeVar("Result")


def load_named(arguments: argparse.Namespace) -> LoadedScenario:
    """Read the scenario of a command."""
    from scenarios.loading import load_scenario

    return load_scenario(arguments.scenario, sets=arguments.sets, overrides=arguments.overrides)


class NotRunError(Exception):
    """A stage was neither to be run nor saved; what comes after it is left out."""


@dataclass(slots=True, kw_only=True)
class Chain:
    """The stages of one run; each takes the typed result of the one before, or its saved form."""

    loaded: LoadedScenario
    folder: Path
    console: Console
    only: str = ""
    """The one stage to run; the others are read back. Empty for all."""
    reuse: bool = False
    """Whether saved results are taken where they fit, even when all stages are to be run."""
    lenders: tuple[Path, ...] = ()
    """Folders of other runs whose saved results are taken too where they fit."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall-clock seconds of each stage that was run."""
    dropped: list[str] = field(default_factory=list)
    """Stages that were neither run nor fit to be taken over."""
    inputs: dict[str, str] = field(default_factory=dict)
    """SHA-256 of every file read, by key path."""
    results: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """Per stage the fingerprint of what it was made from, and its result as JSON values."""
    round_records: tuple[RoundRecord, ...] = ()
    """The rounds in which routed hours were fed back."""
    trial: Trial | None = None
    """The round whose workload is taken, with what was drawn in it; None without rounds."""
    interrupted: list[str] = field(default_factory=list)
    """Stages that Ctrl-C ended early, with the best plan found by then."""

    @classmethod
    def begin(cls, arguments: argparse.Namespace, *, quiet: bool) -> Self:
        """Read the scenario and find the output folder."""
        from maps.console import Console

        loaded = load_named(arguments)
        folder = getattr(arguments, "out", None) or Path("out", loaded.scenario.name)
        return cls(
            loaded=loaded, folder=folder, console=Console(quiet=quiet), only=getattr(arguments, "only", None) or ""
        )

    def run(self) -> PlanBook:
        """Go through the stages and gather what there is to show."""
        from maps.bookmaking import make_book
        from scenarios.commands.drawing import tour_lines
        from scenarios.roads.model import RoadModel
        from scenarios.run_record import run_record
        from scenarios.travel import travel_model
        from scenarios.workload import visit_rules

        data = self.check()
        rules = visit_rules(data.accounts, self.loaded.scenario)
        forecast, territory, tours = None, None, None
        with suppress(NotRunError):
            forecast = self.forecast(data, rules)
            territory = self.territories(data, rules, forecast)
            tours = replace(self.tours(data, rules, territory), rounds=self.round_records)
            territory = self.alternatives(territory)
        book = make_book(
            self._heading(),
            areas=data.areas,
            accounts=data.accounts,
            reps=data.reps,
            visits_wanted=rules["visits"].tolist(),
            quality=data.quality.to_json(),
            forecast=forecast,
            territory=territory,
            tours=tours,
            run=run_record(self.loaded, self.inputs, self.seconds),
        )
        roads = travel_model(self.loaded.scenario.travel)
        return replace(book, tour_lines=tour_lines(book, roads)) if isinstance(roads, RoadModel) and tours else book

    @contextmanager
    def reading_back(self) -> Iterator[None]:
        """Take every stage from the folder of an earlier run, and run none.

        Raises
        ------
        ScenarioError
            When the folder holds no plan that fits the scenario and its tables.
        """
        from scenarios.faults import Fault, ScenarioError

        self.only = list(STAGES)[-1]
        try:
            yield
        except ScenarioError as error:
            if not any(fault.key == "--only" for fault in error.faults):
                raise
            text = (
                f"holds no plan of this scenario as it is now; make one first: python run_scenario.py {self.loaded.path}, "
                "with the same --set, --override and --out; a plan of run --moves needs --drawn-around"
            )
            raise ScenarioError([Fault(file=str(self.folder), message=text)]) from error

    def check(self) -> CheckedData:
        """Read the tables, check and repair them."""
        from scenarios.checking import check_data
        from scenarios.planner_checks import check_planner_rules
        from scenarios.run_record import input_digests
        from scenarios.tables import read_tables

        with self.timed("check") as progress:
            progress.report("reading tables", share_done=0.0)
            tables = read_tables(self.loaded)
            self.inputs = input_digests(self.loaded.scenario)
            progress.report("checking and repairing", share_done=0.5)
            data = check_data(tables, self.loaded.scenario)
            check_planner_rules(self.loaded, data)
            return data

    def forecast(self, data: CheckedData, rules: pd.DataFrame) -> ForecastPart:
        """Forecast sales, share them out to accounts, and find their workload: estimated, or as routed."""
        from maps.bookmaking import ForecastPart
        from scenarios import saved
        from scenarios.assemble_forecast import forecast_potential
        from scenarios.workload import estimate_workload

        sections = self._sections("period", "currency", "data", "cleaning", "forecast", "segments")
        forecast, potential = self._stage(
            "forecast",
            saved.digest([self.inputs, sections, self._search()]),
            lambda progress: forecast_potential(data, self.loaded, observer=progress),
            lambda result: saved.forecast_payload(*result),
            saved.forecast_from,
        )
        potential = potential.set_index("account_id").loc[data.accounts["account_id"]].reset_index()
        potential["workload_hours"] = estimate_workload(data.accounts, data.reps, rules, self.loaded.scenario)
        part = ForecastPart(
            table=forecast.table,
            scores=forecast.scores,
            history=forecast.history,
            notes=forecast.notes,
            potential=potential,
            levels=forecast.levels,
            drivers=forecast.drivers,
        )
        return self._with_routed_hours(data, rules, part)

    def _with_routed_hours(self, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart) -> ForecastPart:
        """Find the workload with which the hours as routed come out even, if the scenario asks for that."""
        from scenarios import saved
        from scenarios.commands.rounds import rounds_from, rounds_payload, run_rounds

        if not self.loaded.scenario.territories.routed_rounds:
            return forecast
        made_from = [self.results["forecast"][1], self.inputs, self._search()]
        sections = self._sections("segments", "travel", "tours", "territories")
        done = self._stage(
            "rounds",
            saved.digest([made_from, sections]),
            lambda progress: run_rounds(self, data, rules, forecast, progress),
            rounds_payload,
            rounds_from,
        )
        self.trial, self.round_records = done.best, done.records
        return replace(forecast, potential=forecast.potential.assign(workload_hours=done.best.workload))

    def territory_problem(self, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart) -> AssembledTerritories:
        """Make the territory problem of the forecast."""
        from scenarios.assemble_territories import assemble_territories
        from scenarios.travel import travel_model

        return assemble_territories(
            data, forecast.potential, rules, travel_model(self.loaded.scenario.travel), self.loaded
        )

    def territories(self, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart) -> TerritoryPart:
        """Draw territories; without a plan that keeps every rule, show the closest and say what it breaks."""
        from maps.bookmaking import TerritoryPart
        from optimizer.solving import StopReason
        from optimizer.territory.robustness import chances
        from scenarios import saved
        from scenarios.assemble_territories import verified_plan
        from scenarios.clashes import in_the_file
        from scenarios.commands.designing import design, futures_of

        problem = self.territory_problem(data, rules, forecast)
        futures = futures_of(problem, data, forecast, self.loaded.scenario)
        made_from = saved.digest(
            [
                self.results["forecast"][1],
                self.results.get("rounds", ("", {}))[1],
                self.inputs,
                self._sections("segments", "travel", "tours"),
                {key: value for key, value in self.loaded.resolved["territories"].items() if key != "alternatives"},
                self._search(),
            ]
        )
        result = self._stage(
            "territories",
            made_from,
            lambda progress: self._tried("territories") or design(problem, futures, self.loaded.scenario, progress),
            lambda result: saved.territories_payload(problem.instance, result),
            lambda payload: saved.territories_from(payload, problem.instance),
        )
        if result.plan is None and result.stopped_by is StopReason.INTERRUPTED:
            raise KeyboardInterrupt  # there is no plan so far
        result = replace(result, conflicts=in_the_file(result.conflicts, self.loaded, data))
        plan = verified_plan(problem.instance, result)
        return TerritoryPart(
            instance=problem.instance,
            result=result,
            plan=plan,
            notes=problem.notes,
            account_reps=problem.account_reps,
            futures=futures,
            chances=None if futures is None else chances(problem.instance, plan, futures),
        )

    def alternatives(self, territory: TerritoryPart) -> TerritoryPart:
        """Add as many other good plans as the scenario asks for."""
        from maps.alternative_plans import alternative_plans
        from optimizer.territory.alternatives import find_alternatives
        from scenarios import saved
        from scenarios.assemble_territories import solver_settings
        from scenarios.commands.designing import alternatives_from, alternatives_payload

        scenario, instance = self.loaded.scenario, territory.instance
        count = scenario.territories.alternatives
        if count < 2 or territory.result.plan is None:
            return territory
        found = self._stage(
            "alternatives",
            saved.digest([self.results["territories"], count, self._search()]),
            lambda progress: find_alternatives(
                instance, territory.plan, solver_settings(scenario), count=count, observer=progress
            ),
            lambda found: alternatives_payload(instance, found),
            lambda payload: alternatives_from(payload, territory),
        )
        plans = alternative_plans(instance, found, territory.futures)
        return replace(territory, alternatives=plans, alternative_notes=found.notes)

    def tours(self, data: CheckedData, rules: pd.DataFrame, territory: TerritoryPart) -> TourPart:
        """Plan the tours of every rep."""
        from maps.bookmaking import TourPart
        from optimizer.tours.search import plan_all_tours
        from scenarios import saved
        from scenarios.assemble_territories import rep_of_accounts, solver_settings
        from scenarios.assemble_tours import assemble_tours, verify_tours
        from scenarios.travel import travel_model

        scenario = self.loaded.scenario
        owners = rep_of_accounts(territory.instance, territory.plan, data, territory.account_reps)
        instances = assemble_tours(data, owners, rules, travel_model(scenario.travel), scenario)
        made_from = saved.digest(
            [self.results["territories"], self._sections("tours", "segments", "travel"), self._search()]
        )
        results = self._stage(
            "tours",
            made_from,
            lambda progress: (
                self._tried("tours") or plan_all_tours(instances, solver_settings(scenario), observer=progress)
            ),
            saved.tours_payload,
            saved.tours_from,
        )
        verify_tours(instances, results)
        return TourPart(instances=instances, results=results)

    def _tried(self, stage: str) -> Any:  # noqa: ANN401 -- the stage's own result
        """Give what the chosen round came to in a stage; None without rounds, or when they were read back."""
        return getattr(self.trial, stage) if self.trial else None

    def _heading(self) -> Heading:
        """Say what the book is about."""
        from maps.bookmaking import Heading
        from scenarios.loading import resolved_yaml
        from scenarios.travel import travel_note

        scenario = self.loaded.scenario
        return Heading(
            name=scenario.name,
            description=scenario.description,
            currency=scenario.currency,
            period_start=scenario.period.start,
            period_end=scenario.period.end,
            resolved_scenario=resolved_yaml(self.loaded),
            travel_note=travel_note(scenario.travel),
        )

    def save(self, staging: Path) -> None:
        """Write the results of the stages, for a later run with --only."""
        from scenarios.saved import save_stage

        for stage, (made_from, payload) in self.results.items():
            save_stage(staging, stage, made_from=made_from, payload=payload)

    def _stage(
        self,
        name: str,
        made_from: str,
        work: Callable[[StageProgress], Result],
        pack: Callable[[Result], Mapping[str, Any]],
        unpack: Callable[[Mapping[str, Any]], Result],
    ) -> Result:
        """Run a stage, or read it back where only another is to be run.

        Raises
        ------
        NotRunError
            When it comes after the one stage to be run and no saved result fits.
        ScenarioError
            When it comes before and no saved result fits.
        """
        from scenarios.faults import Fault, ScenarioError
        from scenarios.saved import load_stage

        payload = None
        if self.reuse or self.only not in {"", name}:
            found = (load_stage(place, name, made_from=made_from) for place in (self.folder, *self.lenders))
            payload = next((saved for saved in found if saved is not None), None)
        if payload is not None:
            result = unpack(payload)
        elif self.reuse or self.only in {"", name}:
            with self.timed(name) as progress:
                result = self._until_interrupted(name, work, progress)
        elif list(STAGES).index(name) > list(STAGES).index(self.only):
            wanted = [stage for stage in list(STAGES)[1:-1] if stage != "alternatives" or self._wants_alternatives()]
            self.dropped = [stage for stage in wanted if stage not in self.results]
            raise NotRunError(name)
        else:
            text = (
                f"no saved {name} stage fits this scenario and its tables; run without --only, or --only {name} first"
            )
            raise ScenarioError([Fault(file=str(self.folder), key="--only", message=text)])
        self.results[name] = (made_from, pack(result))
        return result

    def _until_interrupted(self, name: str, work: Callable[[StageProgress], Result], progress: StageProgress) -> Result:
        """Run a stage; where there is a best plan so far, the first Ctrl-C ends it with that, the second aborts."""
        from optimizer.interruption import listening, requested

        if name not in STOPPABLE:
            return work(progress)
        with listening(self.console.ending_early):
            result = work(progress)
            if requested():
                self.interrupted.append(name)
        return result

    @contextmanager
    def timed(self, stage: str) -> Iterator[StageProgress]:
        """Show a stage on the terminal and note how long it took."""
        began = time.perf_counter()
        with self.console.stage(STAGES[stage], hint=STOPPABLE.get(stage, "")) as progress:
            yield progress
        self.seconds[stage] = round(time.perf_counter() - began, 2)

    def _sections(self, *names: str) -> dict[str, Any]:
        """Give sections of the resolved scenario, as far as results depend on them."""
        return {name: self.loaded.resolved.get(name) for name in names}

    def _wants_alternatives(self) -> bool:
        return self.loaded.scenario.territories.alternatives > 1

    def _search(self) -> dict[str, Any]:
        """Give the solver settings that results depend on: not the time limit, not the number of workers."""
        solver = self.loaded.scenario.solver
        return {"effort": solver.effort, "seed": solver.seed, "relative_gap": solver.relative_gap}
