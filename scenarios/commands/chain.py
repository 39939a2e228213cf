"""Go through the stages of a run; each takes the typed result of the one before, or its saved form."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scenarios.commands.stages import NotRunError, StageRunner

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from forecasting.model_version import LearnedModel
    from maps.book import PlanBook
    from maps.bookmaking import ForecastPart, RoundRecord, TerritoryPart, TourPart
    from scenarios.assemble_territories import AssembledTerritories
    from scenarios.checking import CheckedData
    from scenarios.commands.rounds import Trial
    from scenarios.everyday import Desk
    from scenarios.home_choice import HomeChoice
    from scenarios.loading import LoadedScenario


def load_named(arguments: argparse.Namespace) -> LoadedScenario:
    """Read the scenario of a command."""
    from scenarios.loading import load_scenario

    return load_scenario(arguments.scenario, sets=arguments.sets, overrides=arguments.overrides)


@dataclass(slots=True, kw_only=True)
class Chain(StageRunner):
    """The stages of one run; each takes the typed result of the one before, or its saved form."""

    inputs: dict[str, str] = field(default_factory=dict)
    """SHA-256 of every file read, by key path."""
    round_records: tuple[RoundRecord, ...] = ()
    """The rounds in which routed hours were fed back."""
    desks: tuple[Desk, ...] = ()
    """What `replan` takes up: each rep's tours with all that they were made from."""
    homes: HomeChoice | None = None
    """Homes that were chosen; None where every rep has one."""
    trial: Trial | None = None
    """The round whose workload is taken, with what was drawn in it; None without rounds."""
    learned: LearnedModel | None = None
    """What the forecast learned; None where it was read back."""
    cluster: str = ""
    """Address of the dask scheduler on whose workers tours are planned; empty for this machine."""

    @classmethod
    def begin(cls, arguments: argparse.Namespace, *, quiet: bool) -> Self:
        """Read the scenario and find the output folder."""
        from maps.console import Console

        loaded = load_named(arguments)
        folder = getattr(arguments, "out", None) or Path("out", loaded.scenario.name)
        console = Console(quiet=quiet, language=loaded.scenario.outputs.language)
        return cls(loaded=loaded, folder=folder, console=console, only=getattr(arguments, "only", None) or "")

    def run(self) -> PlanBook:
        """Go through the stages and gather what there is to show."""
        from maps.bookmaking import make_book
        from maps.call_notes import call_notes
        from scenarios.commands.drawing import tour_lines
        from scenarios.commands.heading import heading_of
        from scenarios.commands.homing import homes_table
        from scenarios.commands.resources import made_resources
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
            heading_of(self.loaded),
            areas=data.areas,
            accounts=data.accounts,
            reps=self.housed(data).reps,
            visits_wanted=rules["visits"].tolist(),
            quality=data.quality.to_json(),
            forecast=forecast,
            territory=territory,
            tours=tours,
            run=run_record(self.loaded, self.inputs, self.seconds),
        )
        book = replace(book, calls=call_notes(data.sales, data.accounts, data.history))
        book = replace(book, resources=made_resources(self.loaded, data, forecast))
        if self.homes and territory:
            book = replace(book, homes=homes_table(book.reps, territory.instance, self.homes))
        roads = travel_model(self.loaded.scenario.travel)
        return replace(book, tour_lines=tour_lines(book, roads)) if isinstance(roads, RoadModel) and tours else book

    def check(self) -> CheckedData:
        """Read the tables, check and repair them."""
        from scenarios.assemble_resources import check_resources
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
            check_resources(self.loaded, data)
            return data

    def forecast(self, data: CheckedData, rules: pd.DataFrame) -> ForecastPart:
        """Forecast sales, choose the homes that are still open, and find the workload: estimated, or as routed."""
        part = self._with_homes(data, rules, self.sales_forecast(data, rules))
        return self._with_routed_hours(self.housed(data), rules, part)

    def sales_forecast(self, data: CheckedData, rules: pd.DataFrame) -> ForecastPart:
        """Forecast sales, share them out to accounts and estimate their workload."""
        from maps.bookmaking import ForecastPart
        from scenarios import saved
        from scenarios.assemble_forecast import forecast_potential
        from scenarios.model_store import in_use, models_folder
        from scenarios.workload import estimate_workload

        sections = self._sections("period", "currency", "data", "cleaning", "forecast", "segments")
        former = in_use(models_folder(self.loaded.scenario, self.folder))
        version = [former.version] if former else []
        if former:
            self.console.remark(f"forecast by model version {former.version}, put back")
        forecast, potential = self._stage(
            "forecast",
            saved.digest([self.inputs, sections, self._search(), *version]),
            lambda progress: forecast_potential(data, self.loaded, put_back=former, observer=progress),
            lambda result: saved.forecast_payload(*result),
            saved.forecast_from,
        )
        self.learned = forecast.learned
        potential = potential.set_index("account_id").loc[data.accounts["account_id"]].reset_index()
        potential["workload_hours"] = estimate_workload(data.accounts, data.reps, rules, self.loaded.scenario)
        return ForecastPart(
            table=forecast.table,
            scores=forecast.scores,
            history=forecast.history,
            notes=forecast.notes,
            potential=potential,
            levels=forecast.levels,
            drivers=forecast.drivers,
            event_effects=forecast.event_effects,
            areas=forecast.areas,
        )

    def _with_homes(self, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart) -> ForecastPart:
        """Choose the homes that are still open; from then on the workload counts the ways from them."""
        from scenarios import saved
        from scenarios.commands.homing import estimated_from_homes, find_homes
        from scenarios.home_choice import homes_from, homes_payload

        if not data.reps["lon"].isna().any():
            return forecast
        made_from = [self.results["forecast"][1], self.inputs, self._rules(), self._search()]
        self.homes = self._stage(
            "homes",
            saved.digest([made_from, self._sections("segments", "travel", "tours")]),
            lambda progress: find_homes(self.loaded, data, rules, forecast, progress),
            homes_payload,
            homes_from,
        )
        return estimated_from_homes(self.loaded, self.housed(data), rules, forecast)

    def housed(self, data: CheckedData) -> CheckedData:
        """Put the reps into the homes that were chosen for them."""
        from scenarios.home_choice import with_homes

        return with_homes(data, self.homes) if self.homes else data

    def _with_routed_hours(self, data: CheckedData, rules: pd.DataFrame, forecast: ForecastPart) -> ForecastPart:
        """Find the workload with which the hours as routed come out even, if the scenario asks for that."""
        from scenarios import saved
        from scenarios.commands.rounds import rounds_from, rounds_payload, run_rounds

        if not self.loaded.scenario.territories.routed_rounds:
            return forecast
        made_from = [self.results["forecast"][1], self._homes_found(), self.inputs, self._search()]
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

        travel = travel_model(self.loaded.scenario.travel)
        problem = assemble_territories(self.housed(data), forecast.potential, rules, travel, self.loaded)
        return replace(problem, notes=(*(self.homes.notes if self.homes else ()), *problem.notes))

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
                self._homes_found(),
                self.results.get("rounds", ("", {}))[1],
                self.inputs,
                self._sections("segments", "travel", "tours"),
                self._rules(),
                self._search(),
            ]
        )
        result = self._stage(
            "territories",
            made_from,
            lambda progress: (
                self.trial.territories_in(problem.instance)
                if self.trial
                else design(problem, futures, self.loaded.scenario, progress)
            ),
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
        from scenarios import saved
        from scenarios.assemble_territories import rep_of_accounts, solver_settings
        from scenarios.assemble_tours import assemble_tours, verify_tours
        from scenarios.commands.desks import taken_up
        from scenarios.commands.touring import plan_reps
        from scenarios.travel import travel_model

        scenario = self.loaded.scenario
        owners = rep_of_accounts(territory.instance, territory.plan, data, territory.account_reps)
        instances = assemble_tours(self.housed(data), owners, rules, travel_model(scenario.travel), scenario)
        made_from = saved.digest(
            [self.results["territories"], self._sections("tours", "segments", "travel"), self._search()]
        )
        results = self._stage(
            "tours",
            made_from,
            lambda progress: (
                (tuple(self.trial.tours) if self.trial else ())
                or plan_reps(instances, solver_settings(scenario), self.cluster, observer=progress)
            ),
            saved.tours_payload,
            saved.tours_from,
        )
        part, self.desks = taken_up(
            self, instances, results, data=data, rules=rules, owners=owners, made_from=made_from
        )
        verify_tours(part.instances, part.results)
        return part

    def _rules(self) -> dict[str, Any]:
        """Give the keys of the territory plan on which the plan itself depends."""
        return {key: value for key, value in self.loaded.resolved["territories"].items() if key != "alternatives"}

    def _homes_found(self) -> Mapping[str, Any]:
        return self.results.get("homes", ("", {}))[1]

    def _search(self) -> dict[str, Any]:
        """Give the solver settings that results depend on: not the time limit, not the number of workers."""
        solver = self.loaded.scenario.solver
        return {"effort": solver.effort, "seed": solver.seed, "relative_gap": solver.relative_gap}
