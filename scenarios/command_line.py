"""Read the words of the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

STAGES: Final = {
    "check": "Check data",
    "forecast": "Forecast",
    "territories": "Territories",
    "tours": "Tours",
    "maps": "Maps",
}
"""The stages of a run, in order, with their titles."""
COMMANDS: Final = ("run", "validate", "schema", "show", "evaluate")

HELP: Final = """\
Draw balanced sales territories and plan weekly tours from a scenario file.

  python run_scenario.py scenarios/alpha.yaml            run the shipped example; results go to out/alpha/
  python run_scenario.py validate my_scenario.yaml       check a scenario and its tables, run nothing
  python run_scenario.py my_scenario.yaml --set tours.weeks=2 --out out/two_weeks

Other commands: schema (the JSON Schema of scenario files), show FILE (the scenario with everything it extends),
evaluate FILE --alignment assignment.csv (measure a given alignment). --help tells more.
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
    known = (*COMMANDS, "-h", "--help", "--version")
    return _parser().parse_args([*([] if words[0] in known else ["run"]), *words])


def scenario_file(word: str) -> Path:
    """Take a path as it is; a shipped scenario may be given by its name alone, such as alpha."""
    path = Path(word)
    shipped = Path(__file__).parent / f"{path.stem}.yaml"
    named = path in {Path(path.stem), Path("scenarios", f"{path.stem}.yaml")}
    return shipped if named and not path.exists() and shipped.is_file() else path


def _parser() -> argparse.ArgumentParser:
    """Describe the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="run_scenario.py", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version="territory-tours 0.1.0")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run a scenario (the word `run` may be left out)")
    evaluate = commands.add_parser("evaluate", help="measure and verify a given alignment without solving")
    validate = commands.add_parser("validate", help="check a scenario and its tables, run nothing")
    show = commands.add_parser("show", help="print the scenario with everything it extends, as it will be run")
    commands.add_parser("schema", help="print the JSON Schema of scenario files")
    for command in (run, validate, show, evaluate):
        command.add_argument(
            "scenario",
            type=scenario_file,
            metavar="FILE",
            help="scenario file, or the name of a shipped one such as alpha",
        )
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            dest="sets",
            help="change one key, such as tours.weeks=2; may be repeated",
        )
        command.add_argument(
            "--override",
            action="append",
            default=[],
            metavar="NAME",
            dest="overrides",
            help="apply a named override of the file; may be repeated",
        )
    for command, told in (
        (run, "output folder; out/<scenario name> by default"),
        (evaluate, "folder of an earlier run whose forecast is taken if it fits; nothing is written"),
    ):
        command.add_argument("--out", type=Path, metavar="DIR", help=told)
        command.add_argument("--quiet", action="store_true", help="print nothing but faults")
    run.add_argument(
        "--only",
        choices=tuple(STAGES),
        metavar="STAGE",
        help=f"run one stage on the saved results of the ones before: {', '.join(STAGES)}",
    )
    evaluate.add_argument(
        "--alignment", type=Path, required=True, metavar="FILE", help="CSV or Excel table with area_id and rep_id"
    )
    return parser
