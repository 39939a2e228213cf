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
    nights: tuple[int, ...]
    """Places for the night inside it, as days name them."""
    inside: tuple[int, ...]
    """Moats inside this one, by their place in the list; together they hold its accounts."""


def moat_bound(instance: TourInstance) -> float:
    """Return a number that no plan undercuts, counting driving, nights away and missed visits.

    Notes
    -----
    Moats grow around all places at the same pace until they touch; then a common one grows around both. No way crosses
    more of them than it is long. A group is visited on at least as many days as any account in it, and on as many as
    its visits take: a day that reaches the group and returns has only so much time left there. How many visits are
    made is left open: what is missed costs its value.

    All places where days begin or end without a night away count as home, which lies outside every moat. A night inside
    a moat saves one crossing on its evening and one on its morning, and costs its price; days that nights inside a moat
    join are at most as many as follow each other, and their row crosses it twice all the same.
    """
    accounts = [a for a, rule in enumerate(instance.visits) if rule.patterns]
    if not accounts:
        return float(sum(rule.frequency * _lost(rule) for rule in instance.visits))
    moats = _grow(_ways(instance), accounts, _nights(instance), len(instance.visits))
    wanted = [rule.frequency for rule in instance.visits]
    least = [rule.frequency - max((len(p) for p in rule.patterns), default=0) for rule in instance.visits]
    # Variables: missed visits of each account, days of each moat, pairs of crossings where nights can save some, nights
    # by place.
    days = [0.0 if moat.nights else 2.0 * moat.width for moat in moats]
    crossed = [2.0 * moat.width for moat in moats if moat.nights]
    nights = [float(instance.night_weight)] * len(_nights(instance))
    most = [len(instance.days)] * (len(days) + len(crossed)) + [_evenings(instance)] * len(nights)
    price = np.array([*(_lost(rule) for rule in instance.visits), *days, *crossed, *nights])
    matrix, lower = _limits(instance, moats)
    found = milp(
        price,
        integrality=np.ones(len(price)),
        bounds=Bounds(np.array([*least, *[0] * len(most)]), np.array([*wanted, *most])),
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
    """Write "days of a moat ≥ days of one inside", "≥ visits of its only account" and "≥ the time of all visits".

    And of its pairs of crossings "≥ days − nights inside", "≥ days / the longest row of them"; of all nights together
    "≤ evenings".
    """
    first, wanted = len(instance.visits), [rule.frequency for rule in instance.visits]
    away = min(max((_longest(day) for day in instance.days), default=0), instance.week_minutes)
    drive = instance.drive_minutes.astype(np.float64)
    arrive = np.where(np.eye(len(drive), dtype=bool), np.inf, drive).min(axis=0)[1:]
    ends = sorted({*_bases(instance), *(instance.row(place) for place in _nights(instance))})
    there, back = _shortest(drive, ends), _shortest(drive.T, ends)
    crossed = {m: first + len(moats) + n for n, m in enumerate(m for m, moat in enumerate(moats) if moat.nights)}
    night = {place: first + len(moats) + len(crossed) + n for n, place in enumerate(_nights(instance))}
    entries: list[tuple[int, int, float]] = []
    lower: list[float] = []

    def limit(parts: Iterable[tuple[int, float]], least: float) -> None:
        entries.extend((len(lower), column, value) for column, value in parts)
        lower.append(least)

    for m, moat in enumerate(moats):
        if moat.nights:
            limit([(crossed[m], 1.0), (first + m, -1.0), *((night[place], 1.0) for place in moat.nights)], 0.0)
            limit([(crossed[m], float(_longest_row(instance))), (first + m, -1.0)], 0.0)
        if not moat.accounts:
            continue
        for inner in moat.inside:
            limit([(first + m, 1.0), (first + inner, -1.0)], 0.0)
        if not moat.inside:
            limit([(first + m, 1.0), (moat.accounts[0], 1.0)], wanted[moat.accounts[0]])
        places = [a + 1 for a in moat.accounts]
        room = away - there[places].min() - back[places].min() + max(arrive[a] for a in moat.accounts)
        if room > 0:
            share = {a: (instance.visits[a].service_minutes + float(arrive[a])) / room for a in moat.accounts}
            limit([(first + m, 1.0), *share.items()], sum(share[a] * wanted[a] for a in moat.accounts))
    if night:
        limit([(column, -1.0) for column in night.values()], -float(_evenings(instance)))
    rows, columns, values = zip(*entries, strict=True)
    shape = (len(lower), first + len(moats) + len(crossed) + len(night))
    return coo_array((values, (rows, columns)), shape=shape), np.array(lower)


def _bases(instance: TourInstance) -> set[int]:
    """Give the rows of all places where days begin or end by themselves."""
    return {instance.row(place) for day in instance.days for place in (day.start_place, day.end_place)} or {HOME}


def _evenings(instance: TourInstance) -> int:
    """Count the days after which the rep may sleep away."""
    return sum(1 for d in range(len(instance.days)) if instance.next_morning(d) >= 0)


def _longest_row(instance: TourInstance) -> int:
    """Count the days of the longest row that nights away can join."""
    longest = row = 1
    for d in range(len(instance.days)):
        row = row + 1 if instance.next_morning(d) >= 0 else 1
        longest = max(longest, row)
    return longest


def _nights(instance: TourInstance) -> list[int]:
    """List the places for the night that do not count as home."""
    bases = _bases(instance)
    return [place for place in instance.night_places() if _evenings(instance) and instance.row(place) not in bases]


def _grow(ways: Floats, accounts: list[int], nights: list[int], size: int) -> list[_Moat]:
    """Join places by the shortest way left, and make the moat of each group when it is joined to another."""
    moats: list[_Moat] = []
    members = {place: [place] for place in [HOME, *(a + 1 for a in accounts), *(size + night for night in nights)]}
    leader = {place: place for place in members}
    born = dict.fromkeys(members, 0.0)
    inside: dict[int, tuple[int, ...]] = dict.fromkeys(members, ())
    rings: list[tuple[float, tuple[int, ...], int]] = []  # around home's group: width, accounts beyond it, who joined

    def made(width: float, group: Iterable[int], inner: tuple[int, ...]) -> int:
        own = sorted(group)
        moats.append(
            _Moat(width, tuple(p - 1 for p in own if p <= size), tuple(p - size for p in own if p > size), inner)
        )
        return len(moats) - 1

    def closed(head: int, length: float) -> int:
        """Make the moat of a group without home."""
        return made((length - born[head]) / 2.0, members[head], inside[head])

    for length, one, other in _tree(ways, sorted(members)):
        kept, joined = sorted((leader[one], leader[other]))  # home, place 0, stays the head of its group
        if kept == HOME:
            beyond = tuple(place for place in members if leader[place] != HOME)
            rings.append(((length - born[HOME]) / 2.0, beyond, closed(joined, length)))
        else:
            inside[kept] = (closed(kept, length), closed(joined, length))
        members[kept] += members[joined]
        born[kept] = length
        for place in members[joined]:
            leader[place] = kept
    further: tuple[int, ...] = ()
    for width, beyond, joined in reversed(rings):  # beyond a ring lie who joined at it and all beyond the next one
        further = (made(width, beyond, (joined, *further)),)
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
    """Give the minutes between two places in the quicker direction; infinite where no way of a tour joins them.

    Row 0 stands for all places where days begin or end by themselves.
    """
    minutes = instance.drive_minutes.astype(np.float64)
    ways = np.minimum(minutes, minutes.T)
    first = len(instance.visits) + 1
    ways[HOME, :] = ways[:, HOME] = ways[sorted(_bases(instance))].min(axis=0)
    ways[first:, first:] = ways[HOME, first:] = ways[first:, HOME] = np.inf
    days = [{d for p in rule.patterns for d in p} for rule in instance.visits]
    for a, mine in enumerate(days):
        for b, others in enumerate(days[:a]):
            if mine.isdisjoint(others):
                ways[a + 1, b + 1] = ways[b + 1, a + 1] = np.inf
    return ways


def _shortest(minutes: Floats, sources: list[int]) -> Floats:
    """Return the minutes of the shortest way from any source to every place, by way of any others."""
    reached: Floats = minutes[sources].min(axis=0)
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
