"""Bound driving from below by moats around groups of accounts, each crossed twice on every day that visits the group.

The moats are the dual of a shortest spanning tree (Held & Karp, "The traveling-salesman problem and minimum spanning
trees", Operations Research 18(6), 1970; Jünger & Pulleyblank, "Geometric duality and combinatorial optimization",
1993), each weighted by the days on which its inside must be visited at least.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from optimizer.tours.arrays import MUST_PENALTY
from optimizer.tours.instance import TourInstance, VisitRule, WorkDay

Floats = NDArray[np.float64]

HOME: Final = 0
"""Place of the rep's home; account a is place a + 1."""
MOST_NODES: Final = 50
"""Nodes of the search for whole days; the bound is valid wherever it stops."""
DEAREST: Final = 10_000
"""Price of a missed visit at most: figures of one size keep the solver exact, and a lower price a valid bound."""
MARGIN: Final = 1e-6
"""Taken off for rounding in the solver, as a share."""


@dataclass(frozen=True, slots=True)
class _Moat:
    """A ring around a group of accounts, home outside."""

    width: float
    """Minutes that every way across it takes at least, beside what other moats take of that way."""
    accounts: tuple[int, ...]
    inside: tuple[int, ...]
    """Moats inside this one, by their place in the list; together they hold its accounts."""


def moat_bound(instance: TourInstance) -> float:
    """Return a number that no plan undercuts, counting driving and missed visits; every tour begins and ends at home.

    Notes
    -----
    Moats grow around all places at the same pace until they touch; then a common one grows around both. No way crosses
    more of them than it is long. A group is visited on at least as many days as any account in it, and on as many as
    its visits take: a day that reaches the group and returns has only so much time left there. How many visits are
    made is left open: what is missed costs its value.
    """
    accounts = [a for a, rule in enumerate(instance.visits) if rule.patterns]
    if not accounts:
        return float(sum(rule.frequency * _lost(rule) for rule in instance.visits))
    moats = _grow(_ways(instance), accounts)
    wanted = [rule.frequency for rule in instance.visits]
    least = [rule.frequency - max((len(p) for p in rule.patterns), default=0) for rule in instance.visits]
    # Variables: missed visits of each account, then days of each moat.
    price = np.array([*(_lost(rule) for rule in instance.visits), *(2.0 * moat.width for moat in moats)])
    matrix, lower = _limits(instance, moats)
    found = milp(
        price,
        integrality=np.ones(len(price)),
        bounds=Bounds(np.array([*least, *[0] * len(moats)]), np.array([*wanted, *[len(instance.days)] * len(moats)])),
        constraints=LinearConstraint(matrix, lb=lower),
        options={"node_limit": MOST_NODES},
    )
    if found.mip_dual_bound is None or not np.isfinite(found.mip_dual_bound):
        return 0.0
    return max(0.0, float(found.mip_dual_bound) * (1.0 - MARGIN) - MARGIN)


def _lost(rule: VisitRule) -> int:
    """Price a missed visit; what costs more than any driving need not cost more here."""
    return min(rule.visit_value + (MUST_PENALTY if rule.must else 0), DEAREST)


def _limits(instance: TourInstance, moats: list[_Moat]) -> tuple[coo_array, Floats]:
    """Write "days of a moat ≥ days of one inside", "≥ visits of its only account" and "≥ the time of all visits"."""
    first, wanted = len(instance.visits), [rule.frequency for rule in instance.visits]
    away = min(max((_longest(day) for day in instance.days), default=0), instance.week_minutes)
    drive = instance.drive_minutes.astype(np.float64)
    arrive = np.where(np.eye(len(drive), dtype=bool), np.inf, drive).min(axis=0)[1:]
    there, back = _shortest(drive), _shortest(drive.T)
    entries: list[tuple[int, int, float]] = []
    lower: list[float] = []

    def limit(parts: Iterable[tuple[int, float]], least: float) -> None:
        entries.extend((len(lower), column, value) for column, value in parts)
        lower.append(least)

    for m, moat in enumerate(moats):
        for inner in moat.inside:
            limit([(first + m, 1.0), (first + inner, -1.0)], 0.0)
        if not moat.inside:
            limit([(first + m, 1.0), (moat.accounts[0], 1.0)], wanted[moat.accounts[0]])
        places = [a + 1 for a in moat.accounts]
        room = away - there[places].min() - back[places].min() + max(arrive[a] for a in moat.accounts)
        if room > 0:
            share = {a: (instance.visits[a].service_minutes + float(arrive[a])) / room for a in moat.accounts}
            limit([(first + m, 1.0), *share.items()], sum(share[a] * wanted[a] for a in moat.accounts))
    rows, columns, values = zip(*entries, strict=True)
    return coo_array((values, (rows, columns)), shape=(len(lower), first + len(moats))), np.array(lower)


def _grow(ways: Floats, accounts: list[int]) -> list[_Moat]:
    """Join places by the shortest way left, and make the moat of each group when it is joined to another."""
    moats: list[_Moat] = []
    members = {place: [place] for place in [HOME, *(a + 1 for a in accounts)]}
    leader = {place: place for place in members}
    born = dict.fromkeys(members, 0.0)
    inside: dict[int, tuple[int, ...]] = dict.fromkeys(members, ())
    rings: list[tuple[float, tuple[int, ...], int]] = []  # around home's group: width, accounts beyond it, who joined

    def closed(head: int, length: float) -> int:
        """Make the moat of a group without home."""
        own = tuple(sorted(place - 1 for place in members[head]))
        moats.append(_Moat((length - born[head]) / 2.0, own, inside[head]))
        return len(moats) - 1

    for length, one, other in _tree(ways, sorted(members)):
        kept, joined = sorted((leader[one], leader[other]))  # home, place 0, stays the head of its group
        if kept == HOME:
            beyond = tuple(sorted(place - 1 for place in members if leader[place] != HOME))
            rings.append(((length - born[HOME]) / 2.0, beyond, closed(joined, length)))
        else:
            inside[kept] = (closed(kept, length), closed(joined, length))
        members[kept] += members[joined]
        born[kept] = length
        for place in members[joined]:
            leader[place] = kept
    further: tuple[int, ...] = ()
    for width, beyond, joined in reversed(rings):  # beyond a ring lie who joined at it and all beyond the next one
        moats.append(_Moat(width, beyond, (joined, *further)))
        further = (len(moats) - 1,)
    return moats


def _tree(ways: Floats, places: list[int]) -> list[tuple[float, int, int]]:
    """Return the edges of a shortest spanning tree, the shortest first (Prim's algorithm)."""
    left = places[1:]
    nearest = dict.fromkeys(left, places[0])
    edges = []
    while left:
        lengths = [ways[nearest[place], place] for place in left]
        place = left.pop(int(np.argmin(lengths)))
        edges.append((float(min(lengths)), nearest[place], place))
        for other in left:
            if ways[place, other] < ways[nearest[other], other]:
                nearest[other] = place
    return sorted(edges)


def _ways(instance: TourInstance) -> Floats:
    """Give the minutes between two places in the quicker direction; infinite where no day holds both."""
    minutes = instance.drive_minutes.astype(np.float64)
    ways = np.minimum(minutes, minutes.T)
    days = [{d for p in rule.patterns for d in p} for rule in instance.visits]
    for a, mine in enumerate(days):
        for b, others in enumerate(days[:a]):
            if mine.isdisjoint(others):
                ways[a + 1, b + 1] = ways[b + 1, a + 1] = np.inf
    return ways


def _shortest(minutes: Floats) -> Floats:
    """Return the minutes of the shortest way from home to every place, by way of any others."""
    reached: Floats = minutes[HOME]
    while True:
        nearer: Floats = np.minimum(reached, (reached[:, None] + minutes).min(axis=0))
        if (nearer == reached).all():
            return reached
        reached = nearer


def _longest(day: WorkDay) -> int:
    """Return the most working minutes of a day: with the break, or wholly before or after the time for it."""
    latest = day.end_minute + day.overtime_minutes
    if not day.lunch_minutes:
        return latest - day.start_minute
    short = max(latest - day.lunch_from - day.lunch_minutes, day.lunch_until - day.start_minute)
    return max(latest - day.start_minute - day.lunch_minutes, min(short, latest - day.start_minute))
