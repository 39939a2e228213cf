"""Tell what moving an area to a neighbouring territory would do, and which rule forbids it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from scenarios.commands import exits
from scenarios.commands.words import add_drawn_around, add_folder, add_scenario

if TYPE_CHECKING:
    from maps.bookmaking import TerritoryPart
    from scenarios.checking import CheckedData
    from scenarios.commands.chain import Chain

HELP: Final = "tell what moving an area to another territory would do, and which rule forbids it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    parser.add_argument(
        "--area",
        action="append",
        default=[],
        metavar="ID",
        dest="areas",
        help="area_id, or the name of the area; may be repeated; without it, the moves that would cost least",
    )
    add_drawn_around(parser)
    add_folder(parser, told="folder of the run whose plan is explained; nothing is written")


def answer(arguments: argparse.Namespace) -> int:
    """Explain the saved plan in plain words."""
    from dataclasses import replace

    from maps.languages.speaking import speaking
    from maps.move_words import area_words, border_words
    from scenarios.commands.chain import Chain

    chain = Chain.begin(arguments, quiet=True)
    chain.draw_around(arguments.drawn_around)
    data, territory = _saved_plan(chain)
    names = data.areas["name"].to_numpy()
    ids = data.areas["area_id"].to_numpy()
    labels = [area if area == name else f"{area} {name}".strip() for area, name in zip(ids, names, strict=True)]
    instance = replace(territory.instance, area_ids=tuple(labels))
    reps = [f"{rep} {name}".strip() for rep, name in zip(data.reps["rep_id"], data.reps["name"], strict=True)]
    areas = [_area(word, data) for word in arguments.areas]
    if arguments.quiet:
        return exits.DONE
    with speaking(chain.loaded.scenario.outputs.language):
        for area in areas:
            print(area_words(instance, territory.plan, area, reps=reps), end="\n\n")
        if not areas:
            print(border_words(instance, territory.plan, reps=reps))
    return exits.DONE


def _saved_plan(chain: Chain) -> tuple[CheckedData, TerritoryPart]:
    """Read back the plan of an earlier run.

    Raises
    ------
    ScenarioError
        When there is none that fits the scenario and its tables.
    """
    from scenarios.workload import visit_rules

    data = chain.check()
    rules = visit_rules(data.accounts, chain.loaded.scenario)
    with chain.reading_back():
        return data, chain.territories(data, rules, chain.forecast(data, rules))


def _area(word: str, data: CheckedData) -> int:
    """Find the area that the planner names by id or by name.

    Raises
    ------
    ScenarioError
        When there is none, or several have the name.
    """
    from scenarios.faults import Fault, ScenarioError
    from scenarios.planner_rules import areas_called
    from scenarios.suggest import did_you_mean

    found = areas_called(word, data)
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(data.areas["area_id"].iloc[found])
        text = f"{len(found)} areas are called {word!r}; name one by its id: {ids}"
    else:
        text = f"no area is called {word!r}{did_you_mean(word, [*data.areas['area_id'], *data.areas['name']])}"
    raise ScenarioError([Fault(file="", key="--area", message=text)])
