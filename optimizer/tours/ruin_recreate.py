"""Take accounts out of their tours in strings and bring them back on new visit patterns, in compiled code.

After Christiaens & Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems", Transportation
Science 54(2), 2020, carried over to periodic problems: an account leaves all its days at once and comes back on the
pattern whose cheapest insertions cost least.
"""
# ruff: noqa: PLR0917 -- compiled functions are called by position

import math

import numpy as np

from optimizer.tours.arrays import FloatArray, Problem, Tours
from optimizer.tours.clock import insertion_back, insertion_keeps_time, refresh
from optimizer.tours.compiling import compiled
from optimizer.tours.instance import IntArray

BLINK = 0.01
"""Chance that an insertion place is overlooked (section 5.2 of the paper)."""
SPLIT = 0.5
"""Chance that a removed string keeps some stops in its middle (section 5.1)."""
MOST_UNSERVED = 10
"""Accounts without a visit that one round tries to bring in."""


@compiled
def random_share(rng: IntArray) -> float:
    """Return a number in [0, 1) and step the generator (xorshift64: Marsaglia, J. Stat. Software 2003)."""
    x = np.uint64(rng[0])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    rng[0] = np.int64(x)
    return float(np.float64(x >> np.uint64(11)) * (1.0 / 9007199254740992.0))


@compiled
def take_out(problem: Problem, tours: Tours, account: int, touched: IntArray) -> None:
    """Remove an account from all its days; labels are left stale and the slots marked in `touched`."""
    row = tours.chosen[account]
    for v in range(problem.pattern_visits[row]):
        day = problem.pattern_days[row, v]
        slot = tours.slot_of[account, day]
        tours.slot_of[account, day] = -1
        n = tours.length[slot]
        i = 1
        while tours.place[slot, i] != account + 1:
            i += 1
        before, here, after = tours.place[slot, i - 1], account + 1, tours.place[slot, i + 1]
        saved = problem.drive[before, here] + problem.drive[here, after] - problem.drive[before, after]
        tours.drive[slot] -= saved
        tours.work[slot] = max(0, tours.work[slot] - saved - problem.service[account])
        for j in range(i, n + 1):
            tours.place[slot, j] = tours.place[slot, j + 1]
        tours.length[slot] = n - 1
        if n == 1:
            tours.drive[slot] = tours.work[slot] = 0
        tours.load[slot] -= problem.demand[account]
        tours.service[slot] -= problem.service[account]
        touched[slot] = 1
    tours.chosen[account] = -1


@compiled
def put_in(problem: Problem, tours: Tours, account: int, slot: int, i: int) -> None:
    """Visit an account between columns i and i + 1 of a slot and refresh the labels."""
    here = account + 1
    before, after = tours.place[slot, i], tours.place[slot, i + 1]
    for j in range(tours.length[slot] + 1, i, -1):
        tours.place[slot, j + 1] = tours.place[slot, j]
    tours.place[slot, i + 1] = here
    tours.length[slot] += 1
    tours.drive[slot] += problem.drive[before, here] + problem.drive[here, after] - problem.drive[before, after]
    tours.load[slot] += problem.demand[account]
    tours.service[slot] += problem.service[account]
    tours.slot_of[account, problem.slot_day[slot]] = slot
    refresh(problem, tours, slot)


@compiled
def best_place(
    problem: Problem, tours: Tours, slot: int, account: int, limit: float, rng: IntArray
) -> tuple[float, int]:
    """Return the least added cost (drive and overtime) below `limit` and the column to insert after, −1 for none."""
    best, best_i = limit, -1
    here, lunch = account + 1, problem.lunch[slot]
    busy = tours.drive[slot] + tours.service[slot] + problem.service[account]
    room = problem.latest[slot] - problem.start[slot]
    until_lunch = problem.lunch_until[slot] - problem.start[slot]
    may_run_over = problem.latest[slot] > problem.end[slot]
    # No return inside: the compiler then drops the reference counts of the arrays, which cost more than the work.
    places = tours.length[slot] + 1
    if tours.load[slot] + problem.demand[account] > problem.capacity[slot]:
        places = 0
    for i in range(places):
        before, after = tours.place[slot, i], tours.place[slot, i + 1]
        extra = problem.drive[before, here] + problem.drive[here, after] - problem.drive[before, after]
        span = busy + extra
        if lunch > 0 and span > until_lunch:
            span += lunch
        if extra < best and span <= room and random_share(rng) >= BLINK:
            if insertion_keeps_time(problem, tours, slot, i, account):
                best, best_i = float(extra), i
            elif may_run_over:
                back = insertion_back(problem, tours, slot, i, account)
                cost = extra + problem.overtime_weight * (max(0, back - problem.end[slot]) - tours.overtime[slot])
                if back <= problem.latest[slot] and cost < best:
                    best, best_i = float(cost), i
    return best, best_i


@compiled
def week_cost(work: int, extra: float, week_limit: int, week_price: float) -> float:
    """Return the added cost of `extra` minutes in a week of `work` above the limit."""
    return week_price * (max(0.0, work + extra - week_limit) - max(0, work - week_limit))


@compiled
def bring_in(  # noqa: C901, PLR0912 -- one pass in compiled code
    problem: Problem,
    tours: Tours,
    account: int,
    week_work: IntArray,
    week_price: float,
    place_of_day: IntArray,
    cost_of_day: FloatArray,
    noise_of_day: FloatArray,
    touched: IntArray,
    rng: IntArray,
) -> None:
    """Visit an account on its cheapest pattern, or not at all when that is cheaper."""
    days = problem.useful.shape[1]
    level_price = float(problem.level_weight)
    extra_of_day, week_extra = np.zeros(days), np.zeros(problem.weeks)
    busiest = 0
    for week in range(problem.weeks):
        busiest = max(busiest, week_work[week])
    for day in range(days):
        cost_of_day[day] = math.inf
        if problem.useful[account, day] == 0:
            continue
        best, best_slot, best_i = math.inf, -1, -1
        for slot in range(problem.day_slot[day], problem.day_slot[day + 1]):
            cost, i = best_place(problem, tours, slot, account, best, rng)
            if i >= 0:
                best, best_slot, best_i = cost, slot, i
            if tours.length[slot] == 0:
                break  # the slots of a day are alike, and the empty ones come last
        if best_slot >= 0:
            week = problem.slot_week[best_slot]
            extra = best + problem.service[account]
            extra_of_day[day] = extra
            cost_of_day[day] = best + noise_of_day[day]
            cost_of_day[day] += week_cost(week_work[week], extra, problem.week_limit, week_price)
            place_of_day[day, 0], place_of_day[day, 1] = best_slot, best_i
    row = -1
    least = float(problem.frequency[account] * problem.miss_cost[account])
    for p in range(problem.pattern_start[account], problem.pattern_start[account + 1]):
        visits = problem.pattern_visits[p]
        cost = float((problem.frequency[account] - visits) * problem.miss_cost[account])
        for v in range(visits):
            cost += cost_of_day[problem.pattern_days[p, v]]
            if cost >= least and level_price == 0.0:
                break
        if level_price > 0.0 and cost < math.inf:
            # The busiest week depends on all visits of the pattern together: equal loads on every week cost nothing.
            week_extra[:] = 0.0
            for v in range(visits):
                day = problem.pattern_days[p, v]
                week_extra[problem.slot_week[place_of_day[day, 0]]] += extra_of_day[day]
            peak = 0.0
            for week in range(problem.weeks):
                peak = max(peak, week_work[week] + week_extra[week])
            cost += level_price * (peak - busiest - week_extra.sum() / problem.weeks)
        if cost < least:
            least, row = cost, p
    tours.chosen[account] = row
    if row < 0:
        return
    for v in range(problem.pattern_visits[row]):
        day = problem.pattern_days[row, v]
        slot = place_of_day[day, 0]
        drive = tours.drive[slot]
        put_in(problem, tours, account, slot, place_of_day[day, 1])
        week_work[problem.slot_week[slot]] += tours.drive[slot] - drive + problem.service[account]
        touched[slot] = 1


@compiled
def ruin(  # noqa: C901, PLR0912, PLR0915 -- one pass in compiled code; the steps share too much to take apart
    problem: Problem,
    tours: Tours,
    removed_mean: float,
    longest_string: int,
    removed: IntArray,
    in_list: IntArray,
    touched: IntArray,
    rng: IntArray,
) -> int:
    """Take strings of neighbouring accounts out of the tours; return how many accounts `removed` now lists."""
    accounts, slots = len(problem.frequency), len(problem.slot_day)
    stops, used = 0, 0
    for slot in range(slots):
        stops += tours.length[slot]
        used += min(1, tours.length[slot])
    mean_length = stops / max(1, used)
    longest = min(float(longest_string), max(1.0, mean_length))
    most_strings = 4.0 * removed_mean / (1.0 + longest) - 1.0
    strings = int(random_share(rng) * max(most_strings, 0.0) + 1.0)
    seed = int(random_share(rng) * accounts)
    hit = np.zeros(slots, dtype=np.int64)
    count, unserved, done = 0, 0, 0
    for k in range(-1, accounts - 1):
        if done >= strings:
            break
        account = seed if k < 0 else problem.neighbours[seed, k]
        if in_list[account]:
            continue
        row = tours.chosen[account]
        if row < 0:
            patterns = problem.pattern_start[account + 1] - problem.pattern_start[account]
            if unserved < MOST_UNSERVED and patterns > 0:
                in_list[account] = 1
                removed[count] = account
                count += 1
                unserved += 1
            continue
        visits = problem.pattern_visits[row]
        v = int(random_share(rng) * visits)
        slot = tours.slot_of[account, problem.pattern_days[row, v]]
        if hit[slot]:
            continue
        hit[slot] = 1
        done += 1
        n = tours.length[slot]
        take = int(random_share(rng) * min(float(n), longest) + 1.0)
        take = min(take, n)
        keep = 0
        if take < n and random_share(rng) < SPLIT:
            keep = 1
            while take + keep < n and random_share(rng) > 0.5:
                keep += 1
        at = 1
        while tours.place[slot, at] != account + 1:
            at += 1
        span = take + keep
        first_low, first_high = max(1, at - span + 1), min(at, n - span + 1)
        first = first_low + int(random_share(rng) * (first_high - first_low + 1))
        kept_from = first + 1 + int(random_share(rng) * max(1, take - 1)) if keep > 0 else first + span
        begin = count
        for i in range(first, first + span):
            if kept_from <= i < kept_from + keep:
                continue
            other = tours.place[slot, i] - 1
            if in_list[other] == 0:
                in_list[other] = 1
                removed[count] = other
                count += 1
        for c in range(begin, count):
            take_out(problem, tours, removed[c], touched)
    return count


@compiled
def order_removed(problem: Problem, removed: IntArray, count: int, rng: IntArray) -> None:
    """Put the accounts into the order in which they come back."""
    keys = np.empty(count, dtype=np.float64)
    kind = random_share(rng)
    for c in range(count):
        account = removed[c]
        key = random_share(rng)
        if kind < 0.35:
            pass
        elif kind < 0.6:
            key -= problem.frequency[account] * max(1, problem.service[account] + problem.demand[account])
        elif kind < 0.75:
            key -= problem.drive[0, account + 1]
        elif kind < 0.85:
            key += problem.drive[0, account + 1]
        else:
            key += problem.pattern_start[account + 1] - problem.pattern_start[account]
        keys[c] = key
    for c in range(1, count):
        account, key = removed[c], keys[c]
        b = c - 1
        while b >= 0 and keys[b] > key:
            keys[b + 1], removed[b + 1] = keys[b], removed[b]
            b -= 1
        keys[b + 1], removed[b + 1] = key, account
