"""Find the names in the planner's rules that no table has."""

from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from scenarios.faults import Fault
from scenarios.schema import Territories
from scenarios.suggest import did_you_mean, one_of

At = Callable[[str, str], Fault]
"""Makes a fault of a key path and a message."""


def unknown_reps(rules: Territories, reps: Sequence[str], at: At) -> Iterator[Fault]:
    """Tell of every rep of part-time shares, frozen territories and account exceptions that the reps table lacks."""
    for name, rule in rules.balance.items():
        for rep in rule.shares:
            yield from rep_fault(rep, reps, f"territories.balance.{name}.shares.{rep}", at)
    for number, rep in enumerate(rules.freeze, start=1):
        yield from rep_fault(rep, reps, f"territories.freeze[{number}]", at)
    for number, line in enumerate(rules.account_exceptions, start=1):
        yield from rep_fault(line.rep, reps, f"territories.account_exceptions[{number}].rep", at)


def unknown_areas(rules: Territories, areas: pd.DataFrame, at: At) -> Iterator[Fault]:
    """Tell of every area of barriers and links that is called neither by area_id nor by one name of its own."""
    for key, pairs in (("barriers.pairs", rules.barriers.pairs), ("links", rules.links)):
        for number, pair in enumerate(pairs, start=1):
            for place, area in enumerate(pair.areas, start=1):
                yield from area_fault(area, areas, f"territories.{key}[{number}].areas[{place}]", at)


def unknown_accounts(rules: Territories, accounts: Sequence[str], at: At) -> Iterator[Fault]:
    """Tell of every account exception for an account that is not planned for."""
    known = set(accounts)
    for number, line in enumerate(rules.account_exceptions, start=1):
        if line.account not in known:
            text = (
                f'no account that is planned for is called "{line.account}"{did_you_mean(line.account, list(accounts))}'
            )
            yield at(f"territories.account_exceptions[{number}].account", text)


def area_fault(word: str, areas: pd.DataFrame, key: str, at: At) -> Iterator[Fault]:
    """Tell of a word that no area, or more than one, is called by.

    Parameters
    ----------
    areas
        With area_id and name.
    """
    ids, names = areas["area_id"], areas["name"].tolist()
    found = ids[ids == word].tolist() or ids[areas["name"] == word].tolist()
    if not found:
        parts = sorted(name for name in names if name.startswith(f"{word} ("))
        hint = f"; its parts are {one_of(parts, word='and')}" if parts else ""
        yield at(key, f'no area is called "{word}"{hint or did_you_mean(word, [*names, *ids])}')
    elif len(found) > 1:
        yield at(key, f'{len(found)} areas are called "{word}"; write {one_of(found)}')


def rep_fault(word: str, reps: Sequence[str], key: str, at: At) -> Iterator[Fault]:
    """Tell of a word that is no rep_id."""
    if word not in reps:
        hint = did_you_mean(word, list(reps)) or f"; expected {one_of(list(reps), most=6)}"
        yield at(key, f'no rep is called "{word}"{hint}')
