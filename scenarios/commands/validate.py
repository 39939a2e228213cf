"""Check a scenario and its tables, run nothing."""

import argparse
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_scenario

HELP: Final = "check a scenario and its tables, run nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)


def answer(arguments: argparse.Namespace) -> int:
    """Check a scenario and its tables up to the problem that the territory solver would get."""
    from scenarios.commands.chain import Chain

    chain = Chain.begin(arguments, quiet=True)
    data = chain.check()
    counts = data.quality.findings["severity"].value_counts()
    size = f"{len(data.accounts):,} accounts, {len(data.areas):,} areas, {len(data.reps)} reps"
    remarks = f"{counts.get('warning', 0)} warnings about the data, {len(data.quality.repairs):,} repairs"
    print(f"{arguments.scenario}: valid; {size}; {remarks}.")
    return exits.DONE
