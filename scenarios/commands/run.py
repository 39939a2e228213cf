"""Run a scenario and leave the folder of its results."""

import argparse
from pathlib import Path
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import STAGES, add_folder, add_scenario

HELP: Final = "run a scenario (the word `run` may be left out)"
OPEN_FIRST: Final = ("report.html", "maps/territories.html", "data_quality.html", "measures.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    add_folder(parser, told="output folder; out/<scenario name> by default")
    parser.add_argument(
        "--moves",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="moves.csv of the retouch page: every area in it is locked to its rep, and the plan drawn around that; "
        "may be repeated, moves of the retouched plan last: of an area that two files name the last counts",
    )
    parser.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS",
        help="plan tours on the workers of a dask cluster; address of its scheduler, such as tcp://10.0.0.5:8786",
    )
    parser.add_argument(
        "--only",
        choices=tuple(STAGES),
        metavar="STAGE",
        help=f"run one stage on the saved results of the ones before: {', '.join(STAGES)}",
    )


def answer(arguments: argparse.Namespace) -> int:
    """Run the whole chain, or one stage of it, and leave the output folder."""
    from maps.folder import check_output_folder
    from maps.headlines import headlines
    from maps.languages.speaking import say
    from scenarios.commands.chain import Chain
    from scenarios.commands.leaving import keep_learned, leave_results
    from scenarios.moves import DRAWN_AROUND, forgotten_moves, refuse_to_forget

    chain = Chain.begin(arguments, quiet=arguments.quiet)
    chain.cluster = arguments.cluster
    chain.draw_around(arguments.moves)
    check_output_folder(chain.folder)
    if chain.moves:
        refuse_to_forget(
            chain.folder, chain.loaded, instead="add --moves {file} before the other --moves, or name another --out"
        )
    elif forgotten := len(forgotten_moves(chain.folder, chain.loaded)):
        chain.console.remark(
            f"{chain.folder}: its plan was drawn around {forgotten} moves ({DRAWN_AROUND}); this one is not, for lack "
            "of --moves"
        )
    book = chain.run()
    leave_results(chain, book)
    keep_learned(chain)
    if chain.dropped:
        stages = ", ".join(chain.dropped)
        chain.console.tell(lambda: say(f"Not run again, and no longer fitting: {stages}; their files were left out."))
    chain.console.summary(lambda: headlines(book), chain.folder, open_first=OPEN_FIRST)
    return exits.STOPPED_EARLY if chain.interrupted else exits.DONE
