"""Bring several scenarios to plans and lay them side by side in one folder."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import yaml

from maps.comparison.page import NamedPlan, accounts_csv, comparison_page, keys_csv, measures_csv
from maps.folder import check_output_folder, staged_output
from maps.writers import write_text
from scenarios.commands.chain import Chain
from scenarios.commands.leaving import leave_results
from scenarios.loading import resolved_yaml
from scenarios.moves import refuse_to_forget

SOLVED = ("forecast", "territories", "tours")
"""Stages whose run makes the folder of a scenario out of date."""


def plan_of(
    scenario: Path,
    folder: Path | None,
    *,
    sets: Sequence[str],
    overrides: Sequence[str],
    quiet: bool,
    name: str = "",
    lenders: Sequence[Path] = (),
) -> NamedPlan:
    """Take a scenario's plan from its folder, and run what is missing there.

    Parameters
    ----------
    folder
        The output folder; that of the scenario's name when it is None.
    name
        What to call the plan; the scenario's name when it is empty.
    lenders
        Folders of other runs whose stages are taken where they fit.
    """
    words = argparse.Namespace(scenario=scenario, sets=list(sets), overrides=list(overrides), out=folder)
    chain = Chain.begin(words, quiet=quiet)
    chain.reuse, chain.lenders = True, tuple(lenders)
    check_output_folder(chain.folder)
    refuse_to_forget(
        chain.folder,
        chain.loaded,
        instead="rename that folder to keep the plan, and compare again; to compare the plan itself, write its moves "
        "under territories.locks of a scenario of its own",
    )
    book = chain.run()
    if set(SOLVED) & set(chain.seconds) or not (chain.folder / "run.json").is_file():
        leave_results(chain, book)
    resolved = yaml.safe_load(resolved_yaml(chain.loaded))
    return NamedPlan(name=name or book.name, book=book, scenario=resolved)


def leave_comparison(plans: Sequence[NamedPlan], folder: Path) -> None:
    """Write compare.html, measures.csv, keys.csv and accounts.csv."""
    with staged_output(folder) as staging:
        write_text(staging / "compare.html", comparison_page(plans))
        write_text(staging / "measures.csv", measures_csv(plans))
        write_text(staging / "keys.csv", keys_csv(plans))
        write_text(staging / "accounts.csv", accounts_csv(plans))
