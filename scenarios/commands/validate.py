"""Check a scenario and its tables, run nothing."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from scenarios.commands import exits
from scenarios.commands.words import add_scenario

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.checking import CheckedData
    from scenarios.loaded import LoadedScenario

HELP: Final = "check a scenario and its tables, run nothing"
SHOWN: Final = 40
"""Warnings that are printed; data_quality.html of a run has all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)


def answer(arguments: argparse.Namespace) -> int:
    """Check a scenario and its tables up to the problem that the solver would get; tell what a run warns of."""
    from scenarios.commands.chain import Chain

    chain = Chain.begin(arguments, quiet=True)
    data = chain.check()
    counts = data.quality.findings["severity"].value_counts()
    size = f"{len(data.accounts):,} accounts, {len(data.areas):,} areas, {len(data.reps)} reps"
    remarks = f"{counts.get('warning', 0)} warnings about the data, {len(data.quality.repairs):,} repairs"
    notes = problem_notes(chain.loaded, data)
    print(f"{arguments.scenario}: valid; {size}; {remarks}.")
    for text in (*warnings(data.quality.findings), *(f"territories: {note}" for note in notes)):
        print(f"  {text}")
    return exits.DONE


def warnings(findings: pd.DataFrame) -> list[str]:
    """Write each finding that is more than a remark, the gravest first, and count those beyond SHOWN."""
    grave = findings[findings["severity"] != "info"]
    grave = grave.sort_values("severity", kind="stable", key=lambda column: column != "error")
    told = [
        f"{row['severity']}{f' ({region})' if (region := row['region']) else ''}: {row['text']}"
        for row in grave.to_dict("records")
    ]
    more = len(told) - SHOWN
    return [*told[:SHOWN], *([f"and {more} more; data_quality.html of a run lists all"] if more > 0 else [])]


def problem_notes(loaded: LoadedScenario, data: CheckedData) -> tuple[str, ...]:
    """Make the territory problem as far as it does not hang on the forecast, and return what the planner should know.

    Nothing where homes are still to be chosen, and on a road network, whose drives take long to find.

    Raises
    ------
    ScenarioError
        When rules and tables leave no home to a rep, or lock what a repair leaves alone.
    """
    import numpy as np
    import pandas as pd

    from scenarios.assemble_territories import assemble_territories
    from scenarios.schema import TravelMethod
    from scenarios.travel import travel_model
    from scenarios.workload import visit_rules

    scenario = loaded.scenario
    if data.reps["lon"].isna().any() or scenario.travel.method is TravelMethod.GRAPH:
        return ()
    even = np.ones(len(data.accounts))
    potential = pd.DataFrame({"potential": even, "workload_hours": even})
    rules = scenario.territories.model_copy(update={"account_exceptions": ()})  # how much they hold is not known yet
    plain = replace(loaded, scenario=scenario.model_copy(update={"territories": rules}))
    travel = travel_model(scenario.travel)
    return assemble_territories(data, potential, visit_rules(data.accounts, scenario), travel, plain).notes
