"""Leave the results of a run in its output folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.folder import staged_output
from maps.writers import Wanted, write_all, write_run_record, write_text
from scenarios.commands.desks import save_desks
from scenarios.model_store import keep, models_folder
from scenarios.moves import DRAWN_AROUND, moves_text
from scenarios.starting_folder import PATHS_FROM, starting_folder, way_to

if TYPE_CHECKING:
    from maps.book import PlanBook
    from scenarios.commands.chain import Chain


def leave_results(chain: Chain, book: PlanBook) -> None:
    """Write every file of a run aside and move the folder into place whole."""
    with staged_output(chain.folder) as staging:
        with chain.timed("maps"):
            outputs = chain.loaded.scenario.outputs.model_dump()
            write_all(book, staging, Wanted(**outputs), former=chain.folder)
        chain.save(staging)
        save_desks(chain, staging)
        if chain.moves:
            write_text(staging / DRAWN_AROUND, moves_text(chain.moves))
        record = {"stage_seconds": chain.seconds, "interrupted": chain.interrupted, "ended_early": chain.early}
        start = way_to(starting_folder(chain.loaded.path), chain.folder)
        write_run_record({**book.run, **record, PATHS_FROM: start}, staging)


def keep_learned(chain: Chain) -> None:
    """Keep what the forecast learned among the versions of its models; nothing where it was read back or put back."""
    if chain.learned is not None:
        scenario = chain.loaded.scenario
        keep(models_folder(scenario, chain.folder), chain.learned, chain.inputs, most=scenario.forecast.models_kept)
