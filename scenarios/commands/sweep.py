"""Run a scenario for several values of one or two keys, and compare the plans."""

import argparse
import itertools
from pathlib import Path
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_folder, add_scenario

HELP: Final = "run a scenario for several values of one or two keys and compare the plans"
MOST_KEYS: Final = 2
MOST_RUNS: Final = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    parser.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="KEY=A,B,C",
        help="a key and the values to try, such as territories.balance.potential.tolerance=0.05,0.1; once or twice",
    )
    add_folder(parser, told="folder of the comparison; out/sweep-<scenario name> by default")


def answer(arguments: argparse.Namespace) -> int:
    """Run every combination in a folder of its own below the comparison's, and write one page and its tables."""
    from maps.comparison.page import NamedPlan, language_of
    from maps.console import Console
    from maps.folder import check_output_folder
    from maps.languages.speaking import say
    from scenarios.commands.chain import load_named
    from scenarios.commands.comparing import leave_comparison, plan_of
    from scenarios.loading import load_scenario

    choices = _choices(arguments.vary)
    loaded = load_named(arguments)
    folder = arguments.out or Path("out", f"sweep-{loaded.scenario.name}")
    runs = Path(folder.parent, f"{folder.name}-runs")
    check_output_folder(folder)
    plans: list[NamedPlan] = []
    lenders: list[Path] = []
    words = short_names([key for key, _ in choices])
    runs_wanted = [
        (values, [*arguments.sets, *(f"{key}={value}" for (key, _), value in zip(choices, values, strict=True))])
        for values in itertools.product(*(values for _, values in choices))
    ]
    for _, sets in runs_wanted:  # every fault is told before the first run
        load_scenario(arguments.scenario, sets=sets, overrides=arguments.overrides)
    for values, sets in runs_wanted:
        name = ", ".join(f"{word} {value}" for word, value in zip(words, values, strict=True))
        place = runs / "_".join(f"{word}-{value}" for word, value in zip(words, values, strict=True))
        if not arguments.quiet:
            print(f"== {name}")
        plans.append(
            plan_of(
                arguments.scenario, place, sets=sets, overrides=arguments.overrides, quiet=arguments.quiet, name=name,
                lenders=lenders,
            )
        )  # fmt: skip
        lenders.append(place)
    leave_comparison(plans, folder)
    page = folder / "compare.html"
    Console(quiet=arguments.quiet, language=language_of(plans[0])).tell(lambda: f"\n{say(f'Open {page}')}")
    return exits.DONE


def short_names(keys: list[str]) -> list[str]:
    """Name each key by as many of its last words as tell it from the others, such as `potential.tolerance`."""
    parts = [key.split(".") for key in keys]
    length = 1
    while length < max(map(len, parts)) and len({tuple(words[-length:]) for words in parts}) < len(parts):
        length += 1
    return [".".join(words[-length:]) for words in parts]


def _choices(words: list[str]) -> list[tuple[str, list[str]]]:
    """Read `KEY=A,B,C` of every --vary.

    Raises
    ------
    ScenarioError
        When there are too many keys or runs, a key without two values, or the same key twice.
    """
    from scenarios.faults import Fault, ScenarioError

    choices = [(key, values.split(",")) for key, _, values in (word.partition("=") for word in words)]
    faults = []
    if len(choices) > MOST_KEYS or len({key for key, _ in choices}) < len(choices):
        faults.append(f"name at most {MOST_KEYS} different keys")
    for key, values in choices:
        if not key or len(set(values)) < 2 or "" in values or len(set(values)) < len(values):
            faults.append(
                f'"{key}={",".join(values)}": expected a key and two different values or more, as in KEY=A,B,C'
            )
    runs = 1
    for _, values in choices:
        runs *= len(values)
    if runs > MOST_RUNS:
        faults.append(f"{runs} runs are too many; {MOST_RUNS} are allowed")
    if faults:
        raise ScenarioError([Fault(file="", key="--vary", message=text) for text in faults])
    return choices
