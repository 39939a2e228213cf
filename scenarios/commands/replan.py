"""Plan the rest of one rep's cycle again after something came up."""

import argparse
import datetime as dt
from pathlib import Path
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_folder, add_scenario

HELP: Final = "plan the rest of one rep's cycle again: a cancellation, an illness, an urgent account"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    parser.add_argument("--rep", required=True, metavar="ID", help="rep_id")
    parser.add_argument(
        "--today",
        type=_date,
        default=dt.date.today(),  # noqa: DTZ011 -- the planner's own calendar day
        metavar="DATE",
        help="days before it are over and stay as they are; by default today",
    )
    parser.add_argument(
        "--cancel",
        action="append",
        default=[],
        metavar="ACCOUNT[@DATE]",
        help="the account cannot be visited on that date, or not at all any more in this cycle; may be repeated",
    )
    parser.add_argument(
        "--ill",
        action="append",
        default=[],
        type=_span,
        metavar="DATE[..DATE]",
        help="days on which the rep does not work; may be repeated",
    )
    parser.add_argument(
        "--urgent",
        action="append",
        default=[],
        metavar="ACCOUNT",
        help="a visit within the next five working days, one more where none is planned then; may be repeated",
    )
    parser.add_argument(
        "--done",
        type=Path,
        metavar="FILE",
        help="CSV (account_id, date) of the visits that were made; planned ones before today that it does not name "
        "are planned again; without it all were made",
    )
    parser.add_argument(
        "--confirmed",
        type=Path,
        metavar="FILE",
        help="CSV (account_id, date) of planned visits that customers have been promised: day and time stay",
    )
    add_folder(parser, told="folder of the run whose tours are changed")


def answer(arguments: argparse.Namespace) -> int:
    """Plan again, write the rep's files and say what has changed."""
    from maps.languages.speaking import say, speaking
    from maps.replan_words import changes_text
    from maps.replanned import rep_book, write_changed
    from optimizer.tours.replan import replan
    from scenarios.commands.chain import load_named
    from scenarios.everyday import FOLDER, accounts_elsewhere, desk_bytes, desk_from, read_index
    from scenarios.news import Words, check_fits, file_of_rep, read_news

    loaded = load_named(arguments)
    folder = arguments.out or Path("out", loaded.scenario.name)
    index = read_index(folder)
    note = check_fits(loaded, index, folder)
    name = file_of_rep(index, arguments.rep)
    desk = desk_from((folder / FOLDER / name).read_bytes())
    words = Words(
        today=arguments.today,
        cancel=tuple(arguments.cancel),
        ill=tuple(arguments.ill),
        urgent=tuple(arguments.urgent),
        done=arguments.done,
        confirmed=arguments.confirmed,
    )
    news = read_news(desk, words, lambda: accounts_elsewhere(folder, index["reps"], desk.rep_id))
    scenario = loaded.scenario
    change = replan(
        desk.instance, desk.plan, news, change_weight=scenario.tours.change_price, seed=scenario.solver.seed
    )
    after = desk.after(change)
    lon, lat = desk.home
    book = rep_book(
        after.instance,
        after.result(),
        title=scenario.name,
        period_start=dt.date.fromisoformat(index["period_start"]),
        rep={"rep_id": desk.rep_id, "name": desk.rep_name, "lon": lon, "lat": lat},
        accounts=desk.accounts,
    )
    old = write_changed(
        book,
        folder,
        page_name=name.removesuffix(".json.gz"),
        more={f"{FOLDER}/{name}": desk_bytes(after)},
        language=scenario.outputs.language,
    )
    if not arguments.quiet:
        labels = [f"{account['account_id']} {account['name']}".strip() for account in desk.accounts]
        with speaking(scenario.outputs.language):
            text = changes_text(
                after.instance,
                desk.plan,
                after.plan,
                first_day=news.first_day,
                labels=labels,
                missed=change.missed,
                broken=change.broken,
            )
            print(text)
            print(f"\n{say(f'Written: visits, days, page, calendar and routes of {desk.rep_id} in {folder}.')}")
            if old:
                print(say(f"As of the run, until it is made again: {', '.join(old)}."))
            if note:
                print(say(note))
    return exits.RULES_BROKEN if change.broken else exits.DONE


def _date(word: str) -> dt.date:
    try:
        return dt.date.fromisoformat(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'got "{word}", expected a date such as 2026-11-25') from error


def _span(word: str) -> tuple[dt.date, dt.date]:
    first, _, last = word.partition("..")
    span = (_date(first), _date(last or first))
    if span[1] < span[0]:
        raise argparse.ArgumentTypeError(f'got "{word}", which ends before it begins')
    return span
