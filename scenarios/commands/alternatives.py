"""Show a few good plans side by side: travel against change against balance."""

import argparse
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_drawn_around, add_folder, add_scenario

HELP: Final = "find a few good plans that really differ, beside the one of a run"
FEWEST, MOST = 2, 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    parser.add_argument(
        "--count",
        type=int,
        choices=range(FEWEST, MOST + 1),
        default=4,
        metavar="N",
        help=f"how many plans at most, the chosen one included: {FEWEST} to {MOST}; 4 by default",
    )
    add_drawn_around(parser)
    add_folder(parser, told="folder of an earlier run, whose results are taken where they fit; written anew")


def answer(arguments: argparse.Namespace) -> int:
    """Take the plan of the output folder, or make it, look for others, and leave all of them in the folder."""
    from maps.alternative_plans import alternatives_text
    from maps.folder import check_output_folder
    from maps.languages.speaking import say
    from scenarios.commands.chain import Chain
    from scenarios.commands.leaving import leave_results
    from scenarios.moves import refuse_to_forget

    arguments.sets = [*arguments.sets, f"territories.alternatives={arguments.count}"]
    chain = Chain.begin(arguments, quiet=arguments.quiet)
    chain.draw_around(arguments.drawn_around)
    chain.reuse = True
    check_output_folder(chain.folder)
    refuse_to_forget(chain.folder, chain.loaded, instead="add --drawn-around {file}, or name another --out")
    book = chain.run()
    leave_results(chain, book)
    files = f"{chain.folder / 'report.html'}, {chain.folder / 'alternatives.csv'}"
    chain.console.tell(lambda: alternatives_text(book.alternatives, book.alternative_notes))
    chain.console.tell(lambda: f"\n{say(f'Open {files}')}")
    if not book.alternatives:
        return exits.NO_PLAN
    return exits.STOPPED_EARLY if chain.interrupted else exits.DONE
