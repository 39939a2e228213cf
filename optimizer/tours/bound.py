"""Bound the cost of every tour plan of a rep from below, and from above."""

import numpy as np

from optimizer.tours.arrays import MUST_PENALTY
from optimizer.tours.instance import TourInstance
from optimizer.tours.moats import moat_bound


def driving_bound(instance: TourInstance) -> float:
    """Return a number that no plan undercuts: the better of two bounds that take no search.

    Notes
    -----
    One is of moats around groups of accounts, see `optimizer.tours.moats`. The other: every visit has a way in and a
    way out, and every way has two ends, so driving is at least half of the shortest way in and out of each visit, plus
    half of home's for one tour. Each account takes what costs it least of that and of missing visits. An account's ways
    lead to home and to the accounts that share a possible day with it. Where days may begin or end elsewhere, ways lead
    there too, and home's half is left out, since no tour need go there.
    """
    minutes = instance.drive_minutes.astype(np.float64)
    places = len(minutes)
    meet = np.zeros((places, places), dtype=bool)
    days = [{d for p in rule.patterns for d in p} for rule in instance.visits]
    for a, mine in enumerate(days):
        meet[a + 1, 0] = meet[0, a + 1] = bool(mine)
        for b, others in enumerate(days):
            meet[a + 1, b + 1] = a != b and not mine.isdisjoint(others)
        meet[a + 1, len(days) + 1 :] = meet[len(days) + 1 :, a + 1] = bool(mine)
    ways = np.where(meet, minutes, np.inf)
    half = (ways.min(axis=0) + ways.min(axis=1)) / 2
    missed = total = 0.0
    for a, rule in enumerate(instance.visits):
        worth = rule.visit_value + (MUST_PENALTY if rule.must else 0)
        counts = {0, *(len(p) for p in rule.patterns)}
        nothing = rule.frequency * worth + (MUST_PENALTY if rule.promised_days else 0)
        missed += nothing
        total += min((rule.frequency - k) * worth + k * float(half[a + 1]) if k else float(nothing) for k in counts)
    home = 0.0 if instance.places else float(half[0])
    nearest = min(missed, total + home) if np.isfinite(home) else missed
    return max(nearest, moat_bound(instance))


def other_costs_at_most(instance: TourInstance) -> float:
    """Return what driving, missed values, overtime and levelling cost at most together, in any plan."""
    longest = [day.end_minute + day.overtime_minutes - day.start_minute for day in instance.days]
    lost = sum(rule.frequency * rule.visit_value for rule in instance.visits)
    overtime = sum(day.overtime_minutes for day in instance.days)
    total = sum(longest)  # no more driving than there is time, and no busier week than all weeks together
    days = sum(rule.frequency for rule in instance.visits) * (instance.weekday_weight + instance.change_weight)
    total += sum(instance.worked_minutes)
    lost += instance.night_weight * len(instance.days)
    lost += instance.level_days_weight * sum(longest)
    return float(lost + days + total + instance.overtime_weight * overtime + instance.level_weight * total)
