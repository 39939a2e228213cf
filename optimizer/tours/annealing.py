"""Anneal the tours of a cycle in compiled code, with rounds of ruin and recreate and a price on long weeks."""
# ruff: noqa: PLR0917 -- compiled functions are called by position

import math

import numpy as np

from optimizer.tours.arrays import NO_LIMIT, FloatArray, Problem, Tours
from optimizer.tours.clock import measure, refresh
from optimizer.tours.compiling import compiled
from optimizer.tours.instance import IntArray
from optimizer.tours.ruin_recreate import bring_in, order_removed, random_share, ruin, take_out

NOISY = 0.5
"""Share of rounds in which days are made dearer or cheaper at random."""
PRICE_ROUNDS = 50
"""Rounds between two changes of the price of time above the week limit."""


@compiled
def copy_slot(source: Tours, target: Tours, slot: int) -> None:
    """Copy one slot with its labels."""
    n = source.length[slot] + 2
    for i in range(n):
        target.place[slot, i] = source.place[slot, i]
        target.end_before[slot, i] = source.end_before[slot, i]
        target.end_after[slot, i] = source.end_after[slot, i]
        target.last_before[slot, i] = source.last_before[slot, i]
        target.last_after[slot, i] = source.last_after[slot, i]
        target.last_short[slot, i] = source.last_short[slot, i]
    target.length[slot] = source.length[slot]
    target.drive[slot] = source.drive[slot]
    target.back[slot] = source.back[slot]
    target.overtime[slot] = source.overtime[slot]
    target.work[slot] = source.work[slot]
    target.load[slot] = source.load[slot]
    target.service[slot] = source.service[slot]


@compiled
def copy_account(source: Tours, target: Tours, account: int) -> None:
    """Copy the pattern of one account."""
    target.chosen[account] = source.chosen[account]
    for d in range(source.slot_of.shape[1]):
        target.slot_of[account, d] = source.slot_of[account, d]


@compiled
def copy_tours(source: Tours, target: Tours) -> None:
    """Copy a whole state."""
    for slot in range(len(source.length)):
        copy_slot(source, target, slot)
    for account in range(len(source.chosen)):
        copy_account(source, target, account)


@compiled
def copy_changes(source: Tours, target: Tours, touched: IntArray, removed: IntArray, count: int) -> None:
    """Copy the slots and accounts that a round changed."""
    for slot in range(len(touched)):
        if touched[slot]:
            copy_slot(source, target, slot)
    for c in range(count):
        copy_account(source, target, removed[c])


@compiled
def measure_all(problem: Problem, tours: Tours) -> None:
    """Bring sums, labels and measures of every slot up to date with its stops."""
    for slot in range(len(tours.length)):
        tours.drive[slot] = tours.load[slot] = tours.service[slot] = 0
        for i in range(tours.length[slot] + 1):
            tours.drive[slot] += problem.drive[tours.place[slot, i], tours.place[slot, i + 1]]
            if i > 0:
                tours.load[slot] += problem.demand[tours.place[slot, i] - 1]
                tours.service[slot] += problem.service[tours.place[slot, i] - 1]
        refresh(problem, tours, slot)
        measure(problem, tours, slot)


@compiled
def refresh_touched(problem: Problem, tours: Tours, touched: IntArray) -> None:
    """Bring the labels of the changed slots up to date; their working time stays an estimate."""
    for slot in range(len(touched)):
        if touched[slot]:
            refresh(problem, tours, slot)


@compiled
def measure_touched(problem: Problem, tours: Tours, touched: IntArray) -> None:
    """Bring the working time of the changed slots up to date where anything depends on it."""
    if problem.week_limit < NO_LIMIT or problem.level_weight > 0:
        for slot in range(len(touched)):
            if touched[slot]:
                measure(problem, tours, slot)


@compiled
def cost_of(problem: Problem, tours: Tours, week_work: IntArray, week_price: float) -> tuple[float, int]:
    """Return the whole cost and the minutes above the week limit; fills `week_work`."""
    cost = 0.0
    week_work[:] = 0
    for slot in range(len(problem.slot_day)):
        cost += tours.drive[slot] + problem.overtime_weight * tours.overtime[slot]
        week_work[problem.slot_week[slot]] += tours.work[slot]
    over, total, busiest = 0, 0, 0
    for week in range(problem.weeks):
        over += max(0, week_work[week] - problem.week_limit)
        total += week_work[week]
        busiest = max(busiest, week_work[week])
    cost += week_price * over
    if problem.weeks > 0:
        cost += problem.level_weight * (busiest - total / problem.weeks)
    for account in range(len(problem.frequency)):
        row = tours.chosen[account]
        visits = problem.pattern_visits[row] if row >= 0 else 0
        cost += problem.miss_cost[account] * (problem.frequency[account] - visits)
    return cost, over


@compiled
def improve(
    problem: Problem,
    current: Tours,
    trial: Tours,
    best: Tours,
    rng: IntArray,
    week_price: FloatArray,
    iterations: int,
    hot: float,
    cold: float,
    noise: float,
    removed_mean: float,
    longest_string: int,
    best_cost: float,
) -> float:
    """Anneal `current` for a number of rounds and keep the best tours within the week limit in `best`.

    Parameters
    ----------
    current, trial, best
        Three states; `trial` is overwritten, `best` only by something cheaper than `best_cost`.
    rng
        State of the random generator, not zero. Shape (1,).
    week_price
        Cost of a minute above the week limit; rises while `current` breaks the limit and falls while it does not, and
        is left at its last value. Shape (1,).
    hot, cold
        First and last temperature, in cost units.
    noise
        In half of the rounds each day is made dearer or cheaper by up to this cost, so that neighbours move to another
        day together.
    removed_mean
        Accounts that a round takes out on average.

    Returns
    -------
    Cost of `best`.
    """
    accounts, slots = len(problem.frequency), len(problem.slot_day)
    days = problem.useful.shape[1]
    removed, in_list = np.zeros(accounts, dtype=np.int64), np.zeros(accounts, dtype=np.int64)
    touched = np.zeros(slots, dtype=np.int64)
    week_work = np.zeros(max(1, problem.weeks), dtype=np.int64)
    place_of_day = np.zeros((days, 2), dtype=np.int64)
    cost_of_day, noise_of_day = np.zeros(days, dtype=np.float64), np.zeros(days, dtype=np.float64)
    measure_all(problem, current)
    copy_tours(current, trial)
    current_cost, current_over = cost_of(problem, current, week_work, week_price[0])
    if current_over == 0 and current_cost < best_cost:
        best_cost = current_cost
        copy_tours(current, best)
    cooling = (cold / hot) ** (1.0 / max(1, iterations))
    temperature, over_limit = hot, 0
    for done in range(1, iterations + 1):
        count = ruin(problem, trial, removed_mean, longest_string, removed, in_list, touched, rng)
        refresh_touched(problem, trial, touched)
        cost_of(problem, trial, week_work, week_price[0])
        order_removed(problem, removed, count, rng)
        scale = 2.0 * noise * random_share(rng) if random_share(rng) < NOISY else 0.0
        for day in range(days):
            noise_of_day[day] = scale * (random_share(rng) - 0.5) if scale > 0.0 else 0.0
        for c in range(count):
            bring_in(
                problem,
                trial,
                removed[c],
                week_work,
                week_price[0],
                place_of_day,
                cost_of_day,
                noise_of_day,
                touched,
                rng,
            )
        measure_touched(problem, trial, touched)
        trial_cost, trial_over = cost_of(problem, trial, week_work, week_price[0])
        if trial_cost < current_cost - temperature * math.log(max(random_share(rng), 1e-300)):
            copy_changes(trial, current, touched, removed, count)
            current_cost, current_over = trial_cost, trial_over
            if trial_over == 0 and trial_cost < best_cost - 1e-7:
                best_cost = trial_cost
                copy_tours(current, best)
        else:
            copy_changes(current, trial, touched, removed, count)
        touched[:] = 0
        for c in range(count):
            in_list[removed[c]] = 0
        temperature *= cooling
        over_limit += min(1, current_over)
        if done % PRICE_ROUNDS == 0:
            share = over_limit / PRICE_ROUNDS
            week_price[0] = max(0.5, week_price[0] * (1.25 if share > 0.5 else 0.85 if share < 0.2 else 1.0))
            current_cost, current_over = cost_of(problem, current, week_work, week_price[0])
            over_limit = 0
    return best_cost


@compiled
def settle(
    problem: Problem, best: Tours, trial: Tours, rng: IntArray, week_price: float, best_cost: float, passes: int
) -> float:
    """Give each account by itself the pattern that is cheapest beside all others, until nothing gets cheaper.

    Parameters
    ----------
    best, trial
        Two states; `best` keeps the week limit and is improved, `trial` overwritten.
    week_price
        Cost of a minute above the week limit while an account looks for its days.
    passes
        Most times that all accounts are tried.

    Returns
    -------
    Cost of `best`.
    """
    days = problem.useful.shape[1]
    touched = np.zeros(len(problem.slot_day), dtype=np.int64)
    week_work = np.zeros(max(1, problem.weeks), dtype=np.int64)
    place_of_day = np.zeros((days, 2), dtype=np.int64)
    cost_of_day, noise_of_day = np.zeros(days, dtype=np.float64), np.zeros(days, dtype=np.float64)
    changed = np.zeros(1, dtype=np.int64)
    measure_all(problem, best)
    copy_tours(best, trial)
    improved = 1
    while improved > 0 and passes > 0:
        improved, passes = 0, passes - 1
        for account in range(len(problem.frequency)):
            changed[0] = account
            if trial.chosen[account] >= 0:
                take_out(problem, trial, account, touched)
                refresh_touched(problem, trial, touched)
            cost_of(problem, trial, week_work, week_price)
            bring_in(
                problem, trial, account, week_work, week_price, place_of_day, cost_of_day, noise_of_day, touched, rng
            )
            measure_touched(problem, trial, touched)
            cost, over = cost_of(problem, trial, week_work, week_price)
            if over == 0 and cost < best_cost - 1e-7:
                best_cost = cost
                improved += 1
                copy_changes(trial, best, touched, changed, 1)
            else:
                copy_changes(best, trial, touched, changed, 1)
            touched[:] = 0
    return best_cost
