"""Compare scenarios: run what is missing, then lay their plans side by side."""

import argparse
from pathlib import Path
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_folder, scenario_file

HELP: Final = "lay the plans of two or more scenarios side by side, running what is missing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument(
        "scenarios",
        nargs="+",
        metavar="FILE[@NAME]",
        help="scenario files, the first being the one that the others are held against; @NAME applies a named override",
    )
    add_folder(parser, told="folder of the comparison; out/compare-<names> by default")


def answer(arguments: argparse.Namespace) -> int:
    """Run what is missing, and write one page and its tables."""
    from maps.comparison.page import language_of
    from maps.console import Console
    from maps.folder import check_output_folder
    from maps.languages.speaking import say
    from scenarios.commands.comparing import leave_comparison, plan_of
    from scenarios.faults import Fault, ScenarioError
    from scenarios.loading import load_scenario

    if len(arguments.scenarios) < 2:
        raise ScenarioError([Fault(file="", key="compare", message="name two scenario files or more")])
    cases = [_case(word) for word in arguments.scenarios]
    names = [f"{path.stem}@{override}" if override else path.stem for path, override in cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        text = f"{', '.join(twice)} is named twice; files that are compared need different names"
        raise ScenarioError([Fault(file="", key="compare", message=text)])
    folder = arguments.out or Path("out", "compare-" + "-".join(name.replace("@", "-") for name in names))
    check_output_folder(folder)
    for path, override in cases:  # every fault is told before the first run
        load_scenario(path, sets=[], overrides=[override] if override else [])
    plans = []
    for (path, override), name in zip(cases, names, strict=True):
        if not arguments.quiet:
            print(f"== {name}")
        place = Path("out", name.replace("@", "-")) if override else None
        changes = [override] if override else []
        plans.append(plan_of(path, place, sets=[], overrides=changes, quiet=arguments.quiet, name=name))
    leave_comparison(plans, folder)
    page = folder / "compare.html"
    Console(quiet=arguments.quiet, language=language_of(plans[0])).tell(lambda: f"\n{say(f'Open {page}')}")
    return exits.DONE


def _case(word: str) -> tuple[Path, str]:
    """Split `file.yaml@override`."""
    path, _, override = word.partition("@")
    return scenario_file(path), override
