"""Offer days on which one more visit to an account fits into the tours as they are."""

import argparse
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_folder, add_scenario

HELP: Final = "offer days for one more visit to an account, with the extra minutes of each"
SHOWN: Final = 10
"""Offers that are printed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    parser.add_argument("--account", required=True, metavar="ID", help="account_id, or the name of the account")
    add_folder(parser, told="folder of the run whose tours are looked at; nothing is written")


def answer(arguments: argparse.Namespace) -> int:
    """Print the cheapest days; the rest of the tours stays as it is."""
    from maps.languages.speaking import speaking
    from maps.visit_words import offers_text
    from optimizer.tours.insertion import find_days
    from scenarios.commands.chain import Chain
    from scenarios.faults import Fault, ScenarioError
    from scenarios.suggest import did_you_mean
    from scenarios.workload import visit_rules

    chain = Chain.begin(arguments, quiet=True)
    data = chain.check()
    accounts, word = data.accounts, arguments.account
    chosen = accounts[accounts["account_id"] == word]
    chosen = chosen if len(chosen) else accounts[accounts["name"] == word]
    if len(chosen) != 1:
        hint = did_you_mean(word, [*accounts["account_id"], *accounts["name"]])
        text = f"{len(chosen)} accounts are called so; name one by its account_id" if len(chosen) else f"unknown{hint}"
        raise ScenarioError([Fault(file="", key="--account", message=f'"{word}": {text}')])
    rules = visit_rules(accounts, chain.loaded.scenario)
    with chain.reading_back():
        territory = chain.territories(data, rules, chain.forecast(data, rules))
        tours = chain.tours(data, rules, territory)
    account_id = str(chosen["account_id"].iloc[0])
    for instance, result in zip(tours.instances, tours.results, strict=True):
        ids = [visit.account_id for visit in instance.visits]
        if account_id in ids and result.plan is not None:
            offers = find_days(instance, result.plan, ids.index(account_id))
            if not arguments.quiet:
                name = str(chosen["name"].iloc[0])
                with speaking(chain.loaded.scenario.outputs.language):
                    print(offers_text(instance, offers[:SHOWN], account=f"{account_id} {name}".strip()))
            return exits.DONE
    text = f'"{word}" wants no visits, so that no rep plans for it; give its segment, or the account itself, some'
    raise ScenarioError([Fault(file="", key="--account", message=text)])
