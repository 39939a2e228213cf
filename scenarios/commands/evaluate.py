"""Measure and verify a given alignment without solving."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_drawn_around, add_folder, add_scenario

HELP: Final = "measure and verify a given alignment without solving"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    add_folder(
        parser,
        told="folder of an earlier run: its plan is what --moves changes, its forecast is taken if it fits; nothing is "
        "written",
    )
    add_drawn_around(parser)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--alignment", type=Path, metavar="FILE", help="CSV or Excel table with area_id and rep_id")
    given.add_argument(
        "--moves",
        type=Path,
        action="append",
        metavar="FILE",
        help="moves.csv of the retouch page, applied to the plan; may be repeated, one after the other",
    )


def answer(arguments: argparse.Namespace) -> int:
    """Measure and verify a given alignment; exit code 1 when it breaks a rule."""
    from maps.bookmaking import evaluate_plan
    from maps.evaluation import evaluation_text
    from scenarios.alignment import read_alignment
    from scenarios.commands.chain import Chain
    from scenarios.moves import moved_plan, read_all_moves
    from scenarios.saved import is_saved
    from scenarios.workload import visit_rules

    moves = read_all_moves(arguments.moves or ())
    chain = Chain.begin(arguments, quiet=arguments.quiet)
    chain.draw_around(arguments.drawn_around)
    drawn = is_saved(chain.folder, "territories")
    chain.reuse = not (arguments.moves and drawn)
    data = chain.check()
    rules = visit_rules(data.accounts, chain.loaded.scenario)
    if arguments.moves:
        if not drawn:
            chain.console.remark(
                f"{chain.folder} holds no plan that the moves could change: one is drawn first, and not kept; "
                f"python run_scenario.py {chain.loaded.path} would keep it"
            )
        with chain.reading_back() if drawn else nullcontext():  # moves of one plan say nothing about another
            territories = chain.territories(data, rules, chain.forecast(data, rules))
        instance, account_reps = territories.instance, territories.account_reps
        plan = moved_plan(instance, territories.plan, moves)
    else:
        problem = chain.territory_problem(data, rules, chain.forecast(data, rules))
        instance, account_reps = problem.instance, problem.account_reps
        plan = read_alignment(arguments.alignment, instance)
    table, terms, violations = evaluate_plan(
        instance,
        plan,
        areas=data.areas,
        accounts=data.accounts,
        reps=chain.housed(data).reps,
        account_reps=account_reps,
    )
    chain.console.tell(lambda: evaluation_text(table, terms, violations, notes=instance.left_notes()))
    return exits.RULES_BROKEN if violations else exits.DONE
