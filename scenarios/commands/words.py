"""Describe the options that commands share."""

import argparse
from pathlib import Path
from typing import Final

STAGES: Final = {
    "check": "Check data",
    "forecast": "Forecast",
    "homes": "Homes",
    "rounds": "Rounds with routed hours",
    "territories": "Territories",
    "tours": "Tours",
    "alternatives": "Alternatives",
    "maps": "Maps",
}
"""The stages of a run, in order, with their titles."""

STOPPABLE: Final = {
    "homes": "Ctrl-C: best homes so far",
    "territories": "Ctrl-C: best plan so far",
    "tours": "Ctrl-C: best tours so far",
    "alternatives": "Ctrl-C: the plans that are ready",
}
"""Stages that end with the best found by then when they are interrupted, and what is said of it."""


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """Take a scenario file and changes to its keys."""
    parser.add_argument(
        "scenario",
        type=scenario_file,
        metavar="FILE",
        help="scenario file, or the name of a shipped one such as alpha",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="sets",
        help="change one key, such as tours.weeks=2; may be repeated",
    )
    parser.add_argument(
        "--override",
        action="append",
        default=[],
        metavar="NAME",
        dest="overrides",
        help="apply a named override of the file; may be repeated",
    )


def add_folder(parser: argparse.ArgumentParser, *, told: str) -> None:
    """Take an output folder and the wish for silence."""
    parser.add_argument("--out", type=Path, metavar="DIR", help=told)
    parser.add_argument("--quiet", action="store_true", help="print nothing but faults")


def add_drawn_around(parser: argparse.ArgumentParser) -> None:
    """Take the moves that the plan of the output folder was drawn around."""
    parser.add_argument(
        "--drawn-around",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="moves that `run --moves` drew the plan of the output folder around, if it did; the folder has them in "
        "its drawn_around.csv; may be repeated as --moves was",
    )


def scenario_file(word: str) -> Path:
    """Take a path as it is; a shipped scenario may be given by its name alone, such as alpha."""
    path = Path(word)
    shipped = Path(__file__).parents[1] / f"{path.stem}.yaml"
    named = path in {Path(path.stem), Path("scenarios", f"{path.stem}.yaml")}
    return shipped if named and not path.exists() and shipped.is_file() else path
