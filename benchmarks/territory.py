"""Measure the territory core on public instances, with a check of every plan that shares no code with the optimizer.

`hess FILE.json` and `grid N…` choose homes exactly (Hess model with contiguity); `counties FILE.json` and `france DIR`
draw large maps. Each prints a table, or with `--json` one JSON list of rows: instance, status, objective, bound,
published, gap, seconds, peak_mb, and for maps max_deviation, contiguous, rms_km. Gaps and deviations are shares.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # from a checkout that is not installed

from benchmarks.territory_input import InputError
from optimizer.solving import InvalidInstanceError

COMMANDS: Final = {
    "hess": ("benchmarks.territory_hess", "choose homes on instances of the Hess problem"),
    "grid": ("benchmarks.territory_grid", "choose homes on square grids, exactly balanced"),
    "counties": ("benchmarks.territory_counties", "draw k territories of US counties, homes free"),
    "france": ("benchmarks.territory_france", "draw territories of the communes of France"),
}
"""Module with `add_arguments(parser)` and `run(arguments) -> list of rows`, and what it does, of each sub-command."""

FREE_HOMES: Final = {"france": "benchmarks.territory_france_free"}
"""Module of a sub-command when the engine is to choose the homes."""

SHARES: Final = ("gap", "max_deviation")


def main(given: Sequence[str] | None = None) -> int:
    """Run one benchmark and print its rows; only the module of the sub-command is imported."""
    words = list(sys.argv[1:] if given is None else given)
    parser = argparse.ArgumentParser(description="Measure the territory core on public instances.")
    commands = parser.add_subparsers(dest="command", required=True)
    module = None
    for name, (path, help_text) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text)
        command.add_argument("--json", action="store_true", help="print one JSON list of rows instead of a table")
        if name in words[:1]:
            module = importlib.import_module(FREE_HOMES.get(name, path) if "--free-homes" in words else path)
            module.add_arguments(command)
    arguments = parser.parse_args(words)
    assert module is not None
    try:
        rows: list[dict[str, Any]] = module.run(arguments)
    except (InputError, InvalidInstanceError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(rows, indent=1) if arguments.json else table(rows))
    return 0


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as a Markdown table whose columns are the keys in order of appearance."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[_cell(column, row.get(column)) for column in columns] for row in rows]
    lines = [columns, ["---" if column in ("instance", "status") else "---:" for column in columns], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{100 * value:.3f}%" if column in SHARES else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
