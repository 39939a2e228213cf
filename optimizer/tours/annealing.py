"""Anneal the tours of a cycle in compiled code, with rounds of ruin and recreate and prices on limits."""
# ruff: noqa: PLR0917 -- compiled functions are called by position

import math
from typing import NamedTuple

from optimizer.tours.arrays import (
    BUSY,
    CAPACITY,
    DEMAND,
    DRIVE,
    LATEST,
    LENGTH,
    LEVEL_DAYS,
    LEVEL_WEIGHT,
    LOAD,
    LONGEST,
    NIGHTS,
    NO_LIMIT,
    OVERTIME,
    OVERTIME_WEIGHT,
    SERVICE,
    STAMP,
    START,
    TIMED,
    WEEK,
    WEEK_LIMIT,
    WEEKS,
    WORK,
    WORKED,
    Problem,
    Tours,
)
from optimizer.tours.clock import measure, refresh
from optimizer.tours.compiling import compiled, inlined
from optimizer.tours.desk import (
    HARD,
    IDLE_NIGHTS,
    IN_LIST,
    LOAD_PRICE,
    NOISE,
    REMOVED,
    TIME_PRICE,
    TOUCHED,
    WEEK_PRICE,
    Desk,
)
from optimizer.tours.insertion_places import random_share
from optimizer.tours.nights import change_night, price_nights
from optimizer.tours.ruin_recreate import bring_in, order_removed, put_on, ruin, take_out

NOISY = 0.5
"""Share of rounds in which days are made dearer or cheaper at random."""
NIGHT_MOVES = 0.1
"""Share of rounds that begin with another night away, where nights may be spent away at all."""
PRICE_ROUNDS = 50
"""Rounds between two changes of the prices of limits."""
OFTEN, DEARER = 0.5, 1.1
"""Share of rounds above a limit from which its price rises, and by what factor."""
SELDOM, CHEAPER = 0.2, 0.93
"""Share below which it falls, and by what factor. Larger steps (1.25 and 0.85) swing: a tight limit is then far too
dear and far too cheap in turn."""


class Heat(NamedTuple):
    """How a stretch of annealing goes."""

    hot: float
    """First temperature, in cost units."""
    cold: float
    """Last temperature."""
    noise: float
    """In half of the rounds each day is made dearer or cheaper by up to this cost, so that neighbours move to another
    day together."""
    removed_mean: float
    """Accounts that a round takes out on average."""
    longest_string: float
    """Most stops that one tour loses in a round."""
    unserved: int
    """Most accounts without a visit that a round tries to bring in."""
    one_day: float
    """Share of rounds that work on one day and keep the patterns."""


@inlined
def copy_slot(problem: Problem, source: Tours, target: Tours, slot: int) -> None:
    """Copy one slot with its labels."""
    for i in range(source.sums[slot, LENGTH] + 2):
        target.place[slot, i] = source.place[slot, i]
        target.legs[slot, i] = source.legs[slot, i]
    if problem.rules[TIMED]:
        for i in range(source.sums[slot, LENGTH] + 2):
            for k in range(source.labels.shape[2]):
                target.labels[slot, i, k] = source.labels[slot, i, k]
    for k in range(source.sums.shape[1]):
        target.sums[slot, k] = source.sums[slot, k]


@inlined
def copy_account(source: Tours, target: Tours, account: int) -> None:
    """Copy the pattern of one account."""
    target.chosen[account] = source.chosen[account]
    target.lost[account] = source.lost[account]
    for d in range(source.slot_of.shape[1]):
        target.slot_of[account, d] = source.slot_of[account, d]


@compiled
def copy_tours(problem: Problem, source: Tours, target: Tours) -> None:
    """Copy a whole state."""
    for slot in range(len(source.sums)):
        copy_slot(problem, source, target, slot)
    for account in range(len(source.chosen)):
        copy_account(source, target, account)


@inlined
def copy_changes(problem: Problem, source: Tours, target: Tours, desk: Desk, count: int) -> None:
    """Copy the slots and accounts that a round changed."""
    for slot in range(len(desk.marks)):
        if desk.marks[slot, TOUCHED]:
            copy_slot(problem, source, target, slot)
    for c in range(count):
        copy_account(source, target, desk.lists[c, REMOVED])


@compiled
def measure_all(problem: Problem, tours: Tours, desk: Desk) -> None:
    """Bring sums, labels, measures and stamps of every slot and account up to date with the stops."""
    sums = tours.sums
    for slot in range(len(sums)):
        for k in (DRIVE, LOAD, BUSY):
            sums[slot, k] = 0
        for i in range(sums[slot, LENGTH] + 1):
            tours.legs[slot, i] = problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
            sums[slot, DRIVE] += tours.legs[slot, i]
            if i > 0:
                sums[slot, LOAD] += problem.accounts[tours.place[slot, i] - 1, DEMAND]
                sums[slot, BUSY] += problem.accounts[tours.place[slot, i] - 1, SERVICE]
        if sums[slot, LENGTH] == 0:
            tours.legs[slot, 0] = 0
            sums[slot, DRIVE] = 0
        desk.counter[1] += 1
        sums[slot, STAMP] = desk.counter[1]
        refresh(problem, tours, slot)
        measure(problem, tours, slot)


@inlined
def work_counts(problem: Problem) -> bool:
    """Tell whether anything depends on the working time of days."""
    rule = problem.rules
    return bool(rule[WEEK_LIMIT] < NO_LIMIT or rule[LEVEL_WEIGHT] > 0 or rule[LEVEL_DAYS] > 0)


@compiled
def refresh_touched(problem: Problem, tours: Tours, desk: Desk) -> None:
    """Bring the labels of the changed slots up to date; their working time stays an estimate."""
    for slot in range(len(desk.marks)):
        if desk.marks[slot, TOUCHED]:
            refresh(problem, tours, slot)


@compiled
def measure_touched(problem: Problem, tours: Tours, desk: Desk) -> None:
    """Bring the working time of the changed slots up to date where anything depends on it."""
    if work_counts(problem):
        for slot in range(len(desk.marks)):
            if desk.marks[slot, TOUCHED]:
                measure(problem, tours, slot)


@compiled
def cost_of(problem: Problem, tours: Tours, desk: Desk) -> float:
    """Return the whole cost, limits at their prices; fills the work of the weeks and what is above the limits."""
    total, load, time = 0, 0, 0
    sums, rule, weeks = tours.sums, problem.slots, problem.rules[WEEKS]
    timed, overtime_weight = problem.rules[TIMED], problem.rules[OVERTIME_WEIGHT]
    desk.week_work[0, 0] = 0  # the loop below leaves it as it was where no weeks are told apart, and it would add up
    for week in range(weeks):
        desk.week_work[week, 0] = problem.rules[WORKED + week]
    for slot in range(len(sums)):
        total += sums[slot, DRIVE] + overtime_weight * sums[slot, OVERTIME]
        load += max(0, sums[slot, LOAD] - rule[slot, CAPACITY])
        if timed == 0:
            room = min(rule[slot, LATEST] - rule[slot, START], rule[slot, LONGEST])
            time += max(0, sums[slot, DRIVE] + sums[slot, BUSY] - room)
        desk.week_work[rule[slot, WEEK], 0] += sums[slot, WORK]
    over, work, busiest, idle = 0, 0, 0, 0
    for week in range(weeks):
        over += max(0, desk.week_work[week, 0] - problem.rules[WEEK_LIMIT])
        work += desk.week_work[week, 0]
        busiest = max(busiest, desk.week_work[week, 0])
    for account in range(len(tours.lost)):
        total += tours.lost[account]
    cost: float = (
        total + desk.prices[WEEK_PRICE] * over + desk.prices[LOAD_PRICE] * load + desk.prices[TIME_PRICE] * time
    )
    if problem.rules[LEVEL_WEIGHT] > 0 and weeks > 0:
        cost += problem.rules[LEVEL_WEIGHT] * (busiest - work / weeks)
    if problem.rules[NIGHTS] > 0:
        price, idle = price_nights(problem, tours)
        cost += price
    if problem.rules[LEVEL_DAYS] > 0:
        longest, done = 0, 0
        for slot in range(len(sums)):
            done += sums[slot, WORK]
            longest = max(longest, sums[slot, WORK])
        desk.week_work[weeks, 0] = longest
        cost += problem.rules[LEVEL_DAYS] * (longest - done / max(1, len(sums)))
    desk.excess[IDLE_NIGHTS] = idle
    desk.excess[WEEK_PRICE] = over
    desk.excess[LOAD_PRICE] = load
    desk.excess[TIME_PRICE] = time
    return cost


@inlined
def keeps_limits(desk: Desk) -> bool:
    """Tell whether the state measured last is above no limit."""
    over = desk.excess[WEEK_PRICE] + desk.excess[LOAD_PRICE] + desk.excess[TIME_PRICE] + desk.excess[IDLE_NIGHTS]
    return bool(over == 0)


@compiled
def play_round(problem: Problem, trial: Tours, desk: Desk, heat: Heat) -> int:
    """Ruin and recreate once; return the number of accounts that were out, negative when some found no way back."""
    days, day = problem.useful.shape[1], -1
    if heat.one_day > 0.0 and random_share(desk.counter) < heat.one_day:
        day = int(random_share(desk.counter) * days)
    count, centre = 0, -1
    if problem.rules[NIGHTS] > 0 and random_share(desk.counter) < NIGHT_MOVES:
        centre, count = change_night(problem, trial, desk)
        day = -1
    count = ruin(problem, trial, desk, heat.removed_mean, heat.longest_string, heat.unserved, day, centre, count)
    refresh_touched(problem, trial, desk)
    order_removed(problem, desk, count)
    if day >= 0:
        for c in range(count):
            if not put_on(problem, trial, desk, desk.lists[c, REMOVED], day):
                return -count
        return count
    if work_counts(problem):
        cost_of(problem, trial, desk)  # for the work of the weeks
    scale = 2.0 * heat.noise * random_share(desk.counter) if random_share(desk.counter) < NOISY else 0.0
    for d in range(days):
        desk.day_cost[d, NOISE] = scale * (random_share(desk.counter) - 0.5) if scale > 0.0 else 0.0
    for c in range(count):
        bring_in(problem, trial, desk, desk.lists[c, REMOVED])
    return count


@compiled
def improve(
    problem: Problem,
    current: Tours,
    trial: Tours,
    best: Tours,
    desk: Desk,
    heat: Heat,
    iterations: int,
    best_cost: float,
) -> float:
    """Anneal `current` for a number of rounds and keep the best tours within all limits in `best`.

    Parameters
    ----------
    current, trial, best
        Three states; `trial` is overwritten, `best` only by something cheaper than `best_cost`.
    desk
        Its prices rise while `current` breaks their limit and fall while it does not, and are left at their last
        values; hard ones stay.

    Returns
    -------
    Cost of `best`.
    """
    measure_all(problem, current, desk)
    copy_tours(problem, current, trial)
    current_cost = cost_of(problem, current, desk)
    if keeps_limits(desk) and current_cost < best_cost:
        best_cost = current_cost
        copy_tours(problem, current, best)
    over_week = over_load = over_time = 0
    now_week, now_load, now_time = desk.excess[WEEK_PRICE], desk.excess[LOAD_PRICE], desk.excess[TIME_PRICE]
    cooling = (heat.cold / heat.hot) ** (1.0 / max(1, iterations))
    temperature = heat.hot
    for done in range(1, iterations + 1):
        count = play_round(problem, trial, desk, heat)
        accepted = count >= 0
        count = abs(count)
        if accepted:
            measure_touched(problem, trial, desk)
            cost = cost_of(problem, trial, desk)
            accepted = cost < current_cost - temperature * math.log(max(random_share(desk.counter), 1e-300))
        if accepted:
            copy_changes(problem, trial, current, desk, count)
            current_cost = cost
            now_week, now_load, now_time = desk.excess[WEEK_PRICE], desk.excess[LOAD_PRICE], desk.excess[TIME_PRICE]
            if cost < best_cost - 1e-7 and keeps_limits(desk):
                best_cost = cost
                copy_tours(problem, current, best)
        else:
            copy_changes(problem, current, trial, desk, count)
        for slot in range(len(desk.marks)):
            desk.marks[slot, TOUCHED] = 0
        for c in range(count):
            desk.lists[desk.lists[c, REMOVED], IN_LIST] = 0
        temperature *= cooling
        over_week += min(1, now_week)
        over_load += min(1, now_load)
        over_time += min(1, now_time)
        if done % PRICE_ROUNDS == 0:
            change_price(desk, WEEK_PRICE, over_week, 0.5)
            change_price(desk, LOAD_PRICE, over_load, 0.0)
            change_price(desk, TIME_PRICE, over_time, 0.0)
            current_cost = cost_of(problem, current, desk)
            over_week = over_load = over_time = 0
    return best_cost


@compiled
def change_price(desk: Desk, price: int, rounds_over: int, least: float) -> None:
    """Raise the price of a limit that is broken in most rounds and lower that of one that is hardly ever."""
    if desk.prices[price] < HARD:
        share = rounds_over / PRICE_ROUNDS
        factor = DEARER if share > OFTEN else CHEAPER if share < SELDOM else 1.0
        desk.prices[price] = min(max(least, desk.prices[price] * factor), HARD / 2.0)


@compiled
def settle(problem: Problem, best: Tours, trial: Tours, desk: Desk, best_cost: float, passes: int) -> float:
    """Give each account by itself the pattern that is cheapest beside all others, until nothing gets cheaper.

    Parameters
    ----------
    best, trial
        Two states; `best` keeps all limits and is improved, `trial` overwritten.
    desk
        Its prices hold while an account looks for its days.
    passes
        Most times that all accounts are tried.

    Returns
    -------
    Cost of `best`.
    """
    measure_all(problem, best, desk)
    copy_tours(problem, best, trial)
    for d in range(problem.useful.shape[1]):
        desk.day_cost[d, NOISE] = 0.0
    improved = 1
    while improved > 0 and passes > 0:
        improved, passes = 0, passes - 1
        for account in range(len(problem.accounts)):
            desk.lists[0, REMOVED] = account
            if trial.chosen[account] >= 0:
                take_out(problem, trial, desk, account)
                refresh_touched(problem, trial, desk)
            cost_of(problem, trial, desk)
            bring_in(problem, trial, desk, account)
            measure_touched(problem, trial, desk)
            cost = cost_of(problem, trial, desk)
            if keeps_limits(desk) and cost < best_cost - 1e-7:
                best_cost = cost
                improved += 1
                copy_changes(problem, trial, best, desk, 1)
            else:
                copy_changes(problem, best, trial, desk, 1)
            for slot in range(len(desk.marks)):
                desk.marks[slot, TOUCHED] = 0
    return best_cost
