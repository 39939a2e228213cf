"""Build the sets of days on which an account may be visited: well spaced, the same weekday first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, pairwise

from optimizer.tours.instance import WorkDay

Pattern = tuple[int, ...]

MOST_ENUMERATED = 3
"""Frequencies up to this one try every combination of days; higher ones shift visits of regular patterns."""


def visit_patterns(
    days: Sequence[WorkDay],
    frequency: int,
    weeks: int,
    *,
    open_days: Sequence[bool] | None = None,
    min_gap_days: int = 1,
    max_gap_days: int = 0,
    tolerance_days: int = 2,
    last_visit: int | None = None,
    max_patterns: int = 120,
) -> tuple[Pattern, ...]:
    """Build the allowed visit patterns of an account.

    Parameters
    ----------
    days
        Working days of the rep.
    frequency
        Visits wanted in the cycle; 0 gives no pattern.
    weeks
        Length of the cycle in weeks; spacing is judged around its end as well, so that cycles join up.
    open_days
        Per entry of `days`, whether the account can be visited; all when left out.
    min_gap_days
        Least number of calendar days from one visit to the next; above 1 it takes the place of the tolerance below.
    max_gap_days
        Most calendar days from one visit to the next where all visits are made; takes the place of the tolerance above,
        0 for none.
    tolerance_days
        How many calendar days a gap may differ from the ideal `7 · weeks / frequency`. A visit that falls on a day that
        is not worked or closed moves to the nearest open day, even if that stretches a gap further.
    last_visit
        Calendar day of the visit before the cycle, negative. First visits then come after an interval that differs from
        the ideal by at most a quarter, or the tolerance, or as near to that as days allow; `min_gap_days` always holds.
    max_patterns
        Most patterns returned; about two thirds are full ones, the rest fall-backs with fewer visits.

    Returns
    -------
    Patterns as ascending indices into `days`: full ones first, the most regular first, then fall-backs with ever fewer
    visits. Deterministic.
    """
    if frequency <= 0 or max_patterns <= 0:
        return ()
    is_open = tuple(open_days) if open_days is not None else (True,) * len(days)
    usable = tuple((index, day.day) for index, day in enumerate(days) if is_open[index])
    spacing = Spacing(least=min_gap_days, most=max_gap_days, tolerance=tolerance_days, last=last_visit)
    return _patterns_of(usable, frequency, weeks, spacing, max_patterns)


def anchored(
    patterns: Sequence[Pattern], anchors: Sequence[Sequence[int]], days: Sequence[WorkDay], *, frequency: int
) -> tuple[Pattern, ...]:
    """Move visits of patterns so that each holds a day of every anchor: what was agreed comes before regular intervals.

    Parameters
    ----------
    anchors
        Per wish the days of which one is to be visited, as indices into `days`: an appointment has one, a chosen week
        several.

    Returns
    -------
    Patterns of at most `frequency` days, in the order of those they were made from; the bare anchors come last.
    """
    found: dict[Pattern, None] = {}
    for pattern in (*patterns, ()):
        made = [frozenset(pattern)]
        for number, anchor in enumerate(anchors):
            others = [set(one) for one in (*anchors[:number], *anchors[number + 1 :])]
            made = [new for old in made for new in _with_day_of(old, anchor, others, days)]
        for new in made:
            if 0 < len(new) <= frequency:
                found[tuple(sorted(new))] = None
    return tuple(found)


def _with_day_of(
    pattern: frozenset[int], anchor: Sequence[int], others: Sequence[set[int]], days: Sequence[WorkDay]
) -> list[frozenset[int]]:
    """Give the pattern itself, or for each day of the anchor one in which the nearest free visit has moved there."""
    if not pattern.isdisjoint(anchor):
        return [pattern]
    needed = {min(pattern & one) for one in others if pattern & one}
    free = sorted(pattern - needed)
    made = []
    for day in anchor:
        nearest = min(free, key=lambda d: (abs(days[d].day - days[day].day), d), default=None)
        made.append(pattern - {nearest} | {day} if nearest is not None else pattern | {day})
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """How far visits are apart, in calendar days."""

    least: int
    most: int
    tolerance: int
    last: int | None

    def spaced(self, pattern: Pattern, cycle: int, ideal: float) -> bool:
        """Tell whether all gaps are regular, around the end of the cycle too."""
        low = self.least if self.least > 1 else ideal - self.tolerance
        high = self.most or ideal + self.tolerance
        return all(low <= gap <= high for gap in _gaps(pattern, cycle)) and self.allowed(pattern, cycle)

    def allowed(self, pattern: Pattern, cycle: int) -> bool:
        """Tell whether no gap is beyond what was asked for."""
        gaps = _gaps(pattern, cycle)
        return min(gaps) >= min(self.least, cycle) and not 0 < self.most < max(gaps)

    def joined(self, patterns: set[Pattern], ideal: float) -> set[Pattern]:
        """Keep those that carry on regularly after the last visit, or else those that come nearest to that."""
        last = self.last
        if last is None:
            return patterns
        range_ = max(float(self.tolerance), ideal / 4)
        high = min(ideal + range_, self.most or ideal + range_)
        off = {
            p: max(0.0, ideal - range_ - (p[0] - last), (p[0] - last) - high)
            for p in patterns
            if p[0] - last >= self.least
        }
        nearest = min(off.values(), default=0.0)
        return {p for p, distance in off.items() if distance <= nearest}


@lru_cache(maxsize=4096)
def _patterns_of(
    usable: tuple[tuple[int, int], ...], frequency: int, weeks: int, spacing: Spacing, most: int
) -> tuple[Pattern, ...]:
    calendar = [day for _, day in usable]
    index_of = {day: index for index, day in usable}
    fewer = _fewer_visits(frequency, len(calendar))
    share = max(1, most // 3 // max(1, len(fewer)))
    found: list[Pattern] = []
    for visits in (frequency, *fewer):
        room = most - len(found) if visits == 1 else most - share * len(fewer) if visits == frequency else share
        # Fewer visits than wanted are farther apart than they may be.
        asked = spacing if visits == frequency else replace(spacing, most=0)
        patterns = _regular_patterns(calendar, visits, weeks, asked, 7 * weeks / frequency)
        patterns = patterns[: max(0, min(room, most - len(found)))]
        found += [tuple(index_of[day] for day in pattern) for pattern in patterns]
    return tuple(dict.fromkeys(found))


def _fewer_visits(frequency: int, usable_days: int) -> tuple[int, ...]:
    """Choose the visit counts of fall-backs: one less, all usable days, three quarters, a half, a quarter and one."""
    wanted = {frequency - 1, min(frequency, usable_days), round(frequency * 0.75), frequency // 2, frequency // 4, 1}
    return tuple(sorted((visits for visits in wanted if 0 < visits < frequency), reverse=True))


def _regular_patterns(calendar: list[int], visits: int, weeks: int, spacing: Spacing, interval: float) -> list[Pattern]:
    """List patterns of calendar days with `visits` visits, most regular first; `interval` is the one after the last."""
    if visits > len(calendar):
        return []
    cycle = 7 * weeks
    ideal = cycle / visits
    tolerance = spacing.tolerance
    base = [p for p in _base_patterns(calendar, visits, weeks) if spacing.allowed(p, cycle)]
    near = set(base)
    if visits <= MOST_ENUMERATED:
        near.update(p for p in combinations(calendar, visits) if spacing.spaced(p, cycle, ideal))
    else:
        for pattern in base:
            near.update(p for p in _shifted(pattern, calendar, tolerance) if spacing.spaced(p, cycle, ideal))
    kept = {p for p in near if spacing.spaced(p, cycle, ideal)}
    # Closed days push visits together, and three visits on one weekday of four weeks leave a week out: a little more
    # than the tolerance is then still regular. Days too few for any regular pattern leave those nearest to one.
    kept.update(p for p in base if ideal > 5 and _worst_gap(p, cycle, ideal) <= tolerance + 3)
    kept = spacing.joined(kept or near, interval)
    return _mixed(sorted(kept, key=lambda p: (_weekday_changes(p, visits, weeks), _unevenness(p, cycle, ideal), p)))


def _base_patterns(calendar: list[int], visits: int, weeks: int) -> list[Pattern]:
    """List same-weekday patterns and evenly spread ones, each visit moved to the nearest usable day."""
    cycle = 7 * weeks
    weekdays = sorted({day % 7 for day in calendar})
    found: dict[Pattern, None] = {}
    per_week, rest = divmod(visits, weeks)
    sizes = {per_week, per_week + 1} if rest else {per_week}
    for weekday_set in sorted(
        {s for size in sizes if size > 0 for s in combinations(weekdays, min(size, len(weekdays)))}
    ):
        for phase in range(weeks if rest else 1):
            wanted: list[int] = []
            for week in range(weeks):
                count = per_week + (1 if ((week + phase) * rest) % weeks < rest else 0)
                size = min(count, len(weekday_set))
                chosen = [weekday_set[(k * len(weekday_set)) // size] for k in range(size)] if size else []
                wanted += [7 * week + weekday for weekday in chosen]
            if len(wanted) == visits:
                _add(found, _snap(wanted, calendar, cycle))
    for first in calendar:
        _add(found, _snap([round(first + k * cycle / visits) % cycle for k in range(visits)], calendar, cycle))
    return list(found)


def _add(found: dict[Pattern, None], pattern: Pattern | None) -> None:
    if pattern is not None:
        found[pattern] = None


def _snap(wanted: Sequence[int], calendar: Sequence[int], cycle: int) -> Pattern | None:
    """Move each wanted day to the nearest usable day (around the end of the cycle too) that is still free."""
    taken: set[int] = set()
    for day in wanted:
        free = [c for c in calendar if c not in taken]
        if not free:
            return None
        taken.add(min(free, key=lambda c: (min((c - day) % cycle, (day - c) % cycle), c)))
    return tuple(sorted(taken))


def _shifted(pattern: Pattern, calendar: Sequence[int], tolerance: int) -> Iterator[Pattern]:
    """Yield the pattern with one visit, or two, moved by up to `tolerance` days."""
    usable = set(calendar)
    moves = [(i, s) for i in range(len(pattern)) for s in range(-tolerance, tolerance + 1) if s]
    for count in (1, 2) if len(pattern) <= 6 else (1,):
        for chosen in combinations(moves, count):
            days = list(pattern)
            for i, s in chosen:
                days[i] = pattern[i] + s
            if len(set(days)) == len(days) and all(day in usable for day in days):
                yield tuple(sorted(days))


def _gaps(pattern: Pattern, cycle: int) -> list[int]:
    return [b - a for a, b in pairwise(pattern)] + [pattern[0] + cycle - pattern[-1]]


def _worst_gap(pattern: Pattern, cycle: int, ideal: float) -> float:
    return max(abs(gap - ideal) for gap in _gaps(pattern, cycle))


def _unevenness(pattern: Pattern, cycle: int, ideal: float) -> float:
    return sum((gap - ideal) ** 2 for gap in _gaps(pattern, cycle))


def _weekday_changes(pattern: Pattern, visits: int, weeks: int) -> int:
    """Count weekdays in use beyond what the frequency needs."""
    return len({day % 7 for day in pattern}) - -(-visits // weeks)


def _mixed(patterns: list[Pattern]) -> list[Pattern]:
    """Deal the patterns out by their first day, so that a cut keeps all parts of the cycle; regular ones stay first."""
    dealt: dict[int, int] = {}
    turn = {}
    for pattern in patterns:
        turn[pattern] = dealt[pattern[0]] = dealt.get(pattern[0], -1) + 1
    return sorted(patterns, key=lambda p: turn[p])
