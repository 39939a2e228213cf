"""Read what came up in a rep's week, and refuse what cannot be meant."""

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from optimizer.tours.replan import News
from scenarios.everyday import Desk, scenario_digest
from scenarios.faults import Fault, ScenarioError
from scenarios.loaded import LoadedScenario
from scenarios.run_record import input_digests
from scenarios.suggest import did_you_mean, missing_file, one_of

Visit = tuple[int, int]
"""Account and day, as in `News`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the planner says."""

    today: dt.date
    cancel: tuple[str, ...] = ()
    """account_id, or account_id@date."""
    ill: tuple[tuple[dt.date, dt.date], ...] = ()
    urgent: tuple[str, ...] = ()
    done: Path | None = None
    confirmed: Path | None = None


def check_fits(loaded: LoadedScenario, index: Mapping[str, Any], folder: Path) -> str:
    """Make sure that the run was of this scenario; say so if only its tables have changed since.

    Raises
    ------
    ScenarioError
        When the scenario is another one than that of the run.
    """
    if scenario_digest(loaded.resolved) != index["scenario"]:
        text = (
            f"is the run of another scenario, or of {loaded.path} before it was changed; run it again first, or use "
            "the same --set and --override"
        )
        raise ScenarioError([Fault(file=str(folder), message=text)])
    changed = [key for key, digest in input_digests(loaded.scenario).items() if index["inputs"].get(key) != digest]
    tables = one_of(changed, word="and") if changed else ""
    return f"{tables}: changed since the run, which this plan still goes by." if changed else ""


def file_of_rep(index: Mapping[str, Any], rep_id: str) -> str:
    """Find the file of a rep.

    Raises
    ------
    ScenarioError
        When there is no such rep.
    """
    found = index["reps"].get(rep_id)
    if found is None:
        text = f'"{rep_id}": no rep is called so{did_you_mean(rep_id, index["reps"])}'
        raise ScenarioError([Fault(file="", key="--rep", message=text)])
    return str(found)


def read_news(desk: Desk, words: Words, elsewhere: Callable[[], Mapping[str, str]]) -> News:
    """Turn words into days and accounts of a rep's cycle.

    Parameters
    ----------
    elsewhere
        Gives the rep of every account of another rep; asked only about accounts that this one has not.

    Raises
    ------
    ScenarioError
        With everything in the words that names no account, no visit or no day of the cycle.
    """
    reader = _Reader(desk, elsewhere)
    first = reader.first_day(words.today)
    off = frozenset(d for span in words.ill for d in reader.off(span, first))
    cancelled, not_on = reader.cancelled(words.cancel, first)
    urgent = tuple(a for name in dict.fromkeys(words.urgent) for a in reader.urgent(name, cancelled))
    confirmed = reader.listed(words.confirmed, "--confirmed") if words.confirmed else frozenset()
    done = reader.listed(words.done, "--done") if words.done else frozenset()
    reader.refuse()
    over = {visit for visit in reader.planned if visit[1] < first}
    return News(
        first_day=first,
        not_done=frozenset(over - done) if words.done else frozenset(),
        off=off,
        cancelled=frozenset(cancelled),
        not_on=frozenset(not_on),
        urgent=urgent,
        confirmed=frozenset(visit for visit in confirmed if visit[1] >= first),
    )


class _Reader:
    """Looks words up in a desk and gathers what is wrong with them."""

    def __init__(self, desk: Desk, elsewhere: Callable[[], Mapping[str, str]]) -> None:
        self._desk = desk
        self._elsewhere = elsewhere
        self._days = {day.date: d for d, day in enumerate(desk.instance.days)}
        self._accounts = {rule.account_id: a for a, rule in enumerate(desk.instance.visits)}
        self.planned = {(stop.account, tour.day) for tour in desk.plan.tours for stop in tour.stops}
        self._faults: list[Fault] = []

    def refuse(self) -> None:
        """Raise what is wrong, all at once."""
        if self._faults:
            raise ScenarioError(self._faults)

    def first_day(self, today: dt.date) -> int:
        """Find the first working day that is not over."""
        days = [dt.date.fromisoformat(date) for date in self._days]
        left = [d for d, date in enumerate(days) if date >= today]
        if not left:
            cycle = f"from {days[0]} to {days[-1]}" if days else "without a working day"
            self._tell(
                "--today", f"got {today}, but the cycle of {self._desk.rep_id} is {cycle}; nothing is left of it"
            )
            return 0
        return left[0]

    def off(self, span: tuple[dt.date, dt.date], first: int) -> Iterator[int]:
        """Give the working days of an absence."""
        found = [d for date, d in self._days.items() if span[0] <= dt.date.fromisoformat(date) <= span[1]]
        if not any(d >= first for d in found):
            text = f"{span[0]} to {span[1]}: {self._desk.rep_id} has no working day of the cycle in it that is left"
            self._tell("--ill", text)
        yield from (d for d in found if d >= first)

    def cancelled(self, names: tuple[str, ...], first: int) -> tuple[set[int], set[Visit]]:
        """Tell accounts that want no further visit from visits that cannot be on their day."""
        whole: set[int] = set()
        single: set[Visit] = set()
        for word in names:
            name, _, date = word.partition("@")
            for a in self._account(name, "--cancel"):
                ahead = sorted(d for account, d in self.planned if account == a and d >= first)
                on = self._days.get(date, -1)
                if not date and ahead:
                    whole.add(a)
                elif date and on in ahead:
                    single.add((a, on))
                else:
                    dates = [self._desk.instance.days[d].date for d in ahead]
                    there = f"its visits ahead are on {one_of(dates, word='and')}" if dates else "it has none ahead"
                    self._tell("--cancel", f'"{word}": no visit to cancel; {there}')
        return whole, single

    def urgent(self, name: str, cancelled: set[int]) -> Iterator[int]:
        """Find the account of an urgent visit."""
        for a in self._account(name, "--urgent"):
            if a in cancelled:
                self._tell("--urgent", f'"{name}" is cancelled as well; leave out one of the two')
            yield a

    def listed(self, path: Path, key: str) -> frozenset[Visit]:
        """Read planned visits from a CSV file with the columns account_id and date."""
        if not path.is_file():
            self._faults.append(Fault(file=str(path), key=key, message=missing_file(path, (".csv",))))
            return frozenset()
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            lacking = {"account_id", "date"}.difference(rows.fieldnames or ())
            if lacking:
                text = f"lacks the column {one_of(sorted(lacking), word='and')}; expected account_id,date"
                self._faults.append(Fault(file=str(path), line=1, key=key, message=text))
                return frozenset()
            found = set()
            for line, row in enumerate(rows, start=2):
                visit = (self._accounts.get(row["account_id"], -1), self._days.get(row["date"], -1))
                if visit in self.planned:
                    found.add(visit)
                elif other := self._another_reps(row["account_id"]):
                    self._faults.append(Fault(file=str(path), line=line, key=key, message=other))
                elif key == "--confirmed":
                    text = f"{row['account_id']} has no visit planned on {row['date']} that could be confirmed"
                    self._faults.append(Fault(file=str(path), line=line, key=key, message=text))
            return frozenset(found)

    def _account(self, name: str, key: str) -> list[int]:
        if name in self._accounts:
            return [self._accounts[name]]
        named = [a for a, row in enumerate(self._desk.accounts) if row["name"] == name]
        if not named and (other := self._another_reps(name)):
            self._tell(key, other)
            return []
        if len(named) != 1:
            hint = did_you_mean(name, self._accounts)
            what = f"{len(named)} accounts are called so; name one by its account_id" if named else f"unknown{hint}"
            self._tell(key, f'"{name}": {what}; expected an account of {self._desk.rep_id}')
            return []
        return named

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        return self._elsewhere()

    def _another_reps(self, account_id: str) -> str:
        """Say whose an account is, "" where it is this rep's or nobody's."""
        owner = "" if account_id in self._accounts else self._owners.get(account_id, "")
        return f'"{account_id}" belongs to {owner}, not to {self._desk.rep_id}' if owner else ""

    def _tell(self, key: str, message: str) -> None:
        self._faults.append(Fault(file="", key=key, message=message))
