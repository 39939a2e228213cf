"""Print the JSON Schema of scenario files."""

import argparse
from typing import Final

from scenarios.commands import exits

HELP: Final = "print the JSON Schema of scenario files"


def add_arguments(_: argparse.ArgumentParser) -> None:
    """Take none."""


def answer(_: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    from scenarios.json_schema import scenario_schema_text

    print(scenario_schema_text(), end="")
    return exits.DONE
