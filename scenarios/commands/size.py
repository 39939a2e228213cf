"""Compare teams of different size: travel, balance and workload for each number of reps."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scenarios.commands import exits
from scenarios.commands.words import add_folder, add_scenario

if TYPE_CHECKING:
    from scenarios.checking import CheckedData
    from scenarios.loaded import LoadedScenario

HELP: Final = "tell what each number of reps would mean: travel, balance, workload; homes chosen freely"
MOST_TEAMS: Final = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    parser.add_argument("--from", type=int, required=True, metavar="N", dest="least", help="smallest number of reps")
    parser.add_argument("--to", type=int, required=True, metavar="N", dest="most", help="largest number of reps")
    parser.add_argument("--step", type=int, default=1, metavar="N", help="step between them; 1 by default")
    add_folder(parser, told="folder of the comparison; out/size-<scenario name> by default")


def answer(arguments: argparse.Namespace) -> int:
    """Choose homes and territories for each number of reps; leave size.html and sizing.csv, print the table."""
    import numpy as np

    from maps.folder import check_output_folder, staged_output
    from maps.languages.speaking import say
    from maps.sizing_page import Sizing, sizing_csv, sizing_page, sizing_text
    from maps.writers import write_text
    from optimizer.interruption import listening, requested
    from scenarios.assemble_siting import assemble_sizing
    from scenarios.assemble_territories import solver_settings
    from scenarios.commands.chain import Chain
    from scenarios.team_sizes import hours_of_a_rep, measure_teams
    from scenarios.territory_amounts import travel_unit
    from scenarios.travel import travel_model
    from scenarios.workload import visit_rules

    chain = Chain.begin(arguments, quiet=arguments.quiet)
    scenario = chain.loaded.scenario
    chain.reuse, chain.lenders = True, (Path("out", scenario.name),)
    chain.folder = arguments.out or Path("out", f"size-{scenario.name}")
    check_output_folder(chain.folder)
    data = chain.check()
    data = replace(data, reps=data.reps.assign(lon=np.nan, lat=np.nan))
    counts = _counts(arguments, chain.loaded, data)
    rules = visit_rules(data.accounts, scenario)
    forecast = chain.sales_forecast(data, rules)
    instance = assemble_sizing(data, forecast.potential, rules, travel_model(scenario.travel), chain.loaded)
    stage = chain.console.stage("Team sizes", hint="Ctrl-C: the teams measured so far")
    with stage as progress, listening(chain.console.ending_early):
        teams = measure_teams(
            data, rules, instance, counts, scenario, settings=solver_settings(scenario), observer=progress
        )
        stopped = requested()
    if not teams:
        raise KeyboardInterrupt
    sizing = Sizing(
        name=scenario.name,
        sizes=teams,
        measures=[measure.name for measure in instance.measures],
        tolerances=[measure.tolerance for measure in instance.measures],
        travel_unit=travel_unit(scenario.territories.objective.cost),
        weeks=scenario.tours.weeks,
        hours_per_week=hours_of_a_rep(data.reps),
        candidates=instance.n_candidates,
        language=scenario.outputs.language,
    )
    with staged_output(chain.folder) as staging:
        write_text(staging / "size.html", sizing_page(sizing))
        write_text(staging / "sizing.csv", sizing_csv(sizing))
        chain.save(staging)
    page = chain.folder / "size.html"
    chain.console.tell(lambda: f"{sizing_text(sizing)}\n\n{say(f'Open {page}')}")
    return exits.STOPPED_EARLY if stopped else exits.DONE


def _counts(arguments: argparse.Namespace, loaded: LoadedScenario, data: CheckedData) -> list[int]:
    """List the numbers of reps.

    Raises
    ------
    ScenarioError
        When they make no range, are more than the candidates, or reps stay within one of several regions.
    """
    from scenarios.faults import Fault, ScenarioError
    from scenarios.loaded import fault_at

    least, most, step = arguments.least, arguments.most, arguments.step
    regions = sorted(set(data.areas["region"]))
    faults = []
    if loaded.scenario.territories.within == "region" and len(regions) > 1:
        text = (
            "reps stay within their region, so that each region has a team of its own; size one region with "
            f"--set data.only_regions=[{regions[0]}], or let reps serve any with --set territories.within=none"
        )
        faults.append(fault_at(loaded, "territories.within", text))
    if not 1 <= least <= most or step < 1:
        text = f"got --from {least} --to {most} --step {step}; expected 1 or more, --to not below --from"
        faults.append(Fault(file="", key="--from", message=text))
    elif (most - least) // step + 1 > MOST_TEAMS:
        text = f"{(most - least) // step + 1} teams are too many; {MOST_TEAMS} are allowed: take a larger --step"
        faults.append(Fault(file="", key="--step", message=text))
    allowed = min(loaded.scenario.territories.home_candidates, len(data.areas))
    if most > allowed:
        text = f"got {most}, but homes are chosen among {allowed} areas; expected at most that"
        if allowed < len(data.areas):
            text += ", or a greater territories.home_candidates"
        faults.append(Fault(file="", key="--to", message=text))
    if faults:
        raise ScenarioError(faults)
    return list(range(least, most + 1, step))
