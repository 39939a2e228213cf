"""Read the words of the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from scenarios.commands import (
    alternatives,
    compare,
    evaluate,
    explain,
    find_day,
    models,
    monitor,
    replan,
    run,
    schema,
    show,
    size,
    sweep,
    validate,
)
from scenarios.suggest import did_you_mean

COMMANDS: Final[dict[str, ModuleType]] = {
    "run": run,
    "validate": validate,
    "schema": schema,
    "show": show,
    "evaluate": evaluate,
    "explain": explain,
    "find-day": find_day,
    "replan": replan,
    "alternatives": alternatives,
    "compare": compare,
    "sweep": sweep,
    "monitor": monitor,
    "models": models,
    "size": size,
}

HELP: Final = """\
Draw balanced sales territories and plan weekly tours from a scenario file.

  python run_scenario.py scenarios/alpha.yaml            run the shipped example; results go to out/alpha/
  python run_scenario.py validate my_scenario.yaml       check a scenario and its tables, run nothing
  python run_scenario.py my_scenario.yaml --set tours.weeks=2 --out out/two_weeks

Other commands: monitor FILE --actuals SALES (the forecast against the sales that came), models FILE (versions of the
learned models; restore VERSION puts one back),
schema (the JSON Schema of scenario files), show FILE (the scenario with everything it extends),
evaluate FILE --alignment assignment.csv (measure a given alignment), explain FILE --area ID (what moving an area would
do), alternatives FILE (other good plans), compare A B (plans side by side), sweep FILE
--vary KEY=A,B (a plan for each value), size FILE --from 20 --to 28
(what each number of reps would mean). --help tells more.
"""


def parse_words(words: Sequence[str]) -> argparse.Namespace | None:
    """Turn the words behind the program's name into options; `None` when there are none.

    The word `run` may be left out: `alpha.yaml` means `run alpha.yaml`.

    Raises
    ------
    SystemExit
        With code 2 and a message when the words are not understood, with code 0 after --help and --version.
    """
    if not words:
        return None
    first, known = words[0], (*COMMANDS, "-h", "--help", "--version")
    if first not in known and not first.startswith("-") and not Path(first).suffix and not Path(first).exists():
        _parser().error(f'there is no command or file "{first}"{did_you_mean(first, list(COMMANDS))}')
    return _parser().parse_args([*([] if words[0] in known else ["run"]), *words])


def _parser() -> argparse.ArgumentParser:
    """Describe the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="run_scenario.py", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version="territory-tours 0.1.0")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.HELP))
    return parser
