"""Print the scenario with everything it extends, as it will be run."""

import argparse
import sys
from pathlib import Path
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_scenario

HELP: Final = "print the scenario with everything it extends, as it will be run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)


def answer(arguments: argparse.Namespace) -> int:
    """Print the resolved scenario, and on standard error what was changed on the way."""
    from scenarios.commands.chain import load_named
    from scenarios.loading import resolved_yaml

    loaded = load_named(arguments)
    print(resolved_yaml(loaded, folder=Path()), end="")
    for change in loaded.changes:
        print(change, file=sys.stderr)
    return exits.DONE
